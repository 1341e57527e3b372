//! Days in a row: people join, leave, return and change, the target is edited behind our back, runs crash.
//!
//! In: stories, made by chance. Out: the laws of `requirements.md`, said once more in terms of human beings and not of
//! records, accounts and plans. Never: a rule of the core called to judge the core.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

mod crash;
mod days;
mod law;
mod office;
mod platform;
mod play;
#[allow(dead_code, reason = "tests/money plays on this stage too")]
mod stage;
mod story;
mod two_runs;
mod year;

//! R11: money at most once, whatever fails, crashes, is renamed, moved, lost or restored.
//!
//! In: stories by chance, and every way to lose memory by name. Out: a law about real money, in terms of human beings,
//! judged by a [witness](crate::witness) at the desk. Never: a rule of the core called to judge the core.
//!
//! The office and the platform are those of `tests/daily`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

mod crash;
mod desk;
mod law;
mod memory_lost;
#[path = "../daily/office.rs"]
#[allow(dead_code, reason = "the stories of tests/daily use the rest")]
mod office;
mod over_http;
#[path = "../daily/platform.rs"]
#[allow(dead_code, reason = "the stories of tests/daily use the rest")]
mod platform;
mod play;
#[path = "../sandbox_runs/stage.rs"]
#[allow(dead_code, reason = "the runs of tests/sandbox_runs use the rest")]
mod sandboxes;
mod schedules;
#[path = "../daily/stage.rs"]
#[allow(dead_code, reason = "the stories of tests/daily use the rest")]
mod stage;
mod story;
mod witness;

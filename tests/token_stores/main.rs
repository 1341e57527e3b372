//! Where grants live: what every store keeps, over processes, crashes and dropped callers.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the lints spare test functions only, and these are their helpers"
)]

mod backup;
mod child;
mod claims;
mod conformance;
mod dropping;
mod file_store;
mod gate;
mod lifecycle;
mod memory_vault;
mod processes;
mod rules;
mod scripted;
mod sealing;
mod stage;

//! Every store behind the ports: what each has to do, and what a file adds: processes, SIGKILL, a full disk, strangers.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the lints spare test functions only, and these are their helpers"
)]

mod child;
mod conformance;
mod dropping;
mod erased;
mod file;
mod full;
mod killed;
mod processes;
mod secrecy;
mod stage;
mod torn;
mod versions;

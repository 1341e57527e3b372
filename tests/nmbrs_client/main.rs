//! The Nmbrs client over real HTTP on loopback, one exchange at a time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the lints spare test functions only, and these are their helpers"
)]

mod companies;
mod connecting;
mod dropping;
mod exchange;
mod observing;
mod pacing;
mod paging;
mod raw_server;
mod rows;
mod salaries;
mod secrecy;
mod sign_in;
mod sign_in_on_sandbox;
mod source;
mod stage;
mod subscription_keys;
mod tokens;
mod vendor_examples;

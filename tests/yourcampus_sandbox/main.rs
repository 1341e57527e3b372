//! What the YourCampus sandbox promises to those who build on it, proved over its own wire.
//!
//! No YourCampus client takes part: the sandbox must be right before it may judge one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what `asking` does for a test may fail the test as the test itself may"
)]

mod asking;
mod budgets;
mod control;
mod faults;
mod paging;
mod rate_limit;
mod service_desk;
mod strictness;
mod token;
mod variation;
mod writes;

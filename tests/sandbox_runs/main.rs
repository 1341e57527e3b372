//! Both clients on their own sandboxes in process, and the engine between them.
//!
//! The sandboxes share no code with the clients they judge, so what the two sides agree on here was read out of the
//! vendors' documents twice.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

mod convergence;
mod nmbrs_reads;
mod read_faults;
mod stage;
mod write_faults;
mod yourcampus_calls;

//! SOAP: bytes to records, calls over HTTP, and the source of a sync.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

mod client;
mod source;
mod wire;

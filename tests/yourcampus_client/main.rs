//! The YourCampus client over real HTTP on loopback: what the vendor's tests pin down, where the vendor's SDK is weak,
//! and what must never happen to a write.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

mod accounts;
mod configuration;
mod connecting;
mod decoding;
mod dropping;
mod fake;
mod grant_list;
mod grant_list_desk;
mod observing;
mod pacing;
mod paging;
mod reading;
mod refusals;
mod retrying;
mod scripted_tcp;
mod secrecy;
mod stage;
mod token;
mod writing;

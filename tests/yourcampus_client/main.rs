//! The YourCampus client over real HTTP on loopback: what the vendor's tests pin down, where the vendor's SDK is weak,
//! and what must never happen to a write.

mod accounts;
mod configuration;
mod decoding;
mod fake;
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

//! The Nmbrs sandbox itself: is it as the vendor's documents say, and does it do what a test asks of it?

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed"
)]

mod asking;
mod authorize;
mod browser;
mod consent;
mod control;
mod faults;
mod openapi;
mod paging;
mod population;
mod pushed;
mod salaries;
mod sign_in;
mod soap;
mod soap_asking;
mod soap_faults;
mod soap_schema;
mod soap_traps;
mod strictness;
mod subscription;
mod xsd;

//! The Nmbrs sandbox itself: is it as the vendor's documents say, and does it do what a test asks of it?

mod asking;
mod control;
mod faults;
mod openapi;
mod paging;
mod population;
mod sign_in;
mod strictness;

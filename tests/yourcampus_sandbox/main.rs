//! What the YourCampus sandbox promises to those who build on it, proved over its own wire.
//!
//! No YourCampus client takes part: the sandbox must be right before it may judge one.

mod asking;
mod control;
mod faults;
mod paging;
mod rate_limit;
mod strictness;
mod token;
mod variation;
mod writes;

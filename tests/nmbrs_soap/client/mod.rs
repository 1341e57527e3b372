//! The client over HTTP: what it sends, what it makes of what comes back, and what it sends again.

mod bodies;
mod domain;
mod faults;
mod operations;
mod pacing;
mod requests;
mod secrecy;
mod server;
mod stage;

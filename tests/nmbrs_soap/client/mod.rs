//! The client over HTTP: what it sends, what it makes of what comes back, and what it sends again.

mod bodies;
mod domain;
mod every_operation;
mod faults;
mod operations;
mod pacing;
mod requests;
mod secrecy;
mod server;
mod stage;

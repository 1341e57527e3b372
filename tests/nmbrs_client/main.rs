//! The Nmbrs client over real HTTP on loopback, one exchange at a time.

mod companies;
mod exchange;
mod paging;
mod raw_server;
mod rows;
mod secrecy;
mod source;
mod stage;
mod tokens;
mod vendor_examples;

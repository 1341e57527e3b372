//! What the operator's tools are made of: configuration, sign-in, checks, connections, the demo's stage, and words for
//! people. `examples/README.md` is the operator's page.
//!
//! The rules are in `sync-core`, the protocols in the two clients; nothing here decides anything.

pub mod advice;
pub mod arguments;
pub mod check;
pub mod clock;
pub mod commands;
pub mod config;
pub mod connect;
pub mod control_server;
pub mod demo;
pub mod desk;
pub mod exit;
pub mod grant;
pub mod log;
pub mod next_step;
pub mod plan_file;
pub mod progress;
pub mod scopes;
pub mod show;
pub mod sign_in;
pub mod soap_end;
pub mod stage;
pub mod store;
pub mod terminal;

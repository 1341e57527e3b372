//! `sync` as a process on a `sandbox` process, judged by what the sandbox's control port says.
//!
//! What `sync` tells about itself is only ever compared with that, and never believed alone. Every output of every
//! run here is searched for what must not be in it (see `secrecy`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the lints spare test functions only, and these are their helpers"
)]

mod approval;
mod binaries;
mod budgets;
mod budgets_memory;
mod budgets_words;
mod checking;
mod command_line;
mod daily_life;
mod debtors;
mod demo;
mod exports;
mod faults;
mod faults_while_writing;
mod folder;
mod forms;
mod guards;
mod held;
mod in_process;
mod migrating;
mod money_stage;
mod oracle;
mod other_decisions;
mod process;
mod routes;
mod sandbox_process;
mod secrecy;
mod signing_in;
mod soap;
mod stage;
mod trace;
mod two_runs;
mod whole_path;

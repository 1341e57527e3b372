//! What must hold of the decision core, proved through its public face: one test per rule, named after it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

mod access;
mod accounts;
mod any_money;
mod any_world;
mod approvals;
mod baselines;
mod brakes;
mod budgets_guard;
mod budgets_memory;
mod budgets_monthly;
mod budgets_oneoff;
mod debtors;
mod exporting;
mod flex_salaries;
mod golden;
mod mandates;
mod memory_target;
mod money;
mod people;
mod properties;
mod properties_of_money;
mod reasons;
mod refusals;
mod renamed;
mod returning;
mod rosters;
mod routes;
mod running;
mod time;
mod types;
mod wholeness;
mod why;
mod world;

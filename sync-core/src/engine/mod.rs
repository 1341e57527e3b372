//! Reads, plans, waits for authority, applies.
//!
//! In: the ports, a policy, and for applying a plan that a person saw together with that person's
//! approval. Out: a plan, or a report of what was done. Never: a business rule (those are in the core), a
//! write from a [`DryRun`] (it is given no writer, R6), a write that was not authorised (R7), or a second
//! try of a write whose first may have had its effect (R13).
//!
//! Dropping any of its futures equals a crash: what was sent stands in the ledger as an intent.

mod apply;
mod dry_run;
mod error;
mod memory;
mod read;
mod settle;

pub use apply::{ActionReport, ActionResult, Apply, ApplyReport};
pub use dry_run::{DryRun, Planned};
pub use error::EngineError;
pub use memory::MemoryStore;
pub use read::RequestCounts;

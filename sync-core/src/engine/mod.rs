//! Reads, plans, waits for authority, applies.
//!
//! In: the ports, a policy, and a person's word: a mandate or an approval that the store remembers, or an approval
//! that is handed over. Out: a plan, or a report of what was done. Never: a business rule (those are in the core), a
//! write from a [`DryRun`] (it is given no writer, and of a desk only the half that can be asked, R6), a write that was not authorised (R7), a second try of a write
//! whose first may have had its effect (R13), money whose hand-over is not in the store first (R11), or two runs of one customer that both write (R24).
//!
//! Dropping any of its futures equals a crash: what was sent stands in the ledger as an intent.

mod dry_run;
mod error;
mod exports;
mod handing;
mod held;
mod memory;
mod migration_run;
mod read;
mod recover;
mod report;
mod settle;
mod sync_run;
mod writing;

pub use dry_run::{DryRun, Planned};
pub use error::EngineError;
pub use exports::{Exported, Exports};
pub use memory::MemoryStore;
pub use migration_run::{
    MigrationApplied, MigrationDryRun, MigrationPlanned, MigrationReport, MigrationRun, MigrationVerdict,
    Sources,
};
pub use read::RequestCounts;
pub use report::{ActionReport, ActionResult, Applied, GrantReport, GrantResult, RunReport, Verdict};
pub use sync_run::SyncRun;

//! Money by extra fields, and at most once (R11; table M1–X3 of the reference).
//!
//! In: what the budget fields of one person say, what the ledger remembers of money, and the policy. Out: for each
//! budget one [`BudgetNote`] with its reason, and where money moves the [`Grant`] that a desk is given. Never: a second
//! grant of one occasion, a second monthly budget of one person, money for anybody of whom nobody can vouch what was
//! given before, or a guess; what is not certain is held, and a person decides.
//!
//! `wish` reads the fields, `remembered` finds what the ledger knows of a person and `history` how one budget stands
//! by it, `table` holds M1 to O5, `rules` what comes before and after them. `baseline` is a person's word about
//! what was given already, `tombstone` what stays of somebody who was forgotten.

mod baseline;
mod grant;
mod history;
mod key;
mod reason;
mod remembered;
mod rules;
mod table;
mod tombstone;
mod wish;

pub use baseline::{Baseline, BaselineError, BaselineWord, CoveredPerson, Founding, Imported};
pub use grant::{Act, BudgetNote, BudgetOutcome, Grant, GrantRecord, GrantState, Wish};
pub use key::{BatchId, Budget, BudgetKind, Category, Epoch, GrantId, Mark, Occasion};
pub use reason::BudgetReason;
pub(crate) use rules::{Payee, Rules};
pub use tombstone::tombstones;

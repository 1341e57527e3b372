//! Money by extra fields, and at most once (R11; table M1–X3 of the reference).
//!
//! In: what the budget fields of one person say, what the ledger remembers of money, and the policy. Out: for each
//! budget one [`BudgetNote`] with its reason, and where money moves the [`Grant`] that a desk is given. Never: a second
//! grant of one occasion, a second monthly budget of one person, money for anybody of whom nobody can vouch what was
//! given before, or a guess; what is not certain is held, and a person decides.
//!
//! [`wish`] reads the fields, [`rules`] holds the table, [`baseline`] is a person's word about what was given already.

mod baseline;
mod grant;
mod key;
mod reason;
mod rules;
mod wish;

pub use baseline::{Baseline, BaselineWord, CoveredPerson, Founding, Imported};
pub use grant::{Act, BudgetNote, BudgetOutcome, Grant, GrantRecord, GrantState, Wish};
pub use key::{BatchId, Budget, BudgetKind, Category, Epoch, GrantId, Mark, Occasion};
pub use reason::BudgetReason;
pub(crate) use rules::budgets_of;

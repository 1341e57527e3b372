//! The table M1 to X3: one budget of one person, and what happens to it.

use super::grant::BudgetNote;

/// What happens to each budget of one person.
pub(crate) const fn budgets_of() -> Vec<BudgetNote> {
    Vec::new()
}

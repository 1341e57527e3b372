//! Functions (jobs): a debtor's list of them, and which one each employee had since when.

use crate::model::{Moment, Period};

/// A function; in an employee's history, one entry of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Function {
    /// Its key. `None` in an entry that says that there was none.
    pub id: Option<i64>,
    /// The code people use for it; text, for it is not always digits.
    pub code: Option<String>,
    /// What it is called.
    pub description: Option<String>,
    /// In a history: the payroll period from which the entry counts.
    pub period: Option<Period>,
    /// In a history: when it was recorded; for ordering only.
    pub created_at: Option<Moment>,
}

//! Managers: of a debtor, or the one whom an employee has now. Phone numbers are not read.

use crate::pii::Pii;

/// A manager. Not necessarily an employee, and known by nothing that an employee record carries but the address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manager {
    /// The number of the manager's record; no employee's id.
    pub number: i64,
    /// The first name.
    pub first: Option<Pii<String>>,
    /// The last name.
    pub last: Option<Pii<String>>,
    /// The department the manager works in.
    pub department: Option<String>,
    /// What the manager's function is called.
    pub function: Option<String>,
    /// The address at work.
    pub email: Option<Pii<String>>,
}

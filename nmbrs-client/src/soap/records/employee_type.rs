//! `EmployeeType_GetList`: the types an employee can have, under the numbers that this environment gives them.

use std::fmt;

/// The number of an employee type. Which number means what differs by environment: ask
/// [`SoapClient::employee_types`](crate::soap::SoapClient::employee_types) and go by the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmployeeTypeId(i32);

impl EmployeeTypeId {
    /// Takes the number. One that is not above 0 is refused when it is to be sent.
    pub const fn new(number: i32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl fmt::Display for EmployeeTypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An employee type: its number and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmployeeTypeName {
    /// Its number.
    pub id: EmployeeTypeId,
    /// What it is called, in the language of the environment.
    pub description: Option<String>,
}

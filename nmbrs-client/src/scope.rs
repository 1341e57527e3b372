//! The names of what a consent may open.

use std::borrow::Cow;
use std::fmt;

/// One OAuth scope, for example `employee.info.read`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Cow<'static, str>);

impl Scope {
    /// Company and debtor lists, extra field definitions (with the right to change them; never asked for).
    pub const COMPANY_INFO: Self = Self::known("company.info");
    /// Company and debtor lists, extra field definitions.
    pub const COMPANY_INFO_READ: Self = Self::known("company.info.read");
    /// Employees and their personal info (with the right to change them; never asked for).
    pub const EMPLOYEE_INFO: Self = Self::known("employee.info");
    /// Employees and their personal info.
    pub const EMPLOYEE_INFO_READ: Self = Self::known("employee.info.read");
    /// Employments and contracts (with the right to change them; never asked for).
    pub const EMPLOYEE_EMPLOYMENT: Self = Self::known("employee.employment");
    /// Employments and contracts.
    pub const EMPLOYEE_EMPLOYMENT_READ: Self = Self::known("employee.employment.read");
    /// The signed-in user.
    pub const USER_INFO_READ: Self = Self::known("user.info.read");
    /// A refresh token; without it access ends after an hour.
    pub const OFFLINE_ACCESS: Self = Self::known("offline_access");

    const fn known(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A scope by its name, as a token answer lists it.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// The name as it is sent and received.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

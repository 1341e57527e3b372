//! The names of what a consent may open.

use std::borrow::Cow;
use std::fmt;

use crate::operation::Operation;

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
    /// Employments and contracts; salaries too, because the vendor has no scope that tells them apart.
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

    /// What a sign-in must ask for, and no more, so that these operations can be read for longer than an hour: the
    /// read-only scope of each, and `offline_access`. Sorted, each once.
    ///
    /// ```
    /// use nmbrs_client::{Operation, Scope};
    ///
    /// let scopes = Scope::least_for([Operation::Employees, Operation::PersonalInfo]);
    /// assert_eq!(scopes, [Scope::EMPLOYEE_INFO_READ, Scope::OFFLINE_ACCESS]);
    /// ```
    pub fn least_for(operations: impl IntoIterator<Item = Operation>) -> Vec<Self> {
        let reading = operations.into_iter().map(|operation| operation.least_scope().clone());
        let mut scopes: Vec<_> = reading.chain([Self::OFFLINE_ACCESS]).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// The name as it is sent and received.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it gives no right to change anything. Every scope of the vendor that only reads ends in `.read`.
    pub(crate) fn only_reads(&self) -> bool {
        let level = self.as_str().rsplit_once('.').map(|(_, level)| level);
        level == Some("read") || *self == Self::OFFLINE_ACCESS
    }

    /// Whether it is one word of a `scope` parameter (RFC 6749, section 3.3).
    pub(crate) fn is_one_word(&self) -> bool {
        let allowed = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
        !self.0.is_empty() && self.0.bytes().all(allowed)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_scopes_only_read_and_always_ask_for_a_refresh_token() {
        assert_eq!(Scope::least_for([]), [Scope::OFFLINE_ACCESS]);
        let all = Scope::least_for(Operation::ALL);
        assert!(all.is_sorted() && all.iter().all(Scope::only_reads));
        assert_eq!(
            all,
            [
                Scope::COMPANY_INFO_READ,
                Scope::EMPLOYEE_EMPLOYMENT_READ,
                Scope::EMPLOYEE_INFO_READ,
                Scope::OFFLINE_ACCESS,
                Scope::USER_INFO_READ,
            ]
        );
    }

    #[test]
    fn a_scope_is_one_word() {
        for (name, is_one) in [
            ("company.info.read", true),
            ("", false),
            ("a b", false),
            ("a\"", false),
            ("a\\", false),
            ("é", false),
        ] {
            assert_eq!(Scope::new(name).is_one_word(), is_one, "{name}");
        }
    }
}

//! Identifiers as the vendor writes them: opaque text, usually a GUID.
//!
//! Text comes in, a newtype goes out that is safe to put into a path and to log. An id that holds anything but
//! ASCII letters, digits, `-` and `_` is refused, so that no answer of the server can ever steer a later
//! request to another path.

use std::fmt;

/// The longest id accepted, in characters; a GUID has 36.
const LONGEST: usize = 64;

/// The text is not an id: empty, longer than 64 characters, or with characters outside `A-Z a-z 0-9 - _`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected 1 to 64 characters of A-Z, a-z, 0-9, '-' and '_'")]
#[non_exhaustive]
pub struct InvalidId;

fn checked(text: &str) -> Result<String, InvalidId> {
    let fits = (1..=LONGEST).contains(&text.len());
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits && plain { Ok(text.to_owned()) } else { Err(InvalidId) }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is, in its own case.
            ///
            /// # Errors
            /// [`InvalidId`] when the text cannot be an id.
            pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidId> {
                checked(text.as_ref()).map(Self)
            }

            /// The id as the vendor wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

impl RowId {
    /// The id of a row that is told apart by several ids together.
    pub(crate) fn of(parts: &[&str]) -> Self {
        Self(parts.join("_"))
    }
}

ids! {
    /// A debtor: the customer's environment, which holds companies.
    DebtorId,
    /// A company, which holds employees.
    CompanyId,
    /// One employee record. A person who works for two companies has two.
    EmployeeId,
    /// The definition of an extra field, inside one company.
    ExtraFieldId,
    /// The id of one row of a list, whatever the list holds: an employee's, a company's, a definition's.
    RowId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_path_segment() {
        for text in ["", ".", "..", "a/b", "a?b", "a%2Fb", "a b", "é", &"x".repeat(65)] {
            assert_eq!(CompanyId::new(text), Err(InvalidId), "{text:?}");
        }
        assert!(CompanyId::new("5b6a77c7-6abe-4f31-93dc-2692169e3ea4").is_ok());
        assert!(CompanyId::new("3214").is_ok());
    }
}

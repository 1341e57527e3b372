//! A row of a listing that could be read, or one of which only the id could.
//!
//! One bad value ends one row, never the page. What is kept about it is where and what sort of thing it is, never the
//! value.

use std::fmt;

use crate::id::EmployeeId;

/// One row of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a caller must deal with both, and there is no third")]
pub enum Row<T> {
    /// The row was read.
    Readable(T),
    /// The row exists, and its id is all that can be relied on.
    Unreadable(UnreadableRow),
}

/// The finding about a row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadableRow {
    /// Whose row it is.
    pub id: EmployeeId,
    /// Which field could not be read.
    pub field: &'static str,
    /// Why.
    pub reason: Misread,
}

/// Why a field could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misread {
    /// A required field is absent or null.
    Missing,
    /// The value has another JSON type than the interface states.
    WrongType,
    /// A text that is no calendar date `YYYY-MM-DD`.
    NotADate,
    /// A text that is no date-time.
    NotADateTime,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing or null",
            Self::WrongType => "of another type than stated",
            Self::NotADate => "not a date",
            Self::NotADateTime => "not a date-time",
        })
    }
}

impl<T> Row<T> {
    /// The row's content, if it was read.
    pub fn readable(&self) -> Option<&T> {
        match self {
            Self::Readable(content) => Some(content),
            Self::Unreadable(_) => None,
        }
    }
}

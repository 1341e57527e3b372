//! Personal data that cannot be printed by accident.
//!
//! In goes any value that names, reaches or describes a person; out it comes only by an explicit
//! [`Pii::expose`]. Its content can never appear through `{:?}`, and there is no `Display`.

use std::fmt;

/// A personal value whose `Debug` shows that it is there, and nothing of it.
///
/// ```
/// let name = nmbrs_client::Pii::new("Jansen");
/// assert_eq!(format!("{name:?}"), "Pii(..)");
/// assert_eq!(*name.expose(), "Jansen");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps a personal value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Whoever calls this takes over the duty not to log it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, by move.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pii(..)")
    }
}

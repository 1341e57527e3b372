//! Personal data that cannot be printed by accident.
//!
//! In: any value about a person. Out: the same value, but only through [`Pii::expose`], so that every
//! place that reads it can be found by searching for one word. Never: its content in `Debug`, in a
//! panic, or in a serialised form (there is no `Display` and no `Serialize`).

use std::fmt;

/// A value about a person. `Debug` prints a placeholder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Whoever calls this must not print it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, unwrapped. Whoever calls this must not print it.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Pii<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_content() {
        assert_eq!(format!("{:?}", Pii::new("Anneke")), "[personal]");
        assert_eq!(format!("{:#?}", Some(Pii::new(1))), "Some(\n    [personal],\n)");
    }
}

//! Money, in whole cents.
//!
//! In: amounts as people type them. Out: [`Euro`], which counts cents. Never: a float, a negative amount, or a guess:
//! `1.000` is a thousand to one reader and one to another, so it is refused.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount of money that is not negative.
///
/// ```
/// use sync_core::Euro;
///
/// let budget: Euro = "12,50".parse()?;
/// assert_eq!(budget.cents(), 1250);
/// assert_eq!(budget.to_string(), "12.50");
/// assert!("1.000".parse::<Euro>().is_err());
/// # Ok::<(), sync_core::NoAmount>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Euro(u64);

/// The text is no amount that can be read in one way only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an amount such as 12, 12.5 or 12,50")]
pub struct NoAmount;

impl Euro {
    /// So many cents.
    pub const fn from_cents(cents: u64) -> Self {
        Self(cents)
    }

    /// How many cents.
    pub const fn cents(self) -> u64 {
        self.0
    }

    /// So many times this amount; the greatest amount there is, if it is more.
    pub const fn times(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }

    /// By how much this is more than `other`; `None` if it is not.
    pub const fn beyond(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            None | Some(0) => None,
            Some(more) => Some(Self(more)),
        }
    }
}

impl std::str::FromStr for Euro {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let text = text.trim();
        let (whole, cents) = text.split_once(['.', ',']).map_or((text, None), |(a, b)| (a, Some(b)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let cents = match cents {
            None => 0,
            Some(one) if digits(one) && one.len() == 1 => one.parse::<u64>().map_err(|_| NoAmount)? * 10,
            Some(two) if digits(two) && two.len() == 2 => two.parse().map_err(|_| NoAmount)?,
            Some(_) => return Err(NoAmount),
        };
        if !digits(whole) {
            return Err(NoAmount);
        }
        let whole: u64 = whole.parse().map_err(|_| NoAmount)?;
        whole.checked_mul(100).and_then(|whole| whole.checked_add(cents)).map(Self).ok_or(NoAmount)
    }
}

impl fmt::Display for Euro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Sum for Euro {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.fold(0, |sum, amount| sum.saturating_add(amount.0)))
    }
}

impl Serialize for Euro {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Euro {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_one_way_or_not_at_all() {
        for (text, cents) in [("12", 1200), (" 12.5 ", 1250), ("12,50", 1250), ("0", 0), ("0,05", 5)] {
            assert_eq!(text.parse(), Ok(Euro::from_cents(cents)), "{text}");
        }
        for text in [
            "",
            "1.000",
            "1,000",
            "1e3",
            "€ 50",
            "-5",
            "+5",
            ".5",
            "5.",
            "1.5.0",
            "12,345",
            "184467440737095517",
        ] {
            assert_eq!(text.parse::<Euro>(), Err(NoAmount), "{text}");
        }
    }

    #[test]
    fn amounts_are_shown_and_saved_in_one_way() {
        assert_eq!(Euro::from_cents(1205).to_string(), "12.05");
        assert_eq!(serde_json::to_string(&Euro::from_cents(7)).unwrap(), "\"0.07\"");
        assert_eq!(serde_json::from_str::<Euro>("\"0.07\"").unwrap(), Euro::from_cents(7));
        assert_eq!([Euro::from_cents(1), Euro::from_cents(2)].into_iter().sum::<Euro>().cents(), 3);
        assert_eq!(Euro::from_cents(u64::MAX).times(2).cents(), u64::MAX);
    }

    #[test]
    fn what_is_not_more_is_beyond_nothing() {
        let beyond = |a, b| Euro::from_cents(a).beyond(Euro::from_cents(b)).map(Euro::cents);
        assert_eq!((beyond(7, 5), beyond(5, 5), beyond(5, 7)), (Some(2), None, None));
    }
}

//! Salaries, for the one list that may hold them.
//!
//! In: what payroll has in force for one employee. Out: [`Salary`], an exact amount with what it is of. Never: a float, an
//! amount in `Debug` or in an error, or a salary in a plan; no decision of this crate looks at one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many decimals an amount may have: cents, and the hundredths of a cent that an hourly wage is agreed in.
const DECIMALS: usize = 4;

/// An amount of wage that is not negative: exact, in ten-thousandths of a euro. It prints nothing of itself.
///
/// ```
/// use sync_core::salary::Wage;
///
/// let wage: Wage = "14.4375".parse()?;
/// assert_eq!(wage.to_decimal(), "14.4375");
/// assert_eq!("2500".parse::<Wage>()?.to_decimal(), "2500.00");
/// assert_eq!(format!("{wage:?}"), "Wage(..)");
/// # Ok::<(), sync_core::salary::NoWage>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wage(u64);

/// The text is no wage: negative, not digits with at most one point, or finer than a hundredth of a cent. Nothing is
/// rounded, because nobody could say afterwards what was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an amount with at most four decimals")]
pub struct NoWage;

impl Wage {
    /// Is it nothing at all?
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Digits, a point, and two decimals or as many as it takes. Whoever calls this must not print it.
    pub fn to_decimal(self) -> String {
        let text = format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000);
        let spare = text.bytes().rev().take(DECIMALS - 2).take_while(|digit| *digit == b'0').count();
        text.get(..text.len() - spare).unwrap_or(&text).to_owned()
    }
}

impl FromStr for Wage {
    type Err = NoWage;

    fn from_str(text: &str) -> Result<Self, NoWage> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) || fraction.len() > DECIMALS {
            return Err(NoWage);
        }
        let whole: u64 = whole.parse().map_err(|_| NoWage)?;
        let fraction: u64 = format!("{fraction:0<DECIMALS$}").parse().map_err(|_| NoWage)?;
        whole.checked_mul(10_000).and_then(|units| units.checked_add(fraction)).map(Self).ok_or(NoWage)
    }
}

impl fmt::Debug for Wage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wage(..)")
    }
}

/// What a salary is of. Only the gross ones can be chosen for a list; every other is of another type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SalaryType {
    /// Gross for a period of payroll, as if the person worked full time.
    GrossFulltime,
    /// Gross for a period of payroll, for the hours that the person works.
    GrossParttime,
    /// Gross for an hour.
    GrossHourly,
    /// Net, what the employer pays in all, or a type that we do not know; as the source spells it.
    Other(String),
}

/// What payroll has in force for one employee on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Salary {
    /// What it is of; `None` if payroll does not say.
    pub of: Option<SalaryType>,
    /// How much; `None` if payroll does not say.
    pub amount: Option<Wage>,
}

impl Salary {
    /// So much of this.
    pub const fn new(of: Option<SalaryType>, amount: Option<Wage>) -> Self {
        Self { of, amount }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wage_is_read_exactly_or_not_at_all() {
        for (text, decimal) in [
            ("3480.95", "3480.95"),
            ("4210", "4210.00"),
            ("14.4375", "14.4375"),
            ("14.430", "14.43"),
            ("14.5", "14.50"),
            ("0", "0.00"),
            ("0.0001", "0.0001"),
            ("12345678901.12", "12345678901.12"),
        ] {
            assert_eq!(text.parse::<Wage>().unwrap().to_decimal(), decimal, "{text}");
        }
        for text in
            ["", "-1", "+1", "1,5", "1.", ".5", "1.00001", "1e3", " 1", "1.2.3", "99999999999999999999"]
        {
            assert_eq!(text.parse::<Wage>(), Err(NoWage), "{text}");
        }
        assert!("0.00".parse::<Wage>().unwrap().is_zero());
    }
}

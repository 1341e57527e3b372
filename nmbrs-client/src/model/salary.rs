//! Salaries as history, and which entry of it is in force.
//!
//! Only an export that a customer asked for reads these. Of an entry only the day, the type, the amount and the moment
//! of recording are kept; the salary table behind it is not read. The vendor names no currency and no unit beside the
//! type: whether an amount is by the hour or by the month is what its [`SalaryType`] says.

use std::fmt;

use chrono::NaiveDate;
use serde::Deserialize;

use super::date::{Moment, SourceDate};
use super::per_employee::{Entry, PerEmployee};
use super::scalar::Scalar;
use crate::pii::Pii;
use crate::row::{Fault, Why};

/// One entry of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Salary {
    /// The first day on which it counts.
    pub start: SourceDate,
    /// What the amount is of, if told.
    pub salary_type: Option<SalaryType>,
    /// How much, if told.
    pub amount: Option<Pii<Amount>>,
    /// When it was recorded; for ordering only.
    pub created_at: Option<Moment>,
}

/// What the amount of a salary is of. Open: the vendor may invent more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SalaryType {
    /// `grossFulltimeSalary`: by the period, as if the person worked full time.
    GrossFulltime,
    /// `grossParttimeSalary`: by the period, for the hours that the person works.
    GrossParttime,
    /// `grossHourlyWage`
    GrossHourly,
    /// `netParttimeSalaryInclWageComp`
    NetParttimeWithComponents,
    /// `netParttimeSalaryExclWageComp`
    NetParttimeWithoutComponents,
    /// `netHourlyWageExclWageComp`
    NetHourlyWithoutComponents,
    /// `netHourlyWageInclWageComp`
    NetHourlyWithComponents,
    /// `employerCosts`
    EmployerCosts,
    /// A type this version does not know, as it was spelt.
    Other(String),
}

impl SalaryType {
    fn from_text(text: String) -> Self {
        match text.trim() {
            "grossFulltimeSalary" => Self::GrossFulltime,
            "grossParttimeSalary" => Self::GrossParttime,
            "grossHourlyWage" => Self::GrossHourly,
            "netParttimeSalaryInclWageComp" => Self::NetParttimeWithComponents,
            "netParttimeSalaryExclWageComp" => Self::NetParttimeWithoutComponents,
            "netHourlyWageExclWageComp" => Self::NetHourlyWithoutComponents,
            "netHourlyWageInclWageComp" => Self::NetHourlyWithComponents,
            "employerCosts" => Self::EmployerCosts,
            _ => Self::Other(text),
        }
    }

    /// As the vendor spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::GrossFulltime => "grossFulltimeSalary",
            Self::GrossParttime => "grossParttimeSalary",
            Self::GrossHourly => "grossHourlyWage",
            Self::NetParttimeWithComponents => "netParttimeSalaryInclWageComp",
            Self::NetParttimeWithoutComponents => "netParttimeSalaryExclWageComp",
            Self::NetHourlyWithoutComponents => "netHourlyWageExclWageComp",
            Self::NetHourlyWithComponents => "netHourlyWageInclWageComp",
            Self::EmployerCosts => "employerCosts",
            Self::Other(text) => text,
        }
    }
}

/// An amount of money as payroll holds it: an exact decimal, never a binary fraction.
///
/// It has at most 15 digits, which is what a JSON number carries through every decoder unharmed; one with more makes its
/// row unreadable. Zeros at the end say nothing: `2500.50` and `2500.5` are the same amount. Nothing is rounded here:
/// an hourly wage of `14.4375` stays one. `Debug` prints no digit of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    units: i64,
    /// How many of the digits of `units` stand behind the point; none of them is a zero at the end.
    decimals: u8,
}

/// Digits that a 64-bit float, which most JSON decoders read a number into, gives back as they came.
const EXACT_DIGITS: usize = 15;

impl Amount {
    pub(crate) fn read(digits: &str) -> Option<Self> {
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let has_empty_half = whole.is_empty() || (fraction.is_empty() && unsigned.contains('.'));
        if has_empty_half || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        if whole.len() + fraction.len() > EXACT_DIGITS {
            return None;
        }
        let units: i64 = format!("0{whole}{fraction}").parse().ok()?;
        let units = if unsigned.len() < digits.len() { -units } else { units };
        Some(Self { units, decimals: u8::try_from(fraction.len()).ok()? })
    }

    /// Is it more than nothing?
    pub const fn is_positive(&self) -> bool {
        self.units > 0
    }

    /// The digits with a point and as many decimals as it has: `2500`, `14.4375`, `-0.5`. Whoever calls this takes over
    /// the duty not to log it.
    pub fn to_decimal(&self) -> String {
        let decimals = usize::from(self.decimals);
        let sign = if self.units < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.units.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let point = if decimals == 0 { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Amount(..)")
    }
}

/// Which entry of a salary history counts on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "none, one or a tie: callers must treat all three")]
pub enum SalaryInForce<'a> {
    /// None has begun.
    Nothing,
    /// This entry.
    Entry(&'a Salary),
    /// Several entries of the same day and moment say different things, or one has no readable first day. Nobody can
    /// say which counts.
    Unclear,
}

impl PerEmployee<Salary> {
    /// The entry with the latest first day that is not after `day`; of several, the one recorded last. An entry without
    /// a first day could be any of them, so that with one nobody can say.
    pub fn in_force(&self, day: NaiveDate) -> SalaryInForce<'_> {
        if self.entries.iter().any(|entry| entry.start.day().is_none()) {
            return SalaryInForce::Unclear;
        }
        let begun =
            || self.entries.iter().filter(|entry| entry.start.day().is_some_and(|start| start <= day));
        let order = |entry: &Salary| (entry.start.day(), entry.created_at);
        let Some(best) = begun().max_by_key(|entry| order(entry)) else { return SalaryInForce::Nothing };
        let same = |entry: &&Salary| order(entry) == order(best);
        if begun().filter(same).all(|entry| entry == best) {
            SalaryInForce::Entry(best)
        } else {
            SalaryInForce::Unclear
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct SalaryWire<'a> {
    #[serde(borrow)]
    start_date: Scalar<'a>,
    #[serde(borrow)]
    r#type: Scalar<'a>,
    #[serde(borrow)]
    value: Scalar<'a>,
    #[serde(borrow)]
    created_at: Scalar<'a>,
}

impl Entry for Salary {
    const LIST: &'static str = "salaries";
    type Wire<'a> = SalaryWire<'a>;

    fn from_wire(wire: SalaryWire<'_>) -> Result<Self, Fault> {
        let amount = wire.value.number("value")?;
        let amount =
            amount.map(|digits| Amount::read(digits).ok_or_else(|| Fault::new("value", Why::NotANumber)));
        Ok(Self {
            start: wire.start_date.date("startDate")?,
            salary_type: wire.r#type.text("type")?.map(SalaryType::from_text),
            amount: amount.transpose()?.map(Pii::new),
            created_at: wire.created_at.moment("createdAt")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Row, read};

    fn row(entries: &str) -> Row<PerEmployee<Salary>> {
        read(&format!(r#"{{"employeeId":"e-1","salaries":[{entries}]}}"#)).unwrap().1
    }

    fn history(entries: &[String]) -> PerEmployee<Salary> {
        match row(&entries.join(",")) {
            Row::Readable(row) => row,
            Row::Unreadable(row) => panic!("{row:?}"),
        }
    }

    fn entry(start: &str, value: &str, created_at: &str) -> String {
        format!(
            r#"{{"startDate":"{start}T00:00:00Z","type":"grossHourlyWage","value":{value},"createdAt":{created_at}}}"#
        )
    }

    fn amount_of(value: &str) -> Option<String> {
        match row(&entry("2021-01-01", value, "null")) {
            Row::Readable(row) => row.entries[0].amount.map(|amount| amount.expose().to_decimal()),
            Row::Unreadable(row) => Some(format!("{}: {}", row.at, row.why)),
        }
    }

    #[test]
    fn an_amount_keeps_its_digits() {
        for (value, decimal) in [
            ("3480.95", "3480.95"),
            ("4210", "4210"),
            ("14.4375", "14.4375"),
            ("\"15.42\"", "15.42"),
            ("2500.50", "2500.5"),
            ("0", "0"),
            ("0.00", "0"),
            ("0.07", "0.07"),
            ("-12.5", "-12.5"),
            ("1e3", "1000"),
            ("123456789012.345", "123456789012.345"),
        ] {
            assert_eq!(amount_of(value).as_deref(), Some(decimal), "{value}");
        }
    }

    #[test]
    fn every_amount_of_four_decimals_comes_through_unchanged() {
        let mut seed = 7_u64;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (whole, fraction) = ((seed >> 20) % 10_000_000, (seed >> 50) % 10_000);
            let value = format!("{whole}.{fraction:04}");
            let trimmed = value.trim_end_matches('0').trim_end_matches('.');
            assert_eq!(amount_of(&value).as_deref(), Some(trimmed), "{value}");
        }
    }

    #[test]
    fn what_is_no_exact_amount_makes_the_row_unreadable() {
        for value in [
            "true",
            "\"much\"",
            "\"1.000,00\"",
            "\"1.\"",
            "\".5\"",
            "\"+5\"",
            "12345678901234.567",
            "1e300",
            "{}",
        ] {
            let problem = amount_of(value).unwrap();
            assert!(problem.starts_with("salaries[0].value: "), "{value}: {problem}");
        }
        assert_eq!(amount_of("null"), None);
        assert_eq!(amount_of("\"\""), None);
    }

    #[test]
    fn the_latest_entry_that_has_begun_is_in_force_and_ties_go_to_the_last_recorded() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let old = entry("2020-01-01", "1", r#""2024-01-01T00:00:00Z""#);
        let first = entry("2021-07-01", "2", r#""2021-06-01T10:00:00Z""#);
        let second = entry("2021-07-01", "3", r#""2021-06-01T10:00:01Z""#);
        let ahead = entry("2021-07-02", "4", r#""2021-06-01T10:00:00Z""#);
        for order in [[&old, &first, &second, &ahead], [&ahead, &second, &first, &old]] {
            let history = history(&order.map(Clone::clone));
            let on = |text| match history.in_force(day(text)) {
                SalaryInForce::Entry(entry) => entry.amount.map(|amount| amount.expose().to_decimal()),
                SalaryInForce::Nothing => None,
                SalaryInForce::Unclear => panic!("{text}"),
            };
            assert_eq!(on("2019-12-31"), None);
            assert_eq!(on("2020-01-01").as_deref(), Some("1"));
            assert_eq!(on("2021-07-01").as_deref(), Some("3"));
            assert_eq!(on("2021-07-02").as_deref(), Some("4"));
        }
    }

    #[test]
    fn a_tie_and_an_entry_without_a_first_day_leave_open_which_counts() {
        let day = "2022-01-01".parse().unwrap();
        let (one, two) = (entry("2021-01-01", "1", "null"), entry("2021-01-01", "2", "null"));
        assert_eq!(history(&[one.clone(), two]).in_force(day), SalaryInForce::Unclear);
        assert!(matches!(history(&[one.clone(), one.clone()]).in_force(day), SalaryInForce::Entry(_)));
        let undated = entry("0001-01-01", "9", "null");
        assert_eq!(history(&[one, undated]).in_force(day), SalaryInForce::Unclear);
        assert_eq!(history(&[]).in_force(day), SalaryInForce::Nothing);
    }

    #[test]
    fn types_are_read_as_the_vendor_spells_them_and_others_keep_their_text() {
        for text in [
            "grossFulltimeSalary",
            "grossParttimeSalary",
            "grossHourlyWage",
            "netParttimeSalaryInclWageComp",
            "netParttimeSalaryExclWageComp",
            "netHourlyWageExclWageComp",
            "netHourlyWageInclWageComp",
            "employerCosts",
        ] {
            let kind = SalaryType::from_text(text.to_owned());
            assert_eq!(kind.as_str(), text);
            assert!(!matches!(kind, SalaryType::Other(_)), "{text}");
        }
        assert_eq!(SalaryType::from_text("piecework".to_owned()), SalaryType::Other("piecework".to_owned()));
    }

    #[test]
    fn debug_shows_no_amount() {
        let history = history(&[entry("2021-01-01", "3480.95", "null")]);
        let printed = format!("{history:?} {:?}", history.entries[0].amount.map(Pii::into_inner));
        assert!(!printed.contains("3480") && !printed.contains("95)"), "{printed}");
    }
}

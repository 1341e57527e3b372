//! `Company_GetCurrentPeriod`: the payroll period in which a company is, as `2026-5-M`.

use crate::model::Period;

/// A payroll period, and how long the periods of its company are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PayrollPeriod {
    /// The year, and the number of the period in it.
    pub period: Period,
    /// How long the company's periods are.
    pub kind: PeriodKind,
}

/// How long the payroll periods of a company are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PeriodKind {
    /// A month (`M`).
    Month,
    /// Four weeks (`W4` or `4W`).
    FourWeeks,
    /// A week (`W1` or `1W`).
    Week,
    /// A kind this crate does not know, as it was spelt.
    Other(String),
}

impl PayrollPeriod {
    /// Reads `2026-5-M`, also with zeros before the period. `None` if the text is none of the kind.
    pub(in crate::soap) fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '-');
        let (year, period, kind) = (number(parts.next()?)?, number(parts.next()?)?, parts.next()?);
        let kind = match kind {
            "M" => PeriodKind::Month,
            "W4" | "4W" => PeriodKind::FourWeeks,
            "W1" | "1W" => PeriodKind::Week,
            "" => return None,
            other => PeriodKind::Other(other.to_owned()),
        };
        (year > 0 && period > 0).then_some(Self { period: Period { year, period }, kind })
    }
}

fn number(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_year_a_number_and_a_kind() {
        let read = |text| PayrollPeriod::read(text).map(|it| (it.period.year, it.period.period, it.kind));
        for (text, expected) in [
            ("2026-5-M", Some((2026, 5, PeriodKind::Month))),
            (" 2024-03-M ", Some((2024, 3, PeriodKind::Month))),
            ("2010-4-4W", Some((2010, 4, PeriodKind::FourWeeks))),
            ("2010-13-W4", Some((2010, 13, PeriodKind::FourWeeks))),
            ("2026-53-W1", Some((2026, 53, PeriodKind::Week))),
            ("2026-1-Year", Some((2026, 1, PeriodKind::Other("Year".to_owned())))),
            ("2026-5", None),
            ("2026-5-", None),
            ("2026-0-M", None),
            ("-2026-5-M", None),
            ("2026-+5-M", None),
            ("", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}

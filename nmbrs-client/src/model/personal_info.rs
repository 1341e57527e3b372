//! Personal info as history, and which entry of it is in force.
//!
//! The same answers carry nationality, gender, partner, phone numbers and emergency contacts. None of them is read.

use std::cmp::Ordering;

use serde::Deserialize;

use super::date::{Moment, SourceDate};
use super::employee::{BasicInfoWire, EmployeeType, PersonName};
use super::per_employee::{Entry, PerEmployee};
use super::scalar::Scalar;
use crate::pii::Pii;
use crate::row::Fault;

/// One entry of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PersonalInfo {
    /// The number the customer gave; not unique, not a key.
    pub number: Option<i64>,
    /// The name.
    pub name: PersonName,
    /// The type *at the time of this entry*; the current one is in the employee list.
    pub employee_type: Option<EmployeeType>,
    /// The date of birth.
    pub birthday: Pii<SourceDate>,
    /// The address at work.
    pub business_email: Option<Pii<String>>,
    /// The private address.
    pub private_email: Option<Pii<String>>,
    /// The payroll period from which the entry counts.
    pub period: Option<Period>,
    /// When it was recorded; for ordering only.
    pub created_at: Option<Moment>,
}

/// A payroll period: a month, four weeks or a week of a year, depending on the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Period {
    /// The year.
    pub year: i64,
    /// The number of the period in it, from 1.
    pub period: i64,
}

/// Which entry of a history counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "none, one or a tie: callers must treat all three")]
pub enum InForce<'a> {
    /// The history is empty.
    Nothing,
    /// This entry.
    Entry(&'a PersonalInfo),
    /// Several entries of the same period and moment say different things. Nobody can say which counts.
    Tied,
}

impl<'a> InForce<'a> {
    /// The entry that counts, if one does.
    pub fn entry(self) -> Option<&'a PersonalInfo> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::Nothing | Self::Tied => None,
        }
    }
}

impl PerEmployee<PersonalInfo> {
    /// The entry with the greatest period; of several, the one recorded last. An entry without a period comes before
    /// all that have one.
    pub fn in_force(&self) -> InForce<'_> {
        let mut entries = self.entries.iter();
        let Some(mut best) = entries.next() else { return InForce::Nothing };
        let mut tied = false;
        for entry in entries {
            match (entry.period, entry.created_at).cmp(&(best.period, best.created_at)) {
                Ordering::Greater => (best, tied) = (entry, false),
                Ordering::Equal => tied |= entry != best,
                Ordering::Less => {}
            }
        }
        if tied { InForce::Tied } else { InForce::Entry(best) }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct PersonalInfoWire<'a> {
    #[serde(borrow)]
    basic_info: Option<BasicInfoWire<'a>>,
    #[serde(borrow)]
    birth_info: Option<BirthInfoWire<'a>>,
    #[serde(borrow)]
    contact_info: Option<ContactInfoWire<'a>>,
    #[serde(borrow)]
    period: Option<PeriodWire<'a>>,
    #[serde(borrow)]
    created_at: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct BirthInfoWire<'a> {
    #[serde(borrow)]
    birth_date: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ContactInfoWire<'a> {
    #[serde(borrow)]
    business_email: Scalar<'a>,
    #[serde(borrow)]
    private_email: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PeriodWire<'a> {
    #[serde(borrow)]
    year: Scalar<'a>,
    #[serde(borrow)]
    period: Scalar<'a>,
}

impl PeriodWire<'_> {
    fn read(&self) -> Result<Option<Period>, Fault> {
        let year = self.year.integer("period.year")?;
        let period = self.period.integer("period.period")?;
        Ok(year.zip(period).map(|(year, period)| Period { year, period }))
    }
}

impl Entry for PersonalInfo {
    const LIST: &'static str = "info";
    type Wire<'a> = PersonalInfoWire<'a>;

    fn from_wire(wire: PersonalInfoWire<'_>) -> Result<Self, Fault> {
        let basic = wire.basic_info.unwrap_or_default().read().map_err(|fault| fault.below("basicInfo"))?;
        let birth = wire.birth_info.unwrap_or_default();
        let contact = wire.contact_info.unwrap_or_default();
        Ok(Self {
            number: basic.number,
            name: basic.name,
            employee_type: basic.employee_type,
            birthday: Pii::new(birth.birth_date.date("birthInfo.birthDate")?),
            business_email: contact.business_email.personal("contactInfo.businessEmail")?,
            private_email: contact.private_email.personal("contactInfo.privateEmail")?,
            period: wire.period.unwrap_or_default().read()?,
            created_at: wire.created_at.moment("createdAt")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Row, read};

    fn history(entries: &str) -> PerEmployee<PersonalInfo> {
        let json = format!(r#"{{"employeeId":"e-1","info":[{entries}]}}"#);
        match read(&json) {
            Some((_, Row::Readable(row))) => row,
            other => panic!("{other:?}"),
        }
    }

    fn entry(name: &str, period: &str, created_at: &str) -> String {
        format!(r#"{{"basicInfo":{{"firstName":"{name}"}},"period":{period},"createdAt":{created_at}}}"#)
    }

    fn first_name_in_force(entries: &[String]) -> Option<String> {
        let history = history(&entries.join(","));
        let name = history.in_force().entry()?.name.first.clone()?;
        Some(name.into_inner())
    }

    #[test]
    fn the_greatest_period_is_in_force_and_ties_go_to_the_last_recorded() {
        let may = r#"{"year":2021,"period":5}"#;
        let old = entry("old", r#"{"year":2020,"period":12}"#, r#""2022-01-01T00:00:00Z""#);
        let first = entry("first", may, r#""2021-05-01T10:00:00Z""#);
        let second = entry("second", may, r#""2021-05-01T10:00:01Z""#);
        let bare = entry("bare", "null", r#""2025-01-01T00:00:00Z""#);
        for order in
            [[&old, &first, &second, &bare], [&second, &first, &bare, &old], [&bare, &second, &old, &first]]
        {
            let entries = order.map(Clone::clone);
            assert_eq!(first_name_in_force(&entries).as_deref(), Some("second"));
        }
    }

    #[test]
    fn entries_that_cannot_be_told_apart_in_time_are_a_tie_unless_they_say_the_same() {
        let entry = |name| entry(name, r#"{"year":2021,"period":5}"#, "null");
        assert_eq!(history(&[entry("a"), entry("b")].join(",")).in_force(), InForce::Tied);
        assert_eq!(first_name_in_force(&[entry("a"), entry("a")]).as_deref(), Some("a"));
        assert_eq!(history("").in_force(), InForce::Nothing);
    }

    #[test]
    fn debug_shows_no_personal_data() {
        let history = history(
            r#"{"basicInfo":{"firstName":"Seeded","lastName":"Seeded","prefix":"Seeded","initials":"Seeded",
               "firstNameInFull":"Seeded"},"birthInfo":{"birthDate":"1991-02-03","nationality":{"codeISO":"Seeded"}},
               "contactInfo":{"businessEmail":"Seeded@x.nl","privateEmail":"Seeded@y.nl"}}"#,
        );
        let printed = format!("{history:?}");
        assert!(!printed.contains("Seeded") && !printed.contains("1991"), "{printed}");
    }
}

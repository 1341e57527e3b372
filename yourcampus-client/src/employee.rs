//! What the API tells about companies, groups and employees. JSON comes in; typed values go out.
//!
//! Only `id` and `is_active` are required; unknown keys are ignored; addresses stay plain text, because a stored
//! address that looks odd must not cost a listing. `Debug` shows which fields are there, never what is in them.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::Value;

use crate::fields::{FieldMisread, Fields, parse_date, required};
use crate::id::{CompanyGroupId, CompanyId, EmployeeId};
use crate::row::{Row, UnreadableRow};

/// A company the keys give access to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Company {
    /// Its number.
    pub id: CompanyId,
    /// Its name, if it has one.
    pub name: Option<String>,
}

/// A group of employees within a company.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompanyGroup {
    /// Its number.
    pub id: CompanyGroupId,
    /// Its name, if it has one.
    pub name: Option<String>,
}

/// A date-time as it was written: with an offset from UTC, or without one.
///
/// Which zone a value without an offset is in is not known; show it, decide nothing on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a date-time has an offset or has none")]
pub enum Timestamp {
    /// An instant.
    WithOffset(DateTime<FixedOffset>),
    /// A reading of some clock, nobody knows whose. A bare date counts as its midnight.
    WithoutOffset(NaiveDateTime),
}

impl Timestamp {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Some(Self::WithOffset(instant));
        }
        for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"] {
            if let Ok(reading) = NaiveDateTime::parse_from_str(text, format) {
                return Some(Self::WithoutOffset(reading));
            }
        }
        parse_date(text).map(|date| Self::WithoutOffset(date.and_time(NaiveTime::MIN)))
    }
}

/// An employee's account. Fields that the server left out or set to null are `None`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Employee {
    /// The account's number.
    pub id: EmployeeId,
    /// Whether the account is active. Changed by activating and deactivating only.
    pub is_active: bool,
    /// Business address, as stored.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name without prefix.
    pub last_name: Option<String>,
    /// Prefix of the last name: `van der`.
    pub prefix: Option<String>,
    /// Language code, as stored; `en` and `nl` are known.
    pub language: Option<String>,
    /// Private address, as stored.
    pub private_email: Option<String>,
    /// The group the employee is in.
    pub company_group_id: Option<CompanyGroupId>,
    /// That group's name; follows from the group.
    pub group_name: Option<String>,
    /// The account's number in another system.
    pub external_id: Option<String>,
    /// Birthday.
    pub birthday: Option<NaiveDate>,
    /// First day of work that anniversaries count from.
    pub work_anniversary: Option<NaiveDate>,
    /// When the account was made. Read only.
    pub registration_date: Option<Timestamp>,
    /// When the account was or will be offboarded. Read only.
    pub offboarding_date: Option<Timestamp>,
    /// When the employee was last seen. Read only.
    pub last_active_date: Option<Timestamp>,
}

impl fmt::Debug for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = [
            ("email", self.email.is_some()),
            ("first_name", self.first_name.is_some()),
            ("last_name", self.last_name.is_some()),
            ("prefix", self.prefix.is_some()),
            ("language", self.language.is_some()),
            ("private_email", self.private_email.is_some()),
            ("company_group_id", self.company_group_id.is_some()),
            ("group_name", self.group_name.is_some()),
            ("external_id", self.external_id.is_some()),
            ("birthday", self.birthday.is_some()),
            ("work_anniversary", self.work_anniversary.is_some()),
            ("registration_date", self.registration_date.is_some()),
            ("offboarding_date", self.offboarding_date.is_some()),
            ("last_active_date", self.last_active_date.is_some()),
        ];
        let present: Vec<_> = present.iter().filter(|(_, is_some)| *is_some).map(|(name, _)| *name).collect();
        f.debug_struct("Employee")
            .field("id", &self.id)
            .field("is_active", &self.is_active)
            .field("present", &present)
            .finish()
    }
}

impl Employee {
    fn read(id: EmployeeId, fields: Fields<'_>) -> Result<Self, FieldMisread> {
        Ok(Self {
            id,
            is_active: required("is_active", fields.flag("is_active")?)?,
            email: fields.text("email")?,
            first_name: fields.text("first_name")?,
            last_name: fields.text("last_name")?,
            prefix: fields.text("prefix")?,
            language: fields.text("language")?,
            private_email: fields.text("private_email")?,
            company_group_id: fields.integer("company_group_id")?.map(CompanyGroupId::new),
            group_name: fields.text("group_name")?,
            external_id: fields.text("external_id")?,
            birthday: fields.date("birthday")?,
            work_anniversary: fields.date("work_anniversary")?,
            registration_date: fields.timestamp("registration_date")?,
            offboarding_date: fields.timestamp("offboarding_date")?,
            last_active_date: fields.timestamp("last_active_date")?,
        })
    }
}

/// One employee of a listing. The error means that not even the id could be read.
pub(crate) fn read_row(value: &Value) -> Result<Row<Employee>, FieldMisread> {
    let fields = Fields::of(value).ok_or(("id", crate::row::Misread::Missing))?;
    let id = EmployeeId::new(required("id", fields.integer("id")?)?);
    Ok(match Employee::read(id, fields) {
        Ok(employee) => Row::Readable(employee),
        Err((field, reason)) => Row::Unreadable(UnreadableRow { id, field, reason }),
    })
}

/// `id` and `name` of a company or a group.
pub(crate) fn read_named(value: &Value) -> Result<(i64, Option<String>), FieldMisread> {
    let fields = Fields::of(value).ok_or(("id", crate::row::Misread::Missing))?;
    Ok((required("id", fields.integer("id")?)?, fields.text("name")?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::row::Misread;

    #[test]
    fn id_and_is_active_are_enough_and_unknown_keys_are_ignored() {
        let row = read_row(&json!({"id": 7, "is_active": false, "shoe_size": 43, "email": null})).unwrap();
        let employee = row.readable().unwrap();
        assert_eq!((employee.id, employee.is_active), (EmployeeId::new(7), false));
        assert_eq!(employee.email, None);
    }

    #[test]
    fn a_bad_field_costs_the_row_and_keeps_its_id() {
        let table = [
            (json!({"id": 7}), "is_active", Misread::Missing),
            (json!({"id": 7, "is_active": "yes"}), "is_active", Misread::WrongType),
            (json!({"id": 7, "is_active": true, "email": 5}), "email", Misread::WrongType),
            (json!({"id": 7, "is_active": true, "birthday": "1-2-1990"}), "birthday", Misread::NotADate),
            (json!({"id": 7, "is_active": true, "birthday": "1990-02-30"}), "birthday", Misread::NotADate),
            (
                json!({"id": 7, "is_active": true, "offboarding_date": "soon"}),
                "offboarding_date",
                Misread::NotADateTime,
            ),
        ];
        for (value, field, reason) in table {
            let expected = UnreadableRow { id: EmployeeId::new(7), field, reason };
            assert_eq!(read_row(&value).unwrap(), Row::Unreadable(expected), "{value}");
        }
    }

    #[test]
    fn a_row_without_a_readable_id_is_an_error() {
        for value in
            [json!({"is_active": true}), json!({"id": "7"}), json!({"id": 1.5}), json!([]), json!(null)]
        {
            assert!(read_row(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_timestamp_keeps_no_offset_apart_from_utc() {
        let nine = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap().and_hms_opt(9, 0, 0).unwrap();
        assert_eq!(Timestamp::parse("2024-01-01T09:00:00"), Some(Timestamp::WithoutOffset(nine)));
        assert_eq!(Timestamp::parse("2024-01-01 09:00:00.000"), Some(Timestamp::WithoutOffset(nine)));
        assert_eq!(
            Timestamp::parse("2024-01-01"),
            Some(Timestamp::WithoutOffset(nine.date().and_time(NaiveTime::MIN)))
        );
        let utc = Timestamp::WithOffset(nine.and_utc().fixed_offset());
        assert_eq!(Timestamp::parse("2024-01-01T09:00:00Z"), Some(utc));
        assert_eq!(Timestamp::parse("2024-01-01T10:00:00.5+01:00").map(|t| t == utc), Some(false));
        assert_eq!(Timestamp::parse("2024-01-01T10:00:00+01:00"), Some(utc));
        assert_eq!(Timestamp::parse("09:00"), None);
    }

    #[test]
    fn debug_shows_which_fields_are_there_and_nothing_in_them() {
        let row = json!({"id": 7, "is_active": true, "email": "jan@acme.com", "first_name": "Jan", "birthday": "1990-02-03"});
        let printed = format!("{:?}", read_row(&row).unwrap());
        assert!(printed.contains("birthday"), "{printed}");
        for content in ["jan@", "Jan", "1990"] {
            assert!(!printed.contains(content), "{printed}");
        }
    }
}

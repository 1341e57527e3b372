//! Names, birthdays and addresses, as history.
//!
//! The same records carry marital status, birth place, phone numbers, the number of an identity document and an
//! emergency contact. None of them is read.

use super::SoapEntry;
use crate::model::{Moment, PerEmployee, Period, PersonName, PersonalInfo, SourceDate};
use crate::pii::Pii;
use crate::row::Fault;
use crate::soap::node::{Node, once};
use crate::soap::operation::Operation;
use crate::soap::reading::Reading;

impl Reading<PerEmployee<PersonalInfo>> {
    /// Reads the answer to [`Operation::PersonalInfo`].
    pub fn personal_info() -> Self {
        Self::of(Operation::PersonalInfo)
    }
}

/// The elements as they come.
#[derive(Default)]
struct Elements {
    number: Option<i64>,
    nickname: Option<Pii<String>>,
    first_name: Option<Pii<String>>,
    /// The spelling of the operation without BSN.
    fist_name: Option<Pii<String>>,
    initials: Option<Pii<String>>,
    prefix: Option<Pii<String>>,
    last_name: Option<Pii<String>>,
    email_work: Option<Pii<String>>,
    email_private: Option<Pii<String>>,
    birthday: Option<SourceDate>,
    creation_date: Option<Moment>,
    start_year: Option<i64>,
    start_period: Option<i64>,
}

impl SoapEntry for PersonalInfo {
    const LIST: &'static str = "EmployeePersonalInfos";

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let mut it = Elements::default();
        node.children(|name, child| match name {
            "EmployeeNumber" => once(&mut it.number, name, child.integer()?),
            "Nickname" => once(&mut it.nickname, name, child.personal()?),
            "FirstName" => once(&mut it.first_name, name, child.personal()?),
            "FistName" => once(&mut it.fist_name, name, child.personal()?),
            "Initials" => once(&mut it.initials, name, child.personal()?),
            "Prefix" => once(&mut it.prefix, name, child.personal()?),
            "LastName" => once(&mut it.last_name, name, child.personal()?),
            "EmailWork" => once(&mut it.email_work, name, child.personal()?),
            "EmailPrivate" => once(&mut it.email_private, name, child.personal()?),
            "Birthday" => once(&mut it.birthday, name, child.date()?),
            "CreationDate" => once(&mut it.creation_date, name, child.moment()?),
            "StartYear" => once(&mut it.start_year, name, child.integer()?),
            "StartPeriod" => once(&mut it.start_period, name, child.integer()?),
            _ => Ok(()),
        })?;
        Ok(it.into())
    }
}

impl From<Elements> for PersonalInfo {
    fn from(it: Elements) -> Self {
        let in_full = it.fist_name.or(it.first_name);
        Self {
            number: it.number,
            name: PersonName {
                first: it.nickname.or_else(|| in_full.clone()),
                first_in_full: in_full,
                prefix: it.prefix,
                initials: it.initials,
                last: it.last_name,
            },
            // The lists by type say it; personal info does not.
            employee_type: None,
            birthday: Pii::new(it.birthday.unwrap_or_default()),
            business_email: it.email_work,
            private_email: it.email_private,
            period: it.start_year.zip(it.start_period).map(|(year, period)| Period { year, period }),
            created_at: it.creation_date,
        }
    }
}

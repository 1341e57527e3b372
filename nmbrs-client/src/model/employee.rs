//! The employee list: who there is, and of what type *now*.
//!
//! "Now" is the company's current payroll period, which may lag behind the calendar.

use serde::Deserialize;

use super::scalar::Scalar;
use crate::id::{EmployeeId, RowId};
use crate::pii::Pii;
use crate::row::{Fault, Record};

/// One employee record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Employee {
    /// Its key.
    pub id: EmployeeId,
    /// The number the customer gave; not unique, not a key.
    pub number: Option<i64>,
    /// The name.
    pub name: PersonName,
    /// The type in the current payroll period.
    pub employee_type: Option<EmployeeType>,
}

/// A name in its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PersonName {
    /// The name used every day.
    pub first: Option<Pii<String>>,
    /// All given names in full.
    pub first_in_full: Option<Pii<String>>,
    /// What stands before the last name, such as "van der".
    pub prefix: Option<Pii<String>>,
    /// Initials.
    pub initials: Option<Pii<String>>,
    /// The last name, without prefix.
    pub last: Option<Pii<String>>,
}

/// What an employee is to payroll. The vendor adds values without notice, so unknown ones keep their text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EmployeeType {
    /// Not in payroll yet.
    Applicant,
    /// About to start.
    NewHire,
    /// Paid through payroll: the ordinary employee.
    Payroll,
    /// Left service.
    FormerPayroll,
    /// Works for the customer without being on payroll.
    External,
    /// External who left.
    FormerExternal,
    /// Was not hired.
    RejectedApplicant,
    /// A value this crate does not know.
    Other(String),
}

impl EmployeeType {
    fn named(text: String) -> Self {
        match text.as_str() {
            "applicant" => Self::Applicant,
            "newHire" => Self::NewHire,
            "payroll" => Self::Payroll,
            "formerPayroll" => Self::FormerPayroll,
            "external" => Self::External,
            "formerExternal" => Self::FormerExternal,
            "rejectedApplicant" => Self::RejectedApplicant,
            _ => Self::Other(text),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct EmployeeWire<'a> {
    #[serde(borrow)]
    employee_id: Scalar<'a>,
    #[serde(borrow)]
    employee_basic_info: Option<BasicInfoWire<'a>>,
}

/// The part that the employee list and personal info have in common.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct BasicInfoWire<'a> {
    #[serde(borrow)]
    employee_number: Scalar<'a>,
    #[serde(borrow)]
    first_name: Scalar<'a>,
    #[serde(borrow)]
    first_name_in_full: Scalar<'a>,
    #[serde(borrow)]
    prefix: Scalar<'a>,
    #[serde(borrow)]
    initials: Scalar<'a>,
    #[serde(borrow)]
    last_name: Scalar<'a>,
    #[serde(borrow)]
    employee_type: Scalar<'a>,
}

pub(super) struct BasicInfo {
    pub(super) number: Option<i64>,
    pub(super) name: PersonName,
    pub(super) employee_type: Option<EmployeeType>,
}

impl BasicInfoWire<'_> {
    pub(super) fn read(&self) -> Result<BasicInfo, Fault> {
        Ok(BasicInfo {
            number: self.employee_number.integer("employeeNumber")?,
            name: PersonName {
                first: self.first_name.personal("firstName")?,
                first_in_full: self.first_name_in_full.personal("firstNameInFull")?,
                prefix: self.prefix.personal("prefix")?,
                initials: self.initials.personal("initials")?,
                last: self.last_name.personal("lastName")?,
            },
            employee_type: self.employee_type.text("employeeType")?.map(EmployeeType::named),
        })
    }
}

impl Record for Employee {
    const KEYS: &'static [&'static str] = &["employeeId"];
    type Wire<'a> = EmployeeWire<'a>;

    fn from_wire(wire: EmployeeWire<'_>) -> Result<Self, Fault> {
        let id = wire.employee_id.id("employeeId", EmployeeId::new)?;
        let info = wire.employee_basic_info.unwrap_or_default();
        let info = info.read().map_err(|fault| fault.below("employeeBasicInfo"))?;
        Ok(Self { id, number: info.number, name: info.name, employee_type: info.employee_type })
    }

    fn row_id(&self) -> RowId {
        RowId::of(&[self.id.as_str()])
    }
}

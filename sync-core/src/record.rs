//! What the source says of one employee, in the field's own terms.
//!
//! In: the parts that a source reads list by list. Out: one [`EmployeeRecord`] for each employee id.
//! Never: the citizen service number, a bank account, or anything else that no rule and no field of the
//! target consumes; there is no place for it here.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::external_id::ExternalId;
use crate::id::{CompanyId, DebtorId};
use crate::pii::Pii;

/// A company of the source, as announced before its employees are read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct SourceCompany {
    /// Its id.
    pub id: CompanyId,
    /// The debtor above it, if told.
    pub debtor: Option<DebtorId>,
    /// Its name, for reports.
    pub name: Option<String>,
}

impl SourceCompany {
    /// A company of which only the id is known.
    pub const fn new(id: CompanyId) -> Self {
        Self { id, debtor: None, name: None }
    }

    /// With the debtor above it.
    pub fn with_debtor(mut self, debtor: DebtorId) -> Self {
        self.debtor = Some(debtor);
        self
    }

    /// With its name.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// The employee type, which decides between onboarding and offboarding. Open: the source may invent more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmployeeType {
    /// Not in payroll yet.
    Applicant,
    /// About to start.
    NewHire,
    /// Paid through payroll: in service.
    Payroll,
    /// Left service.
    FormerPayroll,
    /// Works for the customer without being on payroll.
    External,
    /// An external who left.
    FormerExternal,
    /// Was not hired.
    RejectedApplicant,
    /// A type we do not know, as spelled by the source.
    Other(String),
}

impl EmployeeType {
    /// Is a record of this type in service, whatever the [policy](crate::Policy::is_in_service) adds?
    pub fn is_in_service(&self) -> bool {
        matches!(self, Self::Payroll)
    }

    /// Does a record of this type say that this engagement is over or never was?
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::FormerPayroll | Self::FormerExternal | Self::RejectedApplicant)
    }
}

/// One period in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub struct Employment {
    /// First day in service.
    pub start: Option<NaiveDate>,
    /// Last day in service.
    pub end: Option<NaiveDate>,
    /// The day from which seniority counts.
    pub seniority: Option<NaiveDate>,
}

impl Employment {
    /// An employment from `start` on.
    pub const fn starting(start: NaiveDate) -> Self {
        Self { start: Some(start), end: None, seniority: None }
    }

    /// With its last day.
    pub const fn ending(mut self, end: NaiveDate) -> Self {
        self.end = Some(end);
        self
    }

    /// With the day from which seniority counts.
    pub const fn with_seniority(mut self, seniority: NaiveDate) -> Self {
        self.seniority = Some(seniority);
        self
    }
}

/// One contract within an employment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub struct Contract {
    /// First day of the contract.
    pub start: Option<NaiveDate>,
    /// Last day of the contract.
    pub end: Option<NaiveDate>,
}

impl Contract {
    /// A contract with its first and last day, as far as known.
    pub const fn new(start: Option<NaiveDate>, end: Option<NaiveDate>) -> Self {
        Self { start, end }
    }
}

/// The definition of an extra field in one company. Not personal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct FieldDefinition {
    /// The name, as the customer typed it.
    pub name: String,
    /// The kind of value, as the source spells it (`yesNo`, `text` …).
    pub kind: String,
}

impl FieldDefinition {
    /// A definition by name and kind.
    pub fn new(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { name: name.into(), kind: kind.into() }
    }
}

/// The value of one extra field for one employee.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct ExtraField {
    /// The name of the field, as the customer typed it.
    pub name: String,
    /// The raw text; `None` when the source gave null. Free text may hold anything, so it is personal.
    pub value: Option<Pii<String>>,
    /// The day from which the value counts, where the field has one.
    pub start: Option<NaiveDate>,
}

impl ExtraField {
    /// A value without a date.
    pub fn new(name: impl Into<String>, value: Option<String>) -> Self {
        Self { name: name.into(), value: value.map(Pii::new), start: None }
    }

    /// With the day from which it counts.
    pub const fn from(mut self, start: NaiveDate) -> Self {
        self.start = Some(start);
        self
    }
}

/// What the list of employees says of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Listed {
    /// The employee number. Set by people, not unique, not a key.
    pub number: Option<i64>,
    /// The type, if told.
    pub employee_type: Option<EmployeeType>,
}

impl Listed {
    /// An employee of this type.
    pub const fn new(number: Option<i64>, employee_type: Option<EmployeeType>) -> Self {
        Self { number, employee_type }
    }
}

/// Name, address and birthday of one employee, as they stand now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Personal {
    /// First name.
    pub first_name: Option<Pii<String>>,
    /// Name infix, such as "van der".
    pub prefix: Option<Pii<String>>,
    /// Last name without infix.
    pub last_name: Option<Pii<String>>,
    /// Business e-mail address, as typed.
    pub business_email: Option<Pii<String>>,
    /// Private e-mail address, as typed. Read only when the policy chooses it.
    pub private_email: Option<Pii<String>>,
    /// Date of birth.
    pub birthday: Option<Pii<NaiveDate>>,
}

/// All that the source says of one employee id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmployeeRecord {
    /// The id, in the form that an account carries.
    pub id: ExternalId,
    /// The company whose list it stood in.
    pub company: CompanyId,
    /// From the list of employees.
    pub listed: Listed,
    /// From personal information.
    pub personal: Personal,
    /// Periods in service, in no promised order.
    pub employments: Vec<Employment>,
    /// Contracts, in no promised order.
    pub contracts: Vec<Contract>,
    /// Values of the extra fields that concern us.
    pub extra_fields: Vec<ExtraField>,
    /// What of it could not be read. Not empty: the person is held.
    pub unreadable: Vec<Unreadable>,
}

impl EmployeeRecord {
    /// A record of which only id and company are known.
    pub fn new(id: ExternalId, company: CompanyId) -> Self {
        Self {
            id,
            company,
            listed: Listed::default(),
            personal: Personal::default(),
            employments: Vec::new(),
            contracts: Vec::new(),
            extra_fields: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}

/// A row that could not be read, without the value that was in the way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unreadable {
    /// The source's or target's path of the field, such as `info[0].birthInfo.birthDate`.
    pub field: String,
    /// What is wrong with it, such as `not a date`.
    pub problem: String,
}

impl Unreadable {
    /// Names the field and the problem. Neither may hold a value.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

//! What the rows of the lists mean.
//!
//! | file | rows of |
//! |---|---|
//! | `debtor`, `company`, `user` | debtors, companies, the signed-in user |
//! | `employee` | the employee list: the *current* type of everybody |
//! | `personal_info` | names, birthdays and addresses as history; which entry is in force |
//! | `employment`, `contract` | periods in service; contracts |
//! | `salary` | salaries as history; read only by an export that asks for them |
//! | `extra_field` | the customer's own fields: definitions and values |
//! | `scalar`, `date` | how one JSON value is read: `null`, missing and `""` alike, numbers and booleans also as text |
//!
//! What is not in these types is not read: unknown keys are skipped while decoding and never stored. That keeps
//! nationality, gender, partner, phone numbers and emergency contacts out, which the same answers carry.

mod company;
mod contract;
pub(crate) mod date;
mod debtor;
mod employee;
mod employment;
mod extra_field;
mod per_employee;
mod personal_info;
mod salary;
pub(crate) mod scalar;
mod user;

pub use self::company::Company;
pub use self::contract::Contract;
pub use self::date::{Moment, SourceDate};
pub use self::debtor::Debtor;
pub use self::employee::{Employee, EmployeeType, PersonName};
pub use self::employment::Employment;
pub use self::extra_field::{ExtraFieldDefinition, ExtraFieldType, ExtraFieldValue, RawText};
pub use self::per_employee::PerEmployee;
pub use self::personal_info::{InForce, Period, PersonalInfo};
pub use self::salary::{Amount, Salary, SalaryInForce, SalaryType};
pub use self::user::UserInfo;

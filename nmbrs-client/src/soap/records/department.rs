//! Departments: a debtor's list of them, and which one each employee was in since when.

use super::coded::Coded;
use super::{SoapEntry, SoapRecord, period};
use crate::model::{Moment, Period};
use crate::row::Fault;
use crate::soap::node::{Node, once};

/// A department; in an employee's history, one entry of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Department {
    /// Its key. `None` in an entry that says that there was none.
    pub id: Option<i64>,
    /// The code people use for it; text, for it is not always digits.
    pub code: Option<String>,
    /// What it is called.
    pub description: Option<String>,
    /// In a history: the payroll period from which the entry counts.
    pub period: Option<Period>,
    /// In a history: when it was recorded; for ordering only.
    pub created_at: Option<Moment>,
}

impl SoapRecord for Department {
    const ID: Option<&'static str> = Some("Id");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let mut it = Coded::default();
        node.children(|name, child| it.take(name, child))?;
        let id = it.required_id()?;
        Ok(Self { id, code: it.code, description: it.description, period: None, created_at: None })
    }
}

impl SoapEntry for Department {
    const LIST: &'static str = "EmployeeDepartments";

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut it, mut created_at, mut start_year, mut start_period) = (Coded::default(), None, None, None);
        node.children(|name, child| match name {
            "CreationDate" => once(&mut created_at, name, child.moment()?),
            "StartYear" => once(&mut start_year, name, child.integer()?),
            "StartPeriod" => once(&mut start_period, name, child.integer()?),
            _ => it.take(name, child),
        })?;
        let period = period(start_year, start_period);
        Ok(Self { id: it.id(), code: it.code, description: it.description, period, created_at })
    }
}

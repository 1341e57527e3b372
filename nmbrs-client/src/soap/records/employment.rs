//! Periods in service of everybody.

use super::SoapEntry;
use crate::model::Employment;
use crate::row::Fault;
use crate::soap::node::{Node, once};

impl SoapEntry for Employment {
    const LIST: &'static str = "EmployeeEmployments";

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut start, mut end, mut seniority, mut created_at) = (None, None, None, None);
        node.children(|name, child| match name {
            "StartDate" => once(&mut start, name, child.date()?),
            "EndDate" => once(&mut end, name, child.date()?),
            "InitialStartDate" => once(&mut seniority, name, child.date()?),
            "CreationDate" => once(&mut created_at, name, child.moment()?),
            _ => Ok(()),
        })?;
        Ok(Self {
            start: start.unwrap_or_default(),
            end: end.unwrap_or_default(),
            seniority: seniority.unwrap_or_default(),
            created_at,
        })
    }
}

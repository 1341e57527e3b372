//! The employee lists: one for each type, so a row does not say of which type it is. Names stand in personal info.

use super::{SoapRecord, required};
use crate::id::EmployeeId;
use crate::model::{Employee, PersonName};
use crate::row::Fault;
use crate::soap::node::{Node, once};

impl SoapRecord for Employee {
    const ID: Option<&'static str> = Some("Id");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut id, mut number) = (None, None);
        node.children(|name, child| match name {
            "Id" => once(&mut id, name, child.id(EmployeeId::new)?),
            "Number" => once(&mut number, name, child.integer()?),
            _ => Ok(()),
        })?;
        let id = required(id, "Id")?;
        Ok(Self { id, number, name: PersonName::default(), employee_type: None })
    }
}

//! `EmployeeType_GetList`: the types an employee can have, under the numbers that this environment gives them.

use std::fmt;

use super::{SoapRecord, required};
use crate::row::{Fault, Why};
use crate::soap::node::{Node, once};

/// The number of an employee type. Which number means what differs by environment: ask
/// [`SoapClient::employee_types`](crate::soap::SoapClient::employee_types) and go by the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmployeeTypeId(i32);

impl EmployeeTypeId {
    /// Takes the number. One that is not above 0 is refused when it is to be sent.
    pub const fn new(number: i32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl fmt::Display for EmployeeTypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An employee type: its number and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmployeeTypeName {
    /// Its number.
    pub id: EmployeeTypeId,
    /// What it is called, in the language of the environment.
    pub description: Option<String>,
}

impl SoapRecord for EmployeeTypeName {
    const ID: Option<&'static str> = Some("Id");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut id, mut description) = (None, None);
        node.children(|name, child| match name {
            "Id" => once(&mut id, name, child.integer()?),
            "Description" => once(&mut description, name, child.string()?),
            _ => Ok(()),
        })?;
        let id = required(id, "Id")?;
        let number = i32::try_from(id).map_err(|_| Fault::new("Id", Why::NotANumber))?;
        Ok(Self { id: EmployeeTypeId(number), description })
    }
}

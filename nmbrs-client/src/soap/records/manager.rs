//! Managers: of a debtor, or the one whom an employee has now. Phone numbers are not read.

use super::{SoapRecord, required};
use crate::pii::Pii;
use crate::row::Fault;
use crate::soap::node::{Node, once};

/// A manager. Not necessarily an employee, and known by nothing that an employee record carries but the address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manager {
    /// The number of the manager's record; no employee's id.
    pub number: i64,
    /// The first name.
    pub first: Option<Pii<String>>,
    /// The last name.
    pub last: Option<Pii<String>>,
    /// The department the manager works in.
    pub department: Option<String>,
    /// What the manager's function is called.
    pub function: Option<String>,
    /// The address at work.
    pub email: Option<Pii<String>>,
}

impl Manager {
    /// Whether this is how the vendor says that there is none: number 0 and nothing else.
    pub(in crate::soap) fn is_nobody(&self) -> bool {
        self.number == 0 && self.first.is_none() && self.last.is_none() && self.email.is_none()
    }
}

impl SoapRecord for Manager {
    const ID: Option<&'static str> = Some("Number");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut number, mut first, mut last, mut email) = (None, None, None, None);
        let (mut department, mut function) = (None, None);
        node.children(|name, child| match name {
            "Number" => once(&mut number, name, child.integer()?),
            "FirstName" => once(&mut first, name, child.personal()?),
            "Name" => once(&mut last, name, child.personal()?),
            "Department" => once(&mut department, name, child.string()?),
            "Function" => once(&mut function, name, child.string()?),
            "Email" => once(&mut email, name, child.personal()?),
            _ => Ok(()),
        })?;
        Ok(Self { number: required(number, "Number")?, first, last, department, function, email })
    }
}

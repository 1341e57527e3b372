//! What the records of each operation mean, in the types of [`crate::model`] where REST has the same.
//!
//! One file for each kind of record. What is not in its type is not read, whatever else the answer carries.

pub(super) mod department;
pub(super) mod employee_type;
pub(super) mod function;
pub(super) mod manager;
pub(super) mod payroll_period;
mod personal_info;
pub(super) mod schedule;
pub(super) mod service_interval;

use crate::id::{EmployeeId, RowId};
use crate::model::PerEmployee;
use crate::row::{Fault, Row, Unreadable, Why};

use super::node::{self, Node, once};

/// What a record of an answer can be.
pub(crate) trait SoapRecord: Sized + Send + 'static {
    /// The element whose number tells the record apart. Where there is none, a record that cannot be read makes the
    /// whole answer unusable.
    const ID: Option<&'static str>;

    /// Reads the record from its children.
    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault>;
}

/// An entry of a history that stands below an employee.
pub(crate) trait SoapEntry: Sized + Send + 'static {
    /// The element around the entries, in its exact spelling.
    const LIST: &'static str;

    /// Reads the entry from its children.
    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault>;
}

/// Reads one record. `None` if not even its id can be read, or if the frame is not well-formed.
pub(crate) fn read<T: SoapRecord>(frame: &str) -> Option<Row<T>> {
    let fault = match node::read(frame, T::read) {
        Ok(record) => return Some(Row::Readable(record)),
        Err(fault) => fault,
    };
    let id = id_alone(frame, T::ID?)?;
    Some(Row::Unreadable(Unreadable { id, at: fault.at, why: fault.why }))
}

/// Reads the frame to its end, so that one that is not well-formed has no id.
fn id_alone(frame: &str, element: &str) -> Option<RowId> {
    let mut id = None;
    let read = node::read(frame, |node| {
        node.children(
            |name, child| if name == element { once(&mut id, name, child.id(RowId::new)?) } else { Ok(()) },
        )
    });
    read.ok().and(id)
}

impl<T: SoapEntry> SoapRecord for PerEmployee<T> {
    const ID: Option<&'static str> = Some("EmployeeId");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut employee, mut entries) = (None, None);
        node.children(|name, child| match name {
            "EmployeeId" => once(&mut employee, name, child.id(EmployeeId::new)?),
            name if name == T::LIST => once(&mut entries, name, Some(read_entries(child)?)),
            _ => Ok(()),
        })?;
        let employee = employee.ok_or_else(|| Fault::new("EmployeeId", Why::NotAnId))?;
        Ok(Self { employee, entries: entries.unwrap_or_default() })
    }
}

/// Whatever the entries are called; an entry that is `nil` is none.
fn read_entries<T: SoapEntry>(list: &mut Node<'_, '_>) -> Result<Vec<T>, Fault> {
    let mut entries = Vec::new();
    list.children(|_, entry| {
        if !entry.is_nil() {
            let index = entries.len();
            entries.push(T::read(entry).map_err(|fault| fault.within(T::LIST, index))?);
        }
        Ok(())
    })?;
    Ok(entries)
}

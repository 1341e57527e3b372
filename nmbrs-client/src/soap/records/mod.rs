//! What the records of each operation mean, in the types of [`crate::model`] where REST has the same.
//!
//! One file for each kind of record. What is not in its type is not read, whatever else the answer carries.

mod coded;
mod company;
mod contract;
mod debtor;
mod department;
mod employee;
mod employee_type;
mod employment;
mod environment;
mod extra_field;
mod function;
mod manager;
mod payroll_period;
mod personal_info;
mod salary;
mod schedule;
mod service_interval;
mod text;

pub use self::department::Department;
pub use self::employee_type::{EmployeeTypeId, EmployeeTypeName};
pub(super) use self::environment::Environment;
pub use self::function::Function;
pub use self::manager::Manager;
pub use self::payroll_period::{PayrollPeriod, PeriodKind};
pub use self::schedule::Schedule;
pub use self::service_interval::ServiceInterval;
pub(super) use self::text::Text;

use crate::id::{EmployeeId, RowId};
use crate::model::{PerEmployee, Period};
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
        let (employee, entries) = employee_and_entries(node, T::LIST, T::read)?;
        Ok(Self { employee, entries })
    }
}

/// An employee's id, and the entries below `list`; none if the list is missing.
fn employee_and_entries<E>(
    node: &mut Node<'_, '_>,
    list: &'static str,
    read: impl Fn(&mut Node<'_, '_>) -> Result<E, Fault>,
) -> Result<(EmployeeId, Vec<E>), Fault> {
    let (mut employee, mut entries) = (None, None);
    node.children(|name, child| match name {
        "EmployeeId" => once(&mut employee, name, child.id(EmployeeId::new)?),
        name if name == list => once(&mut entries, name, Some(read_entries(child, list, &read)?)),
        _ => Ok(()),
    })?;
    Ok((required(employee, "EmployeeId")?, entries.unwrap_or_default()))
}

/// Whatever the entries are called; an entry that is `nil` is none.
fn read_entries<E>(
    node: &mut Node<'_, '_>,
    list: &'static str,
    read: impl Fn(&mut Node<'_, '_>) -> Result<E, Fault>,
) -> Result<Vec<E>, Fault> {
    let mut entries = Vec::new();
    node.children(|_, entry| {
        if !entry.is_nil() {
            let index = entries.len();
            entries.push(read(entry).map_err(|fault| fault.within(list, index))?);
        }
        Ok(())
    })?;
    Ok(entries)
}

/// An id that must be there.
fn required<T>(id: Option<T>, name: &str) -> Result<T, Fault> {
    id.ok_or_else(|| Fault::new(name, Why::NotAnId))
}

/// The payroll period of an entry, if it says both its year and its number.
fn period(year: Option<i64>, period: Option<i64>) -> Option<Period> {
    year.zip(period).map(|(year, period)| Period { year, period })
}

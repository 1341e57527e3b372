//! Lists that are wrapped twice: employees, and for each of them a list of entries under a key of its own.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

use super::scalar::Scalar;
use crate::id::{EmployeeId, RowId};
use crate::row::{Fault, Record};

/// What one employee has of something: the entries of a history, the values of extra fields. No order is promised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PerEmployee<T> {
    /// Whose entries.
    pub employee: EmployeeId,
    /// The entries; none if the list is empty, `null` or missing.
    pub entries: Vec<T>,
}

/// An entry of such a list.
pub(crate) trait Entry: Sized + PartialEq + Send + 'static {
    /// The key of the inner list, in its exact spelling.
    const LIST: &'static str;

    type Wire<'de>: Deserialize<'de>;

    fn from_wire(wire: Self::Wire<'_>) -> Result<Self, Fault>;
}

/// The outer object. Its inner key differs per list, so it is decoded by hand.
pub(crate) struct PerEmployeeWire<'de, T: Entry> {
    employee_id: Scalar<'de>,
    entries: Vec<T::Wire<'de>>,
}

impl<'de, T: Entry> Deserialize<'de> for PerEmployeeWire<'de, T> {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        decoder.deserialize_map(OuterObject(PhantomData))
    }
}

struct OuterObject<T>(PhantomData<T>);

impl<'de, T: Entry> Visitor<'de> for OuterObject<T> {
    type Value = PerEmployeeWire<'de, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an employee with a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut employee_id, mut entries) = (None, None);
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            // A key that comes twice says two things; neither can be believed.
            let twice = || serde::de::Error::custom("a key comes twice");
            if key == "employeeId" {
                let id = map.next_value()?;
                employee_id.replace(id).map_or(Ok(()), |_| Err(twice()))?;
            } else if key == T::LIST {
                let list: Option<Vec<_>> = map.next_value()?;
                entries.replace(list).map_or(Ok(()), |_| Err(twice()))?;
            } else {
                map.next_value::<serde::de::IgnoredAny>()?;
            }
        }
        Ok(PerEmployeeWire {
            employee_id: employee_id.unwrap_or_default(),
            entries: entries.flatten().unwrap_or_default(),
        })
    }
}

impl<T: Entry> Record for PerEmployee<T> {
    const KEYS: &'static [&'static str] = &["employeeId"];
    type Wire<'de> = PerEmployeeWire<'de, T>;

    fn from_wire(wire: PerEmployeeWire<'_, T>) -> Result<Self, Fault> {
        let employee = wire.employee_id.id("employeeId", EmployeeId::new)?;
        let entries = wire.entries.into_iter().enumerate();
        let entries = entries.map(|(i, entry)| T::from_wire(entry).map_err(|fault| fault.within(T::LIST, i)));
        Ok(Self { employee, entries: entries.collect::<Result<_, _>>()? })
    }

    fn row_id(&self) -> RowId {
        RowId::of(&[self.employee.as_str()])
    }
}

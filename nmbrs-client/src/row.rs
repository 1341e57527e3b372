//! One row of a list: read, or reported as unreadable.
//!
//! The text of one JSON object comes in; a [`Row`] goes out. A row that cannot be read but whose id can is a finding
//! about one person, not the end of the listing. A row without a readable id is the end: nobody can say whom it is
//! about. No value of an unreadable row is kept.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::id::RowId;
use crate::model::scalar::Scalar;
use crate::object::Object;

/// A row of a list.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a row is readable or it is not; callers must treat both")]
pub enum Row<T> {
    /// All of it was understood.
    Readable(T),
    /// Something in it was not.
    Unreadable(Unreadable),
}

impl<T> Row<T> {
    /// The row, if it was understood.
    pub fn readable(&self) -> Option<&T> {
        match self {
            Self::Readable(row) => Some(row),
            Self::Unreadable(_) => None,
        }
    }

    /// What is wrong with the row, if something is.
    pub fn unreadable(&self) -> Option<&Unreadable> {
        match self {
            Self::Readable(_) => None,
            Self::Unreadable(row) => Some(row),
        }
    }
}

/// A row whose id can be read and something else cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unreadable {
    /// Whose row it is.
    pub id: RowId,
    /// The place in the row, for example `info[2].birthInfo.birthDate`.
    pub at: String,
    /// What is wrong there.
    pub why: Why,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// An object or list where a single value belongs, or the other way round, or a key that comes twice.
    #[error("it has the wrong shape")]
    WrongShape,
    /// The text does not begin with `YYYY-MM-DD`.
    #[error("it is not a date")]
    NotADate,
    /// The text has the form of a date, but the calendar has no such day.
    #[error("there is no such day")]
    ImpossibleDate,
    /// Neither a number nor the text of one, or out of range.
    #[error("it is not a number that fits")]
    NotANumber,
    /// Neither a boolean nor the text of one.
    #[error("it is neither true nor false")]
    NotAFlag,
    /// It is missing, or cannot be an id.
    #[error("it is not an id")]
    NotAnId,
    /// Two entries under one id say different things, and nothing tells which counts.
    #[error("it comes twice with different content")]
    Contradiction,
}

/// What is wrong with a row, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: String,
    pub(crate) why: Why,
}

impl Fault {
    pub(crate) fn new(at: &str, why: Why) -> Self {
        Self { at: at.to_owned(), why }
    }

    /// The same fault, seen from around the object `key`.
    pub(crate) fn below(self, key: &str) -> Self {
        Self { at: format!("{key}.{}", self.at), why: self.why }
    }

    /// The same fault, seen from around the `index`th entry of `list`.
    pub(crate) fn within(self, list: &str, index: usize) -> Self {
        Self { at: format!("{list}[{index}].{}", self.at), why: self.why }
    }
}

/// What a list can hold.
pub(crate) trait Record: Sized + PartialEq + Send + 'static {
    /// The keys whose values together are the row's id.
    const KEYS: &'static [&'static str];

    /// The row as it comes, before anything in it is judged.
    type Wire<'de>: Deserialize<'de>;

    fn from_wire(wire: Self::Wire<'_>) -> Result<Self, Fault>;

    /// The id, from the values of [`Record::KEYS`].
    fn row_id(&self) -> RowId;
}

/// Whose row it is, readable or not.
pub(crate) fn id_of<T: Record>(row: &Row<T>) -> RowId {
    match row {
        Row::Readable(row) => row.row_id(),
        Row::Unreadable(row) => row.id.clone(),
    }
}

/// Reads one row. `None` if not even its id can be read.
pub(crate) fn read<T: Record>(json: &str) -> Option<(RowId, Row<T>)> {
    let fault = match serde_json::from_str::<Object<T::Wire<'_>>>(json) {
        Ok(Object(wire)) => match T::from_wire(wire) {
            Ok(row) => return Some((row.row_id(), Row::Readable(row))),
            Err(fault) => fault,
        },
        Err(_) => Fault { at: misshapen_at::<T>(json), why: Why::WrongShape },
    };
    let id = id_alone(json, T::KEYS)?;
    Some((id.clone(), Row::Unreadable(Unreadable { id, at: fault.at, why: fault.why })))
}

/// Reads the row a second time, now keeping track of the place. The decoder's own message may hold a value; the place
/// holds only our field names.
fn misshapen_at<T: Record>(json: &str) -> String {
    let mut decoder = serde_json::Deserializer::from_str(json);
    match serde_path_to_error::deserialize::<_, T::Wire<'_>>(&mut decoder) {
        Ok(_) => ".".to_owned(),
        Err(error) => error.path().to_string(),
    }
}

fn id_alone(json: &str, keys: &[&str]) -> Option<RowId> {
    let fields: HashMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    let mut parts = Vec::with_capacity(keys.len());
    for key in keys {
        let value: Scalar<'_> = serde_json::from_str(fields.get(*key)?.get()).ok()?;
        parts.push(RowId::new(value.text(key).ok()??).ok()?);
    }
    let parts: Vec<_> = parts.iter().map(RowId::as_str).collect();
    Some(RowId::of(&parts))
}

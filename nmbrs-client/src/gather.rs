//! Rows of several pages or lists, each id once.
//!
//! Without a snapshot a row can come twice while the data changes. If it says the same both times it is one row; if
//! not, nobody can say which is true, and that is for the caller to refuse.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::id::RowId;
use crate::row::Row;

/// The rows so far, in the order of their first coming.
pub(crate) struct Gathered<T> {
    rows: Vec<Row<T>>,
    places: HashMap<RowId, usize>,
}

/// The same id came with different content.
pub(crate) struct Differs;

impl<T: PartialEq> Gathered<T> {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), places: HashMap::new() }
    }

    pub(crate) fn add(&mut self, rows: impl IntoIterator<Item = (RowId, Row<T>)>) -> Result<(), Differs> {
        for (id, row) in rows {
            match self.places.entry(id) {
                Entry::Vacant(place) => {
                    place.insert(self.rows.len());
                    self.rows.push(row);
                }
                Entry::Occupied(place) if self.rows.get(*place.get()) == Some(&row) => {}
                Entry::Occupied(_) => return Err(Differs),
            }
        }
        Ok(())
    }

    pub(crate) fn into_rows(self) -> Vec<Row<T>> {
        self.rows
    }
}

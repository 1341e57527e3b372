//! One list as it was read, and whether it agrees with itself.
//!
//! In: rows with their ids and the total the other side told. Out: each id once. Never: two different
//! rows under one id, or another number of ids than the total.

use crate::record::Unreadable;

/// One row: the id could be read, the rest perhaps not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row<I, T> {
    /// Whom it is about.
    pub id: I,
    /// What it says, or what stood in the way.
    pub content: Result<T, Unreadable>,
}

impl<I, T> Row<I, T> {
    /// A row that could be read.
    pub const fn readable(id: I, content: T) -> Self {
        Self { id, content: Ok(content) }
    }

    /// A row of which only the id could be read.
    pub const fn unreadable(id: I, problem: Unreadable) -> Self {
        Self { id, content: Err(problem) }
    }
}

/// All pages of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing<R> {
    /// Rows in the order in which they came, over all pages.
    pub rows: Vec<R>,
    /// How many there are, as the other side tells; `None` when it does not tell but marks the end.
    pub total: Option<u64>,
}

impl<R> Listing<R> {
    /// A list with the total that the other side told.
    pub const fn new(rows: Vec<R>, total: Option<u64>) -> Self {
        Self { rows, total }
    }

    /// The same list with other rows.
    pub fn map<S>(self, change: impl FnMut(R) -> S) -> Listing<S> {
        Listing { rows: self.rows.into_iter().map(change).collect(), total: self.total }
    }
}

/// Why a list cannot be taken for whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Disagreement {
    /// Another number of distinct ids than the total.
    #[error("{told} rows were told, {read} distinct ids were read")]
    Total {
        /// The other side's total.
        told: u64,
        /// Distinct ids among the rows.
        read: u64,
    },
    /// Two different rows with one id.
    #[error("one id came twice with different content")]
    Repeated,
    /// A row that belongs to no single person, and that the others are read by, cannot be read.
    #[error("a row that the others depend on cannot be read")]
    Unreadable,
}

impl<I: Ord, T: PartialEq> Listing<Row<I, T>> {
    /// Each id once, in order, equal repeats merged.
    ///
    /// # Errors
    /// [`Disagreement`] when an id came twice with different content or the total is another.
    pub(crate) fn agreed(self) -> Result<Vec<Row<I, T>>, Disagreement> {
        let Self { mut rows, total } = self;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        let mut twins_differ = false;
        rows.dedup_by(|later, earlier| {
            let same_id = later.id == earlier.id;
            twins_differ |= same_id && later.content != earlier.content;
            same_id
        });
        if twins_differ {
            return Err(Disagreement::Repeated);
        }
        let read = rows.len() as u64;
        match total {
            Some(told) if told != read => Err(Disagreement::Total { told, read }),
            _ => Ok(rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &[(u8, char)], total: Option<u64>) -> Listing<Row<u8, char>> {
        Listing::new(rows.iter().map(|(id, content)| Row::readable(*id, *content)).collect(), total)
    }

    #[test]
    fn r1_distinct_ids_must_equal_the_total() {
        assert!(list(&[(2, 'b'), (1, 'a')], Some(2)).agreed().is_ok());
        let short = list(&[(1, 'a')], Some(2)).agreed();
        assert_eq!(short, Err(Disagreement::Total { told: 2, read: 1 }));
        let repeated = list(&[(1, 'a'), (1, 'a')], Some(2)).agreed();
        assert_eq!(repeated, Err(Disagreement::Total { told: 2, read: 1 }));
    }

    #[test]
    fn r1_a_repeated_row_is_merged_only_if_it_is_the_same() {
        assert_eq!(list(&[(1, 'a'), (1, 'a')], None).agreed().unwrap().len(), 1);
        assert_eq!(list(&[(1, 'a'), (1, 'b')], None).agreed(), Err(Disagreement::Repeated));
    }
}

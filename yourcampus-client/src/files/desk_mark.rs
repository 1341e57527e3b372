//! What a folder of lists remembers: the last batch that it took, and from which ledger.
//!
//! In: what the folder remembers and a batch that wants in. Out: whether the batch is the next, is there already, or has
//! no place. Never: a number that goes back within one memory, two batches under one number, a memory that comes back
//! after another took its place, or a folder that serves two customers.
//!
//! The mark stands in `mark.json`. It is written before the list, as begun, and after it, as taken. A batch counts once
//! its list lies in the folder, so that a ledger which was restored from a backup finds the folder ahead of itself also
//! when the run that wrote the list ended right after it; and a list that was put away later counts on.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sync_core::CustomerId;
use sync_core::budget::{BatchId, Epoch, Mark};

use super::atomic::{self, FileError};
use super::grant_list::{grant_list_name, is_grant_list_name};

const FILE: &str = "mark.json";

/// The mark as it lies in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeskMark {
    customer: CustomerId,
    last: Mark,
    batch: BatchId,
    /// Whether the list of that batch came to lie in the folder.
    taken: bool,
    /// The mark that counts until it does.
    before: Option<Mark>,
    /// The memories whose place another took, oldest first.
    ended: Vec<Epoch>,
}

/// What is to be done with a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is the next: its list is to be written under this mark.
    Next(DeskMark),
    /// It was begun under this mark, and its list may lie there or not.
    Begun(DeskMark),
    /// It was taken under this mark.
    Taken(DeskMark),
}

/// Why a mark cannot be told, or a batch has no place after it.
#[derive(Debug, thiserror::Error)]
pub(super) enum MarkError {
    #[error("{0} is not the mark of a folder of lists")]
    Unreadable(PathBuf),
    #[error("{0} is gone, and lists lie beside it")]
    Gone(PathBuf),
    #[error("the folder holds the lists of another customer")]
    OtherCustomer,
    #[error("the folder took another batch under this number")]
    OtherBatch,
    #[error("the folder took a later batch of this ledger")]
    Passed,
    #[error("the folder took batches of another ledger since")]
    Ended,
    #[error(transparent)]
    File(#[from] FileError),
}

impl DeskMark {
    /// What the folder remembers; none if it never took anything.
    pub(super) fn read(folder: &Path, customer: &CustomerId) -> Result<Option<Self>, MarkError> {
        let path = folder.join(FILE);
        let Some(content) = atomic::read(&path)? else {
            // The first mark comes before the first list.
            return if holds_a_list(folder)? { Err(MarkError::Gone(path)) } else { Ok(None) };
        };
        // What serde says of a text may quote it.
        let mut mark: Self =
            serde_json::from_slice(&content).map_err(|_| MarkError::Unreadable(path.clone()))?;
        if mark.customer != *customer {
            return Err(MarkError::OtherCustomer);
        }
        let list = folder.join(grant_list_name(mark.last.sequence, mark.batch.as_str()));
        mark.taken = mark.taken || atomic::read(&list)?.is_some();
        Ok(Some(mark))
    }

    /// Remembers that the list of this batch is about to be written.
    pub(super) fn begin(&self, folder: &Path) -> Result<(), FileError> {
        self.write(folder)
    }

    /// Remembers that the list of this batch lies in the folder.
    pub(super) fn take(self, folder: &Path) -> Result<(), FileError> {
        Self { taken: true, ..self }.write(folder)
    }

    /// The mark of the last batch whose list came to lie in the folder.
    pub(super) fn into_mark(self) -> Option<Mark> {
        if self.taken { Some(self.last) } else { self.before }
    }

    fn write(&self, folder: &Path) -> Result<(), FileError> {
        let path = folder.join(FILE);
        let mut content = serde_json::to_vec_pretty(self)
            .map_err(|error| FileError::of(error.into(), &path, "put into words"))?;
        content.push(b'\n');
        atomic::replace(&path, &content).map(|_| ())
    }
}

fn holds_a_list(folder: &Path) -> Result<bool, FileError> {
    let failed = |error| FileError::of(error, folder, "listed");
    for entry in fs::read_dir(folder).map_err(failed)? {
        if is_grant_list_name(&entry.map_err(failed)?.file_name().to_string_lossy()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether this batch is the next after `last`.
pub(super) fn turn(
    last: Option<DeskMark>,
    customer: &CustomerId,
    batch: &BatchId,
    mark: &Mark,
) -> Result<Turn, MarkError> {
    let next = |before, ended| {
        let (customer, last, batch) = (customer.clone(), mark.clone(), batch.clone());
        Ok(Turn::Next(DeskMark { customer, last, batch, taken: false, before, ended }))
    };
    let Some(last) = last else { return next(None, Vec::new()) };
    if last.ended.contains(&mark.epoch) {
        return Err(MarkError::Ended);
    }
    let mut ended = last.ended.clone();
    if last.last.epoch != mark.epoch {
        ended.push(last.last.epoch.clone());
        return next(last.into_mark(), ended);
    }
    match mark.sequence.cmp(&last.last.sequence) {
        Ordering::Greater => next(last.into_mark(), ended),
        Ordering::Less => Err(MarkError::Passed),
        Ordering::Equal if last.batch != *batch => Err(MarkError::OtherBatch),
        Ordering::Equal if last.taken => Ok(Turn::Taken(last)),
        Ordering::Equal => Ok(Turn::Begun(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits<T>(parse: impl Fn(&str) -> Option<T>, digit: char) -> T {
        parse(&String::from(digit).repeat(32)).unwrap()
    }

    fn mark(epoch: char, sequence: u64) -> Mark {
        Mark::new(digits(Epoch::parse, epoch), sequence)
    }

    fn asked(last: Option<&DeskMark>, batch: char, mark: &Mark) -> Result<Turn, MarkError> {
        turn(last.cloned(), &CustomerId::new("acme"), &digits(BatchId::parse, batch), mark)
    }

    fn begun(last: Option<&DeskMark>, batch: char, mark: &Mark) -> DeskMark {
        match asked(last, batch, mark).unwrap() {
            Turn::Next(begun) => begun,
            other => panic!("{other:?}"),
        }
    }

    fn taken(last: Option<&DeskMark>, batch: char, mark: &Mark) -> DeskMark {
        DeskMark { taken: true, ..begun(last, batch, mark) }
    }

    #[test]
    fn a_batch_that_comes_again_is_known_as_begun_or_taken() {
        let first = begun(None, 'b', &mark('e', 1));
        assert_eq!(asked(Some(&first), 'b', &mark('e', 1)).unwrap(), Turn::Begun(first));
        let first = taken(None, 'b', &mark('e', 1));
        assert_eq!(asked(Some(&first), 'b', &mark('e', 1)).unwrap(), Turn::Taken(first));
    }

    #[test]
    fn a_batch_counts_once_it_was_taken() {
        let first = begun(None, 'b', &mark('e', 1));
        assert_eq!(first.clone().into_mark(), None);
        assert_eq!(begun(Some(&first), 'c', &mark('e', 2)).into_mark(), None);
        let first = DeskMark { taken: true, ..first };
        assert_eq!(first.clone().into_mark(), Some(mark('e', 1)));
        assert_eq!(begun(Some(&first), 'c', &mark('f', 1)).into_mark(), Some(mark('e', 1)));
    }

    #[test]
    fn r11_a_number_is_used_by_one_batch_and_never_goes_back_within_a_memory() {
        for last in [begun(None, 'b', &mark('e', 5)), taken(None, 'b', &mark('e', 5))] {
            assert!(matches!(asked(Some(&last), 'c', &mark('e', 5)), Err(MarkError::OtherBatch)));
            assert!(matches!(asked(Some(&last), 'b', &mark('e', 4)), Err(MarkError::Passed)));
            assert_eq!(begun(Some(&last), 'c', &mark('e', 6)).last, mark('e', 6));
            assert_eq!(
                begun(Some(&last), 'b', &mark('e', 7)).last,
                mark('e', 7),
                "again, under a new number"
            );
        }
    }

    #[test]
    fn r11_a_new_memory_begins_at_any_number_and_the_one_before_never_comes_back() {
        let old = taken(None, 'b', &mark('e', 5));
        let new = taken(Some(&old), 'c', &mark('f', 1));
        let newest = taken(Some(&new), 'c', &mark('a', 1));
        for back in [mark('e', 6), mark('f', 2)] {
            assert!(matches!(asked(Some(&newest), 'd', &back), Err(MarkError::Ended)));
        }
    }
}

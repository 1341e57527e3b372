//! Bytes in, typed rows out.
//!
//! An answer comes in as it arrives, cut anywhere; its rows come out one by one, in memory that does not grow with it.
//! There is no I/O here: who reads from a connection, a file or a test pushes what it has read.
//!
//! What can never happen: a fault, an answer that broke off, or a row of which nobody can say whom it is about, ends in
//! a list that looks whole. Rows are handed out before the end is seen; only [`Reading::finish`] says that they are all.

use std::fmt;
use std::marker::PhantomData;

use crate::row::Row;

use super::fault::SoapFault;
use super::operation::Operation;
use super::records::{self, SoapRecord};
use super::splitter::{Frame, Malformed, Splitter};

/// Why an answer gives no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// Its form is wrong.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It is a fault.
    #[error(transparent)]
    Fault(SoapFault),
    /// A record that is broken, or that cannot be read and has no id either: nobody knows whom it is about.
    #[error("a row has no id")]
    RowWithoutId,
}

/// Reads the answer to one operation, row by row.
///
/// ```
/// use nmbrs_client::soap::Reading;
///
/// # let answer = br#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
/// #   <PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompanyResponse
/// #       xmlns="https://api.nmbrs.nl/soap/v3/EmployeeService"/></s:Body></s:Envelope>"#;
/// let mut reading = Reading::personal_info();
/// let mut people = 0;
/// for piece in answer.chunks(64) {
///     reading.push(piece);
///     while let Some(row) = reading.next_row()? {
///         people += row.readable().map_or(0, |_| 1);
///     }
/// }
/// reading.finish()?; // Not before here is it known that these were all.
/// # assert_eq!(people, 0);
/// # Ok::<(), nmbrs_client::soap::Unusable>(())
/// ```
pub struct Reading<T> {
    splitter: Splitter,
    failed: Option<Unusable>,
    read: fn(&str) -> Option<Row<T>>,
    rows: PhantomData<T>,
}

impl<T> Reading<T> {
    /// What the records of an answer mean is a matter of the operation, so each kind has a constructor of its own.
    pub(crate) fn of(operation: Operation) -> Self
    where
        T: SoapRecord,
    {
        Self {
            splitter: Splitter::answer_to(operation),
            failed: None,
            read: records::read::<T>,
            rows: PhantomData,
        }
    }

    /// Allows a record to have this many bytes; otherwise [`LONGEST_RECORD`](super::LONGEST_RECORD).
    pub fn with_longest_record(mut self, bytes: usize) -> Self {
        self.splitter = self.splitter.with_longest_record(bytes);
        self
    }

    /// Takes the next bytes of the answer. Take all rows before pushing more: what is pushed is held until then.
    pub fn push(&mut self, bytes: &[u8]) {
        self.splitter.push(bytes);
    }

    /// The next row; `None` when more bytes are needed or the answer is at its end.
    ///
    /// # Errors
    /// Why there is no list. Every later call says it again.
    pub fn next_row(&mut self) -> Result<Option<Row<T>>, Unusable> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        let row = match self.splitter.next_frame() {
            Ok(None) => return Ok(None),
            Ok(Some(Frame::Record(xml))) => (self.read)(xml).ok_or(Unusable::RowWithoutId),
            Ok(Some(Frame::Fault(xml))) => Err(Unusable::Fault(SoapFault::understand(xml))),
            Err(malformed) => Err(malformed.into()),
        };
        self.failed = row.as_ref().err().copied();
        row.map(Some)
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    /// [`Malformed::CutOff`] unless the whole answer was read and all rows were taken; otherwise what
    /// [`Reading::next_row`] said.
    pub fn finish(&mut self) -> Result<(), Unusable> {
        match self.failed {
            Some(failed) => Err(failed),
            None => Ok(self.splitter.finish()?),
        }
    }
}

impl<T> fmt::Debug for Reading<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("splitter", &self.splitter)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

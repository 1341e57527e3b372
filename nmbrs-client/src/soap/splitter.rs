//! Bytes in, whole records out.
//!
//! An answer comes in pieces of any size, cut anywhere, also inside a character. Out come frames: each record of the
//! result as one whole element, or the fault that stands in its place. Only what no frame has been made of yet is held,
//! so the memory needed is that of one piece and one record, whatever the answer's size.
//!
//! What can never happen: an answer that broke off, or one to another question, passes for a whole one; a fault
//! passes for an empty list; a document type is followed. What is held back until the end of the envelope was seen is
//! the caller's decision: frames are handed out before it is known that the answer is whole.

use std::fmt;

use super::answer::{Answer, Step};
use super::operation::Operation;

/// As many bytes as one record, comment or tag may have, if nothing else is said.
pub const LONGEST_RECORD: usize = 4 * 1024 * 1024;

/// Why an answer cannot be used. Nothing of it is kept in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It ended before the envelope did, or before all its frames were taken.
    #[error("the answer broke off")]
    CutOff,
    /// It declares a document type, as HTML pages do.
    #[error("the answer declares a document type")]
    Doctype,
    /// Its bytes are not UTF-8, or it says that they are something else.
    #[error("the answer is not UTF-8")]
    NotUtf8,
    /// Tags that do not close, text outside the one root element, or other things that XML forbids.
    #[error("the answer is not well-formed XML")]
    NotXml,
    /// The root is no SOAP envelope, or it has no body.
    #[error("the answer is not a SOAP envelope")]
    NotAnEnvelope,
    /// The body holds no answer to this operation: another element, several, or none; or the answer has another shape.
    #[error("the answer belongs to another question")]
    OtherResponse,
    /// One record, comment or tag is over the limit.
    #[error("one record of the answer is too long")]
    RecordTooLong,
}

/// A piece of the answer, start tag to end tag, as it came.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "records or a fault: callers must treat both")]
pub enum Frame<'b> {
    /// One record.
    Record(&'b str),
    /// The fault in place of a result. No record follows it.
    Fault(&'b str),
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, xml) = match self {
            Self::Record(xml) => ("Record", xml),
            Self::Fault(xml) => ("Fault", xml),
        };
        write!(f, "{kind}({} bytes)", xml.len())
    }
}

/// Cuts the answer to one operation into frames.
///
/// ```
/// use nmbrs_client::soap::{Frame, Operation, Splitter};
///
/// let mut splitter = Splitter::answer_to(Operation::IsOwner);
/// splitter.push(br#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
///     <Debtor_IsOwnerResponse xmlns="https://api.nmbrs.nl/soap/v3/DebtorService"><Debtor_IsOwnerRes"#);
/// assert_eq!(splitter.next_frame(), Ok(None));
/// splitter.push(b"ult>true</Debtor_IsOwnerResult></Debtor_IsOwnerResponse></s:Body></s:Envelope>");
/// let frame = Frame::Record("<Debtor_IsOwnerResult>true</Debtor_IsOwnerResult>");
/// assert_eq!(splitter.next_frame(), Ok(Some(frame)));
/// assert_eq!(splitter.next_frame(), Ok(None));
/// assert_eq!(splitter.finish(), Ok(()));
/// ```
pub struct Splitter {
    /// What has been pushed and not been used up.
    held: String,
    /// How far `held` is used up.
    used: usize,
    /// The beginning of a character whose end is still to come.
    cut: Vec<u8>,
    /// What follows `held` is not UTF-8.
    spoilt: bool,
    answer: Answer,
    failed: Option<Malformed>,
}

impl Splitter {
    /// Expects the answer to this operation.
    pub fn answer_to(operation: Operation) -> Self {
        Self {
            held: String::new(),
            used: 0,
            cut: Vec::new(),
            spoilt: false,
            answer: Answer::to(operation, LONGEST_RECORD),
            failed: None,
        }
    }

    /// Allows a record, comment or tag to have this many bytes.
    pub fn with_longest_record(mut self, bytes: usize) -> Self {
        self.answer.longest = bytes;
        self
    }

    /// Takes the next bytes of the answer. Take all frames before pushing more: what is pushed is held until then.
    pub fn push(&mut self, bytes: &[u8]) {
        self.held.drain(..self.used);
        self.used = 0;
        let mut bytes = bytes;
        // A character that the last push cut in two is completed byte by byte.
        while !self.cut.is_empty() {
            let Some((first, rest)) = bytes.split_first() else { return };
            let mut character = std::mem::take(&mut self.cut);
            character.push(*first);
            self.hold(&character);
            bytes = rest;
        }
        self.hold(bytes);
    }

    /// Holds as much as is UTF-8, and the beginning of a character apart from it.
    fn hold(&mut self, bytes: &[u8]) {
        if self.spoilt {
            return;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.held.push_str(text),
            Err(error) => {
                let (text, rest) = bytes.split_at(error.valid_up_to());
                self.held.push_str(std::str::from_utf8(text).unwrap_or_default());
                match error.error_len() {
                    Some(_) => self.spoilt = true,
                    None => self.cut = rest.to_vec(),
                }
            }
        }
    }

    /// The next frame; `None` when more bytes are needed or the answer is at its end, which [`Splitter::finish`] tells
    /// apart.
    ///
    /// # Errors
    /// Why the answer cannot be used. Every later call says it again.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Malformed> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        let (fault, length) = loop {
            let rest = self.held.get(self.used..).unwrap_or_default();
            match self.answer.step(rest) {
                Ok(Step::Over(length)) => self.used += length,
                Ok(Step::Frame { fault, length }) => break (fault, length),
                Ok(Step::Wait) if self.spoilt => return Err(self.fail(Malformed::NotUtf8)),
                Ok(Step::Wait) if rest.len() > self.answer.longest => {
                    return Err(self.fail(Malformed::RecordTooLong));
                }
                Ok(Step::Wait) => return Ok(None),
                Err(malformed) => return Err(self.fail(malformed)),
            }
        };
        let start = self.used;
        self.used += length;
        let xml = self.held.get(start..self.used).unwrap_or_default();
        Ok(Some(if fault { Frame::Fault(xml) } else { Frame::Record(xml) }))
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    /// [`Malformed::CutOff`] unless the whole envelope was read and all frames were taken; otherwise what
    /// [`Splitter::next_frame`] said.
    pub fn finish(&mut self) -> Result<(), Malformed> {
        let untaken = self.next_frame()?.is_some();
        let used_up = self.used == self.held.len() && self.cut.is_empty();
        if self.answer.is_whole() && used_up && !untaken { Ok(()) } else { Err(self.fail(Malformed::CutOff)) }
    }

    fn fail(&mut self, malformed: Malformed) -> Malformed {
        self.failed = Some(malformed);
        malformed
    }
}

impl fmt::Debug for Splitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Splitter")
            .field("held", &self.held.len())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

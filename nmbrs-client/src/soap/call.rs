//! One call: sent until the answer can be read, or is refused for good.
//!
//! Here meet the attempts, the envelope, the transport and the reading. Rows go out as they arrive. What decides is the
//! envelope, not what the answer says of itself: a fault is a fault whatever its status, rows count only in a 2xx, and an
//! answer has ended only when its envelope has. A call that is dropped leaves nothing behind.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tracing::{Instrument, debug_span};

use super::client::Shared;
use super::domain::Domain;
use super::envelope::{self, Arguments};
use super::operation::Operation;
use super::problem;
use super::reading::{Reading, Unusable};
use super::splitter::Malformed;
use crate::attempts::{Attempts, Course, Miss};
use crate::error::{Error, ErrorKind, Incomplete, Result};
use crate::meter::RequestMeter;
use crate::observer::Begun;
use crate::pace::Slot;
use crate::problem::of_status;
use crate::retry::Outcome;
use crate::row::Row;
use crate::transport::Arriving;

const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");
const XML: HeaderValue = HeaderValue::from_static("text/xml; charset=utf-8");

/// What is asked, whichever attempt it is.
pub(super) struct Call<T> {
    pub(super) operation: Operation,
    pub(super) arguments: Arguments,
    /// `None` only for the operation that asks for it.
    pub(super) domain: Option<Domain>,
    pub(super) reading: fn(Operation) -> Reading<T>,
}

/// How far an attempt must get to count as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    FirstRow,
    End,
}

/// What an attempt has read, and the rest of its answer.
pub(super) struct Begin<T> {
    pub(super) rows: Vec<Row<T>>,
    pub(super) rest: Option<Exchange<T>>,
}

/// An answer that is being read. It holds its slot in the pace until its end.
pub(super) struct Exchange<T> {
    operation: Operation,
    arriving: Arriving,
    reading: Reading<T>,
    rows: usize,
    underway: Option<(Begun, Slot)>,
}

impl Shared {
    /// As [`Shared::read`], asking `meter` first.
    pub(super) async fn read_metered<T>(
        &self,
        call: &Call<T>,
        until: Until,
        meter: &dyn RequestMeter,
    ) -> Result<Begin<T>> {
        meter.reserve(1).map_err(|refusal| {
            Error::new(ErrorKind::CeilingReached, call.operation.qualified_name()).caused_by(refusal)
        })?;
        let begin = self.read(call, until).await?;
        meter.answered();
        Ok(begin)
    }

    /// Sends `call` until an attempt gets as far as `until`.
    async fn read<T>(&self, call: &Call<T>, until: Until) -> Result<Begin<T>> {
        let operation = call.operation;
        self.attempts(call, until).instrument(debug_span!("nmbrs", %operation)).await
    }

    async fn attempts<T>(&self, call: &Call<T>, until: Until) -> Result<Begin<T>> {
        let course =
            Course { pace: &self.pace, clock: &*self.clock, retry: &self.retry, counters: &self.counters };
        let mut attempts = Attempts::new(course, call.operation.qualified_name());
        loop {
            let mut slot = attempts.slot().await;
            let number = attempts.turn(&mut slot).await?;
            let timeout = self.timeout(call.operation).min(attempts.time_left());
            match self.attempt(call, until, slot, number, timeout).await {
                Ok(begin) => return Ok(begin),
                Err(miss) => attempts.wait(miss).await?,
            }
        }
    }

    async fn attempt<T>(
        &self,
        call: &Call<T>,
        until: Until,
        slot: Slot,
        number: u32,
        timeout: Duration,
    ) -> Result<Begin<T>, Miss> {
        let mut exchange = self.send(call, slot, number, timeout).await?;
        let mut rows = Vec::new();
        while let Some(row) = exchange.next().await? {
            rows.push(row);
            if until == Until::FirstRow {
                return Ok(Begin { rows, rest: Some(exchange) });
            }
        }
        Ok(Begin { rows, rest: None })
    }

    async fn send<T>(
        &self,
        call: &Call<T>,
        slot: Slot,
        number: u32,
        timeout: Duration,
    ) -> Result<Exchange<T>, Miss> {
        let operation = call.operation;
        let url = self.base.at(operation.service().path());
        let body = envelope::write(operation, call.arguments, &self.credentials, call.domain.as_ref());
        let begun = self.watch.begin(operation.qualified_name(), None, number);
        match self.transport.post(url, headers(operation), body, timeout).await {
            Ok(arriving) => Ok(Exchange {
                operation,
                arriving,
                reading: (call.reading)(operation).with_longest_record(self.longest_record),
                rows: 0,
                underway: Some((begun, slot)),
            }),
            Err(failure) => {
                begun.failed(failure.kind);
                Err(Miss::unanswered(operation.qualified_name(), failure))
            }
        }
    }

    /// How long one exchange may take.
    fn timeout(&self, operation: Operation) -> Duration {
        if operation.reads_a_whole_company() { self.whole_company_timeout } else { self.timeout }
    }
}

fn headers(operation: Operation) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, XML);
    headers.insert(ACCEPT, HeaderValue::from_static("text/xml"));
    headers.insert(SOAP_ACTION, HeaderValue::from_static(operation.soap_action()));
    headers
}

impl<T> Exchange<T> {
    /// The next row; `None` at the end of an answer that is whole.
    pub(super) async fn next(&mut self) -> Result<Option<Row<T>>, Miss> {
        let next = self.read_on().await;
        match &next {
            Ok(Some(_)) => {}
            Ok(None) => self.ended(None),
            Err(miss) => self.ended(Some(miss)),
        }
        next
    }

    async fn read_on(&mut self) -> Result<Option<Row<T>>, Miss> {
        loop {
            match self.reading.next_row() {
                Ok(Some(_)) if !self.arriving.is_success() => return Err(self.refused()),
                Ok(Some(row)) => {
                    self.rows += 1;
                    return Ok(Some(row));
                }
                Ok(None) => {}
                Err(unusable) => return Err(self.unusable(unusable)),
            }
            match self.arriving.chunk().await {
                Ok(Some(chunk)) => self.reading.push(&chunk),
                Ok(None) => {
                    self.reading.finish().map_err(|unusable| self.unusable(unusable))?;
                    return if self.arriving.is_success() { Ok(None) } else { Err(self.refused()) };
                }
                // A refusal whose body is lost is still that refusal.
                Err(_) if !self.arriving.is_success() => return Err(self.refused()),
                Err(failure) => return Err(Miss::unanswered(self.operation.qualified_name(), failure)),
            }
        }
    }

    /// Tells everybody concerned how it ended, and lets the slot go.
    fn ended(&mut self, miss: Option<&Miss>) {
        let Some((begun, slot)) = self.underway.take() else { return };
        let kind = miss.map(|miss| miss.error.kind());
        begun.read(self.arriving.status, self.arriving.bytes(), self.arriving.request_id.as_deref(), kind);
        match miss.map(|miss| miss.outcome) {
            None => slot.accepted(),
            Some(Outcome::Throttled) => slot.refused(),
            Some(_) => {}
        }
    }

    /// Why the answer cannot be used: a fault decides, then the status, then what is wrong with the envelope.
    fn unusable(&self, unusable: Unusable) -> Miss {
        match unusable {
            Unusable::Fault(fault) => {
                let (kind, outcome) = problem::of_fault(fault.code);
                self.miss(kind, outcome, |error| error.code_of(fault.code))
            }
            _ if !self.arriving.is_success() => self.refused(),
            Unusable::RowWithoutId => self.miss(ErrorKind::Incomplete, Outcome::Final, |error| {
                error.disagrees(Incomplete::RowWithoutId { page: 1, row: self.rows + 1 })
            }),
            Unusable::Malformed(Malformed::CutOff) => {
                self.miss(ErrorKind::Interrupted, Outcome::Broken, |error| error)
            }
            Unusable::Malformed(too_long @ Malformed::RecordTooLong) => {
                self.miss(ErrorKind::TooLarge, Outcome::Final, |error| error.detail(too_long.to_string()))
            }
            Unusable::Malformed(malformed) => {
                self.miss(ErrorKind::Decode, Outcome::Final, |error| error.detail(malformed.to_string()))
            }
        }
    }

    /// A status that is none of a good answer, and no fault that says more.
    fn refused(&self) -> Miss {
        let (kind, outcome) = of_status(self.arriving.status);
        self.miss(kind, outcome, |error| error)
    }

    fn miss(&self, kind: ErrorKind, outcome: Outcome, tell: impl FnOnce(Error) -> Error) -> Miss {
        let Arriving { status, request_id, retry_after, .. } = &self.arriving;
        let error = Error::new(kind, self.operation.qualified_name()).status_of(*status, request_id.clone());
        let error = tell(error).retryable(outcome != Outcome::Final);
        Miss { outcome, retry_after: *retry_after, ..Miss::last(error) }
    }
}

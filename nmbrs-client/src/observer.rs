//! What an operator can watch: every HTTP exchange, once, at its end.
//!
//! An exchange goes out to the observer and, with the same fields, as a `tracing` event. Neither can ever hold a value
//! out of an answer, a token, a key or an address: only names, numbers and the server's own id of the request.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::{Clock, until};
use crate::error::ErrorKind;
use crate::transport::Answer;

/// Is told of every exchange; for metrics and progress.
pub trait Observer: Send + Sync + Debug {
    /// An exchange has ended. Called in the middle of a call, so it must return at once: count, or pass on.
    ///
    /// One whose caller went away before its end is not told.
    fn exchange(&self, exchange: &Exchange<'_>);
}

/// One request, and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// The vendor's name of the operation, as in [`Error::operation`](crate::Error::operation).
    pub operation: &'static str,
    /// The page asked for, from 1; `None` for calls to the identity server, and over SOAP, which has no pages.
    pub page: Option<u32>,
    /// Which sending of its call this was, from 1. The replay after a 401 counts.
    pub attempt: u32,
    /// The status, if a whole answer came; over SOAP, if one began.
    pub status: Option<u16>,
    /// What was wrong; `None` for a 2xx answer that says it is JSON. Whether its content is right is found out later. Over
    /// SOAP, `None` for an answer that was read to its end.
    pub error: Option<ErrorKind>,
    /// Bytes of the answer's body that were read, after decompression; 0 without an answer.
    pub bytes: usize,
    /// From the sending to the last byte, by the client's [`Clock`].
    pub duration: Duration,
    /// The request id the server gave.
    pub request_id: Option<&'a str>,
}

/// Tells the observer, if there is one, and the log.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    observer: Option<Arc<dyn Observer>>,
    clock: Arc<dyn Clock>,
}

/// An exchange under way.
#[derive(Debug)]
pub(crate) struct Begun {
    watch: Watch,
    operation: &'static str,
    page: Option<u32>,
    attempt: u32,
    at: DateTime<Utc>,
}

impl Watch {
    pub(crate) fn new(observer: Option<Arc<dyn Observer>>, clock: Arc<dyn Clock>) -> Self {
        Self { observer, clock }
    }

    /// A request is about to be sent.
    pub(crate) fn begin(&self, operation: &'static str, page: Option<u32>, attempt: u32) -> Begun {
        Begun { watch: self.clone(), operation, page, attempt, at: self.clock.now() }
    }
}

impl Begun {
    /// An answer came; `error` is what is wrong with it.
    pub(crate) fn answered(self, answer: &Answer, error: Option<ErrorKind>) {
        self.read(answer.status, answer.body.len(), answer.request_id.as_deref(), error);
    }

    /// An answer came and `bytes` of its body were read; `error` is what is wrong with it, or why there are no more.
    pub(crate) fn read(self, status: u16, bytes: usize, request_id: Option<&str>, error: Option<ErrorKind>) {
        self.ended(Some(status), bytes, request_id, error);
    }

    /// No answer came, or none that is complete.
    pub(crate) fn failed(self, error: ErrorKind) {
        self.ended(None, 0, None, Some(error));
    }

    fn ended(self, status: Option<u16>, bytes: usize, request_id: Option<&str>, error: Option<ErrorKind>) {
        let Self { watch, operation, page, attempt, at } = self;
        let duration = until(watch.clock.now(), at);
        let exchange = Exchange { operation, page, attempt, status, error, bytes, duration, request_id };
        tracing::debug!(
            operation,
            page,
            attempt,
            status,
            bytes,
            duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            request_id,
            kind = error.map(tracing::field::debug),
            "exchange"
        );
        if let Some(observer) = &watch.observer {
            observer.exchange(&exchange);
        }
    }
}

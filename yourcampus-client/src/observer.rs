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
use crate::operation::Operation;
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
    /// What was asked for; [`Operation::Token`] for the token call.
    pub operation: Operation,
    /// The position in a listing; `None` for everything that is no listing.
    pub skip: Option<u64>,
    /// Which sending of its call this was, from 1. The replay after a 401 counts.
    pub attempt: u32,
    /// The status, if an answer came.
    pub status: Option<u16>,
    /// What was wrong; `None` for a 2xx answer that says it is JSON. Whether its content is right is found out later.
    pub error: Option<ErrorKind>,
    /// Length of the answer's body in bytes, after decompression; 0 without an answer.
    pub bytes: usize,
    /// From the sending to the last byte, by the client's [`Clock`].
    pub duration: Duration,
    /// The server's id of the request (`X-Request-ID`).
    pub request_id: Option<&'a str>,
}

/// An exchange under way.
#[derive(Debug)]
pub(crate) struct Begun<'o> {
    observer: Option<&'o Arc<dyn Observer>>,
    clock: &'o dyn Clock,
    operation: Operation,
    skip: Option<u64>,
    attempt: u32,
    at: DateTime<Utc>,
}

impl<'o> Begun<'o> {
    /// A request is about to be sent.
    pub(crate) fn now(
        observer: Option<&'o Arc<dyn Observer>>,
        clock: &'o dyn Clock,
        operation: Operation,
        skip: Option<u64>,
        attempt: u32,
    ) -> Self {
        Self { observer, clock, operation, skip, attempt, at: clock.now() }
    }

    /// How it ended: with an answer, or for this reason without one.
    pub(crate) fn ended(self, outcome: Result<&Answer, ErrorKind>) {
        let Self { observer, clock, operation, skip, attempt, at } = self;
        let duration = until(at, clock.now());
        let id = outcome.ok().and_then(Answer::request_id);
        let exchange = Exchange {
            operation,
            skip,
            attempt,
            status: outcome.ok().map(|answer| answer.status),
            error: outcome.map_or_else(Some, Answer::fault),
            bytes: outcome.map_or(0, |answer| answer.body.len()),
            duration,
            request_id: id.as_deref(),
        };
        tracing::debug!(
            operation = operation.name(),
            skip,
            attempt,
            status = exchange.status,
            bytes = exchange.bytes,
            duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            request_id = exchange.request_id,
            kind = exchange.error.map(tracing::field::debug),
            "exchange"
        );
        if let Some(observer) = observer {
            observer.exchange(&exchange);
        }
    }
}

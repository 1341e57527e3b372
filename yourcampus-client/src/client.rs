//! One call from beginning to end: token, permission to leave, sending, repeating, and the answer as JSON.
//!
//! Reader and writer share one core, so there is one token, one pace and one set of counters per client. A write can
//! never be sent twice unless no byte of the first try left, or the server answered 401, which means it did nothing.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tracing::{Instrument as _, debug_span};

use crate::auth::{Grant, Token, TokenCache, read_grant, request_form};
use crate::clock::{Clock, SystemClock, later, until};
use crate::config::CustomerApiConfig;
use crate::error::{Error, ErrorKind};
use crate::http_api::{HttpReader, HttpWriter};
use crate::json;
use crate::observer::Begun;
use crate::operation::Operation;
use crate::pace::{RateLimit, TooLate};
use crate::problem::refusal;
use crate::retry::{Outcome, Verdict, decide};
use crate::stats::{Counters, Stats};
use crate::transport::{Answer, Body, Failure, Outgoing, Transport};

/// The Customer API over HTTP, for one pair of keys. Clones are cheap and share everything.
///
/// It can neither read nor write itself: hand out [`HttpCustomerApi::reader`] to whoever plans and
/// [`HttpCustomerApi::writer`] to whoever applies.
#[derive(Debug, Clone)]
pub struct HttpCustomerApi {
    core: Arc<Core>,
}

impl HttpCustomerApi {
    /// A client on the system's clock. Nothing is sent yet. Calls need a tokio runtime with time enabled.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the proxy is not a URL or TLS cannot be set up.
    pub fn new(config: CustomerApiConfig) -> Result<Self, Error> {
        Self::with_clock(config, Arc::new(SystemClock))
    }

    /// The same on another clock, for tests.
    ///
    /// # Errors
    /// As for [`HttpCustomerApi::new`].
    pub fn with_clock(config: CustomerApiConfig, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let core = Core {
            transport: Transport::new(&config)?,
            tokens: TokenCache::default(),
            counters: Counters::default(),
            clock,
            config,
        };
        Ok(Self { core: Arc::new(core) })
    }

    /// The half that reads, and can write nothing.
    pub fn reader(&self) -> HttpReader {
        HttpReader::new(Arc::clone(&self.core))
    }

    /// The half that writes, and can read nothing.
    pub fn writer(&self) -> HttpWriter {
        HttpWriter::new(Arc::clone(&self.core))
    }

    /// What was sent so far, reader and writer together.
    pub fn stats(&self) -> Stats {
        self.core.counters.snapshot()
    }

    /// The rate headers of the latest answer that had any, whichever client with the same pace got it. The token
    /// endpoint's do not count.
    pub fn last_rate_limit(&self) -> Option<RateLimit> {
        self.core.config.pace.last_seen()
    }
}

#[derive(Debug)]
pub(crate) struct Core {
    config: CustomerApiConfig,
    transport: Transport,
    tokens: TokenCache,
    counters: Counters,
    clock: Arc<dyn Clock>,
}

/// What one call asks for: everything but token, time and luck.
pub(crate) struct Call {
    pub(crate) operation: Operation,
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Body,
    /// Position in a listing, for the log.
    pub(crate) skip: Option<u64>,
}

/// A 2xx answer that is JSON.
pub(crate) struct Reply {
    operation: Operation,
    status: u16,
    request_id: Option<String>,
    pub(crate) json: Value,
}

impl Reply {
    /// An error about the content of this answer. For a write it stays open that the server acted.
    pub(crate) fn reject(&self, kind: ErrorKind, context: impl Into<String>) -> Error {
        Error::new(kind, self.operation)
            .with_status(self.status)
            .with_request_id(self.request_id.clone())
            .with_context(context)
    }
}

/// How one try ended. A failure carries its error and what it means for repeating.
enum Try {
    Done(Answer),
    TokenRefused(Error),
    Failed(Error, Outcome),
}

impl Core {
    pub(crate) async fn call(&self, call: Call) -> Result<Reply, Error> {
        let span = debug_span!("customer_api", operation = call.operation.name(), skip = call.skip);
        async {
            let answer = self.answer(&call).await?;
            read_json(call.operation, &answer)
        }
        .instrument(span)
        .await
    }

    /// Tries until there is a 2xx answer, or until the policy says stop.
    async fn answer(&self, call: &Call) -> Result<Answer, Error> {
        let operation = call.operation;
        let deadline = later(self.clock.now(), self.config.retry.deadline());
        let (mut attempt, mut sends) = (0, 0);
        let mut was_refused = false;
        let mut last: Option<Error> = None;
        loop {
            let token = match self.token(deadline).await {
                Ok(token) => token,
                Err(failure) => return Err(without_token(failure, last)),
            };
            let tried = match self.send_once(call, &token, deadline, sends).await {
                Ok(tried) => tried,
                Err(late) => return Err(too_late(operation, late, last)),
            };
            sends += 1;
            last = Some(match tried {
                Try::Done(answer) => return Ok(answer),
                Try::TokenRefused(error) if was_refused => return Err(error),
                Try::TokenRefused(error) => {
                    was_refused = true;
                    self.tokens.drop_refused(&token).await;
                    error
                }
                Try::Failed(error, outcome) => {
                    let policy = &self.config.retry;
                    match decide(policy, operation.is_write(), attempt, outcome, fastrand::f64()) {
                        Verdict::Stop => return Err(error),
                        Verdict::After(wait) => {
                            attempt += 1;
                            self.wait(wait, deadline, error).await?
                        }
                    }
                }
            });
        }
    }

    /// One request, as soon as the pace lets it leave. `Err` means that it did not leave.
    async fn send_once(
        &self,
        call: &Call,
        token: &Token,
        deadline: DateTime<Utc>,
        sends: u32,
    ) -> Result<Try, TooLate> {
        let operation = call.operation;
        let permit = self.config.pace.admit(self.clock.as_ref(), deadline).await?;
        self.counters.count(operation, sends == 0);
        let url = self.config.base_url.join(&call.path, &call.query);
        // A write that has begun gets its full time: cutting it short would only make it doubtful.
        let time_left = if operation.is_write() { Duration::MAX } else { until(self.clock.now(), deadline) };
        let outgoing =
            Outgoing { operation, url, bearer: Some(&token.secret), body: call.body.clone(), time_left };
        let exchange = self.begin(operation, call.skip, sends + 1);
        let sent = self.transport.send(outgoing).await;
        exchange.ended(sent.as_ref().map_err(|failure| failure.kind));
        let result = match sent {
            Err(failure) => Try::failed(operation, failure),
            Ok(answer) => {
                let now = self.clock.now();
                let retry_after = wait_asked_for(&answer, now);
                self.config.pace.observe(answer.rate_limit(), retry_after, now);
                Try::answered(operation, answer, retry_after, now)
            }
        };
        drop(permit);
        Ok(result)
    }

    /// Waits before the next try and gives `error` back; ends the call with it if the wait would reach the deadline.
    async fn wait(&self, wait: Duration, deadline: DateTime<Utc>, error: Error) -> Result<Error, Error> {
        let resume = later(self.clock.now(), wait);
        if resume >= deadline {
            return Err(error.past_deadline(resume));
        }
        self.clock.sleep(wait).await;
        Ok(error)
    }

    fn begin(&self, operation: Operation, skip: Option<u64>, attempt: u32) -> Begun<'_> {
        Begun::now(self.config.observer.as_ref(), self.clock.as_ref(), operation, skip, attempt)
    }

    async fn token(&self, deadline: DateTime<Utc>) -> Result<Token, Error> {
        self.tokens.current(self.clock.as_ref(), || self.fetch_token(deadline)).await
    }

    /// One request to the token endpoint. It is paced like any other and never repeated.
    async fn fetch_token(&self, deadline: DateTime<Utc>) -> Result<Grant, Error> {
        let operation = Operation::Token;
        let permit = self
            .config
            .pace
            .admit(self.clock.as_ref(), deadline)
            .await
            .map_err(|late| too_late(operation, late, None))?;
        self.counters.count(operation, true);
        let url = self.config.base_url.join("oauth/token", &[]);
        let form =
            request_form(self.config.access_key.expose_secret(), self.config.secret_key.expose_secret());
        let time_left = until(self.clock.now(), deadline);
        let outgoing = Outgoing { operation, url, bearer: None, body: Body::Form(form), time_left };
        let exchange = self.begin(operation, None, 1);
        let sent = self.transport.send(outgoing).await;
        exchange.ended(sent.as_ref().map_err(|failure| failure.kind));
        let answer = sent.map_err(|failure| failure.into_error(operation))?;
        let now = self.clock.now();
        let retry_after = wait_asked_for(&answer, now);
        self.config.pace.observe(RateLimit::default(), retry_after, now);
        drop(permit);
        if answer.status != 200 {
            return Err(with_wait(refusal(operation, &answer), retry_after, now));
        }
        let reply = read_json(operation, &answer)?;
        read_grant(&reply.json).map_err(|why| reply.reject(ErrorKind::Decode, why))
    }
}

impl Try {
    fn failed(operation: Operation, failure: Failure) -> Self {
        let outcome = match failure.kind {
            ErrorKind::Connect if failure.never_sent => Outcome::NotSent,
            ErrorKind::Timeout | ErrorKind::Interrupted => Outcome::Broken,
            _ => Outcome::Final,
        };
        Self::Failed(failure.into_error(operation), outcome)
    }

    fn answered(
        operation: Operation,
        answer: Answer,
        retry_after: Option<Duration>,
        now: DateTime<Utc>,
    ) -> Self {
        let status = answer.status;
        if answer.is_success() {
            return Self::Done(answer);
        }
        let error = with_wait(refusal(operation, &answer), retry_after, now);
        if status == 401 {
            return Self::TokenRefused(error);
        }
        Self::Failed(error, Outcome::Refused { status, retry_after })
    }
}

/// `Retry-After` where it means "not before": on 429 and on 5xx.
fn wait_asked_for(answer: &Answer, now: DateTime<Utc>) -> Option<Duration> {
    matches!(answer.status, 429 | 500..=599).then(|| answer.retry_after(now)).flatten()
}

fn with_wait(error: Error, retry_after: Option<Duration>, now: DateTime<Utc>) -> Error {
    match retry_after {
        Some(wait) => error.with_retry_at(later(now, wait)),
        None => error,
    }
}

/// The call has to wait beyond its deadline; `last` is why it was not done before, if it was tried.
fn too_late(operation: Operation, TooLate(ready): TooLate, last: Option<Error>) -> Error {
    match last {
        Some(error) => error.past_deadline(ready),
        None => Error::new(ErrorKind::Deadline, operation)
            .with_retry_at(ready)
            .with_context("no request may leave before the call's deadline"),
    }
}

/// No token could be had. After a 401 the refusal is the error and this its cause; otherwise the call was never sent.
fn without_token(failure: Error, last: Option<Error>) -> Error {
    match last {
        Some(refusal) if refusal.kind() == ErrorKind::Unauthorized => refusal.with_failed_refresh(failure),
        _ => failure.with_nothing_done(),
    }
}

fn read_json(operation: Operation, answer: &Answer) -> Result<Reply, Error> {
    let mut reply =
        Reply { operation, status: answer.status, request_id: answer.request_id(), json: Value::Null };
    if !answer.is_json() {
        return Err(reply.reject(ErrorKind::Decode, "the answer does not say that it is JSON"));
    }
    // Of serde's message only the place is kept; the text around it may quote the answer.
    reply.json = json::read(&answer.body).map_err(|error| {
        let context = format!("not JSON at line {}, column {}", error.line(), error.column());
        reply.reject(ErrorKind::Decode, context)
    })?;
    Ok(reply)
}

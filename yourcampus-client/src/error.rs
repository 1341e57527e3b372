//! What can go wrong, told by meaning and by progress: what it was, and whether anything may have been changed.
//!
//! An error names the operation, the status, the request id and the field paths. It never holds a value, a body, a
//! query or a credential: the server's own wording is not kept either, because it may quote an address.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::operation::Operation;

/// What a failure means. New kinds may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The settings cannot work; found before any request.
    Configuration,
    /// No connection came about; nothing was sent.
    Connect,
    /// The server could not prove who it is, or TLS failed in another way; nothing was sent. Repeating does not help: a
    /// person has to look at certificates, the clock, or what stands in between.
    Tls,
    /// No complete answer within the time for one request.
    Timeout,
    /// The connection broke, or the answer was cut off.
    Interrupted,
    /// 401: the keys are wrong, or a fresh token was refused.
    Unauthorized,
    /// 403: the keys may not do this.
    Forbidden,
    /// 404: no such company or employee.
    NotFound,
    /// 409: the documented case is an e-mail address that is already in use.
    Conflict,
    /// 400 or 422: a rule or a field check refused the request. See [`Error::fields`].
    Invalid,
    /// 429: too many requests.
    RateLimited,
    /// 5xx: the server failed.
    Server,
    /// A status the interface does not describe, redirects included.
    UnexpectedStatus,
    /// A 2xx answer that is not what the interface promises.
    Decode,
    /// A listing that contradicts itself: totals, ids or pages do not add up.
    Incomplete,
    /// The next permitted moment lies beyond the time for the whole call. See [`Error::retry_at`].
    Deadline,
    /// The answer is larger than the configured limit.
    TooLarge,
    /// A [`RequestMeter`](crate::RequestMeter) refused further requests.
    CeilingReached,
    /// An edit without any change; it is not sent.
    EmptyEdit,
}

impl ErrorKind {
    const fn text(self) -> &'static str {
        match self {
            Self::Configuration => "the configuration cannot work",
            Self::Connect => "no connection",
            Self::Tls => "the server could not prove who it is",
            Self::Timeout => "no answer in time",
            Self::Interrupted => "the connection broke or the answer was cut off",
            Self::Unauthorized => "the credentials were refused",
            Self::Forbidden => "the credentials do not allow this",
            Self::NotFound => "no such company or employee",
            Self::Conflict => "conflict with existing data",
            Self::Invalid => "the request was refused as invalid",
            Self::RateLimited => "too many requests",
            Self::Server => "the server failed",
            Self::UnexpectedStatus => "unexpected status",
            Self::Decode => "the answer is not what the interface promises",
            Self::Incomplete => "the listing is incomplete or contradicts itself",
            Self::Deadline => "the time for the call is over",
            Self::TooLarge => "the answer is too large",
            Self::CeilingReached => "the ceiling on requests is reached",
            Self::EmptyEdit => "the edit changes nothing",
        }
    }

    /// Could the same call succeed later without anybody doing anything?
    const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Connect
                | Self::Timeout
                | Self::Interrupted
                | Self::RateLimited
                | Self::Server
                | Self::Deadline
        )
    }

    /// Does this kind leave open whether the server acted? A refusal by the server, and everything that is
    /// found before sending, does not.
    const fn leaves_open(self) -> bool {
        match self {
            Self::Timeout
            | Self::Interrupted
            | Self::Server
            | Self::UnexpectedStatus
            | Self::Decode
            | Self::TooLarge => true,
            Self::Configuration
            | Self::Connect
            | Self::Tls
            | Self::Unauthorized
            | Self::Forbidden
            | Self::NotFound
            | Self::Conflict
            | Self::Invalid
            | Self::RateLimited
            | Self::Incomplete
            | Self::Deadline
            | Self::CeilingReached
            | Self::EmptyEdit => false,
        }
    }

    /// The meaning of a status that is not 2xx.
    pub(crate) const fn of_status(status: u16) -> Self {
        match status {
            400 | 422 => Self::Invalid,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            500..=599 => Self::Server,
            _ => Self::UnexpectedStatus,
        }
    }
}

/// One field that the server refused: where, and by which rule. The server's sentence about it is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldProblem {
    /// The place, members joined by dots: `body.email`.
    pub path: String,
    /// The server's code for the rule, such as `value_error.email`; empty if it gave none.
    pub code: String,
}

/// A failed call.
#[derive(Clone)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: Operation,
    status: Option<u16>,
    request_id: Option<String>,
    retry_at: Option<DateTime<Utc>>,
    maybe_sent: bool,
    transient: bool,
    fields: Vec<FieldProblem>,
    context: Option<String>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of this kind, for those who implement the traits of this crate themselves.
    ///
    /// Whether the request may have taken effect follows from the kind; [`Error::with_nothing_done`] corrects it.
    pub fn new(kind: ErrorKind, operation: Operation) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                operation,
                status: None,
                request_id: None,
                retry_at: None,
                maybe_sent: kind.leaves_open(),
                transient: kind.is_transient(),
                fields: Vec::new(),
                context: None,
                source: None,
            }),
        }
    }

    /// States that no request of this call can have taken effect.
    pub fn with_nothing_done(mut self) -> Self {
        self.inner.maybe_sent = false;
        self
    }

    /// Adds a sentence for whoever reads the log. It must hold no value: no name, no address, no key.
    pub fn with_context(mut self, context: impl Into<String>) -> Self {
        self.inner.context = Some(context.into());
        self
    }

    /// Adds when it makes sense to come back.
    pub fn with_retry_at(mut self, at: DateTime<Utc>) -> Self {
        self.inner.retry_at = Some(at);
        self
    }

    /// Keeps the cause. Its text must hold no value either.
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.inner.source = Some(Arc::new(source));
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.inner.status = Some(status);
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.inner.request_id = id;
        self
    }

    pub(crate) fn with_fields(mut self, fields: Vec<FieldProblem>) -> Self {
        self.inner.fields = fields;
        self
    }

    /// A call that ends here because waiting longer would pass its deadline; `self` is why it had to wait.
    pub(crate) fn past_deadline(self, retry_at: DateTime<Utc>) -> Self {
        let mut error = Self::new(ErrorKind::Deadline, self.inner.operation).with_retry_at(retry_at);
        error.inner.status = self.inner.status;
        error.inner.request_id.clone_from(&self.inner.request_id);
        error.inner.maybe_sent = self.inner.maybe_sent;
        error.with_source(self)
    }

    /// A 401 after which no new token could be had: both failures in one, the refusal first.
    ///
    /// It is as transient as the failure to get a token.
    pub(crate) fn with_failed_refresh(mut self, refresh: Self) -> Self {
        self.inner.transient = refresh.is_retryable();
        self.inner.retry_at = refresh.retry_at();
        self.with_context("the token was refused, and no new one could be had").with_source(refresh)
    }

    /// What the failure means.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The call that failed, by the vendor's name for it.
    pub fn operation(&self) -> &str {
        self.inner.operation.name()
    }

    /// True if the call that failed changes an account.
    pub fn is_write(&self) -> bool {
        self.inner.operation.is_write()
    }

    /// The status of the last answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// The server's id of the last answer (`X-Request-ID`), if it gave a printable one.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// The earliest moment at which the call may be made again, if the server or the pace said so.
    pub fn retry_at(&self) -> Option<DateTime<Utc>> {
        self.inner.retry_at
    }

    /// The fields the server refused (400, 422). No request took effect.
    pub fn fields(&self) -> &[FieldProblem] {
        &self.inner.fields
    }

    /// True if the same call may be made again later, not before [`Error::retry_at`].
    ///
    /// For a write this is true only if no request can have taken effect; for a read a request may have arrived,
    /// which harms nobody.
    pub fn is_retryable(&self) -> bool {
        self.inner.transient && !(self.is_write() && self.inner.maybe_sent)
    }

    /// True if a request of this call could have left this machine and no answer says that it had no effect.
    ///
    /// A write for which this is true is *doubtful*: settle it by one verified listing, never by sending it again.
    pub fn may_have_been_sent(&self) -> bool {
        self.inner.maybe_sent
    }

    /// 404. The request arrived; it changed nothing.
    pub fn is_not_found(&self) -> bool {
        self.inner.kind == ErrorKind::NotFound
    }

    /// 409, in practice an e-mail address that is in use. The request arrived; it changed nothing.
    pub fn is_conflict(&self) -> bool {
        self.inner.kind == ErrorKind::Conflict
    }

    /// 401 or 403: a person has to look at the keys. The request arrived; it changed nothing.
    ///
    /// False for a 401 whose token refresh merely failed in passing.
    pub fn is_credentials(&self) -> bool {
        matches!(self.inner.kind, ErrorKind::Unauthorized | ErrorKind::Forbidden) && !self.inner.transient
    }

    /// A listing that must not be trusted. Only reads were sent; reading again may settle it.
    pub fn is_incomplete(&self) -> bool {
        self.inner.kind == ErrorKind::Incomplete
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.inner.operation, self.inner.kind.text())?;
        if let Some(status) = self.inner.status {
            write!(f, ", status {status}")?;
        }
        if let Some(id) = &self.inner.request_id {
            write!(f, ", request {id}")?;
        }
        for field in &self.inner.fields {
            write!(f, ", field {} ({})", field.path, field.code)?;
        }
        if let Some(context) = &self.inner.context {
            write!(f, ": {context}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("operation", &self.inner.operation)
            .field("status", &self.inner.status)
            .field("request_id", &self.inner.request_id)
            .field("retry_at", &self.inner.retry_at)
            .field("may_have_been_sent", &self.inner.maybe_sent)
            .field("fields", &self.inner.fields)
            .field("context", &self.inner.context)
            .field("source", &self.inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_meaning() {
        let table = [
            (302, ErrorKind::UnexpectedStatus),
            (400, ErrorKind::Invalid),
            (401, ErrorKind::Unauthorized),
            (403, ErrorKind::Forbidden),
            (404, ErrorKind::NotFound),
            (408, ErrorKind::UnexpectedStatus),
            (409, ErrorKind::Conflict),
            (418, ErrorKind::UnexpectedStatus),
            (422, ErrorKind::Invalid),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (599, ErrorKind::Server),
            (600, ErrorKind::UnexpectedStatus),
        ];
        for (status, kind) in table {
            assert_eq!(ErrorKind::of_status(status), kind, "status {status}");
        }
    }

    #[test]
    fn a_doubtful_write_is_never_retryable_and_the_same_failure_of_a_read_is() {
        for kind in [ErrorKind::Timeout, ErrorKind::Interrupted, ErrorKind::Server] {
            assert!(!Error::new(kind, Operation::CreateEmployee).is_retryable(), "{kind:?}");
            assert!(Error::new(kind, Operation::CreateEmployee).may_have_been_sent(), "{kind:?}");
            assert!(Error::new(kind, Operation::ListEmployees).is_retryable(), "{kind:?}");
        }
    }

    #[test]
    fn a_refused_write_is_known_to_have_done_nothing() {
        for status in [400, 401, 403, 404, 409, 422, 429] {
            let error = Error::new(ErrorKind::of_status(status), Operation::CreateEmployee);
            assert!(!error.may_have_been_sent(), "status {status}");
        }
    }

    #[test]
    fn an_error_past_its_deadline_keeps_what_was_known() {
        let cause = Error::new(ErrorKind::RateLimited, Operation::ListEmployees)
            .with_status(429)
            .with_request_id(Some("r-1".into()));
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let error = cause.past_deadline(at);
        assert_eq!(
            (error.kind(), error.status(), error.request_id(), error.retry_at()),
            (ErrorKind::Deadline, Some(429), Some("r-1"), Some(at))
        );
        assert!(error.source().is_some_and(|source| source.to_string().contains("429")));
    }
}

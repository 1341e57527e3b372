//! The one error type of the crate.
//!
//! It says what happened by meaning ([`ErrorKind`]), how far the request got, and everything that helps whoever reads
//! the log: operation, status, vendor's code, request id, place in the answer. It can never hold a value out of an
//! answer, a body, a token, or a URL with its query.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::scope::Scope;

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn StdError + Send + Sync>;

/// What happened, by meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was set up wrongly, or the identity server does not know it. Nothing was read.
    Configuration,
    /// No connection; the request was not sent.
    Connect,
    /// The server could not prove who it is, or TLS failed in another way; the request was not sent. Repeating it does
    /// not help: a person has to look at certificates, the clock, or what stands in between.
    Tls,
    /// No complete answer in time.
    Timeout,
    /// The connection broke, or the answer's body was cut off.
    Interrupted,
    /// 401, also after a new token. A missing or wrong subscription key shows as this; over SOAP wrong credentials.
    Unauthorized,
    /// 403: a scope is missing, or the login may not see this data. Over SOAP also: there is no such data, or the user
    /// template has the operation switched off.
    Forbidden,
    /// 404.
    NotFound,
    /// 409, or the token store kept changing under our hands.
    Conflict,
    /// 400 or 422: the vendor refuses a parameter. Over SOAP also: an id is no number, and nothing was sent.
    Invalid,
    /// 429: too many calls; waiting helps.
    RateLimited,
    /// The plan's call volume is used up; waiting seconds does not help.
    QuotaExceeded,
    /// 5xx, or over SOAP a fault that no other kind is for.
    Server,
    /// A status nobody documented.
    UnexpectedStatus,
    /// A 2xx answer that is not what it should be: HTML, broken JSON, no `data`, another envelope. Or a callback with an error that nobody
    /// documented.
    Decode,
    /// A listing that disagrees with itself; see [`Error::incomplete`]. Nothing of it may be used.
    Incomplete,
    /// The next permitted moment lies beyond the call's deadline. See [`Error::retry_at`].
    Deadline,
    /// The grant is gone: expired, already used or withdrawn. Only a person's new consent helps.
    ConsentLost,
    /// The answer's body is over the limit.
    TooLarge,
    /// The caller's [`RequestMeter`](crate::RequestMeter) refused; nothing was sent.
    CeilingReached,
    /// The token store failed.
    TokenStore,
    /// A callback that is no answer to this sign-in: its state is missing or another's, or it holds no code, or more
    /// than one. Nothing was sent.
    ForeignCallback,
    /// The user said no in the browser. Nothing was sent; they may be asked again.
    ConsentDenied,
    /// The authorization code is spent, too old, or of another redirect URI. Start again in the browser.
    CodeRefused,
}

impl ErrorKind {
    const fn says(self) -> &'static str {
        match self {
            Self::Configuration => "configuration is wrong",
            Self::Connect => "no connection",
            Self::Tls => "the server could not prove who it is",
            Self::Timeout => "no complete answer in time",
            Self::Interrupted => "the connection broke or the answer was cut off",
            Self::Unauthorized => "not authorized (token or subscription key)",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::Invalid => "a parameter was refused",
            Self::RateLimited => "too many calls",
            Self::QuotaExceeded => "call volume quota is used up",
            Self::Server => "server error",
            Self::UnexpectedStatus => "unexpected status",
            Self::Decode => "the answer cannot be read",
            Self::Incomplete => "the listing is incomplete",
            Self::Deadline => "the deadline comes before the next permitted moment",
            Self::ConsentLost => "consent is lost; a person must consent again",
            Self::TooLarge => "the answer is too large",
            Self::CeilingReached => "the ceiling on requests is reached",
            Self::TokenStore => "the token store failed",
            Self::ForeignCallback => "the callback is no answer to this sign-in",
            Self::ConsentDenied => "the user did not consent",
            Self::CodeRefused => "the code was refused; start again in the browser",
        }
    }

    /// Does this kind leave open whether the server acted? A refusal by the server, and everything that is found
    /// before sending, does not.
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
            | Self::QuotaExceeded
            | Self::Incomplete
            | Self::Deadline
            | Self::ConsentLost
            | Self::CeilingReached
            | Self::TokenStore
            | Self::ForeignCallback
            | Self::ConsentDenied
            | Self::CodeRefused => false,
        }
    }
}

/// In what way a listing disagreed with itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Incomplete {
    /// The number of distinct rows is not the announced total.
    #[error("{announced} rows announced, {read} distinct rows read")]
    Count {
        /// `pagination.totalRecords`.
        announced: u64,
        /// Distinct ids read.
        read: u64,
    },
    /// Two pages announced different totals: the list changed while it was read.
    #[error("the total changed between pages, seen on page {page}")]
    TotalChanged {
        /// The page that differs from page 1.
        page: u32,
    },
    /// The same id came twice with different content.
    #[error("the same row came twice with different content, the second time on page {page}")]
    RepeatedRowDiffers {
        /// Where the second one stood.
        page: u32,
    },
    /// A row without a readable id: nobody can say whose it is.
    #[error("row {row} of page {page} has no readable id")]
    RowWithoutId {
        /// The page, from 1.
        page: u32,
        /// The row on it, from 1.
        row: usize,
    },
    /// The server answered with another page than the one asked for.
    #[error("page {asked} was asked for, page {answered} came")]
    OtherPage {
        /// The page asked for.
        asked: u32,
        /// The page the answer says it is.
        answered: u64,
    },
    /// A debtor cannot be read, so its companies would be missing.
    #[error("a debtor cannot be read")]
    UnreadableDebtor,
    /// More pages than the configured ceiling.
    #[error("more than {ceiling} pages")]
    TooManyPages {
        /// The configured ceiling.
        ceiling: u32,
    },
}

/// Why a call failed. Cheap to clone: callers who share one token refresh share its error.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    operation: &'static str,
    status: Option<u16>,
    code: Option<u32>,
    request_id: Option<String>,
    retry_at: Option<DateTime<Utc>>,
    retryable: bool,
    maybe_sent: bool,
    missing_scope: Option<&'static [Scope]>,
    incomplete: Option<Incomplete>,
    detail: Option<String>,
    source: Option<Source>,
}

impl Error {
    /// Starts an error; the builder-like methods below add what is known.
    pub(crate) fn new(kind: ErrorKind, operation: &'static str) -> Self {
        Self(Arc::new(Inner {
            kind,
            operation,
            status: None,
            code: None,
            request_id: None,
            retry_at: None,
            retryable: matches!(kind, ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted),
            maybe_sent: kind.leaves_open(),
            missing_scope: None,
            incomplete: None,
            detail: None,
            source: None,
        }))
    }

    pub(crate) fn configuration(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, "setup").detail(detail)
    }

    /// Changes the error while it is built, before anybody else can hold a clone of it.
    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            change(inner);
        }
        self
    }

    pub(crate) fn status_of(self, status: u16, request_id: Option<String>) -> Self {
        self.with(|e| {
            e.status = Some(status);
            e.request_id = request_id;
        })
    }

    pub(crate) fn code_of(self, code: Option<u32>) -> Self {
        self.with(|e| e.code = code)
    }

    pub(crate) fn retry_from(self, at: Option<DateTime<Utc>>) -> Self {
        self.with(|e| {
            e.retry_at = at;
            e.retryable |= at.is_some();
        })
    }

    /// A call that ends here because waiting longer would pass its deadline; `self` is why it had to wait.
    pub(crate) fn past_deadline(self, at: DateTime<Utc>) -> Self {
        let cause = &self.0;
        let (status, code, request_id) = (cause.status, cause.code, cause.request_id.clone());
        let maybe_sent = cause.maybe_sent;
        let late = Self::new(ErrorKind::Deadline, cause.operation).retry_from(Some(at)).caused_by(self);
        late.with(|e| {
            (e.status, e.code, e.request_id) = (status, code, request_id);
            e.maybe_sent = maybe_sent;
        })
    }

    pub(crate) fn retryable(self, retryable: bool) -> Self {
        self.with(|e| e.retryable = retryable)
    }

    /// For a kind that leaves it open: nothing had been sent when this was found.
    pub(crate) fn never_sent(self) -> Self {
        self.with(|e| e.maybe_sent = false)
    }

    pub(crate) fn lacks(self, scopes: Option<&'static [Scope]>) -> Self {
        self.with(|e| e.missing_scope = scopes)
    }

    pub(crate) fn disagrees(self, how: Incomplete) -> Self {
        self.with(|e| e.incomplete = Some(how))
    }

    /// `detail` must be our own words, a field path or a number; never a value out of an answer.
    pub(crate) fn detail(self, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        self.with(|e| e.detail = Some(detail))
    }

    pub(crate) fn caused_by(self, source: impl Into<Source>) -> Self {
        let source = source.into();
        self.with(|e| e.source = Some(source))
    }

    /// What happened.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The vendor's name of the operation, over SOAP with its service (`DebtorService.List_GetAll`), or the path at the
    /// identity server (`connect/token`), or `callback` for what the browser brought back, or `setup`.
    pub fn operation(&self) -> &str {
        self.0.operation
    }

    /// The HTTP status, if an answer came.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The vendor's five-digit code, or over SOAP the number of the fault, if the answer had one.
    pub fn code(&self) -> Option<u32> {
        self.0.code
    }

    /// The request id the server gave, for the vendor's support desk.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The earliest moment at which it makes sense to come back, if one is known.
    pub fn retry_at(&self) -> Option<DateTime<Utc>> {
        self.0.retry_at
    }

    /// Whether the same call may succeed later without anybody doing anything. All calls of this crate only read, so
    /// repeating one is always safe; whether the request reached the server says [`Error::may_have_been_sent`].
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// True if a request of this call could have left this machine and no answer says that it had no effect. A refusal
    /// (400, 401, 403, 404, 409, 422, 429) says so.
    pub fn may_have_been_sent(&self) -> bool {
        self.0.maybe_sent
    }

    /// 404. The request reached the server.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// A person must consent again. Repeating the call is useless. The request may have reached the identity server.
    pub fn is_consent_lost(&self) -> bool {
        self.0.kind == ErrorKind::ConsentLost
    }

    /// The consent spans several debtors and the operation cannot answer for that (code 40306); go debtor by debtor.
    /// The request reached the server.
    pub fn is_multi_debtor_consent(&self) -> bool {
        self.0.code == Some(crate::problem::MULTI_DEBTOR_CONSENT)
    }

    /// For a 403: the scopes of which one was needed and none was granted. `None` if one was granted (then the login
    /// may not see this data), or if the granted scopes are not known.
    pub fn missing_scope(&self) -> Option<&[Scope]> {
        self.0.missing_scope
    }

    /// For [`ErrorKind::Incomplete`]: how the listing disagreed with itself.
    pub fn incomplete(&self) -> Option<Incomplete> {
        self.0.incomplete
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &*self.0;
        write!(f, "{}: {}", e.operation, e.kind.says())?;
        if let Some(status) = e.status {
            write!(f, ", status {status}")?;
        }
        if let Some(code) = e.code {
            write!(f, ", code {code}")?;
        }
        if let Some(scopes) = e.missing_scope {
            let names: Vec<_> = scopes.iter().map(Scope::as_str).collect();
            write!(f, ", the consent lacks one of: {}", names.join(", "))?;
        }
        if let Some(how) = e.incomplete {
            write!(f, ", {how}")?;
        }
        if let Some(detail) = &e.detail {
            write!(f, ", {detail}")?;
        }
        if let Some(id) = &e.request_id {
            write!(f, ", request id {id}")?;
        }
        if let Some(at) = e.retry_at {
            write!(f, ", not before {}", at.format("%Y-%m-%dT%H:%M:%SZ"))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_pointer_wide_and_travels_between_threads() {
        fn travels<T: Send + Sync + Clone + 'static>() {}
        travels::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn the_message_says_everything_that_is_known() {
        let error = Error::new(ErrorKind::Forbidden, "getCompanies")
            .status_of(403, Some("r-1".into()))
            .code_of(Some(40306))
            .retry_from(DateTime::from_timestamp(0, 0));
        assert_eq!(
            error.to_string(),
            "getCompanies: forbidden, status 403, code 40306, request id r-1, not before 1970-01-01T00:00:00Z"
        );
        assert!(error.is_multi_debtor_consent());
    }
}

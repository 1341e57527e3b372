//! One request out, one whole answer in. The only file that knows the HTTP library.
//!
//! No redirect is followed, no proxy is taken from the environment and none is used for plain http, no cookie is kept,
//! nothing is sent twice, and no answer is handed on before its last byte is here. Credentials travel in headers marked
//! as sensitive.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::config::CustomerApiConfig;
use crate::error::{Error, ErrorKind};
use crate::operation::{Method, Operation};
use crate::pace::RateLimit;
use crate::retry::{http_date, retry_after};

const USER_AGENT: &str = concat!("yourcampus-client/", env!("CARGO_PKG_VERSION"));
/// Idle connections are dropped before a server is likely to close them under a request.
const POOL_IDLE: Duration = Duration::from_secs(15);

#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    request_timeout: Duration,
    max_answer_bytes: usize,
}

#[derive(Clone)]
pub(crate) enum Body {
    Empty,
    Json(Bytes),
    Form(SecretString),
}

pub(crate) struct Outgoing<'a> {
    pub(crate) operation: Operation,
    pub(crate) url: Url,
    pub(crate) bearer: Option<&'a SecretString>,
    pub(crate) body: Body,
    /// The request gets no more time than this, however long one may take by configuration.
    pub(crate) time_left: Duration,
}

/// A whole answer, whatever its status. Like everything here that carries content, it has no `Debug`.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// No answer. `never_sent` is true only if no byte of the request can have left.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) never_sent: bool,
    source: Option<reqwest::Error>,
}

impl Transport {
    pub(crate) fn new(config: &CustomerApiConfig) -> Result<Self, Error> {
        let refuse = |context| Error::new(ErrorKind::Configuration, Operation::Token).with_context(context);
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .https_only(config.base_url.is_https())
            .connect_timeout(config.limits.connect_timeout)
            .pool_idle_timeout(POOL_IDLE);
        if let Some(proxy) = &config.proxy {
            // Never for plain http, which is for loopback only: a proxy would get it readable, with all that is secret.
            let proxy =
                reqwest::Proxy::https(proxy.expose_secret()).map_err(|_| refuse("the proxy is not a URL"))?;
            builder = builder.proxy(proxy);
        }
        let http = builder
            .build()
            .map_err(|error| refuse("the HTTP library cannot start").with_source(error.without_url()))?;
        Ok(Self {
            http,
            request_timeout: config.limits.request_timeout,
            max_answer_bytes: config.limits.max_answer_bytes,
        })
    }

    pub(crate) async fn send(&self, outgoing: Outgoing<'_>) -> Result<Answer, Failure> {
        let response = self.request(outgoing)?.send().await.map_err(Failure::of)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let is_success = response.status().is_success();
        let body = match self.whole_body(response).await {
            Ok(body) => body,
            // A refusal whose body is lost is still that refusal, and its Retry-After still stands.
            Err(_) if !is_success => Bytes::new(),
            Err(failure) => return Err(failure),
        };
        Ok(Answer { status, headers, body })
    }

    fn request(&self, outgoing: Outgoing<'_>) -> Result<reqwest::RequestBuilder, Failure> {
        let method = match outgoing.operation.method() {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
        };
        let mut request = self
            .http
            .request(method, outgoing.url)
            .timeout(self.request_timeout.min(outgoing.time_left))
            .header(ACCEPT, "application/json");
        if let Some(token) = outgoing.bearer {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
                .map_err(|_| Failure { kind: ErrorKind::Decode, never_sent: true, source: None })?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        Ok(match outgoing.body {
            Body::Empty => request,
            Body::Json(json) => request.header(CONTENT_TYPE, "application/json").body(json),
            Body::Form(form) => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.expose_secret().to_owned()),
        })
    }

    async fn whole_body(&self, response: reqwest::Response) -> Result<Bytes, Failure> {
        let too_large = || Failure { kind: ErrorKind::TooLarge, never_sent: false, source: None };
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
        if announced.is_some_and(|length| length > self.max_answer_bytes) {
            return Err(too_large());
        }
        let mut body = Vec::with_capacity(announced.unwrap_or_default());
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(Failure::of)?;
            if body.len() + chunk.len() > self.max_answer_bytes {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }
}

impl Failure {
    fn of(error: reqwest::Error) -> Self {
        let (kind, never_sent) = if error.is_builder() {
            (ErrorKind::Configuration, true)
        } else if error.is_connect() {
            (if is_tls(&error) { ErrorKind::Tls } else { ErrorKind::Connect }, true)
        } else if error.is_timeout() {
            (ErrorKind::Timeout, false)
        } else {
            (ErrorKind::Interrupted, false)
        };
        Self { kind, never_sent, source: Some(error.without_url()) }
    }

    pub(crate) fn into_error(self, operation: Operation) -> Error {
        let mut error = Error::new(self.kind, operation);
        if self.never_sent {
            error = error.with_nothing_done();
        }
        match self.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

/// Did TLS fail? A TLS library reports that as invalid data, which a socket never does.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    match error.downcast_ref::<io::Error>() {
        // What an `io::Error` wraps is no `source` of it.
        Some(io) => {
            io.kind() == io::ErrorKind::InvalidData || io.get_ref().is_some_and(|inner| is_tls(inner))
        }
        None => error.source().is_some_and(is_tls),
    }
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Any type that says JSON will do; HTML with status 200 will not.
    pub(crate) fn is_json(&self) -> bool {
        self.header("content-type").is_some_and(|value| value.to_ascii_lowercase().contains("json"))
    }

    /// What can be seen to be wrong without reading the body.
    pub(crate) fn fault(&self) -> Option<ErrorKind> {
        if !self.is_success() {
            return Some(ErrorKind::of_status(self.status));
        }
        (!self.is_json()).then_some(ErrorKind::Decode)
    }

    pub(crate) fn rate_limit(&self) -> RateLimit {
        RateLimit::parse(|name| self.header(name))
    }

    /// A date counts from the answer's own date, because the server's clock and ours may differ.
    pub(crate) fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        let server_now = self.header("date").and_then(http_date).unwrap_or(now);
        // Of several, as a gateway may add its own, the longest.
        let wishes = self.headers.get_all("retry-after").iter().filter_map(|value| value.to_str().ok());
        wishes.filter_map(|value| retry_after(value, server_now)).max()
    }

    /// The request id, if it looks like one: what a server echoes from elsewhere does not belong into a log.
    pub(crate) fn request_id(&self) -> Option<String> {
        let is_plain = |id: &&str| {
            !id.is_empty()
                && id.len() <= 128
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
        };
        self.header("x-request-id").filter(is_plain).map(str::to_owned)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

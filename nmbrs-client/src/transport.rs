//! One HTTP exchange: the only file that touches the HTTP library.
//!
//! A request comes in; the answer goes out, whole or piece by piece, or a [`Failure`] that says how far the request got.
//! Nothing goes over plain http but to loopback, and then through no proxy; no redirect is followed, no proxy of the
//! environment is used, and no body is larger than the limit.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::error::{Error, ErrorKind, Result};
use crate::retry_after::RetryAfter;

/// How long one exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until the connection stands. Default 10 s.
    pub connect: Duration,
    /// Until the whole answer is read, connecting included. Default 30 s.
    pub request: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), request: Duration::from_secs(30) }
    }
}

impl Timeouts {
    /// Sets the time until the connection stands.
    pub fn connect(mut self, timeout: Duration) -> Self {
        self.connect = timeout;
        self
    }

    /// Sets the time until the whole answer is read.
    pub fn request(mut self, timeout: Duration) -> Self {
        self.request = timeout;
        self
    }
}

/// What both kinds of connection (API, identity server) are set up with.
#[derive(Debug, Clone)]
pub(crate) struct TransportSettings {
    pub(crate) timeouts: Timeouts,
    pub(crate) max_body_bytes: usize,
    pub(crate) proxy: Option<SecretString>,
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self { timeouts: Timeouts::default(), max_body_bytes: 32 * 1024 * 1024, proxy: None }
    }
}

/// The address of a server: https, or http on loopback.
#[derive(Debug, Clone)]
pub(crate) struct Base(Url);

impl Base {
    /// `what` names the setting in the error; the address itself stays out of it, as it may hold credentials.
    pub(crate) fn parse(text: &str, what: &str) -> Result<Self> {
        let url = Url::parse(text).map_err(|_| Error::configuration(format!("{what} is not a URL")))?;
        let loopback = match url.host() {
            Some(Host::Ipv4(ip)) => ip == std::net::Ipv4Addr::LOCALHOST,
            Some(Host::Ipv6(ip)) => ip == std::net::Ipv6Addr::LOCALHOST,
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        match url.scheme() {
            "https" if url.has_host() => {}
            "http" if loopback => {}
            _ => return Err(Error::configuration(format!("{what} must be https (http only on loopback)"))),
        }
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if bare {
            Ok(Self(url))
        } else {
            Err(Error::configuration(format!("{what} must not hold credentials, a query or a fragment")))
        }
    }

    /// The address of `path` (which starts with `/`) on this server.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }
}

/// A complete answer.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: RetryAfter,
    is_json: bool,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        is_success(self.status)
    }

    /// Whether the answer says that its body is some kind of JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }
}

/// Why there is no complete answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) source: Option<reqwest::Error>,
}

impl Failure {
    /// The error of an exchange that belonged to `operation`.
    pub(crate) fn of(self, operation: &'static str) -> Error {
        let error = Error::new(self.kind, operation);
        match self.source {
            Some(source) => error.caused_by(source),
            None => error,
        }
    }
}

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
    timeout: Duration,
    max_body_bytes: usize,
}

impl Transport {
    pub(crate) fn new(settings: &TransportSettings) -> Result<Self> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            // Attempts are counted and paced here; the library must not add its own.
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(settings.timeouts.connect)
            .timeout(settings.timeouts.request)
            .no_proxy();
        if let Some(proxy) = &settings.proxy {
            // Never for plain http, which is for loopback only: a proxy would get it readable, with all that is secret.
            let proxy = reqwest::Proxy::https(proxy.expose_secret())
                .map_err(|_| Error::configuration("the proxy's address is not a URL"))?;
            http = http.proxy(proxy);
        }
        let http = http.build().map_err(|error| {
            Error::configuration("the HTTP library refuses its settings").caused_by(error.without_url())
        })?;
        Ok(Self { http, timeout: settings.timeouts.request, max_body_bytes: settings.max_body_bytes })
    }

    /// Reads. The exchange gets no more time than `time_left`, however long one may take by its settings.
    pub(crate) async fn get(
        &self,
        url: Url,
        headers: HeaderMap,
        time_left: Duration,
    ) -> Result<Answer, Failure> {
        let timeout = self.timeout.min(time_left);
        self.exchange(self.http.get(url).headers(headers).timeout(timeout)).await
    }

    /// Sends a form; only the identity server gets one.
    pub(crate) async fn post_form(
        &self,
        url: Url,
        headers: HeaderMap,
        form: String,
    ) -> Result<Answer, Failure> {
        self.exchange(self.http.post(url).headers(headers).body(form)).await
    }

    /// Sends a text that is wiped from memory afterwards. The answer is read as it arrives; `timeout` is for all of it.
    #[cfg(feature = "soap")]
    pub(crate) async fn post(
        &self,
        url: Url,
        headers: HeaderMap,
        body: SecretString,
        timeout: Duration,
    ) -> Result<Arriving, Failure> {
        let body = Bytes::from_owner(Exposed(body));
        self.send(self.http.post(url).headers(headers).timeout(timeout).body(body)).await
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
        self.send(request).await?.whole().await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Arriving, Failure> {
        let response = request.send().await.map_err(failure)?;
        let headers = response.headers();
        let is_json = text(headers, "content-type").is_some_and(|t| t.to_ascii_lowercase().contains("json"));
        let request_id = request_id(headers);
        let wishes = headers.get_all("retry-after").iter().filter_map(|value| value.to_str().ok());
        let retry_after = RetryAfter::read(wishes, text(headers, "date"));
        let status = response.status().as_u16();
        let (longest, read) = (self.max_body_bytes, 0);
        Ok(Arriving { status, request_id, retry_after, is_json, response, longest, read })
    }
}

/// An answer whose head is there and whose body is still coming.
#[derive(Debug)]
pub(crate) struct Arriving {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: RetryAfter,
    is_json: bool,
    response: reqwest::Response,
    longest: usize,
    /// Bytes of the body so far, after decompression.
    read: usize,
}

impl Arriving {
    pub(crate) fn is_success(&self) -> bool {
        is_success(self.status)
    }

    /// Bytes of the body so far, after decompression.
    #[cfg(feature = "soap")]
    pub(crate) fn bytes(&self) -> usize {
        self.read
    }

    /// The next piece of the body; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        let too_large = || Failure { kind: ErrorKind::TooLarge, source: None };
        let announced = self.response.content_length().and_then(|length| usize::try_from(length).ok());
        if announced.is_some_and(|length| length > self.longest) {
            return Err(too_large());
        }
        let Some(chunk) = self.response.chunk().await.map_err(failure)? else { return Ok(None) };
        self.read += chunk.len();
        if self.read > self.longest { Err(too_large()) } else { Ok(Some(chunk)) }
    }

    async fn whole(mut self) -> Result<Answer, Failure> {
        let mut body = BytesMut::new();
        let body = loop {
            match self.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break body.freeze(),
                // A refusal whose body is lost is still that refusal.
                Err(_) if !self.is_success() => break Bytes::new(),
                Err(failure) => return Err(failure),
            }
        };
        let Self { status, request_id, retry_after, is_json, .. } = self;
        Ok(Answer { status, body, request_id, retry_after, is_json })
    }
}

/// The bytes of a secret, which are wiped when the last reader of them is gone.
#[cfg(feature = "soap")]
struct Exposed(SecretString);

#[cfg(feature = "soap")]
impl AsRef<[u8]> for Exposed {
    fn as_ref(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// A header value that no log ever shows. `None` if the text cannot be one.
pub(crate) fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn failure(error: reqwest::Error) -> Failure {
    let kind = if error.is_connect() {
        if is_tls(&error) { ErrorKind::Tls } else { ErrorKind::Connect }
    } else if error.is_timeout() {
        ErrorKind::Timeout
    } else {
        ErrorKind::Interrupted
    };
    Failure { kind, source: Some(error.without_url()) }
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

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The vendor documents no name for it, so the usual ones are tried. Kept only if it looks like an id.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let id =
        ["x-request-id", "request-id", "x-correlation-id"].iter().find_map(|name| text(headers, name))?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:|".contains(&b);
    ((1..=128).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_loopback_only() {
        for (address, allowed) in [
            ("https://api.nmbrsapp.com", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost/base", true),
            ("http://api.nmbrsapp.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://localhost.example.com", false),
            ("http://0.0.0.0", false),
            ("ftp://localhost", false),
            ("https://user:word@api.nmbrsapp.com", false),
            ("https://api.nmbrsapp.com/?key=1", false),
            ("api.nmbrsapp.com", false),
        ] {
            assert_eq!(Base::parse(address, "rest_url").is_ok(), allowed, "{address}");
        }
    }

    #[test]
    fn a_path_is_added_to_the_base_path() {
        let at = |base: &str| Base::parse(base, "rest_url").unwrap().at("/api/debtors").to_string();
        assert_eq!(at("https://api.nmbrsapp.com"), "https://api.nmbrsapp.com/api/debtors");
        assert_eq!(at("http://127.0.0.1:1/mock/"), "http://127.0.0.1:1/mock/api/debtors");
    }

    #[test]
    fn a_request_id_that_is_no_id_is_dropped() {
        let id = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-request-id", HeaderValue::from_str(value).unwrap());
            request_id(&headers)
        };
        assert_eq!(id("5f-1:a"), Some("5f-1:a".to_owned()));
        assert_eq!(id("jan@example.nl"), None);
        assert_eq!(id(&"x".repeat(129)), None);
    }
}

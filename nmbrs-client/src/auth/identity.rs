//! One exchange with the identity server.
//!
//! What this app may ask of it goes in: a refresh, a code to exchange, an authorization request to push, a token to
//! revoke, its discovery document. New tokens come out, or a [`Refusal`] that says whether the server acted. Errors have
//! the shape of RFC 6749; a 200 that holds an `error` is an error too. Nothing the server wrote is kept but the tokens,
//! the granted scopes and known error words, and the app's credentials go to the paths named here and nowhere else.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::TokenSet;
use super::credentials::{AppCredentials, percent_encoded};
use super::discovery::Discovery;
use crate::clock::later;
use crate::error::{Error, ErrorKind};
use crate::object::Object;
use crate::observer::{Begun, Watch};
use crate::retry::Outcome;
use crate::retry_after::RetryAfter;
use crate::scope::Scope;
use crate::transport::{Answer, Base, Failure, Transport};

/// The paths below the identity server's address; errors name them as their operation.
pub(super) const AUTHORIZE: &str = "connect/authorize";
pub(super) const TOKEN: &str = "connect/token";
pub(super) const PUSH: &str = "connect/par";
pub(super) const REVOCATION: &str = "connect/revocation";
pub(super) const DISCOVERY: &str = ".well-known/openid-configuration";

/// How long a token lasts if the server does not say so readably.
const USUAL_LIFE: Duration = Duration::from_secs(3600);

/// The identity server, as this app sees it.
#[derive(Debug)]
pub(super) struct IdentityServer {
    transport: Transport,
    base: Base,
    pub(super) client_id: SecretString,
    authorization: HeaderValue,
    watch: Watch,
}

/// Why the server did not do what it was asked.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The refresh token or the code is not (or no longer) good.
    InvalidGrant(Error),
    /// No complete answer: the server may have spent what it was given, or not.
    Ambiguous(Error),
    /// Everything else: for the moment, or for good.
    Other { error: Error, outcome: Outcome, retry_after: RetryAfter },
}

impl Refusal {
    fn kind(&self) -> ErrorKind {
        let (Self::InvalidGrant(error) | Self::Ambiguous(error) | Self::Other { error, .. }) = self;
        error.kind()
    }

    /// The error, what it means for repeating a request that does no harm twice, and when the server wants it.
    pub(super) fn into_parts(self) -> (Error, Outcome, RetryAfter) {
        match self {
            Self::InvalidGrant(error) => (error, Outcome::Final, RetryAfter::default()),
            Self::Ambiguous(error) => (error, Outcome::Broken, RetryAfter::default()),
            Self::Other { error, outcome, retry_after } => (error, outcome, retry_after),
        }
    }
}

impl IdentityServer {
    pub(super) fn new(
        transport: Transport,
        base: Base,
        app: &AppCredentials,
        watch: Watch,
    ) -> Result<Self, Error> {
        let authorization = app
            .basic_header()
            .ok_or_else(|| Error::configuration("the app's credentials do not fit into a header"))?;
        Ok(Self { transport, base, client_id: app.client_id().clone(), authorization, watch })
    }

    /// Spends `refresh`. `old` gives what the answer may leave out. `attempt`, here and below, is for whoever watches.
    pub(super) async fn refresh(
        &self,
        refresh: &SecretString,
        old: &TokenSet,
        now: DateTime<Utc>,
        attempt: u32,
    ) -> Result<TokenSet, Refusal> {
        let form =
            format!("grant_type=refresh_token&refresh_token={}", percent_encoded(refresh.expose_secret()));
        let answer = self.post(TOKEN, form, ErrorKind::ConsentLost, attempt).await?;
        let mut tokens = understand(&answer, now)?;
        tokens.scopes = tokens.scopes.or_else(|| old.scopes.clone());
        if tokens.refresh.is_none() {
            tokens.refresh.clone_from(&old.refresh);
        }
        Ok(tokens)
    }

    /// Exchanges an authorization code. `redirect_uri` is the one the code was asked for with, byte for byte.
    pub(super) async fn redeem(
        &self,
        code: &SecretString,
        redirect_uri: &str,
        verifier: Option<&SecretString>,
        now: DateTime<Utc>,
        attempt: u32,
    ) -> Result<TokenSet, Refusal> {
        let mut form = format!(
            "grant_type=authorization_code&code={}&redirect_uri={}",
            percent_encoded(code.expose_secret()),
            percent_encoded(redirect_uri)
        );
        if let Some(verifier) = verifier {
            form.push_str("&code_verifier=");
            form.push_str(&percent_encoded(verifier.expose_secret()));
        }
        let answer = self.post(TOKEN, form, ErrorKind::CodeRefused, attempt).await?;
        understand(&answer, now)
    }

    /// Leaves an authorization request with the server; the reference it gives works once, for ten minutes.
    pub(super) async fn push(&self, request: &str, attempt: u32) -> Result<String, Refusal> {
        #[derive(Deserialize)]
        struct Pushed {
            request_uri: String,
        }
        let answer = self.post(PUSH, request.to_owned(), ErrorKind::UnexpectedStatus, attempt).await?;
        match object(&answer).filter(|_| answer.is_json()) {
            Some(Pushed { request_uri }) if !request_uri.is_empty() => Ok(request_uri),
            _ => Err(Refusal::Ambiguous(unreadable(PUSH, &answer, "no request_uri"))),
        }
    }

    /// Reads the server's discovery document. It is public: no credential is sent.
    pub(super) async fn discover(&self, time_left: Duration, attempt: u32) -> Result<Discovery, Refusal> {
        let accept = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        let exchange = self.watch.begin(DISCOVERY, None, attempt);
        let sent = self.transport.get(self.url(DISCOVERY), accept, time_left).await;
        let answer = judged(exchange, DISCOVERY, sent, ErrorKind::UnexpectedStatus)?;
        Discovery::read(&answer.body, &self.base).map_err(|error| Refusal::Other {
            error: error.status_of(answer.status, answer.request_id.clone()),
            outcome: Outcome::Final,
            retry_after: RetryAfter::default(),
        })
    }

    /// Ends the life of `token`; `hint` is `refresh_token` or `access_token`. A token the server does not know is a
    /// success (RFC 7009), so that this may be repeated. The body of a success is empty, and is not looked at.
    pub(super) async fn revoke(&self, token: &SecretString, hint: &'static str) -> Result<(), Error> {
        let form = format!("token={}&token_type_hint={hint}", percent_encoded(token.expose_secret()));
        let revoked = self.post(REVOCATION, form, ErrorKind::UnexpectedStatus, 1).await;
        revoked.map(|_| ()).map_err(|refusal| refusal.into_parts().0)
    }

    /// The one place where the app's credentials leave this machine. `invalid_grant` is what that word means at this
    /// endpoint.
    async fn post(
        &self,
        endpoint: &'static str,
        form: String,
        invalid_grant: ErrorKind,
        attempt: u32,
    ) -> Result<Answer, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.authorization.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let exchange = self.watch.begin(endpoint, None, attempt);
        let sent = self.transport.post_form(self.url(endpoint), headers, form).await;
        judged(exchange, endpoint, sent, invalid_grant)
    }

    pub(super) fn url(&self, endpoint: &str) -> Url {
        self.base.at(&format!("/{endpoint}"))
    }
}

/// What came of an exchange, told to whoever watches: an answer that is no refusal, or a refusal.
fn judged(
    exchange: Begun,
    endpoint: &'static str,
    sent: Result<Answer, Failure>,
    invalid_grant: ErrorKind,
) -> Result<Answer, Refusal> {
    match sent {
        Ok(answer) => {
            let refusal = refusal(endpoint, &answer, invalid_grant);
            exchange.answered(&answer, refusal.as_ref().map(Refusal::kind));
            refusal.map_or(Ok(answer), Err)
        }
        Err(failure) => {
            exchange.failed(failure.kind);
            Err(unanswered(endpoint, failure))
        }
    }
}

fn unanswered(endpoint: &'static str, failure: Failure) -> Refusal {
    match failure.kind {
        ErrorKind::Connect => Refusal::Other {
            error: failure.of(endpoint),
            outcome: Outcome::Broken,
            retry_after: RetryAfter::default(),
        },
        ErrorKind::Tls => Refusal::Other {
            error: failure.of(endpoint),
            outcome: Outcome::Final,
            retry_after: RetryAfter::default(),
        },
        _ => Refusal::Ambiguous(failure.of(endpoint)),
    }
}

/// A token answer, as tolerant as RFC 6749 servers need it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Value,
    scope: Value,
}

fn object<T: DeserializeOwned>(answer: &Answer) -> Option<T> {
    serde_json::from_slice(&answer.body).ok().map(|Object(body)| body)
}

/// The tokens an answer holds, and nothing it does not say. `now` is from before the request was sent.
fn understand(answer: &Answer, now: DateTime<Utc>) -> Result<TokenSet, Refusal> {
    // What was given may be spent, and what came for it is lost.
    let lost = |why: &str| Refusal::Ambiguous(unreadable(TOKEN, answer, why));
    let wire: Option<Wire> = object(answer).filter(|_| answer.is_json());
    let wire = wire.ok_or_else(|| lost("not a JSON token answer"))?;
    let secret = |token: Option<String>| token.filter(|t| !t.is_empty()).map(SecretString::from);
    Ok(TokenSet {
        access: secret(wire.access_token).ok_or_else(|| lost("no access_token"))?,
        refresh: secret(wire.refresh_token),
        expires_at: later(now, life(&wire.expires_in)),
        scopes: wire.scope.as_str().map(granted),
        issued_at: Some(now),
    })
}

fn unreadable(endpoint: &'static str, answer: &Answer, why: &str) -> Error {
    let error = Error::new(ErrorKind::Decode, endpoint).detail(why);
    error.status_of(answer.status, answer.request_id.clone())
}

/// `None` if the answer is no refusal. `invalid_grant` is what that word means at this endpoint.
fn refusal(endpoint: &'static str, answer: &Answer, invalid_grant: ErrorKind) -> Option<Refusal> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Stated {
        error: Value,
    }
    let body: Stated = object(answer).unwrap_or_default();
    let error = (!body.error.is_null()).then_some(&body.error);
    if answer.is_success() && error.is_none() {
        return None;
    }
    let stated = error.and_then(Value::as_str);
    let (kind, outcome) = match stated {
        Some("invalid_grant") => (invalid_grant, Outcome::Final),
        Some("invalid_client" | "unauthorized_client" | "invalid_scope" | "invalid_request") => {
            (ErrorKind::Configuration, Outcome::Final)
        }
        Some("server_error" | "temporarily_unavailable") => (ErrorKind::Server, Outcome::Unavailable),
        _ if answer.status == 429 => (ErrorKind::RateLimited, Outcome::Throttled),
        _ if matches!(answer.status, 502..=504) => (ErrorKind::Server, Outcome::Unavailable),
        _ if answer.status >= 500 => (ErrorKind::Server, Outcome::Final),
        _ if answer.status == 401 => (ErrorKind::Configuration, Outcome::Final),
        _ => (ErrorKind::UnexpectedStatus, Outcome::Final),
    };
    let error = Error::new(kind, endpoint)
        .status_of(answer.status, answer.request_id.clone())
        .retryable(outcome != Outcome::Final)
        .detail(stated.map_or("no readable error", known_error));
    Some(if stated == Some("invalid_grant") {
        Refusal::InvalidGrant(error)
    } else {
        Refusal::Other { error, outcome, retry_after: answer.retry_after }
    })
}

/// The server's word if it is a known one: an unknown text could hold anything.
fn known_error(stated: &str) -> &'static str {
    const KNOWN: [&str; 8] = [
        "invalid_grant",
        "invalid_client",
        "invalid_scope",
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "server_error",
        "temporarily_unavailable",
    ];
    KNOWN.into_iter().find(|known| *known == stated).unwrap_or("an unknown error word")
}

fn life(expires_in: &Value) -> Duration {
    let seconds = expires_in.as_u64().or_else(|| expires_in.as_str()?.trim().parse().ok());
    seconds.map_or(USUAL_LIFE, Duration::from_secs)
}

/// A list of scopes, as answers and callbacks write it.
pub(super) fn granted(scope: &str) -> Vec<Scope> {
    scope.split_ascii_whitespace().map(Scope::new).collect()
}

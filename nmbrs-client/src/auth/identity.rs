//! One exchange with the identity server.
//!
//! A refresh token goes in, a fresh [`TokenSet`] or a [`Refusal`] comes out; a token to revoke goes in, nothing comes
//! out. Errors have the shape of RFC 6749; a 200
//! that holds an `error` is an error too. Nothing the server wrote is kept but the tokens and the granted scopes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::TokenSet;
use super::credentials::{AppCredentials, percent_encoded};
use crate::clock::later;
use crate::error::{Error, ErrorKind};
use crate::object::Object;
use crate::retry::Outcome;
use crate::scope::Scope;
use crate::transport::{Answer, Base, Failure, Transport};

/// The paths below the identity server's address; errors name them as their operation.
pub(super) const TOKEN: &str = "connect/token";
const REVOCATION: &str = "connect/revocation";

/// How long a token lasts if the server does not say so readably.
const USUAL_LIFE: Duration = Duration::from_secs(3600);

/// The identity server, as this app sees it.
#[derive(Debug)]
pub(super) struct IdentityServer {
    transport: Transport,
    base: Base,
    authorization: HeaderValue,
}

/// Why there are no new tokens.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The refresh token is not (or no longer) good.
    InvalidGrant(Error),
    /// No complete answer: the server may have spent the refresh token, or not.
    Ambiguous(Error),
    /// Everything else: for the moment, or for good.
    Other { error: Error, outcome: Outcome, retry_after: Option<String> },
}

impl Refusal {
    fn into_error(self) -> Error {
        match self {
            Self::InvalidGrant(error) | Self::Ambiguous(error) | Self::Other { error, .. } => error,
        }
    }
}

impl IdentityServer {
    pub(super) fn new(transport: Transport, base: Base, app: &AppCredentials) -> Result<Self, Error> {
        let authorization = app
            .basic_header()
            .ok_or_else(|| Error::configuration("the app's credentials do not fit into a header"))?;
        Ok(Self { transport, base, authorization })
    }

    /// Spends `refresh`. `old` gives what the answer may leave out.
    pub(super) async fn refresh(
        &self,
        refresh: &SecretString,
        old: &TokenSet,
        now: DateTime<Utc>,
    ) -> Result<TokenSet, Refusal> {
        let form =
            format!("grant_type=refresh_token&refresh_token={}", percent_encoded(refresh.expose_secret()));
        match self.post(TOKEN, form).await {
            Ok(answer) => understand(&answer, old, now),
            Err(failure) => Err(unanswered(failure)),
        }
    }

    /// Ends the life of `token`; `hint` is `refresh_token` or `access_token`. A token the server does not know is a
    /// success (RFC 7009), so that this may be repeated. The body of a success is empty, and is not looked at.
    pub(super) async fn revoke(&self, token: &SecretString, hint: &'static str) -> Result<(), Error> {
        let form = format!("token={}&token_type_hint={hint}", percent_encoded(token.expose_secret()));
        let answer = self.post(REVOCATION, form).await.map_err(|failure| failure.of(REVOCATION))?;
        let wire = read(&answer);
        match refusal(REVOCATION, &answer, wire.as_ref().and_then(|wire| wire.error.as_str())) {
            Some(refusal) => Err(refusal.into_error()),
            None => Ok(()),
        }
    }

    /// The one place where the app's credentials leave this machine.
    async fn post(&self, endpoint: &'static str, form: String) -> Result<Answer, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.authorization.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        self.transport.post_form(self.url(endpoint), headers, form).await
    }

    fn url(&self, endpoint: &str) -> Url {
        self.base.at(&format!("/{endpoint}"))
    }
}

fn unanswered(failure: Failure) -> Refusal {
    match failure.kind {
        ErrorKind::Connect => {
            Refusal::Other { error: failure.of(TOKEN), outcome: Outcome::Broken, retry_after: None }
        }
        ErrorKind::Tls => {
            Refusal::Other { error: failure.of(TOKEN), outcome: Outcome::Final, retry_after: None }
        }
        _ => Refusal::Ambiguous(failure.of(TOKEN)),
    }
}

/// A token answer, good or bad, as tolerant as RFC 6749 servers need it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Value,
    scope: Value,
    error: Value,
}

fn read(answer: &Answer) -> Option<Wire> {
    serde_json::from_slice(&answer.body).ok().map(|Object(wire)| wire)
}

fn understand(answer: &Answer, old: &TokenSet, now: DateTime<Utc>) -> Result<TokenSet, Refusal> {
    let wire = read(answer);
    let stated = wire.as_ref().and_then(|wire| wire.error.as_str());
    if let Some(refusal) = refusal(TOKEN, answer, stated) {
        return Err(refusal);
    }
    let unreadable = |why: &str| {
        // The old token may be spent and the new one is lost: the same token once more is all that is left to try.
        let error = Error::new(ErrorKind::Decode, TOKEN).detail(why);
        Refusal::Ambiguous(error.status_of(answer.status, answer.request_id.clone()))
    };
    let wire = wire.filter(|_| answer.is_json()).ok_or_else(|| unreadable("not a JSON token answer"))?;
    let secret = |token: Option<String>| token.filter(|t| !t.is_empty()).map(SecretString::from);
    Ok(TokenSet {
        access: secret(wire.access_token).ok_or_else(|| unreadable("no access_token"))?,
        refresh: secret(wire.refresh_token).or_else(|| old.refresh.clone()),
        expires_at: later(now, life(&wire.expires_in)),
        scopes: wire.scope.as_str().map(granted).or_else(|| old.scopes.clone()),
        issued_at: Some(now),
    })
}

/// `None` if the answer is no refusal.
fn refusal(endpoint: &'static str, answer: &Answer, stated: Option<&str>) -> Option<Refusal> {
    if answer.is_success() && stated.is_none() {
        return None;
    }
    let (kind, outcome) = match stated {
        Some("invalid_grant") => (ErrorKind::ConsentLost, Outcome::Final),
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
        Refusal::Other { error, outcome, retry_after: answer.retry_after.clone() }
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

fn granted(scope: &str) -> Vec<Scope> {
    scope.split_ascii_whitespace().map(Scope::new).collect()
}

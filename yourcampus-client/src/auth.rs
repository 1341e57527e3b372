//! The access token: kept until a minute before it ends, fetched by one caller for all who wait.
//!
//! A failed fetch is shared by those who waited for it, so wrong keys cost one request and not one per caller. A token
//! is dropped only by a caller whose refused token is still the present one; a newer token is never thrown away.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::Mutex;
use url::form_urlencoded;

use crate::clock::{Clock, later};
use crate::error::Error;

/// A token is not used any more when it ends within this time.
const MARGIN: Duration = Duration::from_secs(60);

/// A token as the cache hands it out. The serial number tells two tokens apart without comparing secrets.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) secret: SecretString,
    serial: u64,
    ends: DateTime<Utc>,
}

/// What the token endpoint granted.
#[derive(Debug)]
pub(crate) struct Grant {
    secret: SecretString,
    lifetime: Duration,
}

#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    state: Mutex<State>,
    /// Fetches that came to an end; also the serial number of the token that the last one brought.
    flights: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Token>,
    last_failure: Option<Error>,
}

impl TokenCache {
    /// The present token, or the one that `fetch` brings.
    ///
    /// Dropping the returned future in the middle of a fetch leaves the cache as it was; the next waiter fetches.
    pub(crate) async fn current<F>(
        &self,
        clock: &dyn Clock,
        fetch: impl FnOnce() -> F,
    ) -> Result<Token, Error>
    where
        F: Future<Output = Result<Grant, Error>>,
    {
        let flights_before = self.flights.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| clock.now() < token.usable_until()) {
            return Ok(token.clone());
        }
        if let Some(failure) = &state.last_failure
            && self.flights.load(Ordering::Acquire) != flights_before
        {
            return Err(failure.clone());
        }
        let fetched = fetch().await;
        let serial = self.flights.fetch_add(1, Ordering::AcqRel) + 1;
        match fetched {
            Ok(Grant { secret, lifetime }) => {
                let token = Token { secret, serial, ends: later(clock.now(), lifetime) };
                *state = State { token: Some(token.clone()), last_failure: None };
                Ok(token)
            }
            Err(failure) => {
                *state = State { token: None, last_failure: Some(failure.clone()) };
                Err(failure)
            }
        }
    }

    /// Forgets `refused`, unless another token has taken its place already.
    pub(crate) async fn drop_refused(&self, refused: &Token) {
        let mut state = self.state.lock().await;
        if state.token.as_ref().is_some_and(|token| token.serial == refused.serial) {
            state.token = None;
        }
    }
}

impl Token {
    fn usable_until(&self) -> DateTime<Utc> {
        self.ends - MARGIN
    }
}

/// The three form fields of a client-credentials request, and no others.
pub(crate) fn request_form(access_key: &str, secret_key: &str) -> SecretString {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", access_key)
        .append_pair("client_secret", secret_key)
        .finish()
        .into()
}

/// Reads the token endpoint's answer: a non-empty `access_token` and an `expires_in` above zero, in seconds. An error
/// is why it cannot be one.
pub(crate) fn read_grant(body: &Value) -> Result<Grant, &'static str> {
    let secret = body
        .get("access_token")
        .and_then(Value::as_str)
        .filter(|token| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()))
        .ok_or("`access_token` is missing, empty or not printable")?;
    let lifetime = body
        .get("expires_in")
        .and_then(Value::as_f64)
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or("`expires_in` is missing or not a number above zero")?;
    Ok(Grant { secret: secret.into(), lifetime })
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use secrecy::ExposeSecret as _;
    use serde_json::json;

    use super::*;

    #[derive(Debug)]
    struct Noon;

    #[async_trait::async_trait]
    impl Clock for Noon {
        fn now(&self) -> DateTime<Utc> {
            Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
        }

        async fn sleep(&self, _: Duration) {}
    }

    async fn fetched(cache: &TokenCache, secret: &str) -> Token {
        let grant = Grant { secret: secret.into(), lifetime: Duration::from_secs(3600) };
        cache.current(&Noon, || async { Ok(grant) }).await.unwrap()
    }

    #[tokio::test]
    async fn only_the_refused_token_is_dropped_and_never_a_newer_one() {
        let cache = TokenCache::default();
        let old = fetched(&cache, "old").await;
        cache.drop_refused(&old).await;
        assert_eq!(fetched(&cache, "new").await.secret.expose_secret(), "new");
        // A second caller learns late that the old one was refused.
        cache.drop_refused(&old).await;
        assert_eq!(fetched(&cache, "newer").await.secret.expose_secret(), "new");
    }

    #[test]
    fn the_form_holds_three_fields_and_encodes_them() {
        assert_eq!(
            request_form("a key", "s&=+é").expose_secret(),
            "grant_type=client_credentials&client_id=a+key&client_secret=s%26%3D%2B%C3%A9"
        );
    }

    #[test]
    fn a_grant_needs_a_token_and_a_lifetime() {
        let grant =
            read_grant(&json!({"access_token": "t", "token_type": "Bearer", "expires_in": 3600})).unwrap();
        assert_eq!(grant.lifetime, Duration::from_secs(3600));
        for bad in [
            json!({"expires_in": 3600}),
            json!({"access_token": "", "expires_in": 3600}),
            json!({"access_token": "a\nb", "expires_in": 3600}),
            json!({"access_token": 5, "expires_in": 3600}),
            json!({"access_token": "t"}),
            json!({"access_token": "t", "expires_in": 0}),
            json!({"access_token": "t", "expires_in": -1}),
            json!({"access_token": "t", "expires_in": "3600"}),
            json!({"access_token": "t", "expires_in": null}),
            json!([]),
        ] {
            assert!(read_grant(&bad).is_err(), "{bad}");
        }
    }
}

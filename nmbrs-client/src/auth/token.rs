//! One grant's tokens.
//!
//! `Debug` of everything here says when a token ends and what it opens, never what it is.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};

use crate::scope::Scope;

/// How long before its end a token is renewed.
const MARGIN: TimeDelta = TimeDelta::seconds(60);

/// An access token, its refresh token, and what they open.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TokenSet {
    /// Sent with every call.
    pub access: SecretString,
    /// Works once; each refresh gives a new one. `None` if `offline_access` was not granted.
    pub refresh: Option<SecretString>,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
    /// The *granted* scopes, which may be fewer than were asked for. `None` if the server did not say.
    pub scopes: Option<Vec<Scope>>,
}

impl TokenSet {
    /// A set as it was given or stored.
    pub fn new(access: impl Into<SecretString>, expires_at: DateTime<Utc>) -> Self {
        Self { access: access.into(), refresh: None, expires_at, scopes: None }
    }

    /// Adds the refresh token.
    pub fn with_refresh(mut self, refresh: impl Into<SecretString>) -> Self {
        self.refresh = Some(refresh.into());
        self
    }

    /// Adds the granted scopes.
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.scopes = Some(scopes.into_iter().collect());
        self
    }
}

/// An access token in use: what it is, and what it opens.
#[derive(Debug, Clone)]
pub struct AccessToken(Arc<TokenSet>);

impl AccessToken {
    /// The token itself, for an `Authorization: Bearer` header.
    pub fn secret(&self) -> &SecretString {
        &self.0.access
    }

    /// The granted scopes, if the server said.
    pub fn scopes(&self) -> Option<&[Scope]> {
        self.0.scopes.as_deref()
    }

    pub(super) fn of(tokens: &TokenSet) -> Self {
        Self(Arc::new(tokens.clone()))
    }

    /// Whether it lasts for another minute at least.
    pub(super) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now < self.0.expires_at - MARGIN
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0.access.expose_secret() == other.0.access.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_a_minute_before_its_end() {
        let end: DateTime<Utc> = "2026-01-01T12:00:00Z".parse().unwrap();
        let token = AccessToken::of(&TokenSet::new("t", end));
        assert!(token.is_fresh(end - TimeDelta::seconds(61)));
        assert!(!token.is_fresh(end - TimeDelta::seconds(60)));
    }

    #[test]
    fn a_token_set_prints_no_token() {
        let tokens = TokenSet::new("seeded-access", DateTime::UNIX_EPOCH).with_refresh("seeded-refresh");
        let token = AccessToken::of(&tokens);
        for printed in [format!("{tokens:?}"), format!("{token:#?}")] {
            assert!(!printed.contains("seeded"), "{printed}");
        }
    }
}

//! One grant's tokens.
//!
//! `Debug` of everything here says when a token ends and what it opens, never what it is.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};

use crate::scope::Scope;

/// How long before its end a token is renewed.
const MARGIN: TimeDelta = TimeDelta::seconds(60);

/// How long after its issue an unused refresh token is renewed. It would end after 30 days.
const IDLE: TimeDelta = TimeDelta::days(20);

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
    /// When the refresh token was issued: its 30 days count from then. `None` if nobody wrote it down.
    pub issued_at: Option<DateTime<Utc>>,
}

impl TokenSet {
    /// A set as it was given or stored.
    pub fn new(access: impl Into<SecretString>, expires_at: DateTime<Utc>) -> Self {
        Self { access: access.into(), refresh: None, expires_at, scopes: None, issued_at: None }
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

    /// Adds when the refresh token was issued.
    pub fn with_issued_at(mut self, issued_at: DateTime<Utc>) -> Self {
        self.issued_at = Some(issued_at);
        self
    }

    /// When the refresh token should be renewed even if nobody needs an access token: 20 days after its issue. `None`
    /// if the issue is not known, and then it should be done now.
    pub fn renewal_due(&self) -> Option<DateTime<Utc>> {
        self.issued_at.map(|issued| issued.checked_add_signed(IDLE).unwrap_or(issued))
    }

    /// Whether the access token lasts for another minute at least.
    pub(super) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.checked_sub_signed(MARGIN).is_some_and(|end| now < end)
    }

    pub(super) fn has_same_access(&self, other: &Self) -> bool {
        self.access.expose_secret() == other.access.expose_secret()
    }

    /// Whether both stand for the same stage of the same consent: the refresh token tells, and if there is none, the
    /// access token.
    pub(super) fn is_same_stage(&self, other: &Self) -> bool {
        match (&self.refresh, &other.refresh) {
            (Some(one), Some(other)) => one.expose_secret() == other.expose_secret(),
            (None, None) => self.has_same_access(other),
            _ => false,
        }
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

    pub(super) fn tokens(&self) -> &TokenSet {
        &self.0
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.0.has_same_access(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_a_minute_before_its_end() {
        let end: DateTime<Utc> = "2026-01-01T12:00:00Z".parse().unwrap();
        let token = TokenSet::new("t", end);
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

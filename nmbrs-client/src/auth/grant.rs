//! One grant: its tokens, and what is being done with them.
//!
//! A refresh token works once, so the grant itself says who may spend it: it is ready, claimed by somebody until some
//! instant, or known to be lost. [`Grant::to_bytes`] is the one form in which a grant is kept outside the memory of a
//! process; a form of another version is refused, never guessed at.

use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::TokenSet;
use crate::scope::Scope;

/// The version of the written form.
const SCHEMA: &str = "nmbrs-grant/v1";

/// What a store keeps. `Debug` shows no token.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Grant {
    /// The tokens. They stay, whatever the state: nothing that fails may cost a stored token.
    pub tokens: TokenSet,
    /// What is being done with the refresh token.
    pub state: GrantState,
}

/// What is being done with a grant's refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantState {
    /// Whoever needs new tokens may claim it.
    Ready,
    /// Somebody has claimed it and may be spending it. Nobody else sends it before `until`.
    Refreshing {
        /// The end of the claim.
        until: DateTime<Utc>,
    },
    /// The server has called it invalid. Nobody sends it again; a person must consent again.
    ConsentLost {
        /// When the server said so.
        since: DateTime<Utc>,
    },
}

/// Bytes that are not a grant of a version this crate knows. Says nothing of what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadableGrant {
    /// Written by another version of this crate.
    #[error("the grant is of another version than {SCHEMA}")]
    UnknownVersion,
    /// Not a grant, or damaged.
    #[error("not a grant, or a damaged one")]
    Malformed,
}

impl Grant {
    /// A grant whose refresh token nobody has claimed.
    pub fn ready(tokens: TokenSet) -> Self {
        Self { tokens, state: GrantState::Ready }
    }

    /// The same tokens in another state.
    pub fn with_state(mut self, state: GrantState) -> Self {
        self.state = state;
        self
    }

    /// The written form: JSON in UTF-8, in plaintext.
    pub fn to_bytes(&self) -> SecretSlice<u8> {
        // Built by hand, because this cannot fail: a grant that could not be written would be a lost one.
        let text = |text: &str| Value::from(text);
        let secret = |token: &SecretString| text(token.expose_secret());
        let scopes = |scopes: &Vec<Scope>| scopes.iter().map(|scope| text(scope.as_str())).collect::<Value>();
        let tokens = &self.tokens;
        let state = match self.state {
            GrantState::Ready => text("ready"),
            GrantState::Refreshing { until } => object([("refreshing", object([("until", instant(until))]))]),
            GrantState::ConsentLost { since } => {
                object([("consent_lost", object([("since", instant(since))]))])
            }
        };
        let written = object([
            ("schema", text(SCHEMA)),
            ("access", secret(&tokens.access)),
            ("refresh", tokens.refresh.as_ref().map_or(Value::Null, secret)),
            ("expires_at", instant(tokens.expires_at)),
            ("scopes", tokens.scopes.as_ref().map_or(Value::Null, scopes)),
            ("issued_at", tokens.issued_at.map_or(Value::Null, instant)),
            ("state", state),
        ]);
        written.to_string().into_bytes().into()
    }

    /// Reads the written form.
    ///
    /// # Errors
    /// [`UnreadableGrant`]: another version, or not a grant at all.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableGrant> {
        let Head { schema } = serde_json::from_slice(bytes).map_err(|_| UnreadableGrant::Malformed)?;
        if schema != SCHEMA {
            return Err(UnreadableGrant::UnknownVersion);
        }
        let read: Read = serde_json::from_slice(bytes).map_err(|_| UnreadableGrant::Malformed)?;
        Ok(Self {
            tokens: TokenSet {
                access: SecretString::from(read.access),
                refresh: read.refresh.map(SecretString::from),
                expires_at: read.expires_at,
                scopes: read.scopes.map(|scopes| scopes.into_iter().map(Scope::new).collect()),
                issued_at: read.issued_at,
            },
            state: read.state.into(),
        })
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    fields.into_iter().collect()
}

fn instant(at: DateTime<Utc>) -> Value {
    Value::from(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[derive(Deserialize)]
struct Head {
    schema: String,
}

/// What an unknown field means cannot be known, and rewriting the grant would lose it: it makes the grant unreadable.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(rename = "schema")]
    _schema: String,
    access: String,
    refresh: Option<String>,
    expires_at: DateTime<Utc>,
    scopes: Option<Vec<String>>,
    issued_at: Option<DateTime<Utc>>,
    state: ReadState,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ReadState {
    Ready,
    Refreshing { until: DateTime<Utc> },
    ConsentLost { since: DateTime<Utc> },
}

impl From<ReadState> for GrantState {
    fn from(state: ReadState) -> Self {
        match state {
            ReadState::Ready => Self::Ready,
            ReadState::Refreshing { until } => Self::Refreshing { until },
            ReadState::ConsentLost { since } => Self::ConsentLost { since },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let tokens = TokenSet::new("seeded-a", at("2026-01-01T12:00:00.000000001Z"))
            .with_refresh("seeded-r\"\\\u{0}é")
            .with_scopes([Scope::EMPLOYEE_INFO_READ])
            .with_issued_at(at("2026-01-01T11:00:00Z"));
        Grant::ready(tokens).with_state(GrantState::Refreshing { until: at("2026-01-01T12:01:30Z") })
    }

    fn text(grant: &Grant) -> String {
        String::from_utf8(grant.to_bytes().expose_secret().to_vec()).unwrap()
    }

    #[test]
    fn a_grant_survives_being_written_and_read() {
        let written = grant().to_bytes();
        let read = Grant::from_bytes(written.expose_secret()).unwrap();
        assert_eq!(read.to_bytes().expose_secret(), written.expose_secret());
        assert_eq!(read.state, grant().state);
        assert!(read.tokens.is_same_stage(&grant().tokens) && read.tokens.has_same_access(&grant().tokens));
    }

    #[test]
    fn instants_at_the_end_of_the_calendar_survive_too() {
        for at in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH] {
            let written = Grant::ready(TokenSet::new("t", at)).to_bytes();
            assert_eq!(Grant::from_bytes(written.expose_secret()).unwrap().tokens.expires_at, at);
        }
    }

    #[test]
    fn a_grant_of_another_version_or_with_unknown_fields_is_refused() {
        for (from, to, why) in [
            ("nmbrs-grant/v1", "nmbrs-grant/v2", UnreadableGrant::UnknownVersion),
            ("\"issued_at\"", "\"issued_on\"", UnreadableGrant::Malformed),
            ("refreshing", "resting", UnreadableGrant::Malformed),
            ("\"schema\"", "\"scheme\"", UnreadableGrant::Malformed),
            ("}}", "}", UnreadableGrant::Malformed),
        ] {
            let changed = text(&grant()).replacen(from, to, 1);
            assert_eq!(Grant::from_bytes(changed.as_bytes()).unwrap_err(), why, "{to}");
        }
    }

    #[test]
    fn neither_a_grant_nor_its_bytes_nor_a_refusal_print_a_token() {
        let refused =
            Grant::from_bytes(text(&grant()).replace("refreshing", "seeded").as_bytes()).unwrap_err();
        for printed in
            [format!("{:?}", grant()), format!("{:?}", grant().to_bytes()), format!("{refused} {refused:?}")]
        {
            assert!(!printed.contains("seeded"), "{printed}");
        }
    }
}

//! Consents: what the user says when asked, and what becomes of what was granted.
//!
//! All tokens that descend from one consent share its scopes and its fate. A consent that has ended never comes back,
//! and the first reason for its end is the one that is remembered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::scopes::can_be_given;

/// What the user will say on the consent page, until told otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    decision: Decision,
    /// All the user ever grants; `None` for whatever is asked.
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decision {
    Grant,
    Deny,
}

impl User {
    /// One who grants whatever is asked.
    pub(super) fn generous() -> Self {
        Self { decision: Decision::Grant, scopes: None }
    }

    /// Refuses a user who would grant what does not exist.
    pub(super) fn check(&self) -> Result<(), String> {
        let unknown = self.scopes.iter().flatten().find(|scope| !can_be_given(scope));
        unknown.map_or(Ok(()), |scope| Err(format!("there is no scope {scope:?}")))
    }

    /// The part of what is asked that the user grants; `None` for a refusal, and nothing at all is one.
    pub(super) fn grants(&self, asked: &[String]) -> Option<Vec<String>> {
        if self.decision == Decision::Deny {
            return None;
        }
        let granted = asked.iter().filter(|scope| self.scopes.as_ref().is_none_or(|all| all.contains(scope)));
        let granted: Vec<String> = granted.cloned().collect();
        (!granted.is_empty()).then_some(granted)
    }
}

/// Names one consent.
pub(super) type ConsentId = u64;

/// Why a consent has ended.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    /// A code was shown a second time.
    ReusedCode,
    /// A refresh token was shown a second time.
    ReusedRefreshToken,
    /// The application revoked a refresh token.
    Revoked,
    /// The user took the consent back.
    Withdrawn,
}

struct Consent {
    /// What the user granted; `None` for a consent that is as wide as the world says at any time.
    scopes: Option<Vec<String>>,
    exchanged: bool,
    refreshes: u64,
    end: Option<End>,
}

/// Every consent ever given.
#[derive(Default)]
pub(super) struct Consents(BTreeMap<ConsentId, Consent>);

impl Consents {
    /// A new consent, for which a code is out.
    pub(super) fn give(&mut self, scopes: Option<Vec<String>>) -> ConsentId {
        let id = self.0.last_key_value().map_or(1, |(last, _)| last + 1);
        self.0.insert(id, Consent { scopes, exchanged: false, refreshes: 0, end: None });
        id
    }

    /// Its code was exchanged for tokens.
    pub(super) fn exchanged(&mut self, id: ConsentId) {
        if let Some(consent) = self.0.get_mut(&id) {
            consent.exchanged = true;
        }
    }

    /// Its refresh token was exchanged for tokens.
    pub(super) fn refreshed(&mut self, id: ConsentId) {
        if let Some(consent) = self.0.get_mut(&id) {
            consent.refreshes += 1;
        }
    }

    /// Ends it, if it has not ended before.
    pub(super) fn end(&mut self, id: ConsentId, why: End) {
        if let Some(consent) = self.0.get_mut(&id) {
            consent.end.get_or_insert(why);
        }
    }

    /// Ends all of them.
    pub(super) fn withdraw(&mut self) {
        for consent in self.0.values_mut() {
            consent.end.get_or_insert(End::Withdrawn);
        }
    }

    /// Its scopes while it lives; `world` are those of a consent without any of its own.
    pub(super) fn scopes<'a>(&'a self, id: ConsentId, world: &'a [String]) -> Option<&'a [String]> {
        let consent = self.0.get(&id).filter(|consent| consent.end.is_none())?;
        Some(consent.scopes.as_deref().unwrap_or(world))
    }

    /// The answer of `GET grants`.
    pub(super) fn report(&self, world: &[String]) -> Value {
        let row = |(id, consent): (&ConsentId, &Consent)| {
            let state = match consent {
                Consent { end: Some(_), .. } => "ended",
                Consent { exchanged: false, .. } => "awaiting_exchange",
                _ => "live",
            };
            json!({
                "grant": id,
                "state": state,
                "ended_by": consent.end,
                "refreshes": consent.refreshes,
                "scopes": consent.scopes.as_deref().unwrap_or(world),
            })
        };
        self.0.iter().map(row).collect()
    }
}

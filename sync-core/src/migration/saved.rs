//! A migration plan as it is kept: to be looked at and approved, never to be carried out.
//!
//! In: bytes that somebody may have edited. Out: a [`SavedMigration`] whose content is exactly what its hash is about.
//! Never: a [`MigrationPlan`](super::MigrationPlan) (R7).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DOMAIN;
use super::document::{MigrationDecision, MigrationDocument, MigrationEntry, SCHEMA};
use super::words::Words;
use crate::canonical;
use crate::external_id::ExternalId;
use crate::plan::PlanId;

#[derive(Serialize)]
struct FileOut<'a> {
    id: &'a PlanId,
    plan: &'a MigrationDocument,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileIn {
    id: PlanId,
    plan: Value,
}

pub(super) fn file_bytes(id: &PlanId, document: &MigrationDocument) -> Vec<u8> {
    canonical::bytes(&FileOut { id, plan: document })
}

/// Why a file is no migration plan. Holds no content of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SavedMigrationError {
    /// Not the JSON of a migration plan.
    #[error("this is not the plan of a migration")]
    NotAMigration,
    /// A format that this version does not know.
    #[error("this plan has another format than {SCHEMA}")]
    UnknownSchema,
    /// The content is not what the hash is about: somebody changed it.
    #[error("the content of this plan does not belong to its hash; it was changed or cut off")]
    HashMismatch,
}

/// A migration plan as somebody saw it. It carries no authority.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedMigration {
    id: PlanId,
    as_of: DateTime<Utc>,
    words: Words,
    plan: Value,
    entries: BTreeMap<ExternalId, Value>,
}

impl SavedMigration {
    /// Reads a file and checks that its content belongs to its hash.
    ///
    /// # Errors
    /// [`SavedMigrationError`].
    pub fn open(bytes: &[u8]) -> Result<Self, SavedMigrationError> {
        let none = SavedMigrationError::NotAMigration;
        let file: FileIn = serde_json::from_slice(bytes).map_err(|_| none)?;
        match file.plan.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(_) => return Err(SavedMigrationError::UnknownSchema),
            None => return Err(none),
        }
        if canonical::digest(DOMAIN, &file.plan) != file.id.as_str() {
            return Err(SavedMigrationError::HashMismatch);
        }
        let as_of = file.plan.get("as_of").and_then(Value::as_str).and_then(|text| text.parse().ok());
        let words = file.plan.get("words").and_then(|words| Words::deserialize(words).ok());
        let entries = file.plan.get("entries").and_then(Value::as_array).ok_or(none)?.iter();
        let entry = |entry: &Value| {
            let old = entry.get("old").and_then(Value::as_str)?;
            Some((ExternalId::parse(old).ok()?, entry.clone()))
        };
        let entries = entries.map(entry).collect::<Option<BTreeMap<_, _>>>().ok_or(none)?;
        let (as_of, words) = as_of.zip(words).ok_or(none)?;
        Ok(Self { id: file.id, as_of, words, plan: file.plan, entries })
    }

    /// Its hash.
    pub const fn id(&self) -> &PlanId {
        &self.id
    }

    /// The instant as of which it was made.
    pub const fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// What a person said before it was made.
    pub const fn words(&self) -> &Words {
        &self.words
    }

    /// The whole document as JSON.
    pub const fn json(&self) -> &Value {
        &self.plan
    }

    /// The file that it was opened from, up to the order of its keys.
    pub fn to_file(&self) -> Vec<u8> {
        canonical::bytes(&serde_json::json!({ "id": self.id, "plan": self.plan }))
    }

    /// Does it end the time of SOAP?
    pub fn ends(&self) -> bool {
        self.plan.get("ends").and_then(Value::as_bool).unwrap_or_default()
    }

    pub(super) fn text(&self, key: &str) -> &str {
        self.plan.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Does this plan move the same record to the same name and account, and do at least as much about it? By what the
    /// pair was found does not count: what was learned before a crash is known from then on.
    pub(super) fn holds(&self, fresh: &MigrationEntry) -> bool {
        let MigrationDecision::Move { new, mark, remember, .. } = &fresh.decision else { return false };
        let Some(saved) = self.entries.get(&fresh.old) else { return false };
        let text = |pointer: &str| saved.pointer(pointer).and_then(Value::as_str);
        let is = |pointer: &str| saved.pointer(pointer).and_then(Value::as_bool).unwrap_or_default();
        let account = saved.get("account").and_then(Value::as_i64);
        text("/decision/kind") == Some("move")
            && text("/decision/new") == Some(new.as_str())
            && account == fresh.account.map(crate::AccountId::get)
            && (!mark || is("/decision/mark"))
            && (!remember || is("/decision/remember"))
    }
}

//! The memory that outlives a run.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::PortError;
use crate::external_id::ExternalId;
use crate::id::{AccountId, CustomerId};
use crate::ledger::{LastRun, LedgerView, Link};
use crate::plan::{ActionKind, PlanId};

/// What is about to be written to the target. Recorded before it is sent, so that a crash leaves a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Intent {
    /// The plan that contains the action.
    pub plan: PlanId,
    /// Whom it is about.
    pub person: ExternalId,
    /// What kind of action.
    pub action: ActionKind,
    /// Which account; none for a creation.
    pub account: Option<AccountId>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Intent {
    /// An action that is about to be sent.
    pub const fn new(
        plan: PlanId,
        person: ExternalId,
        action: ActionKind,
        account: Option<AccountId>,
        at: DateTime<Utc>,
    ) -> Self {
        Self { plan, person, action, account, at }
    }
}

/// Names an intent within its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentId(pub u64);

/// How an intent ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was done; the links that stand now, of all records of the person.
    Done(BTreeMap<ExternalId, Link>),
    /// It was not done.
    NotDone,
    /// Nobody knows yet.
    Doubtful,
}

/// What a run that went to its end leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CompletedRun {
    /// What it saw of the source.
    pub seen: LastRun,
    /// Which account is whose, for all people whose account was certain.
    pub links: BTreeMap<ExternalId, Link>,
}

impl CompletedRun {
    /// A run that saw this and knows these accounts.
    pub const fn new(seen: LastRun, links: BTreeMap<ExternalId, Link>) -> Self {
        Self { seen, links }
    }
}

/// The memory of what was meant and what was done.
///
/// An implementation makes each call durable before it answers.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// All that planning needs to know.
    ///
    /// # Errors
    /// [`PortError`]; then the run must not go on.
    async fn view(&self, customer: &CustomerId) -> Result<LedgerView, PortError>;

    /// Remembers what is about to be sent.
    ///
    /// # Errors
    /// [`PortError`]; then it must not be sent.
    async fn intend(&self, customer: &CustomerId, intent: &Intent) -> Result<IntentId, PortError>;

    /// Remembers how it ended. May be called again for an intent that was doubtful.
    ///
    /// # Errors
    /// [`PortError`].
    async fn settle(
        &self,
        customer: &CustomerId,
        intent: IntentId,
        outcome: &Outcome,
    ) -> Result<(), PortError>;

    /// Remembers what a run that went to its end saw.
    ///
    /// # Errors
    /// [`PortError`].
    async fn complete(&self, customer: &CustomerId, run: &CompletedRun) -> Result<(), PortError>;
}

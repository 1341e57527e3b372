//! The memory of runs and their plans, for those who ask afterwards.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{LeaseId, PortError};
use crate::id::CustomerId;
use crate::plan::PlanId;

/// Names a run within its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u64);

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunEnd {
    /// All that it was allowed to do was done, or there was nothing to do.
    Done,
    /// Something was left undone; the next run tries again.
    Partly,
    /// It needs a person: nothing was authorised.
    Waits,
    /// One side could not be read, or the ledger.
    Failed,
}

/// One run, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunRecord {
    /// Its number.
    pub id: RunId,
    /// When it began.
    pub began: DateTime<Utc>,
    /// When and how it ended; `None` while it goes on, or when it crashed.
    pub ended: Option<(DateTime<Utc>, RunEnd)>,
    /// The plan that it made, if it came so far.
    pub plan: Option<PlanId>,
    /// How many writes it sent.
    pub writes: u64,
    /// Why it waits or failed, in words without values.
    pub told: Option<String>,
}

impl RunRecord {
    /// A run that has just begun.
    pub const fn beginning(id: RunId, began: DateTime<Utc>) -> Self {
        Self { id, began, ended: None, plan: None, writes: 0, told: None }
    }

    /// The same run, ended so.
    pub fn ended_with(&self, ending: &RunEnding) -> Self {
        Self {
            id: self.id,
            began: self.began,
            ended: Some((ending.at, ending.end)),
            plan: ending.plan.clone(),
            writes: ending.writes,
            told: ending.told.clone(),
        }
    }
}

/// What is told of a run when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunEnding {
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub end: RunEnd,
    /// The plan that it made.
    pub plan: Option<PlanId>,
    /// How many writes it sent.
    pub writes: u64,
    /// Why it waits or failed, in words without values.
    pub told: Option<String>,
}

impl RunEnding {
    /// A run ended so, without a plan, a write or a word.
    pub const fn new(at: DateTime<Utc>, end: RunEnd) -> Self {
        Self { at, end, plan: None, writes: 0, told: None }
    }
}

/// A plan as it is kept: the bytes of its file, which hold no values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptPlan {
    /// Its hash.
    pub id: PlanId,
    /// The instant as of which it was made.
    pub as_of: DateTime<Utc>,
    /// What [`Plan::to_file`](crate::Plan::to_file) gave.
    pub file: Vec<u8>,
}

impl KeptPlan {
    /// A plan's file with its hash and instant.
    pub const fn new(id: PlanId, as_of: DateTime<Utc>, file: Vec<u8>) -> Self {
        Self { id, as_of, file }
    }
}

/// Keeps runs and plans.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Remembers that a run begins. The lease must be held.
    ///
    /// # Errors
    /// [`PortError`]; [`Overtaken`](super::PortErrorKind::Overtaken) without the lease.
    async fn begin(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        at: DateTime<Utc>,
    ) -> Result<RunId, PortError>;

    /// Remembers how it ended. A run that has ended keeps its end: to tell the same again changes nothing, and another
    /// is an error.
    ///
    /// # Errors
    /// [`PortError`]; [`Conflict`](super::PortErrorKind::Conflict) for a run that ended otherwise,
    /// [`Fatal`](super::PortErrorKind::Fatal) for one that this customer never had.
    async fn end(&self, customer: &CustomerId, run: RunId, ending: &RunEnding) -> Result<(), PortError>;

    /// The latest runs, the latest first.
    ///
    /// # Errors
    /// [`PortError`].
    async fn runs(&self, customer: &CustomerId, at_most: u32) -> Result<Vec<RunRecord>, PortError>;

    /// Keeps a plan. Keeping it again changes nothing.
    ///
    /// # Errors
    /// [`PortError`].
    async fn keep_plan(&self, customer: &CustomerId, plan: &KeptPlan) -> Result<(), PortError>;

    /// A plan that was kept.
    ///
    /// # Errors
    /// [`PortError`].
    async fn plan(&self, customer: &CustomerId, id: &PlanId) -> Result<Option<KeptPlan>, PortError>;

    /// Forgets plans, runs, ended intents and used approvals from before this instant, and says how many rows went.
    /// What a decision rests on stays: links, aliases, the mandate, the last complete run, deactivations of the last
    /// seven days, failures, and whatever has not ended, with the plan of each approval that waits; and all that is
    /// remembered of money, which only [`forget`](super::MoneyLedger::forget) takes, of one person.
    /// [`Retention`](super::Retention) gives the instant for each kind.
    ///
    /// # Errors
    /// [`PortError`].
    async fn purge(&self, customer: &CustomerId, before: DateTime<Utc>) -> Result<u64, PortError>;
}

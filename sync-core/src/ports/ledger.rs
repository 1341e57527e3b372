//! The memory that outlives a run.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{LeaseId, PortError};
use crate::budget::GrantId;
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
    /// Which account; none for a creation, and for what only the ledger learns.
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

    /// Does it change whether the account can be used, so that afterwards nobody knows what is left of the money that
    /// was given on it (U-16)?
    pub const fn interrupts(&self) -> bool {
        self.action.deactivates() || matches!(self.action, ActionKind::Activate)
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
    /// It was done, and this stands now. The person's failures are forgotten.
    Done(Certain),
    /// It was not done, for a reason that lies with the person: the target refused it. Counts towards quarantine (R21).
    Refused,
    /// It was not done, for a reason that has nothing to do with the person.
    NotDone,
    /// Nobody knows yet.
    Doubtful,
}

impl Outcome {
    /// Is this an end, after which no other can come?
    pub const fn is_end(&self) -> bool {
        !matches!(self, Self::Doubtful)
    }

    /// Do both say the same of the intent, whatever else they tell?
    pub const fn is_same_end(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Done(_), Self::Done(_))
                | (Self::Refused, Self::Refused)
                | (Self::NotDone, Self::NotDone)
                | (Self::Doubtful, Self::Doubtful)
        )
    }
}

/// Which account is whose, as far as it is certain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Certain {
    /// The account of each record.
    pub links: BTreeMap<ExternalId, Link>,
    /// Records that a person said are of one person: the later record, and the one whose id the account carries.
    pub aliases: BTreeMap<ExternalId, ExternalId>,
}

impl Certain {
    /// These links and no new alias.
    pub const fn links(links: BTreeMap<ExternalId, Link>) -> Self {
        Self { links, aliases: BTreeMap::new() }
    }
}

/// An intent of which the ledger does not know how it ended: its run crashed, or nobody could say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenIntent {
    /// Its number.
    pub id: IntentId,
    /// What was meant.
    pub intent: Intent,
}

impl OpenIntent {
    /// An intent under its number.
    pub const fn new(id: IntentId, intent: Intent) -> Self {
        Self { id, intent }
    }
}

/// What a run that went to its end leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CompletedRun {
    /// What it saw of the source.
    pub seen: LastRun,
    /// Which account is whose, for all people whose account was certain.
    pub links: BTreeMap<ExternalId, Link>,
    /// The plan whose approval this run used up: no run is given it again.
    pub approval: Option<PlanId>,
    /// What it saw of money.
    pub money: MoneySeen,
}

/// What a complete run saw that bears on money which was given before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MoneySeen {
    /// Accounts with grants that were seen inactive: their grants are interrupted from then on.
    pub inactive: BTreeSet<AccountId>,
    /// One-offs that were given and whose fields were seen empty or at zero.
    pub emptied: BTreeSet<GrantId>,
}

impl MoneySeen {
    /// These accounts inactive and these fields emptied.
    pub const fn new(inactive: BTreeSet<AccountId>, emptied: BTreeSet<GrantId>) -> Self {
        Self { inactive, emptied }
    }
}

impl CompletedRun {
    /// A run that saw this and knows these accounts.
    pub fn new(seen: LastRun, links: BTreeMap<ExternalId, Link>) -> Self {
        Self { seen, links, approval: None, money: MoneySeen::default() }
    }

    /// With what it saw of money.
    pub fn with_money(mut self, money: MoneySeen) -> Self {
        self.money = money;
        self
    }

    /// With the plan whose approval it used up.
    pub fn using_up(mut self, approval: Option<PlanId>) -> Self {
        self.approval = approval;
        self
    }
}

/// The memory of what was meant and what was done.
///
/// An implementation makes each call durable before it answers. `settle` alone may wait for the next call to become so:
/// what is lost of it is found again, because the intent is then open and the next run ends it by what it reads.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// All that planning needs to know.
    ///
    /// # Errors
    /// [`PortError`]; then the run must not go on.
    async fn view(&self, customer: &CustomerId) -> Result<LedgerView, PortError>;

    /// Remembers what is about to be sent. The lease must be held.
    ///
    /// # Errors
    /// [`PortError`]; then it must not be sent. [`Overtaken`](super::PortErrorKind::Overtaken) when another run holds
    /// a later lease.
    async fn intend(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        intent: &Intent,
    ) -> Result<IntentId, PortError>;

    /// The intents that have not ended, in order: never settled, or settled as doubtful.
    ///
    /// # Errors
    /// [`PortError`].
    async fn open_intents(&self, customer: &CustomerId) -> Result<Vec<OpenIntent>, PortError>;

    /// Remembers how it ended. May be called again for an intent that has not ended; one that has keeps its end: to
    /// tell it the same end again changes nothing, and another is an error.
    ///
    /// `Done` brings the links and aliases and ends the person's failures; what it means for money says
    /// [`MoneyLedger`](super::MoneyLedger). `Refused` counts as a failure of the
    /// person, once for each plan.
    ///
    /// # Errors
    /// [`PortError`]; [`Conflict`](super::PortErrorKind::Conflict) for an intent that ended otherwise,
    /// [`Fatal`](super::PortErrorKind::Fatal) for one that this customer never had.
    async fn settle(
        &self,
        customer: &CustomerId,
        intent: IntentId,
        outcome: &Outcome,
    ) -> Result<(), PortError>;

    /// Remembers what a run that went to its end saw, in place of the last one, and its links beside the others, and
    /// uses up its approval, all at once. The lease must be held. A run that crashed, or was stopped on its way, leaves
    /// its approval waiting, so that the next run goes on with what is left of the approved plan.
    ///
    /// # Errors
    /// [`PortError`]; [`Overtaken`](super::PortErrorKind::Overtaken) when another run holds a later lease,
    /// [`Fatal`](super::PortErrorKind::Fatal) for an approval that was never given.
    async fn complete(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        run: &CompletedRun,
    ) -> Result<(), PortError>;
}

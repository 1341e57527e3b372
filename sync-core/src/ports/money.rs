//! The memory of money: prepared before it is handed over, and never forgotten.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{LeaseId, PortError};
use crate::budget::{Baseline, BatchId, GrantId, GrantRecord, GrantState, Mark};
use crate::external_id::ExternalId;
use crate::id::{AccountId, CustomerId};
use crate::pii::Pii;
use crate::plan::PlanId;

/// What is about to be handed over in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewBatch {
    /// Its name.
    pub id: BatchId,
    /// The present memory, and the number after its latest batch.
    pub mark: Mark,
    /// The plan that contains its grants.
    pub plan: PlanId,
    /// When.
    pub at: DateTime<Utc>,
    /// Its grants, as [`GrantRecord::intended`].
    pub grants: Vec<GrantRecord>,
    /// The exact bytes of its list, if it is one.
    pub list: Option<Vec<u8>>,
}

impl NewBatch {
    /// A batch of these grants.
    pub const fn new(
        id: BatchId,
        mark: Mark,
        plan: PlanId,
        at: DateTime<Utc>,
        grants: Vec<GrantRecord>,
        list: Option<Vec<u8>>,
    ) -> Self {
        Self { id, mark, plan, at, grants, list }
    }
}

/// A batch as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// Its name.
    pub id: BatchId,
    /// The memory it belongs to, and its number there.
    pub mark: Mark,
    /// The plan that contained its grants.
    pub plan: PlanId,
    /// When it was prepared.
    pub at: DateTime<Utc>,
    /// Its grants, as they stand now.
    pub grants: Vec<GrantRecord>,
    /// The exact bytes of its list, until all of its grants came to their end; they hold addresses.
    pub list: Option<Vec<u8>>,
}

impl Batch {
    /// A batch as it stands.
    pub const fn new(
        id: BatchId,
        mark: Mark,
        plan: PlanId,
        at: DateTime<Utc>,
        grants: Vec<GrantRecord>,
        list: Option<Vec<u8>>,
    ) -> Self {
        Self { id, mark, plan, at, grants, list }
    }
}

/// Somebody of whom nothing personal may stay. What was given is not given again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Forgetting {
    /// All records that are the person's.
    pub records: BTreeSet<ExternalId>,
    /// All accounts that are the person's.
    pub accounts: BTreeSet<AccountId>,
    /// What stays: the fingerprints of those records and accounts.
    pub tombstones: BTreeSet<String>,
}

/// Who told what became of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a run found out, or a person did")]
pub enum ToldBy {
    /// A run, from the desk's answer.
    Run,
    /// A person.
    Person(Pii<String>),
}

/// What was told of a grant, once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Telling {
    /// Which.
    pub grant: GrantId,
    /// How it stood from then on.
    pub state: GrantState,
    /// Who told: of an import, the person who vouched.
    pub by: ToldBy,
    /// When.
    pub at: DateTime<Utc>,
}

impl Telling {
    /// This grant stood so from then on, as they told.
    pub const fn new(grant: GrantId, state: GrantState, by: ToldBy, at: DateTime<Utc>) -> Self {
        Self { grant, state, by, at }
    }
}

/// Remembers money. Part of the same store as the [`Ledger`](super::Ledger), because a hand-over, a relink and a
/// forgotten person change both at once:
///
/// - [`Ledger::view`](super::Ledger::view) gives [`Money`](crate::ledger::Money);
/// - [`Ledger::settle`](super::Ledger::settle) with `Done` of an onboarding vouches for the records of its links in the
///   present memory (if there is one), and of an offboarding, withdrawal or activation marks the grants of the person
///   and of the account as interrupted;
/// - [`Ledger::complete`](super::Ledger::complete) keeps what the run [saw of money](super::MoneySeen).
#[async_trait]
pub trait MoneyLedger: Send + Sync {
    /// Remembers what is about to be handed over, durably and all at once. Its number is the next one of the
    /// present memory. A grant whose name stands there already may only be one that was [not done](GrantState::NotDone), of the same
    /// amount and act; it is an intention again.
    ///
    /// # Errors
    /// [`PortError`]; then nothing may be handed over. [`Overtaken`](super::PortErrorKind::Overtaken) without the
    /// lease, [`Conflict`](super::PortErrorKind::Conflict) when one of the occasions was used before,
    /// or the batch is not the next one of the present memory; [`Fatal`](super::PortErrorKind::Fatal) when no baseline founded a memory.
    async fn prepare(&self, customer: &CustomerId, lease: LeaseId, batch: &NewBatch)
    -> Result<(), PortError>;

    /// Remembers how grants stand now, durably and all at once. To tell the same again changes nothing. When all grants
    /// of a batch came to their end, the bytes of its list are erased.
    ///
    /// # Errors
    /// [`PortError`]; [`Conflict`](super::PortErrorKind::Conflict) where [`GrantState::may_become`] says no,
    /// [`Fatal`](super::PortErrorKind::Fatal) for a grant that this customer never had.
    async fn settle_grants(
        &self,
        customer: &CustomerId,
        grants: &[(GrantId, GrantState)],
        by: &ToldBy,
        at: DateTime<Utc>,
    ) -> Result<(), PortError>;

    /// The batches of which at least one grant is [open](GrantState::is_open), in order.
    ///
    /// # Errors
    /// [`PortError`].
    async fn open_batches(&self, customer: &CustomerId) -> Result<Vec<Batch>, PortError>;

    /// A batch by its name.
    ///
    /// # Errors
    /// [`PortError`].
    async fn batch(&self, customer: &CustomerId, id: &BatchId) -> Result<Option<Batch>, PortError>;

    /// What was told of these grants, in order: that they were prepared or imported, and how they stood after that.
    ///
    /// # Errors
    /// [`PortError`].
    async fn tellings(
        &self,
        customer: &CustomerId,
        grants: &BTreeSet<GrantId>,
    ) -> Result<Vec<Telling>, PortError>;

    /// Remembers what a person vouches for, all at once. What the ledger remembers stays; what is imported comes on
    /// the occasions after it, as given.
    ///
    /// # Errors
    /// [`PortError`]; [`Fatal`](super::PortErrorKind::Fatal) when it founds no memory and there is none.
    async fn keep_baseline(&self, customer: &CustomerId, baseline: &Baseline) -> Result<(), PortError>;

    /// Forgets a person all at once: links, aliases, failures, ended intents, grants, and who vouched. Only the
    /// tombstones stay. Says how many rows went.
    ///
    /// # Errors
    /// [`PortError`]; [`Conflict`](super::PortErrorKind::Conflict) while a grant or an intent of the person is open.
    async fn forget(&self, customer: &CustomerId, whom: &Forgetting) -> Result<u64, PortError>;
}

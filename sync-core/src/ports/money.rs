//! The memory of money: prepared before it is handed over, and never forgotten.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{LeaseId, PortError};
use crate::budget::{Baseline, BatchId, GrantId, GrantRecord, GrantState, Mark, tombstones};
use crate::external_id::ExternalId;
use crate::fingerprint::FingerprintKey;
use crate::id::{AccountId, CustomerId};
use crate::pii::Pii;
use crate::plan::PlanId;

/// What is about to be handed over in one piece. `Debug` shows how long its list is and nothing of it.
#[derive(Clone, PartialEq, Eq)]
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

/// A batch as the ledger keeps it. `Debug` shows how long its list is and nothing of it.
#[derive(Clone, PartialEq, Eq)]
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
    /// The exact bytes of its list, until all of its grants came to their end or one of them was handed over again; they
    /// hold addresses.
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

impl fmt::Debug for NewBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, mark, plan, at, grants, list } = self;
        let mut shown = f.debug_struct("NewBatch");
        shown.field("id", id).field("mark", mark).field("plan", plan).field("at", at).field("grants", grants);
        shown.field("list_bytes", &list.as_ref().map(Vec::len)).finish()
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, mark, plan, at, grants, list } = self;
        let mut shown = f.debug_struct("Batch");
        shown.field("id", id).field("mark", mark).field("plan", plan).field("at", at).field("grants", grants);
        shown.field("list_bytes", &list.as_ref().map(Vec::len)).finish()
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

impl Forgetting {
    /// Forgets whoever has these records and accounts. What stays is fingerprinted with the customer's key.
    pub fn of(key: &FingerprintKey, records: BTreeSet<ExternalId>, accounts: BTreeSet<AccountId>) -> Self {
        let tombstones = tombstones(key, &records, accounts.iter().copied());
        Self { records, accounts, tombstones }
    }

    /// Whoever has these records and accounts, of whom these fingerprints stay.
    pub const fn new(
        records: BTreeSet<ExternalId>,
        accounts: BTreeSet<AccountId>,
        tombstones: BTreeSet<String>,
    ) -> Self {
        Self { records, accounts, tombstones }
    }

    /// May the bytes of a plan's file name this person? A number that only looks like one of the accounts counts too.
    pub fn may_be_named_in(&self, file: &[u8]) -> bool {
        let text = String::from_utf8_lossy(file);
        let names_record = |record: &ExternalId| text.contains(&format!("\"{record}\""));
        let names_account = |account: &AccountId| {
            let number = account.to_string();
            text.match_indices(&number).any(|(at, _)| {
                let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
                let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
                !is_digit(before) && !is_digit(text.as_bytes().get(at + number.len()))
            })
        };
        self.records.iter().any(names_record) || self.accounts.iter().any(names_account)
    }
}

/// What was told of a grant: that it is about to be handed over, what became of it, or that a baseline imported it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Telling {
    /// Of which.
    pub grant: GrantId,
    /// How it stands from then on.
    pub state: GrantState,
    /// Who told.
    pub by: ToldBy,
    /// When.
    pub at: DateTime<Utc>,
}

impl Telling {
    /// Of this grant it was told that it stands so.
    pub const fn new(grant: GrantId, state: GrantState, by: ToldBy, at: DateTime<Utc>) -> Self {
        Self { grant, state, by, at }
    }
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

/// Remembers money. Part of the same store as the [`Ledger`](super::Ledger), because a hand-over, a relink and a
/// forgotten person change both at once:
///
/// - [`Ledger::view`](super::Ledger::view) gives [`Money`](crate::ledger::Money). A grant shows as
///   [interrupted](GrantRecord::interrupted) as soon as an intent that [interrupts](super::Intent::interrupts) it is
///   recorded, and until that turns out not to have been done;
/// - [`Ledger::settle`](super::Ledger::settle) with `Done` of an onboarding that was recorded in the present memory
///   vouches there for the records of its links; with `Done` of an intent that interrupts it marks the grants for good;
/// - [`Ledger::complete`](super::Ledger::complete) keeps what the run [saw of money](super::MoneySeen).
///
/// The grants that an intent or an inactive account interrupts are those on the account, those of records that links
/// tie to it, those of the intent's person, and those of records that an alias makes the same person.
///
/// Grants are never purged: they are what keeps money from being given twice. Only a person can have them
/// [forgotten](Self::forget).
#[async_trait]
pub trait MoneyLedger: Send + Sync {
    /// Remembers what is about to be handed over, durably and all at once. Its number is the next one of the present
    /// memory, from 1. A grant whose name stands there already may only be one of the same budget that was
    /// [not done](GrantState::NotDone), of the same amount and act; it is an intention again, and belongs to this batch
    /// from now on. The bytes of the list that it stood in before are erased, for nobody may carry that out now.
    ///
    /// # Errors
    /// [`PortError`]; then nothing may be handed over. [`Overtaken`](super::PortErrorKind::Overtaken) without the
    /// lease. [`Conflict`](super::PortErrorKind::Conflict) when one of the occasions or names was used before, when the
    /// batch is not the next one of the present memory, or while an earlier list with one of the grants may still have
    /// to be written. [`Fatal`](super::PortErrorKind::Fatal) when no baseline founded a memory, and for a batch of
    /// nothing or of what is no intention.
    async fn prepare(&self, customer: &CustomerId, lease: LeaseId, batch: &NewBatch)
    -> Result<(), PortError>;

    /// Remembers how grants stand now, all at once. To tell the same again changes nothing. When all grants of a batch
    /// came to their end, the bytes of its list are erased.
    ///
    /// What a person tells is durable when it answers. What a run tells may wait for the next call to become so, as
    /// with [`Ledger::settle`](super::Ledger::settle): until then the grant is open, and so nothing is handed over of
    /// its budget until the next run has asked the desk again.
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

    /// What was ever told of these grants, by their names, and of each in the order in which it was told; nothing of
    /// those that this customer never had.
    ///
    /// # Errors
    /// [`PortError`].
    async fn tellings(
        &self,
        customer: &CustomerId,
        grants: &BTreeSet<GrantId>,
    ) -> Result<Vec<Telling>, PortError>;

    /// The batches of which at least one grant is [open](GrantState::is_open), in order.
    ///
    /// # Errors
    /// [`PortError`].
    async fn open_batches(&self, customer: &CustomerId) -> Result<Vec<Batch>, PortError>;

    /// A batch by its name, with those of its grants that no later batch handed over again and that were not forgotten.
    ///
    /// # Errors
    /// [`PortError`].
    async fn batch(&self, customer: &CustomerId, id: &BatchId) -> Result<Option<Batch>, PortError>;

    /// Remembers what a person vouches for, all at once. What the ledger remembers stays; what is imported comes on
    /// the occasions after it, as given, and an import of nothing leaves no grant. A baseline that founds a memory
    /// begins it: its batches count from 1, and whoever was vouched for in an earlier one is not in this one. A record
    /// whose account we made stays known as such, in whichever memory somebody vouches for it.
    ///
    /// # Errors
    /// [`PortError`]; [`Fatal`](super::PortErrorKind::Fatal) when it founds no memory and there is none,
    /// [`Conflict`](super::PortErrorKind::Conflict) when it founds one that was there before, or no occasion is left.
    async fn keep_baseline(&self, customer: &CustomerId, baseline: &Baseline) -> Result<(), PortError>;

    /// Forgets a person all at once: links, aliases, failures, ended intents, grants with what was told of them, who
    /// vouched, and the kept plans that [may name](Forgetting::may_be_named_in) the person, with the approvals that
    /// wait on those. Only the tombstones stay; of a deactivation the day stays too, of nobody, because the limit over
    /// seven days counts it. Says how many rows went.
    ///
    /// # Errors
    /// [`PortError`]; [`Conflict`](super::PortErrorKind::Conflict) while a grant or an intent of the person is open, or
    /// another grant of a list that the person stands in; [`Fatal`](super::PortErrorKind::Fatal) without a tombstone.
    async fn forget(&self, customer: &CustomerId, whom: &Forgetting) -> Result<u64, PortError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_forgotten_is_found_in_the_file_of_a_plan() {
        let record = |name| ExternalId::rest(name).unwrap();
        let whom = Forgetting::new([record("a-1")].into(), [AccountId::new(42)].into(), BTreeSet::new());
        for file in [r#"{"person":"nmbrs:rest:a-1"}"#, r#"{"id":42}"#, "[7,42,9]", "42", "142 42"] {
            assert!(whom.may_be_named_in(file.as_bytes()), "{file}");
        }
        for file in [r#"{"person":"nmbrs:rest:a-12"}"#, r#"{"id":421}"#, "[142]", "", "4 2"] {
            assert!(!whom.may_be_named_in(file.as_bytes()), "{file}");
        }
    }
}

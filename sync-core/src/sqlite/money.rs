//! Money: what was handed over, what a person vouches for, and what is left of those who were forgotten.

mod baselines;
mod batches;
mod forgetting;
mod grants;

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Transaction, named_params};

use super::SqliteStore;
use super::error::Failure;
use super::lease::held;
use super::value::{customer, customer_or_new, text};
use crate::budget::{Baseline, BatchId, GrantId, GrantState};
use crate::id::{AccountId, CustomerId};
use crate::ledger::{LedgerView, Money};
use crate::ports::{
    Batch, Forgetting, Intent, LeaseId, MoneyLedger, MoneySeen, NewBatch, PortError, PortErrorKind, Telling,
    ToldBy,
};

pub(super) use baselines::onboarded;

/// What is remembered of a customer's money.
pub(super) fn money(tx: &Transaction<'_>, customer: i64) -> Result<Money, Failure> {
    let mut money = Money { grants: grants::all(tx, customer)?, ..Money::default() };
    let mut tombstones =
        tx.prepare_cached("SELECT fingerprint FROM tombstones WHERE customer = :customer")?;
    let mut rows = tombstones.query(named_params! { ":customer": customer })?;
    while let Some(row) = rows.next()? {
        money.forgotten.insert(text(row, "fingerprint")?.to_owned());
    }
    if let Some(present) = baselines::present(tx, customer)? {
        money.vouched = baselines::vouched(tx, customer, &present)?;
        money.sequence = present.sequence;
        money.accepted = present.accepted;
        money.epoch = Some(present.epoch);
    }
    Ok(money)
}

/// As long as nobody knows how an intent ended that interrupts money, the money counts as interrupted.
pub(super) fn interrupt_by_open<'i>(view: &mut LedgerView, open: impl Iterator<Item = &'i Intent>) {
    for intent in open.filter(|intent| intent.interrupts()) {
        view.interrupt(intent.account, Some(&intent.person));
    }
}

/// An intent that interrupts money was done.
pub(super) fn interrupted(tx: &Transaction<'_>, customer: i64, intent: &Intent) -> Result<(), Failure> {
    grants::interrupt_accounts(tx, customer, &intent.account.into_iter().collect())?;
    grants::interrupt_person(tx, customer, &intent.person)
}

/// What a complete run saw of money.
pub(super) fn seen(tx: &Transaction<'_>, customer: i64, seen: &MoneySeen) -> Result<(), Failure> {
    grants::interrupt_accounts(tx, customer, &seen.inactive)?;
    seen.emptied.iter().try_for_each(|grant| grants::empty(tx, customer, grant))
}

#[async_trait]
impl MoneyLedger for SqliteStore {
    async fn prepare(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        batch: &NewBatch,
    ) -> Result<(), PortError> {
        let what = "prepare a batch";
        let (customer, batch) = (customer.clone(), batch.clone());
        let erased =
            self.write(what, move |tx| batches::prepare(tx, held(tx, &customer, lease)?, &batch)).await?;
        if erased { self.empty_log(what).await } else { Ok(()) }
    }

    /// What a run tells is on the disk with the next call at the latest. If a failure of the power takes it, the grant
    /// is open again as it was before the call. That can give nothing twice: of a budget with an open grant nothing is
    /// planned, the desk is asked first what became of it, and to prepare another is to put this one on the disk too,
    /// because both are in one log.
    async fn settle_grants(
        &self,
        name: &CustomerId,
        grants: &[(GrantId, GrantState)],
        by: &ToldBy,
        at: DateTime<Utc>,
    ) -> Result<(), PortError> {
        let what = "settle grants";
        let (name, told, teller) = (name.clone(), grants.to_vec(), by.clone());
        let settle = move |tx: &Transaction<'_>| match customer(tx, &name)? {
            Some(customer) => batches::settle(tx, customer, &told, &teller, at),
            None if told.is_empty() => Ok(false),
            None => Err(Failure::Rule(PortErrorKind::Fatal, "it was never prepared")),
        };
        let erased = match by {
            ToldBy::Run => self.write_lazily(what, settle).await?,
            ToldBy::Person(_) => self.write(what, settle).await?,
        };
        if erased { self.empty_log(what).await } else { Ok(()) }
    }

    async fn tellings(
        &self,
        name: &CustomerId,
        grants: &BTreeSet<GrantId>,
    ) -> Result<Vec<Telling>, PortError> {
        let (name, asked) = (name.clone(), grants.clone());
        self.read("read what was told of grants", move |tx| match customer(tx, &name)? {
            Some(customer) => grants::tellings(tx, customer, &asked),
            None => Ok(Vec::new()),
        })
        .await
    }

    async fn open_batches(&self, name: &CustomerId) -> Result<Vec<Batch>, PortError> {
        let name = name.clone();
        self.read("read the open batches", move |tx| match customer(tx, &name)? {
            Some(customer) => batches::open(tx, customer),
            None => Ok(Vec::new()),
        })
        .await
    }

    async fn batch(&self, name: &CustomerId, id: &BatchId) -> Result<Option<Batch>, PortError> {
        let (name, id) = (name.clone(), id.clone());
        self.read("read a batch", move |tx| match customer(tx, &name)? {
            Some(customer) => batches::named(tx, customer, &id),
            None => Ok(None),
        })
        .await
    }

    async fn keep_baseline(&self, name: &CustomerId, baseline: &Baseline) -> Result<(), PortError> {
        let (name, baseline) = (name.clone(), baseline.clone());
        self.write("keep a baseline", move |tx| {
            baselines::keep(tx, customer_or_new(tx, &name)?, &name, &baseline)
        })
        .await
    }

    async fn forget(&self, name: &CustomerId, whom: &Forgetting) -> Result<u64, PortError> {
        let what = "forget a person";
        let (name, whom) = (name.clone(), whom.clone());
        let forgotten =
            self.write(what, move |tx| forgetting::forget(tx, customer_or_new(tx, &name)?, &whom)).await?;
        self.empty_log(what).await?;
        Ok(forgotten)
    }
}

fn account_of(number: Option<i64>) -> Option<AccountId> {
    number.map(AccountId::new)
}

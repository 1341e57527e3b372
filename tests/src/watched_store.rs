//! A store that is watched: whoever watches hears of every call before and after it.
//!
//! In: a store and a [`Watch`]. Out: the same store. What a call meets is the watch's business: it logs, makes the call
//! fail before or after it had its effect, or never lets it come back, which is how a crash looks from within.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sync_core::authority::{Approval, Mandate};
use sync_core::budget::{Baseline, BatchId, GrantId, GrantState};
use sync_core::ledger::LedgerView;
use sync_core::ports::{
    Authorities, Batch, CompletedRun, Forgetting, Intent, IntentId, KeptPlan, Lease, LeaseId, Leased, Ledger,
    MoneyLedger, NewBatch, OpenIntent, Outcome, PortError, Remembered, RunEnding, RunId, RunRecord, RunStore,
    Store, Telling, ToldBy,
};
use sync_core::{CustomerId, Pii, PlanId};

/// Hears of calls, by name: the port and the operation, such as `lease acquire`.
#[async_trait]
pub trait Watch: Send + Sync {
    /// What is kept of a call from its beginning to its end.
    type Begun: Send;

    /// The call begins.
    ///
    /// # Errors
    /// What the call fails with; then it has no effect.
    async fn begins(&self, call: &str) -> Result<Self::Begun, PortError>;

    /// It had its effect, or failed by itself.
    ///
    /// # Errors
    /// What it fails with all the same.
    async fn ends(&self, call: &str, begun: Self::Begun) -> Result<(), PortError>;
}

/// A store and who watches it.
#[derive(Debug)]
pub struct WatchedStore<S: ?Sized, W> {
    store: Arc<S>,
    watch: W,
}

impl<S: Store + ?Sized, W: Watch> WatchedStore<S, W> {
    /// This store, watched.
    pub const fn new(store: Arc<S>, watch: W) -> Self {
        Self { store, watch }
    }

    /// The store as it is when nobody watches.
    pub fn unwatched(&self) -> &S {
        &self.store
    }

    async fn call<T>(
        &self,
        name: &str,
        answer: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let begun = self.watch.begins(name).await?;
        let answer = answer.await;
        self.watch.ends(name, begun).await?;
        answer
    }
}

#[async_trait]
impl<S: Store + ?Sized, W: Watch> Ledger for WatchedStore<S, W> {
    async fn view(&self, customer: &CustomerId) -> Result<LedgerView, PortError> {
        self.call("ledger view", self.store.view(customer)).await
    }

    async fn intend(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        intent: &Intent,
    ) -> Result<IntentId, PortError> {
        let name = format!("ledger intend {}", intent.action);
        self.call(&name, self.store.intend(customer, lease, intent)).await
    }

    async fn open_intents(&self, customer: &CustomerId) -> Result<Vec<OpenIntent>, PortError> {
        self.call("ledger open", self.store.open_intents(customer)).await
    }

    async fn settle(
        &self,
        customer: &CustomerId,
        intent: IntentId,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        self.call("ledger settle", self.store.settle(customer, intent, outcome)).await
    }

    async fn complete(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        run: &CompletedRun,
    ) -> Result<(), PortError> {
        self.call("ledger complete", self.store.complete(customer, lease, run)).await
    }
}

#[async_trait]
impl<S: Store + ?Sized, W: Watch> MoneyLedger for WatchedStore<S, W> {
    async fn prepare(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        batch: &NewBatch,
    ) -> Result<(), PortError> {
        self.call("money prepare", self.store.prepare(customer, lease, batch)).await
    }

    async fn settle_grants(
        &self,
        customer: &CustomerId,
        grants: &[(GrantId, GrantState)],
        by: &ToldBy,
        at: DateTime<Utc>,
    ) -> Result<(), PortError> {
        self.call("money settle", self.store.settle_grants(customer, grants, by, at)).await
    }

    async fn open_batches(&self, customer: &CustomerId) -> Result<Vec<Batch>, PortError> {
        self.call("money open", self.store.open_batches(customer)).await
    }

    async fn batch(&self, customer: &CustomerId, id: &BatchId) -> Result<Option<Batch>, PortError> {
        self.call("money batch", self.store.batch(customer, id)).await
    }

    async fn tellings(
        &self,
        customer: &CustomerId,
        grants: &BTreeSet<GrantId>,
    ) -> Result<Vec<Telling>, PortError> {
        self.call("money tellings", self.store.tellings(customer, grants)).await
    }

    async fn keep_baseline(&self, customer: &CustomerId, baseline: &Baseline) -> Result<(), PortError> {
        self.call("money baseline", self.store.keep_baseline(customer, baseline)).await
    }

    async fn forget(&self, customer: &CustomerId, whom: &Forgetting) -> Result<u64, PortError> {
        self.call("money forget", self.store.forget(customer, whom)).await
    }
}

#[async_trait]
impl<S: Store + ?Sized, W: Watch> Lease for WatchedStore<S, W> {
    async fn acquire(
        &self,
        customer: &CustomerId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<Leased, PortError> {
        self.call("lease acquire", self.store.acquire(customer, now, hold_for)).await
    }

    async fn renew(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<(), PortError> {
        self.call("lease renew", self.store.renew(customer, lease, now, hold_for)).await
    }

    async fn release(&self, customer: &CustomerId, lease: LeaseId) -> Result<(), PortError> {
        self.call("lease release", self.store.release(customer, lease)).await
    }

    async fn held_until(
        &self,
        customer: &CustomerId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, PortError> {
        self.call("lease held until", self.store.held_until(customer, now)).await
    }
}

#[async_trait]
impl<S: Store + ?Sized, W: Watch> Authorities for WatchedStore<S, W> {
    async fn give_mandate(&self, mandate: &Mandate) -> Result<(), PortError> {
        self.call("authority give", self.store.give_mandate(mandate)).await
    }

    async fn mandate(&self, customer: &CustomerId) -> Result<Option<Mandate>, PortError> {
        self.call("authority mandate", self.store.mandate(customer)).await
    }

    async fn revoke_mandate(
        &self,
        customer: &CustomerId,
        by: &Pii<String>,
        at: DateTime<Utc>,
    ) -> Result<bool, PortError> {
        self.call("authority revoke", self.store.revoke_mandate(customer, by, at)).await
    }

    async fn approve(&self, customer: &CustomerId, approval: &Approval) -> Result<Remembered, PortError> {
        self.call("authority approve", self.store.approve(customer, approval)).await
    }

    async fn approvals(&self, customer: &CustomerId) -> Result<Vec<Approval>, PortError> {
        self.call("authority approvals", self.store.approvals(customer)).await
    }
}

#[async_trait]
impl<S: Store + ?Sized, W: Watch> RunStore for WatchedStore<S, W> {
    async fn begin(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        at: DateTime<Utc>,
    ) -> Result<RunId, PortError> {
        self.call("runs begin", self.store.begin(customer, lease, at)).await
    }

    async fn end(&self, customer: &CustomerId, run: RunId, ending: &RunEnding) -> Result<(), PortError> {
        self.call("runs end", self.store.end(customer, run, ending)).await
    }

    async fn runs(&self, customer: &CustomerId, at_most: u32) -> Result<Vec<RunRecord>, PortError> {
        self.call("runs list", self.store.runs(customer, at_most)).await
    }

    async fn keep_plan(&self, customer: &CustomerId, plan: &KeptPlan) -> Result<(), PortError> {
        self.call("runs keep", self.store.keep_plan(customer, plan)).await
    }

    async fn plan(&self, customer: &CustomerId, id: &PlanId) -> Result<Option<KeptPlan>, PortError> {
        self.call("runs plan", self.store.plan(customer, id)).await
    }

    async fn purge(&self, customer: &CustomerId, before: DateTime<Utc>) -> Result<u64, PortError> {
        self.call("runs purge", self.store.purge(customer, before)).await
    }
}

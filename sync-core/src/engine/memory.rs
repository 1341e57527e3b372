//! A store in memory: for tests, demos, and as the shortest example of what a store has to do.
//!
//! In: what the ports are told. Out: what they are asked. Never: a change that is half made, or one customer's memory
//! shown to another.

mod authorities;
mod ledger;
mod money;
mod runs;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::authority::Mandate;
use crate::external_id::ExternalId;
use crate::id::CustomerId;
use crate::ledger::LedgerView;
use crate::plan::PlanId;
use crate::ports::{
    Intent, IntentId, KeptPlan, Lease, LeaseId, Leased, Outcome, PortError, PortErrorKind, RunId, RunRecord,
};
use authorities::Given;
use ledger::Meant;
use money::Books;

/// Remembers until it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    all: Mutex<All>,
}

#[derive(Debug, Clone, Default)]
struct All {
    customers: BTreeMap<CustomerId, Memory>,
    /// How many intents and runs there have been, of all customers.
    numbered: u64,
}

/// What is remembered of one customer.
#[derive(Debug, Clone, Default)]
struct Memory {
    /// All that planning needs, but for what the intents tell of deactivations and of money that is interrupted.
    view: LedgerView,
    /// The plan in which each person's failure was counted last.
    counted: BTreeMap<ExternalId, PlanId>,
    intents: BTreeMap<IntentId, Meant>,
    /// What the view does not say of money.
    books: Books,
    lease: Option<Held>,
    mandate: Option<Mandate>,
    approvals: BTreeMap<PlanId, Given>,
    runs: BTreeMap<RunId, RunRecord>,
    plans: BTreeMap<PlanId, KeptPlan>,
}

/// The latest lease.
#[derive(Debug, Clone)]
struct Held {
    id: LeaseId,
    /// `None` once it was given back.
    until: Option<DateTime<Utc>>,
}

/// What a backup of the store holds: all that it remembers as of now, and nothing of what comes after.
impl Clone for MemoryStore {
    fn clone(&self) -> Self {
        Self { all: Mutex::new(self.lock().clone()) }
    }
}

impl MemoryStore {
    /// A store that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A store that remembers this of one customer.
    pub fn with_view(customer: CustomerId, view: LedgerView) -> Self {
        let books = Books::of(&view.money);
        let memory = Memory { view, books, ..Memory::default() };
        let customers = BTreeMap::from([(customer, memory)]);
        Self { all: Mutex::new(All { customers, numbered: 0 }) }
    }

    /// All intents of a customer with what was last told of them, in order.
    pub fn intents(&self, customer: &CustomerId) -> Vec<(Intent, Option<Outcome>)> {
        let told = |meant: &Meant| (meant.intent.clone(), meant.told.clone());
        self.read(customer, |memory| memory.intents.values().map(told).collect())
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        // Each change below looks first and then changes in one go, so that a panic elsewhere leaves nothing half done.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T: Default>(&self, customer: &CustomerId, look: impl FnOnce(&Memory) -> T) -> T {
        self.lock().customers.get(customer).map(look).unwrap_or_default()
    }

    fn change<T>(&self, customer: &CustomerId, change: impl FnOnce(&mut Memory) -> T) -> T {
        change(self.lock().customers.entry(customer.clone()).or_default())
    }
}

/// The memory of a customer who holds this lease.
fn leased<'a>(
    customers: &'a mut BTreeMap<CustomerId, Memory>,
    customer: &CustomerId,
    lease: LeaseId,
    what: &'static str,
) -> Result<&'a mut Memory, PortError> {
    let held = customers.get_mut(customer).filter(|memory| memory.holds(lease));
    held.ok_or_else(|| PortError::new(PortErrorKind::Overtaken, what))
}

impl Memory {
    fn holds(&self, lease: LeaseId) -> bool {
        self.lease.as_ref().is_some_and(|held| held.id == lease && held.until.is_some())
    }
}

/// When a lease ends that is held from now on.
fn end_of(now: DateTime<Utc>, hold_for: TimeDelta) -> Result<DateTime<Utc>, PortError> {
    let too_long = || PortError::new(PortErrorKind::Refused, "hold a lease beyond the end of time");
    now.checked_add_signed(hold_for).ok_or_else(too_long)
}

#[async_trait]
impl Lease for MemoryStore {
    async fn acquire(
        &self,
        customer: &CustomerId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<Leased, PortError> {
        let end = end_of(now, hold_for)?;
        Ok(self.change(customer, |memory| {
            let last = match &memory.lease {
                Some(Held { until: Some(until), .. }) if *until > now => {
                    return Leased::Held { until: *until };
                }
                Some(Held { id, .. }) => id.0,
                None => 0,
            };
            let id = LeaseId(last + 1);
            memory.lease = Some(Held { id, until: Some(end) });
            Leased::Ours(id)
        }))
    }

    async fn renew(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<(), PortError> {
        let end = end_of(now, hold_for)?;
        let mut all = self.lock();
        let memory = leased(&mut all.customers, customer, lease, "renew the lease")?;
        memory.lease = Some(Held { id: lease, until: Some(end) });
        Ok(())
    }

    async fn release(&self, customer: &CustomerId, lease: LeaseId) -> Result<(), PortError> {
        self.change(customer, |memory| {
            if memory.holds(lease) {
                memory.lease = Some(Held { id: lease, until: None });
            }
        });
        Ok(())
    }

    async fn held_until(
        &self,
        customer: &CustomerId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, PortError> {
        let until = self.read(customer, |memory| memory.lease.as_ref().and_then(|held| held.until));
        Ok(until.filter(|until| *until > now))
    }
}

//! A store in memory: for tests, demos, and as the shortest example of what a store has to do.
//!
//! In: what the ports are told. Out: what they are asked. Never: a change that is half made, or one customer's memory
//! shown to another.

mod money;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::authority::{Approval, Mandate};
use crate::external_id::ExternalId;
use crate::id::CustomerId;
use crate::ledger::{Failures, LedgerView};
use crate::pii::Pii;
use crate::plan::PlanId;
use crate::ports::{
    Authorities, CompletedRun, Intent, IntentId, KeptPlan, Lease, LeaseId, Leased, Ledger, OpenIntent,
    Outcome, PortError, PortErrorKind, Remembered, Retention, RunEnding, RunId, RunRecord, RunStore,
};

/// Remembers until it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    all: Mutex<All>,
}

#[derive(Debug, Default)]
struct All {
    customers: BTreeMap<CustomerId, Memory>,
    /// How many intents and runs there have been, of all customers.
    numbered: u64,
}

/// What is remembered of one customer.
#[derive(Debug, Default)]
struct Memory {
    /// All that planning needs, but for the deactivations that the intents tell of.
    view: LedgerView,
    /// The plan in which each person's failure was counted last.
    counted: BTreeMap<ExternalId, PlanId>,
    intents: BTreeMap<IntentId, (Intent, Option<Outcome>)>,
    lease: Option<Held>,
    mandate: Option<Mandate>,
    approvals: BTreeMap<PlanId, Given>,
    runs: BTreeMap<RunId, RunRecord>,
    plans: BTreeMap<PlanId, KeptPlan>,
}

/// The latest lease.
#[derive(Debug)]
struct Held {
    id: LeaseId,
    /// `None` once it was given back.
    until: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Given {
    approval: Approval,
    is_used_up: bool,
}

impl MemoryStore {
    /// A store that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A store that remembers this of one customer.
    pub fn with_view(customer: CustomerId, view: LedgerView) -> Self {
        let memory = Memory { view, ..Memory::default() };
        let customers = BTreeMap::from([(customer, memory)]);
        Self { all: Mutex::new(All { customers, numbered: 0 }) }
    }

    /// All intents of a customer with what was last told of them, in order.
    pub fn intents(&self, customer: &CustomerId) -> Vec<(Intent, Option<Outcome>)> {
        self.read(customer, |memory| memory.intents.values().cloned().collect())
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

    fn settle(&mut self, id: IntentId, outcome: &Outcome) -> Result<(), PortError> {
        let what = "settle an intent";
        let unknown = || PortError::new(PortErrorKind::Fatal, format!("{what} that was never recorded"));
        let (intent, settled) = self.intents.get_mut(&id).ok_or_else(unknown)?;
        if let Some(end) = settled.as_ref().filter(|last| last.is_end()) {
            let otherwise =
                || PortError::new(PortErrorKind::Conflict, format!("{what} that ended otherwise"));
            return if end.is_same_end(outcome) { Ok(()) } else { Err(otherwise()) };
        }
        *settled = Some(outcome.clone());
        match outcome {
            Outcome::Done(certain) => {
                self.view.links.extend(certain.links.clone());
                self.view.aliases.extend(certain.aliases.clone());
                self.view.failures.remove(&intent.person);
                self.counted.remove(&intent.person);
            }
            Outcome::Refused => {
                let last = self.view.failures.get(&intent.person).copied();
                let Failures { runs, last } = last.unwrap_or_else(|| Failures::new(0, intent.at));
                let is_new = self.counted.insert(intent.person.clone(), intent.plan.clone()).as_ref()
                    != Some(&intent.plan);
                let failures = Failures::new(runs + u32::from(is_new), last.max(intent.at));
                self.view.failures.insert(intent.person.clone(), failures);
            }
            Outcome::NotDone | Outcome::Doubtful => {}
        }
        Ok(())
    }

    fn purge(&mut self, retention: Retention) -> u64 {
        let before = self.rows();
        self.runs.retain(|_, run| run.ended.is_none_or(|(at, _)| at >= retention.before));
        self.intents.retain(|_, (intent, settled)| {
            let cut_off = match settled {
                Some(Outcome::Done(_)) if intent.action.deactivates() => retention.deactivations_before,
                Some(outcome) if outcome.is_end() => retention.before,
                _ => return true,
            };
            intent.at >= cut_off
        });
        self.approvals.retain(|_, given| {
            let cut_off = if given.is_used_up { retention.before } else { retention.unused_approvals_before };
            given.approval.given_at >= cut_off
        });
        let approvals = &self.approvals;
        let waits = |plan: &PlanId| approvals.get(plan).is_some_and(|given| !given.is_used_up);
        self.plans.retain(|id, plan| plan.as_of >= retention.before || waits(id));
        (before - self.rows()) as u64
    }

    fn rows(&self) -> usize {
        self.runs.len() + self.intents.len() + self.approvals.len() + self.plans.len()
    }
}

/// Whether somebody lost access by this intent, or may have.
fn may_have_deactivated(intent: &Intent, settled: Option<&Outcome>) -> bool {
    intent.action.deactivates() && !matches!(settled, Some(Outcome::Refused | Outcome::NotDone))
}

/// The same word once more. Approvals are not `Clone`, so that nobody uses one twice; to remember one is not to use it.
fn same(approval: &Approval) -> Approval {
    Approval {
        plan: approval.plan.clone(),
        given_at: approval.given_at,
        by: approval.by.clone(),
        proposals: approval.proposals.clone(),
        smaller_scope: approval.smaller_scope,
    }
}

/// When a lease ends that is held from now on.
fn end_of(now: DateTime<Utc>, hold_for: TimeDelta) -> Result<DateTime<Utc>, PortError> {
    let too_long = || PortError::new(PortErrorKind::Refused, "hold a lease beyond the end of time");
    now.checked_add_signed(hold_for).ok_or_else(too_long)
}

#[async_trait]
impl Ledger for MemoryStore {
    async fn view(&self, customer: &CustomerId) -> Result<LedgerView, PortError> {
        Ok(self.read(customer, |memory| {
            let mut view = memory.view.clone();
            let intents = memory.intents.values();
            let counted = intents.filter(|(intent, settled)| may_have_deactivated(intent, settled.as_ref()));
            view.deactivations.extend(counted.map(|(intent, _)| intent.at));
            view.deactivations.sort();
            view
        }))
    }

    async fn intend(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        intent: &Intent,
    ) -> Result<IntentId, PortError> {
        let All { customers, numbered } = &mut *self.lock();
        let memory = leased(customers, customer, lease, "record an intent")?;
        *numbered += 1;
        memory.intents.insert(IntentId(*numbered), (intent.clone(), None));
        Ok(IntentId(*numbered))
    }

    async fn open_intents(&self, customer: &CustomerId) -> Result<Vec<OpenIntent>, PortError> {
        let is_open = |settled: &Option<Outcome>| settled.as_ref().is_none_or(|last| !last.is_end());
        Ok(self.read(customer, |memory| {
            let open = memory.intents.iter().filter(|(_, (_, settled))| is_open(settled));
            open.map(|(id, (intent, _))| OpenIntent::new(*id, intent.clone())).collect()
        }))
    }

    async fn settle(
        &self,
        customer: &CustomerId,
        intent: IntentId,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        self.change(customer, |memory| memory.settle(intent, outcome))
    }

    async fn complete(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        run: &CompletedRun,
    ) -> Result<(), PortError> {
        let mut all = self.lock();
        let memory = leased(&mut all.customers, customer, lease, "complete a run")?;
        if let Some(plan) = &run.approval {
            let unknown = || PortError::new(PortErrorKind::Fatal, "use up an approval that was never given");
            memory.approvals.get_mut(plan).ok_or_else(unknown)?.is_used_up = true;
        }
        memory.view.links.extend(run.links.clone());
        memory.view.last_run = Some(run.seen.clone());
        Ok(())
    }
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

#[async_trait]
impl Authorities for MemoryStore {
    async fn give_mandate(&self, mandate: &Mandate) -> Result<(), PortError> {
        self.change(&mandate.customer, |memory| memory.mandate = Some(mandate.clone()));
        Ok(())
    }

    async fn mandate(&self, customer: &CustomerId) -> Result<Option<Mandate>, PortError> {
        Ok(self.read(customer, |memory| memory.mandate.clone()))
    }

    async fn revoke_mandate(
        &self,
        customer: &CustomerId,
        _by: &Pii<String>,
        _at: DateTime<Utc>,
    ) -> Result<bool, PortError> {
        Ok(self.change(customer, |memory| memory.mandate.take().is_some()))
    }

    async fn approve(&self, customer: &CustomerId, approval: &Approval) -> Result<Remembered, PortError> {
        Ok(self.change(customer, |memory| {
            if memory.approvals.get(&approval.plan).is_some_and(|given| given.is_used_up) {
                return Remembered::UsedUp;
            }
            let given = Given { approval: same(approval), is_used_up: false };
            memory.approvals.insert(approval.plan.clone(), given);
            Remembered::Waits
        }))
    }

    async fn approvals(&self, customer: &CustomerId) -> Result<Vec<Approval>, PortError> {
        Ok(self.read(customer, |memory| {
            let waiting = memory.approvals.values().filter(|given| !given.is_used_up);
            let mut waiting: Vec<_> = waiting.map(|given| same(&given.approval)).collect();
            waiting.sort_by_key(|approval| Reverse(approval.given_at));
            waiting
        }))
    }
}

#[async_trait]
impl RunStore for MemoryStore {
    async fn begin(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        at: DateTime<Utc>,
    ) -> Result<RunId, PortError> {
        let All { customers, numbered } = &mut *self.lock();
        let memory = leased(customers, customer, lease, "begin a run")?;
        *numbered += 1;
        let run = RunId(*numbered);
        memory.runs.insert(run, RunRecord::beginning(run, at));
        Ok(run)
    }

    async fn end(&self, customer: &CustomerId, run: RunId, ending: &RunEnding) -> Result<(), PortError> {
        self.change(customer, |memory| {
            let unknown = || PortError::new(PortErrorKind::Fatal, "end a run that never began");
            let record = memory.runs.get_mut(&run).ok_or_else(unknown)?;
            let ended = record.ended_with(ending);
            if record.ended.is_some() && *record != ended {
                return Err(PortError::new(PortErrorKind::Conflict, "end a run that ended otherwise"));
            }
            *record = ended;
            Ok(())
        })
    }

    async fn runs(&self, customer: &CustomerId, at_most: u32) -> Result<Vec<RunRecord>, PortError> {
        let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
        Ok(self.read(customer, |memory| memory.runs.values().rev().take(at_most).cloned().collect()))
    }

    async fn keep_plan(&self, customer: &CustomerId, plan: &KeptPlan) -> Result<(), PortError> {
        self.change(customer, |memory| {
            memory.plans.entry(plan.id.clone()).or_insert_with(|| plan.clone());
        });
        Ok(())
    }

    async fn plan(&self, customer: &CustomerId, id: &PlanId) -> Result<Option<KeptPlan>, PortError> {
        Ok(self.read(customer, |memory| memory.plans.get(id).cloned()))
    }

    async fn purge(&self, customer: &CustomerId, before: DateTime<Utc>) -> Result<u64, PortError> {
        Ok(self.change(customer, |memory| memory.purge(Retention::before(before))))
    }
}

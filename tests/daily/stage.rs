//! All ports of the engine over one office, one platform and one store in memory, with faults at chosen calls.
//!
//! No future of it waits, so that one poll runs everything, unless a crash was ordered: then the call never comes back.
//! Or unless the run was told to stand still at a call: then it goes on when the gate is opened.

use std::sync::Mutex;
use std::task::{Poll, Waker};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use futures_util::future::poll_fn;
use sync_core::account::Account;
use sync_core::authority::{Approval, Mandate};
use sync_core::engine::{EngineError, MemoryStore, RunReport, SyncRun};
use sync_core::ledger::LedgerView;
use sync_core::ports::{
    AccountReader, AccountWriter, Authorities, Clock, CompletedRun, CreateRequest, EmployeeSource, Intent,
    IntentId, KeptPlan, Lease, LeaseId, Leased, Ledger, ListAccounts, OpenIntent, Outcome, PortError,
    PortErrorKind, Remembered, RequestMeter, RowsRequest, RunEnding, RunId, RunRecord, RunStore,
    StateRequest, TargetCompany, UpdateRequest,
};
use sync_core::record::SourceCompany;
use sync_core::snapshot::{Listing, Row, SourceRows};
use sync_core::{
    AccountId, CompanyId, CustomerId, ExternalId, FingerprintKey, Pii, PlanId, Policy, TargetCompanyId,
};

use crate::office::{Office, whole};
use crate::platform::{Platform, What};

pub(crate) const HOME: TargetCompanyId = TargetCompanyId::new(10);
pub(crate) const AWAY: TargetCompanyId = TargetCompanyId::new(20);

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never comes back, and nothing was done.
    CrashBefore,
    /// It never comes back, but it was done.
    CrashAfter,
    /// It fails, and nothing was done.
    Fails(PortErrorKind),
    /// It fails, but it was done.
    FailsAfter(PortErrorKind),
    /// The list tells another total than it has rows.
    Disagrees,
    /// It waits until the gate is opened, and is done then.
    StandsStill,
}

/// Which call of a run meets a fault, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// Of all calls.
    Call(usize),
    /// Of the calls that write to the target.
    Write(usize),
    /// Of the calls that read the source or the target.
    Read(usize),
}

#[derive(Debug)]
struct State {
    office: Office,
    platform: Platform,
    policy: Policy,
    now: DateTime<Utc>,
    calls: Vec<String>,
    fault: Option<(At, Fault)>,
    gate_is_open: bool,
    asleep: Option<Waker>,
}

#[derive(Debug)]
pub(crate) struct Stage {
    state: Mutex<State>,
    store: MemoryStore,
}

pub(crate) fn customer() -> CustomerId {
    CustomerId::new("acme-group")
}

pub(crate) fn key() -> FingerprintKey {
    FingerprintKey::new(*b"a key of one customer").unwrap()
}

impl Stage {
    pub(crate) fn new(office: Office, platform: Platform, policy: Policy, now: DateTime<Utc>) -> Self {
        let state = State {
            office,
            platform,
            policy,
            now,
            calls: Vec::new(),
            fault: None,
            gate_is_open: false,
            asleep: None,
        };
        Self { state: Mutex::new(state), store: MemoryStore::new() }
    }

    pub(crate) fn store(&self) -> &MemoryStore {
        &self.store
    }

    pub(crate) fn office(&self) -> Office {
        self.state.lock().unwrap().office.clone()
    }

    pub(crate) fn platform(&self) -> Platform {
        self.state.lock().unwrap().platform.clone()
    }

    pub(crate) fn policy(&self) -> Policy {
        self.state.lock().unwrap().policy.clone()
    }

    pub(crate) fn time(&self) -> DateTime<Utc> {
        self.state.lock().unwrap().now
    }

    pub(crate) fn view(&self) -> LedgerView {
        done_at_once(self.store.view(&customer())).unwrap()
    }

    pub(crate) fn in_office<T>(&self, change: impl FnOnce(&mut Office) -> T) -> T {
        change(&mut self.state.lock().unwrap().office)
    }

    pub(crate) fn in_platform<T>(&self, change: impl FnOnce(&mut Platform) -> T) -> T {
        change(&mut self.state.lock().unwrap().platform)
    }

    pub(crate) fn set_policy(&self, change: impl FnOnce(Policy) -> Policy) {
        let mut state = self.state.lock().unwrap();
        state.policy = change(state.policy.clone());
    }

    pub(crate) fn set_time(&self, now: DateTime<Utc>) {
        self.state.lock().unwrap().now = now;
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.state.lock().unwrap().now += time;
    }

    /// The next run meets this fault.
    pub(crate) fn order(&self, at: At, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.calls.clear();
        state.fault = Some((at, fault));
    }

    pub(crate) fn open_gate(&self) {
        let mut state = self.state.lock().unwrap();
        state.gate_is_open = true;
        if let Some(asleep) = state.asleep.take() {
            asleep.wake();
        }
    }

    /// The calls since the last one that was forgotten, in order.
    pub(crate) fn calls(&self, prefix: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.calls.iter().filter(|call| call.starts_with(prefix)).cloned().collect()
    }

    pub(crate) fn forget_calls(&self) {
        self.state.lock().unwrap().calls.clear();
    }

    pub(crate) fn sync_run(&self) -> SyncRun<'_> {
        SyncRun::new(self, self, self, self, self)
    }

    /// The daily command; `None` if it crashed.
    pub(crate) fn daily(&self) -> Option<Result<RunReport, EngineError>> {
        let policy = self.policy();
        let ended = self.sync_run().daily(&customer(), &policy, &key()).now_or_never();
        self.state.lock().unwrap().fault = None;
        ended
    }

    /// The daily command for one person only.
    pub(crate) fn daily_only(&self, person: &ExternalId) -> Option<Result<RunReport, EngineError>> {
        let policy = self.policy();
        self.sync_run().only(person.clone()).daily(&customer(), &policy, &key()).now_or_never()
    }

    /// One call: logged, and met by at most one fault.
    async fn call<T>(
        &self,
        name: String,
        effect: impl FnOnce(&mut State, bool) -> Result<T, PortError> + Send,
    ) -> Result<T, PortError> {
        match self.enter(&name) {
            Some(Fault::CrashBefore) => std::future::pending().await,
            Some(Fault::CrashAfter) => {
                let _done = effect(&mut self.state.lock().unwrap(), false);
                std::future::pending().await
            }
            Some(Fault::Fails(kind)) => Err(PortError::new(kind, name)),
            Some(Fault::FailsAfter(kind)) => {
                effect(&mut self.state.lock().unwrap(), false)?;
                Err(PortError::new(kind, name))
            }
            Some(Fault::StandsStill) => {
                poll_fn(|context| {
                    let mut state = self.state.lock().unwrap();
                    state.asleep = Some(context.waker().clone());
                    if state.gate_is_open { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                effect(&mut self.state.lock().unwrap(), false)
            }
            fault => effect(&mut self.state.lock().unwrap(), fault == Some(Fault::Disagrees)),
        }
    }

    fn enter(&self, name: &str) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        state.calls.push(name.to_owned());
        let (at, _) = state.fault?;
        let before = |prefixes: &[&str]| {
            let of_kind = |call: &&String| prefixes.iter().any(|prefix| call.starts_with(prefix));
            state.calls.iter().filter(of_kind).count()
        };
        let is_meant = match at {
            At::Call(number) => state.calls.len() == number + 1,
            At::Write(number) => name.starts_with("write") && before(&["write"]) == number + 1,
            At::Read(number) => {
                let reads = ["source", "target"];
                reads.iter().any(|side| name.starts_with(side)) && before(&reads) == number + 1
            }
        };
        if is_meant { state.fault.take().map(|(_, fault)| fault) } else { None }
    }

    async fn write(
        &self,
        name: String,
        company: TargetCompanyId,
        account: AccountId,
        what: What,
    ) -> Result<Account, PortError> {
        let context = name.clone();
        self.call(name, move |state, _| {
            state.platform.change(company, account, &what).map_err(|kind| PortError::new(kind, context))
        })
        .await
    }
}

pub(crate) fn done_at_once<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory does not wait")
}

fn told<R>(mut list: Listing<R>, disagrees: bool) -> Listing<R> {
    if disagrees {
        list.total = list.total.map(|total| total + 1);
    }
    list
}

#[async_trait]
impl EmployeeSource for Stage {
    fn call_formula(&self) -> &'static str {
        "1 + 6 for each company"
    }

    async fn companies(
        &self,
        meter: &RequestMeter,
    ) -> Result<Listing<Row<CompanyId, SourceCompany>>, PortError> {
        self.call("source companies".to_owned(), |state, disagrees| {
            meter.reserve(1)?;
            Ok(told(whole(state.office.announced().into_iter()), disagrees))
        })
        .await
    }

    async fn rows(&self, request: &RowsRequest, meter: &RequestMeter) -> Result<SourceRows, PortError> {
        let name = format!("source {} of {}", request.resource, request.company);
        self.call(name, |state, disagrees| {
            meter.reserve(1)?;
            Ok(match state.office.rows(&request.company, request.resource) {
                SourceRows::Employees(list) => SourceRows::Employees(told(list, disagrees)),
                SourceRows::Personal(list) => SourceRows::Personal(told(list, disagrees)),
                SourceRows::Employments(list) => SourceRows::Employments(told(list, disagrees)),
                SourceRows::Contracts(list) => SourceRows::Contracts(told(list, disagrees)),
                SourceRows::FieldDefinitions(list) => SourceRows::FieldDefinitions(told(list, disagrees)),
                SourceRows::ExtraFields(list) => SourceRows::ExtraFields(told(list, disagrees)),
                other => panic!("this office keeps no {other:?}"),
            })
        })
        .await
    }
}

#[async_trait]
impl AccountReader for Stage {
    async fn companies(&self, meter: &RequestMeter) -> Result<Vec<TargetCompany>, PortError> {
        self.call("target companies".to_owned(), |_, _| {
            meter.reserve(1)?;
            Ok([HOME, AWAY].map(|company| TargetCompany::new(company, None)).to_vec())
        })
        .await
    }

    async fn accounts(
        &self,
        request: &ListAccounts,
        meter: &RequestMeter,
    ) -> Result<Listing<Row<AccountId, Account>>, PortError> {
        let name = format!("target {} accounts of {}", request.state, request.company);
        self.call(name, |state, disagrees| {
            meter.reserve(1)?;
            let listed = state.platform.listed(request.company, request.state);
            Ok(told(whole(listed.into_iter().map(|account| Row::readable(account.id, account))), disagrees))
        })
        .await
    }
}

#[async_trait]
impl AccountWriter for Stage {
    async fn create(&self, request: &CreateRequest) -> Result<Account, PortError> {
        let name = format!("write create {}", request.account.external_id);
        self.call(name.clone(), |state, _| {
            let owner = state.office.human_of(request.account.external_id.as_str());
            state.platform.create(request, owner).map_err(|kind| PortError::new(kind, name))
        })
        .await
    }

    async fn update(&self, request: &UpdateRequest) -> Result<Account, PortError> {
        let name = format!("write update {}", request.account);
        self.write(name, request.company, request.account, What::Update(request.change.clone())).await
    }

    async fn deactivate(&self, request: &StateRequest) -> Result<Account, PortError> {
        let name = format!("write deactivate {}", request.account);
        self.write(name, request.company, request.account, What::Deactivate).await
    }

    async fn activate(&self, request: &StateRequest) -> Result<Account, PortError> {
        let name = format!("write activate {}", request.account);
        self.write(name, request.company, request.account, What::Activate).await
    }
}

#[async_trait]
impl Ledger for Stage {
    async fn view(&self, customer: &CustomerId) -> Result<LedgerView, PortError> {
        self.call("store view".to_owned(), |_, _| done_at_once(self.store.view(customer))).await
    }

    async fn intend(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        intent: &Intent,
    ) -> Result<IntentId, PortError> {
        let name = format!("store intend {} {}", intent.action, intent.person);
        self.call(name, |_, _| done_at_once(self.store.intend(customer, lease, intent))).await
    }

    async fn open_intents(&self, customer: &CustomerId) -> Result<Vec<OpenIntent>, PortError> {
        self.call("store open intents".to_owned(), |_, _| done_at_once(self.store.open_intents(customer)))
            .await
    }

    async fn settle(
        &self,
        customer: &CustomerId,
        intent: IntentId,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        let name = "store settle".to_owned();
        self.call(name, |_, _| done_at_once(self.store.settle(customer, intent, outcome))).await
    }

    async fn complete(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        run: &CompletedRun,
    ) -> Result<(), PortError> {
        let name = "store complete".to_owned();
        self.call(name, |_, _| done_at_once(self.store.complete(customer, lease, run))).await
    }
}

#[async_trait]
impl Lease for Stage {
    async fn acquire(
        &self,
        customer: &CustomerId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<Leased, PortError> {
        let name = "store acquire".to_owned();
        self.call(name, |_, _| done_at_once(self.store.acquire(customer, now, hold_for))).await
    }

    async fn renew(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<(), PortError> {
        let name = "store renew".to_owned();
        self.call(name, |_, _| done_at_once(self.store.renew(customer, lease, now, hold_for))).await
    }

    async fn held_until(
        &self,
        customer: &CustomerId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, PortError> {
        let name = "store held until".to_owned();
        self.call(name, |_, _| done_at_once(self.store.held_until(customer, now))).await
    }

    async fn release(&self, customer: &CustomerId, lease: LeaseId) -> Result<(), PortError> {
        self.call("store release".to_owned(), |_, _| done_at_once(self.store.release(customer, lease))).await
    }
}

#[async_trait]
impl Authorities for Stage {
    async fn give_mandate(&self, mandate: &Mandate) -> Result<(), PortError> {
        self.call("store give mandate".to_owned(), |_, _| done_at_once(self.store.give_mandate(mandate)))
            .await
    }

    async fn mandate(&self, customer: &CustomerId) -> Result<Option<Mandate>, PortError> {
        self.call("store mandate".to_owned(), |_, _| done_at_once(self.store.mandate(customer))).await
    }

    async fn revoke_mandate(
        &self,
        customer: &CustomerId,
        by: &Pii<String>,
        at: DateTime<Utc>,
    ) -> Result<bool, PortError> {
        let name = "store revoke mandate".to_owned();
        self.call(name, |_, _| done_at_once(self.store.revoke_mandate(customer, by, at))).await
    }

    async fn approve(&self, customer: &CustomerId, approval: &Approval) -> Result<Remembered, PortError> {
        self.call("store approve".to_owned(), |_, _| done_at_once(self.store.approve(customer, approval)))
            .await
    }

    async fn approvals(&self, customer: &CustomerId) -> Result<Vec<Approval>, PortError> {
        self.call("store approvals".to_owned(), |_, _| done_at_once(self.store.approvals(customer))).await
    }
}

#[async_trait]
impl RunStore for Stage {
    async fn begin(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        at: DateTime<Utc>,
    ) -> Result<RunId, PortError> {
        self.call("store begin".to_owned(), |_, _| done_at_once(self.store.begin(customer, lease, at))).await
    }

    async fn end(&self, customer: &CustomerId, run: RunId, ending: &RunEnding) -> Result<(), PortError> {
        self.call("store end".to_owned(), |_, _| done_at_once(self.store.end(customer, run, ending))).await
    }

    async fn runs(&self, customer: &CustomerId, at_most: u32) -> Result<Vec<RunRecord>, PortError> {
        self.call("store runs".to_owned(), |_, _| done_at_once(self.store.runs(customer, at_most))).await
    }

    async fn keep_plan(&self, customer: &CustomerId, plan: &KeptPlan) -> Result<(), PortError> {
        self.call("store keep plan".to_owned(), |_, _| done_at_once(self.store.keep_plan(customer, plan)))
            .await
    }

    async fn plan(&self, customer: &CustomerId, id: &PlanId) -> Result<Option<KeptPlan>, PortError> {
        self.call("store plan".to_owned(), |_, _| done_at_once(self.store.plan(customer, id))).await
    }

    async fn purge(&self, customer: &CustomerId, before: DateTime<Utc>) -> Result<u64, PortError> {
        self.call("store purge".to_owned(), |_, _| done_at_once(self.store.purge(customer, before))).await
    }
}

impl Clock for Stage {
    fn now(&self) -> DateTime<Utc> {
        self.time()
    }
}

//! All ports of the engine over one office, one platform and one store in memory, with faults at chosen calls.
//!
//! No future of it waits, so that one poll runs everything, unless a crash was ordered: then the call never comes back.
//! Or unless the run was told to stand still at a call: then it goes on when the gate is opened.

use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use futures_util::future::poll_fn;
use sync_core::account::Account;
use sync_core::engine::{DryRun, EngineError, MemoryStore, RunReport, SyncRun};
use sync_core::ledger::LedgerView;
use sync_core::ports::{
    AccountReader, AccountWriter, Clock, CreateRequest, EmployeeSource, Ledger, ListAccounts, PortError,
    PortErrorKind, RequestMeter, RowsRequest, StateRequest, TargetCompany, UpdateRequest,
};
use sync_core::record::SourceCompany;
use sync_core::snapshot::{Listing, Row, SourceRows};
use sync_core::{AccountId, CompanyId, CustomerId, ExternalId, FingerprintKey, Policy, TargetCompanyId};

use tests::watched_store::{Watch, WatchedStore};

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
    /// It fails without a word of whether it was done, and is done later.
    ComesLate,
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
    /// Of the calls to the desk.
    Desk(usize),
    /// Of the calls to the store, but for its leases.
    Store(usize),
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

/// What happened and what is to happen, for the ports of this stage and for its store.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<Mutex<State>>);

#[derive(Debug)]
pub(crate) struct Stage {
    state: Shared,
    store: WatchedStore<MemoryStore, Shared>,
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
        let state = Shared(Arc::new(Mutex::new(state)));
        Self { store: WatchedStore::new(Arc::new(MemoryStore::new()), state.clone()), state }
    }

    pub(crate) fn store(&self) -> &MemoryStore {
        self.store.unwatched()
    }

    /// From now on with this memory, as a machine that was set up anew.
    pub(crate) fn remember_with(&mut self, store: Arc<MemoryStore>) {
        self.store = WatchedStore::new(store, self.state.clone());
    }

    /// For ports that stand beside this stage and meet its faults.
    pub(crate) fn shared(&self) -> Shared {
        self.state.clone()
    }

    pub(crate) fn office(&self) -> Office {
        self.state.lock().office.clone()
    }

    pub(crate) fn platform(&self) -> Platform {
        self.state.lock().platform.clone()
    }

    pub(crate) fn policy(&self) -> Policy {
        self.state.lock().policy.clone()
    }

    pub(crate) fn time(&self) -> DateTime<Utc> {
        self.state.lock().now
    }

    pub(crate) fn view(&self) -> LedgerView {
        done_at_once(self.store().view(&customer())).unwrap()
    }

    pub(crate) fn in_office<T>(&self, change: impl FnOnce(&mut Office) -> T) -> T {
        change(&mut self.state.lock().office)
    }

    pub(crate) fn in_platform<T>(&self, change: impl FnOnce(&mut Platform) -> T) -> T {
        change(&mut self.state.lock().platform)
    }

    pub(crate) fn set_policy(&self, change: impl FnOnce(Policy) -> Policy) {
        let mut state = self.state.lock();
        state.policy = change(state.policy.clone());
    }

    pub(crate) fn set_time(&self, now: DateTime<Utc>) {
        self.state.lock().now = now;
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.state.lock().now += time;
    }

    /// The next run meets this fault.
    pub(crate) fn order(&self, at: At, fault: Fault) {
        let mut state = self.state.lock();
        state.calls.clear();
        state.fault = Some((at, fault));
    }

    pub(crate) fn open_gate(&self) {
        let mut state = self.state.lock();
        state.gate_is_open = true;
        if let Some(asleep) = state.asleep.take() {
            asleep.wake();
        }
    }

    /// The calls since the last one that was forgotten, in order.
    pub(crate) fn calls(&self, prefix: &str) -> Vec<String> {
        let state = self.state.lock();
        state.calls.iter().filter(|call| call.starts_with(prefix)).cloned().collect()
    }

    pub(crate) fn forget_calls(&self) {
        self.state.lock().calls.clear();
    }

    /// The store as everybody who is watched sees it.
    pub(crate) const fn watched(&self) -> &WatchedStore<MemoryStore, Shared> {
        &self.store
    }

    pub(crate) fn sync_run(&self) -> SyncRun<'_> {
        SyncRun::new(self, self, self, &self.store, self)
    }

    pub(crate) fn dry_run(&self) -> DryRun<'_> {
        DryRun::new(self, self, &self.store, self)
    }

    /// The daily command; `None` if it crashed.
    pub(crate) fn daily(&self) -> Option<Result<RunReport, EngineError>> {
        self.daily_of(&self.sync_run())
    }

    pub(crate) fn daily_of(&self, run: &SyncRun<'_>) -> Option<Result<RunReport, EngineError>> {
        let policy = self.policy();
        let ended = run.daily(&customer(), &policy, &key()).now_or_never();
        self.forget_fault();
        ended
    }

    /// What was ordered and met nothing is ordered no more.
    pub(crate) fn forget_fault(&self) {
        self.state.lock().fault = None;
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
        let fault = self.state.begins(&name).await?;
        let done = effect(&mut self.state.lock(), fault == Some(Fault::Disagrees));
        self.state.ends(&name, fault).await?;
        done
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

impl Shared {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.lock().now
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Logs a call, and says what it meets.
    fn enter(&self, name: &str) -> Option<Fault> {
        let mut state = self.lock();
        state.calls.push(name.to_owned());
        let (at, _) = state.fault?;
        let before = |prefixes: &[&str]| {
            let of_kind = |call: &&String| prefixes.iter().any(|prefix| call.starts_with(prefix));
            state.calls.iter().filter(of_kind).count()
        };
        let is_meant = match at {
            At::Call(number) => state.calls.len() == number + 1,
            At::Write(number) => name.starts_with("write") && before(&["write"]) == number + 1,
            At::Desk(number) => name.starts_with("desk") && before(&["desk"]) == number + 1,
            At::Store(number) => {
                let stored = ["ledger", "money", "authority", "runs"];
                stored.iter().any(|part| name.starts_with(part)) && before(&stored) == number + 1
            }
            At::Read(number) => {
                let reads = ["source", "target"];
                reads.iter().any(|side| name.starts_with(side)) && before(&reads) == number + 1
            }
        };
        if is_meant { state.fault.take().map(|(_, fault)| fault) } else { None }
    }
}

#[async_trait]
impl Watch for Shared {
    type Begun = Option<Fault>;

    async fn begins(&self, call: &str) -> Result<Option<Fault>, PortError> {
        let fault = self.enter(call);
        match fault {
            Some(Fault::CrashBefore) => std::future::pending().await,
            Some(Fault::Fails(kind)) => return Err(PortError::new(kind, call)),
            Some(Fault::StandsStill) => {
                poll_fn(|context| {
                    let mut state = self.lock();
                    state.asleep = Some(context.waker().clone());
                    if state.gate_is_open { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
            }
            _ => {}
        }
        Ok(fault)
    }

    async fn ends(&self, call: &str, fault: Option<Fault>) -> Result<(), PortError> {
        match fault {
            Some(Fault::CrashAfter) => std::future::pending().await,
            Some(Fault::FailsAfter(kind)) => Err(PortError::new(kind, call)),
            Some(Fault::ComesLate) => Err(PortError::new(PortErrorKind::Doubtful, call)),
            _ => Ok(()),
        }
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

impl Clock for Stage {
    fn now(&self) -> DateTime<Utc> {
        self.time()
    }
}

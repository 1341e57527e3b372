//! Both sides and the ledger in memory, with faults at chosen calls.
//!
//! In: a world, habits of the target, and faults. Out: all ports of the engine, a log of every call in
//! order, and a count of requests of its own. Never: a rule of the core; the target knows only that an
//! address belongs to one account. No future of it waits, so that one poll runs everything, unless a crash
//! was ordered: then the call never comes back.

use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use sync_core::account::Account;
use sync_core::authority::Approval;
use sync_core::engine::{DryRun, EngineError, Exports, MemoryStore, Planned, RunReport, SyncRun};
use sync_core::ledger::LedgerView;
use sync_core::plan::SavedPlan;
use sync_core::ports::{
    AccountReader, AccountWriter, Clock, CreateRequest, EmployeeSource, Intent, Lease, Ledger, ListAccounts,
    Outcome, PortError, PortErrorKind, RequestMeter, RowsRequest, StateRequest, TargetCompany, UpdateRequest,
};
use sync_core::record::SourceCompany;
use sync_core::snapshot::{Listing, Row, SourceRows};
use sync_core::{AccountId, CompanyId, Pii, Plan};
use tests::watched_store::{Watch, WatchedStore};
use unicode_normalization::UnicodeNormalization;

use crate::world::{World, customer, key};

const PAGE: u64 = 100;

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
    /// None: this call goes well, and a later one of the name meets the next fault.
    Passes,
    /// The answer shows another account than the one that was meant.
    AnswersAnother,
    /// It goes well, and another run takes the lease over.
    LosesTheLease,
}

/// How a target changes what it stores.
#[expect(clippy::struct_excessive_bools, reason = "five habits that have nothing to do with each other")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Habits {
    pub(crate) trims: bool,
    pub(crate) lowers_domains: bool,
    pub(crate) composes: bool,
    pub(crate) empty_is_null: bool,
    pub(crate) null_is_empty: bool,
}

#[derive(Debug)]
struct State {
    world: World,
    calls: Vec<String>,
    faults: VecDeque<(String, Fault)>,
    fault_at: Option<(usize, Fault)>,
    source_requests: u64,
    target_requests: u64,
}

/// What happened and what is to happen, for the ports of this stage and for its store.
#[derive(Debug, Clone)]
struct Shared {
    state: Arc<Mutex<State>>,
    store: Arc<MemoryStore>,
}

/// The whole outside of the engine.
#[derive(Debug)]
pub(crate) struct Stage {
    state: Shared,
    store: WatchedStore<MemoryStore, Shared>,
    habits: Habits,
}

impl Stage {
    pub(crate) fn of(world: World) -> Self {
        let store = Arc::new(MemoryStore::with_view(customer(), world.ledger.clone()));
        let state = State {
            world,
            calls: Vec::new(),
            faults: VecDeque::new(),
            fault_at: None,
            source_requests: 0,
            target_requests: 0,
        };
        let state = Shared { state: Arc::new(Mutex::new(state)), store: Arc::clone(&store) };
        Self { store: WatchedStore::new(store, state.clone()), state, habits: Habits::default() }
    }

    pub(crate) fn with_habits(mut self, habits: Habits) -> Self {
        self.habits = habits;
        self
    }

    /// The next call whose name begins so meets this fault; faults of one name come one after the other.
    pub(crate) fn fault(self, call: &str, fault: Fault) -> Self {
        self.order(call, fault);
        self
    }

    pub(crate) fn order(&self, call: &str, fault: Fault) {
        self.state.lock().faults.push_back((call.to_owned(), fault));
    }

    /// The call with this number, from 0 and counted over all ports, meets this fault.
    pub(crate) fn fault_at(&self, number: usize, fault: Fault) {
        let mut state = self.state.lock();
        state.fault_at = Some((state.calls.len() + number, fault));
    }

    pub(crate) fn world(&self) -> World {
        let mut world = self.state.lock().world.clone();
        world.ledger = self.view();
        world
    }

    pub(crate) fn change(&self, change: impl FnOnce(World) -> World) {
        let mut state = self.state.lock();
        state.world = change(state.world.clone());
    }

    pub(crate) fn view(&self) -> LedgerView {
        self.store().view(&customer()).now_or_never().unwrap().unwrap()
    }

    pub(crate) fn intents(&self) -> Vec<(Intent, Option<Outcome>)> {
        self.store().intents(&customer())
    }

    /// All calls so far whose name begins so.
    pub(crate) fn calls(&self, prefix: &str) -> Vec<String> {
        let state = self.state.lock();
        state.calls.iter().filter(|call| call.starts_with(prefix)).cloned().collect()
    }

    pub(crate) fn forget_calls(&self) {
        let mut state = self.state.lock();
        state.calls.clear();
        (state.source_requests, state.target_requests) = (0, 0);
    }

    /// Requests that this stage itself counted, to the source and to the target, reading only.
    pub(crate) fn requests(&self) -> (u64, u64) {
        let state = self.state.lock();
        (state.source_requests, state.target_requests)
    }

    pub(crate) fn dry_run(&self) -> Result<Planned, EngineError> {
        self.dry_run_or_crash().expect("no crash was ordered")
    }

    pub(crate) fn dry_run_or_crash(&self) -> Option<Result<Planned, EngineError>> {
        let (policy, key) = (self.world().policy, key());
        DryRun::new(self, self, &self.store, self).plan(&customer(), &policy, &key).now_or_never()
    }

    /// Lists over the ports of this stage.
    pub(crate) fn exports(&self) -> Exports<'_> {
        Exports::new(self, self, &self.store, self)
    }

    /// Applies what a person saw in this plan; `None` if a crash came in between. A lease that a crashed run left is
    /// taken over.
    pub(crate) fn apply_seen(&self, seen: &Plan) -> Option<Result<RunReport, EngineError>> {
        self.apply_approved(seen, Approval::of(seen.id().clone(), self.now()))
    }

    /// The same with this approval.
    pub(crate) fn apply_approved(
        &self,
        seen: &Plan,
        approval: Approval,
    ) -> Option<Result<RunReport, EngineError>> {
        let (policy, key) = (self.world().policy, key());
        let saved = SavedPlan::open(&seen.to_file()).unwrap();
        let run = self.sync_run().taking_over();
        run.approved(&customer(), &policy, &key, &saved, approval).now_or_never()
    }

    /// A run over all ports of this stage.
    pub(crate) fn sync_run(&self) -> SyncRun<'_> {
        SyncRun::new(self, self, self, &self.store, self)
    }

    /// A daily run; `None` if a crash came in between.
    pub(crate) fn daily(&self) -> Option<Result<RunReport, EngineError>> {
        let (policy, key) = (self.world().policy, key());
        self.sync_run().daily(&customer(), &policy, &key).now_or_never()
    }

    /// What the store remembers, past all faults.
    pub(crate) fn store(&self) -> &MemoryStore {
        self.store.unwatched()
    }

    /// A dry run, a person who approves it, and the apply.
    pub(crate) fn apply(&self) -> Result<RunReport, EngineError> {
        let planned = self.dry_run()?;
        self.forget_calls();
        self.apply_seen(&planned.plan).expect("no crash was ordered")
    }

    /// One call: logged, and met by at most one fault. A fault that only the call itself can act out is
    /// handed to it.
    async fn call<T>(
        &self,
        name: String,
        effect: impl FnOnce(&mut State, Option<Fault>) -> Result<T, PortError> + Send,
    ) -> Result<T, PortError> {
        let fault = self.state.begins(&name).await?;
        let done = effect(&mut self.state.lock(), fault);
        self.state.ends(&name, fault).await?;
        done
    }

    fn stored(&self, text: Option<&Pii<String>>) -> Option<Pii<String>> {
        let mut text = text.map(|text| text.expose().clone());
        if self.habits.trims {
            text = text.map(|text| text.trim().to_owned());
        }
        if self.habits.composes {
            text = text.map(|text| text.nfc().collect());
        }
        if self.habits.empty_is_null {
            text = text.filter(|text| !text.is_empty());
        }
        if self.habits.null_is_empty {
            text = Some(text.unwrap_or_default());
        }
        text.map(Pii::new)
    }

    fn stored_address(&self, address: &str) -> Option<Pii<String>> {
        let address = match address.rsplit_once('@') {
            Some((local, domain)) if self.habits.lowers_domains => {
                format!("{local}@{}", domain.to_lowercase())
            }
            _ => address.to_owned(),
        };
        self.stored(Some(&Pii::new(address)))
    }

    /// The account as this target stores it.
    fn normalised(&self, account: &Account) -> Account {
        let mut stored = account.clone();
        stored.email = account.email.as_ref().and_then(|email| self.stored_address(email.expose()));
        stored.first_name = self.stored(account.first_name.as_ref());
        stored.prefix = self.stored(account.prefix.as_ref());
        stored.last_name = self.stored(account.last_name.as_ref());
        stored
    }

    async fn change_account(
        &self,
        name: &str,
        number: AccountId,
        change: impl FnOnce(&mut Account) + Send,
    ) -> Result<Account, PortError> {
        self.call(name.to_owned(), |state, fault| {
            let at = state.world.accounts.iter().position(|account| account.id == number);
            let at = at.ok_or_else(|| PortError::new(PortErrorKind::Refused, name))?;
            let mut changed = state.world.accounts[at].clone();
            change(&mut changed);
            let mut changed = self.normalised(&changed);
            let moved = address_key(&changed) != address_key(&state.world.accounts[at]);
            if moved && is_taken(&state.world.accounts, &changed) {
                return Err(PortError::new(PortErrorKind::Conflict, name));
            }
            state.world.accounts[at] = changed.clone();
            if fault == Some(Fault::AnswersAnother) {
                changed.id = AccountId::new(number.get() + 1_000_000);
            }
            Ok(changed)
        })
        .await
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Logs a call, and says what it meets.
    fn enter(&self, name: &str) -> Option<Fault> {
        let mut state = self.lock();
        let number = state.calls.len();
        state.calls.push(name.to_owned());
        if let Some((_, fault)) = state.fault_at.take_if(|(at, _)| *at == number) {
            return Some(fault);
        }
        let at = state.faults.iter().position(|(prefix, _)| name.starts_with(prefix.as_str()))?;
        state.faults.remove(at).map(|(_, fault)| fault)
    }
}

#[async_trait]
impl Watch for Shared {
    type Begun = Option<Fault>;

    async fn begins(&self, call: &str) -> Result<Option<Fault>, PortError> {
        let fault = self.enter(call);
        match fault {
            Some(Fault::CrashBefore) => pending().await,
            Some(Fault::Fails(kind)) => return Err(PortError::new(kind, call)),
            Some(Fault::LosesTheLease) => {
                let long_after = self.lock().world.now + TimeDelta::days(1);
                self.store.acquire(&customer(), long_after, TimeDelta::hours(1)).await?;
            }
            _ => {}
        }
        Ok(fault)
    }

    async fn ends(&self, call: &str, fault: Option<Fault>) -> Result<(), PortError> {
        match fault {
            Some(Fault::CrashAfter) => pending().await,
            Some(Fault::FailsAfter(kind)) => Err(PortError::new(kind, call)),
            _ => Ok(()),
        }
    }
}

fn address_key(account: &Account) -> Option<String> {
    account.email.as_ref().map(|email| email.expose().trim().to_lowercase().nfc().collect())
}

/// Does another account have this one's address?
fn is_taken(accounts: &[Account], wanted: &Account) -> bool {
    let key = address_key(wanted);
    accounts.iter().any(|other| other.id != wanted.id && key.is_some() && address_key(other) == key)
}

/// Pages of a list of this length, asked of the meter one first and then the rest.
fn pages(rows: usize, meter: &RequestMeter) -> Result<u64, PortError> {
    meter.reserve(1)?;
    let pages = (rows as u64).div_ceil(PAGE).max(1);
    meter.reserve(pages - 1)?;
    for _ in 0..pages {
        meter.answered();
    }
    Ok(pages)
}

fn told<R>(mut list: Listing<R>, fault: Option<Fault>) -> Listing<R> {
    if fault == Some(Fault::Disagrees) {
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
        let name = "source companies";
        self.call(name.to_owned(), |state, fault| {
            let ids = state.world.companies.keys();
            let rows: Vec<_> = ids.map(|id| Row::readable(id.clone(), state.world.announced(id))).collect();
            state.source_requests += pages(rows.len(), meter)?;
            let total = Some(rows.len() as u64);
            Ok(told(Listing::new(rows, total), fault))
        })
        .await
    }

    async fn rows(&self, request: &RowsRequest, meter: &RequestMeter) -> Result<SourceRows, PortError> {
        let name = format!("source {} of {}", request.resource, request.company);
        self.call(name, |state, fault| {
            let rows = state.world.rows(&request.company, request.resource);
            let (length, rows) = match rows {
                SourceRows::Employees(list) => (list.rows.len(), SourceRows::Employees(told(list, fault))),
                SourceRows::Personal(list) => (list.rows.len(), SourceRows::Personal(told(list, fault))),
                SourceRows::Employments(list) => {
                    (list.rows.len(), SourceRows::Employments(told(list, fault)))
                }
                SourceRows::Contracts(list) => (list.rows.len(), SourceRows::Contracts(told(list, fault))),
                SourceRows::FieldDefinitions(list) => {
                    (list.rows.len(), SourceRows::FieldDefinitions(told(list, fault)))
                }
                SourceRows::ExtraFields(list) => {
                    (list.rows.len(), SourceRows::ExtraFields(told(list, fault)))
                }
                other => panic!("no test world has {other:?}"),
            };
            state.source_requests += pages(length, meter)?;
            Ok(rows)
        })
        .await
    }
}

#[async_trait]
impl AccountReader for Stage {
    async fn companies(&self, meter: &RequestMeter) -> Result<Vec<TargetCompany>, PortError> {
        self.call("target companies".to_owned(), |state, _| {
            state.target_requests += pages(1, meter)?;
            Ok(state.world.target_companies.iter().map(|id| TargetCompany::new(*id, None)).collect())
        })
        .await
    }

    async fn accounts(
        &self,
        request: &ListAccounts,
        meter: &RequestMeter,
    ) -> Result<Listing<Row<AccountId, Account>>, PortError> {
        let name = format!("target {} accounts", request.state);
        self.call(name, |state, fault| {
            let list = state.world.account_rows(request.company, request.state);
            state.target_requests += pages(list.rows.len(), meter)?;
            Ok(told(list, fault))
        })
        .await
    }
}

#[async_trait]
impl AccountWriter for Stage {
    async fn create(&self, request: &CreateRequest) -> Result<Account, PortError> {
        let wanted = &request.account;
        let name = format!("write create {}", wanted.external_id);
        self.call(name.clone(), |state, _| {
            let number = state.world.accounts.iter().map(|account| account.id.get()).max().unwrap_or(0) + 1;
            let mut account = Account::new(AccountId::new(number), request.company, true);
            account.email = Some(Pii::new(wanted.email.expose().to_owned()));
            account.first_name = Some(wanted.first_name.clone());
            account.prefix.clone_from(&wanted.prefix);
            account.last_name = Some(wanted.last_name.clone());
            account.birthday.clone_from(&wanted.birthday);
            account.work_anniversary.clone_from(&wanted.work_anniversary);
            account.external_id = Some(wanted.external_id.as_str().to_owned());
            let account = self.normalised(&account);
            if is_taken(&state.world.accounts, &account) {
                return Err(PortError::new(PortErrorKind::Conflict, name));
            }
            state.world.accounts.push(account.clone());
            Ok(account)
        })
        .await
    }

    async fn update(&self, request: &UpdateRequest) -> Result<Account, PortError> {
        let change = &request.change;
        self.change_account(&format!("write update {}", request.account), request.account, |account| {
            if let Some(email) = &change.email {
                account.email = Some(Pii::new(email.expose().to_owned()));
            }
            let texts = [
                (&change.first_name, &mut account.first_name),
                (&change.prefix, &mut account.prefix),
                (&change.last_name, &mut account.last_name),
            ];
            for (new, old) in texts {
                if new.is_some() {
                    old.clone_from(new);
                }
            }
            if let Some(id) = &change.external_id {
                account.external_id = Some(id.as_str().to_owned());
            }
            for (new, old) in [
                (&change.birthday, &mut account.birthday),
                (&change.work_anniversary, &mut account.work_anniversary),
            ] {
                if new.is_some() {
                    old.clone_from(new);
                }
            }
        })
        .await
    }

    async fn deactivate(&self, request: &StateRequest) -> Result<Account, PortError> {
        let name = format!("write deactivate {}", request.account);
        self.change_account(&name, request.account, |account| account.active = false).await
    }

    async fn activate(&self, request: &StateRequest) -> Result<Account, PortError> {
        let name = format!("write activate {}", request.account);
        self.change_account(&name, request.account, |account| account.active = true).await
    }
}

impl Clock for Stage {
    fn now(&self) -> DateTime<Utc> {
        self.state.lock().world.now
    }
}

/// What the accounts hold in the end, by id.
pub(crate) fn accounts(stage: &Stage) -> BTreeMap<AccountId, Account> {
    stage.world().accounts.into_iter().map(|account| (account.id, account)).collect()
}

//! What every test stands on: a folder, a customer, and values to remember.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use sync_core::budget::{
    Act, Baseline, BatchId, Budget, BudgetKind, Category, Epoch, Founding, Grant, GrantId, GrantRecord,
    GrantState, Mark, Occasion,
};
use sync_core::ledger::Link;
use sync_core::plan::{ActionKind, PlanId};
use sync_core::ports::{
    Certain, Intent, Lease, LeaseId, Leased, MoneyLedger, NewBatch, Outcome, PortError, ToldBy,
};
use sync_core::sqlite::{SqliteError, SqliteErrorKind, SqliteStore};
use sync_core::{AccountId, CompanyId, CustomerId, Euro, ExternalId, Pii};

/// A folder of a test's own, gone with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("stores-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    /// Where the store's file lies.
    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("store.db")
    }

    pub(crate) fn beside(&self, suffix: &str) -> PathBuf {
        self.0.join(format!("store.db{suffix}"))
    }

    pub(crate) async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.file()).await.unwrap()
    }

    /// Why the store cannot be opened.
    pub(crate) async fn refusal(&self) -> SqliteErrorKind {
        SqliteStore::open(self.file()).await.unwrap_err().kind()
    }

    /// Every byte that lies in the folder.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path());
        files.flat_map(|path| std::fs::read(path).unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies in the target directory and harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn customer() -> CustomerId {
    CustomerId::new("Voorbeeld B.V.")
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-11-23T05:00:00Z".parse().unwrap()
}

/// A plan's hash, which goes by a number.
pub(crate) fn plan(number: u64) -> PlanId {
    PlanId::parse(&format!("{number:064x}")).unwrap()
}

pub(crate) fn person(number: u64) -> ExternalId {
    ExternalId::rest(&format!("person-{number}")).unwrap()
}

pub(crate) fn intent(number: u64) -> Intent {
    Intent::new(plan(number), person(number), ActionKind::Onboard, None, start())
}

/// Done, with two links that are only ever written together.
pub(crate) fn done(number: u64) -> Outcome {
    let account = AccountId::new(i64::try_from(number).unwrap());
    let other = ExternalId::rest(&format!("other-{number}")).unwrap();
    let link = || Link::new(account, CompanyId::new("C"));
    Outcome::Done(Certain::links(BTreeMap::from([(person(number), link()), (other, link())])))
}

/// The lease, as of an instant at which nobody can hold it any more.
pub(crate) async fn lease(store: &dyn Lease) -> LeaseId {
    try_lease(store).await.unwrap()
}

pub(crate) async fn try_lease(store: &dyn Lease) -> Result<LeaseId, PortError> {
    let mut now = start();
    loop {
        match store.acquire(&customer(), now, TimeDelta::days(1)).await? {
            Leased::Ours(lease) => return Ok(lease),
            Leased::Held { until } => now = until,
        }
    }
}

/// What lay beneath a call that failed.
pub(crate) fn beneath(error: &PortError) -> SqliteErrorKind {
    let source = error.source().and_then(|source| source.downcast_ref::<SqliteError>());
    source.unwrap_or_else(|| panic!("{error}")).kind()
}

/// A row of a list, with an address that stands nowhere else.
pub(crate) const LIST: &[u8] = b"geheim.adres@voorbeeld.example,one-off,all,grant,123.45\r\n";

/// The memory of money that the tests work in.
pub(crate) fn epoch() -> Epoch {
    Epoch::founded(&customer(), &plan(1), start())
}

/// Somebody says that nobody was given anything yet.
pub(crate) async fn found(store: &dyn MoneyLedger) -> Result<(), PortError> {
    let mut baseline = Baseline::new(plan(1), Pii::new("Zoë".to_owned()), start());
    baseline.founds = Some(Founding::new(epoch(), None));
    store.keep_baseline(&customer(), &baseline).await
}

/// A first one-off of the person of this number.
pub(crate) fn grant(number: u64) -> GrantRecord {
    let budget = Budget::new(BudgetKind::OneOff, Category::parse("all").unwrap());
    let id = GrantId::of(&customer(), &person(number), &budget, Occasion::FIRST);
    let grant = Grant::new(id, Occasion::FIRST, Act::Grant, Euro::from_cents(12_345));
    GrantRecord::intended(person(number), AccountId::new(i64::try_from(number).unwrap()), budget, &grant)
}

/// The batch of this number.
pub(crate) fn batch(number: u64, grants: Vec<GrantRecord>, list: Option<&[u8]>) -> NewBatch {
    let mark = Mark::new(epoch(), number);
    let id = BatchId::of(&mark, grants.iter().map(|grant| &grant.id));
    NewBatch::new(id, mark, plan(number), start(), grants, list.map(<[u8]>::to_vec))
}

/// How grants stand from now on.
pub(crate) async fn settle(
    store: &dyn MoneyLedger,
    grants: &[GrantRecord],
    state: GrantState,
    by: ToldBy,
) -> Result<(), PortError> {
    let told: Vec<_> = grants.iter().map(|grant| (grant.id.clone(), state)).collect();
    store.settle_grants(&customer(), &told, &by, start()).await
}

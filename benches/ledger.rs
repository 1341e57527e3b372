//! What the store costs a first run: every write of it durable before it answers.
//!
//! Figures, no assertion: `cargo bench -p benches --bench ledger`, for another number of people
//! `cargo bench -p benches --bench ledger -- 1000`, and on another disk with `LEDGER_FOLDER=/mnt/disk` before it. A
//! first run of so many people: lease, begin, keep the plan, record and settle one creation each, complete, end. Then a
//! grant for each of them: one by one, as a service takes them, each durable before it is handed over and settled by
//! itself; and in one list. Beside it what the disk itself takes for as many small durable writes, and reading the
//! ledger of a million people.

#![expect(clippy::unwrap_used, reason = "a bench over made-up data ends where that data is wrong")]
#![expect(clippy::print_stdout, reason = "its figures are its result")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use sync_core::budget::{
    Act, Baseline, BatchId, Budget, BudgetKind, Category, Epoch, Founding, Grant, GrantId, GrantRecord,
    GrantState, Mark, Occasion,
};
use sync_core::ledger::{LastRun, Link};
use sync_core::plan::{ActionKind, PlanId};
use sync_core::ports::{
    Certain, CompletedRun, Intent, KeptPlan, Lease, LeaseId, Leased, Ledger, MoneyLedger, NewBatch, Outcome,
    RunEnd, RunEnding, RunStore, ToldBy,
};
use sync_core::sqlite::SqliteStore;
use sync_core::{AccountId, CompanyId, CustomerId, Euro, ExternalId, Pii};

/// What an entry of a plan's file takes, give or take.
const BYTES_PER_PERSON: usize = 600;

/// What a row of a list takes, give or take.
const BYTES_PER_ROW: usize = 130;

const MILLION: u64 = 1_000_000;

#[tokio::main]
async fn main() {
    let people = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let folder = std::env::var_os("LEDGER_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("ledger-bench-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();

    println!("the disk: {people} x 2 durable writes of 8 KiB: {:.2?}", disk_alone(&folder, 2 * people));
    let store = SqliteStore::open(folder.join("store.db")).await.unwrap();
    println!("a first run of {people} people: {:.2?}", first_run(&store, people).await);
    println!("reading its ledger: {:.2?}", view(&store, people).await);
    drop(store);

    let store = SqliteStore::open(folder.join("one-by-one.db")).await.unwrap();
    println!(
        "{people} grants, each prepared and settled by itself: {:.2?}",
        one_by_one(&store, people).await
    );
    println!("reading them: {:.2?}", view_money(&store, people).await);
    drop(store);

    let store = SqliteStore::open(folder.join("list.db")).await.unwrap();
    println!("{people} grants in one list, handed over and confirmed: {:.2?}", list(&store, people).await);
    println!("reading them: {:.2?}", view_money(&store, people).await);
    drop(store);

    let store = SqliteStore::open(folder.join("million.db")).await.unwrap();
    println!("completing a run that knows {MILLION} links: {:.2?}", complete(&store, MILLION).await);
    println!("reading them: {:.2?}", view(&store, MILLION).await);
    drop(store);
    fs::remove_dir_all(folder).unwrap();
}

fn customer() -> CustomerId {
    CustomerId::new("large")
}

fn now() -> DateTime<Utc> {
    "2026-11-23T05:00:00Z".parse().unwrap()
}

fn plan() -> PlanId {
    PlanId::parse(&"a".repeat(64)).unwrap()
}

fn person(number: u64) -> ExternalId {
    ExternalId::rest(&format!("{number:08x}-0000-4000-8000-000000000000")).unwrap()
}

fn links(people: std::ops::Range<u64>) -> BTreeMap<ExternalId, Link> {
    let company = CompanyId::new("c0000000-0000-4000-8000-000000000000");
    let account = |number| AccountId::new(i64::try_from(number).unwrap());
    people.map(|number| (person(number), Link::new(account(number), company.clone()))).collect()
}

async fn lease(store: &SqliteStore) -> LeaseId {
    match store.acquire(&customer(), now(), TimeDelta::hours(1)).await.unwrap() {
        Leased::Ours(lease) => lease,
        Leased::Held { .. } => unreachable!("the store is new"),
    }
}

/// As many small writes as there are calls, each forced to the disk, in a file that does not grow.
fn disk_alone(folder: &Path, writes: u64) -> Duration {
    let file = File::create(folder.join("disk")).unwrap();
    file.set_len(4 << 20).unwrap();
    file.sync_all().unwrap();
    let started = Instant::now();
    for write in 0..writes {
        file.write_all_at(&[7; 8192], write % 512 * 8192).unwrap();
        file.sync_all().unwrap();
    }
    started.elapsed()
}

async fn first_run(store: &SqliteStore, people: u64) -> Duration {
    let started = Instant::now();
    let lease = lease(store).await;
    let run = store.begin(&customer(), lease, now()).await.unwrap();
    let file = vec![b'x'; usize::try_from(people).unwrap() * BYTES_PER_PERSON];
    store.keep_plan(&customer(), &KeptPlan::new(plan(), now(), file)).await.unwrap();
    for number in 0..people {
        let intent = Intent::new(plan(), person(number), ActionKind::Onboard, None, now());
        let id = store.intend(&customer(), lease, &intent).await.unwrap();
        let done = Outcome::Done(Certain::links(links(number..number + 1)));
        store.settle(&customer(), id, &done).await.unwrap();
    }
    let seen = LastRun::new(BTreeMap::new());
    store.complete(&customer(), lease, &CompletedRun::new(seen, links(0..people))).await.unwrap();
    store.end(&customer(), run, &RunEnding::new(now(), RunEnd::Done)).await.unwrap();
    store.release(&customer(), lease).await.unwrap();
    started.elapsed()
}

fn grant(number: u64) -> GrantRecord {
    let budget = Budget::new(BudgetKind::OneOff, Category::parse("all").unwrap());
    let (person, account) = (person(number), AccountId::new(i64::try_from(number).unwrap()));
    let id = GrantId::of(&customer(), &person, &budget, Occasion::FIRST);
    let grant = Grant::new(id, Occasion::FIRST, Act::Grant, Euro::from_cents(25_000));
    GrantRecord::intended(person, account, budget, &grant)
}

/// Somebody says that nobody was given anything yet.
async fn found(store: &SqliteStore) -> Epoch {
    let epoch = Epoch::founded(&customer(), &plan(), now());
    let mut baseline = Baseline::new(plan(), Pii::new("Zoë".to_owned()), now());
    baseline.founds = Some(Founding::new(epoch.clone(), None));
    store.keep_baseline(&customer(), &baseline).await.unwrap();
    epoch
}

async fn prepare(
    store: &SqliteStore,
    lease: LeaseId,
    mark: Mark,
    grants: Vec<GrantRecord>,
    list: Option<Vec<u8>>,
) {
    let id = BatchId::of(&mark, grants.iter().map(|grant| &grant.id));
    store.prepare(&customer(), lease, &NewBatch::new(id, mark, plan(), now(), grants, list)).await.unwrap();
}

async fn one_by_one(store: &SqliteStore, people: u64) -> Duration {
    let (lease, epoch) = (lease(store).await, found(store).await);
    let started = Instant::now();
    for number in 0..people {
        let grant = grant(number);
        let given = [(grant.id.clone(), GrantState::Given)];
        prepare(store, lease, Mark::new(epoch.clone(), number + 1), vec![grant], None).await;
        store.settle_grants(&customer(), &given, &ToldBy::Run, now()).await.unwrap();
    }
    // To end the run is what makes the last settlement durable.
    store.release(&customer(), lease).await.unwrap();
    started.elapsed()
}

async fn list(store: &SqliteStore, people: u64) -> Duration {
    let (lease, epoch) = (lease(store).await, found(store).await);
    let started = Instant::now();
    let grants: Vec<_> = (0..people).map(grant).collect();
    let in_state = |state| -> Vec<_> { grants.iter().map(|grant| (grant.id.clone(), state)).collect() };
    let (listed, given) = (in_state(GrantState::HandedOver), in_state(GrantState::Given));
    let bytes = vec![b'x'; usize::try_from(people).unwrap() * BYTES_PER_ROW];
    prepare(store, lease, Mark::new(epoch, 1), grants, Some(bytes)).await;
    store.settle_grants(&customer(), &listed, &ToldBy::Run, now()).await.unwrap();
    let by = ToldBy::Person(Pii::new("Zoë".to_owned()));
    store.settle_grants(&customer(), &given, &by, now()).await.unwrap();
    started.elapsed()
}

async fn view_money(store: &SqliteStore, people: u64) -> Duration {
    let started = Instant::now();
    let view = store.view(&customer()).await.unwrap();
    let took = started.elapsed();
    assert_eq!(view.money.grants.len() as u64, people);
    assert!(view.money.grants.iter().all(|grant| grant.state == GrantState::Given));
    took
}

async fn complete(store: &SqliteStore, people: u64) -> Duration {
    let lease = lease(store).await;
    let run = CompletedRun::new(LastRun::new(BTreeMap::new()), links(0..people));
    let started = Instant::now();
    store.complete(&customer(), lease, &run).await.unwrap();
    started.elapsed()
}

async fn view(store: &SqliteStore, people: u64) -> Duration {
    let started = Instant::now();
    let view = store.view(&customer()).await.unwrap();
    let took = started.elapsed();
    assert_eq!(view.links.len() as u64, people);
    took
}

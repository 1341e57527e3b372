//! R11 over HTTP: both sandboxes, the clients on them, and at the desk support with its lists, or a service whose answers
//! are lost. The sandbox's diary is the witness: whoever hands a thing over twice has it given twice.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nmbrs_client::NmbrsSource;
use nmbrs_client::sandbox::{self as nmbrs, ExtraFieldDefinition, Story, World};
use serde_json::json;
use sync_core::authority::{Approval, Mandate};
use sync_core::budget::{Baseline, BaselineWord, BatchId, Category, GrantId, GrantState, Mark};
use sync_core::engine::{DryRun, MemoryStore, RunReport, SyncRun};
use sync_core::policy::{Budgets, Limits, OnboardingGift};
use sync_core::ports::PortErrorKind::{Doubtful, Fatal, Refused, Retryable};
use sync_core::ports::{
    Authorities, BudgetDesk, DeskGrant, DeskMemory, HandOver, Ledger, Manner, MoneyLedger, PortError,
    Standing, ToldBy,
};
use sync_core::{
    CustomerId, Euro, FingerprintKey, Participation, Pii, Policy, Run, SavedPlan, TargetCompanyId,
};
use yourcampus_client::files::GrantListDesk;
use yourcampus_client::sandbox::{self as yourcampus, Effect, Fault};
use yourcampus_client::{YourCampusReader, YourCampusWriter};

use crate::sandboxes::{Clock, day, nmbrs_client, yourcampus_client};

const ONE_OFF: &str = "oneoff_all_budget";
const MONTHLY: &str = "monthly_all_budget";

impl sync_core::ports::Clock for Clock {
    fn now(&self) -> DateTime<Utc> {
        self.time()
    }
}

/// A service of the customer's own. It gives one name once, and tells what it gave.
struct Service {
    http: reqwest::Client,
    url: String,
}

impl Service {
    async fn get(&self, path: &str) -> Result<(u16, String), PortError> {
        let unheard = |_| PortError::new(Retryable { at: None }, "ask the service");
        let answer = self.http.get(format!("{}/{path}", self.url)).send().await.map_err(unheard)?;
        Ok((answer.status().as_u16(), answer.text().await.map_err(unheard)?))
    }
}

#[async_trait]
impl DeskMemory for Service {
    async fn mark(&self, _: &CustomerId) -> Result<Option<Mark>, PortError> {
        let unreadable = |_| PortError::new(Fatal, "read the service's mark");
        match self.get("mark").await? {
            (200, mark) => serde_json::from_str(&mark).map(Some).map_err(unreadable),
            (404, _) => Ok(None),
            _ => Err(PortError::new(Retryable { at: None }, "ask the service")),
        }
    }

    async fn look_up(&self, _: &CustomerId, grant: &GrantId) -> Result<Standing, PortError> {
        match self.get(&format!("grants/{grant}")).await? {
            (200, _) => Ok(Standing::Given),
            (404, _) => Ok(Standing::NotGiven),
            _ => Err(PortError::new(Retryable { at: None }, "ask the service")),
        }
    }
}

#[async_trait]
impl BudgetDesk for Service {
    fn manner(&self) -> Manner {
        Manner::OneByOne
    }

    fn list(&self, _: &BatchId, _: &[DeskGrant]) -> Result<Vec<u8>, PortError> {
        Err(PortError::new(Fatal, "a service takes no lists"))
    }

    async fn hand_over(&self, hand_over: &HandOver<'_>) -> Result<(), PortError> {
        let [grant] = hand_over.grants else { return Err(PortError::new(Fatal, "not one grant")) };
        let body = json!({
            "email": grant.email.expose(), "kind": grant.budget.kind, "category": grant.budget.category,
            "act": grant.act, "cents": grant.amount.cents(), "from": grant.from, "mark": hand_over.mark,
        });
        let request = self.http.put(format!("{}/grants/{}", self.url, grant.id)).body(body.to_string());
        let kind = match request.header("Content-Type", "application/json").send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) if answer.status() == 422 => Refused,
            Err(error) if error.is_connect() => Retryable { at: None },
            Ok(_) | Err(_) => Doubtful,
        };
        Err(PortError::new(kind, "hand a grant to the service"))
    }
}

/// A customer with both systems over HTTP.
struct Customer {
    source: nmbrs::Sandbox,
    target: yourcampus::Sandbox,
    port: NmbrsSource,
    reader: YourCampusReader,
    writer: YourCampusWriter,
    store: MemoryStore,
    clock: Arc<Clock>,
}

fn customer() -> CustomerId {
    CustomerId::new("voorbeeld")
}

fn key() -> FingerprintKey {
    FingerprintKey::new(*b"a key for fingerprints, no secret").unwrap()
}

fn by() -> Pii<String> {
    Pii::new("Ans de Beheerder".to_owned())
}

fn policy() -> Policy {
    let most = Euro::from_cents(50_000);
    let budgets = Budgets::new([Category::parse("all").unwrap()], most, most, OnboardingGift::Nothing);
    let mut limits = Limits::DEFAULT;
    limits.euro = Some(Euro::from_cents(1_000_000));
    Policy::new(TargetCompanyId::new(examples::stage::COMPANY), Participation::ByAccessField)
        .with_language("nl")
        .with_limits(limits)
        .with_budgets(budgets)
}

/// Everybody is to have a one-off of 50, and whoever is ordinary 25 a month.
fn world() -> World {
    let mut world = World::dutch(40, 5, day());
    for (number, company) in world.companies.iter_mut().enumerate() {
        for (part, budget) in [ONE_OFF, MONTHLY].into_iter().enumerate() {
            let id = format!("{number:08x}-0000-4000-8000-00000000000{part}");
            company.extra_fields.push(ExtraFieldDefinition::new(
                id,
                format!("yourcampus_{budget}"),
                "decimal",
            ));
        }
    }
    for employee in world.companies.iter_mut().flat_map(|company| &mut company.employees) {
        employee.set_extra_field(&format!("yourcampus_{ONE_OFF}"), Some("50"));
        if employee.story == Story::Ordinary {
            employee.set_extra_field(&format!("yourcampus_{MONTHLY}"), Some("25,00"));
        }
    }
    world
}

/// Every field gets the new brand's name, with all that is in it.
fn rebrand(world: &mut World) {
    let renamed = |name: &str| name.replace("yourcampus_", "alleo_");
    for company in &mut world.companies {
        company.extra_fields.iter_mut().for_each(|field| field.name = renamed(&field.name));
        let people = company.employees.iter_mut();
        people.flat_map(|it| &mut it.extra_fields).for_each(|field| field.name = renamed(&field.name));
    }
}

impl Customer {
    /// All accounts are as they should be, daily runs are allowed, and somebody said that nothing was given yet.
    async fn new(
        desk: impl FnOnce(&yourcampus::Sandbox) -> Box<dyn BudgetDesk>,
    ) -> (Self, Box<dyn BudgetDesk>) {
        let world = world();
        let target = yourcampus::Sandbox::start(examples::stage::target_for(&world)).await.unwrap();
        let source = nmbrs::Sandbox::start(world).await.unwrap();
        let clock = Clock::new();
        let api = yourcampus_client(&target, &clock, |config| config);
        let desk = desk(&target);
        let this = Self {
            port: NmbrsSource::new(nmbrs_client(&source, &clock, |builder| builder)),
            reader: YourCampusReader::new(api.reader()),
            writer: YourCampusWriter::new(api.writer()),
            store: MemoryStore::new(),
            source,
            target,
            clock,
        };
        this.confirms(&*desk).await;
        this.tells_that_nothing_was_given(&*desk).await;
        (this, desk)
    }

    fn runs<'a>(&'a self, desk: &'a dyn BudgetDesk) -> SyncRun<'a> {
        SyncRun::new(&self.port, &self.reader, &self.writer, &self.store, &*self.clock).with_desk(desk)
    }

    async fn plan(&self, desk: &dyn BudgetDesk) -> SavedPlan {
        self.clock.advance(std::time::Duration::from_secs(60));
        let dry_run = DryRun::new(&self.port, &self.reader, &self.store, &*self.clock).with_desk(desk);
        let planned = dry_run.plan(&customer(), &policy(), &key()).await.unwrap();
        SavedPlan::open(&planned.plan.to_file()).unwrap()
    }

    /// A person looks at a plan, approves it, and lets the daily runs do the ordinary.
    async fn confirms(&self, desk: &dyn BudgetDesk) {
        let plan = self.plan(desk).await;
        let now = self.clock.time();
        let mandate = Mandate::confirming(&plan, &policy(), by(), now).unwrap();
        self.store.give_mandate(&mandate).await.unwrap();
        let approval = Approval::of(plan.id().clone(), now);
        self.runs(desk).approved(&customer(), &policy(), &key(), &plan, approval).await.unwrap();
    }

    async fn tells_that_nothing_was_given(&self, desk: &dyn BudgetDesk) {
        let plan = self.plan(desk).await;
        let (view, mark) =
            (self.store.view(&customer()).await.unwrap(), desk.mark(&customer()).await.unwrap());
        let (customer, key) = (customer(), key());
        let run = Run::new(&customer, self.clock.time(), &key);
        let memory = (&view, mark.as_ref());
        let word = BaselineWord::NothingElse;
        let baseline = Baseline::confirming(&plan, &word, &BTreeSet::new(), memory, &run, by()).unwrap();
        self.store.keep_baseline(&customer, &baseline).await.unwrap();
    }

    async fn daily(&self, desk: &dyn BudgetDesk) -> RunReport {
        self.clock.advance(std::time::Duration::from_secs(3600));
        self.runs(desk).daily(&customer(), &policy(), &key()).await.unwrap()
    }

    /// Support works off this list, and somebody tells that it did.
    async fn support_carries_out(&self, list: &[u8]) {
        let taken = self.target.take_grant_list(list).unwrap();
        assert_eq!(taken.lines, taken.done);
        let listed = self.store.view(&customer()).await.unwrap().money.grants;
        let listed = listed.into_iter().filter(|grant| grant.state == GrantState::HandedOver);
        let told: Vec<_> = listed.map(|grant| (grant.id, GrantState::Given)).collect();
        let told_by = ToldBy::Person(by());
        self.store.settle_grants(&customer(), &told, &told_by, self.clock.time()).await.unwrap();
    }

    /// How many grants were given in all, after a look at what must never be.
    fn given_once_each(&self) -> usize {
        let budgets = self.target.state().budgets;
        assert_eq!(budgets.repetitions, 0, "{:?}", budgets.times_given);
        assert!(budgets.had_two_monthly.is_empty() && budgets.unknown_addresses == 0);
        assert_eq!(budgets.inactive_accounts, 0);
        for purse in budgets.accounts.values() {
            assert!(purse.monthly.len() <= 1 && purse.one_off.len() <= 1, "{purse:?}");
            assert!(
                purse.monthly.iter().all(|it| it.cents == 2500)
                    && purse.one_off.iter().all(|it| it.cents == 5000)
            );
        }
        budgets.times_given.len()
    }

    /// How many grants the plan gives by itself.
    async fn to_give(&self, desk: &dyn BudgetDesk) -> usize {
        let plan = self.plan(desk).await;
        let notes = plan.entries().flat_map(|(_, entry)| entry.notes());
        notes.filter(|note| note.pointer("/outcome/kind").is_some_and(|kind| kind == "give")).count()
    }
}

fn service(target: &yourcampus::Sandbox) -> Box<dyn BudgetDesk> {
    Box::new(Service { http: reqwest::Client::new(), url: target.desk_url() })
}

#[tokio::test]
async fn r11_a_service_whose_answers_are_lost_gives_everything_once() {
    let effects = [
        Effect::ResetAfter,
        Effect::Reset,
        Effect::CutBody,
        Effect::status(503),
        Effect::status(409),
        Effect::status_after(),
        Effect::html_page(502),
    ];
    for (effect, number) in effects.into_iter().zip(1..) {
        let (customer, desk) = Customer::new(service).await;
        let expected = customer.to_give(&*desk).await;
        assert!(expected > 10, "{expected}");
        let context = format!("{effect:?}");
        let desk_only =
            |fault: Fault| fault.on_path("/desk/v1/grants").from_nth(1 + number % 4).times(1 + number % 2);
        customer.target.inject(desk_only(Fault::new(effect).on_method("PUT")));
        customer.target.inject(desk_only(Fault::new(Effect::Reset).on_method("GET")));
        for _ in 0..4 {
            customer.daily(&*desk).await;
        }
        assert_eq!(customer.given_once_each(), expected, "{context}");
        assert_eq!(customer.to_give(&*desk).await, 0, "{context}");
    }
}

#[tokio::test]
async fn r11_a_service_that_remembers_what_a_lost_ledger_handed_over_is_asked_for_nothing() {
    let (mut customer, desk) = Customer::new(service).await;
    customer.daily(&*desk).await;
    let given = customer.given_once_each();
    assert!(given > 10);
    let older = customer.store.clone();
    customer.store = MemoryStore::new();
    customer.confirms(&*desk).await;
    customer.daily(&*desk).await;
    assert_eq!(customer.given_once_each(), given);
    // Nor by the one that was there before, when the fields have other names.
    customer.store = older;
    customer.source.edit(rebrand);
    customer.confirms(&*desk).await;
    customer.daily(&*desk).await;
    assert_eq!(customer.given_once_each(), given);
}

#[tokio::test]
async fn r11_lists_are_carried_out_once_each_whatever_becomes_of_the_ledger() {
    let folder = std::env::temp_dir().join(format!("money-over-http-{}", std::process::id()));
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    let lists = || -> BTreeSet<PathBuf> {
        let all = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.extension().is_some_and(|it| it == "csv")).collect()
    };
    let (mut customer, desk) = Customer::new(|_| Box::new(GrantListDesk::new(&folder))).await;
    let backup = customer.store.clone();
    let expected = customer.to_give(&*desk).await;
    customer.daily(&*desk).await;
    let written = lists();
    assert_eq!(written.len(), 1);
    for path in &written {
        customer.support_carries_out(&std::fs::read(path).unwrap()).await;
    }
    assert_eq!(customer.given_once_each(), expected);
    customer.daily(&*desk).await;
    customer.source.edit(rebrand);
    customer.confirms(&*desk).await;
    customer.daily(&*desk).await;
    assert_eq!(lists(), written, "the fields have other names, and nothing else");
    for store in [backup, MemoryStore::new()] {
        customer.store = store;
        customer.confirms(&*desk).await;
        customer.daily(&*desk).await;
        assert_eq!(lists(), written, "an older ledger, or an empty one");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

//! Where the demo plays: both sandboxes, the clients between them, a store in memory, and a clock that moves by hand.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use nmbrs_client::NmbrsSource;
use nmbrs_client::sandbox as nmbrs;
use serde_json::{Value, json};
use sync_core::authority::{Approval, Mandate};
use sync_core::budget::{Baseline, BaselineWord, Category, GrantState};
use sync_core::engine::{MemoryStore, RunReport, SyncRun};
use sync_core::policy::{Budgets, ChangedOneoff, Limits, OnboardingGift};
use sync_core::ports::{
    Authorities, Clock, DeskMemory, EmployeeSource, Ledger, MoneyLedger, Progress, ToldBy,
};
use sync_core::{
    CustomerId, Euro, ExternalId, FingerprintKey, Participation, Pii, Plan, Policy, Run, SavedPlan,
    TargetCompanyId,
};
use yourcampus_client::sandbox as yourcampus;
use yourcampus_client::{YourCampusReader, YourCampusWriter};

use super::support::DemoDesk;
use crate::clock::DemoClock;
use crate::config::{NmbrsLimits, NmbrsRest, Tokens, YourCampus, YourCampusLimits};
use crate::grant::GrantPlace;
use crate::{connect, stage};

/// Who confirms and approves in the demo. Nobody's name.
const PERSON: &str = "the demo's person";

/// The time of day at which the demo's first run starts.
const MORNING: TimeDelta = TimeDelta::hours(9);

/// All that a run needs, and what stands behind it.
pub(super) struct Theatre {
    pub(super) nmbrs: nmbrs::Sandbox,
    pub(super) yourcampus: yourcampus::Sandbox,
    pub(super) clock: DemoClock,
    pub(super) policy: Policy,
    source: NmbrsSource,
    reader: YourCampusReader,
    writer: YourCampusWriter,
    desk: DemoDesk,
    store: MemoryStore,
    customer: CustomerId,
    key: FingerprintKey,
    progress: Option<Arc<dyn Progress>>,
}

impl Theatre {
    /// Opens with these people in payroll on this day, and the accounts that fit them.
    pub(super) async fn open(
        world: nmbrs::World,
        accounts: yourcampus::State,
        today: NaiveDate,
        progress: Option<Arc<dyn Progress>>,
    ) -> anyhow::Result<Self> {
        let nmbrs = nmbrs::Sandbox::start(world).await.context("start the Nmbrs sandbox")?;
        let yourcampus =
            yourcampus::Sandbox::start(accounts).await.context("start the YourCampus sandbox")?;
        let customer = CustomerId::new("demo");
        let settings = settings_of_nmbrs(&nmbrs);
        let grant = GrantPlace::new(&customer, &settings.tokens)?;
        let api = connect::target(&settings_of_yourcampus(&yourcampus))?;
        Ok(Self {
            source: connect::rest(&settings, connect::authorizer(&settings, &grant)?)?,
            reader: connect::reader(&api),
            writer: connect::writer(&api),
            nmbrs,
            yourcampus,
            clock: DemoClock::at(today.and_time(NaiveTime::MIN).and_utc() + MORNING),
            policy: policy()?,
            desk: DemoDesk::new(),
            store: MemoryStore::new(),
            customer,
            key: FingerprintKey::new(*b"the demo's fingerprints: no secret")?,
            progress,
        })
    }

    /// The day it is in payroll.
    pub(super) fn today(&self) -> NaiveDate {
        self.nmbrs.world().today
    }

    /// How many requests a read takes.
    pub(super) fn call_formula(&self) -> &'static str {
        self.source.call_formula()
    }

    /// What `sync run` does.
    pub(super) async fn run(&self) -> anyhow::Result<RunReport> {
        let run = SyncRun::new(&self.source, &self.reader, &self.writer, &self.store, &self.clock);
        let run = run.with_desk(&self.desk);
        let run = match &self.progress {
            Some(progress) => run.with_progress(Arc::clone(progress)),
            None => run,
        };
        Ok(run.daily(&self.customer, &self.policy, &self.key).await?)
    }

    /// What `sync confirm` does.
    pub(super) async fn confirm(&self, plan: &Plan) -> anyhow::Result<()> {
        let plan = SavedPlan::open(&plan.to_file())?;
        let (by, now) = (Pii::new(PERSON.to_owned()), self.clock.now());
        let mandate = Mandate::confirming(&plan, &self.policy, by.clone(), now)?;
        self.store.approve(&self.customer, &Approval::of(plan.id().clone(), now).by(by)).await?;
        Ok(self.store.give_mandate(&mandate).await?)
    }

    /// What `sync approve --person …` does.
    pub(super) async fn approve(
        &self,
        plan: &Plan,
        people: impl IntoIterator<Item = ExternalId>,
    ) -> anyhow::Result<()> {
        let by = Pii::new(PERSON.to_owned());
        let approval = Approval::of(plan.id().clone(), self.clock.now()).by(by).with_proposals(people);
        self.store.approve(&self.customer, &approval).await?;
        Ok(())
    }

    /// What `sync budgets baseline --nothing-else` does.
    pub(super) async fn vouch(&self, plan: &Plan) -> anyhow::Result<usize> {
        let plan = SavedPlan::open(&plan.to_file())?;
        let (view, mark) = (self.store.view(&self.customer).await?, self.desk.mark(&self.customer).await?);
        let run = Run::new(&self.customer, self.clock.now(), &self.key);
        let (word, nobody_else) = (BaselineWord::NothingElse, BTreeSet::new());
        let by = Pii::new(PERSON.to_owned());
        let baseline = Baseline::confirming(&plan, &word, &nobody_else, (&view, mark.as_ref()), &run, by)?;
        self.store.keep_baseline(&self.customer, &baseline).await?;
        Ok(baseline.people.len())
    }

    /// Support carries out the lists that were written, and the demo's person does what `sync budgets confirm` does.
    pub(super) async fn carry_out_lists(&self) -> anyhow::Result<usize> {
        let mut given = 0;
        for (batch, bytes) in self.desk.fetch() {
            self.yourcampus.take_grant_list(&bytes).map_err(anyhow::Error::msg)?;
            let batch = self.store.batch(&self.customer, &batch).await?.context("a list of the demo")?;
            let grants: Vec<_> =
                batch.grants.iter().map(|grant| (grant.id.clone(), GrantState::Given)).collect();
            let by = ToldBy::Person(Pii::new(PERSON.to_owned()));
            self.store.settle_grants(&self.customer, &grants, &by, self.clock.now()).await?;
            given += grants.len();
        }
        Ok(given)
    }

    /// What support gave, by the sandbox's own books.
    pub(super) fn books(&self) -> Books {
        let budgets = self.yourcampus.state().budgets;
        let done = || budgets.hand_overs.iter().filter(|it| it.done && it.order.cents > 0);
        let cancelled = budgets.accounts.values().flat_map(|purse| &purse.cancelled);
        Books {
            given: done().count(),
            euro: Euro::from_cents(done().map(|it| it.order.cents).sum()),
            cancelled: Euro::from_cents(cancelled.map(|budget| budget.cents).sum()),
            repetitions: budgets.repetitions,
            two_monthly: budgets.had_two_monthly.len(),
        }
    }

    /// The night between two days, on both sides.
    pub(super) fn sleep(&self) -> anyhow::Result<()> {
        let night = TimeDelta::days(1);
        self.clock.advance(night);
        self.nmbrs.edit(|world| world.today += night);
        order(self.yourcampus.control("POST", "clock", advance(night).as_bytes()))
    }

    /// Payroll enters a change of somebody.
    pub(super) fn change_person(&self, employee_id: &str, change: &Value) -> anyhow::Result<()> {
        order(self.nmbrs.control("PATCH", &format!("people/{employee_id}"), change.to_string().as_bytes()))
    }
}

/// What the sandbox's support wrote down.
pub(super) struct Books {
    pub(super) given: usize,
    pub(super) euro: Euro,
    /// What deactivations took away.
    pub(super) cancelled: Euro,
    /// How often a grant was given that had been given before.
    pub(super) repetitions: u64,
    /// People who ever had two monthly budgets at once.
    pub(super) two_monthly: usize,
}

/// What the demo's customer wants.
fn policy() -> anyhow::Result<Policy> {
    let all = Category::parse("all").context("a category")?;
    let (monthly, oneoff) = (Euro::from_cents(20_000), Euro::from_cents(50_000));
    let budgets = Budgets::new([all], monthly, oneoff, OnboardingGift::Nothing)
        .with_changed_oneoff(ChangedOneoff::Difference);
    let mut limits = Limits::default();
    limits.euro = Some(Euro::from_cents(2_500_000));
    Ok(Policy::new(TargetCompanyId::new(stage::COMPANY), Participation::ByAccessField)
        .with_language("nl")
        .with_budgets(budgets)
        .with_limits(limits))
}

fn advance(by: TimeDelta) -> String {
    json!({ "advance_seconds": by.num_seconds() }).to_string()
}

fn order((status, answer): (u16, Value)) -> anyhow::Result<()> {
    if status >= 400 {
        bail!("a sandbox refused an order of the demo: {answer}");
    }
    Ok(())
}

/// What the sandboxes logged, token calls left out.
#[derive(Clone, Copy)]
pub(super) struct Requests {
    pub(super) source: usize,
    pub(super) target: usize,
    pub(super) target_writes: usize,
}

impl Requests {
    pub(super) fn of(theatre: &Theatre) -> Self {
        let target = theatre.yourcampus.requests();
        Self {
            source: theatre.nmbrs.requests().iter().filter(|request| request.is_api()).count(),
            target: target.iter().filter(|request| request.method == "GET" || request.is_write).count(),
            target_writes: target.iter().filter(|request| request.is_write).count(),
        }
    }
}

/// How to reach a sandboxed Nmbrs.
fn settings_of_nmbrs(sandbox: &nmbrs::Sandbox) -> NmbrsRest {
    let credentials = sandbox.credentials();
    NmbrsRest {
        rest_url: sandbox.rest_url(),
        identity_url: sandbox.identity_url(),
        proxy: None,
        client_id: credentials.client_id.into(),
        client_secret: credentials.client_secret.into(),
        redirect_uri: None,
        subscription_key: credentials.subscription_key.into(),
        secondary_subscription_key: None,
        tokens: Tokens::HandedOver(credentials.access_token.into()),
        limits: NmbrsLimits::default(),
    }
}

/// How to reach a sandboxed YourCampus.
fn settings_of_yourcampus(sandbox: &yourcampus::Sandbox) -> YourCampus {
    let credentials = sandbox.credentials();
    YourCampus {
        base_url: sandbox.base_url(),
        proxy: None,
        access_key: credentials.access_key.into(),
        secret_key: credentials.secret_key.into(),
        // The sandbox states no limit, and nobody else uses it.
        limits: YourCampusLimits { assumed_per_minute: u32::MAX, ..YourCampusLimits::default() },
    }
}

//! Where the demo plays: both sandboxes, the clients between them, a store in memory, and a clock that moves by hand.

use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use nmbrs_client::NmbrsSource;
use nmbrs_client::sandbox as nmbrs;
use serde_json::{Value, json};
use sync_core::authority::{Approval, Mandate};
use sync_core::engine::{MemoryStore, RunReport, SyncRun};
use sync_core::ports::{Authorities, Clock, EmployeeSource, Progress};
use sync_core::{
    CustomerId, ExternalId, FingerprintKey, Participation, Pii, Plan, Policy, SavedPlan, TargetCompanyId,
};
use yourcampus_client::sandbox as yourcampus;
use yourcampus_client::{YourCampusReader, YourCampusWriter};

use crate::clock::DemoClock;
use crate::config::{Nmbrs, NmbrsLimits, Tokens, YourCampus, YourCampusLimits};
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
            source: connect::source(&settings, connect::authorizer(&settings, &grant)?)?,
            reader: connect::reader(&api),
            writer: connect::writer(&api),
            nmbrs,
            yourcampus,
            clock: DemoClock::at(today.and_time(NaiveTime::MIN).and_utc() + MORNING),
            policy: Policy::new(TargetCompanyId::new(stage::COMPANY), Participation::ByAccessField)
                .with_language("nl"),
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
fn settings_of_nmbrs(sandbox: &nmbrs::Sandbox) -> Nmbrs {
    let credentials = sandbox.credentials();
    Nmbrs {
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

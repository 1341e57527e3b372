//! The whole path against two sandboxes over real HTTP, whatever the environment holds.
//!
//! In: a number of people and a seed. Out: what was planned, applied, and planned again. Never: a look at
//! the environment, an address beyond loopback, or a verdict of its own: what the demo says about requests
//! is what the sandboxes logged.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use anyhow::Context;
use chrono::{NaiveDate, NaiveTime};
use nmbrs_client::sandbox as nmbrs;
use serde_json::{Value, json};
use sync_core::authority::Approval;
use sync_core::engine::{Apply, DryRun, MemoryLedger};
use sync_core::plan::PlanDocument;
use sync_core::ports::{Clock, EmployeeSource, Progress};
use sync_core::{CustomerId, FingerprintKey, Participation, Policy, SavedPlan, TargetCompanyId};
use yourcampus_client::sandbox as yourcampus;

use crate::clock::StoppedClock;
use crate::config::{Nmbrs, NmbrsLimits, Tokens, YourCampus, YourCampusLimits};
use crate::grant::GrantPlace;
use crate::{connect, show, stage};

/// The demo's day: fixed, so that the same people and seed give the same plan everywhere and always.
const DAY: (i32, u32, u32) = (2026, 6, 15);

/// What to show.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Demo {
    /// Employee records in the source.
    pub people: usize,
    /// The seed of all chance.
    pub seed: u64,
}

/// What was seen.
#[derive(Debug)]
#[non_exhaustive]
pub struct Seen {
    /// One JSON object, for programs.
    pub json: Value,
    /// The same for people.
    pub text: String,
    /// Did a guard block the run?
    pub blocked: bool,
    /// Did the second run find nothing to do, after everything was applied?
    pub settled: bool,
}

impl Demo {
    /// So many employee records, with this seed.
    pub const fn new(people: usize, seed: u64) -> Self {
        Self { people, seed }
    }

    /// Sets the stage, runs, and takes it down.
    ///
    /// # Errors
    /// When a sandbox cannot start, or a run ends with an error.
    pub async fn run(self, progress: Option<Arc<dyn Progress>>) -> anyhow::Result<Seen> {
        let (year, month, day) = DAY;
        let today = NaiveDate::from_ymd_opt(year, month, day).context("the demo's day")?;
        let world = nmbrs::World::dutch(self.people, self.seed, today);
        let state = stage::target_for(&world);
        let source_box = nmbrs::Sandbox::start(world).await.context("start the Nmbrs sandbox")?;
        let target_box = yourcampus::Sandbox::start(state).await.context("start the YourCampus sandbox")?;

        let customer = CustomerId::new("demo");
        let nmbrs = settings_of_nmbrs(&source_box);
        let grant = GrantPlace::new(&customer, &nmbrs.tokens)?;
        let source = connect::source(&nmbrs, connect::authorizer(&nmbrs, &grant)?)?;
        let api = connect::target(&settings_of_yourcampus(&target_box))?;
        let (reader, writer) = (connect::reader(&api), connect::writer(&api));
        let (ledger, clock) = (
            MemoryLedger::new(),
            StoppedClock(today.and_time(NaiveTime::MIN).and_utc() + chrono::TimeDelta::hours(9)),
        );
        let dry_run = DryRun::new(&source, &reader, &ledger, &clock);
        let dry_run = match progress {
            Some(progress) => dry_run.with_progress(progress),
            None => dry_run,
        };
        let policy = Policy::new(TargetCompanyId::new(stage::COMPANY), Participation::ByAccessField)
            .with_language("nl");
        let key = FingerprintKey::new(*b"the demo's fingerprints: no secret")?;

        let first = dry_run.plan(&customer, &policy, &key).await?;
        let document = first.plan.document();
        let after_plan = Requests::of(&source_box, &target_box);
        let mut text = opening(&source_box, &target_box, source.call_formula(), &after_plan);
        text.push_str(&show::plan(document));
        let mut seen = json_of(&first.plan.id().to_string(), document, &after_plan);
        if document.is_blocked() {
            return Ok(Seen { json: seen, text, blocked: true, settled: false });
        }

        let approved = SavedPlan::open(&first.plan.to_file())?;
        let approval = Approval::of(first.plan.id().clone(), clock.now());
        let report =
            Apply::new(dry_run.clone(), &writer).apply(&customer, &policy, &key, &approved, approval).await?;
        let after_apply = Requests::of(&source_box, &target_box);
        let second = dry_run.plan(&customer, &policy, &key).await?;
        let pending = second.plan.document().totals.actions.total();
        let at_end = Requests::of(&source_box, &target_box);

        let _ = write!(
            text,
            "\nApplied (the demo approves its own plan; a real one waits for a person)\n{}\
             YourCampus logged {} writes that changed something and now has {} accounts.\n\
             \nSecond run: {pending} actions, {} writes.\n",
            show::applied(&report),
            after_apply.target_writes,
            target_box.state().accounts.len(),
            at_end.target_writes - after_apply.target_writes,
        );
        if let Some(fields) = seen.as_object_mut() {
            fields.insert("applied".into(), json!(report.done()));
            fields.insert("second_run_actions".into(), json!(pending));
            fields
                .insert("second_run_writes".into(), json!(at_end.target_writes - after_apply.target_writes));
            fields.insert("target_writes".into(), json!(at_end.target_writes));
            fields.insert("source_requests_in_all".into(), json!(at_end.source));
            fields.insert("target_requests_in_all".into(), json!(at_end.target));
        }
        Ok(Seen { json: seen, text, blocked: false, settled: report.is_complete() && pending == 0 })
    }
}

/// What the sandboxes logged, token calls left out.
struct Requests {
    source: usize,
    target: usize,
    target_writes: usize,
}

impl Requests {
    fn of(source: &nmbrs::Sandbox, target: &yourcampus::Sandbox) -> Self {
        let target = target.requests();
        Self {
            source: source.requests().iter().filter(|request| request.is_api()).count(),
            target: target.iter().filter(|request| request.method == "GET" || request.is_write).count(),
            target_writes: target.iter().filter(|request| request.is_write).count(),
        }
    }
}

fn opening(
    source: &nmbrs::Sandbox,
    target: &yourcampus::Sandbox,
    formula: &str,
    requests: &Requests,
) -> String {
    let requests = format!(
        "{} to Nmbrs, {} to YourCampus, of which {} wrote",
        requests.source, requests.target, requests.target_writes
    );
    let facts = show::facts([
        ("Nmbrs", format!("a sandbox at {}", source.rest_url())),
        ("YourCampus", format!("a sandbox at {}", target.base_url())),
        ("reading takes", formula.to_owned()),
        ("dry run took", requests),
    ]);
    format!("{facts}\n")
}

/// One JSON object about a plan.
pub fn plan_json(id: &str, document: &PlanDocument) -> Value {
    let held: BTreeMap<&str, u64> =
        document.totals.held.iter().map(|(reason, count)| (reason.code(), *count)).collect();
    json!({
        "plan_id": id,
        "people": document.totals.people,
        "records": document.totals.records,
        "actions": document.totals.actions,
        "held": held,
        "planned": document.totals.planned,
        "skipped": document.totals.skipped,
        "nothing": document.totals.nothing,
        "brakes": document.brakes,
    })
}

fn json_of(id: &str, document: &PlanDocument, requests: &Requests) -> Value {
    let mut json = plan_json(id, document);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("source_requests".into(), json!(requests.source));
        fields.insert("target_requests".into(), json!(requests.target));
        fields.insert("target_writes".into(), json!(requests.target_writes));
        fields.insert("second_run_actions".into(), Value::Null);
    }
    json
}

/// How to reach a sandboxed Nmbrs.
pub fn settings_of_nmbrs(sandbox: &nmbrs::Sandbox) -> Nmbrs {
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
pub fn settings_of_yourcampus(sandbox: &yourcampus::Sandbox) -> YourCampus {
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

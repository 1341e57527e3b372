//! A few days of a customer on two sandboxes over real HTTP, whatever the environment holds.
//!
//! In: a number of people and a seed. Out: the first run, a person's word, and the daily runs after it. Never: a look at
//! the environment, an address beyond loopback, or a verdict of its own: what the demo says about requests is what the
//! sandboxes logged.

mod diary;
mod payroll;
mod support;
mod theatre;

use std::fmt::Write;
use std::sync::Arc;

use anyhow::Context;
use chrono::NaiveDate;
use nmbrs_client::sandbox::World;
use serde_json::{Value, json};
use sync_core::ExternalId;
use sync_core::decision::{Decision, Proposal};
use sync_core::engine::RunReport;
use sync_core::ports::Progress;

use self::diary::Diary;
use self::theatre::{Requests, Theatre};
use crate::next_step::Release;
use crate::{show, stage};

/// The demo's first day: fixed, so that the same people and seed give the same plan everywhere and always.
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
    /// Did a guard block the first run for good?
    pub blocked: bool,
    /// Did each day end with nothing left to do but what waits for a person?
    pub settled: bool,
}

impl Demo {
    /// So many employee records, with this seed.
    pub const fn new(people: usize, seed: u64) -> Self {
        Self { people, seed }
    }

    /// Sets the stage, plays, and takes it down.
    ///
    /// # Errors
    /// When a sandbox cannot start, or a run ends with an error.
    pub async fn run(self, progress: Option<Arc<dyn Progress>>) -> anyhow::Result<Seen> {
        let (year, month, day) = DAY;
        let today = NaiveDate::from_ymd_opt(year, month, day).context("the demo's day")?;
        let mut world = World::dutch(self.people, self.seed, today);
        let accounts = stage::target_for(&world);
        let joiner = payroll::keep_somebody_back(&mut world, &accounts);
        let theatre = Theatre::open(world, accounts, today, progress).await?;
        let mut diary = Diary::default();

        let first_day = FirstDay::play(&theatre, &mut diary).await?;
        let mut text = first_day.text(&theatre);
        let mut json = first_day.json();
        let Some(applied) = &first_day.applied else {
            return Ok(Seen { json, text, blocked: true, settled: false });
        };
        let is_settled = applied.is_settled() && further_days(&theatre, &mut diary, joiner).await?;
        let (at_end, books) = (Requests::of(&theatre), theatre.books());
        let is_settled = is_settled && books.repetitions == 0 && books.two_monthly == 0;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{}YourCampus logged {} writes that changed something and now has {} accounts.\n\
             Its support gave {} budgets, {} euro, and {} of them twice; {} people had two monthly ones;\n\
             deactivations cancelled {} euro.\n\
             \nSecond run: {} actions, {} writes.\n",
            diary.text(),
            at_end.target_writes,
            theatre.yourcampus.state().accounts.len(),
            books.given,
            books.euro,
            books.repetitions,
            books.two_monthly,
            books.cancelled,
            applied.pending(),
            applied.second_writes,
        );
        if let Some(fields) = json.as_object_mut() {
            fields.insert("target_writes_in_all".into(), json!(at_end.target_writes));
            fields.insert("source_requests_in_all".into(), json!(at_end.source));
            fields.insert("target_requests_in_all".into(), json!(at_end.target));
            let support = json!({
                "given": books.given,
                "euro": books.euro,
                "twice": books.repetitions,
                "two_monthly": books.two_monthly,
                "cancelled": books.cancelled,
            });
            fields.insert("support".into(), support);
            fields.insert("days".into(), diary.json());
        }
        Ok(Seen { json, text, blocked: false, settled: is_settled })
    }
}

/// The day on which a person sees the first plan.
struct FirstDay {
    waiting: RunReport,
    requests: Requests,
    /// What came after the person's word; none if no word helps.
    applied: Option<Applied>,
}

/// What came after the person's word.
struct Applied {
    run: RunReport,
    second: RunReport,
    second_writes: usize,
    writes: usize,
}

impl FirstDay {
    async fn play(theatre: &Theatre, diary: &mut Diary) -> anyhow::Result<Self> {
        diary.begin(theatre.today(), "the first run: nobody has confirmed anything yet");
        let waiting = theatre.run().await?;
        diary.note("run", &waiting);
        let requests = Requests::of(theatre);
        if waiting.plan.document().is_blocked() {
            return Ok(Self { waiting, requests, applied: None });
        }
        diary.word("confirm", "this plan, and all that is ordinary from now on");
        theatre.confirm(&waiting.plan).await?;
        let run = theatre.run().await?;
        diary.note("run", &run);
        let before = Requests::of(theatre).target_writes;
        let second = theatre.run().await?;
        diary.note("run", &second);
        let writes = Requests::of(theatre).target_writes;
        let vouched = theatre.vouch(&second.plan).await?;
        let told = format!("a person says of {vouched} people that they were given nothing before");
        diary.told("budgets baseline", told, vouched);
        let applied = Applied { run, second, second_writes: writes - before, writes };
        Ok(Self { waiting, requests, applied: Some(applied) })
    }

    fn text(&self, theatre: &Theatre) -> String {
        let Requests { source, target, target_writes } = self.requests;
        let facts = show::facts([
            ("Nmbrs", format!("a sandbox at {}", theatre.nmbrs.rest_url())),
            ("YourCampus", format!("a sandbox at {}", theatre.yourcampus.base_url())),
            ("reading takes", theatre.call_formula().to_owned()),
            (
                "the first run",
                format!("{source} requests to Nmbrs, {target} to YourCampus, of which {target_writes} wrote"),
            ),
        ]);
        format!("{facts}\n{}", show::plan(self.waiting.plan.document()))
    }

    fn json(&self) -> Value {
        let mut json = show::plan_json(self.waiting.plan.id().as_str(), self.waiting.plan.document());
        let applied = self.applied.as_ref();
        let writes = applied.map_or(self.requests.target_writes, |applied| applied.writes);
        if let Some(fields) = json.as_object_mut() {
            fields.insert("source_requests".into(), json!(self.requests.source));
            fields.insert("target_requests".into(), json!(self.requests.target));
            fields.insert("target_writes".into(), json!(writes));
            fields.insert("applied".into(), json!(applied.map(|applied| applied.run.done())));
            fields.insert("second_run_actions".into(), json!(applied.map(Applied::pending)));
            fields.insert("second_run_writes".into(), json!(applied.map(|applied| applied.second_writes)));
        }
        json
    }
}

impl Applied {
    /// How many actions the second run still held.
    fn pending(&self) -> u64 {
        self.second.plan.document().totals.actions.total()
    }

    fn is_settled(&self) -> bool {
        self.run.is_complete() && self.second.is_complete() && self.pending() == 0
    }
}

/// The daily runs of the days after. Was everything done on each?
async fn further_days(
    theatre: &Theatre,
    diary: &mut Diary,
    joiner: Option<payroll::Joiner>,
) -> anyhow::Result<bool> {
    theatre.sleep()?;
    diary.begin(theatre.today(), "somebody joins, has a new name, left; budgets are given");
    let people = payroll::settled_people(theatre);
    payroll::join(theatre, joiner);
    payroll::rename(theatre, &people)?;
    payroll::leave(theatre, people.get(1..2).unwrap_or_default())?;
    let ordinary = daily(theatre, diary).await?;
    let given = theatre.carry_out_lists().await?;
    if given > 0 {
        diary.told("budgets confirm", format!("support has carried the list out: {given} budgets"), given);
    }

    theatre.sleep()?;
    diary.begin(theatre.today(), "nothing happens");
    let quiet = daily(theatre, diary).await?;

    theatre.sleep()?;
    diary.begin(theatre.today(), "more people leave than a run may deactivate by itself");
    let people = payroll::those_with_money_first(theatre, payroll::settled_people(theatre));
    let allowed = theatre.policy.limits.deactivations.of(quiet.plan.document().totals.managed_active);
    let too_many = usize::try_from(allowed)?.saturating_add(1).min(people.len());
    let leaving = people.get(..too_many).unwrap_or_default();
    payroll::leave(theatre, leaving)?;
    let many = daily(theatre, diary).await?;

    theatre.sleep()?;
    diary.begin(theatre.today(), "one of them was set out of service by mistake; somebody is to have more");
    payroll::take_back(theatre, leaving)?;
    payroll::raise(theatre)?;
    let back = welcome_back(theatre, diary, leaving.first()).await?;
    Ok([ordinary, quiet, many, back].iter().all(RunReport::is_complete))
}

/// The daily run. If it waits for an approval, the demo's person looks and gives it, and it runs again; a real one may
/// say no.
async fn daily(theatre: &Theatre, diary: &mut Diary) -> anyhow::Result<RunReport> {
    let report = theatre.run().await?;
    diary.note("run", &report);
    let waits = report.applied().is_none();
    if !waits || Release::of(&report.plan.document().brakes, true) != Some(Release::Approve) {
        return Ok(report);
    }
    diary.word("approve", "this one plan");
    theatre.approve(&report.plan, []).await?;
    let report = theatre.run().await?;
    diary.note("run", &report);
    Ok(report)
}

/// A day on which somebody is back: the run proposes to give access again, and a person approves it for this one.
async fn welcome_back(
    theatre: &Theatre,
    diary: &mut Diary,
    employee_id: Option<&String>,
) -> anyhow::Result<RunReport> {
    let report = daily(theatre, diary).await?;
    let Some(person) = employee_id.and_then(|id| ExternalId::rest(id).ok()) else { return Ok(report) };
    let is_proposed = report.plan.document().entries.iter().any(|entry| {
        let activates =
            matches!(entry.decision, Decision::Hold { proposal: Some(Proposal::Activate { .. }), .. });
        entry.person == person && activates
    });
    if !is_proposed {
        return Ok(report);
    }
    diary.word("approve", "the activation of this one person");
    theatre.approve(&report.plan, [person]).await?;
    let report = theatre.run().await?;
    diary.note("run", &report);
    Ok(report)
}

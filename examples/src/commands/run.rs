//! `sync run`: the daily run, from the lease to the report.
//!
//! In: the store's mandate and approvals, and both sides. Out: what was done, what waits, and which command releases it.
//! Never: an action without a person's word; the engine looks for it, and this file only reports.

use std::collections::BTreeMap;

use sync_core::authority::Refusal;
use sync_core::engine::{RunReport, SyncRun, Verdict};
use sync_core::plan::{ActionKind, Entry};
use sync_core::ports::EmployeeSource;
use sync_core::{ExternalId, PlanId};

use super::{Setting, Sides, bars, ended_early, person_id};
use crate::clock::MachineClock;
use crate::exit::Ended;
use crate::next_step::{NextStep, Release, is_blocked};
use crate::terminal::say;
use crate::{show, store};

/// What `sync run` is told.
#[derive(Debug, Clone, Default)]
#[expect(clippy::exhaustive_structs, reason = "the command line fills it")]
pub struct RunOptions {
    /// Only this person's part.
    pub only: Option<String>,
    /// Take the lease from a run that crashed.
    pub take_over: bool,
    /// One JSON line.
    pub json: bool,
}

/// Runs once.
///
/// # Errors
/// When one side or the store cannot be read, or another run goes on; then nothing was written.
pub async fn run(setting: Setting<'_>, options: RunOptions) -> anyhow::Result<Ended> {
    let only = options.only.as_deref().map(only).transpose()?;
    let store = store::to_run(setting.config).await?;
    let Sides { source, reader, writer } = setting.sides().await?;
    let mut run = SyncRun::new(&source, &reader, &writer, &store, &MachineClock);
    if let Some(person) = only {
        run = run.only(person);
    }
    if options.take_over {
        run = run.taking_over();
    }
    if let Some(bars) = bars(options.json) {
        run = run.with_progress(bars);
    }
    let config = setting.config;
    if !options.json {
        say(&show::facts([("reading takes", source.call_formula().to_owned())]));
    }
    let report = run.daily(&config.customer, &config.policy, &config.fingerprint_key).await;
    let report = report.map_err(ended_early)?;
    let left = Left::of(&report);
    if options.json {
        say(&show::run_json(&report).to_string());
    } else {
        say(&show::run(&report));
        say(&left.in_words(report.plan.id(), NextStep::with(setting.file)));
    }
    Ok(left.ended(&report))
}

fn only(typed: &str) -> anyhow::Result<ExternalId> {
    person_id(typed, "--only: must be an employee id, or one with `nmbrs:rest:` before it")
}

/// What a run leaves for a person.
struct Left {
    /// What the plan as a whole waits for.
    release: Option<Release>,
    /// Proposals that were not carried out.
    proposals: BTreeMap<ActionKind, u64>,
}

impl Left {
    fn of(report: &RunReport) -> Self {
        let document = report.plan.document();
        let release = match &report.verdict {
            Verdict::Waits(refusal) => {
                let mandate_holds = !matches!(refusal, Refusal::NoAuthority | Refusal::MandateEnded(_));
                Release::of(&document.brakes, mandate_holds)
            }
            _ => None,
        };
        let mut proposals = BTreeMap::new();
        for entry in &document.entries {
            if let Some(kind) = ActionKind::proposed(&entry.decision)
                && !is_done(report, entry, kind)
            {
                *proposals.entry(kind).or_default() += 1;
            }
        }
        Self { release, proposals }
    }

    fn in_words(&self, plan: &PlanId, next: NextStep<'_>) -> String {
        let release = self.release.map(|release| next.release(release, plan) + "\n").unwrap_or_default();
        release + &next.proposals(&self.proposals, plan)
    }

    fn ended(&self, report: &RunReport) -> Ended {
        match &report.verdict {
            Verdict::Waits(_) if is_blocked(&report.plan.document().brakes) => Ended::Blocked,
            Verdict::Waits(_) => Ended::Pending,
            _ if !report.is_complete() => Ended::Failed,
            _ if !self.proposals.is_empty() => Ended::Pending,
            _ => Ended::Done,
        }
    }
}

fn is_done(report: &RunReport, entry: &Entry, kind: ActionKind) -> bool {
    let actions = report.applied().into_iter().flat_map(|applied| &applied.actions);
    let mut done = actions.filter(|action| action.result.is_done());
    done.any(|action| action.person == entry.person && action.action == kind)
}

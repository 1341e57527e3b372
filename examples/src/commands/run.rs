//! `sync run`: the daily run, from the lease to the report.
//!
//! In: the store's mandate and approvals, and both sides. Out: what was done, what waits, and which command releases it.
//! Never: an action without a person's word; the engine looks for it, and this file only reports.

use std::collections::BTreeMap;

use sync_core::authority::Refusal;
use sync_core::budget::{BatchId, BudgetNote, BudgetOutcome, BudgetReason, GrantState};
use sync_core::engine::{GrantResult, RunReport, Verdict};
use sync_core::plan::{ActionKind, Entry};
use sync_core::ports::MoneyLedger;
use sync_core::{ExternalId, PlanId};

use super::budgets::file_of;
use super::{Setting, bars, ended_early, person_id};
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
    let sides = setting.sides().await?;
    let mut run = sides.run(&store);
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
        say(&show::facts([("reading takes", sides.source.call_formula().to_owned())]));
    }
    let report = run.daily(&config.customer, &config.policy, &config.fingerprint_key).await;
    let report = report.map_err(ended_early)?;
    let left = Left::of(&report);
    let lists = lists(setting, &store, &left.lists).await?;
    if options.json {
        let mut json = show::run_json(&report);
        if let Some(fields) = json.as_object_mut() {
            fields.insert("lists".into(), lists.iter().map(show::List::json).collect());
        }
        say(&json.to_string());
    } else {
        let next = NextStep::with(setting.file);
        say(&show::run(&report));
        say(&left.in_words(report.plan.id(), next));
        for list in &lists {
            say(list.text(next).trim_end());
        }
    }
    Ok(left.ended(&report))
}

fn only(typed: &str) -> anyhow::Result<ExternalId> {
    person_id(typed, "--only: must be an employee id, or one with `nmbrs:rest:` before it")
}

/// The lists that this run wrote, with where they lie.
async fn lists(
    setting: Setting<'_>,
    store: &impl MoneyLedger,
    written: &[BatchId],
) -> anyhow::Result<Vec<show::List>> {
    let mut lists = Vec::new();
    for id in written {
        if let Some(batch) = store.batch(&setting.config.customer, id).await? {
            let file = file_of(setting.config, &batch);
            lists.push(show::List { batch, file });
        }
    }
    Ok(lists)
}

/// What a run leaves for a person.
struct Left {
    /// What the plan as a whole waits for.
    release: Option<Release>,
    /// Proposals that were not carried out.
    proposals: BTreeMap<ActionKind, u64>,
    /// Money that waits for an approval.
    money: u64,
    /// Is money held because nobody has told what was given before, or because ledger and desk disagree?
    needs_baseline: bool,
    /// Lists that this run wrote.
    lists: Vec<BatchId>,
    /// Do lists of earlier runs wait to be confirmed?
    older_lists: bool,
    /// Grants in doubt.
    doubtful: usize,
    /// Could the folder of lists not be asked?
    desk_is_silent: bool,
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
        let notes =
            || document.entries.iter().flat_map(|entry| entry.budgets.iter().map(move |it| (entry, it)));
        let held_for = |reasons: &[BudgetReason]| notes().any(|(_, note)| reasons.contains(&note.reason));
        let is_open = |wanted| move |(_, note): &(&Entry, &BudgetNote)| matches!(note.outcome, BudgetOutcome::Open { state, .. } if state == wanted);
        let is_left = |(entry, note): &(&Entry, &BudgetNote)| {
            matches!(note.outcome, BudgetOutcome::Hold { proposal: Some(_) })
                && !is_handed_over(report, entry, note)
        };
        let results = || report.applied().into_iter().flat_map(|applied| &applied.grants);
        Self {
            release,
            proposals,
            money: notes().filter(is_left).count() as u64,
            needs_baseline: held_for(&[
                BudgetReason::NoBaseline,
                BudgetReason::LedgerOlder,
                BudgetReason::LedgerForeign,
            ]),
            lists: report.applied().map(|applied| applied.lists.clone()).unwrap_or_default(),
            older_lists: notes().any(|note| is_open(GrantState::HandedOver)(&note)),
            desk_is_silent: report.desk_silent.is_some() || held_for(&[BudgetReason::DeskSilent]),
            doubtful: notes().filter(is_open(GrantState::Doubtful)).count()
                + results().filter(|grant| grant.result == GrantResult::Doubtful).count(),
        }
    }

    fn in_words(&self, plan: &PlanId, next: NextStep<'_>) -> String {
        let mut text = self.release.map(|release| next.release(release, plan) + "\n").unwrap_or_default();
        text.push_str(&next.proposals(&self.proposals, plan));
        text.push_str(&next.money(self.money, plan));
        if self.needs_baseline {
            text.push_str(&next.baseline(plan));
        }
        if self.older_lists {
            text.push_str("lists of earlier runs wait to be confirmed; to see them\n");
            text = text + &next.lists() + "\n";
        }
        text + &next.doubtful(self.doubtful)
    }

    fn needs_a_word(&self) -> bool {
        let money = self.money > 0 || self.needs_baseline || self.older_lists || self.doubtful > 0;
        money || !self.proposals.is_empty() || !self.lists.is_empty()
    }

    fn ended(&self, report: &RunReport) -> Ended {
        match &report.verdict {
            Verdict::Waits(_) if is_blocked(&report.plan.document().brakes) => Ended::Blocked,
            Verdict::Waits(_) => Ended::Pending,
            _ if !report.is_complete() || self.desk_is_silent => Ended::Failed,
            _ if self.needs_a_word() => Ended::Pending,
            _ => Ended::Done,
        }
    }
}

/// Did this run hand over what was proposed?
fn is_handed_over(report: &RunReport, entry: &Entry, note: &BudgetNote) -> bool {
    let grants = report.applied().into_iter().flat_map(|applied| &applied.grants);
    let mut done = grants.filter(|grant| grant.result.is_done());
    done.any(|grant| grant.person == entry.person && grant.budget == note.budget())
}

fn is_done(report: &RunReport, entry: &Entry, kind: ActionKind) -> bool {
    let actions = report.applied().into_iter().flat_map(|applied| &applied.actions);
    let mut done = actions.filter(|action| action.result.is_done());
    done.any(|action| action.person == entry.person && action.action == kind)
}

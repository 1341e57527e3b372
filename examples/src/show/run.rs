//! What a run did, and what it left.

use std::collections::BTreeMap;
use std::fmt::Write;

use sync_core::Euro;
use sync_core::authority::{Refusal, SkippedBecause};
use sync_core::engine::{ActionResult, Applied, GrantResult, RequestCounts, RunReport, Verdict};
use sync_core::plan::ActionKind;

use super::{brake_text, facts, plan, section, short, wrapped};
use crate::advice::chain;

/// A run: its plan, what it took, and what came of it.
pub fn run(report: &RunReport) -> String {
    let requests = |counts: RequestCounts| counts.pages + counts.again;
    let took = facts([
        ("run", report.run.0.to_string()),
        ("plan", report.plan.id().to_string()),
        ("requests to Nmbrs", requests(report.source).to_string()),
        (
            "requests to YourCampus",
            format!(
                "{} to read, {} to write, {} to look after doubtful writes",
                requests(report.target),
                report.writes,
                requests(report.settling)
            ),
        ),
    ]);
    format!("{took}\n{}\n{}", plan(report.plan.document()), outcome(report))
}

/// How many actions of each kind were done, on one line.
pub fn counts_of_done(report: &RunReport) -> String {
    let mut counts = BTreeMap::<ActionKind, usize>::new();
    for action in report.applied().into_iter().flat_map(|applied| &applied.actions) {
        if action.result.is_done() {
            *counts.entry(action.action).or_default() += 1;
        }
    }
    if counts.is_empty() {
        return "nothing to do".to_owned();
    }
    counts.iter().map(|(kind, count)| format!("{count} × {kind}")).collect::<Vec<_>>().join(", ")
}

/// How much money a run handed over, and how much waits, as the end of a line; nothing when it is none.
pub fn money_of(report: &RunReport) -> String {
    let listed = report.applied().into_iter().flat_map(|applied| &applied.grants);
    let listed: Vec<_> = listed.filter(|grant| grant.result.is_done()).collect();
    let euro: Euro = listed.iter().map(|grant| grant.grant.amount).sum();
    let given = match listed.len() {
        0 => String::new(),
        count => format!("; {count} grants, {euro} euro, in a list for support"),
    };
    let Some(totals) = &report.plan.document().totals.money else { return given };
    let cancelled = match totals.cancelled {
        none if none == Euro::default() => String::new(),
        some => format!("; at most {some} euro cancelled"),
    };
    let waiting = match totals.proposals {
        0 => String::new(),
        some => format!("; {some} × money waits for an approval, {} euro", totals.proposed),
    };
    given + &cancelled + &waiting
}

/// What came of a run.
pub fn outcome(report: &RunReport) -> String {
    let mut text = match &report.verdict {
        Verdict::Waits(refusal) => nothing(refusal),
        Verdict::Applied(applied) => done(applied, report.writes),
        _ => "An outcome of a newer version\n".to_owned(),
    };
    if let Some(error) = &report.desk_silent {
        text.push_str(&wrapped("The desk cannot be asked, so no money moved: ", &chain(error)));
    }
    if let Some(error) = &report.unremembered {
        text.push_str(&wrapped("NOT REMEMBERED: ", &chain(error)));
    }
    text
}

fn nothing(refusal: &Refusal) -> String {
    let mut text = wrapped("", &format!("Nothing was done: {}", chain(refusal)));
    if let Refusal::Braked(brakes) = refusal {
        for brake in brakes {
            text.push_str(&wrapped(&format!("  {}  ", brake.rule()), &brake_text(brake)));
        }
    }
    text
}

fn done(applied: &Applied, writes: u64) -> String {
    let mut text =
        format!("{} of {} actions done with {writes} writes\n", applied.done(), applied.actions.len());
    let undone = applied.actions.iter().filter_map(|action| {
        let what = match &action.result {
            ActionResult::Done(_) => return None,
            ActionResult::NotDone(error) => format!("not done: {}", chain(error)),
            ActionResult::Doubtful(error) => format!("DOUBTFUL: {}; the next run will see", chain(error)),
            ActionResult::NotTried => {
                "not tried: the run ended before, or an earlier action of the person was not done".to_owned()
            }
            _ => "a result of a newer version".to_owned(),
        };
        Some([action.action.to_string(), short(&action.person), what])
    });
    text.push_str(&section("Left undone", &["action", "person", "what became of it"], undone));
    let skipped = applied.skipped.iter().map(|skipped| {
        [skipped.action.to_string(), short(&skipped.person), because(skipped.because).to_owned()]
    });
    text.push_str(&section("Skipped", &["action", "person", "because"], skipped));
    text.push_str(&money(applied));
    if let Some(error) = &applied.stopped {
        text.push_str(&wrapped("The run ended early: ", &chain(error)));
    }
    if let Some(error) = &applied.unsettled {
        text.push_str(&wrapped("Doubtful writes could not be settled: ", &chain(error)));
    }
    text
}

/// What became of money; nothing when there was none.
fn money(applied: &Applied) -> String {
    let mut text = String::new();
    if !applied.grants.is_empty() {
        let done: Vec<_> = applied.grants.iter().filter(|grant| grant.result.is_done()).collect();
        let euro: Euro = done.iter().map(|grant| grant.grant.amount).sum();
        let (done, all) = (done.len(), applied.grants.len());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{done} of {all} grants handed over, {euro} euro");
    }
    let undone = applied.grants.iter().filter_map(|grant| {
        let what = match &grant.result {
            GrantResult::Given | GrantResult::Listed(_) => return None,
            GrantResult::Refused => "it was refused; to give it again needs an approval",
            GrantResult::NotDone => "surely not given; the next run hands it over",
            GrantResult::Doubtful => "DOUBTFUL; sync budgets settle, when somebody found out",
            GrantResult::Unfinished => "the run ended on the way; the next one goes on with it",
            GrantResult::NotTried => {
                "not tried: the run ended before, or the person's account was not brought up to date"
            }
            _ => "a result of a newer version",
        };
        Some([grant.budget.to_string(), short(&grant.person), what.to_owned()])
    });
    text.push_str(&section(
        "Money that was not handed over",
        &["budget", "person", "what became of it"],
        undone,
    ));
    let skipped = applied.skipped_grants.iter().map(|skipped| {
        [skipped.budget.to_string(), short(&skipped.person), because(skipped.because).to_owned()]
    });
    text + &section("Money that was skipped", &["budget", "person", "because"], skipped)
}

const fn because(because: SkippedBecause) -> &'static str {
    match because {
        SkippedBecause::NotApproved => "the fresh plan holds it, and nobody's word covers it",
        SkippedBecause::Changed => "it changed since it was approved",
        SkippedBecause::NoLonger => "it was approved, and the fresh plan no longer holds it",
        SkippedBecause::WaitsForAnother => "it needs another person's action first",
        _ => "for a reason of a newer version",
    }
}

//! One JSON object for programs: the same facts as the tables, and no more.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sync_core::authority::SkippedBecause;
use sync_core::engine::{GrantReport, GrantResult, RunReport, Verdict};
use sync_core::plan::PlanDocument;

use crate::advice::chain;

/// About a plan.
pub fn plan_json(id: &str, document: &PlanDocument) -> Value {
    let held: BTreeMap<&str, u64> =
        document.totals.held.iter().map(|(reason, count)| (reason.code(), *count)).collect();
    json!({
        "plan_id": id,
        "people": document.totals.people,
        "records": document.totals.records,
        "actions": document.totals.actions,
        "proposals": document.totals.proposals,
        "may_grant": document.totals.may_grant,
        "held": held,
        "planned": document.totals.planned,
        "skipped": document.totals.skipped,
        "nothing": document.totals.nothing,
        "money": document.totals.money,
        "brakes": document.brakes,
    })
}

/// About a run.
pub fn run_json(report: &RunReport) -> Value {
    let mut json = plan_json(report.plan.id().as_str(), report.plan.document());
    let (verdict, because) = match &report.verdict {
        Verdict::Waits(refusal) => ("waits", Some(refusal.to_string())),
        _ if report.is_complete() => ("done", None),
        _ => ("partly", None),
    };
    let Outcome { left, skipped } = Outcome::of(report);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("grants".to_owned(), grants(report));
        fields.insert("skipped_grants".to_owned(), skipped_grants(report));
        fields.insert("desk_silent".to_owned(), json!(report.desk_silent.as_ref().map(|error| chain(error))));
        fields.extend([
            ("run".to_owned(), json!(report.run)),
            ("verdict".to_owned(), json!(verdict)),
            ("because".to_owned(), json!(because)),
            ("done".to_owned(), json!(report.done())),
            ("left".to_owned(), json!(left)),
            ("skipped_actions".to_owned(), json!(skipped)),
            ("target_writes".to_owned(), json!(report.writes)),
            ("source_requests".to_owned(), json!(report.source.pages + report.source.again)),
            ("target_requests".to_owned(), json!(report.target.pages + report.target.again)),
            ("settling_requests".to_owned(), json!(report.settling.pages + report.settling.again)),
        ]);
    }
    json
}

/// About an apply.
pub fn applied_json(report: &RunReport) -> Value {
    let Outcome { left, skipped } = Outcome::of(report);
    json!({
        "plan_id": report.plan.id(),
        "run": report.run,
        "done": report.done(),
        "left": left,
        "skipped": skipped,
        "target_writes": report.writes,
        "grants": grants(report),
        "skipped_grants": skipped_grants(report),
    })
}

/// What became of each grant that was authorised.
fn grants(report: &RunReport) -> Value {
    let grants = report.applied().into_iter().flat_map(|applied| &applied.grants);
    let told = grants.map(|GrantReport { person, budget, grant, result, .. }| {
        let (result, batch) = match result {
            GrantResult::Given => ("given", None),
            GrantResult::Listed(batch) => ("listed", Some(batch)),
            GrantResult::Refused => ("refused", None),
            GrantResult::NotDone => ("not_done", None),
            GrantResult::Doubtful => ("doubtful", None),
            GrantResult::Unfinished => ("unfinished", None),
            _ => ("not_tried", None),
        };
        json!({
            "person": person,
            "kind": budget.kind,
            "category": budget.category,
            "grant": grant,
            "result": result,
            "batch": batch,
        })
    });
    told.collect()
}

/// The money that was not authorised although one of the two plans holds it, with why.
fn skipped_grants(report: &RunReport) -> Value {
    let skipped = report.applied().into_iter().flat_map(|applied| &applied.skipped_grants);
    let told = skipped.map(|skipped| {
        let because = match skipped.because {
            SkippedBecause::NotApproved => "not_approved",
            SkippedBecause::Changed => "changed",
            SkippedBecause::NoLonger => "no_longer",
            SkippedBecause::WaitsForAnother => "waits_for_another",
            _ => "unknown",
        };
        json!({
            "person": skipped.person,
            "kind": skipped.budget.kind,
            "category": skipped.budget.category,
            "because": because,
        })
    });
    told.collect()
}

/// How many actions were authorised and not done, and how many were not authorised.
struct Outcome {
    left: usize,
    skipped: usize,
}

impl Outcome {
    fn of(report: &RunReport) -> Self {
        let authorised = report.applied().map_or(0, |applied| applied.actions.len());
        let skipped = report.applied().map_or(0, |applied| applied.skipped.len());
        Self { left: authorised - report.done(), skipped }
    }
}

//! One JSON object for programs: the same facts as the tables, and no more.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sync_core::engine::{RunReport, Verdict};
use sync_core::plan::PlanDocument;

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
    })
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

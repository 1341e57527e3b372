//! `sync plan`: what a run would do. Reads both sides and the store, and writes to none.

use std::path::Path;

use anyhow::Context;
use serde_json::json;
use sync_core::engine::RequestCounts;
use sync_core::plan::PlanDocument;

use super::{Setting, bars};
use crate::exit::Ended;
use crate::next_step::is_blocked;
use crate::terminal::say;
use crate::{plan_file, show, store};

/// Plans, and saves the plan where `out` says.
///
/// # Errors
/// When one side or the store cannot be read, or the file cannot be written.
pub async fn plan(setting: Setting<'_>, out: Option<&Path>, json: bool) -> anyhow::Result<Ended> {
    let config = setting.config;
    let store = store::to_look_at(config).await?;
    let sides = setting.sides().await?;
    let mut dry_run = sides.dry_run(&*store);
    if let Some(bars) = bars(json) {
        dry_run = dry_run.with_progress(bars);
    }
    if !json {
        let ceiling = config.policy.source_request_ceiling;
        say(&show::facts([
            ("reading takes", sides.source.call_formula().to_owned()),
            ("at most", format!("{ceiling} requests to Nmbrs")),
        ]));
    }
    let planned = dry_run.plan(&config.customer, &config.policy, &config.fingerprint_key).await?;
    let document = planned.plan.document();
    if let Some(out) = out {
        plan_file::save(out, &planned.plan).with_context(|| out.display().to_string())?;
    }
    if json {
        let mut line = show::plan_json(planned.plan.id().as_str(), document);
        if let Some(fields) = line.as_object_mut() {
            fields.insert("source_requests".into(), json!(planned.source.pages));
            fields.insert("target_requests".into(), json!(planned.target.pages));
        }
        say(&line.to_string());
        return Ok(ended(document));
    }
    say(&show::facts([
        ("took", format!("{} to Nmbrs", requests(planned.source))),
        ("", format!("{} to YourCampus", requests(planned.target))),
    ]));
    say(&show::plan(document));
    say(&format!("plan {}", planned.plan.id()));
    let does_something = document.totals.actions.total() > 0 || gives_money(document);
    if let (Some(out), true) = (out, does_something && !document.is_blocked()) {
        let (file, out) = (setting.file.display(), out.display());
        say(&format!(
            "to approve it:\n  sync apply --config {file} --plan {out} \\\n    --approve {}",
            planned.plan.id()
        ));
    }
    Ok(ended(document))
}

fn requests(counts: RequestCounts) -> String {
    match counts.again {
        0 => format!("{} requests", counts.pages),
        again => format!("{} requests, and {again} more to read lists again,", counts.pages),
    }
}

fn gives_money(document: &PlanDocument) -> bool {
    document.totals.money.as_ref().is_some_and(|money| money.grants > 0)
}

fn ended(document: &PlanDocument) -> Ended {
    if is_blocked(&document.brakes) {
        Ended::Blocked
    } else if document.totals.actions.total() > 0 || gives_money(document) {
        Ended::Pending
    } else {
        Ended::Done
    }
}

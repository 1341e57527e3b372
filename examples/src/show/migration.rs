//! A migration, as a person sees it before and after.
//!
//! In: a migration plan, or the report of one. Out: words, tables, or one JSON object. Never: more of a person than the
//! ids of the records.

use std::collections::BTreeMap;
// Writing to a String cannot fail.
use std::fmt::Write;

use serde_json::{Value, json};
use sync_core::engine::{MigrationPlanned, MigrationReport};
use sync_core::migration::{MigrationDecision, MigrationDocument, PairedBy};

use super::{brakes_section, facts, section_telling, short, table};
use crate::advice::chain;

const EVERY: &str = "`--json` shows every one";

/// What a migration would do, whom it leaves, and why.
pub fn migration(planned: &MigrationPlanned) -> String {
    let document = planned.plan.document();
    let totals = &document.totals;
    let mut text = facts([
        ("records over SOAP", totals.old_records.to_string()),
        ("records over REST", totals.new_records.to_string()),
        ("took", format!("{} requests over SOAP, {} over REST", planned.old.pages, planned.new.pages)),
    ]);
    let mut counts = table(&["", "records"]);
    for (by, count) in &totals.paired {
        counts.add_row([format!("moved: {}", in_words(*by)), count.to_string()]);
    }
    counts.add_row(["moved before".to_owned(), totals.done.to_string()]);
    counts.add_row(["held: a person must look first".to_owned(), totals.held().to_string()]);
    let left = totals.left_behind;
    counts.add_row(["of these with an account in use: left behind".to_owned(), left.to_string()]);
    counts.add_row(["accounts that are marked with the new id".to_owned(), totals.marks.to_string()]);
    let _ = writeln!(text, "\n{counts}");
    let companies = document.companies.iter().map(|(old, new)| [old.to_string(), new.to_string()]);
    text.push_str(&section_telling("\nCompanies", &["over SOAP", "over REST"], companies, EVERY));
    let reasons = totals.held.iter().map(|(reason, count)| {
        let advice = reason.advice();
        [count.to_string(), reason.code().to_owned(), advice.what.to_owned(), advice.then.to_owned()]
    });
    let headings = ["records", "reason", "what is the case", "what to do"];
    text.push_str(&section_telling("\nHeld, by reason", &headings, reasons, EVERY));
    let held = document.entries.iter().filter_map(|entry| match &entry.decision {
        MigrationDecision::Hold { candidates, reason, .. } => {
            let candidates: Vec<_> = candidates.iter().map(short).collect();
            let account = entry.account.map(|account| account.to_string()).unwrap_or_default();
            Some([entry.old.to_string(), reason.code().to_owned(), account, candidates.join(" ")])
        }
        _ => None,
    });
    let headings = ["over SOAP", "reason", "account", "may be, over REST"];
    text.push_str(&section_telling("\nHeld", &headings, held, EVERY));
    text.push_str(&brakes_section(&document.brakes));
    text
}

const fn in_words(by: PairedBy) -> &'static str {
    match by {
        PairedBy::Known => "an earlier migration said so",
        PairedBy::Word => "you named the pair",
        PairedBy::Values => "same address, birthday and number",
        PairedBy::Company => "the same, told apart by company",
        PairedBy::Likely => "likely: same number, birthday and last name",
        _ => "in a way that a newer version knows",
    }
}

/// The same for programs.
pub fn migration_json(planned: &MigrationPlanned) -> Value {
    let mut told = document_json(planned.plan.document());
    if let Some(fields) = told.as_object_mut() {
        fields.extend([
            ("plan_id".to_owned(), json!(planned.plan.id())),
            ("soap_requests".to_owned(), json!(planned.old.pages + planned.old.again)),
            ("rest_requests".to_owned(), json!(planned.new.pages + planned.new.again)),
            ("target_requests".to_owned(), json!(planned.target.pages + planned.target.again)),
        ]);
    }
    told
}

fn document_json(document: &MigrationDocument) -> Value {
    let totals = &document.totals;
    let held: BTreeMap<&str, u64> =
        totals.held.iter().map(|(reason, count)| (reason.code(), *count)).collect();
    let entries =
        document.entries.iter().filter(|entry| matches!(entry.decision, MigrationDecision::Hold { .. }));
    let held_records: Vec<_> = entries.collect();
    json!({
        "soap_records": totals.old_records,
        "rest_records": totals.new_records,
        "moved": totals.moved(),
        "paired": totals.paired,
        "moved_before": totals.done,
        "marks": totals.marks,
        "held": held,
        "held_records": held_records,
        "companies": document.companies,
        "left_behind": totals.left_behind,
        "ends_soap": document.ends,
        "nothing_to_do": document.has_nothing_to_do(),
        "brakes": document.brakes,
    })
}

/// What was done; none where nothing may be done.
pub fn moved(report: Option<&MigrationReport>) -> String {
    let Some(report) = report else {
        return "nothing can be moved before this is set right; no approval lifts it".to_owned();
    };
    let Some(applied) = report.applied() else { return String::new() };
    let marked = applied.marks.iter().filter(|mark| mark.result.is_done()).count();
    let mut text = facts([
        ("people moved in the ledger", applied.remembered.to_string()),
        ("accounts marked", format!("{marked} of {}", applied.marks.len())),
        ("not done, because the approved plan does not show it so", applied.skipped.len().to_string()),
        ("writes", report.writes.to_string()),
    ]);
    if let Some(error) = &applied.stopped {
        let _ = writeln!(text, "\nit stopped: {}", chain(error));
    }
    if let Some(error) = &applied.unsettled {
        let _ = writeln!(text, "\nwhat was in doubt could not be looked up: {}", chain(error));
    }
    if let Some(error) = &report.unremembered {
        let _ = writeln!(text, "\nthe store could not remember the end: {}", chain(error));
    }
    text
}

/// The same for programs.
pub fn moved_json(report: &MigrationReport) -> Value {
    let mut told = document_json(report.plan.document());
    let applied = report.applied();
    let marked = applied.map_or(0, |it| it.marks.iter().filter(|mark| mark.result.is_done()).count());
    if let Some(fields) = told.as_object_mut() {
        fields.extend([
            ("run".to_owned(), json!(report.run)),
            ("plan_id".to_owned(), json!(report.plan.id())),
            ("remembered".to_owned(), json!(applied.map_or(0, |it| it.remembered))),
            ("marked".to_owned(), json!(marked)),
            ("marks_left".to_owned(), json!(applied.map_or(0, |it| it.marks.len()) - marked)),
            ("skipped".to_owned(), json!(applied.map(|it| &it.skipped))),
            ("target_writes".to_owned(), json!(report.writes)),
            ("ended".to_owned(), json!(applied.is_some_and(|it| it.ended))),
            ("stopped".to_owned(), json!(applied.and_then(|it| it.stopped.as_ref()).map(|it| chain(it)))),
        ]);
    }
    told
}

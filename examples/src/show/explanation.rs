//! Why, for one person of a saved plan (R22).

use serde_json::Value;
use sync_core::decision::{Advice, HoldReason, NothingReason, SkipReason};
use sync_core::plan::SavedEntry;

use super::money::explained;
use super::{table, wrapped};

/// The decision about one person in words: rule, evidence, and each field before and after.
pub fn explanation(entry: &SavedEntry) -> String {
    let json = entry.json();
    let mut text = String::new();
    let mut line = |label: &str, value: String| {
        if !value.is_empty() {
            text.push_str(&wrapped(&format!("{label:>10}  "), &value));
        }
    };
    line("person", plain(json.get("person")));
    for record in list(json.get("records")) {
        let kind = plain(record.get("employee_type"));
        line(
            "record",
            format!("{} in company {}, type {kind}", plain(record.get("id")), plain(record.get("company"))),
        );
    }
    if let Some(account) = json.get("account").filter(|account| !account.is_null()) {
        let state = if account.get("active") == Some(&Value::Bool(true)) { "active" } else { "inactive" };
        let by = plain(account.get("found_by")).replace('_', " ");
        line("account", format!("{} ({state}), found by {by}", plain(account.get("id"))));
    } else {
        line("account", "none".to_owned());
    }
    line("decision", entry.kind().to_owned());
    if let Some(reason) = entry.reason() {
        line("reason", reason.to_owned());
        if let Some(advice) = advice(entry.kind(), reason) {
            line("rule", advice.rule.to_owned());
            line("because", advice.what.to_owned());
            line("to do", advice.then.to_owned());
        }
    }
    let decision = json.get("decision");
    let part = |key: &str| decision.and_then(|decision| decision.get(key));
    if entry.kind() == "offboard" {
        line("rule", "R2".to_owned());
        line("because", "payroll says former payroll, and no record of the person is in service".to_owned());
        line("last day", plain(part("evidence").and_then(|evidence| evidence.get("last_day"))));
    }
    let proposal = part("proposal").filter(|proposal| !proposal.is_null());
    if let Some(kind) = entry.proposed() {
        line("proposal", format!("{kind}, if it is approved"));
    }
    line("same as", plain(proposal.and_then(|proposal| proposal.get("same_as"))));
    line("in company", plain(part("company")));
    line("planned", plain(part("what")));
    line("on", plain(part("on")));
    line("leaves on", plain(json.get("leaves_on")));
    for other in list(part("accounts")) {
        line("involves", format!("account {}", plain(Some(other))));
    }
    for other in list(part("records")) {
        line("involves", format!("record {}", plain(Some(other))));
    }
    let changes = part("fields").or_else(|| proposal?.get("fields"));
    if let Some(fields) = fields(changes) {
        text.push_str(&fields);
    }
    text.push_str(&explained(json));
    text
}

fn advice(kind: &str, code: &str) -> Option<Advice> {
    let hold = || HoldReason::ALL.iter().find(|reason| reason.code() == code).map(|reason| reason.advice());
    let skip = || SkipReason::ALL.iter().find(|reason| reason.code() == code).map(|reason| reason.advice());
    let nothing =
        || NothingReason::ALL.iter().find(|reason| reason.code() == code).map(|reason| reason.advice());
    match kind {
        "hold" => hold(),
        "skip" => skip(),
        "nothing" => nothing(),
        _ => None,
    }
}

fn fields(fields: Option<&Value>) -> Option<String> {
    let changes = list(fields);
    if changes.is_empty() {
        return None;
    }
    let mut table = table(&["field", "before", "after"]);
    for change in changes {
        table.add_row([plain(change.get("field")), shown(change.get("before")), shown(change.get("after"))]);
    }
    Some(format!("{table}\nValues are shown as fingerprints: equal fingerprints mean equal values.\n"))
}

fn shown(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(word)) => word.clone(),
        Some(Value::Object(object)) => {
            object.get("value").map_or_else(String::new, |print| plain(Some(print)))
        }
        _ => String::new(),
    }
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(object)) => {
            object.values().map(|value| plain(Some(value))).collect::<Vec<_>>().join(" ")
        }
        Some(other) => other.to_string(),
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

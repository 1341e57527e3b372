//! A kept plan, as somebody sees it before giving their word.

use serde_json::Value;
use sync_core::SavedPlan;
use sync_core::guard::Brake;
use sync_core::plan::{ActionKind, SavedEntry};

use super::money::Budgets;
use super::{brakes_section, facts, section, short, wrapped};

/// How much the plan holds, what may come of it in euro, its brakes, and its first actions and proposals.
pub fn saved_plan(plan: &SavedPlan, brakes: &[Brake]) -> String {
    let number = |pointer: &str| plan.json().pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
    let actions = |kind: ActionKind| {
        let done = number(&format!("/totals/actions/{kind}"));
        done + number(&format!("/totals/proposals/{kind}"))
    };
    let mut text = facts([
        ("plan", plan.id().to_string()),
        ("made at", plan.as_of().format("%Y-%m-%d %H:%M UTC").to_string()),
        ("people", format!("{} in {} records", number("/totals/people"), number("/totals/records"))),
        ("created", actions(ActionKind::Onboard).to_string()),
        ("changed", actions(ActionKind::Update).to_string()),
        ("deactivated", actions(ActionKind::Offboard).to_string()),
        ("proposed", plan.proposals(&ActionKind::ALL).len().to_string()),
        ("may grant", may_grant(plan)),
    ]);
    let is_action = |(_, entry): &(_, &SavedEntry)| ActionKind::parse(entry.kind()).is_some();
    let actions = plan.entries().filter(is_action);
    let rows = actions.map(|(person, entry)| [entry.kind().to_owned(), short(person), account(entry)]);
    text.push('\n');
    text.push_str(&section("Actions", &["action", "person", "account"], rows));
    let proposed = plan.entries().filter_map(|(person, entry)| {
        let reason = entry.reason().unwrap_or_default().to_owned();
        Some([entry.proposed()?.to_string(), short(person), account(entry), reason])
    });
    text.push_str(&section(
        "Proposals, each only if it is approved by name or kind",
        &["action", "person", "account", "held because"],
        proposed,
    ));
    let budgets = Budgets::of(plan.json());
    text.push_str(&budgets.totals());
    text.extend(budgets.sections());
    text.push_str(&brakes_section(brakes));
    text
}

/// What was given, after all that it stands on.
pub fn given(text: &str) -> String {
    format!("\n{}", wrapped("", text))
}

fn may_grant(plan: &SavedPlan) -> String {
    let part = |key: &str| plan.json().pointer(&format!("/totals/may_grant/{key}"));
    let accounts = part("accounts").and_then(Value::as_u64).unwrap_or_default();
    match part("euro").and_then(Value::as_str) {
        Some(euro) => format!("{euro} euro to {accounts} accounts, at policy.onboarding_budget"),
        None => format!("unknown, to {accounts} accounts: policy.onboarding_budget is not set"),
    }
}

fn account(entry: &SavedEntry) -> String {
    let id = entry.json().pointer("/account/id").and_then(Value::as_i64);
    id.map_or_else(|| "new".to_owned(), |id| id.to_string())
}

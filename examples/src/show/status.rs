//! What the store knows: who allowed what, what was done lately, what waits. The one place that shows operators' names.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sync_core::authority::{Approval, Mandate, VALID_HOURS};
use sync_core::budget::GrantState;
use sync_core::guard::Brake;
use sync_core::ledger::{DeskStanding, Money};
use sync_core::plan::ActionKind;
use sync_core::ports::{OpenIntent, RunEnd, RunRecord};
use sync_core::{CustomerId, PlanId, SavedPlan};

use super::grants::{memory_in_words, memory_json};
use super::{brake_text, section, short, wrapped};
use crate::next_step::{NextStep, Release};

/// What the store knows about one customer.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "one command fills it")]
pub struct Status<'a> {
    /// Whose it is.
    pub customer: &'a CustomerId,
    /// The hash of the present policy.
    pub policy: String,
    /// When it was asked.
    pub now: DateTime<Utc>,
    /// Until when a run holds the lease, if one does.
    pub lease: Option<DateTime<Utc>>,
    /// The standing word.
    pub mandate: Option<Mandate>,
    /// Approvals that no run has used up.
    pub approvals: Vec<Approval>,
    /// Writes of which nobody knows how they ended.
    pub open: Vec<OpenIntent>,
    /// Does the policy give money by fields?
    pub gives_budgets: bool,
    /// What is remembered of money, compared with the desk.
    pub money: Money,
    /// The latest runs, the latest first.
    pub runs: Vec<RunRecord>,
    /// The plan that the latest of them made.
    pub latest: Option<SavedPlan>,
}

impl Status<'_> {
    /// For people.
    pub fn text(&self, next: NextStep<'_>) -> String {
        let mut text = format!("customer {}\n\n", self.customer);
        text.push_str(&wrapped("mandate  ", &self.mandate_in_words()));
        if let Some(until) = self.lease {
            let until = moment(until);
            let told =
                format!("held by a run until {until}; if that run crashed, sync run --take-over takes it");
            text.push_str(&wrapped("lease    ", &told));
        }
        if self.gives_budgets || !self.money.grants.is_empty() {
            text.push_str(&wrapped("money    ", &memory_in_words(&self.money)));
        }
        for part in [self.approvals(), self.runs(), self.open(), self.waiting(next), self.money(next)] {
            if !part.is_empty() {
                text.push('\n');
                text.push_str(&part);
            }
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let name = |by: &sync_core::Pii<String>| by.expose().clone();
        json!({
            "customer": self.customer,
            "lease_until": self.lease,
            "mandate": self.mandate.as_ref().map(|mandate| json!({
                "by": name(&mandate.by),
                "given_at": mandate.given_at,
                "plan": mandate.plan,
                "policy": mandate.policy,
                "scope": mandate.scope,
                "holds": self.mandate_holds(),
            })),
            "approvals": self.approvals.iter().map(|approval| json!({
                "by": approval.by.as_ref().map(name),
                "given_at": approval.given_at,
                "plan": approval.plan,
                "proposals": approval.proposals,
                "smaller_scope": approval.smaller_scope,
            })).collect::<Vec<_>>(),
            "runs": self.runs,
            "open_intents": self.open.iter().map(|open| json!({"id": open.id, "intent": open.intent})).collect::<Vec<_>>(),
            "money": memory_json(&self.money),
            "latest_plan": self.latest.as_ref().map(|plan| json!({
                "plan_id": plan.id(),
                "brakes": plan.json().get("brakes"),
                "proposals": plan.json().pointer("/totals/proposals"),
                "held": plan.json().pointer("/totals/held"),
                "money": plan.json().pointer("/totals/money"),
            })),
        })
    }

    /// Does it hold for the present policy, and for what the latest plan saw? `None` if the latest run was no ordinary one:
    /// a migration may have ended it.
    fn mandate_holds(&self) -> Option<bool> {
        let Some(mandate) = self.mandate.as_ref().filter(|mandate| mandate.policy == self.policy) else {
            return Some(false);
        };
        match &self.latest {
            Some(plan) => Some(plan.scope() == mandate.scope),
            None => self.runs.iter().all(|run| run.plan.is_none()).then_some(true),
        }
    }

    fn mandate_in_words(&self) -> String {
        let Some(mandate) = &self.mandate else {
            return "none: nobody has confirmed a plan, or somebody ended it".to_owned();
        };
        let for_what = match self.mandate_holds() {
            _ if mandate.policy != self.policy => "ENDED: the policy changed since",
            Some(true) => {
                "for creations, updates and deactivations of people who left, within the limits of the policy"
            }
            Some(false) => "ENDED: a company, or a field that steers the sync, came or went since",
            None => "and whether it still holds, the next run shows: the latest one moved people to REST",
        };
        let (by, at) = (mandate.by.expose(), moment(mandate.given_at));
        format!("given by {by} at {at} on plan {}…, {for_what}", first_digits(&mandate.plan))
    }

    fn approvals(&self) -> String {
        let rows = self.approvals.iter().map(|approval| {
            let by = approval.by.as_ref().map_or("not asked", |by| by.expose());
            let until = approval.given_at + TimeDelta::hours(VALID_HOURS);
            let what = match (approval.proposals.len(), approval.smaller_scope) {
                (0, false) => "its actions".to_owned(),
                (0, true) => "its actions, in a smaller scope".to_owned(),
                (some, false) => format!("its actions and {some} proposals"),
                (some, true) => format!("its actions and {some} proposals, in a smaller scope"),
            };
            let until = if until < self.now { "too old".to_owned() } else { moment(until) };
            [format!("{}…", first_digits(&approval.plan)), by.to_owned(), until, what]
        });
        section("Approvals that no run has used up", &["plan", "by", "until", "for"], rows)
    }

    fn runs(&self) -> String {
        let rows = self.runs.iter().map(|run| {
            let (end, told) = match (run.ended, &run.told) {
                (None, _) => ("goes on", "or crashed: the next run goes on where it stopped".to_owned()),
                (Some((_, end)), told) => (end_in_words(end), told.clone().unwrap_or_default()),
            };
            let plan = run.plan.as_ref().map(|plan| format!("{}…", first_digits(plan))).unwrap_or_default();
            [run.id.0.to_string(), moment(run.began), end.to_owned(), run.writes.to_string(), plan, told]
        });
        section("Last runs", &["run", "began", "end", "writes", "plan", "because"], rows)
    }

    fn open(&self) -> String {
        let rows = self.open.iter().map(|open| {
            let account = open.intent.account.map_or_else(|| "new".to_owned(), |account| account.to_string());
            [moment(open.intent.at), open.intent.action.to_string(), short(&open.intent.person), account]
        });
        section(
            "Begun, and nobody knows how it ended; the next run looks",
            &["at", "action", "person", "account"],
            rows,
        )
    }

    /// What the latest plan waits for, unless an approval of it waits for a run already.
    fn waiting(&self, next: NextStep<'_>) -> String {
        let Some(plan) = &self.latest else {
            let what = if self.runs.is_empty() { "To begin" } else { "To see how things stand now" };
            return format!("{what}\n{}\n", next.run());
        };
        if self.approvals.iter().any(|approval| approval.plan == *plan.id()) {
            return format!("The latest plan is approved; to carry it out\n{}\n", next.run());
        }
        let last = self.runs.iter().find(|run| run.plan.is_some()).and_then(|run| run.ended);
        let is_waiting = last.is_some_and(|(_, end)| end == RunEnd::Waits);
        let brakes: Vec<Brake> = plan
            .json()
            .get("brakes")
            .and_then(|brakes| serde_json::from_value(brakes.clone()).ok())
            .unwrap_or_default();
        let mut text = String::new();
        if is_waiting {
            for brake in &brakes {
                text.push_str(&wrapped(&format!("{}  ", brake.rule()), &brake_text(brake)));
            }
            if let Some(release) = Release::of(&brakes, self.mandate_holds() == Some(true)) {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{}", next.release(release, plan.id()));
            }
        }
        text.push_str(&next.proposals(&proposals(plan), plan.id()));
        text.push_str(&next.money(money_proposals(plan), plan.id()));
        if self.gives_budgets && self.needs_baseline() {
            text.push_str(&next.baseline(plan.id()));
        }
        text
    }

    /// Can nothing be given before a person has told what was given before?
    fn needs_baseline(&self) -> bool {
        let disagrees = matches!(self.money.desk, DeskStanding::Ahead | DeskStanding::OfAnother);
        self.money.epoch.is_none() || disagrees
    }

    /// What became of money that was handed over, and nobody told.
    fn money(&self, next: NextStep<'_>) -> String {
        let count = |state| self.money.grants.iter().filter(|grant| grant.state == state).count();
        let mut text = String::new();
        if count(GrantState::HandedOver) > 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{} grants stand in lists that nobody has confirmed; to see them\n{}",
                count(GrantState::HandedOver),
                next.lists()
            );
        }
        text + &next.doubtful(count(GrantState::Doubtful))
    }
}

fn money_proposals(plan: &SavedPlan) -> u64 {
    plan.json().pointer("/totals/money/proposals").and_then(Value::as_u64).unwrap_or_default()
}

fn proposals(plan: &SavedPlan) -> BTreeMap<ActionKind, u64> {
    let count = |kind| (kind, plan.proposals(&[kind]).len() as u64);
    ActionKind::ALL.into_iter().map(count).collect()
}

const fn end_in_words(end: RunEnd) -> &'static str {
    match end {
        RunEnd::Done => "done",
        RunEnd::Partly => "partly done",
        RunEnd::Waits => "waits",
        RunEnd::Failed => "failed",
        _ => "as a newer version says",
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Enough of a hash to recognise it; commands name it in full.
fn first_digits(plan: &PlanId) -> &str {
    plan.as_str().get(..12).unwrap_or_default()
}

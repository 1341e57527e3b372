//! A plan as a file: to be read, compared and approved, never to be carried out.
//!
//! In: bytes that somebody may have edited. Out: a [`SavedPlan`] whose content is exactly what its hash is
//! about. Never: a [`Plan`](super::Plan); there are no values in a file and no way back (R7).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::{AccountNote, PlanDocument, SCHEMA};
use super::{ActionKind, Entry, PlanId};
use crate::budget::{Budget, BudgetKind, BudgetNote, BudgetReason, Category};
use crate::canonical;
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::guard::Brake;
use crate::id::AccountId;

#[derive(Serialize)]
struct FileOut<'a> {
    id: &'a PlanId,
    plan: &'a PlanDocument,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileIn {
    id: PlanId,
    plan: Value,
}

pub(super) fn file_bytes(id: &PlanId, document: &PlanDocument) -> Vec<u8> {
    canonical::bytes(&FileOut { id, plan: document })
}

/// Why a file is no saved plan. Holds no content of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SavedPlanError {
    /// Not the JSON of a plan file.
    #[error("this is not a plan file")]
    NotAPlan,
    /// A format that this version does not know.
    #[error("this plan file has another format than {SCHEMA}")]
    UnknownSchema,
    /// The content is not what the hash is about: somebody changed the file.
    #[error("the content of this plan file does not belong to its hash; it was changed or cut off")]
    HashMismatch,
}

/// A plan as somebody saw it. It carries no authority and no values.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedPlan {
    id: PlanId,
    as_of: DateTime<Utc>,
    plan: Value,
    entries: BTreeMap<ExternalId, SavedEntry>,
}

/// One person of a saved plan, as the file says.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedEntry(Value);

impl SavedPlan {
    /// Reads a file and checks that its content belongs to its hash.
    ///
    /// # Errors
    /// [`SavedPlanError`].
    pub fn open(bytes: &[u8]) -> Result<Self, SavedPlanError> {
        let file: FileIn = serde_json::from_slice(bytes).map_err(|_| SavedPlanError::NotAPlan)?;
        match file.plan.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(_) => return Err(SavedPlanError::UnknownSchema),
            None => return Err(SavedPlanError::NotAPlan),
        }
        if canonical::digest("sync-core/plan/v1", &file.plan) != file.id.as_str() {
            return Err(SavedPlanError::HashMismatch);
        }
        let as_of = file.plan.get("as_of").and_then(Value::as_str).and_then(|text| text.parse().ok());
        let entries = file.plan.get("entries").and_then(Value::as_array).ok_or(SavedPlanError::NotAPlan)?;
        let entries = entries
            .iter()
            .map(|entry| {
                let person =
                    entry.get("person").and_then(Value::as_str).and_then(|id| ExternalId::parse(id).ok());
                person.map(|person| (person, SavedEntry(entry.clone())))
            })
            .collect::<Option<BTreeMap<_, _>>>()
            .ok_or(SavedPlanError::NotAPlan)?;
        Ok(Self { id: file.id, as_of: as_of.ok_or(SavedPlanError::NotAPlan)?, plan: file.plan, entries })
    }

    /// Its hash.
    pub const fn id(&self) -> &PlanId {
        &self.id
    }

    /// Whose run it is.
    pub fn customer(&self) -> &str {
        self.text("customer")
    }

    /// The hash of the policy under which it was made.
    pub fn policy(&self) -> &str {
        self.text("policy")
    }

    /// The hash of the scope that it saw.
    pub fn scope(&self) -> &str {
        self.text("scope")
    }

    /// Every person of the plan, as the file says, by external id.
    pub fn entries(&self) -> impl Iterator<Item = (&ExternalId, &SavedEntry)> {
        self.entries.iter()
    }

    /// The people of whom something waits for an approval of one of these kinds.
    pub fn proposals(&self, kinds: &[ActionKind]) -> BTreeSet<ExternalId> {
        let wanted = |entry: &SavedEntry| entry.proposed().is_some_and(|kind| kinds.contains(&kind));
        self.entries.iter().filter(|(_, entry)| wanted(entry)).map(|(person, _)| person.clone()).collect()
    }

    /// What the file says is to be done, or proposed, for this person.
    pub(crate) fn action_of(&self, person: &ExternalId) -> Option<ActionKind> {
        let entry = self.entries.get(person)?;
        ActionKind::parse(entry.kind()).or_else(|| entry.proposed())
    }

    /// The actions of the file, and those proposals that were approved too.
    pub(crate) fn approvable<'a>(
        &'a self,
        proposals: &'a BTreeSet<ExternalId>,
    ) -> impl Iterator<Item = (&'a ExternalId, ActionKind)> {
        self.entries.iter().filter_map(|(person, entry)| {
            let proposed = || entry.proposed().filter(|_| proposals.contains(person));
            Some((person, ActionKind::parse(entry.kind()).or_else(proposed)?))
        })
    }

    /// Does this plan move the same money, for the same person on the same account?
    pub(crate) fn holds_budget_of(&self, entry: &Entry, note: &BudgetNote) -> bool {
        let Some(saved) = self.entries.get(&entry.person) else { return false };
        let (Ok(fresh), Ok(note_now)) = (serde_json::to_value(entry), serde_json::to_value(note)) else {
            return false;
        };
        let same = |part: &str| saved.0.pointer(part) == fresh.pointer(part);
        let is_same_money =
            |seen: &Value| ["outcome", "reason"].iter().all(|key| seen.get(key) == note_now.get(key));
        ["/records", "/account/id", "/account/company", "/account/active"].into_iter().all(same)
            && saved.budget(&note.budget()).is_some_and(is_same_money)
    }

    /// Does this plan move, or propose to move, anything of this budget?
    pub(crate) fn moves_budget(&self, person: &ExternalId, budget: &Budget) -> bool {
        let saved = self.entries.get(person).and_then(|entry| entry.budget(budget));
        saved.is_some_and(|note| is_given(note) || is_proposed(note))
    }

    /// The money that the file gives, and what of its proposals was approved too.
    pub(crate) fn approvable_budgets(&self, proposals: &BTreeSet<ExternalId>) -> Vec<(&ExternalId, Budget)> {
        let of_person = |(person, entry): (&'_ ExternalId, &'_ SavedEntry)| -> Vec<Budget> {
            let approved =
                |note: &&Value| is_given(note) || (is_proposed(note) && proposals.contains(person));
            entry.notes().filter(approved).filter_map(budget_of).collect()
        };
        let people = self.entries.iter();
        people.flat_map(|it| of_person(it).into_iter().map(move |budget| (it.0, budget))).collect()
    }

    /// The people of whom money waits for an approval.
    pub fn budget_proposals(&self) -> BTreeSet<ExternalId> {
        let waits = |entry: &SavedEntry| entry.notes().any(is_proposed);
        self.entries.iter().filter(|(_, entry)| waits(entry)).map(|(person, _)| person.clone()).collect()
    }

    /// Was it made under a policy that gives budgets?
    pub(crate) fn is_about_money(&self) -> bool {
        self.plan.pointer("/totals/money").is_some()
    }

    fn text(&self, key: &str) -> &str {
        self.plan.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The instant as of which it was made.
    pub const fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// The entry of a person, by the id of any of the person's records.
    pub fn entry(&self, record: &ExternalId) -> Option<&SavedEntry> {
        let of_record = |entry: &&SavedEntry| entry.records().any(|id| id == record.as_str());
        self.entries.get(record).or_else(|| self.entries.values().find(of_record))
    }

    /// The file that it was opened from, up to the order of its keys.
    pub fn to_file(&self) -> Vec<u8> {
        canonical::bytes(&serde_json::json!({ "id": self.id, "plan": self.plan }))
    }

    /// The whole document as JSON.
    pub const fn json(&self) -> &Value {
        &self.plan
    }

    /// Did the person who looked at this plan see this brake, with at least these numbers? What of the seen
    /// actions was done since has moved from `planned` to `recent`; together they must not be more.
    pub(crate) fn shows(&self, brake: &Brake) -> bool {
        let Ok(wanted) = serde_json::to_value(brake) else { return false };
        let seen = self.plan.get("brakes").and_then(Value::as_array).into_iter().flatten();
        seen.into_iter().any(|seen| match brake {
            Brake::OverLimit { planned, recent, .. } => {
                let number = |key| seen.get(key).and_then(Value::as_u64);
                let (Some(seen_planned), Some(seen_recent)) = (number("planned"), number("recent")) else {
                    return false;
                };
                seen.get("brake") == wanted.get("brake")
                    && seen.get("what") == wanted.get("what")
                    && seen_planned >= *planned
                    && seen_planned.saturating_add(seen_recent) >= planned.saturating_add(*recent)
            }
            Brake::OverEuro { planned, .. } | Brake::OverEuroCancelled { planned, .. } => {
                let amount =
                    |key| seen.get(key).and_then(Value::as_str).and_then(|text| text.parse::<Euro>().ok());
                seen.get("brake") == wanted.get("brake")
                    && amount("planned").is_some_and(|seen| seen >= *planned)
            }
            _ => *seen == wanted,
        })
    }

    /// Does this plan hold the same action, with the same account and the same values, for the same person? By what the
    /// account was found does not count: a run that came to its end remembers whose it is, and finds it so from then on.
    pub(crate) fn holds_action_of(&self, entry: &Entry) -> bool {
        let Some(SavedEntry(saved)) = self.entries.get(&entry.person) else { return false };
        let Ok(fresh) = serde_json::to_value(entry) else { return false };
        ["/decision", "/records", "/account/id", "/account/company", "/account/active"]
            .iter()
            .all(|part| saved.pointer(part) == fresh.pointer(part))
    }

    /// Is this update what this plan proposed to do after an activation, on the same account and with the same values?
    /// So it stands in a plan that is made when a run crashed between the two.
    pub(crate) fn holds_update_of(&self, entry: &Entry) -> bool {
        let Some(SavedEntry(saved)) = self.entries.get(&entry.person) else { return false };
        let Ok(fresh) = serde_json::to_value(entry) else { return false };
        let same = |seen: &str, now: &str| {
            saved.pointer(seen).is_some() && saved.pointer(seen) == fresh.pointer(now)
        };
        saved.pointer("/decision/proposal/kind").and_then(Value::as_str) == Some("activate")
            && ActionKind::of(&entry.decision) == Some(ActionKind::Update)
            && same("/decision/proposal/fields", "/decision/fields")
            && same("/account/id", "/account/id")
            && same("/records", "/records")
    }
}

impl SavedEntry {
    /// The entry as JSON, in the form of [`Entry`].
    pub const fn json(&self) -> &Value {
        &self.0
    }

    /// The kind of decision, such as `onboard` or `hold`.
    pub fn kind(&self) -> &str {
        self.0.pointer("/decision/kind").and_then(Value::as_str).unwrap_or_default()
    }

    /// What is proposed for a held person, if anything is.
    pub fn proposed(&self) -> Option<ActionKind> {
        let kind = self.0.pointer("/decision/proposal/kind").and_then(Value::as_str)?;
        if kind == "deactivate" { Some(ActionKind::Withdraw) } else { ActionKind::parse(kind) }
    }

    /// The reason of a decision that has one, as a code.
    pub fn reason(&self) -> Option<&str> {
        self.0.pointer("/decision/reason").and_then(Value::as_str)
    }

    /// What happens to each budget, in the form of [`BudgetNote`].
    pub fn notes(&self) -> impl Iterator<Item = &Value> {
        self.0.get("budgets").and_then(Value::as_array).into_iter().flatten()
    }

    /// The records of the person, that of the external id first.
    pub(crate) fn record_ids(&self) -> Vec<ExternalId> {
        self.records().filter_map(|id| ExternalId::parse(id).ok()).collect()
    }

    /// The account, if it is the person's for certain.
    pub(crate) fn certain_account(&self) -> Option<AccountId> {
        let account: AccountNote = self.0.get("account").and_then(|it| AccountNote::deserialize(it).ok())?;
        account.found_by.is_certain().then_some(account.id)
    }

    /// Is this somebody for whom no account was found, and one is to be made?
    pub(crate) fn is_without_account(&self) -> bool {
        self.0.get("account").is_some_and(Value::is_null) && matches!(self.kind(), "onboard" | "planned")
    }

    /// What the plan says of budgets that the policy lists.
    fn listed(&self) -> impl Iterator<Item = &Value> {
        let unlisted = BudgetReason::UnlistedCategory.code();
        self.notes().filter(move |note| note.get("reason").and_then(Value::as_str) != Some(unlisted))
    }

    /// Is there a field, of a budget that the policy lists, that says nothing that is sure?
    pub(crate) fn is_unclear(&self) -> bool {
        let is_sure = |note: &Value| note.get("wish").is_some_and(|wish| wish == "empty" || wish.is_object());
        !self.listed().all(is_sure)
    }

    /// The amounts that the fields name, of budgets that the policy lists.
    pub(crate) fn wished(&self) -> Vec<(Budget, Euro)> {
        let amount = |note: &Value| note.pointer("/wish/amount").and_then(Value::as_str)?.parse().ok();
        let wished = |note: &Value| Some((budget_of(note)?, amount(note)?));
        let is_money = |(_, amount): &(Budget, Euro)| *amount > Euro::default();
        self.listed().filter_map(wished).filter(is_money).collect()
    }

    fn budget(&self, budget: &Budget) -> Option<&Value> {
        self.notes().find(|note| budget_of(note).as_ref() == Some(budget))
    }

    fn records(&self) -> impl Iterator<Item = &str> {
        let records = self.0.get("records").and_then(Value::as_array).into_iter().flatten();
        records.filter_map(|record| record.get("id").and_then(Value::as_str))
    }
}

/// Which budget a saved note is about.
fn budget_of(note: &Value) -> Option<Budget> {
    let text = |key| note.get(key).and_then(Value::as_str);
    Some(Budget::new(BudgetKind::parse(text("kind")?)?, Category::parse(text("category")?)?))
}

fn is_given(note: &Value) -> bool {
    note.pointer("/outcome/kind").and_then(Value::as_str) == Some("give")
}

fn is_proposed(note: &Value) -> bool {
    note.pointer("/outcome/proposal").is_some_and(|proposal| !proposal.is_null())
}

//! The part of a plan that may be shown: `plan/v1`.
//!
//! Ids, field names, dates of employment, reasons and fingerprints; never a name, an address or a birthday.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::budget::{BudgetNote, BudgetReason};
use crate::change::Field;
use crate::decision::{Decision, HoldReason};
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::finding::Finding;
use crate::guard::Brake;
use crate::id::{AccountId, CompanyId, CustomerId, TargetCompanyId};
use crate::matching::Level;
use crate::record::EmployeeType;

/// The name of this format. Unknown ones are refused.
pub const SCHEMA: &str = "plan/v1";

/// All that may be shown of a plan. Its fields, and those of what it has much of, stand in canonical order: so a plan is
/// hashed as it comes, and never in memory as bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlanDocument {
    /// The instant as of which everything was judged, in seconds and UTC.
    pub as_of: String,
    /// The brakes that were pulled.
    pub brakes: Vec<Brake>,
    /// Whose run it is.
    pub customer: CustomerId,
    /// Every person, by external id.
    pub entries: Vec<Entry>,
    /// What else is worth telling.
    pub findings: Vec<Finding>,
    /// The hash of the policy.
    pub policy: String,
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The hash of the scope: the source's companies, each with the names of the fields that steer the sync. A mandate
    /// holds for one scope.
    pub scope: String,
    /// The digest of the source snapshot, keyed.
    pub source: String,
    /// The digest of the target snapshot, keyed.
    pub target: String,
    /// How much of what.
    pub totals: Totals,
}

impl PlanDocument {
    /// The entries that are actions, in the order in which they are done: updates and creations by
    /// step, so that an address is free before it is taken, then deactivations.
    pub fn actions(&self) -> Vec<&Entry> {
        let mut actions = self.candidates();
        actions.retain(|entry| ActionKind::of(&entry.decision).is_some());
        actions
    }

    /// The entries that are actions, or would be if somebody approved them, in the order in which they would be done.
    pub fn candidates(&self) -> Vec<&Entry> {
        let kind =
            |entry: &Entry| ActionKind::of(&entry.decision).or_else(|| ActionKind::proposed(&entry.decision));
        let mut candidates: Vec<_> =
            self.entries.iter().filter_map(|entry| Some((kind(entry)?, entry))).collect();
        candidates.sort_by_key(|(kind, entry)| (entry.step.unwrap_or(0), *kind));
        candidates.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Is there a brake that no approval lifts?
    pub fn is_blocked(&self) -> bool {
        self.brakes.iter().any(Brake::is_final)
    }
}

/// One person of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// The account, if there is exactly one.
    pub account: Option<AccountNote>,
    /// What happens to each budget that the fields or the ledger know of, by kind and category.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<BudgetNote>,
    /// What happens, and why.
    pub decision: Decision,
    /// The last day of somebody in service, if it is known.
    pub leaves_on: Option<NaiveDate>,
    /// The external id: that of the oldest record.
    pub person: ExternalId,
    /// All records, oldest first.
    pub records: Vec<RecordNote>,
    /// When an action comes, relative to others of this plan.
    pub step: Option<u32>,
}

/// One record of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordNote {
    /// Its company.
    pub company: CompanyId,
    /// Its type.
    pub employee_type: Option<EmployeeType>,
    /// Its id.
    pub id: ExternalId,
}

/// The account of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountNote {
    /// Whether it can sign in.
    pub active: bool,
    /// Its company.
    pub company: TargetCompanyId,
    /// By what it was found.
    pub found_by: Level,
    /// Its id.
    pub id: AccountId,
}

/// The kinds of action that a run can carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActionKind {
    /// Change fields.
    Update,
    /// Create an account.
    Onboard,
    /// Give an account that nobody manages our external id. Only with an approval.
    Adopt,
    /// Tie an account to another record of the same person. Only with an approval.
    Relink,
    /// Give access again. Only with an approval.
    Activate,
    /// Take away the access of somebody who has not left. Only with an approval.
    Withdraw,
    /// Deactivate the account of somebody who left.
    Offboard,
}

impl ActionKind {
    /// All kinds, in the order in which they are done.
    pub const ALL: [Self; 7] = [
        Self::Update,
        Self::Onboard,
        Self::Adopt,
        Self::Relink,
        Self::Activate,
        Self::Withdraw,
        Self::Offboard,
    ];

    /// The kind of a decision; none if nothing is to be written.
    pub const fn of(decision: &Decision) -> Option<Self> {
        match decision {
            Decision::Onboard { .. } => Some(Self::Onboard),
            Decision::Update { .. } => Some(Self::Update),
            Decision::Offboard(_) => Some(Self::Offboard),
            _ => None,
        }
    }

    /// What a held person's decision proposes, if it proposes anything.
    pub const fn proposed(decision: &Decision) -> Option<Self> {
        match decision {
            Decision::Hold { proposal: Some(proposal), .. } => Some(proposal.action()),
            _ => None,
        }
    }

    /// Reads a kind as plans spell it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// How plans spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Onboard => "onboard",
            Self::Adopt => "adopt",
            Self::Relink => "relink",
            Self::Activate => "activate",
            Self::Withdraw => "withdraw",
            Self::Offboard => "offboard",
        }
    }

    /// Does it take access away?
    pub const fn deactivates(self) -> bool {
        matches!(self, Self::Withdraw | Self::Offboard)
    }
}

impl fmt::Display for ActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many actions of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActionCounts {
    /// Creations.
    pub onboard: u64,
    /// Changes of fields.
    pub update: u64,
    /// Deactivations.
    pub offboard: u64,
}

impl ActionCounts {
    pub(crate) fn of<'a>(decisions: impl Iterator<Item = &'a Decision>) -> Self {
        let mut counts = Self::default();
        for kind in decisions.filter_map(ActionKind::of) {
            match kind {
                ActionKind::Onboard => counts.onboard += 1,
                ActionKind::Update => counts.update += 1,
                ActionKind::Offboard => counts.offboard += 1,
                // Never what a decision does by itself.
                ActionKind::Adopt | ActionKind::Relink | ActionKind::Activate | ActionKind::Withdraw => {}
            }
        }
        counts
    }

    /// All actions.
    pub const fn total(&self) -> u64 {
        self.onboard + self.update + self.offboard
    }
}

/// How many people are held for each reason.
pub type HoldCounts = BTreeMap<HoldReason, u64>;

/// How much of what a plan holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// People read.
    pub people: u64,
    /// Records read.
    pub records: u64,
    /// Accounts read, active and inactive.
    pub accounts: u64,
    /// Managed active accounts: the N of the limits.
    pub managed_active: u64,
    /// Accounts that we deactivated within the last seven days.
    pub recent_deactivations: u64,
    /// Actions by kind.
    pub actions: ActionCounts,
    /// Updates that change the address.
    pub email_changes: u64,
    /// What waits for an approval, by kind.
    pub proposals: BTreeMap<ActionKind, u64>,
    /// What creations and proposed activations may grant by themselves.
    pub may_grant: MayGrant,
    /// Held people by reason.
    pub held: HoldCounts,
    /// People who wait for a day.
    pub planned: u64,
    /// People who do not take part.
    pub skipped: u64,
    /// People of whom nothing needs to be done.
    pub nothing: u64,
    /// How much money; none where the policy gives none by fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<MoneyTotals>,
}

/// How much money a plan moves. Amounts of monthly budgets are those of one month.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct MoneyTotals {
    /// First grants: what a mandate covers.
    pub grants: u64,
    /// How much they give.
    pub granted: Euro,
    /// Hand-overs that wait for an approval.
    pub proposals: u64,
    /// How much those would give; a replacement counts with its new amount.
    pub proposed: Euro,
    /// How much this plan's deactivations cancel at most, as far as the ledger knows what was given.
    pub cancelled: Euro,
    /// Grants of earlier runs that have not come to their end.
    pub open: u64,
    /// Budgets that are held, by reason.
    pub held: BTreeMap<BudgetReason, u64>,
}

/// What creating and activating accounts may grant without anybody asking for it (U-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct MayGrant {
    /// How many accounts may be granted something.
    pub accounts: u64,
    /// How much in all, at the policy's onboarding budget; `None` where the policy names none, so that nobody knows.
    pub euro: Option<Euro>,
}

impl Totals {
    pub(crate) fn new(
        entries: &[Entry],
        (managed_active, accounts): (u64, u64),
        recent_deactivations: u64,
        onboarding_budget: Option<Euro>,
        money: Option<MoneyTotals>,
    ) -> Self {
        let mut totals = Self {
            people: entries.len() as u64,
            records: entries.iter().map(|entry| entry.records.len() as u64).sum(),
            accounts,
            managed_active,
            recent_deactivations,
            actions: ActionCounts::of(entries.iter().map(|entry| &entry.decision)),
            money,
            ..Self::default()
        };
        for entry in entries {
            match &entry.decision {
                Decision::Hold { reason, proposal, .. } => {
                    *totals.held.entry(*reason).or_default() += 1;
                    if let Some(proposal) = proposal {
                        *totals.proposals.entry(proposal.action()).or_default() += 1;
                    }
                }
                Decision::Planned { .. } => totals.planned += 1,
                Decision::Skip { .. } => totals.skipped += 1,
                Decision::Nothing { .. } => totals.nothing += 1,
                Decision::Update { fields } => {
                    totals.email_changes +=
                        u64::from(fields.iter().any(|change| change.field == Field::Email));
                }
                Decision::Onboard { .. } | Decision::Offboard(_) => {}
            }
        }
        let accounts = totals.actions.onboard + totals.proposed(ActionKind::Activate);
        totals.may_grant =
            MayGrant { accounts, euro: onboarding_budget.map(|budget| budget.times(accounts)) };
        totals
    }

    /// How many people wait for an approval of this kind.
    pub fn proposed(&self, kind: ActionKind) -> u64 {
        self.proposals.get(&kind).copied().unwrap_or(0)
    }
}

//! The part of a plan that may be shown: `plan/v1`.
//!
//! Ids, field names, dates of employment, reasons and fingerprints; never a name, an address or a birthday.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::decision::{Decision, HoldReason};
use crate::external_id::ExternalId;
use crate::finding::Finding;
use crate::guard::Brake;
use crate::id::{AccountId, CompanyId, CustomerId, TargetCompanyId};
use crate::matching::Level;
use crate::record::EmployeeType;

/// The name of this format. Unknown ones are refused.
pub const SCHEMA: &str = "plan/v1";

/// All that may be shown of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlanDocument {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Whose run it is.
    pub customer: CustomerId,
    /// The hash of the policy.
    pub policy: String,
    /// The digest of the source snapshot, keyed.
    pub source: String,
    /// The digest of the target snapshot, keyed.
    pub target: String,
    /// The instant as of which everything was judged, in seconds and UTC.
    pub as_of: String,
    /// How much of what.
    pub totals: Totals,
    /// Every person, by external id.
    pub entries: Vec<Entry>,
    /// The brakes that were pulled.
    pub brakes: Vec<Brake>,
    /// What else is worth telling.
    pub findings: Vec<Finding>,
}

impl PlanDocument {
    /// The entries that are actions, in the order in which they are done: updates and creations by
    /// step, so that an address is free before it is taken, then deactivations.
    pub fn actions(&self) -> Vec<&Entry> {
        let mut actions: Vec<_> =
            self.entries.iter().filter_map(|entry| Some((ActionKind::of(&entry.decision)?, entry))).collect();
        actions.sort_by_key(|(kind, entry)| (entry.step, *kind));
        actions.into_iter().map(|(_, entry)| entry).collect()
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
    /// The external id: that of the oldest record.
    pub person: ExternalId,
    /// All records, oldest first.
    pub records: Vec<RecordNote>,
    /// The account, if there is exactly one.
    pub account: Option<AccountNote>,
    /// What happens, and why.
    pub decision: Decision,
    /// The last day of somebody in service, if it is known.
    pub leaves_on: Option<NaiveDate>,
    /// When an action comes, relative to others of this plan.
    pub step: Option<u32>,
}

/// One record of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordNote {
    /// Its id.
    pub id: ExternalId,
    /// Its company.
    pub company: CompanyId,
    /// Its type.
    pub employee_type: Option<EmployeeType>,
}

/// The account of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountNote {
    /// Its id.
    pub id: AccountId,
    /// Its company.
    pub company: TargetCompanyId,
    /// Whether it can sign in.
    pub active: bool,
    /// By what it was found.
    pub found_by: Level,
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
    /// Deactivate an account.
    Offboard,
}

impl ActionKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Update, Self::Onboard, Self::Offboard];

    /// The kind of a decision; none if nothing is to be written.
    pub const fn of(decision: &Decision) -> Option<Self> {
        match decision {
            Decision::Onboard { .. } => Some(Self::Onboard),
            Decision::Update { .. } => Some(Self::Update),
            Decision::Offboard(_) => Some(Self::Offboard),
            _ => None,
        }
    }
}

impl fmt::Display for ActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Update => "update",
            Self::Onboard => "onboard",
            Self::Offboard => "offboard",
        })
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
    /// Actions by kind.
    pub actions: ActionCounts,
    /// Held people by reason.
    pub held: HoldCounts,
    /// People who wait for a day.
    pub planned: u64,
    /// People who do not take part.
    pub skipped: u64,
    /// People of whom nothing needs to be done.
    pub nothing: u64,
}

impl Totals {
    pub(crate) fn new(entries: &[Entry], managed_active: u64, accounts: u64) -> Self {
        let mut totals = Self {
            people: entries.len() as u64,
            records: entries.iter().map(|entry| entry.records.len() as u64).sum(),
            accounts,
            managed_active,
            actions: ActionCounts::of(entries.iter().map(|entry| &entry.decision)),
            ..Self::default()
        };
        for entry in entries {
            match &entry.decision {
                Decision::Hold { reason, .. } => *totals.held.entry(*reason).or_default() += 1,
                Decision::Planned { .. } => totals.planned += 1,
                Decision::Skip { .. } => totals.skipped += 1,
                Decision::Nothing { .. } => totals.nothing += 1,
                Decision::Onboard { .. } | Decision::Update { .. } | Decision::Offboard(_) => {}
            }
        }
        totals
    }
}

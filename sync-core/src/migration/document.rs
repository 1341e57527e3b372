//! The part of a migration plan that may be shown: `migration/v1`.
//!
//! Ids, companies, reasons and numbers; never a name, an address or a birthday. Its fields stand in canonical order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::reason::NotMoved;
use super::words::Words;
use crate::external_id::ExternalId;
use crate::guard::Brake;
use crate::id::{AccountId, CompanyId, CustomerId};

/// The name of this format. Unknown ones are refused.
pub const SCHEMA: &str = "migration/v1";

/// All that may be shown of a migration plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MigrationDocument {
    /// The instant as of which everything was judged, in seconds and UTC.
    pub as_of: String,
    /// What stands against the whole; no approval lifts it.
    pub brakes: Vec<Brake>,
    /// Which company over REST is which over SOAP, as far as the certain pairs show.
    pub companies: BTreeMap<CompanyId, CompanyId>,
    /// Whose migration it is.
    pub customer: CustomerId,
    /// Was the last complete run one over REST already?
    pub ended: bool,
    /// Does carrying it out end the time of SOAP? From then on runs over it are blocked, and those over REST are not. Not
    /// while somebody is left behind, unless a person says so: a run over REST could make such a one a second account.
    pub ends: bool,
    /// Every record that the ledger or an account knows, by its old name.
    pub entries: Vec<MigrationEntry>,
    /// The hash of the scope over REST.
    pub new_scope: String,
    /// The digest of what REST showed, keyed.
    pub new_source: String,
    /// The hash of the scope over SOAP.
    pub old_scope: String,
    /// The digest of what SOAP showed, keyed.
    pub old_source: String,
    /// The hash of the policy.
    pub policy: String,
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The digest of the target snapshot, keyed.
    pub target: String,
    /// How much of what.
    pub totals: MigrationTotals,
    /// What a person said before it was made.
    pub words: Words,
}

impl MigrationDocument {
    /// Is there something that an approval would have done?
    pub fn does_something(&self) -> bool {
        self.ends || self.totals.moved() > 0
    }

    /// Is all done, so that nobody has to look?
    pub fn has_nothing_to_do(&self) -> bool {
        self.ended && !self.does_something()
    }
}

/// One record of a migration plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MigrationEntry {
    /// The account, if there is exactly one.
    pub account: Option<AccountId>,
    /// What happens, and why.
    pub decision: MigrationDecision,
    /// The name over SOAP.
    pub old: ExternalId,
}

/// What happens to one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum MigrationDecision {
    /// It is moved.
    Move {
        /// By what the two were found to be one.
        by: PairedBy,
        /// Is the account marked with the new name? One update, of its external id and nothing else.
        mark: bool,
        /// The name over REST.
        new: ExternalId,
        /// Does the ledger learn the new name?
        remember: bool,
    },
    /// It was moved already.
    Done {
        /// The name over REST.
        new: ExternalId,
    },
    /// Nothing happens until a person has looked.
    Hold {
        /// Records over REST that may be meant, or the first of many.
        candidates: Vec<ExternalId>,
        /// Has it an account that is active, or of which nobody knows whether it is? Then it is left behind.
        in_use: bool,
        /// Why.
        reason: NotMoved,
    },
}

/// By what two records were found to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PairedBy {
    /// An earlier migration said so.
    Known,
    /// A person named the pair.
    Word,
    /// Address, birthday and number are the same, and nobody else's.
    Values,
    /// So they are, and only the company tells this one from others.
    Company,
    /// Number, birthday and last name are the same, an address is missing, and a person takes such pairs.
    Likely,
}

/// How much of what a migration plan holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct MigrationTotals {
    /// Records that were moved before.
    pub done: u64,
    /// Records that are held, by reason.
    pub held: BTreeMap<NotMoved, u64>,
    /// Those of the held records whose account is in use.
    pub left_behind: u64,
    /// Accounts that are marked with the new name.
    pub marks: u64,
    /// Records over REST.
    pub new_records: u64,
    /// Records over SOAP.
    pub old_records: u64,
    /// Records that are moved, by how the pair was found.
    pub paired: BTreeMap<PairedBy, u64>,
}

impl MigrationTotals {
    pub(super) fn of(entries: &[MigrationEntry], old_records: usize, new_records: usize) -> Self {
        let (old_records, new_records) = (old_records as u64, new_records as u64);
        let mut totals = Self { new_records, old_records, ..Self::default() };
        for entry in entries {
            match &entry.decision {
                MigrationDecision::Move { by, mark, .. } => {
                    *totals.paired.entry(*by).or_default() += 1;
                    totals.marks += u64::from(*mark);
                }
                MigrationDecision::Done { .. } => totals.done += 1,
                MigrationDecision::Hold { reason, in_use, .. } => {
                    *totals.held.entry(*reason).or_default() += 1;
                    totals.left_behind += u64::from(*in_use);
                }
            }
        }
        totals
    }

    /// Records that are moved.
    pub fn moved(&self) -> u64 {
        self.paired.values().sum()
    }

    /// Records that are held.
    pub fn held(&self) -> u64 {
        self.held.values().sum()
    }
}

//! What happens to one person, and why.
//!
//! In: one person with its match, the policy, and the instant. Out: one [`Decision`] with its reason, and
//! for an action the values to send. Never: two decisions for one person, an action without a reason, or
//! a value in a decision; values travel beside it.

mod access;
mod decide;
mod fields;
mod reason;
mod route;

pub(crate) use decide::{Decided, Facts, decide};
pub(crate) use reason::reasons;
pub use reason::{Advice, HoldReason, NothingReason, SkipReason};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::change::{AccountChange, Field, NewAccount};
use crate::evidence::LeavingEvidence;
use crate::external_id::ExternalId;
use crate::id::{AccountId, TargetCompanyId};
use crate::plan::ActionKind;

/// What happens to one person. Serialises into plans; holds fingerprints, never values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// An account is created.
    Onboard {
        /// Where.
        company: TargetCompanyId,
        /// Its fields.
        fields: Vec<FieldChange>,
    },
    /// Fields of the account are changed.
    Update {
        /// The fields that differ.
        fields: Vec<FieldChange>,
    },
    /// The account is deactivated.
    Offboard(Offboard),
    /// Nothing happens until a person has looked.
    Hold {
        /// Why.
        reason: HoldReason,
        /// Accounts that stand in the way, or between which somebody must choose.
        accounts: Vec<AccountId>,
        /// Records of others that stand in the way.
        records: Vec<ExternalId>,
        /// What we would do if somebody approved it.
        proposal: Option<Proposal>,
    },
    /// Nothing happens before a day that is known.
    Planned {
        /// What is planned.
        what: Planned,
        /// The first day (onboarding) or the last day (offboarding).
        on: NaiveDate,
    },
    /// The person does not take part.
    Skip {
        /// Why.
        reason: SkipReason,
    },
    /// Everything is as it should be.
    Nothing {
        /// Why.
        reason: NothingReason,
    },
}

/// A deactivation, with the evidence that it stands on. Only evidence builds one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offboard {
    evidence: LeavingEvidence,
}

impl Offboard {
    /// A deactivation on this evidence.
    pub const fn on(evidence: LeavingEvidence) -> Self {
        Self { evidence }
    }

    /// What shows that the person left.
    pub const fn evidence(&self) -> &LeavingEvidence {
        &self.evidence
    }
}

/// What waits for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Planned {
    /// The person starts on that day, and gets an account.
    Onboard,
    /// The person starts on that day, for the first time or again, and has an active account already. It stays.
    Begin,
    /// The person's last day is that day.
    Offboard,
}

/// What somebody could approve for one person (R7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Proposal {
    /// Give an account that nobody manages our external id, and change nothing else.
    Adopt {
        /// The external id, before and after.
        fields: Vec<FieldChange>,
    },
    /// Give a former employee's account access again, and then bring it up to date.
    Activate {
        /// The fields that differ.
        fields: Vec<FieldChange>,
    },
    /// Say that two records which look like one person's are one person's.
    Relink {
        /// The external id, before and after, where the account carries that of a record which is gone.
        fields: Vec<FieldChange>,
        /// The record whose person this one is, where it is still in the source.
        same_as: Option<ExternalId>,
    },
    /// Take access away, of somebody who has not left.
    Deactivate,
}

impl Proposal {
    /// What is done when somebody approves it.
    pub const fn action(&self) -> ActionKind {
        match self {
            Self::Adopt { .. } => ActionKind::Adopt,
            Self::Activate { .. } => ActionKind::Activate,
            Self::Relink { .. } => ActionKind::Relink,
            Self::Deactivate => ActionKind::Withdraw,
        }
    }
}

/// One field, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FieldChange {
    /// Which field.
    pub field: Field,
    /// What the target has.
    pub before: Shown,
    /// What it will have.
    pub after: Shown,
}

/// A value that is not shown: that there is none, or the fingerprint of the one there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a value is there, is empty, or is not there")]
pub enum Shown {
    /// The account does not exist yet, so that there is no field to look at.
    Unset,
    /// Null, or no such key.
    Null,
    /// A text without any character but blanks.
    Empty,
    /// A value; equal fingerprints of one person's field mean equal values.
    Value(String),
}

/// The values behind an action. Never serialised, never printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payload {
    Create(NewAccount),
    Change(AccountChange),
}

impl Decision {
    /// A hold without a proposal and with nobody in the way.
    pub(crate) const fn hold(reason: HoldReason) -> Self {
        Self::Hold { reason, accounts: Vec::new(), records: Vec::new(), proposal: None }
    }

    pub(crate) const fn hold_on(reason: HoldReason, accounts: Vec<AccountId>) -> Self {
        Self::Hold { reason, accounts, records: Vec::new(), proposal: None }
    }

    pub(crate) fn propose(reason: HoldReason, account: AccountId, proposal: Proposal) -> Self {
        Self::Hold { reason, accounts: vec![account], records: Vec::new(), proposal: Some(proposal) }
    }

    pub(crate) const fn nothing(reason: NothingReason) -> Self {
        Self::Nothing { reason }
    }

    pub(crate) const fn skip(reason: SkipReason) -> Self {
        Self::Skip { reason }
    }
}

//! A person's word about what was given before the ledger knew of it (R11).
//!
//! In: a plan that the person looked at, and what was given. Out: a [`Baseline`] for the ledger. Never: a grant; what
//! it imports counts as given, and what it leaves out stays held.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::key::{Budget, Epoch, Mark};
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::id::AccountId;
use crate::pii::Pii;
use crate::plan::PlanId;

/// What the person says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaselineWord {
    /// What the ledger remembers is all that was given. Of an empty ledger: nothing was.
    NothingElse,
    /// What the fields of the plan say has been given.
    AsFilled,
    /// This was given, to these people; of nobody else is anything said.
    These(Vec<Imported>),
}

/// A grant that the ledger did not know of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Imported {
    /// To whom.
    pub person: ExternalId,
    /// Which budget.
    pub budget: Budget,
    /// How much; zero says that this person was told about and given none of this budget.
    pub amount: Euro,
}

impl Imported {
    /// This person was given this much.
    pub const fn new(person: ExternalId, budget: Budget, amount: Euro) -> Self {
        Self { person, budget, amount }
    }
}

/// One person of whom the baseline speaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CoveredPerson {
    /// All records that are this person's.
    pub records: BTreeSet<ExternalId>,
    /// The account.
    pub account: Option<AccountId>,
}

/// A new memory, in place of none, of a lost one, or of one that the desk contradicts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Founding {
    /// Its name.
    pub epoch: Epoch,
    /// The desk's mark that this person has seen and accepts.
    pub accepted: Option<Mark>,
}

impl Founding {
    /// A new memory, by somebody who accepts this mark of the desk.
    pub const fn new(epoch: Epoch, accepted: Option<Mark>) -> Self {
        Self { epoch, accepted }
    }
}

/// What a person vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Baseline {
    /// The plan that the person looked at.
    pub plan: PlanId,
    /// Who it is.
    pub by: Pii<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The new memory that it founds; none when it speaks of more people in the present one.
    pub founds: Option<Founding>,
    /// Everybody of whom it speaks, by the record that stands for the person.
    pub people: BTreeMap<ExternalId, CoveredPerson>,
    /// What they were given besides what the ledger remembers.
    pub given: Vec<Imported>,
    /// Fingerprints of forgotten people that end, because it speaks of these people again.
    pub remembered_again: BTreeSet<String>,
}

impl Baseline {
    /// A word about nobody yet.
    pub const fn new(plan: PlanId, by: Pii<String>, at: DateTime<Utc>) -> Self {
        Self {
            plan,
            by,
            at,
            founds: None,
            people: BTreeMap::new(),
            given: Vec::new(),
            remembered_again: BTreeSet::new(),
        }
    }
}

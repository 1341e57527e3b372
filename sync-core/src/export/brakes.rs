//! When a roster must not take the place of the last one.
//!
//! In: a roster, and whose rows the last one had. Out: brakes. A roster carries out a plan, so it stops where a run would.
//! It stops when more people would be missing from it than a run may deactivate, because what absence means to the platform
//! is not known (reference §3.4); and when more would get an account than a run may create, measured by the last roster,
//! because who is kept by files only may never have had a run. A person who saw this roster can lift them all, for this
//! roster only.

use std::collections::BTreeSet;
use std::fmt;

use super::roster::{Roster, RosterRow};
use crate::email::EmailKey;
use crate::guard::{Brake, Limited};

/// Why a roster waits for a person's word.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RosterBrake {
    /// There is no last one to compare with.
    First,
    /// People are missing that the last one had.
    Shrinks {
        /// How many.
        missing: u64,
        /// How many may be.
        allowed: u64,
    },
    /// People would get an account whom the last one did not have.
    Grows {
        /// How many.
        new: u64,
        /// How many may.
        allowed: u64,
    },
    /// The plan that it carries out is over a limit.
    Plan(Brake),
}

impl fmt::Display for RosterBrake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("there is no earlier roster to compare with"),
            Self::Shrinks { missing, allowed } => {
                write!(f, "{missing} people of the last roster are missing, {allowed} may be")
            }
            Self::Grows { new, allowed } => {
                write!(
                    f,
                    "{new} people would get an account whom the last roster did not have, {allowed} may"
                )
            }
            Self::Plan(Brake::OverLimit { what, planned, recent, allowed }) => {
                let what = what.name();
                write!(f, "{planned} {what}, and {recent} of late; {allowed} are allowed")
            }
            Self::Plan(Brake::OverEuro { planned, allowed }) => {
                write!(f, "it may grant {planned} euro; {allowed} are allowed")
            }
            Self::Plan(Brake::OverEuroCancelled { planned, allowed }) => {
                write!(f, "it cancels {planned} euro; {allowed} are allowed")
            }
            Self::Plan(other) => write!(f, "its plan is stopped by {}", other.rule()),
        }
    }
}

pub(super) fn brakes(roster: &Roster, last: Option<&BTreeSet<EmailKey>>) -> Vec<RosterBrake> {
    let of_plan = roster.plan_brakes.iter().filter(|brake| !has_its_own_here(brake));
    let mut brakes: Vec<_> = of_plan.cloned().map(RosterBrake::Plan).collect();
    let Some(last) = last else {
        brakes.push(RosterBrake::First);
        return brakes;
    };
    let here: BTreeSet<EmailKey> = roster.rows.iter().map(RosterRow::key).collect();
    let missing = last.difference(&here).count() as u64;
    if missing > roster.most_missing {
        brakes.push(RosterBrake::Shrinks { missing, allowed: roster.most_missing });
    }
    let is_new = |row: &&RosterRow| row.account.is_none() && !last.contains(&row.key());
    let new = roster.rows.iter().filter(is_new).count() as u64;
    if new > roster.most_new {
        brakes.push(RosterBrake::Grows { new, allowed: roster.most_new });
    }
    brakes
}

/// Whether a run has ever ended says nothing about rosters, which have a first one of their own; and who is created is
/// counted by the last roster.
const fn has_its_own_here(brake: &Brake) -> bool {
    matches!(brake, Brake::FirstRun | Brake::OverLimit { what: Limited::Creations, .. })
}

//! What a run tells when it ends.

use super::EngineError;
use super::read::RequestCounts;
use crate::authority::{Refusal, Skipped, SkippedGrant};
use crate::budget::{BatchId, Budget, Grant, GrantState};
use crate::external_id::ExternalId;
use crate::id::AccountId;
use crate::plan::{ActionKind, Plan};
use crate::ports::{PortError, RunId};

/// A run that planned.
#[derive(Debug)]
#[non_exhaustive]
pub struct RunReport {
    /// Its number in the store.
    pub run: RunId,
    /// The plan that it made freshly from both sides.
    pub plan: Plan,
    /// What was done about it.
    pub verdict: Verdict,
    /// Requests to the source.
    pub source: RequestCounts,
    /// Requests to the target that read, without settling.
    pub target: RequestCounts,
    /// Requests to the target that settled doubtful writes.
    pub settling: RequestCounts,
    /// Requests to the target that wrote.
    pub writes: u64,
    /// Why the desk could not be asked what became of earlier grants, if it could not. They stay as they are.
    pub desk_silent: Option<PortError>,
    /// Why the store could not remember the end of the run, if it could not.
    pub unremembered: Option<PortError>,
}

/// What was done about a plan.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing: it needs a person.
    Waits(Refusal),
    /// What was authorised.
    Applied(Box<Applied>),
}

/// What became of what was authorised.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Applied {
    /// What became of each authorised action, in order.
    pub actions: Vec<ActionReport>,
    /// Actions that were not done, with why (R8).
    pub skipped: Vec<Skipped>,
    /// What ended the run before its last action, or kept the store from remembering what was done, if anything did.
    pub stopped: Option<PortError>,
    /// Why the listing that was to settle doubtful writes failed, if it did.
    pub unsettled: Option<EngineError>,
    /// What became of each authorised grant.
    pub grants: Vec<GrantReport>,
    /// Money that was not handed over, with why (R8).
    pub skipped_grants: Vec<SkippedGrant>,
    /// Lists that were written for the desk, also those that an earlier run had prepared.
    pub lists: Vec<BatchId>,
}

/// What became of one grant.
#[derive(Debug)]
#[non_exhaustive]
pub struct GrantReport {
    /// Whose.
    pub person: ExternalId,
    /// Which budget.
    pub budget: Budget,
    /// What was to be handed over.
    pub grant: Grant,
    /// What became of it.
    pub result: GrantResult,
}

/// What became of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantResult {
    /// It was given.
    Given,
    /// It stands in this list; a person tells later.
    Listed(BatchId),
    /// It was refused, and its occasion is over.
    Refused,
    /// It was surely not given; the next run hands it over.
    NotDone,
    /// Nobody knows; the next run asks the desk, or a person settles it.
    Doubtful,
    /// It is in the store and perhaps with the desk; the next run goes on with it.
    Unfinished,
    /// The run ended before it, or an action of the same person was not done.
    NotTried,
}

impl GrantResult {
    /// Did it come as far as it can within a run?
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Given | Self::Listed(_))
    }

    pub(super) const fn of(state: GrantState) -> Self {
        match state {
            GrantState::Given => Self::Given,
            GrantState::Refused => Self::Refused,
            GrantState::NotDone => Self::NotDone,
            GrantState::Doubtful => Self::Doubtful,
            GrantState::Intended | GrantState::HandedOver => Self::Unfinished,
        }
    }
}

/// What became of one action.
#[derive(Debug)]
#[non_exhaustive]
pub struct ActionReport {
    /// Whom it is about.
    pub person: ExternalId,
    /// What was to be done.
    pub action: ActionKind,
    /// What became of it.
    pub result: ActionResult,
}

/// What became of an action.
#[derive(Debug)]
#[non_exhaustive]
pub enum ActionResult {
    /// It was done, and the target showed so. Without an account where only the ledger had to remember something.
    Done(Option<AccountId>),
    /// It was not done.
    NotDone(PortError),
    /// Nobody knows; the next run will see.
    Doubtful(PortError),
    /// The run ended before it, or an earlier action of the same person was not done.
    NotTried,
}

impl ActionResult {
    /// Was it done?
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

impl RunReport {
    /// What was done, if anything was authorised.
    pub const fn applied(&self) -> Option<&Applied> {
        match &self.verdict {
            Verdict::Applied(applied) => Some(applied),
            Verdict::Waits(_) => None,
        }
    }

    /// How many actions were done.
    pub fn done(&self) -> usize {
        self.applied().map_or(0, Applied::done)
    }

    /// Was everything done that was authorised, and is it remembered?
    pub fn is_complete(&self) -> bool {
        self.unremembered.is_none() && self.applied().is_some_and(Applied::is_complete)
    }
}

impl Applied {
    /// How many actions were done.
    pub fn done(&self) -> usize {
        self.actions.iter().filter(|action| action.result.is_done()).count()
    }

    /// Was everything done that was authorised?
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none()
            && self.done() == self.actions.len()
            && self.grants.iter().all(|grant| grant.result.is_done())
    }
}

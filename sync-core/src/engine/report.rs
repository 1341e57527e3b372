//! What a run tells when it ends.

use super::EngineError;
use super::read::RequestCounts;
use crate::authority::{Refusal, Skipped};
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
    Applied(Applied),
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
        self.stopped.is_none() && self.done() == self.actions.len()
    }
}

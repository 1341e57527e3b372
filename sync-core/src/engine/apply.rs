//! The half that writes: only what is authorised, each write once.

use std::collections::BTreeMap;
use std::fmt;

use super::dry_run::{DryRun, Planned};
use super::read::{self, RequestCounts};
use super::{EngineError, settle};
use crate::account::Account;
use crate::authority::{Approval, Authorised, AuthorisedAction, Skipped, authorise};
use crate::decision::Payload;
use crate::external_id::ExternalId;
use crate::fingerprint::FingerprintKey;
use crate::id::{AccountId, CustomerId};
use crate::ledger::Link;
use crate::matching::Level;
use crate::plan::{ActionKind, PlanDocument, PlanId, SavedPlan};
use crate::policy::Policy;
use crate::ports::{
    AccountWriter, CompletedRun, CreateRequest, Intent, IntentId, Outcome, PortError, PortErrorKind,
    StateRequest, UpdateRequest,
};

/// Applies approved plans. Made from a dry run and a writer.
#[derive(Clone)]
pub struct Apply<'a> {
    dry_run: DryRun<'a>,
    writer: &'a dyn AccountWriter,
}

/// What was done.
#[derive(Debug)]
#[non_exhaustive]
pub struct ApplyReport {
    /// The fresh plan that was made just before.
    pub plan: PlanId,
    /// What became of each authorised action, in order.
    pub actions: Vec<ActionReport>,
    /// Actions of the fresh plan that the approved one does not hold, or holds with other values (R8).
    pub skipped: Vec<Skipped>,
    /// What ended the run before its last action, or kept the ledger from remembering its end, if anything
    /// did.
    pub stopped: Option<PortError>,
    /// Why the listing that was to settle doubtful writes failed, if it did.
    pub unsettled: Option<EngineError>,
    /// Requests to the source.
    pub source: RequestCounts,
    /// Requests to the target that read, without settling.
    pub target: RequestCounts,
    /// Requests to the target that settled doubtful writes.
    pub settling: RequestCounts,
    /// Requests to the target that wrote.
    pub writes: u64,
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
    /// It was done, and the target showed so.
    Done(AccountId),
    /// It was not done.
    NotDone(PortError),
    /// Nobody knows; the next run will see.
    Doubtful(PortError),
    /// The run ended before it.
    NotTried,
}

impl ApplyReport {
    /// How many actions were done.
    pub fn done(&self) -> usize {
        self.actions.iter().filter(|action| matches!(action.result, ActionResult::Done(_))).count()
    }

    /// Was everything done that was authorised?
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none() && self.done() == self.actions.len()
    }
}

impl<'a> Apply<'a> {
    /// Gives a dry run a writer.
    pub const fn new(dry_run: DryRun<'a>, writer: &'a dyn AccountWriter) -> Self {
        Self { dry_run, writer }
    }

    /// Reads both sides again, plans again, and does what stands in both plans (R7).
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was written. What went wrong after the first write is in the report.
    pub async fn apply(
        &self,
        customer: &CustomerId,
        policy: &Policy,
        key: &FingerprintKey,
        approved: &SavedPlan,
        approval: Approval,
    ) -> Result<ApplyReport, EngineError> {
        let Planned { plan, source, target, seen, ledger } = self.dry_run.plan(customer, policy, key).await?;
        let authorised = authorise(approved, approval, plan)?;
        let document = authorised.plan().document();
        // What this plan is certain of comes last: a record may have moved to another company.
        let mut links = ledger.links;
        links.extend(certain_links(document));

        let mut writing =
            Writing { apply: self, customer, authorised: &authorised, writes: 0, pending: Vec::new() };
        let (mut results, stopped) = writing.all().await;
        let (writes, pending) = (writing.writes, writing.pending);
        let settled = self.settle(customer, policy, &authorised, pending, &mut results).await;
        let (settling, unsettled) = match settled {
            Ok(counts) => (counts, None),
            Err(error) => (RequestCounts::default(), Some(error)),
        };

        let mut report = ApplyReport {
            plan: authorised.plan().id().clone(),
            actions: authorised
                .actions()
                .iter()
                .zip(results)
                .map(|(action, result)| ActionReport {
                    person: action.person().clone(),
                    action: action.kind(),
                    result,
                })
                .collect(),
            skipped: authorised.skipped().to_vec(),
            stopped,
            unsettled,
            source,
            target,
            settling,
            writes,
        };
        if report.stopped.is_none() {
            let run = CompletedRun::new(seen, links);
            report.stopped = self.dry_run.ledger.complete(customer, &run).await.err();
        }
        Ok(report)
    }

    /// One verified listing settles all that is in doubt. Without it, what may have been done stays doubtful.
    async fn settle(
        &self,
        customer: &CustomerId,
        policy: &Policy,
        authorised: &Authorised,
        pending: Vec<Pending>,
        results: &mut [ActionResult],
    ) -> Result<RequestCounts, EngineError> {
        if pending.is_empty() {
            return Ok(RequestCounts::default());
        }
        let (accounts, counts) = read::accounts_now(self.dry_run.accounts, policy).await?;
        for Pending { at, intent, error } in pending {
            let (Some(action), Some(result)) = (authorised.actions().get(at), results.get_mut(at)) else {
                continue;
            };
            let outcome = if let Some(account) = settle::find(action, &accounts) {
                *result = ActionResult::Done(account.id);
                Outcome::Done(links_of(action, account))
            } else {
                *result = ActionResult::NotDone(error);
                Outcome::NotDone
            };
            let remembered = self.dry_run.ledger.settle(customer, intent, &outcome).await;
            remembered.map_err(EngineError::ledger_side)?;
        }
        Ok(counts)
    }

    async fn write(&self, action: &AuthorisedAction) -> Result<Account, PortError> {
        let impossible =
            || PortError::new(PortErrorKind::Fatal, "an authorised action without its account or values");
        match (action.kind(), action.account(), &action.payload) {
            (ActionKind::Onboard, None, Some(Payload::Create(account))) => {
                self.writer.create(&CreateRequest::new(action.company(), account.clone())).await
            }
            (ActionKind::Update, Some(account), Some(Payload::Change(change))) => {
                self.writer.update(&UpdateRequest::new(action.company(), account, change.clone())).await
            }
            (ActionKind::Offboard, Some(account), None) => {
                self.writer.deactivate(&StateRequest::new(action.company(), account)).await
            }
            _ => Err(impossible()),
        }
    }
}

/// A write whose effect has to be looked up.
struct Pending {
    at: usize,
    intent: IntentId,
    error: PortError,
}

/// The loop over all authorised actions.
struct Writing<'w, 'a> {
    apply: &'w Apply<'a>,
    customer: &'w CustomerId,
    authorised: &'w Authorised,
    writes: u64,
    pending: Vec<Pending>,
}

impl Writing<'_, '_> {
    async fn all(&mut self) -> (Vec<ActionResult>, Option<PortError>) {
        let authorised = self.authorised;
        let total = authorised.actions().len() as u64;
        let mut results = Vec::with_capacity(authorised.actions().len());
        let mut stopped = None;
        for (at, action) in authorised.actions().iter().enumerate() {
            match self.one(at, action).await {
                Ok(result) => results.push(result),
                Err(Stop { result, error }) => {
                    results.push(result);
                    stopped = Some(error);
                    break;
                }
            }
            if let Some(progress) = &self.apply.dry_run.progress {
                progress.applying(at as u64 + 1, total);
            }
        }
        results.resize_with(authorised.actions().len(), || ActionResult::NotTried);
        (results, stopped)
    }

    /// One action: remembered, sent, remembered.
    async fn one(&mut self, at: usize, action: &AuthorisedAction) -> Result<ActionResult, Stop> {
        let dry_run = &self.apply.dry_run;
        let plan = self.authorised.plan().id().clone();
        let intent =
            Intent::new(plan, action.person().clone(), action.kind(), action.account(), dry_run.clock.now());
        let intent = match dry_run.ledger.intend(self.customer, &intent).await {
            Ok(intent) => intent,
            Err(error) => return Err(Stop { result: ActionResult::NotTried, error }),
        };
        self.writes += 1;
        let error = match self.apply.write(action).await {
            Ok(account) if settle::shows(action, &account) => {
                let outcome = Outcome::Done(links_of(action, &account));
                return self.remember(intent, &outcome, ActionResult::Done(account.id)).await;
            }
            Ok(_) => PortError::new(PortErrorKind::Doubtful, "the answer does not show what was asked for"),
            Err(error) => error,
        };
        match error.kind() {
            PortErrorKind::Doubtful => {
                let doubt =
                    PortError::new(PortErrorKind::Doubtful, format!("{} of this person", action.kind()));
                self.pending.push(Pending { at, intent, error });
                self.remember(intent, &Outcome::Doubtful, ActionResult::Doubtful(doubt)).await
            }
            PortErrorKind::Conflict => {
                let conflict =
                    PortError::new(PortErrorKind::Conflict, format!("{} of this person", action.kind()));
                self.pending.push(Pending { at, intent, error });
                self.remember(intent, &Outcome::NotDone, ActionResult::NotDone(conflict)).await
            }
            kind if error.ends_the_run() => {
                let result =
                    ActionResult::NotDone(PortError::new(kind, format!("{} of this person", action.kind())));
                match self.remember(intent, &Outcome::NotDone, result).await {
                    Ok(result) => Err(Stop { result, error }),
                    Err(stop) => Err(stop),
                }
            }
            _ => self.remember(intent, &Outcome::NotDone, ActionResult::NotDone(error)).await,
        }
    }

    /// Without memory of what was done nothing more may be done.
    async fn remember(
        &self,
        intent: IntentId,
        outcome: &Outcome,
        result: ActionResult,
    ) -> Result<ActionResult, Stop> {
        match self.apply.dry_run.ledger.settle(self.customer, intent, outcome).await {
            Ok(()) => Ok(result),
            Err(error) => Err(Stop { result, error }),
        }
    }
}

/// The end of a run before its last action, with what became of the action it ended at.
struct Stop {
    result: ActionResult,
    error: PortError,
}

fn links_of(action: &AuthorisedAction, account: &Account) -> BTreeMap<ExternalId, Link> {
    action
        .records()
        .iter()
        .map(|(record, company)| (record.clone(), Link::new(account.id, company.clone())))
        .collect()
}

/// Which account is whose, where the plan is certain of it. A person who is held for another reason has an
/// account no less, and all of the person's records belong to it.
fn certain_links(document: &PlanDocument) -> BTreeMap<ExternalId, Link> {
    document
        .entries
        .iter()
        .filter_map(|entry| Some((entry, entry.account.filter(|account| account.found_by != Level::Email)?)))
        .flat_map(|(entry, account)| {
            entry
                .records
                .iter()
                .map(move |record| (record.id.clone(), Link::new(account.id, record.company.clone())))
        })
        .collect()
}

impl fmt::Debug for Apply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apply").finish_non_exhaustive()
    }
}

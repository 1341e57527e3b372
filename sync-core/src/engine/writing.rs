//! The loop over all authorised actions: each remembered, sent once, remembered.
//!
//! In: what is authorised, a lease, a writer. Out: what became of each action, also of those that had to be looked up.
//! Never: a write without a remembered intent, a second try, or a later action of a person whose earlier one was not done.

use std::collections::BTreeMap;

use super::EngineError;
use super::held::Held;
use super::read::{self, RequestCounts};
use super::report::ActionResult;
use super::settle;
use crate::account::Account;
use crate::authority::AuthorisedAction;
use crate::decision::Payload;
use crate::external_id::ExternalId;
use crate::id::{AccountId, CompanyId, CustomerId};
use crate::ledger::Link;
use crate::plan::{ActionKind, PlanId};
use crate::policy::Policy;
use crate::ports::{
    AccountReader, AccountWriter, Certain, Clock, CreateRequest, Intent, IntentId, Outcome, PortError,
    PortErrorKind, Progress, StateRequest, Store, UpdateRequest,
};

/// A write whose effect has to be looked up.
pub(super) struct Pending {
    /// Which action.
    at: usize,
    intent: IntentId,
    error: PortError,
}

/// The end of a run before its last action, with what became of the action it ended at.
struct Stop {
    result: ActionResult,
    error: PortError,
}

/// One run's writing.
pub(super) struct Writing<'w> {
    pub(super) writer: &'w dyn AccountWriter,
    pub(super) store: &'w dyn Store,
    pub(super) clock: &'w dyn Clock,
    pub(super) progress: Option<&'w dyn Progress>,
    pub(super) customer: &'w CustomerId,
    pub(super) held: &'w Held<'w>,
    /// The plan that they stand in.
    pub(super) plan: &'w PlanId,
    pub(super) actions: &'w [AuthorisedAction],
    /// Requests that wrote.
    pub(super) writes: u64,
    /// Whose effect has to be looked up.
    pub(super) pending: Vec<Pending>,
}

impl Writing<'_> {
    /// All actions in order, and what ended the run before the last.
    pub(super) async fn all(&mut self) -> (Vec<ActionResult>, Option<PortError>) {
        let actions = self.actions;
        let mut results: Vec<ActionResult> = Vec::with_capacity(actions.len());
        let mut undone: Option<&ExternalId> = None;
        let mut stopped = None;
        for (at, action) in actions.iter().enumerate() {
            if undone == Some(action.person()) {
                results.push(ActionResult::NotTried);
                continue;
            }
            match self.one(at, action).await {
                Ok(result) => {
                    undone = (!result.is_done()).then_some(action.person());
                    results.push(result);
                }
                Err(Stop { result, error }) => {
                    results.push(result);
                    stopped = Some(error);
                    break;
                }
            }
            if let Some(progress) = self.progress {
                progress.applying(at as u64 + 1, actions.len() as u64);
            }
        }
        results.resize_with(actions.len(), || ActionResult::NotTried);
        (results, stopped)
    }

    /// One verified listing settles all that is in doubt. Without it, what may have been done stays doubtful.
    pub(super) async fn settle(
        &mut self,
        accounts: &dyn AccountReader,
        policy: &Policy,
        results: &mut [ActionResult],
    ) -> Result<RequestCounts, EngineError> {
        if self.pending.is_empty() {
            return Ok(RequestCounts::default());
        }
        let (accounts, counts) = read::accounts_now(accounts, policy).await?;
        for Pending { at, intent, error } in self.pending.drain(..) {
            let (Some(action), Some(result)) = (self.actions.get(at), results.get_mut(at)) else {
                continue;
            };
            let outcome = if let Some(account) = settle::find(action, &accounts) {
                *result = ActionResult::Done(Some(account.id));
                Outcome::Done(shown(action, account))
            } else {
                let refused = error.kind() == PortErrorKind::Conflict;
                *result = ActionResult::NotDone(error);
                if refused { Outcome::Refused } else { Outcome::NotDone }
            };
            let remembered = self.store.settle(self.customer, intent, &outcome).await;
            remembered.map_err(EngineError::ledger_side)?;
        }
        Ok(counts)
    }

    /// One action: remembered, sent, remembered.
    async fn one(&mut self, at: usize, action: &AuthorisedAction) -> Result<ActionResult, Stop> {
        let intent = match self.intend(action).await {
            Ok(intent) => intent,
            Err(error) => return Err(Stop { result: ActionResult::NotTried, error }),
        };
        let Some(write) = Write::of(action) else {
            let outcome = Outcome::Done(said(action));
            return self.remember(intent, &outcome, ActionResult::Done(None)).await;
        };
        self.writes += 1;
        let error = match write.send(self.writer).await {
            Ok(account) if settle::shows(action, &account) => {
                let outcome = Outcome::Done(shown(action, &account));
                return self.remember(intent, &outcome, ActionResult::Done(Some(account.id))).await;
            }
            Ok(_) => PortError::new(PortErrorKind::Doubtful, "the answer does not show what was asked for"),
            Err(error) => error,
        };
        let told = PortError::new(error.kind(), format!("{} of this person", action.kind()));
        match error.kind() {
            PortErrorKind::Doubtful => {
                self.pending.push(Pending { at, intent, error });
                self.remember(intent, &Outcome::Doubtful, ActionResult::Doubtful(told)).await
            }
            // The address may be taken by the very account that an unanswered creation of ours made.
            PortErrorKind::Conflict => {
                self.pending.push(Pending { at, intent, error });
                self.remember(intent, &Outcome::Doubtful, ActionResult::NotDone(told)).await
            }
            _ if error.ends_the_run() => {
                match self.remember(intent, &Outcome::NotDone, ActionResult::NotDone(told)).await {
                    Ok(result) => Err(Stop { result, error }),
                    Err(stop) => Err(stop),
                }
            }
            _ => self.remember(intent, &Outcome::Refused, ActionResult::NotDone(error)).await,
        }
    }

    async fn intend(&self, action: &AuthorisedAction) -> Result<IntentId, PortError> {
        self.held.keep().await?;
        let (plan, person) = (self.plan.clone(), action.person().clone());
        let intent = Intent::new(plan, person, action.kind(), action.account(), self.clock.now());
        self.store.intend(self.customer, self.held.id(), &intent).await
    }

    /// Without memory of what was done nothing more may be done.
    async fn remember(
        &self,
        intent: IntentId,
        outcome: &Outcome,
        result: ActionResult,
    ) -> Result<ActionResult, Stop> {
        match self.store.settle(self.customer, intent, outcome).await {
            Ok(()) => Ok(result),
            Err(error) => Err(Stop { result, error }),
        }
    }
}

/// The one request of an action.
enum Write {
    Create(CreateRequest),
    Update(UpdateRequest),
    Activate(StateRequest),
    Deactivate(StateRequest),
    /// An action without its account or values, which nothing builds.
    Impossible,
}

impl Write {
    /// The request, or none where only the ledger has to remember what a person said.
    fn of(action: &AuthorisedAction) -> Option<Self> {
        let state = || Some(StateRequest::new(action.company()?, action.account()?));
        let write = match (action.kind(), &action.payload) {
            (ActionKind::Relink, None) => return None,
            (ActionKind::Relink, Some(Payload::Change(change))) if change.is_empty() => return None,
            (ActionKind::Onboard, Some(Payload::Create(account))) => {
                action.company().map(|company| Self::Create(CreateRequest::new(company, account.clone())))
            }
            (ActionKind::Update | ActionKind::Adopt | ActionKind::Relink, Some(Payload::Change(change))) => {
                state().map(|it| Self::Update(UpdateRequest::new(it.company, it.account, change.clone())))
            }
            (ActionKind::Activate, _) => state().map(Self::Activate),
            (ActionKind::Offboard | ActionKind::Withdraw, _) => state().map(Self::Deactivate),
            _ => None,
        };
        Some(write.unwrap_or(Self::Impossible))
    }

    async fn send(&self, writer: &dyn AccountWriter) -> Result<Account, PortError> {
        match self {
            Self::Create(request) => writer.create(request).await,
            Self::Update(request) => writer.update(request).await,
            Self::Activate(request) => writer.activate(request).await,
            Self::Deactivate(request) => writer.deactivate(request).await,
            Self::Impossible => Err(PortError::new(
                PortErrorKind::Fatal,
                "an authorised action without its account or values",
            )),
        }
    }
}

/// What stands after an action that the target showed.
fn shown(action: &AuthorisedAction, account: &Account) -> Certain {
    Certain { links: links(action, account.id), aliases: aliases(action) }
}

/// What stands after an action that only the ledger has to remember.
fn said(action: &AuthorisedAction) -> Certain {
    let links = action.account().map_or_else(BTreeMap::new, |account| links(action, account));
    Certain { links, aliases: aliases(action) }
}

fn links(action: &AuthorisedAction, account: AccountId) -> BTreeMap<ExternalId, Link> {
    certain(account, action.records().iter().map(|(id, company)| (id, company)))
}

fn aliases(action: &AuthorisedAction) -> BTreeMap<ExternalId, ExternalId> {
    let of_record =
        |old: &ExternalId| action.records().iter().map(|(record, _)| (record.clone(), old.clone())).collect();
    action.same_as().map_or_else(BTreeMap::new, of_record)
}

/// All of these records belong to this account.
pub(super) fn certain<'r>(
    account: AccountId,
    records: impl Iterator<Item = (&'r ExternalId, &'r CompanyId)>,
) -> BTreeMap<ExternalId, Link> {
    records.map(|(record, company)| (record.clone(), Link::new(account, company.clone()))).collect()
}

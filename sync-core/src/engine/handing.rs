//! Money is handed over: made durable, handed over once, remembered (R11).
//!
//! In: authorised grants, a desk, a lease. Out: how each of them stands. Never: a hand-over that is not in the store
//! first, a second one because an answer was lost, or money for a person of whom an action of the same run was not done.

use std::collections::BTreeSet;

use super::held::Held;
use super::report::{GrantReport, GrantResult};
use crate::authority::AuthorisedGrant;
use crate::budget::{BatchId, GrantId, GrantRecord, GrantState, Mark};
use crate::external_id::ExternalId;
use crate::id::CustomerId;
use crate::ledger::{DeskStanding, Money};
use crate::plan::PlanId;
use crate::ports::{
    Batch, BudgetDesk, Clock, DeskGrant, HandOver, Manner, NewBatch, PortError, PortErrorKind, Standing,
    Store, ToldBy,
};

/// One run's way to the desk.
pub(super) struct Handing<'w> {
    pub(super) desk: &'w dyn BudgetDesk,
    pub(super) store: &'w dyn Store,
    pub(super) clock: &'w dyn Clock,
    pub(super) customer: &'w CustomerId,
    pub(super) held: &'w Held<'w>,
    pub(super) plan: &'w PlanId,
    /// The present memory, and the number of its latest batch.
    pub(super) latest: Mark,
    /// Grants that were handed over before and are said not to have arrived.
    pub(super) repeated: BTreeSet<GrantId>,
}

/// What came of handing over.
#[derive(Default)]
pub(super) struct Handed {
    pub(super) grants: Vec<GrantReport>,
    /// Lists that were written, also those of earlier runs.
    pub(super) lists: Vec<BatchId>,
    /// What ended it before the last grant.
    pub(super) stopped: Option<PortError>,
}

/// The end before the last grant. What was being handed over stays as the store has it.
struct Stop {
    result: GrantResult,
    error: PortError,
}

impl Handing<'_> {
    /// Hands over what is authorised, but nothing of people whose actions were not done.
    pub(super) async fn all(&mut self, grants: &[AuthorisedGrant], undone: &BTreeSet<&ExternalId>) -> Handed {
        let mut handed = Handed::default();
        let (ready, waiting): (Vec<_>, Vec<_>) =
            grants.iter().partition(|grant| !undone.contains(grant.person()));
        match self.desk.manner() {
            Manner::List => self.in_one_list(&ready, &mut handed).await,
            Manner::OneByOne => self.one_by_one(&ready, &mut handed).await,
        }
        handed.grants.extend(waiting.into_iter().map(|grant| report(grant, GrantResult::NotTried)));
        handed
    }

    async fn in_one_list(&mut self, grants: &[&AuthorisedGrant], handed: &mut Handed) {
        if grants.is_empty() {
            return;
        }
        let (result, stopped) = match self.list(grants).await {
            Ok(batch) => {
                handed.lists.push(batch.clone());
                (GrantResult::Listed(batch), None)
            }
            Err(Stop { result, error }) => (result, Some(error)),
        };
        handed.grants.extend(grants.iter().map(|grant| report(grant, result.clone())));
        handed.stopped = stopped;
    }

    /// One list of all of them. Its bytes stand in the store before they stand in a file.
    async fn list(&mut self, grants: &[&AuthorisedGrant]) -> Result<BatchId, Stop> {
        let mark = self.latest.next();
        let batch = BatchId::of(&mark, grants.iter().map(|grant| &grant.grant().id));
        let desk_grants: Vec<_> = grants.iter().map(|grant| desk_grant(grant)).collect();
        let bytes = self.desk.list(&batch, &desk_grants).map_err(untried)?;
        self.prepare(&batch, &mark, grants, Some(bytes.clone())).await.map_err(untried)?;
        let ids: Vec<_> = grants.iter().map(|grant| grant.grant().id.clone()).collect();
        let hand_over = HandOver::new(self.customer, &batch, &mark, &desk_grants, Some(&bytes));
        match self.hand_over_list(&hand_over, &ids, GrantState::Refused).await {
            Ok(()) => Ok(batch),
            Err(error) if error.kind() == PortErrorKind::Refused => {
                Err(Stop { result: GrantResult::Refused, error })
            }
            Err(error) => Err(Stop { result: GrantResult::Unfinished, error }),
        }
    }

    /// A list that may have been taken stays an intention, to be finished. One that is refused is none any more: its
    /// grants stand as `refused` says.
    async fn hand_over_list(
        &self,
        hand_over: &HandOver<'_>,
        grants: &[GrantId],
        refused: GrantState,
    ) -> Result<(), PortError> {
        self.held.keep().await?;
        match self.desk.hand_over(hand_over).await {
            Ok(()) => self.settle(grants, GrantState::HandedOver).await,
            Err(error) if error.kind() == PortErrorKind::Refused => {
                self.settle(grants, refused).await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn one_by_one(&mut self, grants: &[&AuthorisedGrant], handed: &mut Handed) {
        for grant in grants {
            let result = if handed.stopped.is_some() {
                GrantResult::NotTried
            } else {
                match self.one(grant).await {
                    Ok(result) => result,
                    Err(Stop { result, error }) => {
                        handed.stopped = Some(error);
                        result
                    }
                }
            };
            handed.grants.push(report(grant, result));
        }
    }

    /// One grant: remembered, handed over, remembered.
    async fn one(&mut self, grant: &AuthorisedGrant) -> Result<GrantResult, Stop> {
        let id = &grant.grant().id;
        let mark = self.latest.next();
        let batch = BatchId::of(&mark, std::iter::once(id));
        match self.prepare(&batch, &mark, &[grant], None).await {
            Ok(()) => {}
            // This occasion was used: by a run that was overtaken, or in a ledger that planning did not see.
            Err(error) if error.kind() == PortErrorKind::Conflict => return Ok(GrantResult::Unfinished),
            Err(error) => return Err(untried(error)),
        }
        let desk_grant = [desk_grant(grant)];
        let hand_over = HandOver::new(self.customer, &batch, &mark, &desk_grant, None);
        let (state, error) = match self.desk.hand_over(&hand_over).await {
            Ok(()) => (GrantState::Given, None),
            Err(error) => (self.after(id, &error).await, Some(error)),
        };
        let result = GrantResult::of(state);
        if let Err(error) = self.settle(std::slice::from_ref(id), state).await {
            return Err(Stop { result, error });
        }
        match error {
            Some(error) if error.ends_the_run() => Err(Stop { result, error }),
            _ => Ok(result),
        }
    }

    /// How a grant stands after its hand-over failed. What may have been taken is looked up.
    async fn after(&self, id: &GrantId, error: &PortError) -> GrantState {
        match error.kind() {
            // Refused now, it may still have been taken the first time: too late for the look-up, or seen as a repetition.
            PortErrorKind::Refused if self.repeated.contains(id) => GrantState::Doubtful,
            PortErrorKind::Refused => GrantState::Refused,
            PortErrorKind::Retryable { .. }
            | PortErrorKind::ConsentLost
            | PortErrorKind::Ceiling
            | PortErrorKind::Overtaken => GrantState::NotDone,
            PortErrorKind::Doubtful
            | PortErrorKind::Conflict
            | PortErrorKind::Incomplete
            | PortErrorKind::Fatal => match self.desk.look_up(self.customer, id).await {
                Ok(standing) => state_of(standing),
                // The next run asks again.
                Err(_) => GrantState::Doubtful,
            },
        }
    }

    async fn prepare(
        &mut self,
        batch: &BatchId,
        mark: &Mark,
        grants: &[&AuthorisedGrant],
        list: Option<Vec<u8>>,
    ) -> Result<(), PortError> {
        self.held.keep().await?;
        let records = grants.iter().map(|grant| {
            let budget = grant.budget().clone();
            GrantRecord::intended(grant.person().clone(), grant.account(), budget, grant.grant())
        });
        let (plan, at) = (self.plan.clone(), self.clock.now());
        let batch = NewBatch::new(batch.clone(), mark.clone(), plan, at, records.collect(), list);
        self.store.prepare(self.customer, self.held.id(), &batch).await?;
        self.latest = mark.clone();
        Ok(())
    }

    async fn settle(&self, grants: &[GrantId], state: GrantState) -> Result<(), PortError> {
        let grants: Vec<_> = grants.iter().map(|id| (id.clone(), state)).collect();
        self.store.settle_grants(self.customer, &grants, &ToldBy::Run, self.clock.now()).await
    }

    /// Lists that a crashed run prepared and perhaps did not write are written, byte for byte; one that the desk has
    /// taken it does not write again. Only in the memory that the desk agrees with: a list of a restored ledger may have
    /// been carried out long ago.
    pub(super) async fn finish_lists(&self, handed: &mut Handed) {
        let batches = match self.store.open_batches(self.customer).await {
            Ok(batches) => batches,
            Err(error) => {
                handed.stopped = Some(error);
                return;
            }
        };
        for batch in batches.iter().filter(|batch| batch.mark.epoch == self.latest.epoch) {
            let Some(list) = &batch.list else { continue };
            let intended = in_state(batch, &[GrantState::Intended]);
            if intended.is_empty() {
                continue;
            }
            // A row of which a person told something meanwhile must not be carried out, so the list must not be either.
            let is_whole = intended.len() == batch.grants.len();
            let finished = if is_whole {
                let hand_over = HandOver::new(self.customer, &batch.id, &batch.mark, &[], Some(list));
                // Refused now, it may have been taken by the run that crashed.
                self.hand_over_list(&hand_over, &intended, GrantState::Doubtful).await
            } else {
                self.settle(&intended, GrantState::Doubtful).await
            };
            match finished {
                Ok(()) if is_whole => handed.lists.push(batch.id.clone()),
                Ok(()) => {}
                Err(error) => {
                    handed.stopped = Some(error);
                    return;
                }
            }
        }
    }
}

/// What crashed runs left in doubt is found out, as far as the desk can tell. It is only asked. Lists are
/// [finished](Handing::finish_lists) in a run that may write.
///
/// Gives why the desk could not be asked, if it could not.
pub(super) async fn recover(
    desk: &dyn BudgetDesk,
    store: &dyn Store,
    clock: &dyn Clock,
    customer: &CustomerId,
) -> Result<Option<PortError>, PortError> {
    for batch in store.open_batches(customer).await?.iter().filter(|batch| batch.list.is_none()) {
        for id in in_state(batch, &[GrantState::Intended, GrantState::Doubtful]) {
            let standing = match desk.look_up(customer, &id).await {
                Ok(standing) => standing,
                Err(error) => return Ok(Some(error)),
            };
            let found = [(id, state_of(standing))];
            store.settle_grants(customer, &found, &ToldBy::Run, clock.now()).await?;
        }
    }
    Ok(None)
}

/// Grants whose names a desk has seen before, and said that it has not taken.
pub(super) fn repeated(money: &Money) -> BTreeSet<GrantId> {
    let not_done = money.grants.iter().filter(|grant| grant.state == GrantState::NotDone);
    not_done.map(|grant| grant.id.clone()).collect()
}

/// May money move at all? Then in this memory, after this batch.
pub(super) fn latest(money: &Money) -> Option<Mark> {
    let epoch = money.epoch.clone().filter(|_| money.desk == DeskStanding::Agrees)?;
    Some(Mark::new(epoch, money.sequence))
}

fn in_state(batch: &Batch, states: &[GrantState]) -> Vec<GrantId> {
    batch.grants.iter().filter(|grant| states.contains(&grant.state)).map(|grant| grant.id.clone()).collect()
}

const fn state_of(standing: Standing) -> GrantState {
    match standing {
        Standing::Given => GrantState::Given,
        Standing::NotGiven => GrantState::NotDone,
        Standing::Unknown => GrantState::Doubtful,
    }
}

fn untried(error: PortError) -> Stop {
    Stop { result: GrantResult::NotTried, error }
}

fn desk_grant(grant: &AuthorisedGrant) -> DeskGrant {
    let (person, email, budget) = (grant.person().clone(), grant.email().clone(), grant.budget().clone());
    DeskGrant::new(person, grant.company(), grant.account(), email, budget, grant.grant())
}

fn report(grant: &AuthorisedGrant, result: GrantResult) -> GrantReport {
    GrantReport {
        person: grant.person().clone(),
        budget: grant.budget().clone(),
        grant: grant.grant().clone(),
        result,
    }
}

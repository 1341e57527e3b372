//! Who may do what (R7, R8).
//!
//! In: a plan made freshly from both sides, and a person's word: a mandate for the ordinary, an approval of one saved
//! plan for the rest. Out: [`Authorised`], the only thing that the writing half of the engine takes. Never: an action
//! that nobody's word covers, one that the fresh plan does not hold, or one whose values changed since a person
//! approved it. A saved plan can only remove.

mod approval;
mod grants;
mod mandate;

pub use approval::Approval;
pub use grants::{AuthorisedGrant, SkippedGrant};
pub use mandate::{Ended, Mandate, OtherPolicy};

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::change::AccountChange;
use crate::decision::{Decision, Payload, Proposal};
use crate::external_id::ExternalId;
use crate::guard::Brake;
use crate::id::{AccountId, TargetCompanyId};
use crate::plan::{ActionKind, Entry, Plan, SavedPlan};

/// How long an approval holds after it was given, and a plan after it was made.
pub const VALID_HOURS: i64 = 24;

/// A person's word, as far as there is one.
#[derive(Debug, Default)]
pub struct Authority<'a> {
    mandate: Option<&'a Mandate>,
    approved: Option<(&'a SavedPlan, Approval)>,
}

impl<'a> Authority<'a> {
    /// Nobody's. Not even a plan without actions is carried out, because to end a run is to remember what it saw.
    pub const fn none() -> Self {
        Self { mandate: None, approved: None }
    }

    /// With a mandate for the ordinary.
    pub const fn with_mandate(mut self, mandate: &'a Mandate) -> Self {
        self.mandate = Some(mandate);
        self
    }

    /// With the approval of a plan that a person saw.
    pub fn with_approval(mut self, plan: &'a SavedPlan, approval: Approval) -> Self {
        self.approved = Some((plan, approval));
        self
    }
}

/// Why nothing at all may be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is neither a mandate nor an approval.
    #[error("nobody has confirmed a plan of this customer yet")]
    NoAuthority,
    /// The mandate ended, and there is no approval.
    #[error("the mandate has ended")]
    MandateEnded(#[source] Ended),
    /// The approval names another plan.
    #[error("the approval is for another plan")]
    OtherPlan,
    /// One plan is approved once.
    #[error("this plan was approved before, and a run has used that up")]
    UsedUp,
    /// The plans are of different customers or were made under different policies.
    #[error("the approved plan was made for another customer or under another policy")]
    OtherPolicy,
    /// The approval or the approved plan is too old.
    #[error("the approval, or the plan it is for, is older than {VALID_HOURS} hours")]
    TooOld,
    /// The approval or the approved plan is of a later time than the fresh plan.
    #[error("the approval, or the plan it is for, is from the future")]
    FromTheFuture,
    /// The new interface shows other companies or fields than in the approved plan of a migration.
    #[error("REST shows other companies or fields than in the approved plan")]
    OtherScope,
    /// A run crashed, and nobody can say yet what became of so many of its writes.
    #[error("nobody can say yet what became of {0} write(s) of a run that crashed")]
    Unfinished(usize),
    /// The fresh plan pulls brakes that no approval lifts, or that nobody has approved.
    #[error("{} brake(s) of the fresh plan are not lifted by an approval", .0.len())]
    Braked(Vec<Brake>),
}

/// Actions that may be carried out. Only [`authorise`] makes one.
///
/// ```compile_fail
/// fn forge(plan: &sync_core::Plan) -> sync_core::authority::Authorised<'_> {
///     sync_core::authority::Authorised { plan, actions: vec![], skipped: vec![] }
/// }
/// ```
#[derive(Debug)]
pub struct Authorised<'p> {
    plan: &'p Plan,
    actions: Vec<AuthorisedAction>,
    skipped: Vec<Skipped>,
    grants: Vec<AuthorisedGrant>,
    skipped_grants: Vec<SkippedGrant>,
}

/// One action that may be carried out.
#[derive(Debug, Clone)]
pub struct AuthorisedAction {
    person: ExternalId,
    kind: ActionKind,
    records: Vec<(ExternalId, crate::CompanyId)>,
    company: Option<TargetCompanyId>,
    account: Option<AccountId>,
    same_as: Option<ExternalId>,
    #[cfg_attr(not(feature = "engine"), expect(dead_code, reason = "only the engine writes"))]
    pub(crate) payload: Option<Payload>,
}

/// An action that is not done (R8).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Skipped {
    /// Whom it is about.
    pub person: ExternalId,
    /// Which kind of action.
    pub action: ActionKind,
    /// Why.
    pub because: SkippedBecause,
}

/// Why an action is not done although one of the two plans holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SkippedBecause {
    /// The fresh plan holds it, and nobody's word covers it.
    NotApproved,
    /// It was approved, and the fresh plan holds it with other values, another account or other records.
    Changed,
    /// It was approved, and the fresh plan no longer holds it.
    NoLonger,
    /// The run is about one person, and this action needs another person's action first.
    WaitsForAnother,
}

impl<'p> Authorised<'p> {
    /// The fresh plan.
    pub const fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// What may be done, in order. Of one person several may follow each other; the later ones need the earlier.
    pub fn actions(&self) -> &[AuthorisedAction] {
        &self.actions
    }

    /// What is not done.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// What money may be handed over, by person.
    pub fn grants(&self) -> &[AuthorisedGrant] {
        &self.grants
    }

    /// What money is not handed over.
    pub fn skipped_grants(&self) -> &[SkippedGrant] {
        &self.skipped_grants
    }

    /// Only the actions of one person: that person's part of the whole, and nothing else (R25).
    pub fn only(mut self, person: &ExternalId) -> Self {
        let steps: BTreeSet<_> = self
            .plan
            .document()
            .entries
            .iter()
            .filter(|entry| entry.step.is_some_and(|step| step > 0))
            .map(|entry| entry.person.clone())
            .collect();
        self.actions.retain(|action| action.person == *person);
        self.grants.retain(|grant| grant.person() == person);
        self.skipped_grants.retain(|skipped| skipped.person == *person);
        if steps.contains(person) {
            let waits = self.actions.drain(..).map(|action| Skipped {
                person: action.person,
                action: action.kind,
                because: SkippedBecause::WaitsForAnother,
            });
            self.skipped.extend(waits);
            let waits = self.grants.drain(..).map(|grant| grant.skipped(SkippedBecause::WaitsForAnother));
            self.skipped_grants.extend(waits);
        }
        self.skipped.retain(|skipped| skipped.person == *person);
        self
    }
}

impl AuthorisedAction {
    /// The one write of a migration: this account carries the new name of its record, and nothing else of it changes.
    #[cfg(feature = "engine")]
    pub(crate) fn renaming(mark: &crate::migration::Mark) -> Self {
        let change = AccountChange { external_id: Some(mark.new.clone()), ..AccountChange::default() };
        Self {
            person: mark.new.clone(),
            kind: ActionKind::Relink,
            records: vec![(mark.new.clone(), mark.record_company.clone())],
            company: Some(mark.company),
            account: Some(mark.account),
            same_as: None,
            payload: Some(Payload::Change(change)),
        }
    }

    /// Whom it is about.
    pub const fn person(&self) -> &ExternalId {
        &self.person
    }

    /// What is done.
    pub const fn kind(&self) -> ActionKind {
        self.kind
    }

    /// In which company of the target; none where only the ledger has to remember something.
    pub const fn company(&self) -> Option<TargetCompanyId> {
        self.company
    }

    /// With which account; none for a creation.
    pub const fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// The person's records and their companies, oldest first.
    pub fn records(&self) -> &[(ExternalId, crate::CompanyId)] {
        &self.records
    }

    /// The record whose person this one is, as a relink says.
    pub const fn same_as(&self) -> Option<&ExternalId> {
        self.same_as.as_ref()
    }
}

/// What of `fresh` may be done?
///
/// A mandate covers creations, updates and evidenced deactivations as long as no brake is pulled. An approval covers
/// what stands in both plans, the fresh one and the one that the person saw, and lifts the brakes that the person saw.
///
/// # Errors
/// [`Refusal`] when nothing may be done at all.
pub fn authorise<'p>(fresh: &'p Plan, authority: Authority<'_>) -> Result<Authorised<'p>, Refusal> {
    let document = fresh.document();
    let now = fresh.as_of();
    let Authority { mandate, approved } = authority;
    if let Some((plan, approval)) = &approved {
        check(plan, approval, fresh)?;
    }
    let mandate = match mandate.map(|mandate| mandate.covers(document, now + TOLERANCE)) {
        None if approved.is_none() => return Err(Refusal::NoAuthority),
        Some(Err(ended)) if approved.is_none() => return Err(Refusal::MandateEnded(ended)),
        covers => covers.is_some_and(|covers| covers.is_ok()),
    };
    let lifted =
        |brake: &Brake| approved.as_ref().is_some_and(|(plan, approval)| lifts(plan, approval, brake));
    let unlifted: Vec<Brake> = document.brakes.iter().filter(|brake| !lifted(brake)).cloned().collect();
    if !unlifted.is_empty() {
        return Err(Refusal::Braked(unlifted));
    }
    // Over a limit, only what the person saw may be done.
    let mandate = mandate && document.brakes.is_empty();

    let mut actions = Vec::new();
    let mut skipped = Vec::new();
    for entry in document.candidates() {
        let payload = fresh.payloads().get(&entry.person);
        let seen = approved.as_ref().map(|(plan, approval)| seen(plan, approval, entry));
        match (mandate && Mandate::allows(&entry.decision), seen) {
            (true, _) | (_, Some(Seen::Same)) => actions.extend(actions_of(entry, payload)),
            (_, seen) => {
                let because = match seen {
                    Some(Seen::Otherwise) => SkippedBecause::Changed,
                    _ => SkippedBecause::NotApproved,
                };
                skipped.extend(not_done(entry, because));
            }
        }
    }
    let (grants, skipped_grants) = grants::authorised(fresh, mandate, approved.as_ref(), &actions);
    if let Some((plan, approval)) = &approved {
        skipped.extend(no_longer(plan, approval, fresh));
    }
    Ok(Authorised { plan: fresh, actions, skipped, grants, skipped_grants })
}

/// Plans count in whole seconds.
const TOLERANCE: TimeDelta = TimeDelta::seconds(1);

/// Does this approval of this saved plan hold for this fresh one?
///
/// # Errors
/// Why not.
pub(crate) fn check(plan: &SavedPlan, approval: &Approval, fresh: &Plan) -> Result<(), Refusal> {
    let now = fresh.as_of();
    if approval.plan != *plan.id() {
        return Err(Refusal::OtherPlan);
    }
    let document = fresh.document();
    if plan.customer() != document.customer.as_str() || plan.policy() != document.policy {
        return Err(Refusal::OtherPolicy);
    }
    is_timely([approval.given_at, plan.as_of()], now)
}

/// Do an approval and its plan, given and made then, still hold?
///
/// # Errors
/// Why not.
pub(crate) fn is_timely(instants: [DateTime<Utc>; 2], now: DateTime<Utc>) -> Result<(), Refusal> {
    for at in instants {
        if at > now + TOLERANCE {
            return Err(Refusal::FromTheFuture);
        }
        if now - at > TimeDelta::hours(VALID_HOURS) {
            return Err(Refusal::TooOld);
        }
    }
    Ok(())
}

fn lifts(plan: &SavedPlan, approval: &Approval, brake: &Brake) -> bool {
    let may_be_lifted = !brake.is_final() || (approval.smaller_scope && brake.is_about_scope());
    may_be_lifted && plan.shows(brake)
}

/// How the approved plan shows an entry of the fresh one.
enum Seen {
    Same,
    Otherwise,
    Not,
}

fn seen(plan: &SavedPlan, approval: &Approval, entry: &Entry) -> Seen {
    let is_proposal = ActionKind::of(&entry.decision).is_none();
    if is_proposal && !approval.proposals.contains(&entry.person) {
        Seen::Not
    } else if plan.holds_action_of(entry)
        || (approval.proposals.contains(&entry.person) && plan.holds_update_of(entry))
    {
        Seen::Same
    } else if plan.action_of(&entry.person).is_some() {
        Seen::Otherwise
    } else {
        Seen::Not
    }
}

/// An entry as what is to be done, in order.
fn actions_of(entry: &Entry, payload: Option<&Payload>) -> Vec<AuthorisedAction> {
    let (company, account) = match (&entry.decision, entry.account) {
        (Decision::Onboard { company, .. }, _) => (Some(*company), None),
        (_, account) => (account.map(|account| account.company), account.map(|account| account.id)),
    };
    let records: Vec<_> =
        entry.records.iter().map(|record| (record.id.clone(), record.company.clone())).collect();
    let action = |kind, same_as, payload| AuthorisedAction {
        person: entry.person.clone(),
        kind,
        records: records.clone(),
        company,
        account,
        same_as,
        payload,
    };
    let Decision::Hold { proposal: Some(proposal), .. } = &entry.decision else {
        return ActionKind::of(&entry.decision)
            .map(|kind| action(kind, None, payload.cloned()))
            .into_iter()
            .collect();
    };
    let kind = proposal.action();
    match proposal {
        Proposal::Adopt { .. } => vec![action(kind, None, payload.cloned())],
        Proposal::Relink { same_as, .. } => vec![action(kind, same_as.clone(), payload.cloned())],
        Proposal::Deactivate => vec![action(kind, None, None)],
        // An inactive account is not edited (U-28): first access, then what changed meanwhile.
        Proposal::Activate { .. } => {
            let changes = |payload: &&Payload| !matches!(payload, Payload::Change(change) if *change == AccountChange::default());
            let update = payload
                .filter(changes)
                .map(|payload| action(ActionKind::Update, None, Some(payload.clone())));
            std::iter::once(action(kind, None, None)).chain(update).collect()
        }
    }
}

/// An action of the fresh plan that is not done. A proposal that nobody approved is no action, and is held anyway.
fn not_done(entry: &Entry, because: SkippedBecause) -> Option<Skipped> {
    let action = match (ActionKind::of(&entry.decision), &entry.decision, because) {
        (Some(kind), ..) => kind,
        (None, Decision::Hold { proposal: Some(proposal), .. }, SkippedBecause::Changed) => proposal.action(),
        _ => return None,
    };
    Some(Skipped { person: entry.person.clone(), action, because })
}

/// What the person approved and the fresh plan does not hold at all.
fn no_longer(plan: &SavedPlan, approval: &Approval, fresh: &Plan) -> Vec<Skipped> {
    let present: BTreeSet<&ExternalId> =
        fresh.document().candidates().into_iter().map(|entry| &entry.person).collect();
    plan.approvable(&approval.proposals)
        .filter(|(person, _)| !present.contains(person))
        .map(|(person, action)| Skipped { person: person.clone(), action, because: SkippedBecause::NoLonger })
        .collect()
}

//! Who may do what (R7, R8).
//!
//! In: a plan that a person saw, that person's approval of its hash, and a plan made freshly from both
//! sides. Out: [`Authorised`], the only thing that the writing half of the engine takes: the actions that
//! stand in both plans, with the fresh plan's values. Never: an action that the person did not see, one
//! that the fresh plan does not hold, or one whose values changed in between. A file can only remove.

use chrono::{DateTime, TimeDelta, Utc};

use crate::decision::Payload;
use crate::external_id::ExternalId;
use crate::guard::Brake;
use crate::id::{AccountId, TargetCompanyId};
use crate::plan::{ActionKind, Plan, PlanId, SavedPlan};

/// How long an approval holds after it was given, and a plan after it was made.
pub const VALID_HOURS: i64 = 24;

/// A person's word that one plan may be carried out. Used up by [`authorise`].
#[derive(Debug, PartialEq, Eq)]
pub struct Approval {
    plan: PlanId,
    given_at: DateTime<Utc>,
}

impl Approval {
    /// A person approved the plan with this hash, at this instant.
    pub const fn of(plan: PlanId, given_at: DateTime<Utc>) -> Self {
        Self { plan, given_at }
    }
}

/// Why nothing at all may be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The approval names another plan.
    #[error("the approval is for another plan")]
    OtherPlan,
    /// The plans are of different customers or were made under different policies.
    #[error("the approved plan was made for another customer or under another policy")]
    OtherPolicy,
    /// The approval or the approved plan is too old.
    #[error("the approval, or the plan it is for, is older than {VALID_HOURS} hours")]
    TooOld,
    /// The approval or the approved plan is of a later time than the fresh plan.
    #[error("the approval, or the plan it is for, is from the future")]
    FromTheFuture,
    /// The fresh plan pulls brakes that no approval lifts, or that the person did not see.
    #[error("{} brake(s) of the fresh plan are not lifted by this approval", .0.len())]
    Braked(Vec<Brake>),
}

/// Actions that may be carried out. Only [`authorise`] makes one.
///
/// ```compile_fail
/// fn forge(plan: sync_core::Plan) -> sync_core::authority::Authorised {
///     sync_core::authority::Authorised { plan, actions: vec![], skipped: vec![] }
/// }
/// ```
#[derive(Debug)]
pub struct Authorised {
    plan: Plan,
    actions: Vec<AuthorisedAction>,
    skipped: Vec<Skipped>,
}

/// One action that may be carried out.
#[derive(Debug, Clone)]
pub struct AuthorisedAction {
    person: ExternalId,
    kind: ActionKind,
    records: Vec<(ExternalId, crate::CompanyId)>,
    company: TargetCompanyId,
    account: Option<AccountId>,
    #[cfg_attr(not(feature = "engine"), expect(dead_code, reason = "only the engine writes"))]
    pub(crate) payload: Option<Payload>,
}

/// An approved action that is not done (R8).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// Whom it is about.
    pub person: ExternalId,
    /// Which kind of action the fresh plan holds.
    pub action: ActionKind,
}

impl Authorised {
    /// The fresh plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What may be done, in order.
    pub fn actions(&self) -> &[AuthorisedAction] {
        &self.actions
    }

    /// Actions of the fresh plan that the approved one does not hold, or holds with other values.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }
}

impl AuthorisedAction {
    /// Whom it is about.
    pub const fn person(&self) -> &ExternalId {
        &self.person
    }

    /// What is done.
    pub const fn kind(&self) -> ActionKind {
        self.kind
    }

    /// In which company of the target.
    pub const fn company(&self) -> TargetCompanyId {
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
}

/// What of `fresh` may be done, given that a person saw and approved `approved`?
///
/// # Errors
/// [`Refusal`] when nothing may be done at all.
pub fn authorise(approved: &SavedPlan, approval: Approval, fresh: Plan) -> Result<Authorised, Refusal> {
    let Approval { plan, given_at } = approval;
    if plan != *approved.id() {
        return Err(Refusal::OtherPlan);
    }
    let document = fresh.document();
    let same =
        |key: &str, value: &str| approved.json().get(key).and_then(|saved| saved.as_str()) == Some(value);
    if !same("customer", document.customer.as_str()) || !same("policy", &document.policy) {
        return Err(Refusal::OtherPolicy);
    }
    let now: DateTime<Utc> = document.as_of.parse().map_err(|_| Refusal::TooOld)?;
    // Plans count in whole seconds.
    let tolerance = TimeDelta::seconds(1);
    for at in [given_at, approved.as_of()] {
        if at > now + tolerance {
            return Err(Refusal::FromTheFuture);
        }
        if now - at > TimeDelta::hours(VALID_HOURS) {
            return Err(Refusal::TooOld);
        }
    }
    let unlifted: Vec<Brake> =
        document.brakes.iter().filter(|brake| !approved.shows(brake)).cloned().collect();
    if !unlifted.is_empty() {
        return Err(Refusal::Braked(unlifted));
    }
    let mut actions = Vec::new();
    let mut skipped = Vec::new();
    for entry in document.actions() {
        let Some(kind) = ActionKind::of(&entry.decision) else { continue };
        let place = match (&entry.decision, entry.account) {
            (crate::decision::Decision::Onboard { company, .. }, _) => Some((*company, None)),
            (_, Some(account)) => Some((account.company, Some(account.id))),
            (_, None) => None,
        };
        match place {
            Some((company, account)) if approved.holds_action_of(entry) => actions.push(AuthorisedAction {
                person: entry.person.clone(),
                kind,
                records: entry
                    .records
                    .iter()
                    .map(|record| (record.id.clone(), record.company.clone()))
                    .collect(),
                company,
                account,
                payload: fresh.payloads().get(&entry.person).cloned(),
            }),
            _ => skipped.push(Skipped { person: entry.person.clone(), action: kind }),
        }
    }
    Ok(Authorised { plan: fresh, actions, skipped })
}

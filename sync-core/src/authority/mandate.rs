//! A person's standing word: what daily runs may do without asking again.
//!
//! In: a saved plan that a person looked at, the policy, who and when. Out: a [`Mandate`] for that customer, policy and
//! scope. Never: adoptions, activations, relinks, withdrawals, or anything over a limit; those need an approval each.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::decision::Decision;
use crate::id::CustomerId;
use crate::pii::Pii;
use crate::plan::{ActionKind, PlanDocument, PlanId, SavedPlan};
use crate::policy::{Limits, Policy};

/// What daily runs may do: create, update and deactivate on evidence, for one customer, under one policy, in one scope.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mandate {
    /// Whose runs it is for.
    pub customer: CustomerId,
    /// The hash of the policy under which it holds.
    pub policy: String,
    /// The hash of the scope in which it holds: the source's companies with the fields that steer the sync.
    pub scope: String,
    /// The limits of the policy, as they were confirmed.
    pub limits: Limits,
    /// The plan that the person looked at.
    pub plan: PlanId,
    /// Who gave it.
    pub by: Pii<String>,
    /// When.
    pub given_at: DateTime<Utc>,
}

/// Why a mandate does not cover a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Ended {
    /// It was given for somebody else.
    #[error("the mandate is another customer's")]
    OtherCustomer,
    /// The policy changed since.
    #[error("the policy changed since the mandate was given")]
    Policy,
    /// A company or a field that steers the sync came or went since.
    #[error("a company, or a field that steers the sync, came or went since the mandate was given")]
    Scope,
    /// It was given after the instant of the plan.
    #[error("the mandate is from the future")]
    FromTheFuture,
}

/// The saved plan was made for another policy than the one at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the plan was made under another policy than the present one; plan again")]
pub struct OtherPolicy;

impl Mandate {
    /// What confirming this plan gives.
    ///
    /// # Errors
    /// [`OtherPolicy`] when the plan was made under another policy.
    pub fn confirming(
        plan: &SavedPlan,
        policy: &Policy,
        by: Pii<String>,
        at: DateTime<Utc>,
    ) -> Result<Self, OtherPolicy> {
        if plan.policy() != policy.hash() {
            return Err(OtherPolicy);
        }
        Ok(Self {
            customer: CustomerId::new(plan.customer()),
            policy: plan.policy().to_owned(),
            scope: plan.scope().to_owned(),
            limits: policy.limits,
            plan: plan.id().clone(),
            by,
            given_at: at,
        })
    }

    /// Does it hold for this plan?
    ///
    /// # Errors
    /// What ended it.
    pub fn covers(&self, plan: &PlanDocument, now: DateTime<Utc>) -> Result<(), Ended> {
        if self.customer != plan.customer {
            Err(Ended::OtherCustomer)
        } else if self.policy != plan.policy {
            Err(Ended::Policy)
        } else if self.scope != plan.scope {
            Err(Ended::Scope)
        } else if self.given_at > now {
            Err(Ended::FromTheFuture)
        } else {
            Ok(())
        }
    }

    /// Is this a decision that a mandate carries out?
    pub const fn allows(decision: &Decision) -> bool {
        matches!(
            ActionKind::of(decision),
            Some(ActionKind::Onboard | ActionKind::Update | ActionKind::Offboard)
        )
    }
}

impl fmt::Debug for Mandate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mandate")
            .field("customer", &self.customer)
            .field("plan", &self.plan)
            .field("given_at", &self.given_at)
            .finish_non_exhaustive()
    }
}

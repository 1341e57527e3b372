//! A person's word about one plan.
//!
//! In: the plan's hash, who and when, and which held people's proposals are meant too. Out: an [`Approval`], which
//! [`authorise`](super::authorise) uses up. Never: a word about a plan that the person did not name.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::external_id::ExternalId;
use crate::pii::Pii;
use crate::plan::PlanId;

/// A person's word that one plan may be carried out. Holds for [`VALID_HOURS`](super::VALID_HOURS).
///
/// It covers the plan's actions. Proposals of held people it covers only where the person named them.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Approval {
    /// The plan that the person looked at.
    pub plan: PlanId,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// Who gave it, if that was asked.
    pub by: Option<Pii<String>>,
    /// The people whose proposals (adoption, activation, relink, withdrawal) are approved too.
    pub proposals: BTreeSet<ExternalId>,
    /// Did the person confirm that companies or fields which the plan shows as gone are meant to be gone? (R26)
    pub smaller_scope: bool,
}

impl Approval {
    /// A person approved the plan with this hash, at this instant.
    pub const fn of(plan: PlanId, given_at: DateTime<Utc>) -> Self {
        Self { plan, given_at, by: None, proposals: BTreeSet::new(), smaller_scope: false }
    }

    /// With who gave it.
    pub fn by(mut self, name: Pii<String>) -> Self {
        self.by = Some(name);
        self
    }

    /// With the people whose proposals are approved too.
    pub fn with_proposals(mut self, people: impl IntoIterator<Item = ExternalId>) -> Self {
        self.proposals.extend(people);
        self
    }

    /// With the person's word that what the plan shows as gone is meant to be gone.
    pub const fn accepting_smaller_scope(mut self) -> Self {
        self.smaller_scope = true;
        self
    }
}

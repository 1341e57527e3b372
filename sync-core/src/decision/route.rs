//! In which company of the target somebody belongs (U-6).
//!
//! In: a person and the policy's placement. Out: a company, or why nobody can say. Never: a default company, or a
//! choice between two values.

use super::HoldReason;
use super::decide::Facts;
use crate::extra_fields::{self, Reading};
use crate::id::TargetCompanyId;
use crate::person::Person;
use crate::policy::{Placement, Route};
use crate::record::EmployeeRecord;

/// The company in which the account of somebody in service belongs.
pub(super) fn home(person: &Person<'_>, facts: &Facts<'_>) -> Result<TargetCompanyId, HoldReason> {
    match &facts.policy.placement {
        Placement::One(company) => Ok(*company),
        Placement::ByFilterField(routes) => {
            routes.get(&route(person, facts)?).copied().ok_or(HoldReason::RouteUnknown)
        }
    }
}

/// Has the filter field of any record something to say that no table answers?
pub(super) fn is_unanswered(person: &Person<'_>, facts: &Facts<'_>) -> bool {
    let says =
        |record: &&EmployeeRecord| !matches!(filter(record, facts), Reading::NotInUse | Reading::Empty);
    matches!(facts.policy.placement, Placement::One(_)) && person.records().iter().any(says)
}

/// What the records in service agree on.
fn route(person: &Person<'_>, facts: &Facts<'_>) -> Result<Route, HoldReason> {
    let mut agreed = None;
    for record in person.in_service() {
        let route = match filter(record, facts) {
            Reading::Value(route) => route,
            Reading::Empty => return Err(HoldReason::RouteMissing),
            Reading::NotInUse => return Err(HoldReason::RouteFieldMissing),
            Reading::Unreadable => return Err(HoldReason::RouteUnreadable),
            Reading::Conflict => return Err(HoldReason::RouteConflict),
        };
        if agreed.as_ref().is_some_and(|agreed| *agreed != route) {
            return Err(HoldReason::RouteConflict);
        }
        agreed = Some(route);
    }
    agreed.ok_or(HoldReason::RouteMissing)
}

fn filter(record: &EmployeeRecord, facts: &Facts<'_>) -> Reading<Route> {
    let Some(definitions) = facts.source.definitions().get(&record.company) else { return Reading::NotInUse };
    extra_fields::filter(record, definitions, facts.today)
}

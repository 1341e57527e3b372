//! In which company of the target accounts live: `yourcampus.company`, or `policy.routes`, and never both.
//!
//! Whoever writes a table of routes has no default company (U-6), so a company beside it would be a second answer to
//! one question.

use std::collections::BTreeMap;

use sync_core::policy::Route;
use sync_core::{Placement, TargetCompanyId};

use super::document::Section;

/// Reads both keys; `None` if they do not give exactly one answer, which has then been told.
pub(super) fn placement(yourcampus: &mut Section<'_>, policy: &mut Section<'_>) -> Option<Placement> {
    let (has_company, has_routes) = (yourcampus.has("company"), policy.has("routes"));
    let company = yourcampus.optional_integer("company", 1, i64::MAX).map(TargetCompanyId::new);
    let routes = policy.optional_table("routes").map(|entries| routes(policy, entries));
    match (has_company, has_routes) {
        (true, true) => {
            policy.problem("routes", "say either yourcampus.company or policy.routes, not both");
            None
        }
        (false, false) => {
            yourcampus.problem("company", "is missing; or write policy.routes");
            None
        }
        (true, false) => company.map(Placement::One),
        (false, true) => routes?.map(Placement::ByFilterField),
    }
}

/// The table, if every line of it can be used; all that cannot has been told.
fn routes(policy: &Section<'_>, entries: toml::Table) -> Option<BTreeMap<Route, TargetCompanyId>> {
    let mut routes = BTreeMap::new();
    let mut is_usable = true;
    if entries.is_empty() {
        policy.problem("routes", "is empty, so nobody could be placed");
        is_usable = false;
    }
    for (value, company) in entries {
        let company = company.as_integer().filter(|company| *company >= 1).map(TargetCompanyId::new);
        let problem = match (Route::of(&value), company) {
            (None, _) => Some("a value must not be blank"),
            (_, None) => Some("must be the id of a company, a whole number from 1"),
            (Some(route), Some(company)) => routes
                .insert(route, company)
                .map(|_| "stands twice: blanks around a value, and how an accent is typed, do not count"),
        };
        if let Some(problem) = problem {
            policy.problem(&format!("routes.{value:?}"), problem);
            is_usable = false;
        }
    }
    is_usable.then_some(routes)
}

//! The checks of the YourCampus side: the keys, the company, and the limit that the answers state.

use sync_core::ports::{AccountReader, RequestMeter, TargetCompany};
use sync_core::{Policy, TargetCompanyId};
use yourcampus_client::{HttpCustomerApi, RateLimit};

use super::report::Line;
use crate::advice::{Advisor, chain};
use crate::config::YourCampusLimits;
use crate::connect;

/// Do the keys open, and do they show each company in which accounts live?
pub(super) async fn company(api: &HttpCustomerApi, policy: &Policy, advisor: &Advisor<'_>) -> Vec<Line> {
    let meter = RequestMeter::new(policy.target_request_ceiling);
    let visible = match connect::reader(api).companies(&meter).await {
        Ok(visible) => visible,
        Err(error) => {
            return vec![Line::problem("YourCampus sign-in", chain(&error), advisor.about(&error))];
        }
    };
    let mut lines = vec![Line::ok("YourCampus sign-in", "the keys open")];
    lines.extend(policy.target_companies().into_iter().map(|target| shown(target, &visible)));
    lines
}

fn shown(target: TargetCompanyId, visible: &[TargetCompany]) -> Line {
    if visible.iter().any(|company| company.id == target) {
        return Line::ok("YourCampus company", format!("company {target} is visible"));
    }
    let ids: Vec<_> = visible.iter().map(|company| company.id.to_string()).collect();
    let found = format!("company {target} is not visible; visible are: {}", ids.join(", "));
    Line::problem(
        "YourCampus company",
        found,
        "correct yourcampus.company or policy.routes, or take other keys",
    )
}

/// What the answers said about the limit.
pub(super) fn limit(stated: Option<RateLimit>, limits: &YourCampusLimits) -> Line {
    let (check, percent) = ("YourCampus limit", limits.percent);
    let Some((limit, remaining)) = stated.and_then(|stated| Some((stated.limit?, stated.remaining))) else {
        let assumed = limits.assumed_per_minute;
        return Line::unknown(
            check,
            format!("none is stated; {percent} % of {assumed} requests a minute are used"),
        );
    };
    let left = remaining.map(|left| format!(", {left} left")).unwrap_or_default();
    Line::ok(check, format!("{limit} requests a minute{left}; {percent} % are used at most"))
}

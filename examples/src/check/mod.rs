//! `sync check`: would a run work, and what would it read? Nobody's data are read to find out.
//!
//! In: the configuration. Out: one line for each check, with what to do about it. A check that fails does not keep the
//! others from being made, unless they need what it found missing.

mod budgets;
mod companies;
mod nmbrs;
mod reads;
mod report;
mod yourcampus;

pub use report::{Line, Report, Verdict};

use sync_core::ports::EmployeeSource;

use crate::advice::Advisor;
use crate::config::Config;
use crate::connect;
use crate::grant::GrantPlace;

/// Makes all checks.
///
/// # Errors
/// When the settings cannot be used by the clients at all; nothing was sent.
pub async fn check(config: &Config, advisor: &Advisor<'_>) -> anyhow::Result<Report> {
    let settings = config.nmbrs.rest()?;
    let place = GrantPlace::new(&config.customer, &settings.tokens)?;
    let authorizer = connect::authorizer(settings, &place)?;
    let source = connect::rest(settings, authorizer.clone())?;
    let api = connect::target(&config.yourcampus)?;

    let mut lines = vec![Line::ok("configuration", format!("can be read; customer {}", config.customer))];
    let (grant, is_worth_trying) = nmbrs::grant(&place, advisor).await;
    lines.push(grant);
    let mut token = None;
    if is_worth_trying {
        let (line, signed_in) = nmbrs::sign_in(&authorizer, advisor).await;
        lines.push(line);
        token = signed_in;
    }
    let mut least_requests = None;
    if let Some(token) = token {
        lines.push(nmbrs::granted(&token, &config.policy, advisor));
        lines.push(nmbrs::user(&source, &token, advisor).await);
        let (companies, least) = companies::companies(&source, &config.policy, advisor).await;
        lines.extend(companies);
        least_requests = least;
    } else {
        lines.push(Line::unknown("scopes, companies and extra fields", "not asked for without a sign-in"));
    }
    let in_flight = settings.limits.in_flight;
    let found = format!("Nmbrs states none; at most {in_flight} requests are sent at once");
    lines.push(Line::unknown("Nmbrs limit", found));
    lines.extend(yourcampus::company(&api, &config.policy, advisor).await);
    lines.push(yourcampus::limit(api.last_rate_limit(), &config.yourcampus.limits));
    lines.extend(budgets::desk(config).await);
    let salaries = config.policy.salaries.is_some();
    Ok(Report { lines, formula: source.call_formula(), least_requests, salaries })
}

//! `sync check`: would a run work, and what would it read? Nobody's data are read to find out.
//!
//! In: the configuration. Out: one line for each check, with what to do about it. A check that fails does not keep the
//! others from being made, unless they need what it found missing.

mod budgets;
mod companies;
mod nmbrs;
mod reads;
mod report;
mod soap;
mod yourcampus;

pub use reads::Read;
pub use report::{Line, Report, Verdict};

use sync_core::ports::{Clock, EmployeeSource};

use crate::advice::Advisor;
use crate::clock::MachineClock;
use crate::config::{Config, Interface};
use crate::connect;
use crate::grant::GrantPlace;

/// Makes all checks.
///
/// # Errors
/// When the settings cannot be used by the clients at all; nothing was sent.
pub async fn check(config: &Config, advisor: &Advisor<'_>) -> anyhow::Result<Report> {
    let api = connect::target(&config.yourcampus)?;
    let first = vec![Line::ok("configuration", format!("can be read; customer {}", config.customer))];
    let mut report = match config.nmbrs.interface {
        Interface::Rest => over_rest(config, advisor, first).await?,
        Interface::Soap => over_soap(config, advisor, first).await?,
    };
    let lines = &mut report.lines;
    lines.extend(yourcampus::company(&api, &config.policy, advisor).await);
    lines.push(yourcampus::limit(api.last_rate_limit(), &config.yourcampus.limits));
    lines.extend(budgets::desk(config).await);
    Ok(report)
}

async fn over_rest(config: &Config, advisor: &Advisor<'_>, mut lines: Vec<Line>) -> anyhow::Result<Report> {
    let settings = config.nmbrs.rest()?;
    let place = GrantPlace::new(&config.customer, &settings.tokens)?;
    let authorizer = connect::authorizer(settings, &place)?;
    let source = connect::rest(settings, authorizer.clone())?;
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
        let of_one = async |company: &_| companies::fields(&source, company, &config.policy, advisor).await;
        let least = companies::least_over_rest;
        let (companies, least) = companies::companies(&source, &config.policy, advisor, of_one, least).await;
        lines.extend(companies);
        least_requests = least;
    } else {
        lines.push(Line::unknown("scopes, companies and extra fields", "not asked for without a sign-in"));
    }
    let in_flight = settings.limits.in_flight;
    let found = format!("Nmbrs states none; at most {in_flight} requests are sent at once");
    lines.push(Line::unknown("Nmbrs limit", found));
    let reads = reads::over_rest(config.policy.salaries.is_some());
    Ok(Report { lines, formula: source.call_formula(), least_requests, reads })
}

async fn over_soap(config: &Config, advisor: &Advisor<'_>, mut lines: Vec<Line>) -> anyhow::Result<Report> {
    let settings = config.nmbrs.soap()?;
    let source = connect::soap(settings, &config.policy)?;
    lines.push(soap::end(MachineClock.now()));
    let (login, lets_in) = soap::login(&source, advisor).await;
    lines.push(login);
    let mut least_requests = None;
    if lets_in {
        lines.push(soap::types(&source, advisor).await);
        let of_one = async |company: &_| companies::period(source.client(), company, advisor).await;
        let once = if settings.domain.is_some() { 2 } else { 3 };
        let types = 2 + config.policy.also_in_service.len() as u64;
        let least = |companies| companies::least_over_soap(once, types, companies);
        let (companies, least) = companies::companies(&source, &config.policy, advisor, of_one, least).await;
        lines.extend(companies);
        lines.push(soap::untried());
        least_requests = least;
    } else {
        lines.push(Line::unknown("types, companies and periods", "not asked for without a login"));
    }
    lines.push(soap::limit(&settings.limits));
    let reads = reads::over_soap(settings.extra_fields);
    Ok(Report { lines, formula: source.call_formula(), least_requests, reads })
}

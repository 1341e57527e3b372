//! The checks of the companies: how many are visible, which take part, and what is known of each of those: over REST
//! which of our extra fields it has, over SOAP in which payroll period it is.
//!
//! No list of employees, and nothing of any one of them, is asked for.

use std::collections::BTreeSet;

use nmbrs_client::soap::SoapClient;
use sync_core::ports::{EmployeeSource, PortError, PortErrorKind, RequestMeter, RowsRequest};
use sync_core::record::{FieldDefinition, SourceCompany};
use sync_core::snapshot::{Resource, SourceRows};
use sync_core::{DebtorId, Participation, Policy, extra_fields};

use super::report::Line;
use crate::advice::{Advisor, chain};

/// Rows on a page of a list.
const PAGE: u64 = 100;

/// How many companies there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub(super) visible: u64,
    pub(super) chosen: u64,
}

/// The fewest requests of a run over REST.
pub(super) fn least_over_rest(companies: Counted) -> u64 {
    companies.visible.div_ceil(PAGE).max(1) + Resource::ALL.len() as u64 * companies.chosen
}

/// The fewest requests of a run over SOAP, if nobody is in service; every person who is adds one.
pub(super) fn least_over_soap(once: u64, types: u64, companies: Counted) -> u64 {
    once + (4 + types) * companies.chosen
}

const WIDEN: &str = "or widen the login's access in Nmbrs";

/// All lines about companies, and the fewest requests that a run can take, if the companies can be seen. Each interface
/// has words of its own about a company, and a number of requests of its own.
pub(super) async fn companies(
    source: &dyn EmployeeSource,
    policy: &Policy,
    advisor: &Advisor<'_>,
    of_one: impl AsyncFn(&SourceCompany) -> Line,
    least: impl Fn(Counted) -> u64,
) -> (Vec<Line>, Option<u64>) {
    let meter = RequestMeter::new(policy.source_request_ceiling);
    let visible = match source.companies(&meter).await {
        Ok(list) => list.rows,
        Err(error) => return (vec![Line::problem("companies", chain(&error), advisor.about(&error))], None),
    };
    // As in a run: a company whose name cannot be read is still the company with that id.
    let visible: Vec<_> =
        visible.into_iter().map(|row| row.content.unwrap_or(SourceCompany::new(row.id))).collect();
    let (chosen, left_out): (Vec<_>, Vec<_>) = visible
        .iter()
        .partition(|company| policy.chooses_company(&company.id) && policy.chooses_debtor_of(company));
    let mut lines = vec![choice(&visible, chosen.len(), policy)];
    for company in &chosen {
        lines.push(of_one(company).await);
    }
    lines.extend(left_out.iter().map(|company| left(company, policy)));
    let least = least(Counted { visible: visible.len() as u64, chosen: chosen.len() as u64 });
    if least > policy.source_request_ceiling {
        let found = format!("{} is less than the {least} requests of a run", policy.source_request_ceiling);
        lines.push(Line::problem("request ceiling", found, "raise policy.source_request_ceiling"));
    }
    (lines, Some(least))
}

fn choice(visible: &[SourceCompany], chosen: usize, policy: &Policy) -> Line {
    let check = "companies";
    let found = format!("{} visible, {chosen} take part", visible.len());
    let ids: BTreeSet<_> = visible.iter().map(|company| &company.id).collect();
    let debtors: BTreeSet<&DebtorId> = visible.iter().filter_map(|company| company.debtor.as_ref()).collect();
    if let Some(debtor) = policy.debtors.iter().flatten().find(|debtor| !debtors.contains(debtor)) {
        let found =
            format!("{found}; of the chosen debtor {debtor} none is visible: a run would end at once");
        return Line::problem(check, found, format!("correct policy.debtors, {WIDEN}"));
    }
    if let Some(company) = policy.companies.iter().flatten().find(|company| !ids.contains(company)) {
        let found =
            format!("{found}; the chosen company {company} is not visible: a run would be blocked (R26)");
        return Line::problem(check, found, format!("correct policy.companies, {WIDEN}"));
    }
    if chosen == 0 {
        return Line::problem(check, found, format!("correct policy.companies and policy.debtors, {WIDEN}"));
    }
    if debtors.len() > 1 && policy.debtors.is_none() && policy.companies.is_none() {
        return Line::ok(check, format!("{found}, of {} debtors", debtors.len()))
            .with_todo("say policy.debtors if not all of them are meant");
    }
    Line::ok(check, found)
}

fn left(company: &SourceCompany, policy: &Policy) -> Line {
    let why = match &company.debtor {
        _ if !policy.chooses_company(&company.id) => "it is not among policy.companies".to_owned(),
        Some(debtor) => format!("its debtor {debtor} is not among policy.debtors"),
        None => "Nmbrs does not say of which debtor it is, and policy.debtors is set".to_owned(),
    };
    Line::ok(format!("company {}", company.id), format!("takes no part: {why}"))
}

/// In which period a company is, which decides who is called what over SOAP; no field can be asked for without asking
/// about somebody.
pub(super) async fn period(client: &SoapClient, company: &SourceCompany, advisor: &Advisor<'_>) -> Line {
    let check = format!("company {}", company.id);
    let Ok(id) = nmbrs_client::CompanyId::new(company.id.as_str()) else {
        return Line::problem(check, "its id is no number", "see the error of a run");
    };
    match client.current_period(&id).await {
        Ok(Some(now)) => {
            let (year, period) = (now.period.year, now.period.period);
            Line::ok(check, format!("takes part; its payroll period is {year}-{period}"))
        }
        Ok(None) => Line::unknown(check, "takes part; it has no payroll period")
            .with_todo("whoever has a history of names or addresses there is held; start a period in Nmbrs"),
        Err(error) => Line::problem(check, chain(&error), advisor.about(&error)),
    }
}

/// Which of our extra fields a company has.
pub(super) async fn fields(
    source: &dyn EmployeeSource,
    company: &SourceCompany,
    policy: &Policy,
    advisor: &Advisor<'_>,
) -> Line {
    let check = format!("company {}", company.id);
    let meter = RequestMeter::new(policy.source_request_ceiling);
    let definitions = match definitions(source, company, &meter).await {
        Ok(definitions) => definitions,
        Err(error) => return Line::problem(check, chain(&error), advisor.about(&error)),
    };
    let ours: Vec<_> = extra_fields::relied_on(&definitions).into_iter().collect();
    let named = if ours.is_empty() { "none of our extra fields".to_owned() } else { ours.join(", ") };
    let found = format!("takes part; it has {named}");
    let spelt = definitions.iter().map(|definition| definition.name.trim());
    if let Some(near) = spelt.filter(|name| extra_fields::is_near_miss(name)).min() {
        let found = format!("{found}; the field «{near}» looks like one of ours and is not");
        return Line::problem(check, found, "rename the field in Nmbrs: nobody reads it under this name");
    }
    if policy.participation == Participation::ByAccessField && !extra_fields::has_access_field(&definitions) {
        let found = format!("{found}, so no access field: everybody in it would be held");
        let todo =
            "define yourcampus_access or alleo_access in Nmbrs, or say policy.participation = \"everyone\"";
        return Line::problem(check, found, todo);
    }
    Line::ok(check, found)
}

async fn definitions(
    source: &dyn EmployeeSource,
    company: &SourceCompany,
    meter: &RequestMeter,
) -> Result<BTreeSet<FieldDefinition>, PortError> {
    let resource = Resource::FieldDefinitions;
    let SourceRows::FieldDefinitions(list) =
        source.rows(&RowsRequest::new(company.id.clone(), resource), meter).await?
    else {
        return Err(PortError::new(PortErrorKind::Fatal, format!("another list than the {resource}")));
    };
    // As in a run: it may be the access field's, so none may be unreadable.
    let definitions: Result<_, _> = list.rows.into_iter().map(|row| row.content).collect();
    definitions.map_err(|problem| {
        let what = format!("{resource}: {} {}", problem.field, problem.problem);
        PortError::new(PortErrorKind::Incomplete, what)
    })
}

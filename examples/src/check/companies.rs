//! The checks of the companies: how many are visible, which take part, and which of our extra fields each of those has.
//!
//! No list of employees, and nothing of any one of them, is asked for.

use std::collections::BTreeSet;

use nmbrs_client::NmbrsSource;
use sync_core::ports::{EmployeeSource, PortError, PortErrorKind, RequestMeter, RowsRequest};
use sync_core::record::{FieldDefinition, SourceCompany};
use sync_core::snapshot::{Resource, SourceRows};
use sync_core::{DebtorId, Participation, Policy, extra_fields};

use super::report::Line;
use crate::advice::{Advisor, chain};

/// Rows on a page of a list.
const PAGE: u64 = 100;

const WIDEN: &str = "or widen the login's access in Nmbrs";

/// All lines about companies, and the fewest requests that a run can take, if the companies can be seen.
pub(super) async fn companies(
    source: &NmbrsSource,
    policy: &Policy,
    advisor: &Advisor<'_>,
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
        lines.push(fields(source, company, policy, &meter, advisor).await);
    }
    lines.extend(left_out.iter().map(|company| left(company, policy)));
    let (pages, lists) = (visible.len() as u64, (Resource::ALL.len() * chosen.len()) as u64);
    let least = pages.div_ceil(PAGE).max(1) + lists;
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

async fn fields(
    source: &NmbrsSource,
    company: &SourceCompany,
    policy: &Policy,
    meter: &RequestMeter,
    advisor: &Advisor<'_>,
) -> Line {
    let check = format!("company {}", company.id);
    let definitions = match definitions(source, company, meter).await {
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
    source: &NmbrsSource,
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

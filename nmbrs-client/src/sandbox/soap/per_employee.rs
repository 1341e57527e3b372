//! What can only be asked person by person.

use super::answering::{Answer, Answering, Subject};
use super::debtors::{MANAGERS, manager as manager_fields};
use super::employees::number_of;
use super::history::contract_row;
use super::xml::{Content, Element};
use crate::sandbox::world::{Company, Contract, Employee, ExtraFieldDefinition};

/// The contract of today with the employee around it, and without a result around both.
pub(super) fn current_contract(asked: &Answering<'_>) -> Answer {
    let employee = asked.employees().into_iter().next()?;
    let begun = |contract: &&Contract| contract.start_date.is_none_or(|day| day <= asked.world.today);
    let current = employee.contracts.iter().filter(begun).max_by_key(|contract| contract.start_date);
    let rows = current.map(|contract| contract_row(asked, contract)).into_iter().collect();
    let mut item = asked.row("EmployeeContractItem", &employee.employee_id);
    item.number("EmployeeId", number_of(asked, employee));
    item.children.push(Element::with("EmployeeContracts", rows));
    Some(Content::Children(vec![item.done()]))
}

pub(super) fn contracts(asked: &Answering<'_>) -> Answer {
    let contracts = asked.employees().into_iter().flat_map(|employee| &employee.contracts);
    asked.list(contracts.map(|contract| contract_row(asked, contract)).collect())
}

/// Periods in service. None of their days can be nil: what is open ends on the platform's "no date".
pub(super) fn services(asked: &Answering<'_>) -> Answer {
    let employments = asked.employees().into_iter().flat_map(|employee| &employee.employments);
    let rows = employments.map(|employment| {
        let mut row = asked.row("ServiceInterval", &employment.employment_id);
        row.required_day("Start", employment.start_date);
        row.required_day("End", employment.end_date);
        row.required_day("SeniorityDate", employment.seniority_date.or(employment.start_date));
        row.text("EndServiceReason", employment.end_date.map(|_| "Niet lezen: reden van vertrek"));
        row.done()
    });
    asked.list(rows.collect())
}

pub(super) fn extra_fields(asked: &Answering<'_>) -> Answer {
    fields(asked, false)
}

pub(super) fn extra_fields_with_start_date(asked: &Answering<'_>) -> Answer {
    fields(asked, true)
}

/// Every field of the company, with what the employee has in it. The list without dates leaves the fields out that
/// have one, or only their dates.
fn fields(asked: &Answering<'_>, with_start_date: bool) -> Answer {
    let Subject::Employee(company, employee) = asked.about else { return None };
    let dated_too = with_start_date || asked.vary.one_in(2, asked.operation, "dated too");
    let listed = company.extra_fields.iter().filter(|one| dated_too || one.extra_field_type != "textDate");
    let rows = listed.filter_map(|definition| field(asked, company, employee, definition, with_start_date));
    asked.list(rows.collect())
}

fn field(
    asked: &Answering<'_>,
    company: &Company,
    employee: &Employee,
    definition: &ExtraFieldDefinition,
    with_start_date: bool,
) -> Option<Element> {
    let filled = employee.extra_field(&definition.name);
    let owner = format!("{}{}{}", company.company_id, employee.employee_id, definition.name);
    let unanswered = filled.is_none_or(|field| field.value.is_none() && field.start_date.is_none());
    if unanswered && asked.vary.one_in(4, &owner, "left out") {
        return None;
    }
    let mut row = asked.row(if with_start_date { "FreeFieldWithStartDate" } else { "FreeField" }, &owner);
    let number = asked.world.soap_numbers.extra_field(&definition.extra_field_id);
    row.number("Id", number.unwrap_or_default());
    // A name is a key here: nobody typed a blank behind it.
    row.number("Name", &definition.name);
    row.text("Type", Some(type_text(&definition.extra_field_type)));
    row.text("Value", filled.and_then(|field| field.value.as_deref()));
    if with_start_date {
        row.day("StartDate", filled.and_then(|field| field.start_date));
    }
    row.unexpected();
    Some(row.done())
}

/// The type in words; which ones the vendor uses is not published.
fn type_text(name: &str) -> &str {
    match name {
        "text" => "Text",
        "decimal" => "Decimal",
        "number" => "Number",
        "date" => "Date",
        "yesNo" => "YesNo",
        "textDate" => "TextDate",
        other => other,
    }
}

/// Somebody's manager, whoever that is; without one, no result, or one with nothing in it.
pub(super) fn manager(asked: &Answering<'_>) -> Answer {
    let employee = asked.employees().into_iter().next()?;
    let id = &employee.employee_id;
    let mut row = asked.row("Manager_GetCurrentResult", id);
    match asked.vary.roll(id, "manager", 4) {
        2 => return None,
        3 => manager_fields(&mut row, (0, "", "", "", "", "")),
        pick => {
            let place = usize::try_from(pick).unwrap_or(0);
            manager_fields(&mut row, MANAGERS.get(place).copied().unwrap_or_default());
        }
    }
    Some(Content::Children(row.children))
}

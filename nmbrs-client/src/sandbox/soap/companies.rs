//! What CompanyService answers.

use super::answering::{Answer, Answering};
use super::xml::{Content, Element};
use crate::sandbox::world::Company;

pub(super) fn list(asked: &Answering<'_>) -> Answer {
    asked.list(asked.companies().into_iter().map(|company| company_row(asked, company)).collect())
}

/// The company of one employee, flat in the result.
pub(super) fn of_employee(asked: &Answering<'_>) -> Answer {
    let company = asked.companies().into_iter().next();
    company.map(|company| company_row(asked, company).content)
}

/// The period as text; in the world it is always the month of its day. A company that never had anybody has none.
pub(super) fn current_period(asked: &Answering<'_>) -> Answer {
    if asked.employees().is_empty() {
        return None;
    }
    let now = asked.now();
    let text = match asked.vary.roll(asked.operation, "nought", 2) {
        1 => format!("{}-{:02}-M", now.year, now.period),
        _ => format!("{}-{}-M", now.year, now.period),
    };
    Some(Content::Text(text))
}

fn company_row(asked: &Answering<'_>, company: &Company) -> Element {
    let id = &company.company_id;
    let mut row = asked.row("Company", id);
    row.number("ID", asked.world.soap_numbers.company(id).unwrap_or_default());
    row.number("Number", &company.number);
    row.text("Name", Some(&company.name));
    row.text("PhoneNumber", Some("030-5550101"));
    row.text("FaxNumber", None);
    row.text("Email", None);
    row.text("Website", Some("https://www.voorbeeld.example.nl/?taal=nl&land=nl"));
    row.number("LoonaangifteTijdvak", "Month");
    row.text("KvkNr", Some("00000001"));
    row.unexpected();
    row.done()
}

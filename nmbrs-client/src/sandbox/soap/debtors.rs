//! What DebtorService answers. The world knows debtors by number and name alone; their departments, functions and
//! managers are the same everywhere.

use super::answering::{Answer, Answering, Row, Subject};
use super::xml::{Content, Element};
use crate::sandbox::world::Login;

/// Departments, as number and description.
pub(super) const DEPARTMENTS: [(i32, &str); 4] =
    [(10, "Bakkerij & Productie"), (20, "Verkoop"), (30, "Kantoor <boven>"), (40, "Curaçao")];

/// Functions, likewise.
pub(super) const FUNCTIONS: [(i32, &str); 3] =
    [(100, "Teamleider"), (110, "Medewerker \"all-round\""), (120, "Chef d'équipe")];

/// Managers: number, first name, surname, department, function, address.
pub(super) const MANAGERS: [(i32, &str, &str, &str, &str, &str); 2] = [
    (3, "Noor", "Hendriks", "Directie", "Bedrijfsleider", "noor.hendriks@voorbeeld.example.nl"),
    (7, "Zoë", "Šárková", "Verkoop", "Chef d'équipe", "zoe.sarkova@voorbeeld.example.nl"),
];

#[expect(clippy::unnecessary_wraps, reason = "an answer can be missing, though this one never is")]
pub(super) fn environment(asked: &Answering<'_>) -> Answer {
    Some(Content::Children(vec![
        Element::text("Domain", "nmbrs.nl"),
        Element::text("SubDomain", asked.domain),
    ]))
}

pub(super) fn list(asked: &Answering<'_>) -> Answer {
    let rows = asked.world.debtors.iter().map(|debtor| {
        let mut row = asked.row("Debtor", &debtor.debtor_id);
        row.number("Id", asked.world.soap_numbers.debtor(&debtor.debtor_id).unwrap_or_default());
        row.text("Number", Some(&debtor.number));
        row.text("Name", Some(&debtor.name));
        row.unexpected();
        row.done()
    });
    asked.list(rows.collect())
}

#[expect(clippy::unnecessary_wraps, reason = "an answer can be missing, though this one never is")]
pub(super) fn is_owner(asked: &Answering<'_>) -> Answer {
    let owner = asked.world.login == Login::Client;
    Some(Content::Text(owner.to_string()))
}

pub(super) fn departments(asked: &Answering<'_>) -> Answer {
    asked.list(
        DEPARTMENTS.into_iter().map(|(code, name)| coded(asked, "Department", 31_000, code, name)).collect(),
    )
}

pub(super) fn functions(asked: &Answering<'_>) -> Answer {
    asked.list(
        FUNCTIONS.into_iter().map(|(code, name)| coded(asked, "Function", 41_000, code, name)).collect(),
    )
}

pub(super) fn managers(asked: &Answering<'_>) -> Answer {
    let rows = MANAGERS.into_iter().map(|known| {
        let mut row = asked.row("Staff", owner(asked));
        manager(&mut row, known);
        row.done()
    });
    asked.list(rows.collect())
}

/// The fields of a manager. There is no id of an employee among them.
pub(super) fn manager(row: &mut Row<'_>, known: (i32, &str, &str, &str, &str, &str)) {
    let (number, first, last, department, function, email) = known;
    row.number("Number", number);
    row.text("FirstName", Some(first));
    row.text("Name", Some(last));
    row.text("Department", Some(department));
    row.text("Function", Some(function));
    row.text("PhoneNumber", Some("030-5550102"));
    row.text("Mobile", None);
    row.text("Fax", None);
    row.text("Email", Some(email));
}

fn coded(asked: &Answering<'_>, name: &'static str, first: i32, code: i32, description: &str) -> Element {
    let mut row = asked.row(name, owner(asked));
    row.number("Id", first + code);
    row.number("Code", code);
    row.text("Description", Some(description));
    row.done()
}

fn owner<'w>(asked: &Answering<'w>) -> &'w str {
    match asked.about {
        Subject::Debtor(debtor) => &debtor.debtor_id,
        _ => asked.operation,
    }
}

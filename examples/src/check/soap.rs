//! The checks of the Nmbrs side over SOAP: how long it is there, whether the login is let in, and which types of employees
//! the environment has.
//!
//! Operations that would answer with people are not tried.

use chrono::{DateTime, Utc};
use nmbrs_client::soap::{EmployeeTypeName, Operation, SoapSource};

use super::report::Line;
use crate::advice::{Advisor, chain};
use crate::config::NmbrsSoapLimits;
use crate::soap_end;

/// How long SOAP will still be there.
pub(super) fn end(now: DateTime<Utc>) -> Line {
    let todo = format!("{}; begin in time: a person has to consent first", soap_end::GO_OVER);
    Line::unknown("end of SOAP", soap_end::remark(now)).with_todo(todo)
}

/// Whether the login is let in; says it too.
pub(super) async fn login(source: &SoapSource, advisor: &Advisor<'_>) -> (Line, bool) {
    let check = "Nmbrs login";
    let client = source.client();
    // With a configured domain nothing has been sent yet, and the owner is nobody's data.
    match (client.domain().await, client.stats().requests) {
        (Ok(domain), 0) => (Line::unknown(check, format!("environment {domain}, as configured")), true),
        (Ok(domain), _) => (Line::ok(check, format!("environment {domain}")), true),
        (Err(error), _) => (Line::problem(check, chain(&error), advisor.about(&error)), false),
    }
}

/// The types of employees of the environment, with the numbers that a person may have to configure.
pub(super) async fn types(source: &SoapSource, advisor: &Advisor<'_>) -> Line {
    let check = "types of employees";
    match source.client().employee_types().all().await {
        Err(error) => Line::problem(check, chain(&error), advisor.about(&error)),
        Ok(rows) => {
            let listed = |of: &EmployeeTypeName| {
                format!("{} {}", of.id, of.description.as_deref().unwrap_or("(no text)"))
            };
            let listed: Vec<_> = rows.iter().filter_map(|row| row.readable()).map(listed).collect();
            Line::ok(check, listed.join(", "))
        }
    }
}

/// What a check cannot find out without reading people.
pub(super) fn untried() -> Line {
    let people: Vec<_> =
        SoapSource::OPERATIONS.iter().filter(|operation| answers_with_people(**operation)).collect();
    let names: Vec<_> = people.iter().map(|operation| operation.name()).collect();
    let found =
        format!("whether the login may call {} was not tried: they answer with people", names.join(", "));
    Line::unknown("operations and extra fields", found)
        .with_todo("switch them on in the API user template of Nmbrs; a run says which one is off")
}

const fn answers_with_people(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Employees
            | Operation::PersonalInfo
            | Operation::Employments
            | Operation::Contracts
            | Operation::ExtraFields
            | Operation::ExtraFieldsWithStartDate
    )
}

/// How fast requests are sent.
pub(super) fn limit(limits: &NmbrsSoapLimits) -> Line {
    let found = format!(
        "Nmbrs delays calls beyond 150 a second of all users together; at most {} requests are sent at once, {} ms apart",
        limits.in_flight,
        limits.spacing.as_millis()
    );
    Line::ok("Nmbrs limit", found)
}

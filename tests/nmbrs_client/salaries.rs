//! Salaries: read exactly, in force on a day, and through a type of their own.

use nmbrs_client::{NmbrsSalaries, NmbrsSource, Operation, Row, Scope};
use serde_json::{Value, json};
use sync_core::ports::{PortErrorKind, RequestMeter, SalarySource};
use sync_core::record::Unreadable;
use sync_core::salary::{Salary, SalaryType};
use sync_core::{CompanyId, ExternalId};

use crate::stage::{Stage, company, ok, only_page, page, refusal};

fn history(entries: &Value) -> Value {
    only_page(&[json!({ "employeeId": "e-1", "salaries": entries })])
}

fn entry(start: &str, kind: &str, value: &Value) -> Value {
    json!({ "startDate": format!("{start}T09:29:18Z"), "type": kind, "value": value, "createdAt": "2020-01-01T00:00:00Z" })
}

/// What is in force in the middle of 2026.
async fn in_force(entries: &Value) -> Result<Option<Salary>, Unreadable> {
    let stage = Stage::new().await;
    stage.api_says(ok(&history(entries))).await;
    let source = NmbrsSalaries::new(stage.client());
    let day = "2026-06-15".parse().unwrap();
    let list = source.salaries(&CompanyId::new("c-1"), day, &RequestMeter::new(10)).await.unwrap();
    assert_eq!((list.total, &list.rows[0].id), (Some(1), &ExternalId::rest("e-1").unwrap()));
    list.rows.into_iter().next().unwrap().content
}

#[tokio::test]
async fn the_entry_in_force_comes_with_its_exact_amount() {
    let entries = json!([
        entry("2026-06-16", "grossFulltimeSalary", &json!(9999)),
        entry("2026-01-01", "grossHourlyWage", &json!(14.4375)),
        entry("2020-01-01", "grossFulltimeSalary", &json!("3480.95")),
    ]);
    let expected = Salary::new(Some(SalaryType::GrossHourly), Some("14.4375".parse().unwrap()));
    assert_eq!(in_force(&entries).await, Ok(Some(expected)));
    assert_eq!(in_force(&json!([entry("2026-06-16", "grossFulltimeSalary", &json!(1))])).await, Ok(None));
    assert_eq!(in_force(&json!(null)).await, Ok(None));
    let other =
        in_force(&json!([entry("2026-01-01", "employerCosts", &json!(5000))])).await.unwrap().unwrap();
    assert_eq!(other.of, Some(SalaryType::Other("employerCosts".to_owned())));
}

#[tokio::test]
async fn what_cannot_be_said_for_sure_makes_the_row_unreadable_and_quotes_no_amount() {
    for (entries, field) in [
        // Two entries of one day and moment.
        (
            json!([
                entry("2026-01-01", "grossHourlyWage", &json!(14)),
                entry("2026-01-01", "grossHourlyWage", &json!(15))
            ]),
            "salaries",
        ),
        // Finer than a hundredth of a cent, as a float that was converted on its way.
        (
            json!([entry("2026-01-01", "grossFulltimeSalary", &json!(3_480.949_951_171_875))]),
            "salaries[0].value",
        ),
        (json!([entry("2026-01-01", "grossFulltimeSalary", &json!(3480.94995))]), "salaries.value"),
        (json!([entry("2026-01-01", "grossFulltimeSalary", &json!(-3480.95))]), "salaries.value"),
        (json!([entry("2026-01-01", "grossFulltimeSalary", &json!("EUR 3480.95"))]), "salaries[0].value"),
        (json!([entry("2026-02-30", "grossFulltimeSalary", &json!(3480.95))]), "salaries[0].startDate"),
    ] {
        let unreadable = in_force(&entries).await.unwrap_err();
        assert_eq!(unreadable.field, field, "{entries}");
        assert!(!format!("{unreadable:?}").contains("3480"), "{unreadable:?}");
    }
}

#[tokio::test]
async fn a_list_of_salaries_is_whole_or_an_error_and_asks_the_meter_first() {
    for (answer, kind) in [
        (refusal(403, 40303), PortErrorKind::Refused),
        (refusal(503, 50301), PortErrorKind::Retryable { at: None }),
        (ok(&page(1, 1, 2, &[])), PortErrorKind::Incomplete),
        (ok(&json!({})), PortErrorKind::Fatal),
    ] {
        let stage = Stage::new().await;
        stage.api_says(answer).await;
        let source = NmbrsSalaries::new(stage.client());
        let day = "2026-06-15".parse().unwrap();
        let read = source.salaries(&CompanyId::new("c-1"), day, &RequestMeter::new(10)).await;
        assert_eq!(read.unwrap_err().kind(), kind);
        let sent = stage.api_requests().await;
        let read = source.salaries(&CompanyId::new("c-1"), day, &RequestMeter::new(0)).await;
        assert_eq!(read.unwrap_err().kind(), PortErrorKind::Ceiling);
        assert_eq!(stage.api_requests().await, sent, "nothing is sent beyond the ceiling");
    }
}

#[tokio::test]
async fn no_amount_is_printed_of_what_the_client_read() {
    let stage = Stage::new().await;
    stage.api_says(ok(&history(&json!([entry("2026-01-01", "grossFulltimeSalary", &json!(7531.59))])))).await;
    let listing = stage.client().salaries(&company()).all().await.unwrap();
    let Row::Readable(row) = &listing.rows[0] else { panic!("{:?}", listing.rows) };
    assert_eq!(row.entries[0].amount.unwrap().expose().to_decimal(), "7531.59");
    assert!(!format!("{listing:?}").contains("7531"), "{listing:?}");
}

#[test]
fn a_sync_reads_no_salaries_and_those_who_do_need_no_scope_besides() {
    assert!(!NmbrsSource::OPERATIONS.contains(&Operation::Salaries));
    assert_eq!(NmbrsSalaries::OPERATIONS, [Operation::Salaries]);
    let sync = Scope::least_for(NmbrsSource::OPERATIONS.iter().copied());
    let both = NmbrsSource::OPERATIONS.iter().chain(NmbrsSalaries::OPERATIONS);
    assert_eq!(Scope::least_for(both.copied()), sync, "the vendor has no scope that tells them apart");
}

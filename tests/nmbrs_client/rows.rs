//! Rows that are odd but readable, and rows that are not.

use nmbrs_client::model::{EmployeeType, SourceDate};
use nmbrs_client::{Row, Why};
use serde_json::{Value, json};

use crate::stage::{Stage, company, ok, only_page};

async fn employments(
    rows: &[Value],
) -> Vec<Row<nmbrs_client::model::PerEmployee<nmbrs_client::model::Employment>>> {
    let stage = Stage::new().await;
    stage.api_says(ok(&only_page(rows))).await;
    stage.client().employments(&company()).all().await.unwrap().rows
}

#[tokio::test]
async fn one_unreadable_row_is_reported_with_its_place_and_the_others_are_read() {
    let rows = employments(&[
        json!({ "employeeId": "e-1", "employments": [{}, { "startDate": "2021-02-30T00:00:00Z" }] }),
        json!({ "employeeId": "e-2", "employments": [{ "startDate": "2021-03-01T09:29:18Z" }] }),
        json!({ "employeeId": "e-3", "employments": { "startDate": "2021-03-01" } }),
    ])
    .await;
    let first = rows[0].unreadable().unwrap();
    assert_eq!(
        (first.id.as_str(), first.at.as_str(), first.why),
        ("e-1", "employments[1].startDate", Why::ImpossibleDate)
    );
    assert_eq!(
        rows[1].readable().unwrap().entries[0].start.day(),
        chrono::NaiveDate::from_ymd_opt(2021, 3, 1)
    );
    let third = rows[2].unreadable().unwrap();
    assert_eq!((third.id.as_str(), third.why), ("e-3", Why::WrongShape));
    assert_eq!(third.at, "employments");
}

#[tokio::test]
async fn an_empty_a_null_and_a_missing_history_are_no_history() {
    let rows = employments(&[
        json!({ "employeeId": "e-1", "employments": [] }),
        json!({ "employeeId": "e-2", "employments": null }),
        json!({ "employeeId": "e-3" }),
        json!({ "employeeId": "e-4", "Employments": [{ "startDate": "2021-03-01" }] }),
    ])
    .await;
    assert!(rows.iter().all(|row| row.readable().unwrap().entries.is_empty()));
}

#[tokio::test]
async fn a_date_that_stands_for_none_is_told_apart_from_none() {
    let rows = employments(&[json!({
        "employeeId": "e-1", "employments": [{ "startDate": "0001-01-01T00:00:00", "endDate": "" }]
    })])
    .await;
    let entry = &rows[0].readable().unwrap().entries[0];
    let year_one = "0001-01-01".parse().unwrap();
    assert_eq!((entry.start, entry.end), (SourceDate::Sentinel(year_one), SourceDate::Absent));
    assert!(entry.start.is_sentinel() && entry.start.day().is_none());
}

#[tokio::test]
async fn unknown_keys_and_unknown_employee_types_are_no_fault() {
    let stage = Stage::new().await;
    let row = |id: &str, kind: Value| json!({ "employeeId": id, "new": {}, "employeeBasicInfo": { "employeeNumber": "7", "employeeType": kind, "x": 1 } });
    stage
        .api_says(ok(&only_page(&[
            row("e-1", json!("formerPayroll")),
            row("e-2", json!("Payroll")),
            row("e-3", json!(null)),
        ])))
        .await;
    let rows = stage.client().employees(&company()).all().await.unwrap().rows;
    let types: Vec<_> = rows.iter().map(|row| row.readable().unwrap().employee_type.clone()).collect();
    assert_eq!(
        types,
        [Some(EmployeeType::FormerPayroll), Some(EmployeeType::Other("Payroll".to_owned())), None]
    );
    assert_eq!(rows[0].readable().unwrap().number, Some(7));
}

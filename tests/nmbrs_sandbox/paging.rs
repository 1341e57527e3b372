//! Pages: complete, without overlap, and honest about their totals.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::asking::{all_paths, company, read, rows, sandbox};

fn ids(page: &Value) -> Vec<String> {
    rows(page).iter().map(|row| row["employeeId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_pages_of_a_listing_hold_every_row_once() {
    let sandbox = sandbox(250).await;
    for (_, path) in all_paths(&sandbox.world()) {
        let mut seen = Vec::new();
        let mut total = 0;
        for number in 1..=20 {
            let (_, page) = read(&sandbox, &format!("{path}?pageNumber={number}&pageSize=23")).await;
            total = page["pagination"]["totalRecords"].as_u64().unwrap();
            seen.extend(rows(&page).iter().map(Value::to_string));
        }
        assert_eq!(seen.len() as u64, total, "{path}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "{path}");
    }
}

#[tokio::test]
async fn a_page_holds_twenty_rows_unless_asked_otherwise() {
    let sandbox = sandbox(120).await;
    let path = format!("/api/companies/{}/employees", company(&sandbox, 0));
    let (_, page) = read(&sandbox, &path).await;
    assert_eq!(rows(&page).len(), 20);
    assert_eq!(page["pagination"]["pageSize"], 20);
    assert_eq!(page["pagination"]["pageNumber"], 1);
}

#[tokio::test]
async fn a_page_behind_the_last_one_is_empty() {
    let sandbox = sandbox(10).await;
    let (status, page) = read(&sandbox, "/api/companies?pageNumber=9").await;
    assert_eq!((status, rows(&page).len()), (200, 0));
    assert_eq!(page["pagination"]["totalRecords"], 3);
}

#[tokio::test]
async fn the_same_page_is_the_same_twice() {
    let sandbox = sandbox(60).await;
    for (_, path) in all_paths(&sandbox.world()) {
        assert_eq!(read(&sandbox, &path).await, read(&sandbox, &path).await, "{path}");
    }
}

#[tokio::test]
async fn everybody_with_entries_is_listed_and_others_sometimes() {
    let sandbox = sandbox(400).await;
    let world = sandbox.world();
    let mut without_entries = (0, 0);
    for company in &world.companies {
        let path = format!("/api/companies/{}/employees/employments", company.company_id);
        let mut listed = BTreeSet::new();
        for number in 1..=4 {
            listed.extend(ids(&read(&sandbox, &format!("{path}?pageNumber={number}&pageSize=100")).await.1));
        }
        for employee in &company.employees {
            let is_listed = listed.contains(&employee.employee_id);
            if employee.employments.is_empty() {
                without_entries.0 += 1;
                without_entries.1 += usize::from(is_listed);
            } else {
                assert!(is_listed);
            }
        }
    }
    assert_eq!(without_entries.0, 3, "no employment, applicant, rejected applicant");
}

#[tokio::test]
async fn declared_filters_filter_and_undeclared_ones_are_ignored() {
    let sandbox = sandbox(200).await;
    let world = sandbox.world();
    let company = &world.companies[0];
    let base = format!("/api/companies/{}/employees", company.company_id);
    let count = async |query: &str| -> u64 {
        read(&sandbox, &format!("{base}{query}")).await.1["pagination"]["totalRecords"].as_u64().unwrap()
    };
    let of_type = |kinds: &[&str]| {
        company.employees.iter().filter(|one| kinds.contains(&one.employee_type.as_str())).count() as u64
    };
    let everybody = company.employees.len() as u64;
    assert_eq!(count("?employeeType=payroll").await, of_type(&["payroll"]));
    assert_eq!(count("?employeeType=payroll%2CformerPayroll").await, of_type(&["payroll", "formerPayroll"]));
    assert_eq!(count("?employeetype=payroll").await, everybody);

    let somebody = &company.employees[3].employee_id;
    assert_eq!(count(&format!("?employeeId={somebody}")).await, 1);
    assert_eq!(count(&format!("/personalinfo?employeeId={}", somebody.to_uppercase())).await, 1);
    assert_eq!(count(&format!("/extraFields?employeeId={somebody}")).await, count("/extraFields").await);
    assert_eq!(count("/contracts?createdFrom=2999-01-01").await, 0);
    let with_contract = company.employees.iter().filter(|one| !one.contracts.is_empty()).count() as u64;
    assert_eq!(count("/contracts?createdFrom=1999-01-01T09:30:00").await, with_contract);
    assert_eq!(count("/employments?changedFrom=2999-01-01T00:00:00Z").await, 0);
    assert!(count("/extraFields?extraFieldType=decimal").await < count("/extraFields").await);
}

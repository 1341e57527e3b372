//! What the reading calls send, and what they make of the answers.

use serde_json::json;
use yourcampus_client::{
    CompanyGroupId, CustomerApiRead as _, EmployeeFilter, ErrorKind, Misread, PageRequest, Row, Timestamp,
};

use crate::stage::{COMPANY, EMPLOYEES, JANE, Stage, account, ok, page};

#[tokio::test]
async fn companies_and_groups_may_have_no_name() {
    let stage = Stage::new().await;
    stage
        .script(
            "GET",
            "/v1/companies",
            [ok(json!([{"id": 1, "name": "Acme"}, {"id": 2, "name": null}, {"id": 3}]))],
        )
        .await;
    stage
        .script("GET", "/v1/companies/5/groups", [ok(json!([{"id": 9, "name": "Sales", "more": {}}]))])
        .await;
    let companies = stage.api.reader().companies().await.unwrap();
    let names: Vec<_> = companies.iter().map(|company| (company.id.get(), company.name.as_deref())).collect();
    assert_eq!(names, [(1, Some("Acme")), (2, None), (3, None)]);
    let groups = stage.api.reader().groups(COMPANY).await.unwrap();
    assert_eq!((groups[0].id, groups[0].name.as_deref()), (CompanyGroupId::new(9), Some("Sales")));
}

#[tokio::test]
async fn every_field_of_an_employee_is_read() {
    let stage = Stage::new().await;
    let full = json!({
        "id": 7, "is_active": false, "email": "jane@acme.com", "first_name": "Jane", "last_name": "Doe",
        "prefix": "van", "language": "nl", "private_email": "j@home.nl", "company_group_id": 9, "group_name": "Sales",
        "external_id": "x-1", "birthday": "1990-02-03", "work_anniversary": "2020-01-01",
        "registration_date": "2024-01-01T09:00:00", "offboarding_date": "2025-01-01T00:00:00Z",
        "last_active_date": "2024-06-01T10:00:00.123+02:00", "not_yet_invented": [1]
    });
    stage.script("GET", &format!("{EMPLOYEES}/7"), [ok(full)]).await;
    let employee = stage.api.reader().employee(COMPANY, JANE).await.unwrap();
    assert_eq!((employee.id, employee.is_active), (JANE, false));
    let texts = [
        employee.email,
        employee.first_name,
        employee.last_name,
        employee.prefix,
        employee.language,
        employee.private_email,
        employee.group_name,
        employee.external_id,
    ];
    let expected = ["jane@acme.com", "Jane", "Doe", "van", "nl", "j@home.nl", "Sales", "x-1"];
    assert_eq!(texts, expected.map(|text| Some(text.to_owned())));
    assert_eq!(employee.company_group_id, Some(CompanyGroupId::new(9)));
    assert_eq!(employee.birthday.unwrap().to_string(), "1990-02-03");
    assert_eq!(employee.work_anniversary.unwrap().to_string(), "2020-01-01");
    assert!(matches!(employee.registration_date, Some(Timestamp::WithoutOffset(_))));
    assert!(matches!(employee.offboarding_date, Some(Timestamp::WithOffset(_))));
    assert!(matches!(employee.last_active_date, Some(Timestamp::WithOffset(_))));
}

#[tokio::test]
async fn a_minimal_employee_is_enough_and_an_odd_address_costs_nothing() {
    let stage = Stage::new().await;
    let odd = json!({"id": 8, "is_active": true, "email": "not an address"});
    stage.script("GET", EMPLOYEES, [ok(json!({"data": [account(7), odd], "count": 2}))]).await;
    let request = PageRequest::first(EmployeeFilter::default());
    let page = stage.api.reader().employees_page(COMPANY, &request).await.unwrap();
    assert_eq!(page.rows[0].readable().unwrap().email, None);
    assert_eq!(page.rows[1].readable().unwrap().email.as_deref(), Some("not an address"));
}

#[tokio::test]
async fn a_parameter_without_a_value_is_not_sent() {
    let stage = Stage::new().await;
    stage.script("GET", EMPLOYEES, [ok(page([], 0)), ok(page([], 0)), ok(page([], 0))]).await;
    let everything =
        EmployeeFilter::inactive().with_company_group(CompanyGroupId::new(9)).with_search("a b+é@x");
    let nothing = EmployeeFilter::default().with_search("");
    for filter in [EmployeeFilter::default(), everything, nothing] {
        stage.api.reader().employees_page(COMPANY, &PageRequest::first(filter).with_limit(30)).await.unwrap();
    }
    let queries: Vec<_> = stage
        .requests(EMPLOYEES)
        .await
        .iter()
        .map(|request| request.url.query().unwrap().to_owned())
        .collect();
    let expected = [
        "skip=0&limit=30",
        "skip=0&limit=30&is_active=false&company_group_id=9&search=a+b%2B%C3%A9%40x",
        "skip=0&limit=30",
    ];
    assert_eq!(queries, expected);
}

#[tokio::test]
async fn one_unreadable_row_does_not_end_the_page() {
    let stage = Stage::new().await;
    let bad = json!({"id": 8, "is_active": true, "birthday": "yesterday"});
    stage.script("GET", EMPLOYEES, [ok(json!({"data": [bad, account(7)], "count": 2}))]).await;
    let request = PageRequest::first(EmployeeFilter::default());
    let page = stage.api.reader().employees_page(COMPANY, &request).await.unwrap();
    let Row::Unreadable(row) = &page.rows[0] else { panic!("{page:?}") };
    assert_eq!((row.id.get(), row.field, row.reason), (8, "birthday", Misread::NotADate));
    assert!(page.rows[1].readable().is_some());
}

#[tokio::test]
async fn a_row_without_an_id_makes_the_listing_incomplete() {
    let stage = Stage::new().await;
    stage
        .script("GET", EMPLOYEES, [ok(json!({"data": [account(7), {"is_active": true}], "count": 2}))])
        .await;
    let request = PageRequest::first(EmployeeFilter::default());
    let error = stage.api.reader().employees_page(COMPANY, &request).await.unwrap_err();
    assert!(error.is_incomplete());
    assert!(error.to_string().contains("data[1].id"), "{error}");
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_refused() {
    let stage = Stage::new().await;
    stage.script("GET", &format!("{EMPLOYEES}/7"), [ok(account(8))]).await;
    let error = stage.api.reader().employee(COMPANY, JANE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn every_call_says_who_it_is_and_what_it_takes() {
    let stage = Stage::new().await;
    stage.script("GET", "/v1/companies", [ok(json!([]))]).await;
    stage.api.reader().companies().await.unwrap();
    let requests = stage.requests("/v1/companies").await;
    let header = |name| requests[0].headers.get(name).unwrap().to_str().unwrap();
    assert!(header("user-agent").starts_with("yourcampus-client/"));
    assert_eq!(header("accept"), "application/json");
}

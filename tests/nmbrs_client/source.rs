//! The client as the core's source: the same lists in the core's terms.

use nmbrs_client::NmbrsSource;
use serde_json::{Value, json};
use sync_core::ports::{EmployeeSource, PortError, PortErrorKind, RequestMeter, RowsRequest};
use sync_core::record::EmployeeType;
use sync_core::snapshot::{Resource, SourceRows};
use sync_core::{CompanyId, ExternalId};
use wiremock::Mock;
use wiremock::ResponseTemplate;
use wiremock::matchers::{method, path};

use crate::stage::{Stage, debtor, ok, only_page, page, refusal};

fn asked(resource: Resource) -> RowsRequest {
    RowsRequest::new(CompanyId::new("c-1"), resource)
}

async fn rows_of(request: RowsRequest, body: &Value) -> Result<SourceRows, PortError> {
    let stage = Stage::new().await;
    stage.api_says(ok(body)).await;
    NmbrsSource::new(stage.client()).rows(&request, &RequestMeter::new(10)).await
}

#[tokio::test]
async fn each_resource_is_answered_with_its_own_rows() {
    for resource in Resource::ALL {
        let rows = rows_of(asked(resource), &only_page(&[])).await.unwrap();
        assert_eq!(rows.resource(), resource);
    }
}

#[tokio::test]
async fn an_employee_keeps_id_type_and_number() {
    let row = json!({ "employeeId": "e-1", "employeeBasicInfo": { "employeeNumber": 7, "employeeType": "formerPayroll" } });
    let Ok(SourceRows::Employees(list)) = rows_of(asked(Resource::Employees), &only_page(&[row])).await
    else {
        panic!("not the list of employees")
    };
    assert_eq!((list.total, &list.rows[0].id), (Some(1), &ExternalId::rest("e-1").unwrap()));
    let listed = list.rows[0].content.as_ref().unwrap();
    assert_eq!((listed.number, &listed.employee_type), (Some(7), &Some(EmployeeType::FormerPayroll)));
}

fn personal_row(entries: &Value) -> Value {
    only_page(&[json!({ "employeeId": "e-1", "info": entries })])
}

#[tokio::test]
async fn the_private_address_is_dropped_unless_it_is_asked_for() {
    let body = personal_row(&json!([{
        "birthInfo": { "birthDate": "1990-02-01T10:00:00Z" },
        "contactInfo": { "businessEmail": "w@example.nl", "privateEmail": "p@example.nl" },
    }]));
    for wanted in [false, true] {
        let request = asked(Resource::Personal).with_private_email(wanted);
        let Ok(SourceRows::Personal(list)) = rows_of(request, &body).await else { panic!() };
        let personal = list.rows[0].content.as_ref().unwrap();
        assert_eq!(personal.private_email.is_some(), wanted);
        assert_eq!(personal.business_email.as_ref().unwrap().expose(), "w@example.nl");
        assert_eq!(personal.birthday.as_ref().unwrap().expose().to_string(), "1990-02-01");
    }
}

#[tokio::test]
async fn a_tie_in_the_history_holds_the_person() {
    let body = personal_row(&json!([
        { "contactInfo": { "businessEmail": "a@example.nl" } },
        { "contactInfo": { "businessEmail": "b@example.nl" } },
    ]));
    let Ok(SourceRows::Personal(list)) = rows_of(asked(Resource::Personal), &body).await else { panic!() };
    assert_eq!(list.rows[0].content.as_ref().unwrap_err().field, "info");
}

#[tokio::test]
async fn only_steering_fields_are_kept() {
    let field =
        |name: &str| json!({ "extraField": { "extraFieldId": "f-1", "name": name }, "value": "true" });
    let fields = [field("yourcampus_access"), field("Medical remarks")];
    let body = only_page(&[json!({ "employeeId": "e-1", "extraFields": fields })]);
    let Ok(SourceRows::ExtraFields(list)) = rows_of(asked(Resource::ExtraFields), &body).await else {
        panic!()
    };
    let kept = list.rows[0].content.as_ref().unwrap();
    assert_eq!(kept.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["yourcampus_access"]);
}

#[tokio::test]
async fn an_unreadable_row_keeps_its_id_its_place_and_its_reason() {
    let body = only_page(&[json!({ "employeeId": "e-1", "employments": [{ "endDate": "2021-02-30" }] })]);
    let Ok(SourceRows::Employments(list)) = rows_of(asked(Resource::Employments), &body).await else {
        panic!()
    };
    let problem = list.rows[0].content.as_ref().unwrap_err();
    assert_eq!(
        (problem.field.as_str(), problem.problem.as_str()),
        ("employments[0].endDate", "there is no such day")
    );
}

#[tokio::test]
async fn an_id_that_no_account_could_carry_is_as_good_as_none() {
    let body = only_page(&[json!({ "employeeId": "e_1" })]);
    let error = rows_of(asked(Resource::Employees), &body).await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Incomplete);
}

#[tokio::test]
async fn errors_say_what_the_engine_must_do_next() {
    for (answer, kind) in [
        (refusal(403, 40303), PortErrorKind::Refused),
        (refusal(503, 50301), PortErrorKind::Retryable { at: None }),
        (refusal(429, 42909), PortErrorKind::Fatal),
        (ok(&json!({})), PortErrorKind::Fatal),
        (ok(&page(1, 1, 2, &[])), PortErrorKind::Incomplete),
    ] {
        let stage = Stage::new().await;
        stage.api_says(answer).await;
        let source = NmbrsSource::new(stage.client());
        let result = source.rows(&asked(Resource::Employees), &RequestMeter::new(10)).await;
        assert_eq!(result.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn the_cores_meter_counts_every_page_and_its_ceiling_holds() {
    let stage = Stage::new().await;
    let answers = |at: &'static str, answer: ResponseTemplate| {
        Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(&stage.api)
    };
    answers("/api/companies", refusal(403, 40306)).await;
    answers("/api/debtors", ok(&only_page(&[debtor("d-1")]))).await;
    let company = json!({ "companyId": "c-1", "name": "C", "debtorId": "d-1" });
    answers("/api/debtors/d-1/companies", ok(&only_page(&[company]))).await;
    let source = NmbrsSource::new(stage.client());

    let meter = RequestMeter::new(3);
    let companies = source.companies(&meter).await.unwrap();
    assert_eq!((companies.rows.len(), meter.reserved(), stage.api_requests().await), (1, 3, 3));

    let error = source.companies(&RequestMeter::new(2)).await.unwrap_err();
    assert_eq!((error.kind(), stage.api_requests().await), (PortErrorKind::Ceiling, 5));
}

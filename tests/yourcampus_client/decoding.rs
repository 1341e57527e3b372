//! A 2xx answer that is not what the interface promises is an error, never data.

use serde_json::json;
use yourcampus_client::{CustomerApiRead as _, EmployeeFilter, ErrorKind, PageRequest};

use crate::stage::{COMPANY, EMPLOYEES, Stage, ok, status};

#[tokio::test]
async fn a_200_that_does_not_say_json_is_not_data() {
    for answer in [status(200).set_body_raw("[]", "text/html"), status(200).set_body_bytes("[]"), status(204)]
    {
        let stage = Stage::new().await;
        stage.script("GET", "/v1/companies", [answer]).await;
        let error = stage.api.reader().companies().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(stage.requests("/v1/companies").await.len(), 1);
    }
}

#[tokio::test]
async fn any_type_that_says_json_will_do() {
    for content_type in ["application/json; charset=utf-8", "application/vnd.alleo+JSON"] {
        let stage = Stage::new().await;
        stage.script("GET", "/v1/companies", [status(200).set_body_raw("[]", content_type)]).await;
        assert!(stage.api.reader().companies().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_listing_without_data_or_count_is_an_error() {
    for body in [
        json!({"count": 0}),
        json!({"data": []}),
        json!({"data": null, "count": 0}),
        json!({"data": [], "count": -1}),
        json!([]),
    ] {
        let stage = Stage::new().await;
        stage.script("GET", EMPLOYEES, [ok(body.clone())]).await;
        let request = PageRequest::first(EmployeeFilter::default());
        let error = stage.api.reader().employees_page(COMPANY, &request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
}

#[tokio::test]
async fn one_unreadable_company_fails_the_list_and_is_named_by_its_place() {
    let stage = Stage::new().await;
    stage.script("GET", "/v1/companies", [ok(json!([{"id": 1}, {"id": 2, "name": 3}]))]).await;
    let error = stage.api.reader().companies().await.unwrap_err();
    assert!(error.to_string().contains("[1].name"), "{error}");
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused() {
    let stage = Stage::new().await;
    let api = stage.reconfigured(|settings| settings.max_answer_bytes(100));
    stage
        .script("GET", "/v1/companies", [status(200).set_body_raw(" ".repeat(101), "application/json")])
        .await;
    assert_eq!(api.reader().companies().await.unwrap_err().kind(), ErrorKind::TooLarge);
}

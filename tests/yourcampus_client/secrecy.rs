//! Neither errors nor `Debug` ever show a key, a token or a value.

use serde_json::json;
use yourcampus_client::{CustomerApiRead as _, CustomerApiWrite as _, EmployeeFilter, PageRequest};

use crate::scripted_tcp::{Act, ScriptedTcp};
use crate::stage::{COMPANY, EMPLOYEES, Stage, TestClock, client, jane, ok, settings, status};

const SECRETS: [&str; 8] =
    ["the-access-key", "the-secret-key", "token-1", "jane", "Jane", "Doe", "1990-02", "needle"];

fn assert_silent(printed: &str) {
    for secret in SECRETS {
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
}

#[tokio::test]
async fn debug_of_client_reader_writer_and_page_prints_no_secret() {
    let stage = Stage::new().await;
    let row = json!({"id": 7, "is_active": true, "email": "jane@acme.com", "last_name": "Doe", "birthday": "1990-02-03"});
    stage.script("GET", EMPLOYEES, [ok(json!({"data": [row], "count": 1}))]).await;
    let request = PageRequest::first(EmployeeFilter::active().with_search("needle"));
    let page = stage.api.reader().employees_page(COMPANY, &request).await.unwrap();
    assert_silent(&format!("{:?} {:?} {:?}", stage.api, stage.api.reader(), stage.api.writer()));
    assert_silent(&format!("{page:?} {request:?} {:?}", jane()));
}

#[tokio::test]
async fn errors_print_neither_keys_nor_values_nor_queries() {
    let stage = Stage::new().await;
    stage
        .script("POST", EMPLOYEES, [status(500).set_body_string("jane@acme.com Doe"), ok(json!("jane"))])
        .await;
    stage
        .script("GET", EMPLOYEES, [status(200).set_body_raw(r#"{"data": [jane]}"#, "application/json")])
        .await;
    for _ in 0..2 {
        let error = stage.api.writer().create(COMPANY, &jane()).await.unwrap_err();
        assert_silent(&format!("{error} {error:?}"));
    }
    let request = PageRequest::first(EmployeeFilter::active().with_search("needle"));
    let error = stage.api.reader().employees_page(COMPANY, &request).await.unwrap_err();
    assert_silent(&format!("{error} {error:?}"));
}

#[tokio::test]
async fn a_broken_connection_does_not_print_the_query() {
    let server = ScriptedTcp::start((0..4).map(|_| Act::HangUp)).await;
    let api = client(settings(&server.origin), &TestClock::new());
    let request = PageRequest::first(EmployeeFilter::active().with_search("needle"));
    let error = api.reader().employees_page(COMPANY, &request).await.unwrap_err();
    assert!(server.requests()[0].contains("needle"));
    assert_silent(&format!("{error} {error:?}"));
}

#[tokio::test]
async fn a_request_id_that_does_not_look_like_one_is_dropped() {
    let stage = Stage::new().await;
    stage.script("POST", EMPLOYEES, [status(409).insert_header("x-request-id", "for jane@acme.com")]).await;
    let error = stage.api.writer().create(COMPANY, &jane()).await.unwrap_err();
    assert_eq!(error.request_id(), None);
}

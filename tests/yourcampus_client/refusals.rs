//! What the server's refusals become, and that none of its words get into an error.

use serde_json::json;
use yourcampus_client::{CustomerApiWrite as _, Error, ErrorKind};

use crate::stage::{COMPANY, EMPLOYEES, Stage, jane, status};

async fn refused(answer: wiremock::ResponseTemplate) -> Error {
    let stage = Stage::new().await;
    stage.script("POST", EMPLOYEES, [answer.insert_header("x-request-id", "req_42")]).await;
    stage.api.writer().create(COMPANY, &jane()).await.unwrap_err()
}

#[tokio::test]
async fn each_status_is_its_own_kind_and_keeps_the_request_id() {
    let table = [
        (400, ErrorKind::Invalid),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
        (418, ErrorKind::UnexpectedStatus),
        (422, ErrorKind::Invalid),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
        (502, ErrorKind::Server),
    ];
    for (code, kind) in table {
        let error = refused(status(code)).await;
        assert_eq!((error.kind(), error.status(), error.request_id()), (kind, Some(code), Some("req_42")));
    }
}

#[tokio::test]
async fn field_problems_are_paths_and_codes_without_the_servers_words() {
    let detail = json!({"detail": [
        {"loc": ["body", "email"], "msg": "jane@acme.com is not valid", "type": "value_error.email"},
        {"loc": ["body", "first_name"], "msg": "field required", "type": "value_error.missing"}
    ]});
    let error = refused(status(422).set_body_json(detail)).await;
    let fields: Vec<_> =
        error.fields().iter().map(|field| (field.path.as_str(), field.code.as_str())).collect();
    assert_eq!(fields, [("body.email", "value_error.email"), ("body.first_name", "value_error.missing")]);
    let printed = format!("{error} {error:?}");
    assert!(printed.contains("body.email") && !printed.contains("jane"), "{printed}");
}

#[tokio::test]
async fn a_plain_sentence_is_dropped_and_the_kind_stays() {
    let error = refused(status(409).set_body_json(json!({"detail": "jane@acme.com already exists"}))).await;
    assert!(error.is_conflict() && error.fields().is_empty());
    assert!(!format!("{error} {error:?}").contains("jane"));
    let error = refused(status(422).set_body_json(json!({"detail": "jane@acme.com is bad"}))).await;
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_body_that_is_no_json_changes_nothing_about_the_refusal() {
    for content_type in ["text/html", "application/json"] {
        let error = refused(status(400).set_body_raw("<html>jane@acme.com</html>", content_type)).await;
        assert_eq!((error.kind(), error.fields().len()), (ErrorKind::Invalid, 0));
    }
}

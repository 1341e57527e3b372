//! What the writing calls send, and that no write is ever sent twice once it may have left.

use std::time::Duration;

use chrono::NaiveDate;
use serde_json::{Value, json};
use yourcampus_client::{
    CompanyGroupId, CustomerApiRead as _, CustomerApiWrite as _, EmployeeEdit, ErrorKind, NewEmployee, Patch,
};

use crate::scripted_tcp::{Act, ScriptedTcp, answer, cut_off};
use crate::stage::{COMPANY, EMPLOYEES, JANE, Stage, TestClock, account, client, jane, ok, settings, status};

fn body(request: &wiremock::Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

#[tokio::test]
async fn create_sends_all_ten_keys_and_accepts_a_201() {
    let stage = Stage::new().await;
    stage
        .script(
            "POST",
            EMPLOYEES,
            [status(201).set_body_json(account(7)), status(201).set_body_json(account(8))],
        )
        .await;
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let full = NewEmployee::draft(" Jane.DOE@ACME.Com", "Jane", "Doe")
        .prefix("van")
        .language("nl")
        .company_group(CompanyGroupId::new(9))
        .birthday(date("1990-02-03"))
        .work_anniversary(date("2020-01-01"))
        .private_email("j@home.nl")
        .external_id("x-1")
        .check()
        .unwrap();
    stage.api.writer().create(COMPANY, &full).await.unwrap();
    stage.api.writer().create(COMPANY, &jane()).await.unwrap();

    let sent = stage.requests(EMPLOYEES).await;
    assert_eq!(sent[0].headers.get("content-type").unwrap(), "application/json");
    let expected = json!({
        "email": "Jane.DOE@acme.com", "first_name": "Jane", "last_name": "Doe", "prefix": "van", "language": "nl",
        "company_group_id": 9, "birthday": "1990-02-03", "work_anniversary": "2020-01-01",
        "private_email": "j@home.nl", "external_id": "x-1"
    });
    assert_eq!(body(&sent[0]), expected);
    assert_eq!(body(&sent[1])["language"], Value::Null, "no language is made up");
    assert_eq!(body(&sent[1]).as_object().unwrap().len(), 10);
}

#[tokio::test]
async fn edit_sends_only_what_is_set_and_null_for_what_is_cleared() {
    let stage = Stage::new().await;
    let at = format!("{EMPLOYEES}/7");
    stage.script("PATCH", &at, [ok(account(7)), ok(account(7))]).await;
    for draft in
        [EmployeeEdit::draft().last_name("Doe-Smith"), EmployeeEdit::draft().external_id(Patch::Clear)]
    {
        stage.api.writer().edit(COMPANY, JANE, &draft.check().unwrap()).await.unwrap();
    }
    let bodies: Vec<_> = stage.requests(&at).await.iter().map(body).collect();
    assert_eq!(bodies, [json!({"last_name": "Doe-Smith"}), json!({"external_id": null})]);
}

#[tokio::test]
async fn an_edit_without_a_change_is_not_sent() {
    let stage = Stage::new().await;
    let nothing = EmployeeEdit::draft().check().unwrap();
    let error = stage.api.writer().edit(COMPANY, JANE, &nothing).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::EmptyEdit, false));
    assert!(stage.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn activate_and_deactivate_are_posts_without_a_body() {
    let stage = Stage::new().await;
    let [on, off] = ["activate", "deactivate"].map(|verb| format!("{EMPLOYEES}/7/{verb}"));
    stage.script("POST", &on, [ok(json!({"id": 7, "is_active": true}))]).await;
    stage.script("POST", &off, [ok(json!({"id": 7, "is_active": false}))]).await;
    assert!(stage.api.writer().activate(COMPANY, JANE).await.unwrap().is_active);
    assert!(!stage.api.writer().deactivate(COMPANY, JANE).await.unwrap().is_active);
    for at in [on, off] {
        let requests = stage.requests(&at).await;
        assert!(requests[0].body.is_empty());
        assert!(requests[0].headers.get("content-type").is_none());
    }
}

#[tokio::test]
async fn no_status_makes_a_write_repeat() {
    let table = [
        (302, ErrorKind::UnexpectedStatus, true),
        (400, ErrorKind::Invalid, false),
        (403, ErrorKind::Forbidden, false),
        (404, ErrorKind::NotFound, false),
        (408, ErrorKind::UnexpectedStatus, true),
        (409, ErrorKind::Conflict, false),
        (422, ErrorKind::Invalid, false),
        (429, ErrorKind::RateLimited, false),
        (500, ErrorKind::Server, true),
        (502, ErrorKind::Server, true),
        (503, ErrorKind::Server, true),
        (504, ErrorKind::Server, true),
    ];
    for (code, kind, is_doubtful) in table {
        let stage = Stage::new().await;
        stage.script("POST", EMPLOYEES, [status(code), status(201).set_body_json(account(7))]).await;
        let error = stage.api.writer().create(COMPANY, &jane()).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_sent()), (kind, is_doubtful), "status {code}");
        assert_eq!(stage.requests(EMPLOYEES).await.len(), 1, "status {code}");
        assert_eq!(error.is_retryable(), code == 429, "status {code}");
    }
}

#[tokio::test]
async fn a_reset_after_a_create_was_carried_out_is_doubtful_and_not_repeated() {
    let server = ScriptedTcp::start([
        Act::HangUp,
        Act::Say(answer("application/json", r#"{"id":7,"is_active":true}"#)),
    ])
    .await;
    let api = client(settings(&server.origin), &TestClock::new());
    let error = api.writer().create(COMPANY, &jane()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(error.may_have_been_sent() && !error.is_retryable());
    assert_eq!(server.requests().len(), 1, "{:?}", server.requests());
    assert!(server.requests()[0].contains("jane@acme.com"), "the server had it all");
}

#[tokio::test]
async fn a_cut_off_answer_to_a_write_is_doubtful_and_not_repeated() {
    let server = ScriptedTcp::start([Act::Say(cut_off(r#"{"id":7,"is_active":true}"#))]).await;
    let api = client(settings(&server.origin), &TestClock::new());
    let error = api.writer().activate(COMPANY, JANE).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Interrupted, true));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_write_without_an_answer_in_time_is_doubtful_and_not_repeated() {
    let server = ScriptedTcp::start([Act::StaySilent]).await;
    let patience = Duration::from_millis(200);
    let api = client(settings(&server.origin).timeouts(patience, patience), &TestClock::new());
    let error = api.writer().deactivate(COMPANY, JANE).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Timeout, true));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_unreadable_answer_to_a_write_is_doubtful() {
    let answers =
        [status(204), status(200).set_body_raw("<html/>", "text/html"), ok(json!({"id": 7})), ok(account(8))];
    for answer in answers {
        let stage = Stage::new().await;
        stage.script("POST", &format!("{EMPLOYEES}/7/activate"), [answer]).await;
        let error = stage.api.writer().activate(COMPANY, JANE).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Decode, true));
    }
}

#[tokio::test]
async fn a_write_that_never_left_is_tried_again_and_known_to_have_done_nothing() {
    let mut server = ScriptedTcp::start([Act::Say(answer("application/json", "[]"))]).await;
    let clock = TestClock::new();
    let api = client(settings(&server.origin), &clock);
    api.reader().companies().await.unwrap();
    server.stop().await;

    let error = api.writer().create(COMPANY, &jane()).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Connect, false));
    assert!(error.is_retryable());
    assert_eq!(clock.waits(), [500, 1000, 2000]);
    assert_eq!((api.stats().writes, api.stats().retries), (1, 3));
}

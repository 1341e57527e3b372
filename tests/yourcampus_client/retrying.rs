//! When a read is sent again, after which waits, and when a call ends.

use std::error::Error as _;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use yourcampus_client::{Clock as _, CustomerApiRead as _, Error, ErrorKind, RetryPolicy};

use crate::scripted_tcp::{Act, ScriptedTcp, answer, cut_off};
use crate::stage::{Stage, TestClock, client, ok, settings, status};

const COMPANIES: &str = "/v1/companies";

async fn failing(stage: &Stage, answers: impl IntoIterator<Item = wiremock::ResponseTemplate>) -> Error {
    stage.script("GET", COMPANIES, answers).await;
    stage.api.reader().companies().await.unwrap_err()
}

#[tokio::test]
async fn a_429_waits_as_long_as_it_says() {
    let stage = Stage::new().await;
    let busy = || status(429).insert_header("retry-after", "3");
    stage.script("GET", COMPANIES, [busy(), busy(), ok(json!([]))]).await;
    stage.api.reader().companies().await.unwrap();
    assert_eq!(stage.clock.waits(), [3000, 3000]);
}

#[tokio::test]
async fn a_retry_after_may_be_a_date_and_counts_on_5xx_too() {
    let stage = Stage::new().await;
    let now = "Sun, 01 Mar 2026 12:00:00 GMT";
    let later = |code, when: &str| status(code).insert_header("date", now).insert_header("retry-after", when);
    let answers = [later(429, "Sun, 01 Mar 2026 12:00:10 GMT"), later(503, "1.5"), ok(json!([]))];
    stage.script("GET", COMPANIES, answers).await;
    stage.api.reader().companies().await.unwrap();
    assert_eq!(stage.clock.waits(), [10_000, 1500]);
}

#[tokio::test]
async fn without_retry_after_the_waits_are_half_a_second_one_and_two() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, [status(503), status(429), status(502), ok(json!([]))]).await;
    stage.api.reader().companies().await.unwrap();
    assert_eq!(stage.clock.waits(), [500, 1000, 2000]);
}

#[tokio::test]
async fn an_exhausted_429_says_when_to_come_back() {
    let stage = Stage::new().await;
    let error =
        failing(&stage, (1..=4).map(|wait| status(429).insert_header("retry-after", wait.to_string()))).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimited, Some(429)));
    assert_eq!(error.retry_at(), Some(stage.clock.now() + TimeDelta::seconds(4)));
    assert_eq!(stage.requests(COMPANIES).await.len(), 4);
}

#[tokio::test]
async fn an_exhausted_5xx_is_a_server_error() {
    let stage = Stage::new().await;
    let error = failing(&stage, (0..9).map(|_| status(500))).await;
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Server, true));
    assert_eq!(stage.clock.waits(), [500, 1000, 2000]);
}

#[tokio::test]
async fn a_dead_network_is_tried_as_often_as_allowed() {
    let server = ScriptedTcp::start([Act::HangUp, Act::HangUp, Act::HangUp]).await;
    let policy = RetryPolicy::default().with_max_retries(2).with_jitter(0.0);
    let api = client(settings(&server.origin).retry(policy), &TestClock::new());
    let error = api.reader().companies().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_cut_off_body_is_read_again_and_never_taken_for_data() {
    let server = ScriptedTcp::start([
        Act::Say(cut_off(r#"[{"id": 1}]"#)),
        Act::Say(answer("application/json", r#"[{"id": 1}, {"id": 2}]"#)),
    ])
    .await;
    let api = client(settings(&server.origin), &TestClock::new());
    assert_eq!(api.reader().companies().await.unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_else_is_repeated() {
    for code in [302, 400, 403, 404, 409, 418, 422] {
        let stage = Stage::new().await;
        let error = failing(&stage, [status(code).insert_header("location", "/v1/elsewhere")]).await;
        assert_eq!(error.status(), Some(code));
        assert_eq!(stage.requests(COMPANIES).await.len(), 1, "status {code}");
        assert!(stage.requests("/v1/elsewhere").await.is_empty(), "no redirect is followed");
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_ends_the_call_and_says_when_to_come_back() {
    let stage = Stage::new().await;
    let start = stage.clock.now();
    let busy = status(429).insert_header("retry-after", "3600").insert_header("x-request-id", "r-1");
    let error = failing(&stage, [busy]).await;
    assert_eq!(
        (error.kind(), error.status(), error.request_id()),
        (ErrorKind::Deadline, Some(429), Some("r-1"))
    );
    assert_eq!(error.retry_at(), Some(start + TimeDelta::seconds(3600)));
    assert!(error.source().is_some(), "the 429 is kept as the cause");
    assert!(stage.clock.waits().is_empty());
}

#[tokio::test]
async fn many_retries_still_end_at_the_deadline() {
    let stage = Stage::new().await;
    let policy =
        RetryPolicy::default().with_max_retries(1000).with_jitter(0.0).with_deadline(Duration::from_secs(10));
    let api = stage.reconfigured(|settings| settings.retry(policy));
    stage.script("GET", COMPANIES, (0..1000).map(|_| status(503))).await;
    let error = api.reader().companies().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(stage.clock.waits(), [500, 1000, 2000, 2000, 2000, 2000]);
}

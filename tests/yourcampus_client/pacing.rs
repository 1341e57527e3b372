//! Nothing leaves earlier than the server's headers or our own share of its limit allow.

use chrono::TimeDelta;
use serde_json::json;
use wiremock::ResponseTemplate;
use yourcampus_client::{
    Clock as _, CustomerApiRead as _, CustomerApiWrite as _, ErrorKind, Pace, PacePolicy, RateLimit,
};

use crate::stage::{COMPANY, EMPLOYEES, JANE, Stage, account, jane, ok, status};

const COMPANIES: &str = "/v1/companies";

fn with_rate(answer: ResponseTemplate, limit: &str, remaining: &str, reset: &str) -> ResponseTemplate {
    answer
        .insert_header("x-ratelimit-limit", limit)
        .insert_header("x-ratelimit-remaining", remaining)
        .insert_header("x-ratelimit-reset", reset)
}

#[tokio::test]
async fn nothing_left_makes_the_next_call_wait_for_the_reset() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, [with_rate(ok(json!([])), "600", "0", "17"), ok(json!([]))]).await;
    stage.api.reader().companies().await.unwrap();
    assert!(stage.clock.waits().is_empty());
    stage.api.reader().companies().await.unwrap();
    assert_eq!(stage.clock.waits(), [17_000]);
}

#[tokio::test]
async fn the_headers_of_a_refusal_count_as_well() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, [with_rate(status(404), "600", "0", "17"), ok(json!([]))]).await;
    stage.api.reader().companies().await.unwrap_err();
    stage.api.reader().companies().await.unwrap();
    assert_eq!(stage.clock.waits(), [17_000]);
}

#[tokio::test]
async fn a_retry_after_holds_back_every_call_of_the_credential() {
    let stage = Stage::new().await;
    stage.script("POST", EMPLOYEES, [status(429).insert_header("retry-after", "30")]).await;
    stage.script("POST", &format!("{EMPLOYEES}/7/activate"), [ok(account(7))]).await;
    stage.api.writer().create(COMPANY, &jane()).await.unwrap_err();
    stage.api.writer().activate(COMPANY, JANE).await.unwrap();
    assert_eq!(stage.clock.waits(), [30_000]);
}

#[tokio::test]
async fn a_small_stated_limit_is_used_to_seventy_percent() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, (0..9).map(|_| with_rate(ok(json!([])), "10", "9", "60"))).await;
    // The token call and six reads make seven.
    for _ in 0..6 {
        stage.api.reader().companies().await.unwrap();
    }
    assert!(stage.clock.waits().is_empty());
    stage.api.reader().companies().await.unwrap();
    assert_eq!(stage.clock.waits(), [60_000]);
}

#[tokio::test]
async fn a_reset_beyond_the_deadline_ends_the_call_unsent() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, [with_rate(ok(json!([])), "600", "0", "600")]).await;
    stage.api.reader().companies().await.unwrap();
    let error = stage.api.writer().create(COMPANY, &jane()).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Deadline, false));
    assert_eq!(error.retry_at(), Some(stage.clock.now() + TimeDelta::seconds(600)));
    assert!(error.is_retryable());
    assert!(stage.requests(EMPLOYEES).await.is_empty());
}

#[tokio::test]
async fn missing_or_malformed_rate_headers_count_as_none() {
    let stage = Stage::new().await;
    stage
        .script(
            "GET",
            COMPANIES,
            [
                ok(json!([])),
                with_rate(ok(json!([])), "lots", "-1", "1.5"),
                with_rate(ok(json!([])), "600", "599", "60"),
            ],
        )
        .await;
    let read = || async { stage.api.reader().companies().await.unwrap() };
    read().await;
    read().await;
    assert_eq!(stage.api.last_rate_limit(), None);
    read().await;
    let seen = stage
        .api
        .last_rate_limit()
        .map(|RateLimit { limit, remaining, reset_seconds, .. }| (limit, remaining, reset_seconds));
    assert_eq!(seen, Some((Some(600), Some(599), Some(60))));
    assert!(stage.clock.waits().is_empty());
}

#[tokio::test]
async fn reads_writes_repeats_and_token_calls_are_counted_apart() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, [status(503), status(401), ok(json!([]))]).await;
    stage.script("POST", EMPLOYEES, [status(201).set_body_json(account(7))]).await;
    stage.api.reader().companies().await.unwrap();
    stage.api.writer().create(COMPANY, &jane()).await.unwrap();
    let stats = stage.api.stats();
    assert_eq!((stats.reads, stats.writes, stats.retries, stats.token_calls), (1, 1, 2, 2));
}

#[tokio::test]
async fn a_shared_pace_holds_every_client_with_the_same_keys() {
    let stage = Stage::new().await;
    let busy =
        status(404).insert_header("x-ratelimit-remaining", "0").insert_header("x-ratelimit-reset", "17");
    stage.script("GET", COMPANIES, [busy, ok(json!([])), ok(json!([]))]).await;
    let pace = Pace::new(PacePolicy::default());
    let [told, shares] = [(); 2].map(|()| stage.reconfigured(|settings| settings.pace(pace.clone())));
    told.reader().companies().await.unwrap_err();
    stage.api.reader().companies().await.unwrap();
    assert!(stage.clock.waits().is_empty(), "another pace is another pair of keys");
    shares.reader().companies().await.unwrap();
    assert_eq!(stage.clock.waits(), [17_000]);
}

#[tokio::test]
async fn a_retry_after_date_counts_from_the_date_of_its_answer() {
    let stage = Stage::new().await;
    // The server's clock is an hour ahead of ours.
    let busy = status(429)
        .insert_header("date", "Sun, 01 Mar 2026 13:00:00 GMT")
        .insert_header("retry-after", "Sun, 01 Mar 2026 13:00:20 GMT");
    stage.script("GET", COMPANIES, [busy, ok(json!([]))]).await;
    stage.api.reader().companies().await.unwrap();
    assert_eq!(stage.clock.waits(), [20_000]);
}

//! How fast the client goes: one gate for all who share it, slower after a 429, and never before a `Retry-After`.

use std::time::Duration;

use chrono::TimeDelta;
use nmbrs_client::{ErrorKind, Pace, PacePolicy, RetryPolicy};
use wiremock::ResponseTemplate;

use crate::stage::{Stage, ok, only_page, refusal, start};

const SPACING: Duration = Duration::from_millis(250);

/// A 429 that is not repeated, so that what follows is the pace's doing alone.
fn once() -> RetryPolicy {
    RetryPolicy::never()
}

#[tokio::test]
async fn a_retry_after_holds_every_client_that_shares_the_pace() {
    let stage = Stage::new().await;
    stage.api_says_first(1, refusal(429, 42908).insert_header("Retry-After", "30")).await;
    stage.api_says(ok(&only_page(&[]))).await;
    let pace = Pace::new(PacePolicy::default());
    let told = stage.client_with(|b| b.pace(pace.clone()).retry(once()));
    let shares = stage.client_with(|b| b.pace(pace));
    let alone = stage.client();

    let error = told.debtors().all().await.unwrap_err();
    assert_eq!(error.retry_at(), Some(start() + TimeDelta::seconds(30)));
    alone.debtors().all().await.unwrap();
    assert!(stage.clock.waits().is_empty(), "another pace is another subscription");
    shares.debtors().all().await.unwrap();
    assert_eq!(stage.clock.waits(), [Duration::from_secs(30)]);
}

#[tokio::test]
async fn the_spacing_of_a_shared_pace_lies_between_the_requests_of_two_clients() {
    let stage = Stage::new().await;
    stage.api_says(ok(&only_page(&[]))).await;
    let pace = Pace::new(PacePolicy::default().min_spacing(Duration::from_secs(2)));
    let [one, other] = [(); 2].map(|()| stage.client_with(|b| b.pace(pace.clone())));
    for client in [&one, &other, &one] {
        client.debtors().all().await.unwrap();
    }
    assert_eq!(stage.clock.waits(), [Duration::from_secs(2); 2]);
}

#[tokio::test]
async fn a_429_spaces_the_requests_after_it_and_ten_good_answers_end_that() {
    let stage = Stage::new().await;
    stage.api_says_first(1, refusal(429, 42908)).await;
    stage.api_says(ok(&only_page(&[]))).await;
    let client = stage.client_with(|b| b.retry(once()));
    client.debtors().all().await.unwrap_err();
    for _ in 0..12 {
        client.debtors().all().await.unwrap();
    }
    assert_eq!(stage.clock.waits(), [SPACING; 10]);
}

#[tokio::test]
async fn the_wait_before_a_repetition_is_at_least_the_spacing_and_one_sleep() {
    let stage = Stage::new().await;
    stage.api_says_first(2, refusal(429, 42908)).await;
    stage.api_says(ok(&only_page(&[]))).await;
    // No back-off at all: what remains is the spacing.
    let impatient = RetryPolicy::default().first_wait(Duration::ZERO);
    stage.client_with(|b| b.retry(impatient)).debtors().all().await.unwrap();
    assert_eq!(stage.clock.waits(), [SPACING, SPACING * 2]);
}

#[tokio::test]
async fn a_spent_quota_slows_nobody_down() {
    let stage = Stage::new().await;
    stage.api_says_first(1, refusal(429, 42909)).await;
    stage.api_says(ok(&only_page(&[]))).await;
    let client = stage.client();
    client.debtors().all().await.unwrap_err();
    client.debtors().all().await.unwrap();
    assert!(stage.clock.waits().is_empty());
}

#[tokio::test]
async fn a_retry_after_date_counts_from_the_date_of_its_answer() {
    let stage = Stage::new().await;
    // The server's clock is an hour ahead of ours.
    let busy = refusal(429, 42908)
        .insert_header("Date", "Mon, 05 Jan 2026 09:00:00 GMT")
        .insert_header("Retry-After", "Mon, 05 Jan 2026 09:00:20 GMT");
    stage.api_says_first(1, busy).await;
    stage.api_says(ok(&only_page(&[]))).await;
    stage.client().debtors().all().await.unwrap();
    assert_eq!(stage.clock.waits(), [Duration::from_secs(20)]);
}

#[tokio::test]
async fn repetitions_end_at_the_deadline() {
    let stage = Stage::new().await;
    stage.api_says(ResponseTemplate::new(503).insert_header("Retry-After", "4")).await;
    let policy = RetryPolicy::default().attempts(100).deadline(Duration::from_secs(10));
    let error = stage.client_with(|b| b.retry(policy)).debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Deadline, Some(503)));
    assert_eq!(error.retry_at(), Some(start() + TimeDelta::seconds(12)));
    assert_eq!(stage.clock.waits(), [Duration::from_secs(4); 2]);
}

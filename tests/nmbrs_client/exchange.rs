//! One exchange: what is sent, what is sent again, and what an error says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use nmbrs_client::auth::MemoryTokenStore;
use nmbrs_client::{ErrorKind, NmbrsClient, RetryPolicy, Scope};
use serde_json::json;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::raw_server::{json_answer, serve};
use crate::stage::{Stage, authorizer, clock, company, debtor, grant, ok, only_page, refusal, start};

#[tokio::test]
async fn every_call_carries_token_key_accept_agent_and_paging() {
    let stage = Stage::new().await;
    Mock::given(method("GET"))
        .and(path("/api/companies/c-1/employees/personalinfo"))
        .and(query_param("pageNumber", "1"))
        .and(query_param("pageSize", "100"))
        .and(header("authorization", "Bearer access-0"))
        .and(header("x-subscription-key", "key-0"))
        .and(header("accept", "application/json"))
        .and(header("user-agent", "nmbrs-client/0.1.0"))
        .respond_with(ok(&only_page(&[])))
        .expect(1)
        .mount(&stage.api)
        .await;
    assert_eq!(stage.client().personal_info(&company()).all().await.unwrap().rows, []);
}

#[tokio::test]
async fn a_429_is_retried_five_times_in_all_with_growing_waits() {
    let stage = Stage::new().await;
    stage.api_says(refusal(429, 42908)).await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.is_retryable());
    assert_eq!(stage.api_requests().await, 5);
    let bounds = [500, 1000, 2000, 4000].map(Duration::from_millis);
    let waits = stage.clock.waits();
    assert_eq!(waits.len(), bounds.len());
    assert!(waits.iter().zip(bounds).all(|(wait, bound)| *wait <= bound), "{waits:?}");
}

#[tokio::test]
async fn a_retry_after_is_waited_for_in_full() {
    let stage = Stage::new().await;
    stage.api_says_first(1, refusal(429, 42908).insert_header("Retry-After", "7.5")).await;
    stage.api_says(ok(&only_page(&[]))).await;
    stage.client().debtors().all().await.unwrap();
    assert_eq!(stage.clock.waits().iter().sum::<Duration>(), Duration::from_millis(7500));
}

#[tokio::test]
async fn a_retry_after_beyond_the_deadline_ends_the_call_and_holds_every_other() {
    let stage = Stage::new().await;
    stage.api_says_first(1, refusal(429, 42908).insert_header("Retry-After", "3600")).await;
    stage.api_says(ok(&only_page(&[]))).await;
    let client = stage.client();
    let an_hour_on = Some(start() + TimeDelta::hours(1));

    let told = client.debtors().all().await.unwrap_err();
    assert_eq!((told.kind(), told.status(), told.retry_at()), (ErrorKind::Deadline, Some(429), an_hour_on));

    let held = client.companies().all().await.unwrap_err();
    assert_eq!((held.kind(), held.retry_at()), (ErrorKind::Deadline, an_hour_on));
    assert!(!held.may_have_been_sent());
    assert_eq!((stage.api_requests().await, stage.clock.waits()), (1, vec![]));
}

#[tokio::test]
async fn a_spent_quota_is_not_retried() {
    let stage = Stage::new().await;
    stage.api_says(refusal(429, 42909)).await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::QuotaExceeded, Some(42909)));
    assert!(!error.is_retryable());
    assert_eq!(stage.api_requests().await, 1);
}

#[tokio::test]
async fn unavailability_is_retried_and_an_unexpected_error_is_not() {
    for (status, code, requests) in [(503, 50301, 3), (502, 50201, 3), (500, 50001, 1)] {
        let stage = Stage::new().await;
        stage.api_says(refusal(status, code)).await;
        let error = stage.client().debtors().all().await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Server, Some(status)));
        assert_eq!(stage.api_requests().await, requests, "{status}");
    }
}

#[tokio::test]
async fn attempts_are_counted_apart_from_requests() {
    let stage = Stage::new().await;
    stage.api_says_first(2, ResponseTemplate::new(503)).await;
    stage.api_says(ok(&only_page(&[debtor("d-1")]))).await;
    let client = stage.client();
    client.debtors().all().await.unwrap();
    let stats = client.stats();
    assert_eq!((stats.requests, stats.retries, stats.token_calls), (1, 2, 0));
}

#[tokio::test]
async fn a_refusals_body_never_hides_its_status() {
    for (status, kind) in [
        (400, ErrorKind::Invalid),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (418, ErrorKind::UnexpectedStatus),
    ] {
        for body in ["", "<html>Seeded</html>", "{\"code\":", "[]"] {
            let stage = Stage::new().await;
            stage.api_says(ResponseTemplate::new(status).set_body_raw(body, "text/html")).await;
            let error = stage.client().debtors().all().await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{body}");
            assert!(!format!("{error} {error:?}").contains("Seeded"));
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stage = Stage::new().await;
    let elsewhere = format!("{}/elsewhere", stage.api.uri());
    stage.api_says(ResponseTemplate::new(302).insert_header("Location", elsewhere)).await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), stage.api_requests().await), (ErrorKind::UnexpectedStatus, 1));
}

#[tokio::test]
async fn an_answer_must_say_it_is_json() {
    let body = only_page(&[]).to_string();
    for (content_type, is_read) in [
        ("application/json", true),
        ("application/problem+JSON; charset=utf-8", true),
        ("text/html", false),
        ("text/plain", false),
    ] {
        let stage = Stage::new().await;
        stage.api_says(ResponseTemplate::new(200).set_body_raw(body.clone(), content_type)).await;
        let result = stage.client().debtors().all().await;
        assert_eq!(result.map_err(|error| error.kind()).err(), (!is_read).then_some(ErrorKind::Decode));
    }
}

#[tokio::test]
async fn an_answer_over_the_limit_is_refused() {
    let stage = Stage::new().await;
    stage.api_says(ok(&only_page(&[debtor(&"d".repeat(60))]))).await;
    let error = stage.client_with(|b| b.max_body_bytes(100)).debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), stage.api_requests().await), (ErrorKind::TooLarge, 1));
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_read_again_and_never_taken_for_whole() {
    let served = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&served);
    let url = serve(move |_| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        let body = only_page(&[debtor("d-1")]);
        async move { json_answer(&body, if first { 10 } else { 0 }) }
    })
    .await;
    let client = raw_client(&url, |retry| retry);
    assert_eq!(client.debtors().all().await.unwrap().rows.len(), 1);
    assert_eq!(served.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_body_that_stays_cut_off_is_an_interruption() {
    let url = serve(|_| async { json_answer(&only_page(&[]), 10) }).await;
    let error = raw_client(&url, |retry| retry).debtors().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(error.may_have_been_sent() && error.is_retryable());
}

#[tokio::test]
async fn a_server_that_is_not_there_was_sent_nothing() {
    // Port 9 on loopback: nobody listens there.
    let error = raw_client("http://127.0.0.1:9", |_| RetryPolicy::never()).debtors().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!error.may_have_been_sent());
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_403_names_the_missing_scope_only_if_none_was_granted() {
    for (granted, code, missing) in [
        (Some(vec![Scope::COMPANY_INFO_READ]), 40303, true),
        (Some(vec![Scope::COMPANY_INFO_READ]), 40304, false),
        (Some(vec![Scope::EMPLOYEE_INFO]), 40303, false),
        (None, 40303, false),
    ] {
        let mut grant = grant();
        grant.scopes = granted;
        let stage = Stage::with_grant(grant).await;
        stage.api_says(refusal(403, code)).await;
        let error = stage.client().employees(&company()).all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        let needed = [Scope::EMPLOYEE_INFO_READ, Scope::EMPLOYEE_INFO];
        assert_eq!(error.missing_scope(), missing.then_some(&needed[..]), "{code}");
    }
}

#[tokio::test]
async fn an_error_names_operation_status_code_and_request_id() {
    let stage = Stage::new().await;
    stage.api_says(refusal(404, 40404).insert_header("X-Request-Id", "r-77")).await;
    let error = stage.client().contracts(&company()).all().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "getContractsByCompany: not found, status 404, code 40404, request id r-77"
    );
    assert!(error.is_not_found());
}

#[tokio::test]
async fn a_client_without_a_key_or_with_numbers_out_of_range_is_not_built() {
    let stage = Stage::new().await;
    let build = |key: &str, page_size, max_pages| {
        NmbrsClient::builder(key, stage.authorizer()).page_size(page_size).max_pages(max_pages).build()
    };
    assert!(build("key", 100, 4).is_ok());
    for result in [
        build("", 100, 4),
        build("a\nb", 100, 4),
        build("key", 0, 4),
        build("key", 101, 4),
        build("key", 100, 0),
    ] {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Configuration);
    }
    let with_other = NmbrsClient::builder("key", stage.authorizer()).secondary_subscription_key("");
    assert_eq!(with_other.build().unwrap_err().kind(), ErrorKind::Configuration);
}

fn raw_client(url: &str, retry: impl FnOnce(RetryPolicy) -> RetryPolicy) -> NmbrsClient {
    let clock = clock();
    let authorizer =
        authorizer("http://127.0.0.1:9", Arc::new(MemoryTokenStore::new(grant())), clock.clone());
    let builder = NmbrsClient::builder("key-0", authorizer).rest_url(url).clock(clock);
    builder.retry(retry(RetryPolicy::default())).build().unwrap()
}

#[tokio::test]
async fn a_gateways_own_answer_is_understood() {
    let stage = Stage::new().await;
    let body = json!({ "statusCode": 403, "message": "Out of call volume quota. Try later." });
    stage.api_says(ResponseTemplate::new(403).set_body_json(body)).await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
}

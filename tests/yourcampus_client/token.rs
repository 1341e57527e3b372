//! The access token: how it is fetched, how long it is used, and what a 401 does to it.

use std::error::Error as _;

use futures_util::future::join_all;
use serde_json::json;
use yourcampus_client::{CustomerApiRead as _, CustomerApiWrite as _, ErrorKind};

use crate::stage::{COMPANY, EMPLOYEES, JANE, Stage, TOKEN, account, jane, ok, status};

const COMPANIES: &str = "/v1/companies";

fn bearer(request: &wiremock::Request) -> &str {
    request.headers.get("authorization").unwrap().to_str().unwrap()
}

#[tokio::test]
async fn the_token_request_is_a_form_with_three_fields_and_no_authorization() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, [ok(json!([]))]).await;
    stage.api.reader().companies().await.unwrap();

    let requests = stage.requests(TOKEN).await;
    let [request] = &requests[..] else { panic!("{} token requests", requests.len()) };
    assert_eq!(request.headers.get("content-type").unwrap(), "application/x-www-form-urlencoded");
    assert_eq!(request.headers.get("accept").unwrap(), "application/json");
    assert!(request.headers.get("authorization").is_none());
    let body = "grant_type=client_credentials&client_id=the-access-key&client_secret=the-secret-key";
    assert_eq!(String::from_utf8_lossy(&request.body), body);
}

#[tokio::test]
async fn the_first_call_fetches_a_token_and_sends_it_as_bearer() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, [ok(json!([]))]).await;
    stage.api.reader().companies().await.unwrap();
    assert_eq!(bearer(&stage.requests(COMPANIES).await[0]), "Bearer token-1");
}

#[tokio::test]
async fn a_token_is_used_until_a_minute_before_its_end() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, [ok(json!([])), ok(json!([])), ok(json!([])), ok(json!([]))]).await;
    for (advance, tokens) in [(0, 1), (3000, 1), (539, 1), (1, 2)] {
        stage.clock.advance(advance);
        stage.api.reader().companies().await.unwrap();
        assert_eq!(stage.requests(TOKEN).await.len(), tokens, "after {advance} s more");
    }
}

#[tokio::test]
async fn ten_concurrent_callers_share_one_fetch() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, (0..10).map(|_| ok(json!([])))).await;
    let reader = stage.api.reader();
    for result in join_all((0..10).map(|_| reader.companies())).await {
        result.unwrap();
    }
    assert_eq!(stage.requests(TOKEN).await.len(), 1);
}

#[tokio::test]
async fn ten_concurrent_callers_share_one_failure() {
    let stage = Stage::without_tokens().await;
    stage.script("POST", TOKEN, [status(401), status(401)]).await;
    let reader = stage.api.reader();
    for result in join_all((0..10).map(|_| reader.companies())).await {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Unauthorized);
    }
    assert_eq!(stage.requests(TOKEN).await.len(), 1);
    reader.companies().await.unwrap_err();
    assert_eq!(stage.requests(TOKEN).await.len(), 2, "a later caller tries anew");
}

#[tokio::test]
async fn the_token_endpoint_is_never_repeated() {
    for (code, kind) in
        [(401, ErrorKind::Unauthorized), (429, ErrorKind::RateLimited), (503, ErrorKind::Server)]
    {
        let stage = Stage::without_tokens().await;
        stage.script("POST", TOKEN, [status(code).insert_header("x-request-id", "r-1")]).await;
        let error = stage.api.writer().create(COMPANY, &jane()).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, "oauth_token"));
        assert_eq!((error.status(), error.request_id()), (Some(code), Some("r-1")));
        assert!(!error.may_have_been_sent(), "{code}: the write itself never left");
        assert_eq!(stage.requests(TOKEN).await.len(), 1);
        assert!(stage.clock.waits().is_empty());
    }
}

#[tokio::test]
async fn an_answer_that_grants_no_token_is_a_typed_error() {
    let answers = [
        ok(json!({"expires_in": 3600})),
        ok(json!({"access_token": "", "expires_in": 3600})),
        ok(json!({"access_token": "t"})),
        ok(json!({"access_token": "t", "expires_in": 0})),
        status(200).set_body_raw("<html>hello</html>", "text/html"),
        status(200).set_body_raw("not json", "application/json"),
    ];
    for answer in answers {
        let stage = Stage::without_tokens().await;
        stage.script("POST", TOKEN, [answer]).await;
        let error = stage.api.reader().companies().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, "oauth_token"));
    }
}

#[tokio::test]
async fn a_401_is_refreshed_once_and_replayed() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, [status(401), ok(json!([]))]).await;
    stage.api.reader().companies().await.unwrap();
    let sent = stage.requests(COMPANIES).await;
    assert_eq!(sent.iter().map(bearer).collect::<Vec<_>>(), ["Bearer token-1", "Bearer token-2"]);
    assert_eq!(stage.requests(TOKEN).await.len(), 2);
    assert!(stage.clock.waits().is_empty(), "the replay is sent at once");
}

#[tokio::test]
async fn a_401_on_a_write_is_replayed_because_it_says_that_nothing_was_done() {
    let stage = Stage::new().await;
    stage.script("POST", EMPLOYEES, [status(401), status(201).set_body_json(account(7))]).await;
    assert_eq!(stage.api.writer().create(COMPANY, &jane()).await.unwrap().id, JANE);
}

#[tokio::test]
async fn a_second_401_is_final_and_keeps_its_request_id() {
    let stage = Stage::new().await;
    let refused = |id: &str| status(401).insert_header("x-request-id", id);
    stage.script("GET", COMPANIES, [refused("first"), refused("second"), ok(json!([]))]).await;
    let error = stage.api.reader().companies().await.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::Unauthorized, Some("second")));
    assert!(error.is_credentials());
    assert_eq!(stage.requests(COMPANIES).await.len(), 2);
}

#[tokio::test]
async fn a_401_does_not_use_up_a_retry() {
    let stage = Stage::new().await;
    let answers = [status(503), status(401), status(503), status(503), ok(json!([]))];
    stage.script("GET", COMPANIES, answers).await;
    stage.api.reader().companies().await.unwrap();
    assert_eq!(stage.clock.waits(), [500, 1000, 2000]);
}

#[tokio::test]
async fn a_refresh_that_fails_after_a_401_tells_of_both() {
    let stage = Stage::without_tokens().await;
    let grant = ok(json!({"access_token": "t", "expires_in": 3600}));
    stage.script("POST", TOKEN, [grant, status(503)]).await;
    stage.script("POST", EMPLOYEES, [status(401).insert_header("x-request-id", "r-401")]).await;

    let error = stage.api.writer().create(COMPANY, &jane()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Unauthorized, "create_employee"));
    assert_eq!(error.request_id(), Some("r-401"));
    assert!(error.source().unwrap().to_string().contains("status 503"), "{error:?}");
    assert!(error.is_retryable() && !error.is_credentials(), "the token endpoint was merely unwell");
}

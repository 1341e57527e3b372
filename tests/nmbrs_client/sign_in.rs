//! Signing in: whose callback it is comes first, a code goes out once, and credentials go to one server only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use nmbrs_client::auth::{Attempt, MemoryTokenStore, SignIn, TokenSet};
use nmbrs_client::{Clock, Error, ErrorKind, NmbrsSource, Operation, Scope};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sync_core::ports::{EmployeeSource, RequestMeter, RowsRequest};
use sync_core::snapshot::Resource;
use url::form_urlencoded;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::raw_server::{json_answer, serve};
use crate::stage::{FakeClock, Stage, authorizer, clock, debtor, new_tokens, ok, only_page, refusal, start};

const REDIRECT: &str = "https://app.example/callback?tenant=a%20b";

fn sign_in_by(identity: &str, clock: Arc<FakeClock>) -> SignIn {
    let scopes = Scope::least_for([Operation::Employees, Operation::Contracts]);
    authorizer(identity, Arc::new(MemoryTokenStore::empty()), clock).sign_in(REDIRECT, scopes).unwrap()
}

fn sign_in(identity: &str) -> SignIn {
    sign_in_by(identity, clock())
}

/// What the browser comes back to when the user says yes.
fn consent(attempt: &Attempt) -> String {
    format!("{REDIRECT}&code=Seeded-code%2F1&state={}", attempt.state().expose_secret())
}

/// The server answers the exchange of a code like this.
async fn exchanging(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/connect/token")).respond_with(answer).mount(&server).await;
    server
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

async fn finish(server: &MockServer) -> Result<TokenSet, Error> {
    let sign_in = sign_in(&server.uri());
    let attempt = sign_in.begin().unwrap();
    let callback = consent(&attempt);
    sign_in.finish(attempt, &callback).await
}

fn says(status: u16, word: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({ "error": word, "error_description": "Seeded" }))
}

#[tokio::test]
async fn a_code_is_exchanged_with_the_same_redirect_uri_and_the_verifier() {
    let server = exchanging(new_tokens(1)).await;
    let sign_in = sign_in(&server.uri());
    let attempt = sign_in.begin().unwrap();
    let verifier = attempt.verifier().unwrap().expose_secret().to_owned();
    let asked: Vec<_> = form_urlencoded::parse(attempt.url().split_once('?').unwrap().1.as_bytes())
        .filter_map(|(key, value)| (key == "redirect_uri").then(|| value.into_owned()))
        .collect();
    let callback = consent(&attempt);
    let tokens = sign_in.finish(attempt, &callback).await.unwrap();
    assert_eq!(tokens.access.expose_secret(), "access-1");
    assert_eq!(tokens.refresh.unwrap().expose_secret(), "refresh-1");

    let [request] = requests(&server).await.try_into().unwrap();
    assert_eq!(request.headers["authorization"], "Basic YXBwLWlkOmFwcC1zZWNyZXQ=");
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        format!(
            "grant_type=authorization_code&code=Seeded-code%2F1\
             &redirect_uri=https%3A%2F%2Fapp.example%2Fcallback%3Ftenant%3Da%2520b&code_verifier={verifier}"
        )
    );
    assert_eq!(asked, [REDIRECT]);
}

#[tokio::test]
async fn without_pkce_no_verifier_is_sent() {
    let server = exchanging(new_tokens(1)).await;
    let sign_in = sign_in(&server.uri()).pkce(false);
    let attempt = sign_in.begin().unwrap();
    let callback = consent(&attempt);
    sign_in.finish(attempt, &callback).await.unwrap();
    let body = String::from_utf8(requests(&server).await.remove(0).body).unwrap();
    assert!(!body.contains("code_verifier"), "{body}");
}

#[tokio::test]
async fn an_attempt_goes_on_in_another_process() {
    let server = exchanging(new_tokens(1)).await;
    let attempt = sign_in(&server.uri()).begin().unwrap();
    let callback = consent(&attempt);
    let resumed = Attempt::resume(attempt.url(), attempt.state().clone(), attempt.verifier().cloned());
    let sign_in = sign_in(&server.uri());
    // The future may go to another thread.
    tokio::spawn(async move { sign_in.finish(resumed, &callback).await }).await.unwrap().unwrap();
    let body = String::from_utf8(requests(&server).await.remove(0).body).unwrap();
    assert!(body.ends_with(attempt.verifier().unwrap().expose_secret()), "{body}");
}

#[tokio::test]
async fn a_foreign_callback_sends_nothing() {
    let server = exchanging(new_tokens(1)).await;
    let sign_in = sign_in(&server.uri());
    let others = sign_in.begin().unwrap();
    for callback in [
        consent(&others),
        format!("{REDIRECT}&code=c"),
        format!("{REDIRECT}&code=c&state="),
        REDIRECT.to_owned(),
        String::new(),
    ] {
        let error = sign_in.finish(sign_in.begin().unwrap(), &callback).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::ForeignCallback, "callback"));
        assert!(!error.is_retryable() && !error.may_have_been_sent());
    }
    assert_eq!(requests(&server).await.len(), 0);
}

#[tokio::test]
async fn a_callback_without_a_code_or_with_two_sends_nothing() {
    let server = exchanging(new_tokens(1)).await;
    let sign_in = sign_in(&server.uri());
    for codes in ["", "&code=", "&code=c&code=d", "&code=c&code=c"] {
        let attempt = sign_in.begin().unwrap();
        let callback = format!("{REDIRECT}{codes}&state={}", attempt.state().expose_secret());
        let error = sign_in.finish(attempt, &callback).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ForeignCallback, "{codes}");
    }
    assert_eq!(requests(&server).await.len(), 0);
}

#[tokio::test]
async fn a_denied_consent_sends_nothing() {
    let server = exchanging(new_tokens(1)).await;
    let sign_in = sign_in(&server.uri());
    let attempt = sign_in.begin().unwrap();
    let callback = format!("{REDIRECT}&error=access_denied&state={}", attempt.state().expose_secret());
    let error = sign_in.finish(attempt, &callback).await.unwrap_err();
    assert_eq!((error.kind(), error.is_consent_lost()), (ErrorKind::ConsentDenied, false));
    assert_eq!(requests(&server).await.len(), 0);
}

#[tokio::test]
async fn the_granted_scopes_are_kept_not_the_requested_ones() {
    let [few, other] = ["employee.info.read", "company.info.read"].map(Scope::new);
    for (in_answer, in_callback, kept) in [
        (json!("employee.info.read"), "&scope=company.info.read", Some(vec![few])),
        (Value::Null, "&scope=company.info.read", Some(vec![other])),
        (Value::Null, "", None),
    ] {
        let server = exchanging(ok(&json!({ "access_token": "a", "scope": in_answer }))).await;
        let sign_in = sign_in(&server.uri());
        let attempt = sign_in.begin().unwrap();
        let callback = consent(&attempt) + in_callback;
        assert_eq!(sign_in.finish(attempt, &callback).await.unwrap().scopes, kept);
    }
}

#[tokio::test]
async fn the_tokens_life_counts_from_before_the_code_was_sent() {
    let clock = clock();
    let server_clock = Arc::clone(&clock);
    let identity = serve(move |_| {
        let clock = Arc::clone(&server_clock);
        async move {
            clock.sleep(Duration::from_secs(25)).await;
            json_answer(&json!({ "access_token": "a", "refresh_token": "r", "expires_in": "3600" }), 0)
        }
    })
    .await;
    let sign_in = sign_in_by(&identity, clock);
    let attempt = sign_in.begin().unwrap();
    let callback = consent(&attempt);
    let tokens = sign_in.finish(attempt, &callback).await.unwrap();
    assert_eq!((tokens.issued_at, tokens.expires_at), (Some(start()), start() + TimeDelta::hours(1)));
}

#[tokio::test]
async fn a_code_that_may_have_arrived_is_never_sent_again() {
    for (answer, kind) in [
        (ResponseTemplate::new(500), ErrorKind::Server),
        (ResponseTemplate::new(503).insert_header("Retry-After", "1"), ErrorKind::Server),
        (ResponseTemplate::new(504), ErrorKind::Server),
        (says(400, "temporarily_unavailable"), ErrorKind::Server),
        (ResponseTemplate::new(200).set_body_raw("<html>Seeded</html>", "text/html"), ErrorKind::Decode),
        (ok(&json!({ "refresh_token": "Seeded-r" })), ErrorKind::Decode),
    ] {
        let server = exchanging(answer).await;
        let error = finish(&server).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (kind, false), "{error}");
        assert!(error.to_string().contains("start again in the browser"), "{error}");
        assert_eq!(requests(&server).await.len(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_code_whose_answer_is_lost_is_never_sent_again() {
    for cut_off in [Vec::new(), json_answer(&json!({ "access_token": "a" }), 9)] {
        let calls = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&calls);
        let identity = serve(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            let cut_off = cut_off.clone();
            async move { cut_off }
        })
        .await;
        let sign_in = sign_in(&identity);
        let attempt = sign_in.begin().unwrap();
        let callback = consent(&attempt);
        let error = sign_in.finish(attempt, &callback).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Interrupted, false));
        assert!(error.to_string().contains("start again in the browser"), "{error}");
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_code_that_was_surely_not_taken_is_sent_again_when_the_server_says() {
    let server = MockServer::start().await;
    let throttled = ResponseTemplate::new(429).insert_header("Retry-After", "7");
    Mock::given(method("POST")).respond_with(throttled).up_to_n_times(2).mount(&server).await;
    Mock::given(method("POST")).respond_with(new_tokens(1)).mount(&server).await;
    let clock = clock();
    let sign_in = sign_in_by(&server.uri(), clock.clone());
    let attempt = sign_in.begin().unwrap();
    let callback = consent(&attempt);
    let tokens = sign_in.finish(attempt, &callback).await.unwrap();
    assert_eq!(tokens.issued_at, Some(start() + TimeDelta::seconds(14)));
    assert_eq!(clock.waits(), [Duration::from_secs(7); 2]);
}

#[tokio::test]
async fn a_refused_code_is_no_lost_consent() {
    let server = exchanging(says(400, "invalid_grant")).await;
    let error = finish(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::CodeRefused, false));
    assert!(!error.is_consent_lost());
    assert_eq!(requests(&server).await.len(), 1);
}

#[tokio::test]
async fn an_error_on_the_exchange_is_an_error_whatever_the_status() {
    for (word, kind) in [
        ("invalid_client", ErrorKind::Configuration),
        ("invalid_scope", ErrorKind::Configuration),
        ("invalid_request", ErrorKind::Configuration),
        ("unauthorized_client", ErrorKind::Configuration),
        ("invalid_grant", ErrorKind::CodeRefused),
    ] {
        for status in [200, 400, 401] {
            let body = json!({ "error": word, "access_token": "Seeded-a", "refresh_token": "Seeded-r" });
            let server = exchanging(ResponseTemplate::new(status).set_body_json(body)).await;
            let error = finish(&server).await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{word}");
        }
    }
}

#[tokio::test]
async fn a_200_with_an_error_of_any_shape_gives_no_tokens() {
    for shape in [
        json!("Seeded"),
        json!({ "code": "invalid_grant" }),
        json!(["invalid_grant"]),
        json!(true),
        json!(""),
    ] {
        let body = json!({ "error": shape, "access_token": "Seeded-a", "refresh_token": "Seeded-r" });
        let error = finish(&exchanging(ok(&body)).await).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::UnexpectedStatus, false), "{shape}");
    }
}

#[tokio::test]
async fn no_error_of_a_sign_in_shows_code_state_verifier_secret_or_token() {
    for answer in [
        says(400, "invalid_grant"),
        says(400, "Seeded"),
        says(500, "server_error"),
        ok(&json!({ "access_token": { "Seeded-a": 1 } })),
        ResponseTemplate::new(200).set_body_raw("Seeded", "application/json"),
    ] {
        let server = exchanging(answer).await;
        let sign_in = sign_in(&server.uri());
        let attempt = sign_in.begin().unwrap();
        let callback = consent(&attempt);
        let secrets = [attempt.state(), attempt.verifier().unwrap()].map(|s| s.expose_secret().to_owned());
        let error = sign_in.finish(attempt, &callback).await.unwrap_err();
        let printed = format!("{error} {error:?} {error:#?}");
        for secret in secrets.iter().map(String::as_str).chain(["Seeded", "app-secret", "YXBw"]) {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

/// The server takes pushed requests and numbers their references.
async fn pushing() -> MockServer {
    let (server, count) = (MockServer::start().await, AtomicU32::new(0));
    let answer = move |_: &Request| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let request_uri = format!("urn:ietf:params:oauth:request_uri:{number}");
        ResponseTemplate::new(201).set_body_json(json!({ "request_uri": request_uri, "expires_in": 600 }))
    };
    Mock::given(method("POST")).and(path("/connect/par")).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn a_pushed_request_leaves_client_id_and_reference_in_the_url() {
    let server = pushing().await;
    let attempt = sign_in(&server.uri()).begin_pushed().await.unwrap();
    let address = format!("{}/connect/authorize", server.uri());
    assert_eq!(
        attempt.url(),
        format!("{address}?client_id=app-id&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A0")
    );
    let [request] = requests(&server).await.try_into().unwrap();
    assert_eq!(request.headers["authorization"], "Basic YXBwLWlkOmFwcC1zZWNyZXQ=");
    let form: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
    let value = |name: &str| form.iter().find(|(key, _)| key == name).unwrap().1.as_str();
    assert_eq!(form.len(), 7);
    assert_eq!((value("client_id"), value("redirect_uri")), ("app-id", REDIRECT));
    assert_eq!(
        (value("response_type"), value("scope")),
        ("code", "employee.employment.read employee.info.read offline_access")
    );
    assert_eq!(value("state"), attempt.state().expose_secret());
    assert_eq!((value("code_challenge").len(), value("code_challenge_method")), (43, "S256"));
    assert_ne!(value("code_challenge"), attempt.verifier().unwrap().expose_secret());
}

#[tokio::test]
async fn every_attempt_pushes_a_request_of_its_own() {
    let server = pushing().await;
    let sign_in = sign_in(&server.uri());
    let one = sign_in.begin_pushed().await.unwrap();
    let other = sign_in.begin_pushed().await.unwrap();
    assert_ne!(one.url(), other.url());
    assert_ne!(one.state().expose_secret(), other.state().expose_secret());
}

#[tokio::test]
async fn a_push_that_may_have_arrived_is_repeated_because_it_does_no_harm() {
    let server = pushing().await;
    let away = Mock::given(method("POST")).respond_with(ResponseTemplate::new(503));
    away.up_to_n_times(2).with_priority(1).mount(&server).await;
    assert!(sign_in(&server.uri()).begin_pushed().await.is_ok());
    assert_eq!(requests(&server).await.len(), 3);
}

#[tokio::test]
async fn a_push_that_is_refused_or_answered_badly_begins_nothing() {
    for (answer, kind, sent) in [
        (says(400, "invalid_request"), ErrorKind::Configuration, 1),
        (says(401, "invalid_client"), ErrorKind::Configuration, 1),
        (says(200, "invalid_scope"), ErrorKind::Configuration, 1),
        (says(400, "Seeded"), ErrorKind::UnexpectedStatus, 1),
        (ok(&json!({ "expires_in": 600 })), ErrorKind::Decode, 3),
        (ok(&json!({ "request_uri": "" })), ErrorKind::Decode, 3),
    ] {
        let server = MockServer::start().await;
        Mock::given(path("/connect/par")).respond_with(answer).mount(&server).await;
        let error = sign_in(&server.uri()).begin_pushed().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, "connect/par"));
        assert!(!format!("{error} {error:?}").contains("Seeded"), "{error}");
        assert_eq!(requests(&server).await.len(), sent, "{error}");
    }
}

/// A server whose discovery document names this as its token endpoint.
async fn discovered(token_endpoint: &str) -> (MockServer, SignIn) {
    let server = MockServer::start().await;
    let at = |path: &str| format!("{}{path}", server.uri());
    let document = json!({
        "issuer": server.uri(),
        "authorization_endpoint": at("/connect/authorize"),
        "token_endpoint": if token_endpoint.starts_with('/') { at(token_endpoint) } else { token_endpoint.to_owned() },
        "code_challenge_methods_supported": ["S256"],
    });
    let discovery = Mock::given(method("GET")).and(path("/.well-known/openid-configuration"));
    discovery.respond_with(ok(&document)).mount(&server).await;
    let sign_in = sign_in(&server.uri());
    (server, sign_in)
}

#[tokio::test]
async fn discovery_sends_no_credential_and_names_what_has_moved() {
    for (token_endpoint, moved) in [("/connect/token", &[][..]), ("/v2/token", &["token_endpoint"])] {
        let (server, sign_in) = discovered(token_endpoint).await;
        let discovery = sign_in.discover().await.unwrap();
        assert_eq!((discovery.supports_s256, discovery.moved.as_slice()), (true, moved));
        assert!(!requests(&server).await[0].headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn a_discovered_endpoint_on_another_origin_is_refused() {
    let (_server, sign_in) = discovered("https://Seeded.example/connect/token").await;
    let error = sign_in.discover().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Configuration, false));
    assert_eq!(error.operation(), ".well-known/openid-configuration");
    assert!(!format!("{error:?}").contains("Seeded"));
}

#[tokio::test]
async fn discovery_follows_no_redirect() {
    let server = MockServer::start().await;
    let elsewhere = MockServer::start().await;
    let away = ResponseTemplate::new(302).insert_header("Location", elsewhere.uri());
    Mock::given(method("GET")).respond_with(away).mount(&server).await;
    let error = sign_in(&server.uri()).discover().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    assert_eq!(requests(&elsewhere).await.len(), 0);
}

#[tokio::test]
async fn a_sync_reads_what_it_asks_consent_for_and_nothing_else() {
    let stage = Stage::new().await;
    let several_debtors = Mock::given(path("/api/companies")).respond_with(refusal(403, 40306));
    several_debtors.with_priority(1).mount(&stage.api).await;
    let debtors = Mock::given(path("/api/debtors")).respond_with(ok(&only_page(&[debtor("d-1")])));
    debtors.with_priority(1).mount(&stage.api).await;
    stage.api_says(ok(&only_page(&[]))).await;

    let (source, meter) = (NmbrsSource::new(stage.client()), RequestMeter::new(100));
    source.companies(&meter).await.unwrap();
    for resource in Resource::ALL {
        let request = RowsRequest::new(sync_core::CompanyId::new("c-1"), resource);
        source.rows(&request, &meter).await.unwrap();
    }
    let mut read: Vec<_> =
        requests(&stage.api).await.iter().map(|request| request.url.path().to_owned()).collect();
    let named = |operation: &Operation| {
        operation.path_template().replace("{companyId}", "c-1").replace("{debtorId}", "d-1")
    };
    let mut asked: Vec<_> = NmbrsSource::OPERATIONS.iter().map(named).collect();
    read.sort_unstable();
    asked.sort_unstable();
    assert_eq!(read, asked);
}

//! What an observer is told: every exchange once, with names and numbers only.

use std::io;
use std::sync::{Arc, Mutex};

use nmbrs_client::auth::{AppCredentials, Authorizer};
use nmbrs_client::{ErrorKind, Exchange, NmbrsClient, Observer, RetryPolicy};
use wiremock::ResponseTemplate;

use crate::stage::{Stage, debtor, expired_grant, new_tokens, ok, only_page, refusal};

/// Keeps the exchanges as text.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn exchange(&self, exchange: &Exchange<'_>) {
        let Exchange { operation, page, attempt, status, error, bytes, request_id, .. } = exchange;
        let line = format!("{operation} {page:?} #{attempt} {status:?} {error:?} {bytes} {request_id:?}");
        self.0.lock().unwrap().push(line);
    }
}

impl Notes {
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

fn watched(stage: &Stage) -> (NmbrsClient, Arc<Notes>) {
    let notes = Arc::<Notes>::default();
    let client = stage.client_with(|b| b.observer(notes.clone()));
    (client, notes)
}

#[tokio::test]
async fn every_exchange_is_told_once_with_its_attempt_and_its_end() {
    let stage = Stage::new().await;
    stage.identity_says(1, new_tokens(1)).await;
    let body = only_page(&[debtor("d-1")]);
    let refusals = [refusal(401, 40102), ResponseTemplate::new(503)];
    for (priority, refusal) in (1..).zip(refusals) {
        let mock = wiremock::Mock::given(wiremock::matchers::method("GET")).respond_with(refusal);
        mock.up_to_n_times(1).with_priority(priority).mount(&stage.api).await;
    }
    stage.api_says(ok(&body).insert_header("X-Request-Id", "r-3")).await;
    let (client, notes) = watched(&stage);
    client.debtors().all().await.unwrap();
    let refused = serde_json::json!({ "httpStatus": 401, "code": 40102, "title": "T", "detail": "D" });
    assert_eq!(
        notes.lines(),
        [
            format!("getDebtors Some(1) #1 Some(401) Some(Unauthorized) {} None", refused.to_string().len()),
            "getDebtors Some(1) #2 Some(503) Some(Server) 0 None".to_owned(),
            format!("getDebtors Some(1) #3 Some(200) None {} Some(\"r-3\")", body.to_string().len()),
        ]
    );
}

#[tokio::test]
async fn an_answer_that_is_no_json_and_a_server_that_is_not_there_are_told_as_what_they_are() {
    let stage = Stage::new().await;
    stage.api_says(ResponseTemplate::new(200).set_body_raw("<html>", "text/html")).await;
    let (client, notes) = watched(&stage);
    client.debtors().all().await.unwrap_err();
    let absent = stage.client_with(|b| {
        b.rest_url("http://127.0.0.1:9").retry(RetryPolicy::never()).observer(notes.clone())
    });
    assert_eq!(absent.companies().all().await.unwrap_err().kind(), ErrorKind::Connect);
    assert_eq!(
        notes.lines(),
        [
            "getDebtors Some(1) #1 Some(200) Some(Decode) 6 None",
            "getCompanies Some(1) #1 None Some(Connect) 0 None"
        ]
    );
}

#[tokio::test]
async fn the_authorizers_observer_is_told_of_every_exchange_with_the_identity_server() {
    let stage = Stage::with_grant(expired_grant()).await;
    stage.identity_says(1, ResponseTemplate::new(503)).await;
    stage.identity_says(1, new_tokens(1)).await;
    let notes = Arc::<Notes>::default();
    let authorizer = Authorizer::builder(AppCredentials::new("app-id", "app-secret"), stage.store.clone())
        .identity_url(stage.identity.uri())
        .clock(stage.clock.clone())
        .observer(notes.clone())
        .build()
        .unwrap();
    authorizer.access_token().await.unwrap();
    let lines = notes.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0], "connect/token None #1 Some(503) Some(Server) 0 None");
    assert!(lines[1].starts_with("connect/token None #2 Some(200) None "), "{lines:?}");
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_says_the_same_as_the_observer_hears() {
    let stage = Stage::new().await;
    stage.api_says(refusal(404, 40401).insert_header("X-Request-Id", "r-logged")).await;
    let log = Log::default();
    let writer = log.clone();
    let writing = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
    // For the whole process: what one thread alone listens to may never be told, if another thread came by first.
    writing.with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG).init();
    stage.client().debtors().all().await.unwrap_err();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = log.lines().find(|line| line.contains("r-logged")).unwrap();
    for field in [
        "operation=\"getDebtors\"",
        "page=1",
        "attempt=1",
        "status=404",
        "bytes=",
        "duration_ms=0",
        "request_id=\"r-logged\"",
        "kind=NotFound",
    ] {
        assert!(line.contains(field), "{field} is not in {line}");
    }
    for ours in log.lines().filter(|line| line.contains("nmbrs_client::")) {
        assert!(!ours.contains("access-0") && !ours.contains("key-0"), "{ours}");
    }
}

//! What an observer is told: every exchange once, with names and numbers only.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use yourcampus_client::{
    CustomerApiRead as _, CustomerApiWrite as _, EmployeeFilter, Exchange, Observer, PageRequest, RetryPolicy,
};

use crate::stage::{COMPANY, EMPLOYEES, Stage, TestClock, client, jane, ok, page, settings, status};

/// Keeps the exchanges as text.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn exchange(&self, exchange: &Exchange<'_>) {
        let Exchange { operation, skip, attempt, status, error, bytes, request_id, .. } = exchange;
        let line = format!("{operation} {skip:?} #{attempt} {status:?} {error:?} {bytes} {request_id:?}");
        self.0.lock().unwrap().push(line);
    }
}

impl Notes {
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn every_exchange_is_told_once_token_calls_included() {
    let stage = Stage::new().await;
    let body = page([7], 1);
    let good = ok(body.clone()).insert_header("x-request-id", "r-3");
    stage.script("GET", EMPLOYEES, [status(401), status(503), good]).await;
    let notes = Arc::<Notes>::default();
    let reader = stage.reconfigured(|settings| settings.observer(notes.clone())).reader();
    reader.employees_page(COMPANY, &PageRequest::first(EmployeeFilter::active())).await.unwrap();
    let token = |number: u32| json!({"access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": 3600});
    assert_eq!(
        notes.lines(),
        [
            format!("oauth_token None #1 Some(200) None {} None", token(1).to_string().len()),
            "list_employees Some(0) #1 Some(401) Some(Unauthorized) 0 None".to_owned(),
            format!("oauth_token None #1 Some(200) None {} None", token(2).to_string().len()),
            "list_employees Some(0) #2 Some(503) Some(Server) 0 None".to_owned(),
            format!("list_employees Some(0) #3 Some(200) None {} Some(\"r-3\")", body.to_string().len()),
        ]
    );
}

#[tokio::test]
async fn an_answer_that_is_no_json_and_a_server_that_is_not_there_are_told_as_what_they_are() {
    let stage = Stage::new().await;
    stage.script("POST", EMPLOYEES, [status(201).set_body_raw("<html>", "text/html")]).await;
    let notes = Arc::<Notes>::default();
    let writer = stage.reconfigured(|settings| settings.observer(notes.clone())).writer();
    writer.create(COMPANY, &jane()).await.unwrap_err();
    assert_eq!(notes.lines()[1..], ["create_employee None #1 Some(201) Some(Decode) 6 None"]);

    let notes = Arc::<Notes>::default();
    let absent = settings("http://127.0.0.1:9").retry(RetryPolicy::default().with_max_retries(0));
    let api = client(absent.observer(notes.clone()), &TestClock::new());
    api.reader().companies().await.unwrap_err();
    assert_eq!(notes.lines(), ["oauth_token None #1 None Some(Connect) 0 None"]);
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
    let gone = status(404).insert_header("x-request-id", "r-logged");
    stage.script("GET", EMPLOYEES, [gone]).await;
    let log = Log::default();
    let writer = log.clone();
    let writing = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
    // For the whole process: what one thread alone listens to may never be told, if another thread came by first.
    writing.with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG).init();
    let page = PageRequest::first(EmployeeFilter::active().with_search("needle"));
    stage.api.reader().employees_page(COMPANY, &page).await.unwrap_err();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = log.lines().find(|line| line.contains("r-logged")).unwrap();
    for field in [
        "operation=\"list_employees\"",
        "skip=0",
        "attempt=1",
        "status=404",
        "bytes=0",
        "duration_ms=0",
        "request_id=\"r-logged\"",
        "kind=NotFound",
    ] {
        assert!(line.contains(field), "{field} is not in {line}");
    }
    let secrets = ["the-access-key", "the-secret-key", "token-1", "needle"];
    for ours in log.lines().filter(|line| line.contains("yourcampus_client::")) {
        assert!(!secrets.iter().any(|secret| ours.contains(secret)), "{ours}");
    }
}

//! Every programmable fault does what its name says, to the requests it was meant for, as often as it was told.

use std::time::Duration;

use nmbrs_client::sandbox::{Effect, Fault, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::asking::{HTTP, company, get, read, rows, sandbox};

fn employees_path(sandbox: &Sandbox) -> String {
    format!("/api/companies/{}/employees", company(sandbox, 0))
}

fn ids(page: &Value) -> Vec<&str> {
    rows(page).iter().map(|row| row["employeeId"].as_str().unwrap()).collect()
}

/// The bytes that come back for a GET, until the server closes.
async fn raw(sandbox: &Sandbox, path: &str) -> Vec<u8> {
    let credentials = sandbox.credentials();
    let mut stream = TcpStream::connect(sandbox.rest_url().trim_start_matches("http://")).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Subscription-Key: {}\r\n\
         Authorization: Bearer {}\r\n\r\n",
        credentials.subscription_key, credentials.access_token
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    bytes
}

#[tokio::test]
async fn a_fault_hits_the_path_the_page_and_the_turn_it_was_given_for() {
    let sandbox = sandbox(100).await;
    let path = employees_path(&sandbox);
    let contracts = format!("{path}/contracts");
    sandbox.inject(Fault::code(50301).on_path("/contracts").on_page(2).after(1).times(2));
    let second_page = format!("{contracts}?pageNumber=2");
    let mut statuses = Vec::new();
    for asked in [&path, &contracts, &second_page, &second_page, &contracts, &second_page, &second_page] {
        statuses.push(read(&sandbox, asked).await.0);
    }
    assert_eq!(statuses, [200, 200, 200, 503, 200, 503, 200]);
}

#[tokio::test]
async fn a_fault_without_end_lasts_until_cleared() {
    let sandbox = sandbox(1).await;
    sandbox.inject(Fault::code(50201).always());
    for _ in 0..5 {
        assert_eq!(read(&sandbox, "/api/companies").await.0, 502);
    }
    sandbox.clear_faults();
    assert_eq!(read(&sandbox, "/api/companies").await.0, 200);
}

#[tokio::test]
async fn faults_are_used_up_in_the_order_they_were_given() {
    let sandbox = sandbox(1).await;
    sandbox.inject(Fault::code(50201));
    sandbox.inject(Fault::code(50301));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(read(&sandbox, "/api/companies").await.0);
    }
    assert_eq!(statuses, [502, 503, 200]);
}

#[tokio::test]
async fn too_many_calls_come_with_and_without_a_time_to_wait() {
    let sandbox = sandbox(1).await;
    sandbox.inject(Fault::too_many_calls(Some(7)));
    sandbox.inject(Fault::too_many_calls(None));
    sandbox.inject(Fault::quota_exceeded());
    for (wait, code) in [(Some("7"), 42908), (None, 42908), (None, 42909)] {
        let response = get(&sandbox, "/api/companies").send().await.unwrap();
        assert_eq!(response.status().as_u16(), 429);
        let given = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(
            (given.as_deref(), &body["code"], &body["type"]),
            (wait, &json!(code), &json!("throttlingError"))
        );
    }
}

#[tokio::test]
async fn an_html_error_page_is_html() {
    let sandbox = sandbox(1).await;
    sandbox.inject(Fault::html(502));
    let response = get(&sandbox, "/api/companies").send().await.unwrap();
    assert_eq!(response.status().as_u16(), 502);
    assert_eq!(response.headers()["content-type"], "text/html");
    assert!(response.text().await.unwrap().starts_with("<html>"));
}

#[tokio::test]
async fn a_reset_connection_gives_not_a_single_byte() {
    let sandbox = sandbox(1).await;
    sandbox.inject(Fault::new(Effect::Reset));
    assert_eq!(raw(&sandbox, "/api/companies").await, b"");
    let logged = &sandbox.requests()[0];
    assert_eq!((logged.status, logged.answered, logged.fault.as_deref()), (200, false, Some("reset")));
    assert!(raw(&sandbox, "/api/companies").await.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_cut_body_is_shorter_than_its_head_says() {
    let sandbox = sandbox(1).await;
    sandbox.inject(Fault::new(Effect::CutBody));
    let bytes = raw(&sandbox, "/api/companies").await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let announced: usize = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
        .unwrap()
        .parse()
        .unwrap();
    assert!(head.starts_with("HTTP/1.1 200"));
    assert_eq!(body.len(), announced / 2);
    assert!(body.starts_with('{'));
}

#[tokio::test]
async fn a_wrong_content_type_leaves_the_body_alone() {
    let sandbox = sandbox(1).await;
    let (_, right) = read(&sandbox, "/api/companies").await;
    sandbox.inject(Fault::new(Effect::WrongContentType));
    let response = get(&sandbox, "/api/companies").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(serde_json::from_slice::<Value>(&response.bytes().await.unwrap()).unwrap(), right);
}

#[tokio::test]
async fn a_repeated_row_takes_the_place_of_the_first_one() {
    let sandbox = sandbox(100).await;
    let path = employees_path(&sandbox);
    let (_, first) = read(&sandbox, &format!("{path}?pageSize=10")).await;
    let (_, second) = read(&sandbox, &format!("{path}?pageSize=10&pageNumber=2")).await;
    sandbox.inject(Fault::new(Effect::RepeatRows).on_page(2));
    let (_, repeated) = read(&sandbox, &format!("{path}?pageSize=10&pageNumber=2")).await;
    assert_eq!(ids(&repeated)[0], ids(&first)[9]);
    assert_eq!(ids(&repeated)[1..], ids(&second)[1..]);
    assert_eq!(repeated["pagination"]["totalRecords"], second["pagination"]["totalRecords"]);
}

#[tokio::test]
async fn moved_rows_lose_one_person_while_the_totals_stay() {
    let sandbox = sandbox(100).await;
    let path = employees_path(&sandbox);
    let (_, second) = read(&sandbox, &format!("{path}?pageSize=10&pageNumber=2")).await;
    let (_, third) = read(&sandbox, &format!("{path}?pageSize=10&pageNumber=3")).await;
    sandbox.inject(Fault::new(Effect::MovedRows).on_page(2));
    let (_, moved) = read(&sandbox, &format!("{path}?pageSize=10&pageNumber=2")).await;
    assert_eq!(ids(&moved)[..9], ids(&second)[1..]);
    assert_eq!(ids(&moved)[9], ids(&third)[0]);
    assert_eq!(moved["pagination"], second["pagination"]);
}

#[tokio::test]
async fn a_changed_total_is_announced_on_that_page_only() {
    let sandbox = sandbox(100).await;
    let path = employees_path(&sandbox);
    sandbox.inject(Fault::new(Effect::ChangeTotal { total_records: 4711 }).on_page(2));
    let (_, first) = read(&sandbox, &path).await;
    let (_, second) = read(&sandbox, &format!("{path}?pageNumber=2")).await;
    assert_ne!(first["pagination"]["totalRecords"], 4711);
    assert_eq!(second["pagination"]["totalRecords"], 4711);
}

#[tokio::test]
async fn a_row_can_lose_its_id_or_hold_what_nobody_can_read() {
    let sandbox = sandbox(100).await;
    let path = employees_path(&sandbox);
    for below in ["", "/personalinfo", "/employments", "/contracts", "/salaries", "/extraFields"] {
        let path = format!("{path}{below}");
        let (_, right) = read(&sandbox, &path).await;

        sandbox.inject(Fault::new(Effect::DropRowId));
        let (_, page) = read(&sandbox, &path).await;
        assert!(page["data"][0].get("employeeId").is_none(), "{path}");
        assert_eq!(rows(&page)[1..], rows(&right)[1..], "{path}");

        sandbox.inject(Fault::new(Effect::UnreadableRow));
        let (_, page) = read(&sandbox, &path).await;
        let changed: Vec<_> =
            rows(&page).iter().zip(rows(&right)).filter(|(now, before)| now != before).collect();
        let [(now, before)] = changed.as_slice() else { panic!("{path}: {} rows changed", changed.len()) };
        assert_eq!(now["employeeId"], before["employeeId"], "{path}");
        assert!(now.to_string().contains("unexpected"), "{path}");
    }
}

#[tokio::test]
async fn latency_holds_the_answer_back_and_nobody_else() {
    let sandbox = sandbox(1).await;
    sandbox.inject(Fault::new(Effect::Latency { millis: 600_000 }));
    let slow = get(&sandbox, "/api/companies").send();
    let impatient = tokio::time::timeout(Duration::from_millis(50), slow);
    assert!(impatient.await.is_err());
    assert_eq!(read(&sandbox, "/api/companies").await.0, 200);
    assert_eq!(sandbox.requests()[0].fault.as_deref(), Some("latency"));
}

#[tokio::test]
async fn a_lost_token_answer_has_spent_the_refresh_token() {
    let sandbox = sandbox(1).await;
    let before = sandbox.credentials();
    sandbox.inject(Fault::new(Effect::TokenAnswerLost).on_path("/connect/token"));
    let refresh = async || {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "refresh_token"),
                ("refresh_token", &before.refresh_token),
                ("client_id", &before.client_id),
                ("client_secret", &before.client_secret),
            ])
            .finish();
        let request = HTTP
            .post(format!("{}/connect/token", sandbox.identity_url()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        request.send().await.map(|response| response.status().as_u16())
    };
    assert!(refresh().await.is_err());
    assert_ne!(sandbox.credentials().refresh_token, before.refresh_token);
    assert_eq!(refresh().await.unwrap(), 400);
}

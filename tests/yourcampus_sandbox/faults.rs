//! Every fault does what it says, and only to the requests it is meant for.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use yourcampus_client::sandbox::{Effect, Fault, Sandbox};

use crate::asking::{Reply, Stage, crowd, form, read, two_companies};

const DEACTIVATE: &str = "/companies/10/employees/1/deactivate";

/// What goes over the wire, to the byte, until the sandbox closes the connection.
async fn raw_get(stage: &Stage, path: &str) -> String {
    let keys = stage.sandbox.credentials();
    let token =
        stage.sign_in_with(&form(&keys.access_key, &keys.secret_key)).await.body["access_token"].clone();
    let base = stage.sandbox.base_url();
    let (host, root) = base.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "GET /{root}{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        token.as_str().unwrap()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

fn is_active(sandbox: &Sandbox) -> bool {
    sandbox.state().account(1).unwrap().is_active
}

async fn listing(stage: &Stage, skip: usize) -> Reply {
    stage.get(&format!("/companies/10/employees?skip={skip}&limit=100")).await
}

#[tokio::test]
async fn a_status_comes_instead_of_the_answer_with_its_headers() {
    let stage = Stage::of(two_companies()).await;
    for (effect, status, retry_after) in [
        (Effect::too_many_requests(Some(3)), 429, Some("3")),
        (Effect::too_many_requests(None), 429, None),
        (Effect::status(503), 503, None),
        (Effect::status(401), 401, None),
    ] {
        stage.sandbox.inject(Fault::new(effect));
        let reply = stage.post(DEACTIVATE).await;
        assert_eq!((reply.status, reply.header("Retry-After")), (status, retry_after));
        assert!(reply.header("X-Request-ID").is_some());
        assert!(is_active(&stage.sandbox));
    }
    stage.sandbox.inject(Fault::new(Effect::html_page(502)));
    let page = stage.post(DEACTIVATE).await;
    assert_eq!((page.status, page.header("Content-Type")), (502, Some("text/html; charset=utf-8")));
    assert!(is_active(&stage.sandbox));
    assert!(stage.sandbox.requests().iter().all(|request| !request.changed));
}

#[tokio::test]
async fn a_reset_closes_the_connection_before_anything_happens() {
    let stage = Stage::of(two_companies()).await;
    stage.sandbox.inject(Fault::new(Effect::Reset));
    assert!(read(stage.signed("POST", DEACTIVATE)).await.is_err());
    assert!(is_active(&stage.sandbox));
    let logged = &stage.sandbox.requests()[0];
    assert_eq!((logged.status, logged.is_write, logged.changed), (None, true, false));

    stage.sandbox.inject(Fault::new(Effect::Reset));
    assert_eq!(raw_get(&stage, "/companies").await, "", "not a byte comes back");
}

#[tokio::test]
async fn a_reset_after_closes_the_connection_once_it_happened() {
    let stage = Stage::of(two_companies()).await;
    stage.sandbox.inject(Fault::new(Effect::ResetAfter));
    assert!(read(stage.signed("POST", DEACTIVATE)).await.is_err());
    assert!(!is_active(&stage.sandbox));
    let logged = &stage.sandbox.requests()[0];
    assert_eq!((logged.status, logged.changed), (None, true));
}

#[tokio::test]
async fn a_status_after_carries_out_and_answers_502() {
    let stage = Stage::of(two_companies()).await;
    stage.sandbox.inject(Fault::new(Effect::status_after()));
    let reply = stage.post(DEACTIVATE).await;
    assert_eq!(reply.status, 502);
    assert!(reply.body.is_null());
    assert!(!is_active(&stage.sandbox));
}

#[tokio::test]
async fn a_cut_body_promises_more_than_it_brings() {
    let stage = Stage::of(crowd(5)).await;
    stage.sandbox.inject(Fault::new(Effect::CutBody));
    let answer = raw_get(&stage, "/companies/10/employees").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"));
    let line =
        head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ").map(str::to_owned));
    let promised: usize = line.unwrap().parse().unwrap();
    assert_eq!(body.len(), promised / 2);

    stage.sandbox.inject(Fault::new(Effect::CutBody));
    assert!(read(stage.signed("POST", DEACTIVATE)).await.is_err());
    assert!(!is_active(&stage.sandbox));
}

#[tokio::test]
async fn a_wrong_content_type_leaves_the_body() {
    let stage = Stage::of(crowd(1)).await;
    let order = json!({ "effect": { "kind": "wrong_content_type" } });
    assert_eq!(stage.control("POST", "faults", &order).0, 201);
    let reply = stage.get("/companies").await;
    assert_eq!(reply.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(reply.headers.get_all("Content-Type").iter().count(), 1);
    assert_eq!(reply.body[0]["id"], 10);
}

#[tokio::test]
async fn a_changed_count_is_off_by_as_much_as_was_ordered() {
    let stage = Stage::of(crowd(5)).await;
    for (by, count) in [(2, 7), (-1, 4), (-9, 0)] {
        stage.sandbox.inject(Fault::new(Effect::ChangeCount { by }));
        let page = listing(&stage, 0).await;
        assert_eq!((page.body["count"].as_i64(), page.ids().len()), (Some(count), 5));
    }
    assert_eq!(listing(&stage, 0).await.body["count"], 5);
}

#[tokio::test]
async fn a_repeated_row_takes_the_place_of_another() {
    let stage = Stage::of(crowd(150)).await;
    stage.sandbox.inject(Fault::new(Effect::RepeatRows).from_nth(2));
    let (first, second) = (listing(&stage, 0).await.ids(), listing(&stage, 100).await.ids());
    assert_eq!((first.last(), &second[..2], second.len()), (Some(&100), &[100, 102][..], 50));

    stage.sandbox.inject(Fault::new(Effect::RepeatRows));
    let first = listing(&stage, 0).await.ids();
    assert_eq!((first[0], first[99], first.len()), (1, 1, 100));
}

#[tokio::test]
async fn a_moved_row_slips_between_two_pages() {
    let stage = Stage::of(crowd(150)).await;
    stage.sandbox.inject(Fault::new(Effect::MovedRows).from_nth(2));
    let (first, second) = (listing(&stage, 0).await, listing(&stage, 100).await);
    assert_eq!((first.body["count"].as_i64(), second.body["count"].as_i64()), (Some(150), Some(150)));
    let all: Vec<i64> = [first.ids(), second.ids()].concat();
    assert_eq!(all.len(), 150);
    assert!(!all.contains(&101), "it slipped onto the page before");
    assert_eq!(all.iter().filter(|id| **id == 1).count(), 2);
}

#[tokio::test]
async fn a_row_can_be_unreadable_or_without_its_id() {
    let stage = Stage::of(crowd(2)).await;
    stage.sandbox.inject(Fault::new(Effect::UnreadableRow));
    assert_eq!(listing(&stage, 0).await.body["data"][0]["is_active"], "perhaps");
    stage.sandbox.inject(Fault::new(Effect::DropRowId));
    let page = listing(&stage, 0).await.body;
    assert!(page["data"][0].get("id").is_none());
    assert_eq!(page["data"][1]["id"], 2);
}

#[tokio::test]
async fn latency_holds_the_answer_back_but_not_the_change() {
    // An hour is longer than this test may take: what happens at once cannot have waited for it.
    let stage = Stage::of(two_companies()).await;
    stage.sandbox.inject(Fault::new(Effect::Latency { millis: 3_600_000 }));
    let answer = tokio::spawn(read(stage.signed("POST", DEACTIVATE)));
    while stage.sandbox.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!is_active(&stage.sandbox));
    assert_eq!(stage.get("/companies").await.status, 200, "others are served meanwhile");
    assert!(!answer.is_finished());
    answer.abort();
}

#[tokio::test]
async fn a_fault_hits_only_the_method_path_and_times_it_names() {
    let stage = Stage::of(two_companies()).await;
    stage.sandbox.inject(Fault::new(Effect::status(500)).on_method("POST").on_path("/deactivate").times(2));
    assert_eq!(stage.get("/companies").await.status, 200);
    assert_eq!(stage.post("/companies/10/employees/2/activate").await.status, 200);
    assert_eq!(stage.post(DEACTIVATE).await.status, 500);
    assert_eq!(stage.post(DEACTIVATE).await.status, 500);
    assert_eq!(stage.post(DEACTIVATE).await.status, 200);
}

#[tokio::test]
async fn the_token_call_fails_when_it_is_named() {
    let stage = Stage::of(two_companies()).await;
    let keys = stage.sandbox.credentials();
    stage.sandbox.inject(Fault::new(Effect::status(503)).on_path("/oauth/token"));
    assert_eq!(stage.get("/companies").await.status, 200);
    assert_eq!(stage.sign_in_with(&form(&keys.access_key, &keys.secret_key)).await.status, 503);
}

//! Before anything is sent: certificates, proxies, and servers that are not there.

use std::sync::atomic::Ordering;

use serde_json::json;
use tests::untrusted::{accepting, printed, refusing_proxy, self_signed};
use tokio::io::AsyncWriteExt as _;
use yourcampus_client::{
    CustomerApiConfigBuilder, CustomerApiRead as _, CustomerApiWrite as _, Error, ErrorKind,
};

use crate::stage::{COMPANY, EMPLOYEES, Stage, TOKEN, TestClock, client, jane, ok, settings, status};

/// The error of a read, and that of a write, each by a client of its own.
async fn failures(origin: &str) -> [Error; 2] {
    failures_of(|| settings(origin)).await
}

async fn failures_of(settings: impl Fn() -> CustomerApiConfigBuilder) -> [Error; 2] {
    let api = || client(settings(), &TestClock::new());
    [
        api().reader().companies().await.unwrap_err(),
        api().writer().create(COMPANY, &jane()).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn a_server_that_cannot_prove_who_it_is_is_told_nothing_and_asked_once() {
    let (origin, seen) = self_signed().await;
    for error in failures(&origin).await {
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        assert!(!error.may_have_been_sent() && !error.is_retryable() && !error.is_credentials());
    }
    assert_eq!(seen.connections.load(Ordering::SeqCst), 2, "one for each call");
    assert_eq!(seen.handshakes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told_nothing() {
    let origin = accepting(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    })
    .await;
    for error in failures(&origin).await {
        assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Tls, false), "{error:?}");
    }
}

#[tokio::test]
async fn a_closed_port_and_a_broken_handshake_are_no_matter_of_trust() {
    let hangs_up = accepting(|stream| async move { drop(stream) }).await;
    for origin in [hangs_up.as_str(), "https://127.0.0.1:9"] {
        for error in failures(origin).await {
            assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Connect, false), "{error:?}");
            assert!(error.is_retryable());
        }
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_not_there_gets_no_secret_but_its_own_and_nothing_prints_that() {
    let (refusing, heads) = refusing_proxy().await;
    for proxy in [refusing.as_str(), "http://me:Seeded@127.0.0.1:9"] {
        for error in failures_of(|| settings("https://localhost:1").proxy(proxy)).await {
            assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Connect, false), "{error:?}");
            assert!(!printed(&error).contains("Seeded"), "{}", printed(&error));
        }
    }
    let heads = heads.lock().unwrap();
    assert!(!heads.is_empty());
    for head in heads.iter() {
        assert!(head.starts_with("CONNECT localhost:1 HTTP/1.1\r\n"), "{head}");
        assert!(!head.to_ascii_lowercase().contains("\r\nauthorization:"), "{head}");
    }
}

#[tokio::test]
async fn plain_http_on_this_machine_never_goes_through_a_proxy() {
    let (proxy, heads) = refusing_proxy().await;
    let stage = Stage::new().await;
    stage.script("GET", "/v1/companies", [ok(json!([]))]).await;
    stage.reconfigured(|settings| settings.proxy(proxy)).reader().companies().await.unwrap();
    assert!(heads.lock().unwrap().is_empty(), "the proxy could have read the keys");
}

#[tokio::test]
async fn a_redirect_takes_neither_keys_nor_a_person_elsewhere() {
    let elsewhere = Stage::new().await;
    let away = || status(307).insert_header("location", elsewhere.server.uri());
    let stage = Stage::new().await;
    stage.script("POST", EMPLOYEES, [away()]).await;
    let error = stage.api.writer().create(COMPANY, &jane()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedStatus, Some(307)));
    assert!(error.may_have_been_sent() && !error.is_retryable());

    let stage = Stage::without_tokens().await;
    stage.script("POST", TOKEN, [away()]).await;
    let error = stage.api.writer().create(COMPANY, &jane()).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::UnexpectedStatus, false));
    assert!(elsewhere.server.received_requests().await.unwrap().is_empty());
}

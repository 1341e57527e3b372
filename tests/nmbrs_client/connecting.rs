//! Before anything is sent: certificates, proxies, and servers that are not there.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore};
use nmbrs_client::{Error, ErrorKind, NmbrsClient};
use tests::untrusted::{accepting, printed, refusing_proxy, self_signed};
use tokio::io::AsyncWriteExt as _;
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::stage::{Stage, authorizer, clock, expired_grant, grant, ok, only_page};

async fn failure(url: &str) -> Error {
    let clock = clock();
    let store = Arc::new(MemoryTokenStore::new(grant()));
    let authorizer = authorizer("http://127.0.0.1:9", store, clock.clone());
    let client = NmbrsClient::builder("key-0", authorizer).rest_url(url).clock(clock).build().unwrap();
    client.debtors().all().await.unwrap_err()
}

#[tokio::test]
async fn a_server_that_cannot_prove_who_it_is_is_told_nothing_and_asked_once() {
    let (url, seen) = self_signed().await;
    let error = failure(&url).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(!error.may_have_been_sent() && !error.is_retryable());
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
    assert_eq!(seen.handshakes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_identity_server_that_cannot_prove_who_it_is_gets_no_refresh_token() {
    let (url, seen) = self_signed().await;
    let store = Arc::new(MemoryTokenStore::new(expired_grant()));
    let error = authorizer(&url, store, clock()).access_token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(!error.may_have_been_sent() && !error.is_retryable());
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
    assert_eq!(seen.handshakes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told_nothing() {
    let url = accepting(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    })
    .await;
    let error = failure(&url).await;
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Tls, false), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_ends_within_the_handshake_is_no_matter_of_trust() {
    let url = accepting(|stream| async move { drop(stream) }).await;
    let error = failure(&url).await;
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Connect, false), "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_closed_port_is_no_matter_of_trust() {
    let error = failure("https://127.0.0.1:9").await;
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Connect, false), "{error:?}");
}

#[tokio::test]
async fn a_proxy_that_refuses_gets_no_secret_but_its_own_and_nothing_prints_that() {
    let (proxy, heads) = refusing_proxy().await;
    let stage = Stage::new().await;
    let client = stage.client_with(|b| b.rest_url("https://localhost:1").proxy(&proxy));
    let error = client.debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Connect, false), "{error:?}");
    assert!(error.is_retryable());
    assert!(!printed(&error).contains("Seeded"), "{}", printed(&error));

    let store = Arc::new(MemoryTokenStore::new(expired_grant()));
    let authorizer = Authorizer::builder(AppCredentials::new("app-id", "app-secret"), store)
        .identity_url("https://localhost:1")
        .proxy(&proxy)
        .clock(clock())
        .build()
        .unwrap();
    let error = authorizer.access_token().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Connect, false), "{error:?}");
    assert!(!printed(&error).contains("Seeded"), "{}", printed(&error));

    let heads = heads.lock().unwrap();
    assert_eq!(heads.len(), 6, "three attempts each");
    for head in heads.iter() {
        assert!(head.starts_with("CONNECT localhost:1 HTTP/1.1\r\n"), "{head}");
        let lines = head.to_ascii_lowercase();
        assert!(!lines.contains("\r\nauthorization:") && !lines.contains("subscription-key"), "{head}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_no_connection() {
    let stage = Stage::new().await;
    let client =
        stage.client_with(|b| b.rest_url("https://localhost:1").proxy("http://me:Seeded@127.0.0.1:9"));
    let error = client.debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Connect, false), "{error:?}");
    assert!(!printed(&error).contains("Seeded"), "{}", printed(&error));
}

#[tokio::test]
async fn plain_http_on_this_machine_never_goes_through_a_proxy() {
    let (proxy, heads) = refusing_proxy().await;
    let stage = Stage::new().await;
    stage.api_says(ok(&only_page(&[]))).await;
    stage.client_with(|b| b.proxy(&proxy)).debtors().all().await.unwrap();
    assert!(heads.lock().unwrap().is_empty(), "the proxy could have read the token");
}

#[tokio::test]
async fn a_redirect_takes_neither_token_nor_refresh_token_elsewhere() {
    let (stage, elsewhere) = (Stage::with_grant(expired_grant()).await, Stage::new().await);
    let away = ResponseTemplate::new(307).insert_header("Location", elsewhere.api.uri());
    stage.api_says(away.clone()).await;
    Mock::given(method("POST")).respond_with(away).mount(&stage.identity).await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::UnexpectedStatus, "connect/token"));

    let error = failure(&stage.api.uri()).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedStatus, Some(307)));
    assert!(!error.is_retryable());
    assert_eq!(elsewhere.api_requests().await, 0);
}

//! Before anything is sent: certificates, proxies, and servers that are not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nmbrs_client::auth::MemoryTokenStore;
use nmbrs_client::{Error, ErrorKind, NmbrsClient};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::stage::{authorizer, clock, expired_grant, grant};

/// What a test's server on TLS saw.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    handshakes: AtomicUsize,
}

/// A server whose certificate nobody has signed but itself.
async fn self_signed() -> (String, Arc<Seen>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let seen = Arc::new(Seen::default());
    let shared = Arc::clone(&seen);
    let url = accepting(move |stream| {
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&shared));
        async move {
            seen.connections.fetch_add(1, Ordering::SeqCst);
            if acceptor.accept(stream).await.is_ok() {
                seen.handshakes.fetch_add(1, Ordering::SeqCst);
            }
        }
    })
    .await;
    (url, seen)
}

/// An https address on loopback; `serve` does with each connection what it likes.
async fn accepting<F: Future<Output = ()> + Send>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream).await;
        }
    });
    format!("https://localhost:{port}")
}

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
    use tokio::io::AsyncWriteExt as _;
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

//! Before anything is sent: certificates, proxies, and servers that are not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use yourcampus_client::{CustomerApiRead as _, CustomerApiWrite as _, Error, ErrorKind};

use crate::stage::{COMPANY, TestClock, client, jane, settings};

/// A server whose certificate nobody has signed but itself. Counts connections, and handshakes that came to an end.
async fn self_signed() -> (String, Arc<[AtomicUsize; 2]>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let seen = Arc::<[AtomicUsize; 2]>::default();
    let shared = Arc::clone(&seen);
    let origin = accepting(move |stream| {
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&shared));
        async move {
            seen[0].fetch_add(1, Ordering::SeqCst);
            if acceptor.accept(stream).await.is_ok() {
                seen[1].fetch_add(1, Ordering::SeqCst);
            }
        }
    })
    .await;
    (origin, seen)
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

/// The error of a read, and that of a write, each by a client of its own.
async fn failures(origin: &str) -> [Error; 2] {
    let api = || client(settings(origin), &TestClock::new());
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
    let [connections, handshakes] = &*seen;
    assert_eq!(connections.load(Ordering::SeqCst), 2, "one for each call");
    assert_eq!(handshakes.load(Ordering::SeqCst), 0);
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

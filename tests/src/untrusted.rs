//! Servers that nobody should tell anything: without a certificate that counts, without TLS, and a proxy that refuses.

#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a server of a test that cannot start fails the test"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What a test's server on TLS saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// Connections that were opened.
    pub connections: AtomicUsize,
    /// Handshakes that came to an end.
    pub handshakes: AtomicUsize,
}

/// A server whose certificate nobody has signed but itself.
pub async fn self_signed() -> (String, Arc<Seen>) {
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
pub async fn accepting<F: Future<Output = ()> + Send>(
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream).await;
        }
    });
    format!("https://localhost:{port}")
}

/// A proxy that wants other credentials than it is given, and all heads of requests it has seen.
pub async fn refusing_proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::<Mutex<Vec<String>>>::default();
    let seen = Arc::clone(&heads);
    let url = accepting(move |mut stream| {
        let seen = Arc::clone(&seen);
        async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut head).await.unwrap();
            }
            seen.lock().unwrap().push(String::from_utf8(head).unwrap());
            let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        }
    })
    .await;
    (url.replace("https://localhost", "http://me:Seeded@localhost"), heads)
}

/// An error, and every error below it, as text.
pub fn printed(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    causes.map(|cause| format!("{cause} {cause:?}")).collect::<Vec<_>>().join(" ")
}

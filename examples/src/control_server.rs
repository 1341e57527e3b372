//! HTTP around the sandboxes' control: one address from which a test or a person looks behind the stage.
//!
//! `GET|POST|PATCH|DELETE /nmbrs/…` and `/yourcampus/…` go to the sandbox of that name; `POST /stop` ends
//! the program. Only on loopback.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

const LONGEST_BODY: usize = 1 << 20;

/// Both sandboxes, and the wish to stop.
#[derive(Debug)]
#[non_exhaustive]
pub struct Stage {
    /// The source.
    pub nmbrs: nmbrs_client::sandbox::Sandbox,
    /// The target.
    pub yourcampus: yourcampus_client::sandbox::Sandbox,
    stop: Notify,
}

impl Stage {
    /// Puts both behind one control address.
    pub fn new(
        nmbrs: nmbrs_client::sandbox::Sandbox,
        yourcampus: yourcampus_client::sandbox::Sandbox,
    ) -> Arc<Self> {
        Arc::new(Self { nmbrs, yourcampus, stop: Notify::new() })
    }

    /// Waits until somebody says `POST /stop`.
    pub async fn stopped(&self) {
        self.stop.notified().await;
    }

    /// Serves until it is dropped.
    ///
    /// # Errors
    /// When the listener fails; there is no other end.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) -> std::io::Result<Infallible> {
        loop {
            let (stream, _) = listener.accept().await?;
            let stage = Arc::clone(&self);
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(Arc::clone(&stage), request));
                // A caller that goes away in the middle is nobody's problem.
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    }

    fn control(&self, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let (name, rest) =
            path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
        match (method, name) {
            (_, "nmbrs") => self.nmbrs.control(method, rest, body),
            (_, "yourcampus") => self.yourcampus.control(method, rest, body),
            ("POST", "stop") => {
                self.stop.notify_one();
                (200, json!({"stopping": true}))
            }
            _ => (404, json!({"error": "begin with /nmbrs/ or /yourcampus/, or POST /stop"})),
        }
    }
}

async fn answer(stage: Arc<Stage>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let (status, json) = match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(body) => stage.control(parts.method.as_str(), parts.uri.path(), &body.to_bytes()),
        Err(_) => (413, json!({"error": "the body cannot be read, or is longer than 1 MiB"})),
    };
    let mut response = Response::new(Full::new(Bytes::from(json.to_string())));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

//! A server that misbehaves below HTTP: it resets after a request was read, cuts a body off, or never answers.
//!
//! Tokens are always granted properly; the script is for everything else. Each connection serves one request.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tests::raw_http::read_request;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Sends these bytes and closes.
    Say(String),
    /// Reads the whole request and closes without a word.
    HangUp,
    /// Reads the whole request and says nothing more.
    StaySilent,
}

#[derive(Debug)]
pub(crate) struct ScriptedTcp {
    pub(crate) origin: String,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl ScriptedTcp {
    pub(crate) async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let script = Arc::new(Mutex::new(acts.into_iter().collect::<VecDeque<_>>()));
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self { origin, requests, task }
    }

    /// The requests so far, without those for tokens.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Nobody listens here any more when this returns.
    pub(crate) async fn stop(&mut self) {
        self.task.abort();
        let _ended = (&mut self.task).await;
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Mutex<VecDeque<Act>>>, seen: Arc<Mutex<Vec<String>>>) {
    let Some(request) = read_request(&mut stream).await else { return };
    if request.contains("/oauth/token") {
        let token = answer("application/json", r#"{"access_token":"t","expires_in":3600}"#);
        return stream.write_all(token.as_bytes()).await.unwrap();
    }
    seen.lock().unwrap().push(request);
    let act = script.lock().unwrap().pop_front().unwrap_or(Act::HangUp);
    match act {
        Act::Say(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap(),
        Act::HangUp => {}
        Act::StaySilent => std::future::pending().await,
    }
}

/// A well-formed answer that closes the connection.
pub(crate) fn answer(content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// An answer that announces ten bytes more than it sends.
pub(crate) fn cut_off(body: &str) -> String {
    answer("application/json", body).replacen(
        &format!("Content-Length: {}", body.len()),
        &format!("Content-Length: {}", body.len() + 10),
        1,
    )
}

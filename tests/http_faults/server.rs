//! A server that does to HTTP what a proxy, a crash or a broken cable does. One request for each connection.
//!
//! Tokens are always granted and counted; everything else gets the next act of the script, and a good answer after it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to one request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Act {
    ResetBeforeReading,
    ResetAfterReading,
    ResetInBody,
    /// `Content-Length` says more than there is.
    AnnounceMore,
    /// A chunked body without its last chunk.
    LoseLastChunk,
    /// A compressed body that ends too early, in an HTTP body that does not.
    CutGzip,
    /// The right answer behind more blanks than the client takes.
    TooLarge,
    /// The right body under this type.
    ContentType(&'static str),
    /// 200 with this type and body.
    Say(&'static str, &'static str),
    /// A refusal with these headers and a whole body.
    Refuse(u16, &'static [(&'static str, &'static str)]),
    /// The same, but its body breaks off.
    RefuseCut(u16, &'static [(&'static str, &'static str)]),
}

/// More than the clients of these tests take.
pub(crate) const LARGEST_BODY: usize = 4096;

#[derive(Debug, Default)]
struct Script {
    acts: VecDeque<Act>,
    sends: usize,
    tokens: usize,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) origin: String,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Everything gets this JSON until there is a script.
    pub(crate) async fn start(good: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::<Mutex<Script>>::default();
        let shared = Arc::clone(&script);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, good, Arc::clone(&shared)));
            }
        });
        Self { origin, script, task }
    }

    /// Forgets what was counted, and begins this script.
    pub(crate) fn play(&self, acts: Vec<Act>) {
        *self.script.lock().unwrap() = Script { acts: acts.into(), ..Script::default() };
    }

    /// How many requests came since, tokens left out, and how many tokens were granted.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let script = self.script.lock().unwrap();
        (script.sends, script.tokens)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, good: &str, script: Arc<Mutex<Script>>) {
    let is_reset = {
        let mut script = script.lock().unwrap();
        let is_reset = script.acts.front() == Some(&Act::ResetBeforeReading);
        if is_reset {
            script.acts.pop_front();
            script.sends += 1;
        }
        is_reset
    };
    if is_reset {
        return reset(&stream);
    }
    let Some(request) = read_request(&mut stream).await else { return };
    if request.lines().next().is_some_and(|line| line.contains("/token")) {
        let number = {
            let mut script = script.lock().unwrap();
            script.tokens += 1;
            script.tokens
        };
        let token = format!(
            r#"{{"access_token":"t{number}","refresh_token":"r{number}","token_type":"Bearer","expires_in":3600}}"#
        );
        return send(&mut stream, &answer(200, "application/json", &[], &token)).await;
    }
    let act = {
        let mut script = script.lock().unwrap();
        script.sends += 1;
        script.acts.pop_front()
    };
    let json = "application/json";
    let whole = answer(200, json, &[], good);
    match act {
        None => send(&mut stream, &whole).await,
        Some(Act::ResetBeforeReading | Act::ResetAfterReading) => reset(&stream),
        Some(Act::ResetInBody) => {
            send(&mut stream, &whole[..whole.len() - 3]).await;
            // Were the reset to overtake the bytes, it would be another fault.
            tokio::task::yield_now().await;
            reset(&stream);
        }
        Some(Act::AnnounceMore) => send(&mut stream, &announcing_more(&whole)).await,
        Some(Act::LoseLastChunk) => {
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
            let body = format!("{head}{:x}\r\n{good}\r\n", good.len());
            send(&mut stream, body.as_bytes()).await;
        }
        Some(Act::CutGzip) => send(&mut stream, &cut_gzip(good)).await,
        Some(Act::TooLarge) => {
            let body = format!("{}{good}", " ".repeat(LARGEST_BODY));
            send(&mut stream, &answer(200, json, &[], &body)).await;
        }
        Some(Act::ContentType(kind)) => send(&mut stream, &answer(200, kind, &[], good)).await,
        Some(Act::Say(kind, body)) => send(&mut stream, &answer(200, kind, &[], body)).await,
        Some(Act::Refuse(status, headers)) => {
            send(&mut stream, &answer(status, json, headers, "{}")).await;
        }
        Some(Act::RefuseCut(status, headers)) => {
            send(&mut stream, &announcing_more(&answer(status, json, headers, "{}"))).await;
        }
    }
}

/// The client may be gone by now, which is its affair.
async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    if stream.write_all(bytes).await.is_ok() {
        let _gone = stream.flush().await;
    }
}

/// Closing then sends a reset instead of an end.
fn reset(stream: &TcpStream) {
    stream.set_zero_linger().unwrap();
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse().unwrap());
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn answer(status: u16, kind: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let more = lines.concat();
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

fn announcing_more(answer: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(answer).replacen("Content-Length: ", "Content-Length: 9", 1).into_bytes()
}

/// A gzip stream of one stored block that says it is longer than it is.
fn cut_gzip(body: &str) -> Vec<u8> {
    let length = u16::try_from(body.len() + 100).unwrap();
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    gzip.extend(length.to_le_bytes());
    gzip.extend((!length).to_le_bytes());
    gzip.extend(body.as_bytes());
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        gzip.len()
    )
    .into_bytes();
    bytes.extend(gzip);
    bytes
}

//! A server that gives one answer after the other, byte by byte as it is told to, and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use nmbrs_client::Clock as _;
use tests::raw_http::read_request;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::stage::FakeClock;

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
    /// How many bytes more the head promises than there are.
    missing: usize,
    /// Time that passes before it comes.
    late: Duration,
}

impl Answer {
    /// A 200 with this XML.
    pub(crate) fn xml(body: impl Into<Vec<u8>>) -> Self {
        Self::of(200, "text/xml; charset=utf-8", body)
    }

    /// A 500 with this XML.
    pub(crate) fn fault(body: impl Into<Vec<u8>>) -> Self {
        Self::of(500, "text/xml; charset=utf-8", body)
    }

    pub(crate) fn of(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = format!("content-type: {content_type}\r\n");
        Self { status, headers, body: body.into(), missing: 0, late: Duration::ZERO }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers = format!("{}{name}: {value}\r\n", self.headers);
        self
    }

    /// Breaks off after so many bytes.
    pub(crate) fn cut_to(mut self, bytes: usize) -> Self {
        self.missing = self.body.len() - bytes;
        self.body.truncate(bytes);
        self
    }

    /// Comes after so much time, by the runtime's clock and by the client's.
    pub(crate) fn after(mut self, time: Duration) -> Self {
        self.late = time;
        self
    }

    fn head(&self) -> String {
        let length = self.body.len() + self.missing;
        format!(
            "HTTP/1.1 {} Whatever\r\n{}content-length: {length}\r\nconnection: close\r\n\r\n",
            self.status, self.headers
        )
    }
}

/// A request as it came, and when.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) at: DateTime<Utc>,
}

impl Request {
    /// The value of a header, if it came once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.head.lines().filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        values.next().filter(|_| values.next().is_none())
    }
}

pub(crate) struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(super) async fn start(answers: impl IntoIterator<Item = Answer>, clock: Arc<FakeClock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut answers: VecDeque<_> = answers.into_iter().collect();
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read_request(&mut stream).await else { continue };
                let (head, body) = request.split_once("\r\n\r\n").unwrap();
                let request = Request { head: head.to_owned(), body: body.to_owned(), at: clock.now() };
                seen.lock().unwrap().push(request);
                let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
                tokio::spawn(give(stream, answer.expect("there is an answer"), Arc::clone(&clock)));
            }
        });
        Self { url, requests }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many requests came.
    pub(crate) fn sends(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

async fn give(mut stream: TcpStream, answer: Answer, clock: Arc<FakeClock>) {
    if !answer.late.is_zero() {
        clock.sleep(answer.late).await;
        tokio::time::pause();
        tokio::time::advance(answer.late).await;
        tokio::time::resume();
    }
    // The client may have gone.
    let _ = stream.write_all(answer.head().as_bytes()).await;
    let _ = stream.write_all(&answer.body).await;
    let _ = stream.shutdown().await;
}

/// A server with one answer, of which the test sends each piece. The address, and where the pieces go.
pub(crate) async fn piecemeal() -> (String, mpsc::UnboundedSender<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, mut pieces) = mpsc::unbounded_channel::<String>();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        while let Some(piece) = pieces.recv().await {
            stream.write_all(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes()).await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
    });
    (url, sender)
}

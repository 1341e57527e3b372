//! A server that answers with raw bytes, for what a well-behaved one cannot do: cut a body off, say nothing, or hold
//! an answer back until something else has happened.

use std::future::Future;
use std::sync::Arc;

use serde_json::Value;
use tests::raw_http::read_request;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

/// Answers every request (its head, as text) with what `answer` gives, and closes the connection.
pub(crate) async fn serve<F, R>(answer: F) -> String
where
    F: Fn(String) -> R + Send + Sync + 'static,
    R: Future<Output = Vec<u8>> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                // The body is read as well, so that closing does not reset the connection.
                let request = read_request(&mut stream).await.expect("the request was cut off");
                let (head, _) = request.split_once("\r\n\r\n").unwrap();
                let bytes = answer(head.to_owned()).await;
                stream.write_all(&bytes).await.unwrap();
                stream.shutdown().await.unwrap();
            });
        }
    });
    url
}

/// A 200 with this JSON, whose `Content-Length` says `extra` bytes more than there are.
pub(crate) fn json_answer(body: &Value, extra: usize) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len() + extra;
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The page number a request line asks for.
pub(crate) fn page_number(head: &str) -> u32 {
    let (_, rest) = head.split_once("pageNumber=").unwrap();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

//! The HTTP around the sandbox: connections on loopback, HTTP/1.1, nothing about Nmbrs.
//!
//! In: bytes. Out: whole answers, halves of answers, or a closed connection, as the state decides. The state is locked
//! for one request at a time and never while waiting.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::exchange::{Answer, Delivery, Request};
use super::state::State;

/// More than any form a client can have reason to send.
const LARGEST_BODY: usize = 64 * 1024;

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("x-subscription-key");

const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Serves until the task is dropped; every connection ends with it.
pub(super) async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(stream, Arc::clone(&state)));
                }
                Err(error) => {
                    tracing::warn!(%error, "the sandbox could not take a connection");
                    tokio::task::yield_now().await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve_connection(stream: TcpStream, state: Arc<Mutex<State>>) {
    let service = service_fn(move |request| respond(request, Arc::clone(&state)));
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        // A fault that closes the connection ends up here as well.
        tracing::debug!(%error, "a connection to the sandbox ended early");
    }
}

async fn respond(
    request: hyper::Request<Incoming>,
    state: Arc<Mutex<State>>,
) -> io::Result<hyper::Response<Body>> {
    let request = read(request).await?;
    let (answer, delay) = state.lock().unwrap_or_else(PoisonError::into_inner).respond(&request);
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    write(answer)
}

async fn read(request: hyper::Request<Incoming>) -> io::Result<Request> {
    let (head, body) = request.into_parts();
    let header = |name: HeaderName| head.headers.get(name)?.to_str().ok().map(str::to_owned);
    let query = url::form_urlencoded::parse(head.uri.query().unwrap_or("").as_bytes()).into_owned().collect();
    let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(io::Error::other)?;
    Ok(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query,
        authorization: header(AUTHORIZATION),
        subscription_key: header(SUBSCRIPTION_KEY),
        content_type: header(CONTENT_TYPE),
        soap_action: header(SOAP_ACTION),
        body: body.to_bytes().to_vec(),
    })
}

fn write(answer: Answer) -> io::Result<hyper::Response<Body>> {
    let mut response = hyper::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let body = match answer.delivery {
        Delivery::Nothing => return Err(io::Error::other("the answer is to be lost")),
        Delivery::Whole => Full::new(Bytes::from(answer.body)).map_err(|never| match never {}).boxed_unsync(),
        Delivery::Half => {
            response = response.header(CONTENT_LENGTH, answer.body.len().max(2));
            half_of(answer.body)
        }
    };
    response.body(body).map_err(io::Error::other)
}

/// Sends half of the bytes, lets them leave, and breaks off.
fn half_of(mut bytes: Vec<u8>) -> Body {
    bytes.truncate(bytes.len() / 2);
    let sent = stream::once(async move { Ok(Frame::data(Bytes::from(bytes))) });
    let broken = stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::other("the body is to be cut off"))
    });
    BodyExt::boxed_unsync(StreamBody::new(sent.chain(broken)))
}

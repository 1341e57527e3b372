//! The sockets: HTTP/1 on loopback around the [`World`].
//!
//! In: connections. Out: what the world delivers, whole, cut off, late or not at all. All connections end with the server task.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answer::Answer;
use super::call::Call;
use super::world::World;

/// No request of this API comes near this size, in bytes.
const MAX_BODY: usize = 1024 * 1024;

type Body = BoxBody<Bytes, io::Error>;

/// The world, behind one lock: requests are carried out one after the other.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(super) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// A panic in someone's `edit` leaves a state that is still plain data, so a poisoned lock is opened.
    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accepts connections until the task is aborted.
pub(super) async fn serve(listener: TcpListener, world: Shared) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A connection that broke before it was accepted is its client's loss; the next one may do.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(converse(stream, world.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Errors of a connection are what faults are made of, and otherwise the client's to report.
async fn converse(stream: TcpStream, world: Shared) {
    let service = service_fn(|request| respond(request, world.clone()));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Answers one request; an error closes the connection without an answer.
async fn respond(request: Request<Incoming>, world: Shared) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(io::Error::other)?.to_bytes();
    let call = Call::new(&head, body);
    let delivery = world.lock().deliver(&call);
    if !delivery.latency.is_zero() {
        tokio::time::sleep(delivery.latency).await;
    }
    match delivery.answer {
        None => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        Some(answer) => response(answer, delivery.is_cut),
    }
}

fn response(answer: Answer, is_cut: bool) -> io::Result<Response<Body>> {
    let mut response = Response::builder().status(answer.status).header("Content-Length", answer.body.len());
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = if is_cut {
        torn(&answer.body)
    } else {
        Full::new(answer.body).map_err(|never| match never {}).boxed()
    };
    response.body(body).map_err(io::Error::other)
}

/// The first half, then an error. The yield between lets the half reach the wire before the connection breaks.
fn torn(body: &Bytes) -> Body {
    let half = body.slice(..body.len() / 2);
    let rest = stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::UnexpectedEof))
    });
    let frames = stream::iter([Ok(Frame::data(half))]).chain(rest);
    BodyExt::boxed(StreamBody::new(frames))
}

//! A server that does to HTTP what a proxy, a crash, an attacker or a broken cable does.
//!
//! It follows a script for one of two endpoints, the token's or the API's, and answers everything else well. When the
//! client's patience is to end, it lets the time of the runtime pass itself, so that no test waits.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use tests::raw_http::read_request;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::server::TlsStream;

use crate::act::{Act, Answer, Certificate, Ending, Moment};
use crate::clock::Clock;
use crate::trust;

/// How a request gets to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Over a connection of its own.
    Plain,
    /// Over a connection that has served an earlier request.
    Kept,
    /// The faults happen to the TLS handshake.
    Tls,
    /// The faults happen to HTTP inside of TLS, which is never ended with the farewell it asks for.
    Secure,
    /// A proxy is set, but the server is on loopback and without TLS, where no proxy may be used.
    PastProxy,
    /// The server is a proxy for TLS; the faults happen to `CONNECT`.
    Tunnel,
}

impl Route {
    pub(crate) fn is_tls(self) -> bool {
        matches!(self, Self::Tls | Self::Secure | Self::Tunnel)
    }
}

/// Which requests the script is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Token,
    Api,
}

/// More than the clients of these tests take.
pub(crate) const LARGEST_BODY: usize = 4096;
/// Longer than both clients wait for a connection, and shorter than they wait for an answer.
const PAST_CONNECTING: Duration = Duration::from_secs(11);
/// Longer than both clients wait for an answer.
const PAST_ANSWERING: Duration = Duration::from_secs(31);

#[derive(Debug, Default)]
struct Script {
    acts: VecDeque<Act>,
    /// When each request, handshake or tunnel the script is for came, in milliseconds of the test's clock.
    tries: Vec<i64>,
    /// Requests for the script's endpoint that were read to their end.
    arrived: usize,
    tokens: usize,
    connections: usize,
}

#[derive(Debug)]
struct Stage {
    route: Route,
    endpoint: Endpoint,
    good: &'static str,
    elsewhere: String,
    clock: Arc<Clock>,
    script: Mutex<Script>,
    /// Held by whoever lets time pass: the next request may come before that has ended.
    time: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    /// Bound, so that nobody else gets the port, but not listening.
    silent: TcpSocket,
    stage: Arc<Stage>,
    accepting: Mutex<Option<JoinHandle<()>>>,
    /// The port while it is closed.
    closed: Mutex<Option<TcpSocket>>,
    elsewhere_seen: Arc<AtomicUsize>,
    elsewhere: JoinHandle<()>,
}

/// What came in since the script began.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) tries: Vec<i64>,
    pub(crate) arrived: usize,
    pub(crate) tokens: usize,
    pub(crate) connections: usize,
    /// Connections to the other server.
    pub(crate) elsewhere: usize,
}

impl Server {
    /// The API's good answer is `good`, until there is a script and after it.
    pub(crate) async fn start(
        route: Route,
        endpoint: Endpoint,
        good: &'static str,
        clock: Arc<Clock>,
    ) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let silent = bound("127.0.0.1:0".parse().unwrap());
        let (elsewhere_address, elsewhere_seen, elsewhere) = count_connections().await;
        let elsewhere_origin = format!("http://{elsewhere_address}");
        let script = Mutex::default();
        let stage = Arc::new(Stage {
            route,
            endpoint,
            good,
            elsewhere: elsewhere_origin,
            clock,
            script,
            time: tokio::sync::Mutex::default(),
        });
        let accepting = Mutex::new(Some(tokio::spawn(accept(listener, Arc::clone(&stage)))));
        let closed = Mutex::default();
        Arc::new(Self { address, silent, stage, accepting, closed, elsewhere_seen, elsewhere })
    }

    /// Where requests are meant for.
    pub(crate) fn origin(&self) -> String {
        let scheme = if self.stage.route.is_tls() { "https" } else { "http" };
        let address =
            if self.stage.route == Route::Tunnel { self.silent.local_addr().unwrap() } else { self.address };
        format!("{scheme}://{address}")
    }

    pub(crate) fn proxy(&self) -> Option<String> {
        match self.stage.route {
            Route::Tunnel => Some(format!("http://someone:secret@{}", self.address)),
            Route::PastProxy => Some(self.stage.elsewhere.clone()),
            Route::Plain | Route::Kept | Route::Tls | Route::Secure => None,
        }
    }

    pub(crate) fn keeps_connections(&self) -> bool {
        self.stage.route == Route::Kept
    }

    /// Forgets what was counted, and begins this script.
    pub(crate) async fn play(self: &Arc<Self>, acts: Vec<Act>) {
        if let [Act::Closed, rest @ ..] = acts.as_slice() {
            self.close().await;
            if rest.is_empty() {
                let server = Arc::clone(self);
                self.stage.clock.at_the_next_wait(move || server.reopen());
            }
        }
        let acts = acts.into_iter().filter(|act| !matches!(act, Act::Closed)).collect();
        *self.stage.script.lock().unwrap() = Script { acts, ..Script::default() };
    }

    pub(crate) fn counts(&self) -> Counts {
        let script = self.stage.script.lock().unwrap();
        Counts {
            tries: script.tries.clone(),
            arrived: script.arrived,
            tokens: script.tokens,
            connections: script.connections,
            elsewhere: self.elsewhere_seen.load(Ordering::Relaxed),
        }
    }

    /// Ends the listening. The port stays ours.
    async fn close(&self) {
        let task = self.accepting.lock().unwrap().take().unwrap();
        task.abort();
        let _ended = task.await;
        *self.closed.lock().unwrap() = Some(bound(self.address));
    }

    fn reopen(&self) {
        let listener = self.closed.lock().unwrap().take().unwrap().listen(64).unwrap();
        *self.accepting.lock().unwrap() = Some(tokio::spawn(accept(listener, Arc::clone(&self.stage))));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.elsewhere.abort();
        if let Some(task) = self.accepting.lock().unwrap().take() {
            task.abort();
        }
    }
}

fn bound(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

/// The server that nothing may ever reach.
async fn count_connections() -> (SocketAddr, Arc<AtomicUsize>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    let task = tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    (address, seen, task)
}

async fn accept(listener: TcpListener, stage: Arc<Stage>) {
    while let Ok((tcp, _)) = listener.accept().await {
        stage.script.lock().unwrap().connections += 1;
        let stage = Arc::clone(&stage);
        tokio::spawn(async move { stage.serve(tcp).await });
    }
}

impl Stage {
    async fn serve(&self, mut tcp: TcpStream) {
        match self.route {
            Route::Plain | Route::Kept | Route::PastProxy => self.serve_http(&mut tcp).await,
            Route::Tls => self.serve_tls(tcp).await,
            Route::Secure => self.shake_hands(tcp, Certificate::Good).await,
            Route::Tunnel => {
                let Some(_connect) = read_request(&mut tcp).await else { return };
                if let Some(act) = self.next_act() {
                    return self.perform(act, &mut tcp, "", PAST_CONNECTING).await;
                }
                send(&mut tcp, b"HTTP/1.1 200 Connection established\r\n\r\n").await;
                self.shake_hands(tcp, Certificate::Good).await;
            }
        }
    }

    async fn serve_tls(&self, mut tcp: TcpStream) {
        match self.next_act() {
            None => self.shake_hands(tcp, Certificate::Good).await,
            Some(Act::Certificate(certificate)) => self.shake_hands(tcp, certificate).await,
            Some(act) => {
                let _greeting = tcp.read(&mut [0; 4096]).await;
                self.perform(act, &mut tcp, "", PAST_CONNECTING).await;
            }
        }
    }

    async fn shake_hands(&self, tcp: TcpStream, certificate: Certificate) {
        // A client that does not like the certificate ends the handshake.
        if let Ok(mut tls) = trust::acceptor(certificate).accept(tcp).await {
            self.serve_http(&mut tls).await;
        }
    }

    async fn serve_http(&self, wire: &mut impl Wire) {
        loop {
            match self.act_before_reading() {
                Some(Act::End(Moment::PartOfRequest, ending)) => {
                    let _part = wire.read(&mut [0; 20]).await;
                    return end(wire, ending);
                }
                Some(Act::End(_, ending)) => return end(wire, ending),
                _ => {}
            }
            let Some(request) = read_request(wire).await else { return };
            let endpoint = if request.lines().next().is_some_and(|line| line.contains("/token")) {
                Endpoint::Token
            } else {
                Endpoint::Api
            };
            let act = if endpoint == self.endpoint { self.arrived() } else { None };
            let good = match endpoint {
                Endpoint::Api => self.good.to_owned(),
                Endpoint::Token => self.new_token(),
            };
            if let Some(act) = act {
                return self.perform(act, wire, &good, PAST_ANSWERING).await;
            }
            let keep = self.route == Route::Kept;
            send(wire, &Answer::ok(|good| good.into()).bytes(&good, "", keep)).await;
            if !keep {
                return;
            }
        }
    }

    async fn perform(&self, act: Act, wire: &mut impl Wire, good: &str, patience: Duration) {
        match act {
            Act::Closed | Act::Certificate(_) => panic!("{act:?} is not done to a request"),
            Act::End(moment, ending) => {
                send(wire, &moment.sent(good)).await;
                // Were a reset to overtake the bytes, it would be another fault.
                tokio::task::yield_now().await;
                end(wire, ending);
            }
            Act::Silence(moment) => {
                send(wire, &moment.sent(good)).await;
                self.let_time_pass(patience).await;
                let _until_the_client_goes = wire.read(&mut [0; 1]).await;
            }
            Act::Drip(moment) => {
                let at_once = moment.sent(good);
                send(wire, &at_once).await;
                for byte in &Answer::ok(|good| good.into()).bytes(good, "", false)[at_once.len()..] {
                    self.let_time_pass(Duration::from_secs(7)).await;
                    if wire.read(&mut [0; 1]).now_or_never().is_some() {
                        return;
                    }
                    send(wire, &[*byte]).await;
                }
            }
            Act::Bytes(bytes) => send(wire, bytes).await,
            Act::Answer(answer) => send(wire, &answer.bytes(good, &self.elsewhere, false)).await,
        }
    }

    /// The next act, if it does not need the request; on routes that end before HTTP none of them does.
    fn act_before_reading(&self) -> Option<Act> {
        let early = matches!(
            self.script.lock().unwrap().acts.front(),
            Some(Act::End(Moment::Accepted | Moment::PartOfRequest, _))
        );
        if early { self.next_act() } else { None }
    }

    fn next_act(&self) -> Option<Act> {
        let mut script = self.script.lock().unwrap();
        let act = script.acts.pop_front()?;
        script.tries.push(self.clock.millis());
        Some(act)
    }

    /// A request of the script's endpoint is here.
    fn arrived(&self) -> Option<Act> {
        self.script.lock().unwrap().arrived += 1;
        let act = self.next_act();
        if act.is_none() {
            self.script.lock().unwrap().tries.push(self.clock.millis());
        }
        act
    }

    /// Lets every timer of the runtime that is due within `time` go off, and nothing wait for it.
    async fn let_time_pass(&self, time: Duration) {
        let _alone = self.time.lock().await;
        tokio::time::pause();
        tokio::time::advance(time).await;
        tokio::time::resume();
    }

    fn new_token(&self) -> String {
        let mut script = self.script.lock().unwrap();
        script.tokens += 1;
        let number = script.tokens;
        format!(
            r#"{{"access_token":"t{number}","refresh_token":"r{number}","token_type":"Bearer","expires_in":3600}}"#
        )
    }
}

/// A connection, below or above TLS.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Wire for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// The client may be gone by now, which is its affair.
async fn send(wire: &mut impl Wire, bytes: &[u8]) {
    if wire.write_all(bytes).await.is_ok() {
        let _gone = wire.flush().await;
    }
}

/// What the connection does when it is dropped after this.
fn end(wire: &impl Wire, ending: Ending) {
    match ending {
        Ending::Close => {}
        Ending::Reset => wire.tcp().set_zero_linger().unwrap(),
    }
}

//! A place on this machine to which the browser returns, for as long as one sign-in takes.
//!
//! In: the redirect address, which is on loopback. Out: what was asked there, one after the other, each to be answered
//! with a page. Never: an answer to anything but a `GET` of exactly that path, or an address beyond this machine.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue, REFERRER_POLICY};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use url::{Host, Url};

/// How long the last page may take to reach the browser.
const GOODBYE: Duration = Duration::from_secs(2);

/// What the browser is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The sign-in is done.
    Done,
    /// The sign-in ended, and the terminal says why.
    Ended,
    /// This is not the answer that is waited for.
    Foreign,
    /// There is nothing here.
    Nothing,
}

/// One visit to the path.
pub(super) struct Visit {
    /// Path and query.
    pub(super) target: String,
    answer: oneshot::Sender<Page>,
}

impl Visit {
    /// Shows the page. A browser that is gone need not see it.
    pub(super) fn answer(self, page: Page) {
        let _ = self.answer.send(page);
    }
}

/// Listens until it is dropped.
pub(super) struct Listener {
    visits: mpsc::Receiver<Visit>,
    tasks: JoinSet<()>,
}

impl Listener {
    /// Listens at the redirect address. `localhost` means both kinds of loopback, where the machine has both.
    pub(super) async fn bind(redirect_uri: &str) -> anyhow::Result<Self> {
        let url = Url::parse(redirect_uri).context("nmbrs.redirect_uri")?;
        let port = url.port_or_known_default().context("nmbrs.redirect_uri has no port")?;
        let (needed, wished) = match url.host() {
            Some(Host::Domain("localhost")) => {
                (IpAddr::from(Ipv4Addr::LOCALHOST), Some(IpAddr::from(Ipv6Addr::LOCALHOST)))
            }
            Some(Host::Ipv4(ip)) if ip.is_loopback() => (ip.into(), None),
            Some(Host::Ipv6(ip)) if ip.is_loopback() => (ip.into(), None),
            _ => bail!("nmbrs.redirect_uri is not on this machine"),
        };
        let listeners = [
            Some(TcpListener::bind(SocketAddr::new(needed, port)).await.with_context(|| {
                format!("port {port} of nmbrs.redirect_uri: something else may listen there")
            })?),
            // A machine without IPv6 has no such loopback, and its browser does not look there.
            match wished {
                Some(ip) => TcpListener::bind(SocketAddr::new(ip, port)).await.ok(),
                None => None,
            },
        ];
        let (visitors, visits) = mpsc::channel(16);
        let mut tasks = JoinSet::new();
        for listener in listeners.into_iter().flatten() {
            tasks.spawn(serve(listener, url.path().to_owned(), visitors.clone()));
        }
        Ok(Self { visits, tasks })
    }

    /// The next visit.
    pub(super) async fn visit(&mut self) -> anyhow::Result<Visit> {
        self.visits.recv().await.context("nobody listens at nmbrs.redirect_uri any more")
    }

    /// Takes no more visits, and lets the last page reach the browser.
    pub(super) async fn close(mut self) {
        self.visits.close();
        while self.visits.try_recv().is_ok() {}
        // Each connection ends with its answer; whoever is slower than that is left.
        let _ =
            tokio::time::timeout(GOODBYE, async { while self.tasks.join_next().await.is_some() {} }).await;
    }
}

async fn serve(listener: TcpListener, path: String, visitors: mpsc::Sender<Visit>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = visitors.closed() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // It was gone before it stood.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            // Whoever waits for a visit hears that none will come.
            Err(_) => break,
        };
        let (path, visitors) = (path.clone(), visitors.clone());
        connections.spawn(async move {
            let service = service_fn(|request| answer(request, &path, &visitors));
            // A browser that goes away in the middle is nobody's problem.
            let _ = hyper::server::conn::http1::Builder::new()
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
    // Browsers open connections ahead of need and leave them silent; `close` does not wait for those for ever.
    while connections.join_next().await.is_some() {}
}

async fn answer(
    request: Request<Incoming>,
    path: &str,
    visitors: &mpsc::Sender<Visit>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_ours = request.method() == Method::GET && request.uri().path() == path;
    let target = request.uri().path_and_query().map(ToString::to_string);
    let page = match target.filter(|_| is_ours) {
        Some(target) => shown(target, visitors).await,
        None => Page::Nothing,
    };
    Ok(response(page))
}

async fn shown(target: String, visitors: &mpsc::Sender<Visit>) -> Page {
    let (answer, answered) = oneshot::channel();
    match visitors.send(Visit { target, answer }).await {
        Ok(()) => answered.await.unwrap_or(Page::Foreign),
        Err(_) => Page::Foreign,
    }
}

fn response(page: Page) -> Response<Full<Bytes>> {
    let (status, title, text) = match page {
        Page::Done => (StatusCode::OK, "Signed in", "You can close this window and return to the terminal."),
        Page::Ended => (StatusCode::OK, "Not signed in", "The terminal says why. You can close this window."),
        Page::Foreign => (
            StatusCode::BAD_REQUEST,
            "Not the answer that was waited for",
            "Nothing was done with it. Use the address that the terminal shows.",
        ),
        Page::Nothing => (StatusCode::NOT_FOUND, "Nothing here", "Use the address that the terminal shows."),
    };
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>\n"
    );
    let mut response = Response::new(Full::new(Bytes::from(html)));
    *response.status_mut() = status;
    // The address holds a code: no cache may keep it, and no other site may be told of it.
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONNECTION, "close"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

//! A gate at which every step of a store and of a server waits until the test lets it go.

use std::sync::Arc;

use async_trait::async_trait;
use nmbrs_client::auth::{Generation, Grant, Replaced, StoreError, StoredGrant, TokenStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

#[derive(Debug)]
pub(crate) struct Gate {
    arrivals: Semaphore,
    tickets: Semaphore,
}

impl Gate {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { arrivals: Semaphore::new(0), tickets: Semaphore::new(0) })
    }

    /// A step: waits to be let through.
    async fn pass(&self) {
        self.arrivals.add_permits(1);
        self.tickets.acquire().await.unwrap().forget();
    }

    /// Returns when somebody stands at the gate.
    pub(crate) async fn arrival(&self) {
        self.arrivals.acquire().await.unwrap().forget();
    }

    /// Lets one through.
    pub(crate) fn admit(&self) {
        self.tickets.add_permits(1);
    }

    /// Lets everybody through from now on.
    pub(crate) fn open(&self) {
        self.tickets.add_permits(Semaphore::MAX_PERMITS / 2);
    }
}

/// Waits at the gate before and after each operation.
#[derive(Debug)]
pub(crate) struct GatedStore(pub(crate) Arc<dyn TokenStore>, pub(crate) Arc<Gate>);

#[async_trait]
impl TokenStore for GatedStore {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        self.1.pass().await;
        let done = self.0.load().await;
        self.1.pass().await;
        done
    }

    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError> {
        self.1.pass().await;
        let done = self.0.replace(expected, grant).await;
        self.1.pass().await;
        done
    }

    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError> {
        self.1.pass().await;
        let done = self.0.remove(expected).await;
        self.1.pass().await;
        done
    }
}

/// A way to the server at `upstream` on which requests and answers wait at the gate.
pub(crate) async fn gated_way(upstream: &str, gate: &Arc<Gate>) -> String {
    let upstream = upstream.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let gate = Arc::clone(gate);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = TcpStream::connect(&upstream).await.unwrap().into_split();
            tokio::spawn(carry(from_client, to_server, Arc::clone(&gate)));
            tokio::spawn(carry(from_server, to_client, Arc::clone(&gate)));
        }
    });
    url
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, gate: Arc<Gate>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        gate.pass().await;
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
}

//! Another process on the same store: this test binary once more, told what to do over its standard input.
//!
//! A line in is `token` (get an access token) or `call` (read from the API); a line out is `child: ok`, the kind of
//! the error, or `child: paused` where it has been told to stop for good. It ends when its input does.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nmbrs_client::auth::{
    AppCredentials, Authorizer, Generation, Grant, GrantState, Replaced, StoreError, StoredGrant, TokenStore,
};
use nmbrs_client::sandbox::Sandbox;
use nmbrs_client::{Clock, NmbrsClient, SystemClock};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout, Command};

use crate::stage::shared;

/// Where a child finds what it is to be. Without it the test `child::serves` does nothing.
const JOB: &str = "TOKEN_STORES_CHILD";

#[derive(Serialize, Deserialize)]
struct Job {
    url: String,
    client_id: String,
    client_secret: String,
    subscription_key: String,
    folder: PathBuf,
    is_sealed: bool,
    pause: Option<Pause>,
    /// When all clocks of the test showed the same, and how much faster than the world's they run since.
    started: DateTime<Utc>,
    speed: u32,
}

/// Where a child stops, to be killed there.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Pause {
    /// It has claimed the refresh token and not sent it.
    Claimed,
    /// It has new tokens and not stored them.
    Bought,
}

/// A child process, as its parent sees it. It is killed when dropped.
pub(crate) struct Child {
    process: tokio::process::Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

/// What children have in common besides their store.
#[derive(Clone, Copy)]
pub(crate) struct Pacing {
    pub(crate) started: DateTime<Utc>,
    pub(crate) speed: u32,
}

impl Pacing {
    /// Clocks that run this many times as fast as the world's.
    pub(crate) fn fast(speed: u32) -> Self {
        Self { started: SystemClock.now(), speed }
    }
}

impl Child {
    pub(crate) async fn start(sandbox: &Sandbox, folder: &Path, is_sealed: bool) -> Self {
        Self::start_with(sandbox, folder, is_sealed, Pacing::fast(1), None).await
    }

    pub(crate) async fn start_with(
        sandbox: &Sandbox,
        folder: &Path,
        is_sealed: bool,
        Pacing { started, speed }: Pacing,
        pause: Option<Pause>,
    ) -> Self {
        let keys = sandbox.credentials();
        let job = Job {
            url: sandbox.identity_url(),
            client_id: keys.client_id,
            client_secret: keys.client_secret,
            subscription_key: keys.subscription_key,
            folder: folder.to_owned(),
            is_sealed,
            pause,
            started,
            speed,
        };
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child::serves", "--nocapture"])
            .env(JOB, serde_json::to_string(&job).unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut child = Self { process, input, output };
        assert_eq!(child.answer().await, "ready");
        child
    }

    pub(crate) async fn tell(&mut self, what: &str) {
        self.input.write_all(format!("{what}\n").as_bytes()).await.unwrap();
    }

    /// The next answer.
    pub(crate) async fn answer(&mut self) -> String {
        loop {
            let line = self.output.next_line().await.unwrap().expect("the child has ended");
            // The test harness writes there as well, and does not always end its lines.
            if let Some((_, answer)) = line.split_once("child: ") {
                return answer.to_owned();
            }
        }
    }

    pub(crate) async fn ask(&mut self, what: &str) -> String {
        self.tell(what).await;
        self.answer().await
    }

    /// SIGKILL.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }
}

#[tokio::test]
async fn serves() {
    let Ok(job) = std::env::var(JOB) else { return };
    let job: Job = serde_json::from_str(&job).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(FastClock { started: job.started, speed: job.speed });
    let store = shared(&job.folder, job.is_sealed);
    let store: Arc<dyn TokenStore> = match job.pause {
        Some(pause) => Arc::new(Pausing { store, pause }),
        None => store,
    };
    let app = AppCredentials::new(job.client_id, job.client_secret);
    let authorizer =
        Authorizer::builder(app, store).identity_url(&*job.url).clock(Arc::clone(&clock)).build().unwrap();
    let client =
        NmbrsClient::builder(job.subscription_key, authorizer.clone()).rest_url(&*job.url).clock(clock);
    let client = client.build().unwrap();

    say("ready");
    for line in std::io::stdin().lock().lines() {
        let done = match line.unwrap().as_str() {
            "token" => authorizer.access_token().await.map(|_| ()),
            "call" => client.debtors().all().await.map(|_| ()),
            other => panic!("{other}"),
        };
        match done {
            Ok(()) => say("ok"),
            Err(error) => say(&format!("{:?}", error.kind())),
        }
    }
}

fn say(what: &str) {
    println!("child: {what}");
}

/// Stops for good at the moment it was told.
#[derive(Debug)]
struct Pausing {
    store: Arc<dyn TokenStore>,
    pause: Pause,
}

impl std::fmt::Debug for Pause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pause")
    }
}

#[async_trait]
impl TokenStore for Pausing {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        self.store.load().await
    }

    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError> {
        if self.pause == Pause::Bought && grant.state == GrantState::Ready {
            pause().await;
        }
        let replaced = self.store.replace(expected, grant).await;
        if self.pause == Pause::Claimed && matches!(grant.state, GrantState::Refreshing { .. }) {
            pause().await;
        }
        replaced
    }

    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError> {
        self.store.remove(expected).await
    }
}

async fn pause() {
    say("paused");
    std::future::pending::<()>().await;
}

/// The time of all processes of a test, in which a minute is soon over.
#[derive(Debug)]
struct FastClock {
    started: DateTime<Utc>,
    speed: u32,
}

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> DateTime<Utc> {
        self.started + (SystemClock.now() - self.started) * i32::try_from(self.speed).unwrap()
    }

    async fn sleep(&self, wait: Duration) {
        SystemClock.sleep(wait / self.speed).await;
    }
}

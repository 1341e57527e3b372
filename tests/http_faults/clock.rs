//! The clock of both clients: Monday 15 June 2026, 09:00 UTC, until somebody sleeps on it.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

type AtNextWait = Box<dyn FnOnce() + Send>;

/// Sleeping moves it on at once.
pub(crate) struct Clock {
    start: DateTime<Utc>,
    now: Mutex<DateTime<Utc>>,
    at_next_wait: Mutex<Option<AtNextWait>>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let start = "2026-06-15T09:00:00Z".parse().unwrap();
        Self { start, now: Mutex::new(start), at_next_wait: Mutex::default() }
    }

    /// Milliseconds since the start.
    pub(crate) fn millis(&self) -> i64 {
        self.since_start(self.time())
    }

    pub(crate) fn since_start(&self, at: DateTime<Utc>) -> i64 {
        (at - self.start).num_milliseconds()
    }

    pub(crate) fn time(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    /// While somebody waits, the world changes.
    pub(crate) fn at_the_next_wait(&self, change: impl FnOnce() + Send + 'static) {
        *self.at_next_wait.lock().unwrap() = Some(Box::new(change));
    }

    fn wait(&self, wait: Duration) {
        *self.now.lock().unwrap() += wait;
        let change = self.at_next_wait.lock().unwrap().take();
        if let Some(change) = change {
            change();
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("now", &self.time()).finish_non_exhaustive()
    }
}

#[async_trait]
impl nmbrs_client::Clock for Clock {
    fn now(&self) -> DateTime<Utc> {
        self.time()
    }

    async fn sleep(&self, wait: Duration) {
        self.wait(wait);
    }
}

#[async_trait]
impl yourcampus_client::Clock for Clock {
    fn now(&self) -> DateTime<Utc> {
        self.time()
    }

    async fn sleep(&self, wait: Duration) {
        self.wait(wait);
    }
}

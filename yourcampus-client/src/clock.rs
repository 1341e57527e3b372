//! Time as something that is handed in: what the hour is, and how to wait.
//!
//! The client reads no other clock than this one, so a test can let hours pass in no time and see every wait.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

/// Where the client learns the time and how it waits.
///
/// A test clock would let `sleep` move `now` forward at once and keep a record of the waits.
#[async_trait]
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;

    /// Returns when `duration` has passed, so that `now` is then at least that much later.
    async fn sleep(&self, duration: Duration);
}

/// The machine's clock and the timer of the tokio runtime: what programs use outside tests.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the crate's one reading of the real clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// `from` plus `wait`; a sum outside the calendar is the calendar's end, not a failure.
pub(crate) fn later(from: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(wait)
        .ok()
        .and_then(|delta| from.checked_add_signed(delta))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// How long it is from `now` until `then`; zero if that is past.
pub(crate) fn until(now: DateTime<Utc>, then: DateTime<Utc>) -> Duration {
    (then - now).to_std().unwrap_or(Duration::ZERO)
}

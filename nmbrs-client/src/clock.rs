//! Time and chance: the only file of the crate that reads a real clock, really sleeps, or draws a number.
//!
//! Everything else is told the time, so that a test can put any instant, and a wait of an hour costs it nothing.

use std::collections::hash_map::RandomState;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Where the client takes the time from, and how it waits.
#[async_trait]
pub trait Clock: Send + Sync + Debug {
    /// The current instant.
    fn now(&self) -> DateTime<Utc>;

    /// Returns when `wait` has passed.
    async fn sleep(&self, wait: Duration);
}

/// The machine's clock and tokio's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the crate's one look at a real clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn sleep(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}

/// A number in `0.0..=1.0` that spreads retries of many clients. Not for secrets.
pub(crate) fn jitter() -> f64 {
    // Each `RandomState` is seeded anew, which is randomness enough here and saves a dependency.
    let drawn = RandomState::new().build_hasher().finish();
    let upper = u32::try_from(drawn >> 32).unwrap_or(u32::MAX);
    f64::from(upper) / f64::from(u32::MAX)
}

/// `base + wait`, or the last instant there is when the sum lies beyond it.
pub(crate) fn later(base: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    chrono::TimeDelta::from_std(wait)
        .ok()
        .and_then(|delta| base.checked_add_signed(delta))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// How long until `at`, seen from `now`; nothing when it has passed.
pub(crate) fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (at - now).to_std().unwrap_or(Duration::ZERO)
}

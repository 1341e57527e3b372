//! The sandbox's stopwatch: how long it has been running, plus what it was told to skip.
//!
//! Tokens and rate-limit windows end by it. It runs on tokio's clock, so that paused time works, and never goes back.
//! The date-time stamped on accounts is not here: it is `State::now`, which stands still between advances.

use std::time::Duration;

use tokio::time::Instant;

pub(super) struct Clock {
    started: Instant,
    skipped: Duration,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { started: Instant::now(), skipped: Duration::ZERO }
    }

    /// Time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed().saturating_add(self.skipped)
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.skipped = self.skipped.saturating_add(by);
    }
}

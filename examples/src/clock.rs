//! The two clocks of the tools: the machine's, and the demo's, which stands still.

use chrono::{DateTime, Utc};
use sync_core::ports::Clock;

/// The machine's clock. The only place where these tools ask for the time.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one clock of the tools")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that stands still, so that the demo shows the same plan on every machine and day.
#[derive(Debug, Clone, Copy)]
pub struct StoppedClock(pub DateTime<Utc>);

impl Clock for StoppedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

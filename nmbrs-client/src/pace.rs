//! How fast one credential may send.
//!
//! Before each sending the pacer is asked; it lets pass when a slot is free, the spacing has passed, and no
//! `Retry-After` stands. Nothing can ever be sent earlier than the server allowed, whichever call was told so.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::{Clock, later, until};

/// The gate all requests of one client pass.
#[derive(Debug)]
pub(crate) struct Pacer {
    slots: Semaphore,
    spacing: Duration,
    times: Mutex<Times>,
}

#[derive(Debug, Default)]
struct Times {
    /// The server's word: nothing before this.
    held_until: Option<DateTime<Utc>>,
    /// Our own spacing: the next free moment.
    next_free: Option<DateTime<Utc>>,
}

/// The pacer would let the request pass only after its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLate {
    /// When it would have been let pass.
    pub(crate) at: DateTime<Utc>,
}

impl Pacer {
    pub(crate) fn new(in_flight: usize, spacing: Duration) -> Self {
        Self { slots: Semaphore::new(in_flight), spacing, times: Mutex::default() }
    }

    /// Waits for a slot. Time spent here is not the request's fault and counts towards no deadline.
    pub(crate) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        // `None` only if the semaphore were closed, which nothing does.
        self.slots.acquire().await.ok()
    }

    /// Waits until sending is allowed, but not past `deadline`.
    pub(crate) async fn turn(&self, clock: &dyn Clock, deadline: DateTime<Utc>) -> Result<(), TooLate> {
        let mut mine = None;
        loop {
            let now = clock.now();
            let at = self.allowed_at(now, &mut mine);
            if at <= now {
                return Ok(());
            }
            if at > deadline {
                return Err(TooLate { at });
            }
            // Look again afterwards: another call may have been told to wait meanwhile.
            clock.sleep(until(at, now)).await;
        }
    }

    /// Nothing more is sent before `at`.
    pub(crate) fn hold_until(&self, at: DateTime<Utc>) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.held_until = times.held_until.max(Some(at));
    }

    /// When the request may go. The first look takes the next place in the row and keeps it in `mine`.
    fn allowed_at(&self, now: DateTime<Utc>, mine: &mut Option<DateTime<Utc>>) -> DateTime<Utc> {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let place = *mine.get_or_insert_with(|| {
            let place = times.next_free.map_or(now, |free| free.max(now));
            times.next_free = Some(later(place, self.spacing));
            place
        });
        times.held_until.map_or(place, |held| held.max(place))
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;

    #[derive(Debug)]
    struct JumpingClock(Mutex<DateTime<Utc>>);

    #[async_trait]
    impl Clock for JumpingClock {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }

        async fn sleep(&self, wait: Duration) {
            *self.0.lock().unwrap() += wait;
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[tokio::test]
    async fn nothing_is_sent_before_the_hold_ends() {
        let (pacer, clock) = (Pacer::new(1, Duration::ZERO), JumpingClock(Mutex::new(at(0))));
        pacer.hold_until(at(40));
        pacer.hold_until(at(10));
        assert_eq!(pacer.turn(&clock, at(60)).await, Ok(()));
        assert_eq!(clock.now(), at(40));
    }

    #[tokio::test]
    async fn a_hold_beyond_the_deadline_is_not_waited_for() {
        let (pacer, clock) = (Pacer::new(1, Duration::ZERO), JumpingClock(Mutex::new(at(0))));
        pacer.hold_until(at(61));
        assert_eq!(pacer.turn(&clock, at(60)).await, Err(TooLate { at: at(61) }));
        assert_eq!(clock.now(), at(0));
    }

    #[tokio::test]
    async fn the_spacing_lies_between_any_two_sendings() {
        let (pacer, clock) = (Pacer::new(4, Duration::from_secs(3)), JumpingClock(Mutex::new(at(0))));
        for second in [0, 3, 6] {
            pacer.turn(&clock, at(60)).await.unwrap();
            assert_eq!(clock.now(), at(second));
        }
    }
}

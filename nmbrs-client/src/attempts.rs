//! The attempts of one call: its slots in the pace, its deadline, what it counts and how it waits.
//!
//! Both interfaces send through here. A failed attempt comes in; out comes the permission to send again after a wait, or
//! the error that ends the call. What can never happen: a request sent at or after the call's deadline, or earlier than
//! the server allowed. A call that is dropped leaves nothing behind.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::{Clock, jitter, later, until};
use crate::error::{Error, ErrorKind, Result};
use crate::meter::Counters;
use crate::pace::{Pace, Slot};
use crate::retry::{Outcome, RetryPolicy, Verdict, decide};
use crate::retry_after::RetryAfter;
use crate::transport::Failure;

/// What all calls of a client have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course<'c> {
    pub(crate) pace: &'c Pace,
    pub(crate) clock: &'c dyn Clock,
    pub(crate) retry: &'c RetryPolicy,
    pub(crate) counters: &'c Counters,
}

/// One call, from its first attempt to its last.
#[derive(Debug)]
pub(crate) struct Attempts<'c> {
    course: Course<'c>,
    operation: &'static str,
    deadline: Option<DateTime<Utc>>,
    sends: u32,
    /// Sendings that the retry policy counts.
    attempt: u32,
    /// Why the attempt before failed.
    last: Option<Error>,
}

/// A failed attempt: what to tell the caller, and whether another may follow.
#[derive(Debug)]
pub(crate) struct Miss {
    pub(crate) error: Error,
    pub(crate) outcome: Outcome,
    pub(crate) retry_after: RetryAfter,
    /// The gateway before the API refused, and the API never saw the request.
    pub(crate) is_gateways: bool,
}

impl<'c> Attempts<'c> {
    pub(crate) fn new(course: Course<'c>, operation: &'static str) -> Self {
        Self { course, operation, deadline: None, sends: 0, attempt: 1, last: None }
    }

    /// Waits for a slot. The wait for the first one is our own doing, so the deadline begins after it.
    pub(crate) async fn slot(&mut self) -> Slot {
        let slot = self.course.pace.slot().await;
        self.deadline();
        slot
    }

    /// Waits until the slot may be used, and counts the request as sent. Tells which sending of its call it is, from 1.
    ///
    /// # Errors
    /// The deadline comes first.
    pub(crate) async fn turn(&mut self, slot: &mut Slot) -> Result<u32> {
        let deadline = self.deadline();
        if let Err(late) = slot.turn(self.course.clock, deadline).await {
            return Err(match self.last.take() {
                Some(cause) => cause.past_deadline(late.at),
                None => Error::new(ErrorKind::Deadline, self.operation).retry_from(Some(late.at)),
            });
        }
        self.course.counters.sending(self.sends == 0);
        self.sends += 1;
        Ok(self.sends)
    }

    /// How long an exchange that begins now may take.
    pub(crate) fn time_left(&mut self) -> Duration {
        until(self.deadline(), self.course.clock.now())
    }

    /// There will be another sending at once, which the retry policy does not count: something else will be shown.
    pub(crate) fn again(&mut self, cause: Error) {
        self.last = Some(cause);
    }

    /// Waits for as long as the next attempt must wait.
    ///
    /// # Errors
    /// There is no next attempt: it would not help, was tried often enough, or comes after the deadline.
    pub(crate) async fn wait(&mut self, miss: Miss) -> Result<()> {
        let (wait, cause) = self.wait_before_next(miss)?;
        self.last = Some(cause);
        self.course.clock.sleep(wait).await;
        self.attempt += 1;
        Ok(())
    }

    /// How long to wait before the next attempt, and why there is one; or the error that ends the call.
    fn wait_before_next(&mut self, miss: Miss) -> Result<(Duration, Error)> {
        let deadline = self.deadline();
        let Course { pace, clock, retry, .. } = self.course;
        let now = clock.now();
        let wish = miss.retry_after.wait(now);
        if let Some(wish) = wish {
            pace.hold_until(later(now, wish));
        }
        let left = until(deadline, now);
        match decide(retry, self.attempt, miss.outcome, wish, jitter(), left) {
            // One sleep for both, the back-off and the distance to the request that has just failed.
            Verdict::After(wait) => Ok((wait.max(pace.spacing_left(now)).min(left), miss.error)),
            Verdict::TooLate(wait) => Err(miss.error.past_deadline(later(now, wait))),
            Verdict::Stop => {
                let may_help = miss.outcome != Outcome::Final;
                Err(miss.error.retry_from(wish.map(|wish| later(now, wish))).retryable(may_help))
            }
        }
    }

    fn deadline(&mut self) -> DateTime<Utc> {
        let Course { clock, retry, .. } = self.course;
        *self.deadline.get_or_insert_with(|| later(clock.now(), retry.deadline))
    }
}

impl Miss {
    /// A failure that repeating cannot mend.
    pub(crate) fn last(error: Error) -> Self {
        Self { error, outcome: Outcome::Final, retry_after: RetryAfter::default(), is_gateways: false }
    }

    /// No complete answer came.
    pub(crate) fn unanswered(operation: &'static str, failure: Failure) -> Self {
        let is_broken =
            matches!(failure.kind, ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted);
        let outcome = if is_broken { Outcome::Broken } else { Outcome::Final };
        Self { outcome, ..Self::last(failure.of(operation)) }
    }
}

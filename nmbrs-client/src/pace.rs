//! How fast one subscription may send: the gate that every request of every client with this [`Pace`] passes.
//!
//! A request first takes a slot, then its turn; the answer is told to the slot. Nothing can ever be sent earlier than
//! the server allowed, whichever client was told so. A call that is dropped, wherever it waits, gives back what it
//! held: the slot goes with its guard, and a place between two requests is taken only in the act of sending.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::{Clock, later, until};
use crate::throttle::Throttle;

/// How fast a client goes at most. It goes slower for a while after each 429.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PacePolicy {
    in_flight: usize,
    min_spacing: Duration,
}

impl Default for PacePolicy {
    /// 4 requests in flight and no spacing: no limit is published, so this is low.
    fn default() -> Self {
        Self { in_flight: 4, min_spacing: Duration::ZERO }
    }
}

impl PacePolicy {
    /// Has at most this many requests under way at the same time, at least 1. Default 4.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Keeps at least this much time between the starts of two requests. Default none.
    pub fn min_spacing(mut self, spacing: Duration) -> Self {
        self.min_spacing = spacing;
        self
    }
}

/// A gate for requests. Clones are the same gate: give one to every client that shares a subscription key, because the
/// vendor counts their requests together. They must share a clock as well.
#[derive(Clone)]
pub struct Pace(Arc<Gate>);

struct Gate {
    policy: PacePolicy,
    slots: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    throttle: Throttle,
    /// Permits there are, those under way included.
    permits: usize,
    last_sent: Option<DateTime<Utc>>,
    /// The server's word: nothing before this.
    held_until: Option<DateTime<Utc>>,
}

/// The permission to have one request under way; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    pace: Pace,
    permit: Option<OwnedSemaphorePermit>,
    round: u64,
}

/// The request could be sent only at or after its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLate {
    /// When it could have been sent.
    pub(crate) at: DateTime<Utc>,
}

impl Pace {
    /// A gate of its own, with everything allowed that the policy allows.
    pub fn new(policy: PacePolicy) -> Self {
        let state = State {
            throttle: Throttle::new(policy.in_flight),
            permits: policy.in_flight,
            last_sent: None,
            held_until: None,
        };
        let slots = Arc::new(Semaphore::new(policy.in_flight));
        Self(Arc::new(Gate { slots, state: Mutex::new(state), policy }))
    }

    /// The most requests that can ever be under way.
    pub(crate) fn in_flight(&self) -> usize {
        self.0.policy.in_flight
    }

    /// Waits for a slot. Time spent here is not the request's fault and counts towards no deadline; it ends, because
    /// whoever has a slot has a deadline.
    pub(crate) async fn slot(&self) -> Slot {
        // `None` only if the semaphore were closed, which nothing does.
        let permit = Arc::clone(&self.0.slots).acquire_owned().await.ok();
        Slot { pace: self.clone(), permit, round: 0 }
    }

    /// Nothing more is sent before `at`.
    pub(crate) fn hold_until(&self, at: DateTime<Utc>) {
        let mut state = self.state();
        state.held_until = state.held_until.max(Some(at));
    }

    /// How long the distance to the latest request still lasts.
    pub(crate) fn spacing_left(&self, now: DateTime<Utc>) -> Duration {
        until(self.state().spaced(&self.0.policy, now), now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change under the lock is a single step, so a poisoned state is still a valid one.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the permits as many as are allowed; what is under way gives its own up at its end.
    fn settle(&self, state: &mut State) {
        let allowed = state.throttle.allowed();
        if state.permits < allowed {
            self.0.slots.add_permits(allowed - state.permits);
            state.permits = allowed;
        } else {
            state.permits -= self.0.slots.forget_permits(state.permits - allowed);
        }
    }
}

impl Slot {
    /// Waits until sending is allowed, and counts the request as sent. Nothing is allowed at or after `deadline`.
    pub(crate) async fn turn(&mut self, clock: &dyn Clock, deadline: DateTime<Utc>) -> Result<(), TooLate> {
        loop {
            let now = clock.now();
            let at = {
                let mut state = self.pace.state();
                let at = state.earliest(&self.pace.0.policy, now);
                if at <= now && now < deadline {
                    state.last_sent = Some(now);
                    self.round = state.throttle.round();
                    return Ok(());
                }
                at
            };
            if at >= deadline {
                return Err(TooLate { at });
            }
            // Look again afterwards: another call may have been told to wait, or may have been faster.
            clock.sleep(until(at, now)).await;
        }
    }

    /// The request got a good answer.
    pub(crate) fn accepted(&self) {
        let mut state = self.pace.state();
        state.throttle.accepted(self.round);
        self.pace.settle(&mut state);
    }

    /// The request was answered with 429.
    pub(crate) fn refused(&self) {
        let mut state = self.pace.state();
        state.throttle.refused(self.round);
        self.pace.settle(&mut state);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        if state.permits > state.throttle.allowed()
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
            state.permits -= 1;
        }
    }
}

impl State {
    fn earliest(&self, policy: &PacePolicy, now: DateTime<Utc>) -> DateTime<Utc> {
        self.spaced(policy, now).max(self.held_until.unwrap_or(now))
    }

    fn spaced(&self, policy: &PacePolicy, now: DateTime<Utc>) -> DateTime<Utc> {
        let spacing = policy.min_spacing.max(self.throttle.spacing());
        // A sending in the future means that the clock was put back; it must not hold anybody for hours.
        self.last_sent.filter(|sent| *sent <= now).map_or(now, |sent| later(sent, spacing).max(now))
    }
}

impl From<PacePolicy> for Pace {
    fn from(policy: PacePolicy) -> Self {
        Self::new(policy)
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("policy", &self.0.policy).field("state", &*self.state()).finish()
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use futures_util::FutureExt as _;

    use super::*;

    /// Sleeping moves it on at once.
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

    /// Nobody who sleeps on it wakes.
    #[derive(Debug)]
    struct StandingClock;

    #[async_trait]
    impl Clock for StandingClock {
        fn now(&self) -> DateTime<Utc> {
            at(0)
        }

        async fn sleep(&self, _wait: Duration) {
            std::future::pending::<()>().await;
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn clock() -> JumpingClock {
        JumpingClock(Mutex::new(at(0)))
    }

    fn pace(in_flight: usize) -> Pace {
        Pace::new(PacePolicy::default().in_flight(in_flight))
    }

    /// Takes all slots that are free, and leaves them taken.
    fn free_slots(pace: &Pace) -> usize {
        std::iter::from_fn(|| pace.slot().now_or_never()).map(std::mem::forget).count()
    }

    #[tokio::test]
    async fn nothing_is_sent_before_the_hold_ends() {
        let (pace, clock) = (pace(1), clock());
        pace.hold_until(at(40));
        pace.hold_until(at(10));
        assert_eq!(pace.slot().await.turn(&clock, at(60)).await, Ok(()));
        assert_eq!(clock.now(), at(40));
    }

    #[tokio::test]
    async fn a_hold_beyond_the_deadline_is_not_waited_for() {
        let (pace, clock) = (pace(1), clock());
        pace.hold_until(at(61));
        assert_eq!(pace.slot().await.turn(&clock, at(60)).await, Err(TooLate { at: at(61) }));
        assert_eq!(clock.now(), at(0));
    }

    #[tokio::test]
    async fn nothing_is_sent_at_or_after_the_deadline() {
        let (pace, clock) = (pace(1), clock());
        assert_eq!(pace.slot().await.turn(&clock, at(0)).await, Err(TooLate { at: at(0) }));
    }

    #[tokio::test]
    async fn the_spacing_lies_between_any_two_sendings() {
        let pace = Pace::new(PacePolicy::default().min_spacing(Duration::from_secs(3)));
        let clock = clock();
        for second in [0, 3, 6] {
            pace.slot().await.turn(&clock, at(60)).await.unwrap();
            assert_eq!(clock.now(), at(second));
        }
    }

    #[tokio::test]
    async fn a_429_takes_slots_away_and_spaces_what_remains() {
        let (pace, clock) = (pace(4), clock());
        let mut slot = pace.slot().await;
        slot.turn(&clock, at(60)).await.unwrap();
        slot.refused();
        drop(slot);
        assert_eq!(pace.spacing_left(at(0)), Duration::from_millis(250));
        assert_eq!(free_slots(&pace), 2);
    }

    #[tokio::test]
    async fn slots_of_requests_under_way_are_given_up_at_their_end() {
        let (pace, clock) = (pace(4), clock());
        let mut slots = Vec::new();
        for _ in 0..4 {
            let mut slot = pace.slot().await;
            slot.turn(&clock, at(60)).await.unwrap();
            slots.push(slot);
        }
        slots.iter().for_each(Slot::refused);
        slots.truncate(2);
        assert_eq!(free_slots(&pace), 0, "two are allowed and two are still under way");
        drop(slots);
        assert_eq!(free_slots(&pace), 2);
    }

    #[tokio::test]
    async fn good_answers_bring_the_slots_back() {
        let (pace, clock) = (pace(4), clock());
        let mut slot = pace.slot().await;
        slot.turn(&clock, at(60)).await.unwrap();
        slot.refused();
        drop(slot);
        for _ in 0..20 {
            let mut slot = pace.slot().await;
            slot.turn(&clock, at(60)).await.unwrap();
            slot.accepted();
        }
        assert_eq!(free_slots(&pace), 4);
    }

    #[tokio::test]
    async fn a_call_that_is_dropped_gives_back_its_slot_and_its_place() {
        let pace = Pace::new(PacePolicy::default().in_flight(1).min_spacing(Duration::from_secs(3)));
        pace.slot().await.turn(&clock(), at(60)).await.unwrap();
        for _ in 0..5 {
            let mut slot = pace.slot().now_or_never().expect("the slot was not given back");
            // Its place would come at second 3; it is dropped while it waits for that.
            assert_eq!(slot.turn(&StandingClock, at(60)).now_or_never(), None);
            // Nor does one take a place that is dropped while it waits for the slot.
            assert!(pace.slot().now_or_never().is_none());
        }
        let clock = clock();
        pace.slot().await.turn(&clock, at(60)).await.unwrap();
        assert_eq!(clock.now(), at(3), "the dropped ones left no gap");
    }

    #[tokio::test]
    async fn a_clock_that_was_put_back_holds_nobody() {
        let pace = Pace::new(PacePolicy::default().min_spacing(Duration::from_secs(3)));
        let clock = JumpingClock(Mutex::new(at(3600)));
        pace.slot().await.turn(&clock, at(9999)).await.unwrap();
        *clock.0.lock().unwrap() = at(0);
        assert_eq!(pace.slot().await.turn(&clock, at(60)).await, Ok(()));
        assert_eq!(clock.now(), at(0));
    }
}

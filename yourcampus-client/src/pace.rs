//! When may the next request leave? One gate for all clients with this [`Pace`]; the token call goes through it too.
//!
//! Three bounds hold at once: requests in flight, requests per window (a share of the limit the server states), and
//! a hold until the instant that `Retry-After` or the rate headers name. Nothing is ever sent before all three allow it.
//! A call that is dropped, wherever it waits, gives back what it held: the slot goes with its guard, and a place in the
//! window is taken only in the act of sending.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::{Clock, later, until};

/// The limit the vendor's documentation shows.
const DOCUMENTED_LIMIT: u32 = 600;
/// The window all limits are counted over.
const WINDOW: Duration = Duration::from_secs(60);
/// Resets are told in whole seconds, so two of one window may differ by this much.
const RESET_GRAIN: Duration = Duration::from_secs(1);
/// A reset further away than this is not "seconds until reset" but a misread clock; it counts as not given.
const LONGEST_RESET: u64 = 3600;

/// How fast the client goes at most.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PacePolicy {
    percent_of_limit: u32,
    assumed_limit: u32,
    max_in_flight: u32,
    min_spacing: Duration,
}

impl Default for PacePolicy {
    /// 70 % of the stated limit, that is 420 requests per 60 s until the server states one; 4 requests in flight; no
    /// spacing beyond that.
    fn default() -> Self {
        Self {
            percent_of_limit: 70,
            assumed_limit: DOCUMENTED_LIMIT,
            max_in_flight: 4,
            min_spacing: Duration::ZERO,
        }
    }
}

impl PacePolicy {
    /// Uses this share of the stated limit, 1 to 100 percent (default 70). Others share the limit with us.
    pub fn with_percent_of_limit(mut self, percent: u32) -> Self {
        self.percent_of_limit = percent.clamp(1, 100);
        self
    }

    /// Assumes this limit per 60 s for as long as no answer states one (default 600, as documented; at least 1).
    pub fn with_assumed_limit(mut self, requests: u32) -> Self {
        self.assumed_limit = requests.max(1);
        self
    }

    /// Has at most this many requests in flight (default 4, at least 1).
    pub fn with_max_in_flight(mut self, requests: u32) -> Self {
        self.max_in_flight = requests.max(1);
        self
    }

    /// Keeps at least this much time between two requests (default none).
    pub fn with_min_spacing(mut self, spacing: Duration) -> Self {
        self.min_spacing = spacing;
        self
    }
}

/// What the server said about its limit in one answer. What is missing or malformed is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests allowed per window (`X-RateLimit-Limit`).
    pub limit: Option<u32>,
    /// Requests left in it (`X-RateLimit-Remaining`).
    pub remaining: Option<u32>,
    /// Seconds until it begins anew (`X-RateLimit-Reset`).
    pub reset_seconds: Option<u64>,
}

impl RateLimit {
    pub(crate) fn parse<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Self {
        fn number<T: std::str::FromStr>(text: Option<&str>) -> Option<T> {
            text.and_then(|text| text.trim().parse().ok())
        }
        Self {
            limit: number(header("x-ratelimit-limit")).filter(|limit| *limit > 0),
            remaining: number(header("x-ratelimit-remaining")),
            reset_seconds: number(header("x-ratelimit-reset")).filter(|seconds| *seconds <= LONGEST_RESET),
        }
    }
}

/// A gate for requests. Clones are the same gate: give one to every client with the same keys, because the server
/// counts their requests together. They must share a clock as well.
#[derive(Clone)]
pub struct Pace(Arc<Gate>);

struct Gate {
    policy: PacePolicy,
    slots: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: u32,
    /// When the requests of the present window left, oldest first.
    sent: VecDeque<DateTime<Utc>>,
    in_flight: u32,
    /// Requests left according to the server, and until when that holds.
    allowance: Option<(u32, DateTime<Utc>)>,
    held_until: Option<DateTime<Utc>>,
    last_seen: Option<RateLimit>,
}

/// The permission to have one request in flight; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Permit<'p> {
    pace: &'p Pace,
    _slot: Option<SemaphorePermit<'p>>,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        state.in_flight = state.in_flight.saturating_sub(1);
    }
}

/// The request may not leave before this instant, and that is after the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLate(pub(crate) DateTime<Utc>);

impl Pace {
    /// A gate of its own, through which nothing has passed yet.
    pub fn new(policy: PacePolicy) -> Self {
        let slots = Semaphore::new(usize::try_from(policy.max_in_flight).unwrap_or(1));
        let state = State {
            limit: policy.assumed_limit,
            sent: VecDeque::new(),
            in_flight: 0,
            allowance: None,
            held_until: None,
            last_seen: None,
        };
        Self(Arc::new(Gate { policy, slots, state: Mutex::new(state) }))
    }

    /// Waits until a request may leave, and counts it as having left. No permission is given at or after the deadline.
    pub(crate) async fn admit(
        &self,
        clock: &dyn Clock,
        deadline: DateTime<Utc>,
    ) -> Result<Permit<'_>, TooLate> {
        // The semaphore is never closed; were it, going on without a slot would only lose the bound on flights.
        let slot = self.0.slots.acquire().await.ok();
        loop {
            let now = clock.now();
            let ready = {
                let mut state = self.state();
                let ready = state.earliest(&self.0.policy, now);
                if ready <= now && now < deadline {
                    state.depart(now);
                    return Ok(Permit { pace: self, _slot: slot });
                }
                ready
            };
            if ready >= deadline {
                return Err(TooLate(ready));
            }
            clock.sleep(until(now, ready)).await;
        }
    }

    /// Learns from the headers of an answer. Call it while the answered request still holds its permit.
    pub(crate) fn observe(&self, rate: RateLimit, retry_after: Option<Duration>, now: DateTime<Utc>) {
        let mut state = self.state();
        if rate != RateLimit::default() {
            state.last_seen = Some(rate);
        }
        if let Some(limit) = rate.limit {
            state.limit = limit;
        }
        if let Some(remaining) = rate.remaining {
            // The others in flight may be counted already or not; assuming they are not errs on the safe side.
            let others = state.in_flight.saturating_sub(1);
            let left = remaining.saturating_sub(others);
            let reset = later(now, rate.reset_seconds.map_or(WINDOW, Duration::from_secs));
            state.allowance = Some(match state.allowance {
                // Answers overtake each other: within one window, an older one must not give back what is used up.
                Some((known, same)) if now < same && reset <= later(same, RESET_GRAIN) => {
                    (left.min(known), same.max(reset))
                }
                _ => (left, reset),
            });
        }
        if let Some(wait) = retry_after {
            state.held_until = state.held_until.max(Some(later(now, wait)));
        }
    }

    /// The limit headers of the latest answer that had any.
    pub(crate) fn last_seen(&self) -> Option<RateLimit> {
        self.state().last_seen
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change under the lock is a single step, so a poisoned state is still a valid one.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn earliest(&mut self, policy: &PacePolicy, now: DateTime<Utc>) -> DateTime<Utc> {
        while self.sent.front().is_some_and(|left| later(*left, WINDOW) <= now) {
            self.sent.pop_front();
        }
        let mut ready = now.max(self.held_until.unwrap_or(now));
        if let Some((0, reset)) = self.allowance {
            ready = ready.max(reset);
        }
        // A request in the future means that the clock was put back; it must not hold anybody for hours.
        if let Some(last) = self.sent.back().filter(|last| **last <= now) {
            ready = ready.max(later(*last, policy.min_spacing));
        }
        // With `budget` requests in the window, the next may leave when the `budget`-th last of them drops out of it.
        let budget = budget(self.limit, policy.percent_of_limit);
        if let Some(blocking) = self.sent.len().checked_sub(budget).and_then(|index| self.sent.get(index)) {
            ready = ready.max(later(*blocking, WINDOW));
        }
        ready
    }

    fn depart(&mut self, now: DateTime<Utc>) {
        self.sent.push_back(now);
        self.in_flight = self.in_flight.saturating_add(1);
        self.allowance = match self.allowance {
            Some((remaining, reset)) if now < reset => Some((remaining.saturating_sub(1), reset)),
            _ => None,
        };
    }
}

impl From<PacePolicy> for Pace {
    fn from(policy: PacePolicy) -> Self {
        Self::new(policy)
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("policy", &self.0.policy).finish_non_exhaustive()
    }
}

fn budget(limit: u32, percent: u32) -> usize {
    let requests = u64::from(limit) * u64::from(percent) / 100;
    usize::try_from(requests.max(1)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use chrono::{TimeDelta, TimeZone as _};
    use futures_util::FutureExt as _;

    use super::*;

    /// It is noon and stays noon: nobody who sleeps wakes.
    #[derive(Debug)]
    struct Noon;

    #[async_trait]
    impl Clock for Noon {
        fn now(&self) -> DateTime<Utc> {
            noon()
        }

        async fn sleep(&self, _wait: Duration) {
            std::future::pending::<()>().await;
        }
    }

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
    }

    fn wait_of(pace: &Pace, now: DateTime<Utc>) -> TimeDelta {
        pace.state().earliest(&pace.0.policy, now) - now
    }

    fn headers<'h>(pairs: &'h [(&'h str, &'h str)]) -> impl Fn(&str) -> Option<&'h str> {
        move |wanted| pairs.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value)
    }

    #[test]
    fn the_four_hundred_and_twenty_first_request_waits_for_the_window() {
        let pace = Pace::new(PacePolicy::default());
        for second in 0..420 {
            let now = noon() + TimeDelta::milliseconds(second);
            assert_eq!(wait_of(&pace, now), TimeDelta::zero(), "request {second}");
            pace.state().depart(now);
        }
        let now = noon() + TimeDelta::seconds(1);
        assert_eq!(wait_of(&pace, now), TimeDelta::seconds(59));
    }

    #[test]
    fn a_stated_limit_replaces_the_assumed_one() {
        let pace = Pace::new(PacePolicy::default());
        pace.observe(RateLimit { limit: Some(10), ..RateLimit::default() }, None, noon());
        for _ in 0..7 {
            assert_eq!(wait_of(&pace, noon()), TimeDelta::zero());
            pace.state().depart(noon());
        }
        assert_eq!(wait_of(&pace, noon()), TimeDelta::seconds(60));
    }

    #[test]
    fn nothing_left_holds_until_the_reset() {
        let pace = Pace::new(PacePolicy::default());
        let rate = RateLimit { limit: Some(600), remaining: Some(0), reset_seconds: Some(17) };
        pace.observe(rate, None, noon());
        assert_eq!(wait_of(&pace, noon()), TimeDelta::seconds(17));
        assert_eq!(wait_of(&pace, noon() + TimeDelta::seconds(17)), TimeDelta::zero());
    }

    #[test]
    fn what_is_in_flight_is_taken_off_what_is_left() {
        let pace = Pace::new(PacePolicy::default());
        for _ in 0..3 {
            pace.state().depart(noon());
        }
        pace.observe(RateLimit { remaining: Some(2), ..RateLimit::default() }, None, noon());
        assert_eq!(wait_of(&pace, noon()), TimeDelta::seconds(60));
    }

    #[test]
    fn each_departure_uses_up_what_is_left() {
        let pace = Pace::new(PacePolicy::default());
        let rate = RateLimit { remaining: Some(1), reset_seconds: Some(30), ..RateLimit::default() };
        pace.observe(rate, None, noon());
        assert_eq!(wait_of(&pace, noon()), TimeDelta::zero());
        pace.state().depart(noon());
        assert_eq!(wait_of(&pace, noon()), TimeDelta::seconds(30));
    }

    #[test]
    fn an_answer_that_was_overtaken_gives_nothing_back() {
        let pace = Pace::new(PacePolicy::default());
        let left = |remaining, reset| RateLimit {
            remaining: Some(remaining),
            reset_seconds: Some(reset),
            ..RateLimit::default()
        };
        pace.observe(left(0, 30), None, noon());
        pace.observe(left(5, 30), None, noon());
        assert_eq!(wait_of(&pace, noon()), TimeDelta::seconds(30));
        // A reset that lies clearly later belongs to the next window.
        pace.observe(left(5, 60), None, noon() + TimeDelta::seconds(20));
        assert_eq!(wait_of(&pace, noon() + TimeDelta::seconds(20)), TimeDelta::zero());
    }

    #[test]
    fn an_earlier_hold_does_not_shorten_a_later_one() {
        let pace = Pace::new(PacePolicy::default());
        pace.observe(RateLimit::default(), Some(Duration::from_secs(30)), noon());
        pace.observe(RateLimit::default(), Some(Duration::from_secs(1)), noon());
        assert_eq!(wait_of(&pace, noon()), TimeDelta::seconds(30));
    }

    #[test]
    fn spacing_holds_between_two_requests() {
        let pace = Pace::new(PacePolicy::default().with_min_spacing(Duration::from_millis(250)));
        pace.state().depart(noon());
        assert_eq!(wait_of(&pace, noon()), TimeDelta::milliseconds(250));
    }

    #[tokio::test]
    async fn a_request_that_got_its_slot_after_its_deadline_is_not_sent() {
        let pace = Pace::new(PacePolicy::default());
        let late = pace.admit(&Noon, noon()).await.map(drop);
        assert_eq!(late, Err(TooLate(noon())));
    }

    #[tokio::test]
    async fn a_request_that_is_dropped_gives_back_its_slot_and_takes_no_place() {
        let policy = PacePolicy::default().with_max_in_flight(1).with_min_spacing(Duration::from_secs(3));
        let (pace, deadline) = (Pace::new(policy), noon() + TimeDelta::seconds(60));
        drop(pace.admit(&Noon, deadline).await);
        for _ in 0..5 {
            assert!(pace.admit(&Noon, deadline).now_or_never().is_none(), "its place comes in three seconds");
        }
        assert_eq!(pace.0.slots.available_permits(), 1);
        assert_eq!(wait_of(&pace, noon()), TimeDelta::seconds(3));
        assert_eq!(pace.state().in_flight, 0);
    }

    #[test]
    fn a_clock_that_was_put_back_holds_nobody() {
        let pace = Pace::new(PacePolicy::default().with_min_spacing(Duration::from_secs(3)));
        pace.state().depart(noon() + TimeDelta::hours(1));
        assert_eq!(wait_of(&pace, noon()), TimeDelta::zero());
    }

    #[test]
    fn rate_headers_that_make_no_sense_count_as_absent() {
        let good =
            [("x-ratelimit-limit", "600"), ("x-ratelimit-remaining", " 599 "), ("x-ratelimit-reset", "60")];
        assert_eq!(
            RateLimit::parse(headers(&good)),
            RateLimit { limit: Some(600), remaining: Some(599), reset_seconds: Some(60) }
        );
        assert_eq!(RateLimit::parse(headers(&[])), RateLimit::default());
        let bad = [
            ("x-ratelimit-limit", "0"),
            ("x-ratelimit-remaining", "-1"),
            ("x-ratelimit-reset", "1767225600"),
        ];
        assert_eq!(RateLimit::parse(headers(&bad)), RateLimit::default());
    }
}

//! When a request is sent again, and after how long: a pure decision.
//!
//! In come the policy, the number of the attempt, what became of it, a random number and the time left; out comes a
//! [`Verdict`]. Nothing here waits, draws or looks at a clock. A refusal that waiting cannot mend (400, 403, 404,
//! 500, a spent quota) is never sent again.

use std::time::Duration;

/// Attempts at what the server cannot explain: it is not always transient, so at most twice more.
const UNEXPLAINED_ATTEMPTS: u32 = 3;

/// How often and how patiently a read is repeated.
///
/// | setting | default |
/// |---|---|
/// | attempts after a broken connection, a time-out, 502, 503, 504 | 3 |
/// | attempts after 429 | 5 |
/// | first wait (doubles each time, full jitter) | 0.5 s |
/// | longest wait without `Retry-After` | 30 s |
/// | total deadline of one call, waits included | 2 min |
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all when the connection breaks or the server is unavailable; at least 1.
    pub attempts: u32,
    /// Attempts in all when the server says 429; at least 1.
    pub throttled_attempts: u32,
    /// Upper bound of the first wait; doubles with each attempt.
    pub first_wait: Duration,
    /// Upper bound of every wait the server did not ask for.
    pub longest_wait: Duration,
    /// Total time for one call, counted from its first slot in the [`Pace`](crate::Pace), waits included. The wait for that
    /// slot does not count, because it is behind our own calls. An exchange is cut short at the deadline.
    pub deadline: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            throttled_attempts: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            deadline: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// Everything is sent once.
    pub fn never() -> Self {
        Self { attempts: 1, throttled_attempts: 1, ..Self::default() }
    }

    /// Sets the attempts in all when the connection breaks or the server is unavailable.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the attempts in all when the server says 429.
    pub fn throttled_attempts(mut self, attempts: u32) -> Self {
        self.throttled_attempts = attempts;
        self
    }

    /// Sets the upper bound of the first wait.
    pub fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// Sets the upper bound of every wait the server did not ask for.
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// Sets the total time for one call.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

/// What became of one attempt, as far as repeating it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The connection was never made, broke, or took too long.
    Broken,
    /// The server, or the gateway before it, is not available for the moment.
    Unavailable,
    /// The server failed and does not know why, which may pass or not.
    #[cfg_attr(not(any(feature = "soap", test)), expect(dead_code, reason = "only SOAP has such a number"))]
    Unexplained,
    /// The server asks for fewer calls.
    Throttled,
    /// Repeating cannot help.
    Final,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Give up: repeating cannot help, or has been tried often enough.
    Stop,
    /// Send again after this wait.
    After(Duration),
    /// It would help to send again after this wait, but the call's deadline comes first.
    TooLate(Duration),
}

/// Decides about attempt number `attempt` (from 1). `jitter` lies in `0.0..=1.0`; `retry_after` is the server's wish;
/// `left` is the time until the call's deadline.
pub(crate) fn decide(
    policy: &RetryPolicy,
    attempt: u32,
    outcome: Outcome,
    retry_after: Option<Duration>,
    jitter: f64,
    left: Duration,
) -> Verdict {
    let attempts = match outcome {
        Outcome::Final => return Verdict::Stop,
        Outcome::Throttled => policy.throttled_attempts,
        Outcome::Broken | Outcome::Unavailable => policy.attempts,
        Outcome::Unexplained => policy.attempts.min(UNEXPLAINED_ATTEMPTS),
    };
    let wait = retry_after.unwrap_or_else(|| back_off(policy, attempt, jitter));
    if wait >= left {
        return Verdict::TooLate(wait);
    }
    if attempt >= attempts { Verdict::Stop } else { Verdict::After(wait) }
}

/// Exponential, with full jitter: a random share of a bound that doubles.
fn back_off(policy: &RetryPolicy, attempt: u32, jitter: f64) -> Duration {
    let doublings = attempt.saturating_sub(1).min(31);
    let bound = policy.first_wait.saturating_mul(1 << doublings).min(policy.longest_wait);
    bound.mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLENTY: Duration = Duration::from_secs(120);

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn each_outcome_has_its_own_number_of_attempts() {
        let policy = RetryPolicy::default();
        for (outcome, attempts) in
            [(Outcome::Broken, 3), (Outcome::Unavailable, 3), (Outcome::Throttled, 5), (Outcome::Final, 1)]
        {
            for attempt in 1..=6 {
                let again = matches!(decide(&policy, attempt, outcome, None, 1.0, PLENTY), Verdict::After(_));
                assert_eq!(again, attempt < attempts, "{outcome:?}, attempt {attempt}");
            }
        }
    }

    #[test]
    fn what_the_server_cannot_explain_is_asked_at_most_twice_more() {
        let policy = RetryPolicy::default().attempts(9);
        for (attempt, again) in [(1, true), (2, true), (3, false)] {
            let verdict = decide(&policy, attempt, Outcome::Unexplained, None, 1.0, PLENTY);
            assert_eq!(matches!(verdict, Verdict::After(_)), again, "attempt {attempt}");
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_jitter_takes_a_share() {
        let policy = RetryPolicy::default().throttled_attempts(20).first_wait(seconds(1));
        for (attempt, jitter, wait) in
            [(1, 1.0, 1.0), (2, 1.0, 2.0), (3, 0.5, 2.0), (6, 1.0, 30.0), (19, 1.0, 30.0), (4, 0.0, 0.0)]
        {
            let verdict = decide(&policy, attempt, Outcome::Throttled, None, jitter, PLENTY);
            assert_eq!(verdict, Verdict::After(Duration::from_secs_f64(wait)), "attempt {attempt}");
        }
    }

    #[test]
    fn the_servers_wish_wins_over_the_back_off_and_loses_to_the_deadline() {
        let policy = RetryPolicy::default();
        let wish = |wait| decide(&policy, 1, Outcome::Throttled, Some(wait), 0.0, seconds(60));
        assert_eq!(wish(seconds(45)), Verdict::After(seconds(45)));
        assert_eq!(wish(seconds(60)), Verdict::TooLate(seconds(60)));
    }
}

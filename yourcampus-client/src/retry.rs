//! May this be sent again, and after which wait? A pure table; nothing here sends, waits or draws a number.
//!
//! A read is repeated after a broken connection, a time-out, a 429 and any 5xx. A write is repeated only if no byte
//! of it can have left: whatever status it got, and whatever happened after the connection stood, ends the call.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::until;

/// How often and how long the client tries. The defaults are those of the vendor's SDK, plus a deadline and jitter.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    max_retries: u32,
    first_wait: Duration,
    longest_wait: Duration,
    jitter: f64,
    deadline: Duration,
}

impl Default for RetryPolicy {
    /// Three retries after 0.5 s, 1 s and 2 s, each up to 25 % longer by chance; two minutes for the whole call.
    fn default() -> Self {
        Self {
            max_retries: 3,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(2),
            jitter: 0.25,
            deadline: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// Sends at most this many times more after the first (default 3).
    pub fn with_max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// The wait before the first retry (default 0.5 s); it doubles each time, up to `longest` (default 2 s).
    pub fn with_waits(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest.max(first);
        self
    }

    /// Lengthens each wait by a random share of at most this much, 0.0 to 1.0 (default 0.25). A wait that the server
    /// asked for is not lengthened.
    pub fn with_jitter(mut self, share: f64) -> Self {
        self.jitter = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self
    }

    /// The time for a whole call, waits and pacing included (default two minutes). No wait begins that would pass it.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }
}

/// How one try ended, as far as repeating is concerned. Success is not among them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Outcome {
    /// No connection: surely not sent.
    NotSent,
    /// A time-out, or a connection that broke after it stood: perhaps carried out.
    Broken,
    /// An answer that is not 2xx.
    Refused { status: u16, retry_after: Option<Duration> },
    /// An answer or a failure that would be the same again.
    Final,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Stop,
    After(Duration),
}

/// Decides on the try number `attempt`, counted from 0. `chance` is a number from 0.0 to 1.0.
pub(crate) fn decide(
    policy: &RetryPolicy,
    is_write: bool,
    attempt: u32,
    outcome: Outcome,
    chance: f64,
) -> Verdict {
    if attempt >= policy.max_retries {
        return Verdict::Stop;
    }
    let backoff = policy
        .first_wait
        .saturating_mul(2_u32.saturating_pow(attempt))
        .min(policy.longest_wait)
        .mul_f64(1.0 + policy.jitter * chance.clamp(0.0, 1.0));
    match outcome {
        Outcome::NotSent => Verdict::After(backoff),
        Outcome::Broken if !is_write => Verdict::After(backoff),
        Outcome::Refused { status: 429 | 500..=599, retry_after } if !is_write => {
            Verdict::After(retry_after.unwrap_or(backoff))
        }
        Outcome::Broken | Outcome::Refused { .. } | Outcome::Final => Verdict::Stop,
    }
}

/// A wait nobody means seriously; also keeps sums of instants inside the calendar.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(366 * 24 * 3600);

/// `Retry-After` as decimal seconds or as an HTTP date, seen from `now`. Anything else, and anything negative, counts as absent.
pub(crate) fn retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        if !(seconds.is_finite() && seconds >= 0.0) {
            return None;
        }
        return Some(
            Duration::try_from_secs_f64(seconds)
                .map_or(LONGEST_RETRY_AFTER, |wait| wait.min(LONGEST_RETRY_AFTER)),
        );
    }
    Some(until(now, http_date(value)?).min(LONGEST_RETRY_AFTER))
}

/// The instant of an HTTP date.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|date| date.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    const READ: bool = false;
    const WRITE: bool = true;

    fn status(status: u16) -> Outcome {
        Outcome::Refused { status, retry_after: None }
    }

    fn after(millis: u64) -> Verdict {
        Verdict::After(Duration::from_millis(millis))
    }

    #[test]
    fn reads_wait_half_a_second_then_one_then_two_and_then_give_up() {
        let policy = RetryPolicy::default();
        let waits: Vec<_> = (0..4).map(|attempt| decide(&policy, READ, attempt, status(503), 0.0)).collect();
        assert_eq!(waits, [after(500), after(1000), after(2000), Verdict::Stop]);
    }

    #[test]
    fn more_retries_stay_at_the_longest_wait() {
        let policy = RetryPolicy::default().with_max_retries(100);
        assert_eq!(decide(&policy, READ, 99, Outcome::Broken, 0.0), after(2000));
    }

    #[test]
    fn no_status_makes_a_write_repeat() {
        for code in 300..=599 {
            let verdict = decide(&RetryPolicy::default(), WRITE, 0, status(code), 0.0);
            assert_eq!(verdict, Verdict::Stop, "status {code}");
        }
        assert_eq!(decide(&RetryPolicy::default(), WRITE, 0, Outcome::Broken, 0.0), Verdict::Stop);
    }

    #[test]
    fn a_write_that_never_left_is_sent_again() {
        assert_eq!(decide(&RetryPolicy::default(), WRITE, 0, Outcome::NotSent, 0.0), after(500));
    }

    #[test]
    fn only_429_and_5xx_are_repeated_for_reads() {
        for code in 300..=599 {
            let repeated = decide(&RetryPolicy::default(), READ, 0, status(code), 0.0) != Verdict::Stop;
            assert_eq!(repeated, code == 429 || code >= 500, "status {code}");
        }
        assert_eq!(decide(&RetryPolicy::default(), READ, 0, Outcome::Final, 0.0), Verdict::Stop);
    }

    #[test]
    fn the_servers_wait_replaces_ours_and_is_not_lengthened() {
        let outcome = Outcome::Refused { status: 429, retry_after: Some(Duration::from_secs(3)) };
        assert_eq!(decide(&RetryPolicy::default(), READ, 0, outcome, 1.0), after(3000));
    }

    #[test]
    fn jitter_only_ever_lengthens() {
        let policy = RetryPolicy::default().with_jitter(0.5);
        assert_eq!(decide(&policy, READ, 0, Outcome::Broken, 1.0), after(750));
        assert_eq!(decide(&policy, READ, 0, Outcome::Broken, -7.0), after(500));
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
        let table = [
            ("3", Some(Duration::from_secs(3))),
            (" 1.5 ", Some(Duration::from_millis(1500))),
            ("0", Some(Duration::ZERO)),
            ("Sun, 01 Mar 2026 12:00:30 GMT", Some(Duration::from_secs(30))),
            ("Sun, 01 Mar 2026 11:00:00 GMT", Some(Duration::ZERO)),
            ("1e300", Some(LONGEST_RETRY_AFTER)),
            ("-1", None),
            ("NaN", None),
            ("inf", None),
            ("soon", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(retry_after(text, now), expected, "{text:?}");
        }
    }
}

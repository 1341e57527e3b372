//! What a `Retry-After` asks for: how long nothing may be sent.
//!
//! The headers of an answer come in, a wait goes out. Seconds (decimals allowed) and HTTP dates are understood, anything
//! else is no wish. A date counts from the answer's own `Date`, because the server's clock and ours may differ.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::until;

/// A wait beyond this counts as this; no sane caller waits longer, and sums stay inside the calendar.
const FARTHEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The server's wish, if it has one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RetryAfter {
    wait: Option<Duration>,
    /// An instant by a clock of which nothing is known but this.
    at: Option<DateTime<Utc>>,
}

impl RetryAfter {
    /// Reads every `Retry-After` of an answer whose `Date` is `date`. Of several, as a gateway may add its own, the
    /// longest counts.
    pub(crate) fn read<'h>(headers: impl IntoIterator<Item = &'h str>, date: Option<&str>) -> Self {
        let server_now = date.and_then(instant);
        let mut read = Self::default();
        for header in headers {
            match (seconds(header), instant(header), server_now) {
                (Some(wait), ..) => read.wait = read.wait.max(Some(wait)),
                (None, Some(at), Some(server_now)) => read.wait = read.wait.max(Some(until(at, server_now))),
                (None, at, _) => read.at = read.at.max(at),
            }
        }
        read
    }

    /// How long to wait, seen from `now`.
    pub(crate) fn wait(self, now: DateTime<Utc>) -> Option<Duration> {
        self.wait.max(self.at.map(|at| until(at, now))).map(|wait| wait.min(FARTHEST))
    }
}

fn seconds(header: &str) -> Option<Duration> {
    let seconds = header.trim().parse::<f64>().ok().filter(|seconds| *seconds >= 0.0)?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(FARTHEST))
}

fn instant(header: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(header.trim()).ok().map(|date| date.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: &str = "Wed, 21 Oct 2015 07:28:00 GMT";

    fn wait(headers: &[&str], date: Option<&str>) -> Option<Duration> {
        let now = "2015-10-21T07:27:00Z".parse().unwrap();
        RetryAfter::read(headers.iter().copied(), date).wait(now)
    }

    #[expect(clippy::unnecessary_wraps, reason = "the table reads better without a Some in each row")]
    fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn it_is_read_as_seconds_or_as_a_date() {
        for (header, expected) in [
            ("120", seconds(120)),
            (" 1.5 ", Some(Duration::from_millis(1500))),
            ("0", seconds(0)),
            (LATER, seconds(60)),
            ("Wed, 21 Oct 2015 07:00:00 GMT", seconds(0)),
            ("1e300", Some(FARTHEST)),
            ("inf", Some(FARTHEST)),
            ("Wed, 21 Oct 2099 07:00:00 GMT", Some(FARTHEST)),
            ("-3", None),
            ("NaN", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(wait(&[header], None), expected, "{header:?}");
        }
    }

    #[test]
    fn a_date_counts_from_the_answers_own_date() {
        for (header, date, expected) in [
            (LATER, "Wed, 21 Oct 2015 07:27:30 GMT", seconds(30)),
            (LATER, "Wed, 21 Oct 2015 09:00:00 GMT", seconds(0)),
            (LATER, "yesterday", seconds(60)),
            ("1.5", "Wed, 21 Oct 2015 07:27:30 GMT", Some(Duration::from_millis(1500))),
            ("soon", "Wed, 21 Oct 2015 07:27:30 GMT", None),
        ] {
            assert_eq!(wait(&[header], Some(date)), expected, "{header}, {date}");
        }
    }

    #[test]
    fn of_several_the_longest_counts() {
        assert_eq!(wait(&[], None), None);
        assert_eq!(wait(&["5", "3"], None), seconds(5));
        assert_eq!(wait(&["soon", "3"], None), seconds(3));
        assert_eq!(wait(&["3", LATER], None), seconds(60));
        assert_eq!(wait(&["90", LATER], None), seconds(90));
    }
}

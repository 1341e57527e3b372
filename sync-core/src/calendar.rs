//! Days and instants (R19).
//!
//! In: an instant, and calendar dates as the source gives them. Out: the date that it is in Amsterdam,
//! and the instant at which a last working day is over for the target. Never: the machine's clock or
//! its zone; an instant is always an argument.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Europe::Amsterdam;

/// The date in Amsterdam at this instant.
pub fn amsterdam_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Amsterdam).date_naive()
}

/// The instant from which somebody whose last day is `last_day` is deactivated: 23:00 UTC of that day,
/// as the target's own file channel does it.
pub fn deactivation_cutoff(last_day: NaiveDate) -> DateTime<Utc> {
    last_day.and_hms_opt(23, 0, 0).map_or(DateTime::<Utc>::MAX_UTC, |at| at.and_utc())
}

/// Is `last_day` over at this instant?
pub fn is_over(last_day: NaiveDate, at: DateTime<Utc>) -> bool {
    at >= deactivation_cutoff(last_day)
}

/// Is this a stand-in that systems write when they have no date: year 1, 1900, or 9999?
pub fn is_sentinel(date: NaiveDate) -> bool {
    date.year() <= 1900 || date.year() >= 9999
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn r19_the_amsterdam_date_over_both_clock_changes_and_the_years_end() {
        for (instant, date) in [
            ("2026-03-28T22:59:59Z", "2026-03-28"),
            ("2026-03-28T23:00:00Z", "2026-03-29"),
            ("2026-03-29T21:59:59Z", "2026-03-29"),
            ("2026-03-29T22:00:00Z", "2026-03-30"),
            ("2026-10-24T21:59:59Z", "2026-10-24"),
            ("2026-10-24T22:00:00Z", "2026-10-25"),
            ("2026-10-25T22:59:59Z", "2026-10-25"),
            ("2026-10-25T23:00:00Z", "2026-10-26"),
            ("2026-12-31T22:59:59Z", "2026-12-31"),
            ("2026-12-31T23:00:00Z", "2027-01-01"),
            ("2026-07-01T01:59:59Z", "2026-07-01"),
        ] {
            assert_eq!(amsterdam_date(at(instant)), day(date), "{instant}");
        }
    }

    #[test]
    fn r19_the_cutoff_is_23_utc_of_the_last_day_in_summer_and_winter() {
        for last_day in ["2026-01-31", "2026-07-31", "2026-12-31"] {
            let cutoff = at(&format!("{last_day}T23:00:00Z"));
            assert!(is_over(day(last_day), cutoff));
            assert!(!is_over(day(last_day), cutoff - chrono::TimeDelta::seconds(1)));
        }
    }

    #[test]
    fn placeholder_dates_are_sentinels() {
        assert!(is_sentinel(day("0001-01-01")));
        assert!(is_sentinel(day("1900-12-31")));
        assert!(!is_sentinel(day("1901-01-01")));
        assert!(!is_sentinel(day("9998-12-31")));
        assert!(is_sentinel(day("9999-01-01")));
    }
}

//! Who is set aside because the target keeps refusing (R21).
//!
//! In: in how many runs in a row the target refused a person's write, and when it did so last. Out: until when
//! that person's actions wait. Never: a person whom others have to wait for, or one who waits for ever.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ledger::Failures;

/// In so many runs in a row the target may refuse somebody before the person is set aside.
pub const TOLERATED_RUNS: u32 = 3;

/// How long the first time, in days. Every further refusal doubles it.
pub const FIRST_DAYS: i64 = 1;

/// The longest that somebody is set aside at a time, in days.
pub const LONGEST_DAYS: i64 = 30;

/// Until when the person's actions wait; `None` as long as the refusals are tolerated. After that instant they are
/// tried once more.
pub fn set_aside_until(failures: Failures) -> Option<DateTime<Utc>> {
    let doublings = failures.runs.checked_sub(TOLERATED_RUNS)?;
    let days = FIRST_DAYS.checked_shl(doublings).filter(|days| (FIRST_DAYS..LONGEST_DAYS).contains(days));
    failures.last.checked_add_signed(TimeDelta::days(days.unwrap_or(LONGEST_DAYS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_the_interval_doubles_from_one_day_to_thirty() {
        let last: DateTime<Utc> = "2026-06-15T10:00:00Z".parse().unwrap();
        for (runs, days) in [
            (0, None),
            (2, None),
            (3, Some(1)),
            (4, Some(2)),
            (5, Some(4)),
            (6, Some(8)),
            (7, Some(16)),
            (8, Some(30)),
            (9, Some(30)),
            (65, Some(30)),
            (66, Some(30)),
            (67, Some(30)),
            (u32::MAX, Some(30)),
        ] {
            let until = set_aside_until(Failures::new(runs, last));
            assert_eq!(until, days.map(|days| last + TimeDelta::days(days)), "{runs}");
        }
    }
}

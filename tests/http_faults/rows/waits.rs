//! `Retry-After` in every form, on the statuses it belongs to, and the rate headers of YourCampus.
//!
//! The clock of the tests begins on Monday 15 June 2026 at 09:00 UTC.

use super::Row;
use crate::act::{Act, Answer, Framing, Headers};
use crate::class::Class::{self, Throttled, ThrottledForLong, Unavailable, UnavailableForLong};
use crate::subject::Subject::{self, NmbrsRead, YourCampusRead};

pub(crate) fn rows() -> Vec<Row> {
    const ALONE: &[Subject] = &[YourCampusRead];
    let mut rows = Vec::new();
    for (name, headers, wait) in [
        ("3", &[("Retry-After", "3")] as Headers, 3000),
        ("1.5", &[("Retry-After", "1.5")], 1500),
        ("0", &[("Retry-After", "0")], 0),
        ("3 between blanks", &[("Retry-After", "  3 ")], 3000),
        ("a date in three seconds", &[("Retry-After", "Mon, 15 Jun 2026 09:00:03 GMT")], 3000),
        ("a date that has passed", &[("Retry-After", "Mon, 15 Jun 2026 08:00:00 GMT")], 0),
        ("5, and then 3", &[("Retry-After", "5"), ("Retry-After", "3")], 5000),
        ("3, and then 5", &[("Retry-After", "3"), ("Retry-After", "5")], 5000),
        ("a word, and then 3", &[("Retry-After", "soon"), ("Retry-After", "3")], 3000),
        (
            "a date in three seconds, by a clock that is five minutes ahead",
            &[("Date", "Mon, 15 Jun 2026 09:05:00 GMT"), ("Retry-After", "Mon, 15 Jun 2026 09:05:03 GMT")],
            3000,
        ),
        (
            "a date in three seconds, by a clock that is five minutes behind",
            &[("Date", "Mon, 15 Jun 2026 08:55:00 GMT"), ("Retry-After", "Mon, 15 Jun 2026 08:55:03 GMT")],
            3000,
        ),
        (
            "a date in three seconds, and a `Date` that is none",
            &[("Date", "today"), ("Retry-After", "Mon, 15 Jun 2026 09:00:03 GMT")],
            3000,
        ),
    ] {
        rows.extend(both(name, headers, Throttled, Unavailable).map(|row| row.asks(wait)));
    }
    for (name, headers) in [
        ("a word", &[("Retry-After", "soon")] as Headers),
        ("nothing", &[("Retry-After", "")]),
        ("-3", &[("Retry-After", "-3")]),
        ("NaN", &[("Retry-After", "NaN")]),
        ("a date without a year", &[("Retry-After", "Mon, 15 Jun 09:00:03 GMT")]),
    ] {
        rows.extend(both(name, headers, Throttled, Unavailable));
    }
    for (name, headers) in [
        ("a year", &[("Retry-After", "31536000")] as Headers),
        ("a date in a year", &[("Retry-After", "Tue, 15 Jun 2027 09:00:00 GMT")]),
        ("1e300", &[("Retry-After", "1e300")]),
    ] {
        let [throttled, down] = both(name, headers, ThrottledForLong, UnavailableForLong);
        let late = |row: Row| row.asks(0).but(NmbrsRead, "Deadline").but(YourCampusRead, "Deadline");
        rows.extend([late(throttled), late(down)]);
    }
    let cut = Answer::refusal(429, &[("Retry-After", "3")]).framed(Framing::Announced(900));
    rows.push(Row::answered("429, 3, its body cut off", cut, Throttled, "RateLimited").asks(3000));

    let rate = |name: &str, headers| {
        Row::answered(format!("429, {name}"), Answer::refusal(429, headers), Throttled, "RateLimited")
            .only(ALONE)
    };
    rows.extend([
        rate(
            "17 seconds to the next window",
            &[("X-RateLimit-Limit", "600"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "17")],
        )
        .holds(17_000),
        rate(
            "3, but 17 seconds to the next window",
            &[("Retry-After", "3"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "17")],
        )
        .asks(17_000),
        rate(
            "plenty left",
            &[("X-RateLimit-Limit", "600"), ("X-RateLimit-Remaining", "599"), ("X-RateLimit-Reset", "17")],
        ),
        rate(
            "rate headers that are words",
            &[
                ("X-RateLimit-Limit", "many"),
                ("X-RateLimit-Remaining", "none"),
                ("X-RateLimit-Reset", "soon"),
            ],
        ),
        rate(
            "rate headers below zero",
            &[("X-RateLimit-Limit", "-1"), ("X-RateLimit-Remaining", "-1"), ("X-RateLimit-Reset", "-1")],
        ),
        rate(
            "a reset that is a date in seconds",
            &[("X-RateLimit-Remaining", "9"), ("X-RateLimit-Reset", "1781514000")],
        ),
    ]);
    rows
}

/// The same header on a 429 and on a 503.
fn both(name: &str, headers: Headers, throttled: Class, down: Class) -> [Row; 2] {
    [(429, throttled, "RateLimited"), (503, down, "Server")].map(|(status, class, kind)| {
        Row::new(format!("{status}, {name}"), Act::Answer(Answer::refusal(status, headers)), class, kind)
    })
}

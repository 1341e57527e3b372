//! The table itself.

use crate::server::Act;

/// What repeating can do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// Nothing.
    Never,
    /// It may pass within seconds.
    Soon,
    /// The server asked for fewer calls.
    Throttled,
    /// It may pass, but not before the call's deadline.
    Later,
    /// A new token may mend it, once.
    NewToken,
}

/// One fault, and what must follow if it stays.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) act: Act,
    pub(crate) kind: &'static str,
    /// The kind for a write, if it is another one.
    pub(crate) write_kind: Option<&'static str>,
    pub(crate) again: Again,
    /// What repeating can do at Nmbrs, if that is something else; `reason` says why.
    pub(crate) nmbrs_again: Option<Again>,
    pub(crate) reason: Option<&'static str>,
    /// No answer says that nothing was done.
    pub(crate) open: bool,
    /// The status of the last answer.
    pub(crate) status: Option<u16>,
    /// The wait that the server asks for, in milliseconds.
    pub(crate) first_wait: Option<u128>,
}

impl Row {
    const fn new(name: &'static str, act: Act, kind: &'static str, again: Again, open: bool) -> Self {
        let status = match act {
            Act::Refuse(status, _) | Act::RefuseCut(status, _) => Some(status),
            Act::ContentType(_) | Act::Say(..) => Some(200),
            _ => None,
        };
        Self {
            name,
            act,
            kind,
            write_kind: None,
            again,
            nmbrs_again: None,
            reason: None,
            open,
            status,
            first_wait: None,
        }
    }

    const fn at_nmbrs(mut self, again: Again, reason: &'static str) -> Self {
        self.nmbrs_again = Some(again);
        self.reason = Some(reason);
        self
    }

    const fn after(mut self, millis: u128) -> Self {
        self.first_wait = Some(millis);
        self
    }

    const fn for_a_write(mut self, kind: &'static str) -> Self {
        self.write_kind = Some(kind);
        self
    }
}

/// Every fault.
pub(crate) fn rows() -> Vec<Row> {
    use Act::{ContentType, Refuse, RefuseCut, Say};
    use Again::{Later, Never, NewToken, Soon, Throttled};
    const OPEN: bool = true;
    const CLOSED: bool = false;
    vec![
        Row::new("resets before reading", Act::ResetBeforeReading, "Interrupted", Soon, OPEN),
        Row::new("resets after reading", Act::ResetAfterReading, "Interrupted", Soon, OPEN),
        Row::new("resets in the body", Act::ResetInBody, "Interrupted", Soon, OPEN),
        Row::new("announces more than it sends", Act::AnnounceMore, "Interrupted", Soon, OPEN),
        Row::new("loses the last chunk", Act::LoseLastChunk, "Interrupted", Soon, OPEN),
        Row::new("cuts off the gzip stream", Act::CutGzip, "Interrupted", Soon, OPEN),
        Row::new("sends too much", Act::TooLarge, "TooLarge", Never, OPEN),
        Row::new("200, JSON as text/html", ContentType("text/html"), "Decode", Never, OPEN),
        Row::new("200, JSON as text/plain", ContentType("text/plain"), "Decode", Never, OPEN),
        Row::new("200, HTML", Say("text/html", "<html></html>"), "Decode", Never, OPEN),
        Row::new("200, HTML as JSON", Say("application/json", "<html></html>"), "Decode", Never, OPEN),
        Row::new("200, nothing", Say("application/json", ""), "Decode", Never, OPEN),
        Row::new("200, null", Say("application/json", "null"), "Decode", Never, OPEN),
        Row::new("200, a text", Say("application/json", "\"done\""), "Decode", Never, OPEN),
        Row::new("200, an array", Say("application/json", "[]"), "Decode", Never, OPEN),
        Row::new("200, an empty object", Say("application/json", "{}"), "Decode", Never, OPEN),
        Row::new("302", Refuse(302, &[("Location", "/elsewhere")]), "UnexpectedStatus", Never, OPEN),
        Row::new("400", Refuse(400, &[]), "Invalid", Never, CLOSED),
        Row::new("401", Refuse(401, &[]), "Unauthorized", NewToken, CLOSED),
        Row::new("403", Refuse(403, &[]), "Forbidden", Never, CLOSED),
        Row::new("404", Refuse(404, &[]), "NotFound", Never, CLOSED),
        Row::new("409", Refuse(409, &[]), "Conflict", Never, CLOSED),
        Row::new("409, its body cut off", RefuseCut(409, &[]), "Conflict", Never, CLOSED),
        Row::new("418", Refuse(418, &[]), "UnexpectedStatus", Never, OPEN),
        Row::new("422", Refuse(422, &[]), "Invalid", Never, CLOSED),
        Row::new("429", Refuse(429, &[]), "RateLimited", Throttled, CLOSED),
        Row::new("429, 3", Refuse(429, &[("Retry-After", "3")]), "RateLimited", Throttled, CLOSED)
            .after(3000),
        Row::new("429, 1.5", Refuse(429, &[("Retry-After", "1.5")]), "RateLimited", Throttled, CLOSED)
            .after(1500),
        Row::new(
            "429, in three seconds as a date",
            Refuse(429, &[("Retry-After", "Mon, 15 Jun 2026 09:00:03 GMT")]),
            "RateLimited",
            Throttled,
            CLOSED,
        )
        .after(3000),
        Row::new("429, a word", Refuse(429, &[("Retry-After", "soon")]), "RateLimited", Throttled, CLOSED),
        Row::new("429, a year", Refuse(429, &[("Retry-After", "31536000")]), "Deadline", Later, CLOSED)
            .for_a_write("RateLimited"),
        Row::new(
            "429, 3, its body cut off",
            RefuseCut(429, &[("Retry-After", "3")]),
            "RateLimited",
            Throttled,
            CLOSED,
        )
        .after(3000),
        Row::new("500", Refuse(500, &[]), "Server", Soon, OPEN)
            .at_nmbrs(Never, "nmbrs-rest.md 3.3: a 500 is not repeated; yourcampus.md 1.9: every 5xx is"),
        Row::new("502", Refuse(502, &[]), "Server", Soon, OPEN),
        Row::new("502, its body cut off", RefuseCut(502, &[]), "Server", Soon, OPEN),
        Row::new("503", Refuse(503, &[]), "Server", Soon, OPEN),
        Row::new("503, 2", Refuse(503, &[("Retry-After", "2")]), "Server", Soon, OPEN).after(2000),
        Row::new("504", Refuse(504, &[]), "Server", Soon, OPEN),
    ]
}

//! What faults mean: a dozen classes, and what each of the five calls must make of them.
//!
//! This is the rule. Its sources are `nmbrs-rest.md` 1.8 and 3.3, `yourcampus.md` 1.2 and 1.9, and R13: a write of
//! which a byte may have left is never sent again.

use crate::subject::Subject;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// There is no connection, so surely nothing was sent.
    Unconnected,
    /// TLS failed: whoever answers is not who it should be.
    Unproven,
    /// The connection broke, or the answer did not come in time.
    Broken,
    /// A whole 2xx answer that cannot be what was asked for.
    Unreadable,
    /// A refusal that would be the same again.
    Refused,
    /// A status that no interface description holds.
    Unexpected,
    /// The access token is not good, or no longer.
    Unauthorized,
    /// Too many calls.
    Throttled,
    /// Too many calls, and the wait is longer than a call may take.
    ThrottledForLong,
    /// The plan's volume is used up.
    OutOfQuota,
    /// The server failed at this request.
    Failed,
    /// The server, or what stands before it, is not available for the moment.
    Unavailable,
    /// The same, and the wait is longer than a call may take.
    UnavailableForLong,
}

/// One entry for each of [`Subject::ALL`].
struct Rule {
    /// How often a request is sent whose fault stays.
    sends: [usize; 5],
    /// Whether the error says that the same call may succeed later.
    is_retryable: [bool; 5],
    /// Whether it stays open that the server acted.
    is_open: [bool; 5],
}

const Y: bool = true;
const N: bool = false;

impl Class {
    pub(crate) const ALL: [Self; 13] = [
        Self::Unconnected,
        Self::Unproven,
        Self::Broken,
        Self::Unreadable,
        Self::Unauthorized,
        Self::Refused,
        Self::Unexpected,
        Self::Throttled,
        Self::OutOfQuota,
        Self::Failed,
        Self::Unavailable,
        Self::ThrottledForLong,
        Self::UnavailableForLong,
    ];

    #[rustfmt::skip]
    #[expect(clippy::match_same_arms, reason = "a table: one line for each class")]
    const fn rule(self) -> Rule {
        // Nmbrs: a read, a refresh; YourCampus: a read, a write, the token call, which is never repeated.
        let (sends, is_retryable, is_open) = match self {
            Self::Unconnected        => ([3, 3, 4, 4, 1], [Y, Y, Y, Y, Y], [N, N, N, N, N]),
            Self::Unproven           => ([1, 1, 1, 1, 1], [N, N, N, N, N], [N, N, N, N, N]),
            // A refresh whose answer is lost is tried once more, at once, with the same token.
            Self::Broken             => ([3, 2, 4, 1, 1], [Y, Y, Y, N, Y], [Y, Y, Y, Y, N]),
            Self::Unreadable         => ([1, 2, 1, 1, 1], [N, N, N, N, N], [Y, Y, Y, Y, N]),
            Self::Refused            => ([1, 1, 1, 1, 1], [N, N, N, N, N], [N, N, N, N, N]),
            Self::Unexpected         => ([1, 1, 1, 1, 1], [N, N, N, N, N], [Y, Y, Y, Y, N]),
            // A 401 says that nothing was done, so that a write may come again as well.
            Self::Unauthorized       => ([2, 1, 2, 2, 1], [N, N, N, N, N], [N, N, N, N, N]),
            Self::Throttled          => ([5, 5, 4, 1, 1], [Y, Y, Y, Y, Y], [N, N, N, N, N]),
            Self::ThrottledForLong   => ([1, 1, 1, 1, 1], [Y, Y, Y, Y, Y], [N, N, N, N, N]),
            Self::OutOfQuota         => ([1, 1, 1, 1, 1], [N, N, N, N, N], [N, N, N, N, N]),
            Self::Failed             => ([1, 1, 4, 1, 1], [N, N, Y, N, Y], [Y, Y, Y, Y, N]),
            Self::Unavailable        => ([3, 3, 4, 1, 1], [Y, Y, Y, N, Y], [Y, Y, Y, Y, N]),
            Self::UnavailableForLong => ([1, 1, 1, 1, 1], [Y, Y, Y, N, Y], [Y, Y, Y, Y, N]),
        };
        Rule { sends, is_retryable, is_open }
    }

    pub(crate) fn sends(self, subject: Subject) -> usize {
        self.rule().sends[subject.index()]
    }

    pub(crate) fn is_retryable(self, subject: Subject) -> bool {
        self.rule().is_retryable[subject.index()]
    }

    pub(crate) fn is_open(self, subject: Subject) -> bool {
        self.rule().is_open[subject.index()]
    }

    /// Whether the repetition comes at once, without a wait.
    pub(crate) fn is_repeated_at_once(self, subject: Subject) -> bool {
        let doubted = subject == Subject::NmbrsToken && matches!(self, Self::Broken | Self::Unreadable);
        doubted || self == Self::Unauthorized
    }

    /// Whether not a byte of the request can have arrived.
    pub(crate) fn is_before_sending(self) -> bool {
        matches!(self, Self::Unconnected | Self::Unproven)
    }

    /// The meaning of a status of the API that nothing else is known of.
    pub(crate) fn of_status(status: u16) -> (Self, &'static str) {
        match status {
            400 | 422 => (Self::Refused, "Invalid"),
            401 => (Self::Unauthorized, "Unauthorized"),
            403 => (Self::Refused, "Forbidden"),
            404 => (Self::Refused, "NotFound"),
            409 => (Self::Refused, "Conflict"),
            429 => (Self::Throttled, "RateLimited"),
            502..=504 => (Self::Unavailable, "Server"),
            500..=599 => (Self::Failed, "Server"),
            _ => (Self::Unexpected, "UnexpectedStatus"),
        }
    }

    /// The meaning of a status of a token endpoint with nothing readable in the body. The identity server of Nmbrs
    /// speaks by words; without one, only what may pass, and 401 for the app's own credentials, mean something.
    pub(crate) fn of_token_status(status: u16, subject: Subject) -> (Self, &'static str) {
        match (Self::of_status(status), subject) {
            ((Self::Unauthorized, _), Subject::NmbrsToken) => (Self::Refused, "Configuration"),
            ((Self::Refused, _), Subject::NmbrsToken) => (Self::Unexpected, "UnexpectedStatus"),
            (meaning, _) => meaning,
        }
    }

    /// Why the clients differ in it.
    pub(crate) fn why_they_differ(self) -> Option<&'static str> {
        (self == Self::Failed).then_some(
            "the Nmbrs documentation calls a 500 an error to report; the YourCampus SDK repeats every 5xx",
        )
    }

    /// For the users of a client.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Unconnected => "no connection: unknown name, closed port, dead proxy, handshake broken off",
            Self::Unproven => "TLS failed: wrong, foreign or expired certificate, or no TLS at all",
            Self::Broken => "time-out, broken connection, answer cut off, answer that is not HTTP",
            Self::Unreadable => "a 2xx that is not what the interface promises, or is too large",
            Self::Refused => "400, 403, 404, 409, 422",
            Self::Unexpected => "a redirect, any other 4xx",
            Self::Unauthorized => "401",
            Self::Throttled => "429",
            Self::ThrottledForLong => "429, and `Retry-After` lies past the deadline",
            Self::OutOfQuota => "429 or 403, the quota is used up",
            Self::Failed => "500 and every other 5xx",
            Self::Unavailable => "502, 503, 504",
            Self::UnavailableForLong => "503, and `Retry-After` lies past the deadline",
        }
    }
}

//! Every code of `nmbrs-rest.md` 3.2, and what stands in for a code where there is none.

use super::Row;
use crate::act::Answer;
use crate::class::Class::{
    self, Failed, OutOfQuota, Refused, Throttled, Unauthorized, Unavailable, Unexpected,
};
use crate::subject::Subject::NmbrsRead;

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row(400, "code 40033", |_| code(40033), Refused, "Invalid"),
        row(401, "code 40101", |_| code(40101), Unauthorized, "Unauthorized"),
        row(401, "code 40102", |_| code(40102), Unauthorized, "Unauthorized"),
        row(403, "code 40303", |_| code(40303), Refused, "Forbidden"),
        row(403, "code 40304", |_| code(40304), Refused, "Forbidden"),
        row(403, "code 40305", |_| code(40305), Refused, "Forbidden"),
        row(403, "code 40306", |_| code(40306), Refused, "Forbidden"),
        row(404, "code 40401", |_| code(40401), Refused, "NotFound"),
        row(404, "code 40404", |_| code(40404), Refused, "NotFound"),
        row(429, "code 42908", |_| code(42908), Throttled, "RateLimited"),
        row(429, "code 42909", |_| code(42909), OutOfQuota, "QuotaExceeded"),
        row(429, "code 42909 as text", |_| br#"{"code":"42909"}"#.to_vec(), OutOfQuota, "QuotaExceeded"),
        row(500, "code 50001", |_| code(50001), Failed, "Server"),
        row(502, "code 50201", |_| code(50201), Unavailable, "Server"),
        row(503, "code 50301", |_| code(50301), Unavailable, "Server"),
        // The code is more exact than the status on the wire.
        row(503, "code 50001", |_| code(50001), Failed, "Server"),
        row(500, "code 50301", |_| code(50301), Unavailable, "Server"),
        row(403, "code 42909", |_| code(42909), OutOfQuota, "QuotaExceeded"),
        row(418, "code 12", |_| code(12), Unexpected, "UnexpectedStatus"),
        row(418, "type throttlingError", |_| kind("throttlingError"), Throttled, "RateLimited"),
        row(429, "type rateLimitError", |_| kind("rateLimitError"), Throttled, "RateLimited"),
        row(403, "type authenticationError", |_| kind("authenticationError"), Refused, "Forbidden"),
        row(400, "type validationError", |_| kind("validationError"), Refused, "Invalid"),
        row(503, "type apiError", |_| kind("apiError"), Unavailable, "Server"),
        row(
            429,
            "the gateway's words for too many calls",
            |_| gateway("Rate limit is exceeded."),
            Throttled,
            "RateLimited",
        ),
        row(
            429,
            "the gateway's words for a spent quota",
            |_| gateway("Out of call volume quota."),
            OutOfQuota,
            "QuotaExceeded",
        ),
        row(
            403,
            "the gateway's words for a spent quota",
            |_| gateway("Out of call volume quota."),
            OutOfQuota,
            "QuotaExceeded",
        ),
        row(
            401,
            "the gateway's words for a wrong key",
            |_| gateway("Access denied."),
            Unauthorized,
            "Unauthorized",
        ),
        row(
            429,
            "an array with the code of a spent quota",
            |_| b"[42909]".to_vec(),
            Throttled,
            "RateLimited",
        ),
    ]
}

fn row(status: u16, name: &str, body: fn(&str) -> Vec<u8>, class: Class, kind: &'static str) -> Row {
    let answer = Answer::refusal(status, &[]).saying(body);
    Row::answered(format!("{status}, {name}"), answer, class, kind).only(&[NmbrsRead])
}

fn code(code: u32) -> Vec<u8> {
    format!(r#"{{"code":{code},"title":"T","detail":"D"}}"#).into_bytes()
}

fn kind(kind: &str) -> Vec<u8> {
    format!(r#"{{"type":"{kind}"}}"#).into_bytes()
}

fn gateway(message: &str) -> Vec<u8> {
    format!(r#"{{"statusCode":429,"message":"{message}"}}"#).into_bytes()
}

//! What a refusal of the API means.
//!
//! A status and a body come in; a [`Problem`] goes out: the kind of error and whether repeating helps. The vendor's
//! `code` decides, else its `type`, else the HTTP status. A body that cannot be read (HTML, empty, anything) can
//! never hide the status, and nothing of the body but numbers is kept.

use serde::Deserialize;

use crate::error::ErrorKind;
use crate::object::Object;
use crate::retry::Outcome;

/// "Not possible to use this call for multiple debtor consents."
pub(crate) const MULTI_DEBTOR_CONSENT: u32 = 40306;
/// The environment has no valid subscription: neither scope nor rights are at fault.
const INVALID_SUBSCRIPTION: u32 = 40304;
/// The plan's call volume is used up.
const QUOTA_EXCEEDED: u32 = 42909;
/// How the gateway itself words a spent quota.
const QUOTA_WORDS: &str = "out of call volume quota";

/// A refusal, understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) kind: ErrorKind,
    pub(crate) code: Option<u32>,
    pub(crate) outcome: Outcome,
    /// The gateway before the API refused, and the API never saw the request.
    pub(crate) is_gateways: bool,
}

impl Problem {
    /// Whether a missing scope can be the cause.
    pub(crate) fn may_be_a_missing_scope(self) -> bool {
        self.kind == ErrorKind::Forbidden
            && !matches!(self.code, Some(MULTI_DEBTOR_CONSENT | INVALID_SUBSCRIPTION))
    }
}

/// Both shapes of an error body: the vendor's own, and the gateway's `{"statusCode", "message"}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    code: serde_json::Value,
    #[serde(rename = "type")]
    kind: serde_json::Value,
    #[serde(rename = "statusCode")]
    status_code: serde_json::Value,
    message: serde_json::Value,
}

/// Understands a refusal. Never fails.
pub(crate) fn understand(status: u16, body: &[u8]) -> Problem {
    let Object(body): Object<Body> = serde_json::from_slice(body).unwrap_or_default();
    let code = number(&body.code);
    let is_gateways = code.is_none() && !body.status_code.is_null() && body.message.is_string();
    let says_quota = body.message.as_str().is_some_and(|m| m.to_ascii_lowercase().contains(QUOTA_WORDS));
    if code == Some(QUOTA_EXCEEDED) || (says_quota && matches!(status, 403 | 429)) {
        return Problem { kind: ErrorKind::QuotaExceeded, code, outcome: Outcome::Final, is_gateways };
    }
    // The first three digits of a code are a status; it is more exact than the one on the wire.
    let by_code = code.map(|code| code / 100).and_then(|s| u16::try_from(s).ok()).and_then(by_status);
    let (kind, outcome) =
        by_code.or_else(|| by_type(body.kind.as_str()?, status)).unwrap_or_else(|| of_status(status));
    Problem { kind, code, outcome, is_gateways }
}

/// What a status says that is all there is.
pub(crate) fn of_status(status: u16) -> (ErrorKind, Outcome) {
    by_status(status).unwrap_or((
        if (500..=599).contains(&status) { ErrorKind::Server } else { ErrorKind::UnexpectedStatus },
        Outcome::Final,
    ))
}

fn number(value: &serde_json::Value) -> Option<u32> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u32::try_from(number).ok().filter(|code| (10_000..=99_999).contains(code))
}

fn by_status(status: u16) -> Option<(ErrorKind, Outcome)> {
    Some(match status {
        400 | 422 => (ErrorKind::Invalid, Outcome::Final),
        401 => (ErrorKind::Unauthorized, Outcome::Final),
        403 => (ErrorKind::Forbidden, Outcome::Final),
        404 => (ErrorKind::NotFound, Outcome::Final),
        409 => (ErrorKind::Conflict, Outcome::Final),
        429 => (ErrorKind::RateLimited, Outcome::Throttled),
        500 => (ErrorKind::Server, Outcome::Final),
        502..=504 => (ErrorKind::Server, Outcome::Unavailable),
        _ => return None,
    })
}

fn by_type(kind: &str, status: u16) -> Option<(ErrorKind, Outcome)> {
    match kind {
        "validationError" => by_status(400),
        "authenticationError" if status == 401 => by_status(401),
        "authenticationError" => by_status(403),
        "throttlingError" | "rateLimitError" => by_status(429),
        // `apiError` and `invalidRequestError` say less than the status does.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_then_the_type_then_the_status() {
        use ErrorKind as K;
        use Outcome as O;
        for (status, body, kind, outcome) in [
            (400, r#"{"code":40033,"type":"validationError"}"#, K::Invalid, O::Final),
            (401, r#"{"code":40102}"#, K::Unauthorized, O::Final),
            (403, r#"{"code":40306}"#, K::Forbidden, O::Final),
            (404, r#"{"code":"40404"}"#, K::NotFound, O::Final),
            (429, r#"{"code":42908}"#, K::RateLimited, O::Throttled),
            (429, r#"{"code":42909}"#, K::QuotaExceeded, O::Final),
            (500, r#"{"code":50001}"#, K::Server, O::Final),
            (502, r#"{"code":50201}"#, K::Server, O::Unavailable),
            (503, r#"{"code":50001}"#, K::Server, O::Final),
            (418, r#"{"type":"throttlingError"}"#, K::RateLimited, O::Throttled),
            (429, r#"{"type":"rateLimitError"}"#, K::RateLimited, O::Throttled),
            (401, r#"{"type":"authenticationError"}"#, K::Unauthorized, O::Final),
            (403, r#"{"type":"authenticationError"}"#, K::Forbidden, O::Final),
            (503, r#"{"type":"apiError"}"#, K::Server, O::Unavailable),
            (401, r#"{"statusCode":401,"message":"Access denied"}"#, K::Unauthorized, O::Final),
            (403, r#"{"statusCode":403,"message":"Out of call volume quota."}"#, K::QuotaExceeded, O::Final),
            (429, "", K::RateLimited, O::Throttled),
            (502, "<html>Bad Gateway</html>", K::Server, O::Unavailable),
            (503, "[]", K::Server, O::Unavailable),
            (507, "", K::Server, O::Final),
            (422, "null", K::Invalid, O::Final),
            (302, "", K::UnexpectedStatus, O::Final),
            (418, r#"{"code":7}"#, K::UnexpectedStatus, O::Final),
        ] {
            let problem = understand(status, body.as_bytes());
            assert_eq!((problem.kind, problem.outcome), (kind, outcome), "{status} {body}");
        }
    }

    #[test]
    fn the_gateways_own_shape_has_no_code_of_the_vendor() {
        for (body, is_gateways) in [
            (r#"{"statusCode":401,"message":"Access denied due to invalid subscription key."}"#, true),
            (r#"{"statusCode":401,"message":"Access denied","code":40102}"#, false),
            (r#"{"httpStatus":401,"code":40102,"title":"Invalid_Token"}"#, false),
            (r#"{"message":"Access denied"}"#, false),
            (r#"{"statusCode":401}"#, false),
            ("", false),
        ] {
            assert_eq!(understand(401, body.as_bytes()).is_gateways, is_gateways, "{body}");
        }
    }

    #[test]
    fn a_missing_subscription_and_a_multi_debtor_consent_are_not_about_scopes() {
        for (body, about_scopes) in [
            ("{}", true),
            (r#"{"code":40303}"#, true),
            (r#"{"code":40304}"#, false),
            (r#"{"code":40306}"#, false),
        ] {
            assert_eq!(understand(403, body.as_bytes()).may_be_a_missing_scope(), about_scopes, "{body}");
        }
    }
}

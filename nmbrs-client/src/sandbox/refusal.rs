//! The vendor's errors: every code it documents, in the shape it documents.

use serde_json::{Value, json};

use super::exchange::Answer;

const DOCS: &str = "https://developer.nmbrs.com/api/docs/errors";

/// A documented error: code, title, type, detail, page of the vendor that explains it. The first three digits of the
/// code are the HTTP status.
///
/// Of 40305 and 40306 only code and detail are known; as a title and a type are sent with every error, they borrow those
/// of 40303.
struct Documented(u32, &'static str, &'static str, &'static str, &'static str);

const DOCUMENTED: [Documented; 14] = [
    Documented(
        40033,
        "Parameter_Invalid",
        "validationError",
        "Invalid parameter.",
        "https://developer.nmbrs.com/docs/errors",
    ),
    Documented(40101, "Missing_Token", "authenticationError", "Token is missing on the authentication", DOCS),
    Documented(40102, "Invalid_Token", "authenticationError", "Token is invalid.", DOCS),
    Documented(
        40303,
        "Unauthorized_AccessData",
        "authenticationError",
        "You do not have access for the debtor or company you are trying to reach. Contact the administrator of the \
         environment and review access rights by tags/filters for your login on Template User.",
        DOCS,
    ),
    Documented(
        40304,
        "Invalid_Subscription",
        "authenticationError",
        "This environment is disabled, there is no valid subscription.",
        DOCS,
    ),
    Documented(
        40305,
        "Unauthorized_AccessData",
        "authenticationError",
        "You do not have access to this company or debtor.",
        DOCS,
    ),
    Documented(
        40306,
        "Unauthorized_AccessData",
        "authenticationError",
        "Not possible to use this call for multiple debtor consents. Consider using GetCompaniesByDebtor endpoint \
         instead.",
        DOCS,
    ),
    Documented(40401, "Not_Found", "invalidRequestError", "The requested resource could not be found.", DOCS),
    Documented(
        40404,
        "Invalid_Company",
        "invalidRequestError",
        "Company not found. Check if the company Id is correct.",
        DOCS,
    ),
    Documented(
        42908,
        "Too_Many_Calls",
        "throttlingError",
        "The amount of calls is above the threshold for your subscription plan.",
        DOCS,
    ),
    Documented(42909, "Quota_Exceeded", "throttlingError", "Out of call volume quota.", DOCS),
    Documented(50001, "Unkown", "apiError", "An unexpected error has occurred.", DOCS),
    Documented(50201, "Bad_Gateway", "apiError", "A gateway error has ocurred.", DOCS),
    Documented(
        50301,
        "Service_Unavailable",
        "apiError",
        "The API is not available, it can be because of an update or an unexpected error.",
        "https://status.nmbrs.com/",
    ),
];

/// Why the API does not answer a request.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The gateway in front of the API refuses the subscription key.
    SubscriptionKey { given: bool },
    /// Only GET exists.
    Method,
    /// A parameter of the request: name and reason.
    Parameter(&'static str, &'static str),
    /// One of the documented codes.
    Code(u32),
}

impl Refusal {
    pub(super) const MISSING_TOKEN: Self = Self::Code(40101);
    pub(super) const INVALID_TOKEN: Self = Self::Code(40102);
    pub(super) const NO_ACCESS: Self = Self::Code(40303);
    pub(super) const SEVERAL_DEBTORS: Self = Self::Code(40306);
    pub(super) const NOT_FOUND: Self = Self::Code(40401);
    pub(super) const UNKNOWN_COMPANY: Self = Self::Code(40404);

    pub(super) fn answer(&self) -> Answer {
        match self {
            Self::SubscriptionKey { given } => gateway_refusal(*given),
            Self::Method => Answer::empty(405).with_header("allow", "GET"),
            Self::Parameter(name, reason) => documented(40033, &json!([{ "name": name, "reason": reason }]))
                .unwrap_or_else(|| Answer::empty(400)),
            Self::Code(code) => {
                documented(*code, &Value::Null).unwrap_or_else(|| Answer::empty(status_of(*code)))
            }
        }
    }
}

/// The answer for a documented code, if it is one.
pub(super) fn documented(code: u32, invalid_params: &Value) -> Option<Answer> {
    let Documented(_, title, kind, detail, docs) = DOCUMENTED.iter().find(|known| known.0 == code)?;
    let status = status_of(code);
    Some(Answer::json(
        status,
        &json!({
            "type": kind,
            "httpStatus": status,
            "code": code,
            "title": title,
            "detail": detail,
            "invalid-params": invalid_params,
            "docUrl": docs,
        }),
    ))
}

/// The HTTP status a five-digit code starts with.
fn status_of(code: u32) -> u16 {
    u16::try_from(code / 100).unwrap_or(500)
}

/// The gateway's own shape, which has neither code nor title.
fn gateway_refusal(key_given: bool) -> Answer {
    let message = if key_given {
        "Access denied due to invalid subscription key."
    } else {
        "Access denied due to missing subscription key."
    };
    Answer::json(401, &json!({ "statusCode": 401, "message": message }))
}

//! What the sandbox remembers of a request: enough to judge a client, and nothing about a person or a key.

use serde::Serialize;

use super::call::Call;

/// One request that reached the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The `X-Request-ID` of the answer.
    pub request_id: String,
    /// The HTTP method.
    pub method: String,
    /// The path below the base URL, such as `/companies/1/employees`.
    pub path: String,
    /// The query in the order it came. Only the values of `skip`, `limit`, `is_active` and `company_group_id` are kept; any other
    /// is shown as `…`.
    pub query: Vec<(String, String)>,
    /// The status that was sent; `None` when the connection was closed without an answer.
    pub status: Option<u16>,
    /// Whether it asked for a change (everything but reads and token calls).
    pub is_write: bool,
    /// Whether it changed anything; `true` also when the answer was lost afterwards.
    pub changed: bool,
    /// The keys of the JSON object or of the form that was sent, in the order of the alphabet.
    pub body_keys: Vec<String>,
}

impl LoggedRequest {
    pub(super) fn of(call: &Call, request_id: &str) -> Self {
        Self {
            request_id: request_id.to_owned(),
            method: call.method.clone(),
            path: call.path.clone(),
            query: call.query.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect(),
            status: None,
            is_write: call.method != "GET" && !call.is_token_call(),
            changed: false,
            body_keys: call.body_keys(),
        }
    }
}

fn shown(name: &str, value: &str) -> String {
    match name {
        "skip" | "limit" | "is_active" | "company_group_id" => value.to_owned(),
        _ => "…".to_owned(),
    }
}

//! What the sandbox answers: a result, or a refusal in the API's error shape.

use bytes::Bytes;
use serde_json::{Value, json};

/// A status, headers and a body, and whether making it changed the state.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
    pub(super) changed: bool,
}

impl Answer {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: Bytes::from(body.to_string()), changed: false }
    }

    pub(super) fn that_changed(mut self, changed: bool) -> Self {
        self.changed = changed;
        self
    }

    /// Sets a header, in place of one of that name.
    pub(super) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }
}

/// Why a request is not carried out.
pub(super) enum Refusal {
    /// 400
    BadRequest(&'static str),
    /// 401
    Unauthorized(&'static str),
    /// 404
    NotFound(&'static str),
    /// 405
    MethodNotAllowed,
    /// 409
    Conflict(&'static str),
    /// 415
    UnsupportedMediaType,
    /// 422 with a list
    Invalid(Vec<Complaint>),
    /// 429, and the seconds to wait
    TooManyRequests(u64),
}

impl Refusal {
    pub(super) fn one(complaint: Complaint) -> Self {
        Self::Invalid(vec![complaint])
    }

    pub(super) fn unless_empty(complaints: Vec<Complaint>) -> Result<(), Self> {
        if complaints.is_empty() { Ok(()) } else { Err(Self::Invalid(complaints)) }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let say = |status, detail: &str| Self::json(status, &json!({ "detail": detail }));
        match refusal {
            Refusal::BadRequest(detail) => say(400, detail),
            Refusal::Unauthorized(detail) => say(401, detail),
            Refusal::NotFound(detail) => say(404, detail),
            Refusal::MethodNotAllowed => say(405, "Method Not Allowed"),
            Refusal::Conflict(detail) => say(409, detail),
            Refusal::UnsupportedMediaType => say(415, "Unsupported Media Type"),
            Refusal::Invalid(complaints) => {
                let list: Vec<Value> = complaints.into_iter().map(Complaint::into_json).collect();
                Self::json(422, &json!({ "detail": list }))
            }
            Refusal::TooManyRequests(seconds) => {
                say(429, "Too Many Requests").with_header("Retry-After", seconds.to_string())
            }
        }
    }
}

/// One member of the list in a 422: where, what, and of which kind. It never repeats the value that was sent.
pub(super) struct Complaint {
    loc: Vec<String>,
    msg: String,
    kind: &'static str,
}

impl Complaint {
    pub(super) fn new(loc: &[&str], msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: loc.iter().map(|part| (*part).to_owned()).collect(), msg: msg.into(), kind }
    }

    fn into_json(self) -> Value {
        json!({ "loc": self.loc, "msg": self.msg, "type": self.kind })
    }
}

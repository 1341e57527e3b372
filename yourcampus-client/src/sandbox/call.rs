//! A request as the sandbox judges it: taken apart, nothing decided yet.

use bytes::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use hyper::http::request::Parts;
use serde_json::Value;

use super::answer::{Complaint, Refusal};

/// Where the API lives on the sandbox's origin.
pub(super) const BASE_PATH: &str = "/customer_api/v1";

/// One request. It may hold keys, tokens and personal data, so it has no `Debug`.
pub(super) struct Call {
    pub(super) method: String,
    /// Below the base URL; a path elsewhere is kept whole.
    pub(super) path: String,
    is_below_base: bool,
    pub(super) query: Vec<(String, String)>,
    pub(super) authorization: Option<String>,
    content_type: Option<String>,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn new(head: &Parts, body: Bytes) -> Self {
        let whole = head.uri.path();
        let below = whole.strip_prefix(BASE_PATH).filter(|rest| rest.starts_with('/'));
        Self {
            method: head.method.as_str().to_owned(),
            path: below.unwrap_or(whole).to_owned(),
            is_below_base: below.is_some(),
            query: pairs(head.uri.query().unwrap_or_default().as_bytes()),
            authorization: header(head, &AUTHORIZATION),
            content_type: header(head, &CONTENT_TYPE),
            body,
        }
    }

    /// The parts of the path below the base URL; none for a path elsewhere.
    pub(super) fn segments(&self) -> Vec<&str> {
        match self.path.strip_prefix('/') {
            Some(path) if self.is_below_base => path.split('/').collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn is_token_call(&self) -> bool {
        self.segments() == ["oauth", "token"]
    }

    pub(super) fn is_listing(&self) -> bool {
        self.method == "GET" && matches!(self.segments().as_slice(), ["companies", _, "employees"])
    }

    /// The keys of the JSON object or form in the body, sorted; none if it is neither.
    pub(super) fn body_keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = if self.has_content_type("application/x-www-form-urlencoded") {
            pairs(&self.body).into_iter().map(|(key, _)| key).collect()
        } else {
            match serde_json::from_slice(&self.body) {
                Ok(Value::Object(object)) => object.into_iter().map(|(key, _)| key).collect(),
                _ => Vec::new(),
            }
        };
        keys.sort_unstable();
        keys
    }

    /// The fields of a form.
    pub(super) fn form(&self) -> Result<Vec<(String, String)>, Refusal> {
        if self.has_content_type("application/x-www-form-urlencoded") {
            Ok(pairs(&self.body))
        } else {
            Err(Refusal::UnsupportedMediaType)
        }
    }

    /// The JSON value of the body.
    pub(super) fn json(&self) -> Result<Value, Refusal> {
        if !self.has_content_type("application/json") {
            return Err(Refusal::UnsupportedMediaType);
        }
        serde_json::from_slice(&self.body).map_err(|_| {
            Refusal::one(Complaint::new(&["body"], "not a JSON document", "value_error.jsondecode"))
        })
    }

    /// Refuses a body where none belongs.
    pub(super) fn expect_no_body(&self) -> Result<(), Refusal> {
        if self.body.is_empty() {
            Ok(())
        } else {
            Err(Refusal::one(Complaint::new(&["body"], "no body belongs here", "value_error.extra")))
        }
    }

    /// Refuses parameters that the operation does not document, and repeated ones.
    pub(super) fn expect_query_of(&self, known: &[&str]) -> Result<(), Refusal> {
        let mut complaints = Vec::new();
        for (at, (name, _)) in self.query.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                complaints.push(Complaint::new(&["query", name], "unknown parameter", "value_error.extra"));
            } else if self.query.iter().take(at).any(|(earlier, _)| earlier == name) {
                complaints.push(Complaint::new(&["query", name], "given twice", "value_error.extra"));
            }
        }
        Refusal::unless_empty(complaints)
    }

    /// The value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn has_content_type(&self, expected: &str) -> bool {
        let essence = self.content_type.as_deref().and_then(|value| value.split(';').next());
        essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(expected))
    }
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

fn header(head: &Parts, name: &HeaderName) -> Option<String> {
    head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

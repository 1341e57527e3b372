//! What the sandbox remembers of each request: enough to count and to compare, no credential.

use serde::Serialize;

use super::exchange::{Answer, Delivery, Request};
use super::fault::Effect;
use super::sign_in;
use super::soap::Asked;

/// One request the sandbox received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// HTTP method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Query parameters in order; a value that is a credential is replaced by `[credential]`.
    pub query: Vec<(String, String)>,
    /// The page asked for, 1 when none was; `None` when it was no number.
    pub page_number: Option<u64>,
    /// Status of the answer, also of one that was lost on its way.
    pub status: u16,
    /// Whether the whole answer was sent.
    pub answered: bool,
    /// The kind of the fault that hit the request, as in its JSON.
    pub fault: Option<String>,
    /// The `grant_type` of a token request.
    pub grant_type: Option<String>,
    /// Service and operation of a SOAP request, such as `CompanyService.List_GetAll`; `None` when it names none that
    /// there is.
    pub operation: Option<String>,
    /// The number of the debtor, company or employee that a SOAP request is about.
    pub about: Option<i32>,
    /// The employee type that a SOAP request asks for.
    pub employee_type: Option<i32>,
}

impl LoggedRequest {
    /// What to remember of this exchange.
    pub(super) fn of(
        request: &Request,
        asked: Option<&Asked>,
        answer: &Answer,
        effect: Option<&Effect>,
        is_secret: impl Fn(&str) -> bool,
    ) -> Self {
        // The state of a sign-in is the application's own secret, which this service cannot know by its value.
        let disguised = |(name, value): &(String, String)| {
            let secret = name == "state" || is_secret(value);
            (name.clone(), if secret { "[credential]".to_owned() } else { value.clone() })
        };
        Self {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.iter().map(disguised).collect(),
            page_number: request.page_number(),
            status: answer.status,
            answered: answer.delivery == Delivery::Whole,
            fault: effect.map(|effect| effect.name().to_owned()),
            grant_type: sign_in::grant_type(request),
            operation: asked.and_then(Asked::operation),
            about: asked.and_then(Asked::about),
            employee_type: asked.and_then(Asked::employee_type),
        }
    }

    /// Whether it went to the SOAP services.
    pub fn is_soap(&self) -> bool {
        self.path.starts_with("/soap/")
    }

    /// Whether it went to the REST API rather than to the identity service.
    pub fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

//! What can go wrong, programmed in advance: which requests, how often, and what happens to them.
//!
//! Faults are tried in the order they were given; the first that applies is the only one that does. A fault that
//! speaks of rows does nothing to an answer without rows, but counts as used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::exchange::{Answer, Delivery, Request};
use super::page::Disturbance;
use super::refusal::documented;
use super::soap::{self, Asked};
use super::variation::Variation;

/// A programmed mishap.
///
/// As JSON: `{"path_contains": "/contracts", "page": 2, "skip": 0, "times": 1, "effect": {"kind": "reset"}}`; all but
/// `effect` can be left out, and `"times": null` means "until cleared". Over SOAP, `"operation"` and `"about"` say which
/// requests are meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// A part of the path; empty matches every request.
    #[serde(default)]
    pub path_contains: String,
    /// Only this page.
    #[serde(default)]
    pub page: Option<u64>,
    /// Only SOAP requests for this operation, such as `EmployeeService.List_GetByCompany`.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only SOAP requests about the debtor, company or employee with this number.
    #[serde(default)]
    pub about: Option<i32>,
    /// How many matching requests pass before the first one is hit.
    #[serde(default)]
    pub skip: u32,
    /// How many requests are hit; `None` for all until the fault is cleared.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What happens.
    pub effect: Effect,
}

/// What happens to a request that a fault hits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// The request is not carried out; this is answered instead.
    Status {
        /// HTTP status, 200 to 599.
        status: u16,
        /// A documented code of the vendor, which gives the body its shape.
        #[serde(default)]
        code: Option<u32>,
        /// Further headers, for instance `retry-after`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// A body to send instead of the vendor's error; without it and without a code the body is empty.
        #[serde(default)]
        body: Option<String>,
    },
    /// The request is not carried out; a SOAP fault with this number is answered instead. Does nothing to requests that
    /// are not SOAP.
    SoapFault {
        /// The vendor's number, known or not.
        code: u32,
    },
    /// The request is carried out and the connection closed without a response.
    Reset,
    /// The head announces more than the half of the body that follows.
    CutBody,
    /// The right body, declared as HTML.
    WrongContentType,
    /// The first row of the page is the last one of the page before.
    RepeatRows,
    /// The page announces another number of records.
    ChangeTotal {
        /// What it announces.
        total_records: u64,
    },
    /// The first row of the page has lost its id.
    DropRowId,
    /// The first row of the page has a value of an impossible type.
    UnreadableRow,
    /// The page begins one row late, as if a row before it had moved behind it; the totals stay.
    MovedRows,
    /// The answer takes this long.
    Latency {
        /// Milliseconds of the runtime's clock.
        millis: u64,
    },
    /// Tokens are issued, the old ones spent, and the answer is lost. Does nothing to other requests.
    TokenAnswerLost,
}

impl Fault {
    /// The next request of all, once.
    pub fn new(effect: Effect) -> Self {
        Self {
            path_contains: String::new(),
            page: None,
            operation: None,
            about: None,
            skip: 0,
            times: once(),
            effect,
        }
    }

    /// A SOAP fault with this number.
    pub fn soap(code: u32) -> Self {
        Self::new(Effect::SoapFault { code })
    }

    /// This body with this status instead of an answer, whatever was asked.
    pub fn body(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        let headers = BTreeMap::from([("content-type".to_owned(), content_type.to_owned())]);
        Self::new(Effect::Status { status, code: None, headers, body: Some(body.into()) })
    }

    /// 429 with code 42908, with or without `Retry-After` in seconds.
    pub fn too_many_calls(retry_after: Option<u64>) -> Self {
        let headers = retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
        Self::new(Effect::Status {
            status: 429,
            code: Some(42908),
            headers: headers.into_iter().collect(),
            body: None,
        })
    }

    /// 429 with code 42909: the plan's volume is used up.
    pub fn quota_exceeded() -> Self {
        Self::code(42909)
    }

    /// A documented error of the vendor with the status its code begins with; an unknown code has an empty body.
    pub fn code(code: u32) -> Self {
        let status = u16::try_from(code / 100).unwrap_or(500);
        Self::new(Effect::Status { status, code: Some(code), headers: BTreeMap::new(), body: None })
    }

    /// An HTML page with this status, as gateways send.
    pub fn html(status: u16) -> Self {
        Self::body(status, "text/html", format!("<html><body><h1>{status}</h1></body></html>"))
    }

    /// Only requests whose path contains this.
    pub fn on_path(mut self, part: impl Into<String>) -> Self {
        self.path_contains = part.into();
        self
    }

    /// Only requests for this page.
    pub fn on_page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// Only SOAP requests for this operation, such as `EmployeeService.List_GetByCompany`.
    pub fn on_operation(mut self, qualified_name: impl Into<String>) -> Self {
        self.operation = Some(qualified_name.into());
        self
    }

    /// Only SOAP requests about the debtor, company or employee with this number.
    pub fn about(mut self, number: i32) -> Self {
        self.about = Some(number);
        self
    }

    /// Lets this many matching requests pass first.
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Hits this many requests.
    pub fn times(mut self, requests: u32) -> Self {
        self.times = Some(requests);
        self
    }

    /// Hits every matching request until cleared.
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Reads a fault from JSON, or says what is wrong with it.
    pub(super) fn from_json(body: &[u8]) -> Result<Self, String> {
        let fault: Self = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        if let Some(name) = fault.operation.as_ref().filter(|name| !soap::is_operation(name)) {
            return Err(format!("there is no operation {name:?}"));
        }
        let Effect::Status { status, code, headers, body } = &fault.effect else { return Ok(fault) };
        if !(200..600).contains(status) {
            return Err(format!("status {status} is not between 200 and 599"));
        }
        if let Some(code) = code.filter(|code| body.is_none() && documented(*code, &Value::Null).is_none()) {
            return Err(format!("code {code} is not documented; give a body to send it"));
        }
        let not_a_header = |name: &&String| hyper::header::HeaderName::try_from(name.as_str()).is_err();
        if let Some(name) = headers.keys().find(not_a_header) {
            return Err(format!("{name:?} is no header name"));
        }
        let not_a_value = |value: &&String| hyper::header::HeaderValue::try_from(value.as_str()).is_err();
        if headers.values().any(|value| not_a_value(&value)) {
            return Err("a header value holds characters that headers cannot hold".to_owned());
        }
        Ok(fault)
    }

    fn matches(&self, request: &Request, asked: Option<&Asked>) -> bool {
        request.path.contains(&self.path_contains)
            && (self.page.is_none() || self.page == request.page_number())
            && (self.operation.is_none() || self.operation == asked.and_then(Asked::operation))
            && (self.about.is_none() || self.about == asked.and_then(Asked::about))
    }
}

impl Effect {
    /// The name it has in JSON.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::SoapFault { .. } => "soap_fault",
            Self::Reset => "reset",
            Self::CutBody => "cut_body",
            Self::WrongContentType => "wrong_content_type",
            Self::RepeatRows => "repeat_rows",
            Self::ChangeTotal { .. } => "change_total",
            Self::DropRowId => "drop_row_id",
            Self::UnreadableRow => "unreadable_row",
            Self::MovedRows => "moved_rows",
            Self::Latency { .. } => "latency",
            Self::TokenAnswerLost => "token_answer_lost",
        }
    }

    /// What is answered without carrying out the request.
    pub(super) fn instead(&self, asked: Option<&Asked>, vary: Variation) -> Option<Answer> {
        if let Self::SoapFault { code } = self {
            return asked.map(|asked| asked.fault(*code, vary));
        }
        let Self::Status { status, code, headers, body } = self else { return None };
        let mut answer = match (body, code.and_then(|code| documented(code, &Value::Null))) {
            (Some(body), _) => Answer::text(*status, "application/json; charset=utf-8", body),
            (None, Some(answer)) => answer,
            (None, None) => Answer::empty(*status),
        };
        answer.status = *status;
        for (name, value) in headers {
            answer.set_header(name, value);
        }
        Some(answer)
    }

    /// How the choice of rows and the announced total are disturbed.
    pub(super) fn disturbance(&self) -> Disturbance {
        Disturbance {
            begin_late: *self == Self::MovedRows,
            repeat_row: *self == Self::RepeatRows,
            total: match self {
                Self::ChangeTotal { total_records } => Some(*total_records),
                _ => None,
            },
        }
    }

    /// Damages the first row that has what the effect is about.
    pub(super) fn spoil(&self, rows: &mut [Value]) {
        match self {
            Self::DropRowId => {
                if let Some(Value::Object(row)) = rows.first_mut() {
                    row.retain(|key, _| !ROW_IDS.contains(&key.as_str()));
                }
            }
            Self::UnreadableRow => {
                let first = rows.iter_mut().find_map(|row| {
                    let pointer = UNREADABLE.iter().find(|pointer| row.pointer(pointer).is_some())?;
                    row.pointer_mut(pointer)
                });
                if let Some(value) = first {
                    *value = json!({ "unexpected": ["2026-99-99"] });
                }
            }
            _ => {}
        }
    }

    /// Damages a finished answer on its way out. `issued_tokens` says whether it is the answer of the token endpoint.
    pub(super) fn damage(&self, answer: &mut Answer, issued_tokens: bool) {
        match self {
            Self::Reset => answer.delivery = Delivery::Nothing,
            Self::TokenAnswerLost if issued_tokens => answer.delivery = Delivery::Nothing,
            Self::CutBody => answer.delivery = Delivery::Half,
            Self::WrongContentType => answer.set_header("content-type", "text/html; charset=utf-8"),
            _ => {}
        }
    }

    /// How long the answer is held back.
    pub(super) fn delay(&self) -> Option<std::time::Duration> {
        match self {
            Self::Latency { millis } => Some(std::time::Duration::from_millis(*millis)),
            _ => None,
        }
    }
}

/// The keys that identify a row.
const ROW_IDS: [&str; 4] = ["employeeId", "companyId", "debtorId", "extraFieldId"];

/// A value of each kind of row that a reader cannot do without.
const UNREADABLE: [&str; 9] = [
    "/employeeBasicInfo/employeeType",
    "/info/0/basicInfo/lastName",
    "/employments/0/startDate",
    "/contracts/0/startDate",
    "/salaries/0/startDate",
    "/extraFields/0/value",
    "/extraFieldType",
    "/name",
    "/debtor/name",
];

/// The programmed faults that still have something to do.
#[derive(Default)]
pub(super) struct Faults {
    queued: Vec<Queued>,
}

struct Queued {
    fault: Fault,
    passed: u32,
    hit: u32,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.queued.push(Queued { fault, passed: 0, hit: 0 });
    }

    pub(super) fn clear(&mut self) {
        self.queued.clear();
    }

    /// The effect on this request, which counts as one use of its fault.
    pub(super) fn strike(&mut self, request: &Request, asked: Option<&Asked>) -> Option<Effect> {
        for queued in self.queued.iter_mut().filter(|queued| queued.fault.matches(request, asked)) {
            if queued.passed < queued.fault.skip {
                queued.passed += 1;
            } else if queued.fault.times.is_none_or(|times| queued.hit < times) {
                queued.hit += 1;
                return Some(queued.fault.effect.clone());
            }
        }
        None
    }
}

#[allow(clippy::unnecessary_wraps, reason = "serde and the constructor want the type of the field")]
fn once() -> Option<u32> {
    Some(1)
}

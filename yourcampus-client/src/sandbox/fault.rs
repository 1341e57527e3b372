//! What can go wrong on purpose: which requests are hit, and by what.
//!
//! In: a [`Fault`] from a test, or its JSON over the control path. Out: for each request the effects that hit it. A fault can
//! never hit more requests than its `times`, and never the token call unless its path says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A fault: the requests it looks at, which of them it hits, and what happens to those.
///
/// As JSON: `{"method": "POST", "path_contains": "/employees", "nth": 1, "times": 1, "effect": {"kind": "reset_after"}}`;
/// only `effect` is required.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// Only requests with this method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path (below the base URL, without the query) contains this text. Without it the fault looks at all
    /// requests but the token call.
    #[serde(default)]
    pub path_contains: Option<String>,
    /// The first request that is hit, counted from 1 among those that the fault looks at since it was injected.
    #[serde(default = "one")]
    pub nth: u64,
    /// How many requests in a row are hit; `null`: all that follow.
    #[serde(default = "once")]
    pub times: Option<u64>,
    /// What happens.
    pub effect: Effect,
}

fn one() -> u64 {
    1
}

// `times` absent means once, `times: null` means always: serde asks for the default only when the key is absent.
#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's type")]
fn once() -> Option<u64> {
    Some(1)
}

impl Fault {
    /// Hits the next request that is not a token call, once.
    pub fn new(effect: Effect) -> Self {
        Self { method: None, path_contains: None, nth: 1, times: Some(1), effect }
    }

    /// Looks only at requests with this method.
    pub fn on_method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Looks only at requests whose path contains `part`.
    pub fn on_path(mut self, part: impl Into<String>) -> Self {
        self.path_contains = Some(part.into());
        self
    }

    /// Spares the requests before the `nth` (counted from 1).
    pub fn from_nth(mut self, nth: u64) -> Self {
        self.nth = nth;
        self
    }

    /// Hits `times` requests in a row.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Hits every request from the `nth` on.
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }
}

/// What happens to a request that is hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// Not carried out; answered with this status, these headers and this body instead.
    Status {
        /// The status, 200–599.
        status: u16,
        /// Headers of the answer.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The answer's body, sent as it is.
        #[serde(default)]
        body: String,
    },
    /// Not carried out; the connection is closed without an answer.
    Reset,
    /// Carried out; the connection is closed without an answer.
    ResetAfter,
    /// Carried out; answered with this status and a page of a proxy instead of the result.
    StatusAfter {
        /// The status, 200–599.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// Carried out; the connection is closed in the middle of the answer's body.
    CutBody,
    /// Carried out; the answer's body is right, its `Content-Type` is not.
    WrongContentType {
        /// What is sent as `Content-Type`.
        #[serde(default = "html")]
        content_type: String,
    },
    /// Only listings: `count` is off by this much.
    ChangeCount {
        /// Added to the true count, which does not sink below 0.
        by: i64,
    },
    /// Only listings: in place of its first row the page has the last row of the page before; on a first page the last row gives
    /// way to the first. As many rows as ever, one of them twice, one of them nowhere.
    RepeatRows,
    /// Only listings: the list has just moved up by one place, its first row is now the last. A page after the first therefore
    /// leaves out the row that slipped onto the page before.
    MovedRows,
    /// Only listings: in the page's first row `is_active` is a word.
    UnreadableRow,
    /// Only listings: the page's first row has no `id`.
    DropRowId,
    /// Carried out, so much later. Sleeps on tokio's clock, so that paused time passes at once.
    Latency {
        /// Milliseconds.
        millis: u64,
    },
}

fn bad_gateway() -> u16 {
    502
}

fn html() -> String {
    "text/html; charset=utf-8".to_owned()
}

impl Effect {
    /// This status with a JSON body of the API's error shape.
    pub fn status(status: u16) -> Self {
        let headers = BTreeMap::from([("Content-Type".to_owned(), "application/json".to_owned())]);
        Self::Status { status, headers, body: r#"{"detail":"injected by the sandbox"}"#.to_owned() }
    }

    /// 429, with `Retry-After` if `seconds` are given.
    pub fn too_many_requests(seconds: Option<u64>) -> Self {
        let mut effect = Self::status(429);
        if let (Self::Status { headers, .. }, Some(seconds)) = (&mut effect, seconds) {
            headers.insert("Retry-After".to_owned(), seconds.to_string());
        }
        effect
    }

    /// This status with the HTML page of a proxy.
    pub fn html_page(status: u16) -> Self {
        let headers = BTreeMap::from([("Content-Type".to_owned(), html())]);
        Self::Status { status, headers, body: PROXY_PAGE.to_owned() }
    }

    /// Carried out, answered with 502.
    pub fn status_after() -> Self {
        Self::StatusAfter { status: bad_gateway() }
    }

    fn is_for_listings(&self) -> bool {
        matches!(
            self,
            Self::ChangeCount { .. }
                | Self::RepeatRows
                | Self::MovedRows
                | Self::UnreadableRow
                | Self::DropRowId
        )
    }

    fn reason_to_refuse(&self) -> Option<String> {
        match self {
            Self::Status { status, .. } | Self::StatusAfter { status } if !(200..=599).contains(status) => {
                Some(format!("status {status} is not in 200–599"))
            }
            Self::Status { headers, .. } => headers.iter().find_map(|(name, value)| {
                let legal = hyper::header::HeaderName::try_from(name).is_ok()
                    && hyper::header::HeaderValue::try_from(value).is_ok();
                (!legal).then(|| format!("header {name:?} cannot be sent"))
            }),
            _ => None,
        }
    }
}

pub(super) const PROXY_PAGE: &str = "<html><body><h1>Bad gateway</h1></body></html>";

/// What a fault needs to know of a request.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) is_token_call: bool,
    pub(super) is_listing: bool,
}

/// The faults that were injected, each with the number of requests it has looked at.
#[derive(Default)]
pub(super) struct Faults(Vec<(Fault, u64)>);

impl Faults {
    pub(super) fn inject(&mut self, fault: Fault) {
        self.0.push((fault, 0));
    }

    /// Removes all, and says how many there were.
    pub(super) fn clear(&mut self) -> usize {
        self.0.drain(..).count()
    }

    /// The effects that hit this request, in the order in which they were injected.
    pub(super) fn hit(&mut self, target: Target<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (fault, seen) in &mut self.0 {
            if fault.looks_at(target) {
                *seen += 1;
                if fault.hits(*seen) {
                    effects.push(fault.effect.clone());
                }
            }
        }
        effects
    }
}

impl Fault {
    /// Reads the JSON of a fault; the error says what is wrong with it.
    pub(super) fn from_json(body: &[u8]) -> Result<Self, String> {
        let fault: Self = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        if fault.nth == 0 {
            return Err("`nth` counts from 1".to_owned());
        }
        fault.effect.reason_to_refuse().map_or(Ok(fault), Err)
    }

    fn looks_at(&self, target: Target<'_>) -> bool {
        let path = match &self.path_contains {
            Some(part) => target.path.contains(part.as_str()),
            None => !target.is_token_call,
        };
        path && self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(target.method))
            && (target.is_listing || !self.effect.is_for_listings())
    }

    fn hits(&self, seen: u64) -> bool {
        let spared = self.nth.saturating_sub(1);
        seen > spared && self.times.is_none_or(|times| seen - spared <= times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: Target<'_> =
        Target { method: "GET", path: "/companies/1/employees", is_token_call: false, is_listing: true };
    const TOKEN: Target<'_> =
        Target { method: "POST", path: "/oauth/token", is_token_call: true, is_listing: false };

    #[test]
    fn a_fault_hits_from_its_nth_request_for_its_times() {
        let mut faults = Faults::default();
        faults.inject(Fault::new(Effect::Reset).from_nth(2).times(2));
        let hits: Vec<usize> = (0..5).map(|_| faults.hit(LISTING).len()).collect();
        assert_eq!(hits, [0, 1, 1, 0, 0]);
    }

    #[test]
    fn the_token_call_is_only_hit_by_name() {
        let mut faults = Faults::default();
        faults.inject(Fault::new(Effect::Reset).always());
        assert!(faults.hit(TOKEN).is_empty());
        faults.inject(Fault::new(Effect::Reset).on_path("/oauth/token"));
        assert_eq!(faults.hit(TOKEN).len(), 1);
    }

    #[test]
    fn a_fault_of_listings_does_not_count_other_requests() {
        let mut faults = Faults::default();
        faults.inject(Fault::new(Effect::DropRowId));
        assert!(faults.hit(Target { is_listing: false, ..LISTING }).is_empty());
        assert_eq!(faults.hit(LISTING), [Effect::DropRowId]);
    }

    #[test]
    fn a_malformed_fault_is_refused_with_the_reason() {
        for (body, reason) in [
            (r#"{"effect":{"kind":"explode"}}"#, "unknown variant"),
            (r#"{"effect":{"kind":"reset"},"nth":0}"#, "counts from 1"),
            (r#"{"effect":{"kind":"status","status":99}}"#, "not in 200–599"),
            (r#"{"effect":{"kind":"status","status":500,"headers":{"a b":"c"}}}"#, "cannot be sent"),
            (r#"{"effect":{"kind":"reset"},"path":"/x"}"#, "unknown field"),
        ] {
            let error = Fault::from_json(body.as_bytes()).expect_err(body);
            assert!(error.contains(reason), "{body}: {error}");
        }
    }
}

//! A mock server, a client on a clock that never really waits, and the answers most tests need.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeZone as _, Utc};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};
use yourcampus_client::{
    Clock, CompanyId, CustomerApiConfig, CustomerApiConfigBuilder, EmployeeId, HttpCustomerApi, NewEmployee,
    RetryPolicy,
};

pub(crate) const COMPANY: CompanyId = CompanyId::new(5);
pub(crate) const JANE: EmployeeId = EmployeeId::new(7);
pub(crate) const EMPLOYEES: &str = "/v1/companies/5/employees";
pub(crate) const TOKEN: &str = "/v1/oauth/token";

/// A clock whose sleep moves the time forward at once and keeps a record.
#[derive(Debug)]
pub(crate) struct TestClock {
    now: Mutex<DateTime<Utc>>,
    waits: Mutex<Vec<Duration>>,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        let noon = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
        Arc::new(Self { now: Mutex::new(noon), waits: Mutex::default() })
    }

    pub(crate) fn advance(&self, seconds: u64) {
        *self.now.lock().unwrap() += Duration::from_secs(seconds);
    }

    /// The waits so far, in milliseconds.
    pub(crate) fn waits(&self) -> Vec<u128> {
        self.waits.lock().unwrap().iter().map(Duration::as_millis).collect()
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.waits.lock().unwrap().push(duration);
        *self.now.lock().unwrap() += duration;
    }
}

pub(crate) struct Stage {
    pub(crate) server: MockServer,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) api: HttpCustomerApi,
}

impl Stage {
    /// A server that grants tokens `token-1`, `token-2`, … for an hour each.
    pub(crate) async fn new() -> Self {
        let stage = Self::without_tokens().await;
        let granted = Mutex::new(0);
        let grant = move |_: &Request| {
            let mut granted = granted.lock().unwrap();
            *granted += 1;
            let body = json!({"access_token": format!("token-{granted}"), "token_type": "Bearer", "expires_in": 3600});
            ResponseTemplate::new(200).set_body_json(body)
        };
        Mock::given(method("POST")).and(path(TOKEN)).respond_with(grant).mount(&stage.server).await;
        stage
    }

    pub(crate) async fn without_tokens() -> Self {
        let server = MockServer::start().await;
        let clock = TestClock::new();
        let api = client(settings(&server.uri()), &clock);
        Self { server, clock, api }
    }

    /// The same server with other settings.
    pub(crate) fn reconfigured(
        &self,
        change: impl FnOnce(CustomerApiConfigBuilder) -> CustomerApiConfigBuilder,
    ) -> HttpCustomerApi {
        client(change(settings(&self.server.uri())), &self.clock)
    }

    /// Answers `verb` on `at` with these, in this order; a request beyond them gets a 599.
    pub(crate) async fn script(
        &self,
        verb: &str,
        at: &str,
        answers: impl IntoIterator<Item = ResponseTemplate>,
    ) {
        let script = Script(Mutex::new(answers.into_iter().collect()));
        Mock::given(method(verb)).and(path(at)).respond_with(script).mount(&self.server).await;
    }

    /// All requests to this path so far.
    pub(crate) async fn requests(&self, at: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter().filter(|request| request.url.path() == at).collect()
    }
}

/// Settings for a server at `origin`, with exact waits.
pub(crate) fn settings(origin: &str) -> CustomerApiConfigBuilder {
    CustomerApiConfig::builder()
        .keys("the-access-key", "the-secret-key")
        .base_url(format!("{origin}/v1"))
        .retry(RetryPolicy::default().with_jitter(0.0))
}

pub(crate) fn client(settings: CustomerApiConfigBuilder, clock: &Arc<TestClock>) -> HttpCustomerApi {
    let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
    HttpCustomerApi::with_clock(settings.build().unwrap(), clock).unwrap()
}

struct Script(Mutex<VecDeque<ResponseTemplate>>);

impl Respond for Script {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.0.lock().unwrap().pop_front().unwrap_or_else(|| ResponseTemplate::new(599))
    }
}

pub(crate) fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

pub(crate) fn ok(body: Value) -> ResponseTemplate {
    status(200).set_body_json(body)
}

/// An account with the least an answer must hold.
pub(crate) fn account(id: i64) -> Value {
    json!({"id": id, "is_active": true})
}

pub(crate) fn page(ids: impl IntoIterator<Item = i64>, count: u64) -> Value {
    json!({"data": ids.into_iter().map(account).collect::<Vec<_>>(), "count": count})
}

pub(crate) fn jane() -> NewEmployee {
    NewEmployee::draft("jane@acme.com", "Jane", "Doe").external_id("nmbrs:rest:1").check().unwrap()
}

//! What every test stands on: a clock that jumps, a grant, two servers, and a client between them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet, TokenStore};
use nmbrs_client::{Clock, CompanyId, NmbrsClient, NmbrsClientBuilder};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Sleeping moves it on at once, and is written down.
#[derive(Debug)]
pub(crate) struct FakeClock {
    now: Mutex<DateTime<Utc>>,
    waits: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, wait: Duration) {
        self.waits.lock().unwrap().push(wait);
        *self.now.lock().unwrap() += wait;
    }
}

impl FakeClock {
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().clone()
    }
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

/// The grant most tests begin with: good for an hour.
pub(crate) fn grant() -> TokenSet {
    TokenSet::new("access-0", start() + TimeDelta::hours(1)).with_refresh("refresh-0")
}

/// The same, but its access token has ended.
pub(crate) fn expired_grant() -> TokenSet {
    TokenSet::new("access-0", start()).with_refresh("refresh-0")
}

pub(crate) struct Stage {
    pub(crate) api: MockServer,
    pub(crate) identity: MockServer,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) store: Arc<MemoryTokenStore>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with_grant(grant()).await
    }

    pub(crate) async fn with_grant(grant: TokenSet) -> Self {
        Self {
            api: MockServer::start().await,
            identity: MockServer::start().await,
            clock: clock(),
            store: Arc::new(MemoryTokenStore::new(grant)),
        }
    }

    pub(crate) fn authorizer(&self) -> Authorizer {
        authorizer(&self.identity.uri(), self.store.clone(), self.clock.clone())
    }

    pub(crate) fn client(&self) -> NmbrsClient {
        self.client_with(|builder| builder)
    }

    pub(crate) fn client_with(
        &self,
        set: impl FnOnce(NmbrsClientBuilder) -> NmbrsClientBuilder,
    ) -> NmbrsClient {
        let builder = NmbrsClient::builder("key-0", self.authorizer());
        set(builder.rest_url(self.api.uri()).clock(self.clock.clone())).build().unwrap()
    }

    /// The API answers everything like this.
    pub(crate) async fn api_says(&self, answer: ResponseTemplate) {
        Mock::given(method("GET")).respond_with(answer).mount(&self.api).await;
    }

    /// The API answers the next `times` requests like this.
    pub(crate) async fn api_says_first(&self, times: u64, answer: ResponseTemplate) {
        let mock = Mock::given(method("GET")).respond_with(answer);
        mock.up_to_n_times(times).with_priority(1).mount(&self.api).await;
    }

    /// The identity server answers the next `times` requests like this.
    pub(crate) async fn identity_says(&self, times: u64, answer: ResponseTemplate) {
        let mock = Mock::given(method("POST")).respond_with(answer);
        mock.up_to_n_times(times).mount(&self.identity).await;
    }

    /// How many requests the API got.
    pub(crate) async fn api_requests(&self) -> usize {
        self.api.received_requests().await.unwrap().len()
    }

    /// The form bodies the identity server got.
    pub(crate) async fn token_forms(&self) -> Vec<String> {
        let requests = self.identity.received_requests().await.unwrap();
        requests.into_iter().map(|request| String::from_utf8(request.body).unwrap()).collect()
    }
}

pub(crate) fn clock() -> Arc<FakeClock> {
    Arc::new(FakeClock { now: Mutex::new(start()), waits: Mutex::default() })
}

pub(crate) fn authorizer(identity: &str, store: Arc<dyn TokenStore>, clock: Arc<FakeClock>) -> Authorizer {
    let app = AppCredentials::new("app-id", "app-secret");
    Authorizer::builder(app, store).identity_url(identity).clock(clock).build().unwrap()
}

pub(crate) fn company() -> CompanyId {
    CompanyId::new("c-1").unwrap()
}

/// A 200 with this JSON.
pub(crate) fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// A refusal in the vendor's shape.
pub(crate) fn refusal(status: u16, code: u32) -> ResponseTemplate {
    let body = json!({ "httpStatus": status, "code": code, "title": "T", "detail": "D" });
    ResponseTemplate::new(status).set_body_json(body)
}

/// New tokens, numbered.
pub(crate) fn new_tokens(number: u32) -> ResponseTemplate {
    ok(&json!({
        "access_token": format!("access-{number}"),
        "refresh_token": format!("refresh-{number}"),
        "expires_in": 3600,
        "token_type": "Bearer",
        "scope": "company.info.read offline_access",
    }))
}

/// The only page of a list.
pub(crate) fn only_page(rows: &[Value]) -> Value {
    page(1, 1, rows.len(), rows)
}

/// Page `number` of `pages`, of a list with `total` rows.
pub(crate) fn page(number: u32, pages: u32, total: usize, rows: &[Value]) -> Value {
    json!({
        "pagination": {
            "pageNumber": number, "pageSize": 100, "totalPages": pages, "totalRecords": total,
            "nextPage": (number < pages).then_some("https://elsewhere.example/next"),
        },
        "data": rows,
    })
}

pub(crate) fn debtor(id: &str) -> Value {
    json!({ "debtorId": id, "number": "1", "name": "D" })
}

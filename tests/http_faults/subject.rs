//! The three kinds of call that the table is about, and what can be seen of one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use nmbrs_client::NmbrsClient;
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use yourcampus_client::{
    CompanyId, CustomerApiConfig, CustomerApiRead as _, CustomerApiWrite as _, EmployeeFilter,
    HttpCustomerApi, NewEmployee, PageRequest, RetryPolicy,
};

use crate::server::{Act, LARGEST_BODY, Server};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    NmbrsRead,
    YourCampusRead,
    YourCampusWrite,
}

/// What was seen of a call.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) error: Option<Told>,
    /// Requests that the server saw.
    pub(crate) sends: usize,
    /// Milliseconds.
    pub(crate) waits: Vec<u128>,
    /// Tokens granted since the first request.
    pub(crate) refreshes: usize,
}

/// What an error says of itself.
#[derive(Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each predicate of the clients")]
pub(crate) struct Told {
    pub(crate) kind: String,
    pub(crate) status: Option<u16>,
    pub(crate) is_retryable: bool,
    pub(crate) may_have_been_sent: bool,
    pub(crate) is_not_found: bool,
    pub(crate) has_retry_at: bool,
}

impl Subject {
    pub(crate) const ALL: [Self; 3] = [Self::NmbrsRead, Self::YourCampusRead, Self::YourCampusWrite];

    pub(crate) fn is_write(self) -> bool {
        self == Self::YourCampusWrite
    }

    /// A good answer.
    pub(crate) fn good(self) -> &'static str {
        match self {
            Self::NmbrsRead => {
                r#"{"pagination":{"pageNumber":1,"pageSize":100,"totalPages":1,"totalRecords":0},"data":[]}"#
            }
            Self::YourCampusRead => r#"{"data":[],"count":0}"#,
            Self::YourCampusWrite => r#"{"id":7,"is_active":true}"#,
        }
    }

    /// Makes one call while the server plays this script. Both clients have a token by then.
    pub(crate) async fn run(self, server: &Server, acts: Vec<Act>) -> Seen {
        let clock = Arc::new(Clock::new());
        let error = match self {
            Self::NmbrsRead => {
                let client = nmbrs(&server.origin, &clock);
                server.play(acts);
                client.debtors().all().await.err().map(|error| Told {
                    kind: format!("{:?}", error.kind()),
                    status: error.status(),
                    is_retryable: error.is_retryable(),
                    may_have_been_sent: error.may_have_been_sent(),
                    is_not_found: error.is_not_found(),
                    has_retry_at: error.retry_at().is_some(),
                })
            }
            Self::YourCampusRead | Self::YourCampusWrite => {
                let api = yourcampus(&server.origin, &clock);
                let company = CompanyId::new(5);
                // What comes of this is nobody's concern; it leaves a token behind.
                let _answer = api.reader().companies().await;
                server.play(acts);
                let error = if self.is_write() {
                    let new = NewEmployee::draft("jane@acme.com", "Jane", "Doe").check().unwrap();
                    api.writer().create(company, &new).await.err()
                } else {
                    let page = PageRequest::first(EmployeeFilter::active());
                    api.reader().employees_page(company, &page).await.err()
                };
                error.map(|error| Told {
                    kind: format!("{:?}", error.kind()),
                    status: error.status(),
                    is_retryable: error.is_retryable(),
                    may_have_been_sent: error.may_have_been_sent(),
                    is_not_found: error.is_not_found(),
                    has_retry_at: error.retry_at().is_some(),
                })
            }
        };
        let (sends, refreshes) = server.counts();
        Seen { error, sends, waits: clock.waits(), refreshes }
    }
}

/// Monday 15 June 2026, 09:00 UTC; sleeping moves it on at once and is written down.
#[derive(Debug)]
struct Clock {
    now: Mutex<DateTime<Utc>>,
    waits: Mutex<Vec<u128>>,
}

impl Clock {
    fn new() -> Self {
        Self { now: Mutex::new("2026-06-15T09:00:00Z".parse().unwrap()), waits: Mutex::default() }
    }

    fn time(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    fn wait(&self, wait: Duration) {
        self.waits.lock().unwrap().push(wait.as_millis());
        *self.now.lock().unwrap() += wait;
    }

    fn waits(&self) -> Vec<u128> {
        self.waits.lock().unwrap().clone()
    }
}

#[async_trait]
impl nmbrs_client::Clock for Clock {
    fn now(&self) -> DateTime<Utc> {
        self.time()
    }

    async fn sleep(&self, wait: Duration) {
        self.wait(wait);
    }
}

#[async_trait]
impl yourcampus_client::Clock for Clock {
    fn now(&self) -> DateTime<Utc> {
        self.time()
    }

    async fn sleep(&self, wait: Duration) {
        self.wait(wait);
    }
}

fn nmbrs(origin: &str, clock: &Arc<Clock>) -> NmbrsClient {
    let clock: Arc<dyn nmbrs_client::Clock> = Arc::<Clock>::clone(clock);
    let tokens = TokenSet::new("t0", clock.now() + TimeDelta::hours(1)).with_refresh("r0");
    let app = AppCredentials::new("app-id", "app-secret");
    let authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::new(tokens)))
        .identity_url(origin)
        .clock(Arc::clone(&clock))
        .build()
        .unwrap();
    NmbrsClient::builder("key", authorizer)
        .rest_url(origin)
        .clock(clock)
        .max_body_bytes(LARGEST_BODY)
        .build()
        .unwrap()
}

fn yourcampus(origin: &str, clock: &Arc<Clock>) -> HttpCustomerApi {
    let config = CustomerApiConfig::builder()
        .keys("access", "secret")
        .base_url(format!("{origin}/v1"))
        .max_answer_bytes(LARGEST_BODY)
        .retry(RetryPolicy::default().with_jitter(0.0))
        .build()
        .unwrap();
    let clock: Arc<dyn yourcampus_client::Clock> = Arc::<Clock>::clone(clock);
    HttpCustomerApi::with_clock(config, clock).unwrap()
}

//! The five kinds of call that the table is about, and what can be seen of one.

use std::sync::Arc;

use chrono::TimeDelta;
use nmbrs_client::NmbrsClient;
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use yourcampus_client::{
    CompanyId, CustomerApiConfig, CustomerApiRead as _, CustomerApiWrite as _, EmployeeFilter,
    HttpCustomerApi, NewEmployee, PageRequest, RetryPolicy,
};

use crate::act::Act;
use crate::clock::Clock;
use crate::server::{Endpoint, LARGEST_BODY, Route, Server};
use crate::watcher::Watcher;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    NmbrsRead,
    /// The refresh before a read.
    NmbrsToken,
    YourCampusRead,
    YourCampusWrite,
    /// The token call before a read.
    YourCampusToken,
}

/// What was seen of a call.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) error: Option<Told>,
    /// When each try began, in milliseconds since the first request could be sent.
    pub(crate) tries: Vec<i64>,
    /// Exchanges that the client's observer was told of.
    pub(crate) watched: usize,
    /// Requests that the server read to their end.
    pub(crate) arrived: usize,
    /// Tokens granted meanwhile.
    pub(crate) tokens: usize,
    pub(crate) connections: usize,
    /// Connections to where a redirect points.
    pub(crate) elsewhere: usize,
}

/// What an error says of itself.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) kind: String,
    pub(crate) operation: String,
    pub(crate) status: Option<u16>,
    pub(crate) is_retryable: bool,
    pub(crate) may_have_been_sent: bool,
    pub(crate) is_not_found: bool,
    /// Milliseconds since the first request could be sent.
    pub(crate) retry_at: Option<i64>,
}

impl Subject {
    pub(crate) const ALL: [Self; 5] = [
        Self::NmbrsRead,
        Self::NmbrsToken,
        Self::YourCampusRead,
        Self::YourCampusWrite,
        Self::YourCampusToken,
    ];
    /// Those that ask the API, and not for a token.
    pub(crate) const API: &[Self] = &[Self::NmbrsRead, Self::YourCampusRead, Self::YourCampusWrite];
    pub(crate) const TOKENS: &[Self] = &[Self::NmbrsToken, Self::YourCampusToken];

    /// Its place in [`Subject::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    pub(crate) fn is_nmbrs(self) -> bool {
        matches!(self, Self::NmbrsRead | Self::NmbrsToken)
    }

    pub(crate) fn is_write(self) -> bool {
        self == Self::YourCampusWrite
    }

    pub(crate) fn is_token(self) -> bool {
        Self::TOKENS.contains(&self)
    }

    /// What errors name as their operation.
    pub(crate) fn operation(self) -> &'static str {
        match self {
            Self::NmbrsRead => "getDebtors",
            Self::NmbrsToken => "connect/token",
            Self::YourCampusRead => "list_employees",
            Self::YourCampusWrite => "create_employee",
            Self::YourCampusToken => "oauth_token",
        }
    }

    fn endpoint(self) -> Endpoint {
        if self.is_token() { Endpoint::Token } else { Endpoint::Api }
    }

    /// A good answer of the API.
    fn good(self) -> &'static str {
        match self {
            Self::NmbrsRead | Self::NmbrsToken => {
                r#"{"data":[],"pagination":{"pageNumber":1,"pageSize":100,"totalPages":1,"totalRecords":0}}"#
            }
            Self::YourCampusRead | Self::YourCampusToken => r#"{"data":[],"count":0}"#,
            Self::YourCampusWrite => r#"{"id":7,"is_active":true}"#,
        }
    }

    /// Makes one call while a server plays this script.
    pub(crate) async fn run(self, route: Route, acts: Vec<Act>) -> Seen {
        let clock = Arc::new(Clock::new());
        let is_closed = matches!(acts.first(), Some(Act::Closed));
        let server = Server::start(route, self.endpoint(), self.good(), Arc::clone(&clock)).await;
        let watcher = Watcher::of(self.operation(), &clock);
        let error = if self.is_nmbrs() {
            self.ask_nmbrs(&server, &clock, &watcher, acts).await
        } else {
            self.ask_yourcampus(&server, &clock, &watcher, acts).await
        };
        let counts = server.counts();
        let seen = watcher.seen();
        // A closed port cannot count.
        let tries = if is_closed { seen.clone() } else { counts.tries };
        Seen {
            error,
            tries,
            watched: seen.len(),
            arrived: counts.arrived,
            tokens: counts.tokens,
            connections: counts.connections,
            elsewhere: counts.elsewhere,
        }
    }

    async fn ask_nmbrs(
        self,
        server: &Arc<Server>,
        clock: &Arc<Clock>,
        watcher: &Arc<Watcher>,
        acts: Vec<Act>,
    ) -> Option<Told> {
        let life = if self.is_token() { TimeDelta::zero() } else { TimeDelta::hours(1) };
        let tokens = TokenSet::new("t0", clock.time() + life).with_refresh("r0");
        let client = nmbrs(server, clock, watcher, tokens);
        if server.keeps_connections() {
            client.debtors().all().await.unwrap();
        }
        server.play(acts).await;
        watcher.forget();
        client.debtors().all().await.err().map(|error| Told {
            kind: format!("{:?}", error.kind()),
            operation: error.operation().to_owned(),
            status: error.status(),
            is_retryable: error.is_retryable(),
            may_have_been_sent: error.may_have_been_sent(),
            is_not_found: error.is_not_found(),
            retry_at: error.retry_at().map(|at| clock.since_start(at)),
        })
    }

    async fn ask_yourcampus(
        self,
        server: &Arc<Server>,
        clock: &Arc<Clock>,
        watcher: &Arc<Watcher>,
        acts: Vec<Act>,
    ) -> Option<Told> {
        let api = yourcampus(server, clock, watcher);
        let company = CompanyId::new(5);
        if !self.is_token() {
            // What comes of this is nobody's concern; it leaves a token behind.
            let _answer = api.reader().companies().await;
        }
        server.play(acts).await;
        watcher.forget();
        let error = if self.is_write() {
            let new = NewEmployee::draft("jane@acme.com", "Jane", "Doe").check().unwrap();
            api.writer().create(company, &new).await.err()
        } else {
            let page = PageRequest::first(EmployeeFilter::active());
            api.reader().employees_page(company, &page).await.err()
        };
        error.map(|error| Told {
            kind: format!("{:?}", error.kind()),
            operation: error.operation().to_owned(),
            status: error.status(),
            is_retryable: error.is_retryable(),
            may_have_been_sent: error.may_have_been_sent(),
            is_not_found: error.is_not_found(),
            retry_at: error.retry_at().map(|at| clock.since_start(at)),
        })
    }
}

fn nmbrs(server: &Server, clock: &Arc<Clock>, watcher: &Arc<Watcher>, tokens: TokenSet) -> NmbrsClient {
    let clock: Arc<dyn nmbrs_client::Clock> = Arc::<Clock>::clone(clock);
    let app = AppCredentials::new("app-id", "app-secret");
    let mut authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::new(tokens)))
        .identity_url(server.origin())
        .observer(Arc::<Watcher>::clone(watcher))
        .clock(Arc::clone(&clock));
    if let Some(proxy) = server.proxy() {
        authorizer = authorizer.proxy(proxy);
    }
    let mut client = NmbrsClient::builder("key", authorizer.build().unwrap())
        .rest_url(server.origin())
        .observer(Arc::<Watcher>::clone(watcher))
        .clock(clock)
        .max_body_bytes(LARGEST_BODY);
    if let Some(proxy) = server.proxy() {
        client = client.proxy(proxy);
    }
    client.build().unwrap()
}

fn yourcampus(server: &Server, clock: &Arc<Clock>, watcher: &Arc<Watcher>) -> HttpCustomerApi {
    let mut config = CustomerApiConfig::builder()
        .keys("access", "secret")
        .base_url(format!("{}/v1", server.origin()))
        .max_answer_bytes(LARGEST_BODY)
        .observer(Arc::<Watcher>::clone(watcher))
        .retry(RetryPolicy::default().with_jitter(0.0));
    if let Some(proxy) = server.proxy() {
        config = config.proxy(proxy);
    }
    let clock: Arc<dyn yourcampus_client::Clock> = Arc::<Clock>::clone(clock);
    HttpCustomerApi::with_clock(config.build().unwrap(), clock).unwrap()
}

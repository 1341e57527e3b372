//! Two sandboxes, the clients on them, and an engine between; waiting moves a clock and takes no time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use nmbrs_client::sandbox as nmbrs;
use nmbrs_client::{NmbrsClient, NmbrsClientBuilder, NmbrsSource};
use sync_core::authority::Approval;
use sync_core::engine::{DryRun, EngineError, MemoryStore, Planned, RunReport, SyncRun};
use sync_core::{CustomerId, FingerprintKey, Participation, Policy, SavedPlan, TargetCompanyId};
use yourcampus_client::sandbox as yourcampus;
use yourcampus_client::{
    CustomerApiConfig, CustomerApiConfigBuilder, HttpCustomerApi, RetryPolicy, YourCampusReader,
    YourCampusWriter,
};

/// A clock whose sleep moves it on at once.
#[derive(Debug)]
pub(crate) struct Clock(Mutex<DateTime<Utc>>);

impl Clock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(day().and_hms_opt(9, 0, 0).unwrap().and_utc())))
    }

    pub(crate) fn time(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

#[async_trait]
impl nmbrs_client::Clock for Clock {
    fn now(&self) -> DateTime<Utc> {
        self.time()
    }

    async fn sleep(&self, wait: Duration) {
        self.advance(wait);
    }
}

#[async_trait]
impl yourcampus_client::Clock for Clock {
    fn now(&self) -> DateTime<Utc> {
        self.time()
    }

    async fn sleep(&self, wait: Duration) {
        self.advance(wait);
    }
}

/// The engine's own time stands still, so that two plans of the same data are the same bytes.
#[derive(Debug)]
struct Nine;

impl sync_core::ports::Clock for Nine {
    fn now(&self) -> DateTime<Utc> {
        day().and_hms_opt(9, 0, 0).unwrap().and_utc()
    }
}

pub(crate) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 15).unwrap()
}

/// A client of this sandbox, on this clock, with the tokens issued last.
pub(crate) fn nmbrs_client(
    sandbox: &nmbrs::Sandbox,
    clock: &Arc<Clock>,
    set: impl FnOnce(NmbrsClientBuilder) -> NmbrsClientBuilder,
) -> NmbrsClient {
    let keys = sandbox.credentials();
    let tokens =
        TokenSet::new(keys.access_token, clock.time() + TimeDelta::hours(1)).with_refresh(keys.refresh_token);
    let app = AppCredentials::new(keys.client_id, keys.client_secret);
    let clock: Arc<dyn nmbrs_client::Clock> = Arc::<Clock>::clone(clock);
    let authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::new(tokens)))
        .identity_url(sandbox.identity_url())
        .clock(Arc::clone(&clock))
        .build()
        .unwrap();
    let builder = NmbrsClient::builder(keys.subscription_key, authorizer);
    set(builder.rest_url(sandbox.rest_url()).clock(clock)).build().unwrap()
}

/// A client of this sandbox, on this clock.
pub(crate) fn yourcampus_client(
    sandbox: &yourcampus::Sandbox,
    clock: &Arc<Clock>,
    set: impl FnOnce(CustomerApiConfigBuilder) -> CustomerApiConfigBuilder,
) -> HttpCustomerApi {
    let keys = sandbox.credentials();
    let config = CustomerApiConfig::builder()
        .keys(keys.access_key, keys.secret_key)
        .base_url(sandbox.base_url())
        .retry(RetryPolicy::default().with_jitter(0.0));
    let clock: Arc<dyn yourcampus_client::Clock> = Arc::<Clock>::clone(clock);
    HttpCustomerApi::with_clock(set(config).build().unwrap(), clock).unwrap()
}

/// A customer: both systems, the clients on them, and what the sync remembers.
pub(crate) struct Customer {
    pub(crate) source: nmbrs::Sandbox,
    pub(crate) target: yourcampus::Sandbox,
    pub(crate) port: NmbrsSource,
    reader: YourCampusReader,
    writer: YourCampusWriter,
    store: MemoryStore,
    policy: Policy,
    clock: Arc<Clock>,
}

impl Customer {
    /// The people of this world, and the accounts with which such a customer would start, as `change` leaves them.
    pub(crate) async fn new(
        world: nmbrs::World,
        change: impl FnOnce(yourcampus::State) -> yourcampus::State,
    ) -> Self {
        let state = change(examples::stage::target_for(&world));
        let source = nmbrs::Sandbox::start(world).await.unwrap();
        let target = yourcampus::Sandbox::start(state).await.unwrap();
        let clock = Clock::new();
        let api = yourcampus_client(&target, &clock, |config| config);
        Self {
            port: NmbrsSource::new(nmbrs_client(&source, &clock, |builder| builder.page_size(20))),
            reader: YourCampusReader::new(api.reader()),
            writer: YourCampusWriter::new(api.writer()),
            store: MemoryStore::new(),
            policy: Policy::new(TargetCompanyId::new(examples::stage::COMPANY), Participation::ByAccessField)
                .with_language("nl"),
            source,
            target,
            clock,
        }
    }

    /// More time passes for the clients than any `Retry-After` of these tests asks for.
    pub(crate) fn later(&self) {
        self.clock.advance(Duration::from_secs(40 * 3600));
    }

    fn dry_run(&self) -> DryRun<'_> {
        DryRun::new(&self.port, &self.reader, &self.store, &Nine)
    }

    pub(crate) async fn plan(&self) -> Result<Planned, EngineError> {
        self.dry_run().plan(&customer(), &self.policy, &key()).await
    }

    /// Plans, approves what was planned, and applies it.
    pub(crate) async fn sync(&self) -> Result<RunReport, EngineError> {
        let planned = self.plan().await?;
        self.apply(&planned).await
    }

    pub(crate) async fn apply(&self, planned: &Planned) -> Result<RunReport, EngineError> {
        assert!(!planned.plan.document().is_blocked(), "{:?}", planned.plan.document().brakes);
        let approved = SavedPlan::open(&planned.plan.to_file()).unwrap();
        let approval = Approval::of(planned.plan.id().clone(), sync_core::ports::Clock::now(&Nine));
        SyncRun::new(&self.port, &self.reader, &self.writer, &self.store, &Nine)
            .approved(&customer(), &self.policy, &key(), &approved, approval)
            .await
    }

    /// What is left to do.
    pub(crate) async fn pending(&self) -> Vec<String> {
        let planned = self.plan().await.unwrap();
        let actions = planned.plan.document().actions();
        actions.into_iter().map(|entry| format!("{}: {:?}", entry.person, entry.decision)).collect()
    }

    /// Writes that the target carried out.
    pub(crate) fn changes(&self) -> usize {
        self.target.requests().iter().filter(|request| request.changed).count()
    }

    /// Writes whose token was not refused: only after that refusal a write may come again.
    pub(crate) fn writes_not_refused_at_the_door(&self) -> u64 {
        let requests = self.target.requests();
        let counted = requests.iter().filter(|request| request.is_write && request.status != Some(401));
        counted.count() as u64
    }

    /// Requests that asked the target for a change.
    pub(crate) fn writes(&self) -> usize {
        self.target.requests().iter().filter(|request| request.is_write).count()
    }
}

fn customer() -> CustomerId {
    CustomerId::new("voorbeeld")
}

fn key() -> FingerprintKey {
    FingerprintKey::new(*b"a key for fingerprints, no secret").unwrap()
}

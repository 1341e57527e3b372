//! One customer whose payroll can be read over either interface, and the same accounts for both.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use nmbrs_client::sandbox::{LoggedRequest, Sandbox, World};
use nmbrs_client::soap::{Credentials, Domain, SoapClient, SoapClientBuilder, SoapSource};
use nmbrs_client::{NmbrsClient, NmbrsSource};
use sync_core::budget::Category;
use sync_core::engine::{DryRun, EngineError, MemoryStore, Planned};
use sync_core::policy::{Budgets, Limits, OnboardingGift};
use sync_core::ports::{Clock, EmployeeSource, PortError, RequestMeter, RowsRequest};
use sync_core::record::EmployeeRecord;
use sync_core::snapshot::{Complete, Resource, SourceSnapshot, SourceSnapshotBuilder};
use sync_core::{CustomerId, Euro, ExternalId, FingerprintKey, Participation, Policy, TargetCompanyId};
use yourcampus_client::sandbox::{Sandbox as YourCampus, State};
use yourcampus_client::{CustomerApiConfig, HttpCustomerApi, YourCampusReader};

/// The engine's time stands still, so that two plans of the same data differ in nothing else.
#[derive(Debug)]
struct Nine;

impl Clock for Nine {
    fn now(&self) -> DateTime<Utc> {
        day().and_hms_opt(9, 0, 0).unwrap().and_utc()
    }
}

/// The client's time, which waiting moves.
#[derive(Debug)]
struct Impatient(Mutex<DateTime<Utc>>);

#[async_trait]
impl nmbrs_client::Clock for Impatient {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, wait: Duration) {
        *self.0.lock().unwrap() += wait;
    }
}

pub(crate) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 15).unwrap()
}

/// Everybody whose access field says yes, and money by fields.
pub(crate) fn policy() -> Policy {
    let mut limits = Limits::default();
    limits.euro = Some(Euro::from_cents(10_000_000));
    let categories = [Category::parse("all").unwrap()];
    let budgets = Budgets::new(
        categories,
        Euro::from_cents(100_000),
        Euro::from_cents(1_000_000),
        OnboardingGift::Nothing,
    );
    Policy::new(TargetCompanyId::new(examples::stage::COMPANY), Participation::ByAccessField)
        .with_language("nl")
        .with_budgets(budgets)
        .with_limits(limits)
}

pub(crate) struct Customer {
    pub(crate) sandbox: Sandbox,
}

impl Customer {
    pub(crate) async fn of(world: World) -> Self {
        Self { sandbox: Sandbox::start(world).await.unwrap() }
    }

    /// So many people of the seeded world.
    pub(crate) async fn with(people: usize, seed: u64) -> Self {
        Self::of(World::dutch(people, seed, day())).await
    }

    /// Over SOAP, the domain known.
    pub(crate) fn soap(&self) -> SoapSource {
        let domain = Domain::new(self.sandbox.soap_credentials().domain).unwrap();
        SoapSource::new(self.client(|builder| builder.domain(domain)))
    }

    pub(crate) fn client(&self, set: impl FnOnce(SoapClientBuilder) -> SoapClientBuilder) -> SoapClient {
        let login = self.sandbox.soap_credentials();
        let builder = SoapClient::builder(Credentials::new(login.username, login.token))
            .url(self.sandbox.soap_url())
            .clock(Arc::new(Impatient(Mutex::new(Nine.now()))));
        set(builder).build().unwrap()
    }

    pub(crate) fn rest(&self) -> NmbrsSource {
        let keys = self.sandbox.credentials();
        let tokens = TokenSet::new(keys.access_token, "2099-01-01T00:00:00Z".parse().unwrap());
        let app = AppCredentials::new(keys.client_id, keys.client_secret);
        let authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::new(tokens)))
            .identity_url(self.sandbox.identity_url())
            .build()
            .unwrap();
        let builder = NmbrsClient::builder(keys.subscription_key, authorizer);
        NmbrsSource::new(builder.rest_url(self.sandbox.rest_url()).build().unwrap())
    }

    /// The id that the SOAP source gives the record with this GUID.
    pub(crate) fn soap_id(&self, guid: &str) -> ExternalId {
        let number = self.sandbox.world().soap_number(guid).unwrap();
        ExternalId::soap(&self.sandbox.soap_credentials().domain, u64::try_from(number).unwrap()).unwrap()
    }

    /// For each SOAP id the GUID of the same record.
    pub(crate) fn guids(&self) -> BTreeMap<ExternalId, String> {
        let world = self.sandbox.world();
        let guids = world.employees().map(|(_, employee)| employee.employee_id.clone());
        guids.map(|guid| (self.soap_id(&guid), guid)).collect()
    }

    /// The SOAP requests since the log was cleared.
    pub(crate) fn soap_requests(&self) -> Vec<LoggedRequest> {
        self.sandbox.requests().into_iter().filter(LoggedRequest::is_soap).collect()
    }

    /// Plans with accounts that carry the ids of the source, as `ids` gives them for the GUID of a record.
    pub(crate) async fn plan(
        &self,
        source: &dyn EmployeeSource,
        policy: &Policy,
        id: impl Fn(&str) -> Option<String>,
    ) -> Result<Planned, EngineError> {
        let mut state: State = examples::stage::target_for(&self.sandbox.world());
        for account in &mut state.accounts {
            let ours = account.external_id.as_deref().and_then(|id| id.strip_prefix("nmbrs:rest:"));
            if let Some(id) = ours.and_then(&id) {
                account.external_id = Some(id);
            }
        }
        let target = YourCampus::start(state).await.unwrap();
        let keys = target.credentials();
        let config =
            CustomerApiConfig::builder().keys(keys.access_key, keys.secret_key).base_url(target.base_url());
        let api = HttpCustomerApi::new(config.build().unwrap()).unwrap();
        let (reader, store) = (YourCampusReader::new(api.reader()), MemoryStore::new());
        let key = FingerprintKey::new(*b"a key for fingerprints, no secret").unwrap();
        DryRun::new(source, &reader, &store, &Nine).plan(&CustomerId::new("voorbeeld"), policy, &key).await
    }

    pub(crate) async fn plan_over_soap(&self, source: &SoapSource) -> Result<Planned, EngineError> {
        let world = self.sandbox.world();
        let id = |guid: &str| world.soap_number(guid).map(|_| self.soap_id(guid).to_string());
        self.plan(source, &policy(), id).await
    }

    pub(crate) async fn plan_over_rest(&self) -> Result<Planned, EngineError> {
        self.plan(&self.rest(), &policy(), |_| None).await
    }
}

/// All of a source, one list after another.
pub(crate) async fn snapshot(source: &dyn EmployeeSource) -> Result<Complete<SourceSnapshot>, PortError> {
    let meter = RequestMeter::new(10_000);
    let companies: Vec<_> =
        source.companies(&meter).await?.rows.into_iter().map(|row| row.content.unwrap()).collect();
    let mut builder = SourceSnapshotBuilder::announce(companies.clone());
    for company in &companies {
        for resource in Resource::ALL {
            let request = RowsRequest::new(company.id.clone(), resource).with_private_email(true);
            builder.put(&company.id, source.rows(&request, &meter).await?).unwrap();
        }
    }
    Ok(builder.finish().unwrap())
}

/// The record with this id.
#[track_caller]
pub(crate) fn record<'s>(snapshot: &'s SourceSnapshot, id: &ExternalId) -> &'s EmployeeRecord {
    snapshot.records().iter().find(|record| record.id == *id).unwrap()
}

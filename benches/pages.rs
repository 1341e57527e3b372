//! Reading everything, over HTTP on loopback.
//!
//! What the figures include: this crate's client (paging, verification, decoding) **and** the sandbox in the same
//! process, which writes every row anew for each page, on the cores that are there. They are a lower bound for the
//! client and say nothing about a real network. Pacing is out of the way: one page is asked for at a time as fast as
//! answers come, up to four at once.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a bench may stop when its stage cannot be set, and says what it counted"
)]

use std::hint::black_box;
use std::time::Duration;

use chrono::NaiveDate;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use nmbrs_client::{CompanyId, NmbrsClient, sandbox as nmbrs};
use tokio::runtime::Runtime;
use yourcampus_client::{
    CustomerApiConfig, EmployeeFilter, HttpCustomerApi, PacePolicy, all_employees, sandbox as yourcampus,
};

const PEOPLE: usize = 10_000;
const COMPANY: i64 = 7;

fn personal_data(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let today = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
    let sandbox = runtime.block_on(nmbrs::Sandbox::start(nmbrs::World::dutch(PEOPLE, 1, today))).unwrap();
    let client = nmbrs_client_for(&sandbox);
    let world = sandbox.world();
    let companies: Vec<_> =
        world.companies.iter().map(|company| CompanyId::new(company.company_id.as_str()).unwrap()).collect();
    let read = || async {
        let mut rows = 0;
        for company in &companies {
            rows += client.personal_info(company).all().await.unwrap().rows.len();
        }
        rows
    };
    assert_eq!(runtime.block_on(read()), PEOPLE);
    eprintln!("personal data of {PEOPLE} people: {} requests", sandbox.requests().len());

    let mut group = criterion.benchmark_group("nmbrs");
    group.throughput(Throughput::Elements(PEOPLE as u64)).sample_size(10);
    group.bench_function("personal data", |bencher| {
        bencher.iter(|| black_box(runtime.block_on(read())));
        sandbox.clear_requests();
    });
    group.finish();
}

fn accounts(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let account = |number: usize| {
        let id = i64::try_from(number).unwrap() + 1;
        yourcampus::Account::new(id, COMPANY)
            .with_name("Voornaam", "van", "Achternaam")
            .with_email(format!("adres{id}@voorbeeld.example.nl"))
            .with_external_id(format!("nmbrs:rest:{id}"))
    };
    let state = yourcampus::State::default()
        .with_company(COMPANY, None)
        .with_rate_limit(100_000_000, 60)
        .with_accounts((0..PEOPLE).map(account));
    let sandbox = runtime.block_on(yourcampus::Sandbox::start(state)).unwrap();
    let keys = sandbox.credentials();
    let config = CustomerApiConfig::builder()
        .keys(keys.access_key, keys.secret_key)
        .base_url(sandbox.base_url())
        .pace(PacePolicy::default().with_percent_of_limit(100))
        .build()
        .unwrap();
    let reader = HttpCustomerApi::new(config).unwrap().reader();
    let company = yourcampus_client::CompanyId::new(COMPANY);
    let read =
        || async { all_employees(&reader, company, EmployeeFilter::active()).all().await.unwrap().len() };
    assert_eq!(runtime.block_on(read()), PEOPLE);
    eprintln!("{PEOPLE} accounts: {} requests, token call included", sandbox.requests().len());

    let mut group = criterion.benchmark_group("yourcampus");
    group.throughput(Throughput::Elements(PEOPLE as u64)).sample_size(10);
    group.bench_function("accounts", |bencher| {
        bencher.iter(|| black_box(runtime.block_on(read())));
        sandbox.clear_requests();
    });
    group.finish();
}

fn nmbrs_client_for(sandbox: &nmbrs::Sandbox) -> NmbrsClient {
    let keys = sandbox.credentials();
    let expires_at = chrono::DateTime::<chrono::Utc>::MAX_UTC - Duration::from_secs(24 * 3600);
    let store = MemoryTokenStore::new(TokenSet::new(keys.access_token, expires_at));
    let authorizer = Authorizer::builder(
        AppCredentials::new(keys.client_id, keys.client_secret),
        std::sync::Arc::new(store),
    )
    .identity_url(sandbox.identity_url())
    .build()
    .unwrap();
    NmbrsClient::builder(keys.subscription_key, authorizer)
        .rest_url(sandbox.rest_url())
        .pace(nmbrs_client::PacePolicy::default().in_flight(4))
        .build()
        .unwrap()
}

criterion_group!(benches, personal_data, accounts);
criterion_main!(benches);

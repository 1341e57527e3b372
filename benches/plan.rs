//! How long planning takes for a large customer: 10,000 people in three companies.
//!
//! Figures, no assertion: `cargo bench -p benches --bench plan`. Reading both sides is not part of it.

#![expect(clippy::unwrap_used, reason = "a bench over made-up data ends where that data is wrong")]
#![allow(missing_docs, reason = "criterion's macros write functions without")]

use std::hint::black_box;

use chrono::{DateTime, NaiveDate, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use sync_core::account::Account;
use sync_core::ledger::{LastRun, LedgerView, Link};
use sync_core::record::{EmployeeRecord, EmployeeType, Employment, FieldDefinition, Listed, SourceCompany};
use sync_core::snapshot::{
    AccountState, Complete, Listing, Row, SourceSnapshot, SourceSnapshotBuilder, TargetSnapshot,
    TargetSnapshotBuilder,
};
use sync_core::{
    AccountId, CompanyId, CustomerId, ExternalId, FingerprintKey, Participation, Pii, Policy, Run,
    TargetCompanyId, plan,
};

const PEOPLE: u32 = 10_000;
const HOME: TargetCompanyId = TargetCompanyId::new(1);

/// Both sides and what is remembered.
struct Customer {
    source: Complete<SourceSnapshot>,
    target: Complete<TargetSnapshot>,
    ledger: LedgerView,
}

impl Customer {
    /// Everybody has an account, and of one in `every` the first name changed.
    fn settled(every: Option<u32>) -> Self {
        let records = records();
        let accounts = (0..).zip(&records).map(|(n, record)| {
            let mut account = account_of(n, record);
            if every.is_some_and(|every| n % every == 0) {
                account.first_name = Some(Pii::new("Before".to_owned()));
            }
            account
        });
        let target = target(accounts.collect());
        let mut ledger = LedgerView::default();
        for (n, record) in (0_u32..).zip(&records) {
            let link = Link::new(AccountId::new(n.into()), record.company.clone());
            ledger.links.insert(record.id.clone(), link);
        }
        ledger.last_run = Some(LastRun::default());
        Self { source: source(&records), target, ledger }
    }

    /// Nobody has an account.
    fn new() -> Self {
        Self { source: source(&records()), target: target(Vec::new()), ledger: LedgerView::default() }
    }
}

fn company(n: u32) -> CompanyId {
    CompanyId::new(format!("company-{}", n % 3))
}

fn records() -> Vec<EmployeeRecord> {
    let start: NaiveDate = "2019-04-01".parse().unwrap();
    let record = |n: u32| {
        let id = ExternalId::rest(&format!("3f0c9a52-79a3-4452-8e1d-{n:012}")).unwrap();
        let mut record = EmployeeRecord::new(id, company(n));
        record.listed = Listed::new(Some(n.into()), Some(EmployeeType::Payroll));
        record.personal.first_name = Some(Pii::new(format!("First{n}")));
        record.personal.last_name = Some(Pii::new(format!("Lást{n}")));
        record.personal.business_email = Some(Pii::new(format!("first.last{n}@example.nl")));
        record.personal.birthday = Some(Pii::new(start - chrono::Days::new(9_000 + u64::from(n))));
        record.employments = vec![Employment::starting(start)];
        record
    };
    (0..PEOPLE).map(record).collect()
}

fn account_of(n: u32, record: &EmployeeRecord) -> Account {
    let mut account = Account::new(AccountId::new(n.into()), HOME, true);
    account.email.clone_from(&record.personal.business_email);
    account.first_name.clone_from(&record.personal.first_name);
    account.last_name.clone_from(&record.personal.last_name);
    account.birthday.clone_from(&record.personal.birthday);
    account.work_anniversary =
        record.employments.first().and_then(|employment| employment.start).map(Pii::new);
    account.external_id = Some(record.id.as_str().to_owned());
    account
}

fn source(records: &[EmployeeRecord]) -> Complete<SourceSnapshot> {
    let mut builder =
        SourceSnapshotBuilder::announce((0..3).map(|n| SourceCompany::new(company(n))).collect());
    for n in 0..3 {
        let of_company = records.iter().filter(|record| record.company == company(n)).cloned().collect();
        let fields = vec![FieldDefinition::new("alleo_monthly_all_budget", "number")];
        builder.put_records(&company(n), fields, of_company).unwrap();
    }
    builder.finish().unwrap()
}

fn target(accounts: Vec<Account>) -> Complete<TargetSnapshot> {
    let mut builder = TargetSnapshotBuilder::announce([HOME]);
    let rows = accounts.into_iter().map(|account| Row::readable(account.id, account)).collect();
    builder.put(HOME, AccountState::Active, Listing::new(rows, None)).unwrap();
    builder.put(HOME, AccountState::Inactive, Listing::new(Vec::new(), Some(0))).unwrap();
    builder.finish().unwrap()
}

fn planning(criterion: &mut Criterion) {
    let customer = CustomerId::new("large");
    let key = FingerprintKey::new(*b"a key of one customer").unwrap();
    let as_of: DateTime<Utc> = "2026-06-15T10:00:00Z".parse().unwrap();
    let policy = Policy::new(HOME, Participation::Everyone);
    let mut group = criterion.benchmark_group(format!("plan/{PEOPLE} people"));
    group.sample_size(20);
    for (name, of) in [
        ("first run", Customer::new()),
        ("nothing changed", Customer::settled(None)),
        ("5 % changed", Customer::settled(Some(20))),
    ] {
        let run = Run::new(&customer, as_of, &key);
        group.bench_function(name, |bencher| {
            bencher.iter(|| plan(black_box(&of.source), &of.target, &of.ledger, &policy, &run));
        });
    }
    group.finish();
}

criterion_group!(benches, planning);
criterion_main!(benches);

//! How long planning takes for a large customer: 10,000 people in three companies.
//!
//! Figures, no assertion: `cargo bench -p benches --bench plan`. Reading both sides is not part of it.

#![expect(clippy::unwrap_used, reason = "a bench over made-up data ends where that data is wrong")]
#![allow(missing_docs, reason = "criterion's macros write functions without")]

mod customer;

use std::hint::black_box;

use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use customer::{Customer, HOME};
use sync_core::budget::Category;
use sync_core::policy::{Budgets, OnboardingGift};
use sync_core::{CustomerId, Euro, FingerprintKey, Participation, Policy, Run, plan};

const PEOPLE: u32 = 10_000;

fn planning(criterion: &mut Criterion) {
    let customer = CustomerId::new("large");
    let key = FingerprintKey::new(*b"a key of one customer").unwrap();
    let as_of: DateTime<Utc> = "2026-06-15T10:00:00Z".parse().unwrap();
    let policy = Policy::new(HOME, Participation::Everyone);
    let mut group = criterion.benchmark_group(format!("plan/{PEOPLE} people"));
    group.sample_size(20);
    for (name, of) in [
        ("first run", Customer::new(PEOPLE)),
        ("nothing changed", Customer::settled(PEOPLE, 0)),
        ("5 % changed", Customer::settled(PEOPLE, 5)),
    ] {
        let run = Run::new(&customer, as_of, &key);
        group.bench_function(name, |bencher| {
            bencher.iter(|| plan(black_box(&of.source), &of.target, &of.ledger, &policy, &run));
        });
    }
    let budgets = Budgets::new(
        Category::parse("all"),
        Euro::from_cents(10_000),
        Euro::from_cents(100_000),
        OnboardingGift::Nothing,
    );
    let giving = policy.clone().with_budgets(budgets);
    for (name, of, policy) in [
        (
            "fields and rows of budgets, and a policy that gives none",
            Customer::with_budgets(PEOPLE, 5),
            &policy,
        ),
        ("two budgets each, of which 5 % are new", Customer::with_budgets(PEOPLE, 5), &giving),
    ] {
        let run = Run::new(&customer, as_of, &key);
        group.bench_function(name, |bencher| {
            bencher.iter(|| plan(black_box(&of.source), &of.target, &of.ledger, policy, &run));
        });
    }
    group.finish();
}

criterion_group!(benches, planning);
criterion_main!(benches);

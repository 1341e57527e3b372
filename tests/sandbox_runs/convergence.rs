//! R9 over HTTP: after applying there is nothing left to do, whatever liberties the target takes with what it stores.

use nmbrs_client::sandbox::{Story, World};
use yourcampus_client::sandbox::{EmptyText, MissingVsNull, Normalisation};

use crate::stage::{Customer, day};

fn normalisations() -> Vec<Normalisation> {
    let mut all = Vec::new();
    for empty_text in [EmptyText::AsSent, EmptyText::BecomesNull, EmptyText::FromNull] {
        for bits in 0..8 {
            let mut normalisation = Normalisation::default().with_empty_text(empty_text);
            normalisation.trims = bits & 1 != 0;
            normalisation.lower_cases_domains = bits & 2 != 0;
            normalisation.composes = bits & 4 != 0;
            all.push(normalisation);
        }
    }
    all
}

/// A world whose texts give a target something to normalise.
fn untidy(seed: u64) -> World {
    let mut world = World::dutch(50, seed, day());
    let ordinary: Vec<_> = world.telling(Story::Ordinary).map(|one| one.employee_id.clone()).collect();
    for (number, id) in ordinary.iter().enumerate() {
        let Some(info) = world.employee_mut(id).and_then(|one| one.personal_infos.last_mut()) else {
            continue;
        };
        match number % 4 {
            0 => info.last_name = format!("  {}e\u{308}l ", info.last_name),
            1 => info.first_name = Some("Rene\u{301}e".into()),
            2 => info.prefix = Some(String::new()),
            _ => {
                info.business_email = info.business_email.take().and_then(|email| {
                    let (local, domain) = email.split_once('@')?;
                    Some(format!("{local}@{}", domain.to_uppercase()))
                });
            }
        }
    }
    world
}

#[tokio::test]
async fn r9_planning_after_applying_gives_no_action_whatever_the_target_normalises() {
    let missing =
        [MissingVsNull::Nulls, MissingVsNull::Absent, MissingVsNull::ExtraKeys, MissingVsNull::Mixed];
    for (seed, normalisation) in (1..).zip(normalisations()) {
        let missing = missing[seed % missing.len()];
        let customer = Customer::new(untidy(seed as u64), |state| {
            state.with_normalisation(normalisation).with_missing_vs_null(missing).with_shuffle(seed as u64)
        })
        .await;
        let planned = customer.plan().await.unwrap();
        assert_eq!(customer.writes(), 0, "a dry run wrote");
        assert_ne!(planned.plan.document().totals.actions.total(), 0, "seed {seed} has nothing to do");

        let report = customer.apply(&planned).await.unwrap();
        assert!(report.is_complete(), "seed {seed}, {normalisation:?}: {report:#?}");
        assert_eq!(report.writes, customer.writes() as u64, "seed {seed}");
        assert_eq!(report.settling.pages, 0, "seed {seed}: an answer did not show what was done");
        assert_eq!(customer.pending().await, [""; 0], "seed {seed}, {normalisation:?}");

        let again = customer.sync().await.unwrap();
        assert_eq!((again.writes, customer.writes() as u64), (0, report.writes), "seed {seed}");
    }
}

#[tokio::test]
async fn r20_the_sandboxes_counted_as_many_reads_as_the_engine_says() {
    for (people, seed) in [(12, 1), (60, 2), (130, 3)] {
        let customer = Customer::new(World::dutch(people, seed, day()), |state| state).await;
        let planned = customer.plan().await.unwrap();
        let source = customer.source.requests().iter().filter(|request| request.is_api()).count();
        let target = customer.target.requests();
        let reads = target.iter().filter(|request| request.method == "GET").count();
        assert_eq!((planned.source.pages, planned.source.again), (source as u64, 0), "{people} people");
        assert_eq!((planned.target.pages, planned.target.again), (reads as u64, 0), "{people} people");
    }
}

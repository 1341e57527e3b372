//! R1 over HTTP: whatever goes wrong while reading, the plan is the same as without it, or there is none.

use nmbrs_client::sandbox::{Effect as SourceEffect, Fault as SourceFault, World};
use sync_core::decision::{Decision, HoldReason};
use sync_core::plan::Entry;
use yourcampus_client::sandbox::{Account, Effect as TargetEffect, Fault as TargetFault};

use crate::stage::{Customer, day};

/// 60 people on pages of 20, and enough accounts of others for a second page.
async fn customer() -> Customer {
    let others = (0..150).map(|number| {
        Account::new(10_000 + number, examples::stage::COMPANY)
            .with_email(format!("ander{number}@elders.example.nl"))
    });
    Customer::new(World::dutch(60, 11, day()), |state| state.with_accounts(others)).await
}

/// The plan's bytes, or that there is none. Asserts that nothing was written either way.
async fn planned(customer: &Customer, case: &str) -> Option<Vec<u8>> {
    let planned = customer.plan().await;
    assert_eq!(customer.writes(), 0, "{case}");
    match planned {
        Ok(planned) => Some(planned.plan.canonical_bytes()),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// What happens to a request, and whether one occurrence of it must be overcome.
fn source_effects() -> Vec<(SourceEffect, bool)> {
    let status = |fault: SourceFault| fault.effect;
    vec![
        (SourceEffect::Reset, true),
        (SourceEffect::CutBody, true),
        (SourceEffect::WrongContentType, false),
        (SourceEffect::RepeatRows, true),
        (SourceEffect::ChangeTotal { total_records: 1 }, true),
        (SourceEffect::ChangeTotal { total_records: 100_000 }, true),
        (SourceEffect::DropRowId, true),
        (SourceEffect::MovedRows, true),
        (status(SourceFault::too_many_calls(Some(2))), true),
        (status(SourceFault::too_many_calls(None)), true),
        (status(SourceFault::too_many_calls(Some(100_000))), false),
        (status(SourceFault::quota_exceeded()), false),
        (status(SourceFault::code(40303)), false),
        (status(SourceFault::code(50001)), false),
        (status(SourceFault::html(200)), false),
        (status(SourceFault::html(502)), true),
        (status(SourceFault::html(503)), true),
    ]
}

#[tokio::test]
async fn r1_a_fault_of_the_source_changes_no_plan() {
    let customer = customer().await;
    let undisturbed = planned(&customer, "no fault").await.unwrap();
    let lists = [
        "/api/companies",
        "/personalinfo",
        "/employments",
        "/contracts",
        "/extrafieldSettings",
        "/extraFields",
    ];
    let mut told = 0;
    for list in lists {
        for page in [1, 2] {
            for (effect, is_overcome) in source_effects() {
                let case = format!("{effect:?} on page {page} of {list}");
                customer.source.inject(SourceFault::new(effect).on_path(list).on_page(page));
                let plan = planned(&customer, &case).await;
                customer.source.clear_faults();
                customer.later();
                assert!(plan.as_ref().is_none_or(|plan| *plan == undisturbed), "{case}: another plan");
                assert!(plan.is_some() || !is_overcome, "{case}: once was enough to have no plan");
                told += usize::from(plan.is_none());
            }
        }
    }
    assert_ne!(told, 0, "no fault ever hit");
}

#[tokio::test]
async fn r1_a_fault_of_the_source_that_stays_leaves_no_plan() {
    let customer = customer().await;
    for (effect, _) in source_effects() {
        let case = format!("{effect:?}, always");
        if matches!(effect, SourceEffect::RepeatRows) {
            continue; // On a first page there is no row before it to repeat; the test above has it on the second.
        }
        customer.source.inject(SourceFault::new(effect).on_path("/personalinfo").on_page(1).always());
        assert!(planned(&customer, &case).await.is_none(), "{case}");
        customer.source.clear_faults();
        customer.later();
    }
}

fn target_effects() -> Vec<(TargetEffect, bool)> {
    vec![
        (TargetEffect::Reset, true),
        (TargetEffect::ResetAfter, true),
        (TargetEffect::status_after(), true),
        (TargetEffect::CutBody, true),
        (TargetEffect::WrongContentType { content_type: "text/html".into() }, false),
        (TargetEffect::ChangeCount { by: 1 }, true),
        (TargetEffect::ChangeCount { by: -1 }, true),
        (TargetEffect::RepeatRows, true),
        (TargetEffect::MovedRows, true),
        (TargetEffect::DropRowId, true),
        (TargetEffect::status(401), true),
        (TargetEffect::status(403), false),
        (TargetEffect::status(404), false),
        (TargetEffect::too_many_requests(Some(2)), true),
        (TargetEffect::too_many_requests(None), true),
        (TargetEffect::too_many_requests(Some(100_000)), false),
        (TargetEffect::status(500), true),
        (TargetEffect::status(503), true),
        (TargetEffect::html_page(200), false),
        (TargetEffect::html_page(502), true),
    ]
}

#[tokio::test]
async fn r1_a_fault_of_the_target_changes_no_plan() {
    let customer = customer().await;
    let undisturbed = planned(&customer, "no fault").await.unwrap();
    for (effect, is_overcome) in target_effects() {
        for nth in [1, 2, 3] {
            let case = format!("{effect:?} on listing request {nth}");
            let fault = TargetFault::new(effect.clone()).on_path("/employees").from_nth(nth);
            customer.target.inject(fault);
            let plan = planned(&customer, &case).await;
            customer.target.clear_faults();
            customer.later();
            assert!(plan.as_ref().is_none_or(|plan| *plan == undisturbed), "{case}: another plan");
            assert!(plan.is_some() || !is_overcome, "{case}: once was enough to have no plan");
        }
    }
}

#[tokio::test]
async fn r1_a_fault_of_the_target_that_stays_leaves_no_plan() {
    let customer = customer().await;
    let in_another_order = [TargetEffect::MovedRows];
    for effect in target_effects().into_iter().map(|(effect, _)| effect) {
        // A list that has always been in that order is whole.
        if in_another_order.contains(&effect) {
            continue;
        }
        let case = format!("{effect:?}, always");
        customer.target.inject(TargetFault::new(effect).on_path("/employees").always());
        assert!(planned(&customer, &case).await.is_none(), "{case}");
        customer.target.clear_faults();
        customer.later();
    }
}

#[tokio::test]
async fn r1_an_unreadable_row_of_the_source_holds_that_person_and_whoever_it_may_be() {
    let customer = customer().await;
    let before = customer.plan().await.unwrap();
    customer.source.inject(SourceFault::new(SourceEffect::UnreadableRow).on_path("/personalinfo").on_page(1));
    let after = customer.plan().await.unwrap();
    let (before, after) = (&before.plan.document().entries, &after.plan.document().entries);
    assert_eq!(before.len(), after.len());
    let held = |entry: &Entry, wanted: HoldReason| matches!(&entry.decision, Decision::Hold { reason, .. } if *reason == wanted);
    let unreadable = after.iter().filter(|entry| held(entry, HoldReason::UnreadableRow));
    assert_eq!(unreadable.count(), 1);
    // Who has left may be the one who cannot be read, so leavers wait as well. Nothing else changes.
    for (before, after) in before.iter().zip(after).filter(|(before, after)| before != after) {
        let waits =
            matches!(before.decision, Decision::Offboard(_)) && held(after, HoldReason::MaybeStillHere);
        assert!(waits || held(after, HoldReason::UnreadableRow), "{before:#?}\n{after:#?}");
    }
    assert_eq!(customer.writes(), 0);
}

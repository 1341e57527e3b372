//! The whole path: dry run, approval, apply, and a second run with nothing to do.

use serde_json::Value;

use crate::oracle::{expected, leavers};
use crate::stage::{Stage, account_of};

#[tokio::test]
async fn r6_a_dry_run_shows_changes_and_writes_nothing() {
    let stage = Stage::of(120).await;
    let before = stage.target().await;
    let plan = stage.plan(2).await;
    assert!(plan.actions() > 0);
    assert_eq!(stage.writes().await, 0);
    assert!(stage.target().await == before, "the dry run left the target as it was");
    assert!(plan.ran.stdout.contains(&plan.id), "the hash to approve is shown");
}

#[tokio::test]
async fn r20_a_dry_run_takes_exactly_the_requests_of_the_formula() {
    let stage = Stage::with(&["--people", "450"]).await;
    let world = stage.world().await;
    stage.plan(2).await;

    let pages = |rows: usize| rows.div_ceil(100).max(1);
    let of_company = |company: &nmbrs_client::sandbox::Company| {
        let in_each_list = pages(company.employees.len());
        assert!(
            company.employees.len() % 100 < 90,
            "people without entries cannot cost a list its last page"
        );
        5 * in_each_list + pages(company.extra_fields.len())
    };
    let source = pages(world.companies.len()) + world.companies.iter().map(of_company).sum::<usize>();
    assert!(source > 19, "some list has more than one page");
    assert_eq!(stage.source_requests().await.len(), source);

    let accounts = stage.target().await.accounts;
    let active = accounts.iter().filter(|account| account.is_active).count();
    let target = 1 + pages(active) + pages(accounts.len() - active);
    assert_eq!(stage.target_requests().await.len(), target);
}

#[tokio::test]
async fn what_was_approved_is_done_and_nothing_else_and_then_there_is_nothing_to_do() {
    let stage = Stage::of(120).await;
    let (world, before) = (stage.world().await, stage.target().await);
    let company = stage.sandbox.line["yourcampus"]["company"].as_i64().unwrap();
    let expected = expected(&world, &before, company);
    assert!(expected.new.len() > 10 && expected.changed > 5 && expected.deactivated == 2);

    let plan = stage.plan(2).await;
    let applied = stage.apply(&plan).await.ends_with_code(0).json();
    let after = stage.target().await;

    for (was, must_be) in before.accounts.iter().zip(&expected.kept) {
        let mut is = after.account(was.id).expect("no account goes away").clone();
        if was.is_active && !is.is_active {
            is.offboarding_date = was.offboarding_date;
        }
        assert!(is == *must_be, "account {} of {:?}", was.id, was.external_id);
    }
    let mut new: Vec<_> =
        after.accounts.iter().filter(|account| before.account(account.id).is_none()).cloned().collect();
    for account in &mut new {
        account.id = 0;
        account.registration_date = None;
    }
    new.sort_by(|a, b| a.external_id.cmp(&b.external_id));
    assert!(
        new == expected.new,
        "the new accounts are those of the people without one, with payroll's values"
    );
    assert_eq!(after.created_count, expected.new.len() as u64);
    for leaver in leavers(&world, &before) {
        assert!(!account_of(&after, &leaver.employee_id).unwrap().is_active);
    }

    let changes = expected.new.len() + expected.changed + expected.deactivated;
    assert_eq!(stage.writes().await, changes);
    assert_eq!(applied["done"], Value::from(changes));
    assert_eq!(applied["target_writes"], Value::from(changes));

    stage.forget_requests().await;
    let second = stage.plan(0).await;
    assert_eq!(second.actions(), 0);
    assert_eq!(stage.writes().await, 0);
    assert!(stage.target().await == after);
}

#[tokio::test]
async fn r15_a_new_address_keeps_the_account() {
    let stage = Stage::of(40).await;
    let (world, before) = (stage.world().await, stage.target().await);
    let moved = crate::stage::telling(&world, nmbrs_client::sandbox::Story::EmailChanged);
    let account = account_of(&before, &moved.employee_id).unwrap();
    assert!(account.email.is_some(), "the account has the former address");
    let plan = stage.plan(2).await;
    stage.apply(&plan).await.ends_with_code(0);
    let after = stage.target().await;
    let now = account_of(&after, &moved.employee_id).unwrap();
    assert_eq!(now.id, account.id);
    assert!(now.email != account.email && now.is_active);
}

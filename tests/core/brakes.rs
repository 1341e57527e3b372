//! What stops a whole run: an emptied company (R3), too much at once (R4), a scope that shrank (R26).

use sync_core::policy::{Limit, Limits};

use crate::world::{World, account, check_brakes, person, world};

/// `managed` synced people, of whom `leaving` left.
fn company_of(managed: u32, leaving: usize) -> World {
    let mut world = world().crowd(managed);
    let left = person("x").former();
    for record in world.records.iter_mut().take(leaving) {
        record.listed = left.0.listed.clone();
        record.employments.clone_from(&left.0.employments);
    }
    world
}

#[test]
fn r3_a_company_whose_linked_people_all_vanish_brakes() {
    let beta = |world: World| {
        world
            .company("beta", &[])
            .synced("anna", 7)
            .link("anna", 7)
            .having(account(8).of("bob"))
            .link_at("bob", 8, "beta")
    };
    check_brakes(&beta(world()), &["empty_company beta"]);
    check_brakes(&beta(world()).with(person("bob").at("beta")), &[]);
    check_brakes(&beta(world()).with(person("new").at("beta")), &[]);
}

#[test]
fn r3_an_empty_company_of_which_nobody_has_an_account_is_no_brake() {
    check_brakes(&world().synced("anna", 7).company("beta", &[]), &[]);
    let inactive =
        world().company("beta", &[]).having(account(8).of("bob").inactive()).link_at("bob", 8, "beta");
    check_brakes(&inactive.synced("anna", 7), &[]);
}

#[test]
fn r3_without_memory_an_account_of_nobody_may_be_of_the_empty_company() {
    let world = world().company("beta", &[]).synced("anna", 7).having(account(8).of("bob")).without_memory();
    check_brakes(&world, &["empty_company beta"]);
}

#[test]
fn r3_a_small_company_that_left_with_evidence_is_not_empty() {
    let world = world()
        .crowd(12)
        .with(person("bob").at("beta").former())
        .having(account(8).of("bob"))
        .link_at("bob", 8, "beta");
    check_brakes(&world, &[]);
}

#[test]
fn r3_people_who_moved_to_another_company_leave_no_empty_one() {
    let world = world().company("beta", &[]).synced("anna", 7).link_at("anna", 7, "beta");
    check_brakes(&world, &[]);
}

#[test]
fn r4_deactivations_are_limited_to_a_clamped_share() {
    check_brakes(&company_of(12, 3), &[]);
    check_brakes(&company_of(12, 4), &["over_limit deactivations 4 0 3"]);
    check_brakes(&company_of(61, 4), &[]);
    check_brakes(&company_of(60, 4), &["over_limit deactivations 4 0 3"]);
}

#[test]
fn r4_of_fewer_than_ten_more_than_half_trips() {
    for (managed, allowed) in [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3), (7, 3), (8, 4), (9, 4)] {
        check_brakes(&company_of(managed, allowed), &[]);
        let over = format!("over_limit deactivations {} 0 {allowed}", allowed + 1);
        check_brakes(&company_of(managed, allowed + 1), &[&over]);
    }
    check_brakes(&company_of(10, 4), &["over_limit deactivations 4 0 3"]);
}

#[test]
fn r4_deactivations_of_seven_days_count_together() {
    let recent = |instants: &[&str]| company_of(12, 2).deactivated(instants);
    let (just, ago) = ("2026-06-08T10:00:01Z", "2026-06-08T10:00:00Z");
    check_brakes(&recent(&[just]), &[]);
    check_brakes(&recent(&[just, just]), &["over_limit deactivations 2 2 3"]);
    check_brakes(&recent(&[ago, ago]), &[]);
    check_brakes(&company_of(12, 0).deactivated(&[just; 9]), &[]);
}

#[test]
fn r4_deactivations_of_the_week_count_as_people_too() {
    // Eight are left of eleven: the share is that of the week's beginning.
    check_brakes(
        &company_of(8, 1).deactivated(&["2026-06-14T10:00:00Z"; 3]),
        &["over_limit deactivations 1 3 3"],
    );
    check_brakes(&company_of(8, 1).deactivated(&["2026-06-14T10:00:00Z"; 2]), &[]);
}

fn newcomers(world: World, count: usize) -> World {
    (0..count).fold(world, |world, n| world.with(person(&format!("new-{n}"))))
}

#[test]
fn r4_creations_are_limited_but_in_the_first_run_which_is_approved_anyway() {
    check_brakes(&newcomers(world().crowd(5), 10), &[]);
    check_brakes(&newcomers(world().crowd(5), 11), &["over_limit creations 11 0 10"]);
    check_brakes(&newcomers(world().crowd(5), 300).without_memory(), &[]);
}

#[test]
fn r4_the_limits_are_the_policys() {
    let mut limits = Limits::default();
    limits.deactivations = Limit::new(50, 0, 50);
    limits.creations = Limit::new(0, 0, 0);
    let strict = |world: World| world.policy(|policy| policy.with_limits(limits));
    check_brakes(&strict(company_of(12, 6)), &[]);
    check_brakes(&strict(company_of(12, 7)), &["over_limit deactivations 7 0 6"]);
    check_brakes(&strict(newcomers(world().crowd(5), 1)), &["over_limit creations 1 0 0"]);
}

#[test]
fn r4_inactive_and_unmanaged_accounts_are_no_part_of_the_share() {
    let more = (0..50).fold(company_of(12, 4), |world, n| {
        world.having(account(2000 + n)).having(account(3000 + n).of(&format!("old-{n}")).inactive())
    });
    check_brakes(&more, &["over_limit deactivations 4 0 3"]);
    assert_eq!(more.plan().document().totals.managed_active, 12);
}

#[test]
fn r26_a_company_that_was_there_and_is_missing_brakes() {
    check_brakes(&world().synced("anna", 7).remembers("beta", &[]), &["company_gone beta"]);
    check_brakes(&world().synced("anna", 7).remembers("beta", &[]).company("beta", &[]), &[]);
}

#[test]
fn r26_a_field_that_was_there_and_is_missing_brakes() {
    let world = || world().synced("anna", 7).remembers("acme", &["alleo_access"]);
    check_brakes(&world(), &["field_gone acme alleo_access"]);
    check_brakes(&world().company("acme", &["yourcampus_access"]), &["field_gone acme alleo_access"]);
    let present = world().company("acme", &[" alleo_access ", "alleo_filter"]);
    check_brakes(&present, &[]);
}

#[test]
fn r26_a_company_that_the_policy_names_and_nobody_sees_brakes_once() {
    let naming = |world: World| {
        world.policy(|policy| policy.with_companies(["acme", "beta"].map(sync_core::CompanyId::new)))
    };
    check_brakes(&naming(world().synced("anna", 7)), &["company_gone beta"]);
    check_brakes(&naming(world().synced("anna", 7).remembers("beta", &[])), &["company_gone beta"]);
    check_brakes(&naming(world().synced("anna", 7).without_memory()), &["company_gone beta"]);
}

#[test]
fn r26_a_company_that_the_policy_leaves_out_is_not_gone() {
    // Whoever leaves it out changes the policy, which nobody can do in silence: its hash is in the plan.
    let only_acme =
        |world: World| world.policy(|policy| policy.with_companies([sync_core::CompanyId::new("acme")]));
    check_brakes(&only_acme(world().synced("anna", 7).remembers("beta", &[])), &[]);
}

#[test]
fn only_limits_can_be_lifted_by_an_approval() {
    let finals = |world: &World| world.plan().document().is_blocked();
    assert!(!finals(&company_of(12, 4)));
    assert!(finals(&world().remembers("beta", &[])));
    assert!(finals(&world().remembers("acme", &["alleo_access"])));
    assert!(finals(&world().company("beta", &[]).having(account(8).of("bob")).synced("anna", 7)));
}

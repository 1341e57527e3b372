//! What stops a whole run: an emptied company (R3), too much at once (R4), a scope that shrank (R26).

use sync_core::policy::{Limit, Limits};
use sync_core::{Euro, Pii, Policy};

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
    check_brakes(&world, &["empty_company beta", "first_run"]);
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
fn r4_creations_are_limited() {
    check_brakes(&newcomers(world().crowd(5), 10), &[]);
    check_brakes(&newcomers(world().crowd(5), 11), &["over_limit creations 11 0 10"]);
    check_brakes(&newcomers(world().crowd(105), 11), &[]);
    check_brakes(&newcomers(world().crowd(101), 12), &["over_limit creations 12 0 11"]);
}

#[test]
fn r4_the_first_run_needs_a_person_instead_of_the_limit_of_creations() {
    check_brakes(&newcomers(world().crowd(5), 300).without_memory(), &["first_run"]);
    // Even one that has nothing to do: to end it is to remember what it saw.
    check_brakes(&world().crowd(5).without_memory(), &["first_run"]);
    let budget = newcomers(world(), 3).without_memory().policy(with_euro(20, 50));
    check_brakes(&budget, &["first_run"]);
}

/// `renamed` of forty people have another first name than their account.
fn renamed(renamed: usize) -> World {
    let mut world = world().crowd(40);
    for account in world.accounts.iter_mut().take(renamed) {
        account.first_name = Some(Pii::new("Before".to_owned()));
    }
    world
}

/// `moved` of forty people have another address than their account.
fn moved(moved: usize) -> World {
    let mut world = world().crowd(40);
    for (n, account) in world.accounts.iter_mut().take(moved).enumerate() {
        account.email = Some(Pii::new(format!("before-{n}@acme.example")));
    }
    world
}

#[test]
fn r4_updates_are_limited() {
    check_brakes(&renamed(25), &[]);
    check_brakes(&renamed(26), &["over_limit updates 26 0 25"]);
}

#[test]
fn r4_changes_of_address_are_limited_apart() {
    check_brakes(&moved(10), &[]);
    check_brakes(&moved(11), &["over_limit email_changes 11 0 10"]);
    check_brakes(&moved(26), &["over_limit updates 26 0 25", "over_limit email_changes 26 0 10"]);
    assert_eq!(moved(7).plan().document().totals.email_changes, 7);
    assert_eq!(renamed(7).plan().document().totals.email_changes, 0);
}

/// `back` people came back, whose accounts are inactive.
fn returned(back: i64) -> World {
    (0..back).fold(world().crowd(20), |world, n| {
        let name = format!("back-{n}");
        world.with(person(&name)).having(account(n + 1).of(&name).inactive())
    })
}

#[test]
fn r4_many_proposed_activations_stop_the_rest_too() {
    check_brakes(&returned(10), &[]);
    check_brakes(&returned(11), &["over_limit activations 11 0 10"]);
}

fn with_euro(budget: u64, limit: u64) -> impl Fn(Policy) -> Policy {
    move |policy| {
        let mut limits = policy.limits;
        limits.euro = Some(Euro::from_cents(limit * 100));
        policy.with_onboarding_budget(Euro::from_cents(budget * 100)).with_limits(limits)
    }
}

#[test]
fn r4_creations_and_activations_count_in_euro_at_the_onboarding_budget() {
    let world = |new| newcomers(returned(2), new);
    check_brakes(&world(3).policy(with_euro(20, 100)), &[]);
    check_brakes(&world(4).policy(with_euro(20, 100)), &["over_euro 120.00 100.00"]);
    let totals = world(3).policy(with_euro(20, 100)).plan().document().totals.clone();
    assert_eq!((totals.may_grant.accounts, totals.may_grant.euro), (5, Some(Euro::from_cents(10_000))));
}

#[test]
fn u15_without_an_onboarding_budget_the_grants_are_unknown_and_said_to_be() {
    let plan = newcomers(world().crowd(1), 2).plan();
    let totals = serde_json::to_value(&plan.document().totals).unwrap();
    assert_eq!(totals["may_grant"], serde_json::json!({ "accounts": 2, "euro": null }));
}

#[test]
fn r4_brakes_about_numbers_can_be_lifted_and_brakes_about_scope_by_a_word_only() {
    let brakes = |world: World| world.plan().document().brakes.clone();
    for world in
        [company_of(12, 4), world().without_memory(), newcomers(world(), 3).policy(with_euro(20, 50))]
    {
        let brakes = brakes(world);
        assert!(
            !brakes.is_empty() && brakes.iter().all(|brake| !brake.is_final() && !brake.is_about_scope())
        );
    }
    let gone = brakes(world().remembers("beta", &[]).remembers("acme", &["alleo_access"]));
    assert_eq!(gone.len(), 2);
    assert!(gone.iter().all(|brake| brake.is_final() && brake.is_about_scope() && brake.rule() == "R26"));
    let empty = brakes(world().company("beta", &[]).having(account(8).of("bob")).synced("anna", 7));
    assert!(empty.iter().all(|brake| brake.is_final() && !brake.is_about_scope() && brake.rule() == "R3"));
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
    let first = naming(world().synced("anna", 7).without_memory());
    check_brakes(&first, &["company_gone beta", "first_run"]);
}

#[test]
fn r26_a_company_that_the_policy_leaves_out_is_not_gone() {
    // Whoever leaves it out changes the policy, which nobody can do in silence: its hash is in the plan.
    let only_acme =
        |world: World| world.policy(|policy| policy.with_companies([sync_core::CompanyId::new("acme")]));
    check_brakes(&only_acme(world().synced("anna", 7).remembers("beta", &[])), &[]);
}

#[test]
fn r22_what_is_limited_is_told_in_words() {
    use sync_core::guard::Limited;
    let limited = [
        Limited::Deactivations,
        Limited::Creations,
        Limited::Updates,
        Limited::EmailChanges,
        Limited::Activations,
    ];
    let names: Vec<_> = limited.into_iter().map(Limited::name).collect();
    assert_eq!(names, ["deactivations", "creations", "updates", "e-mail changes", "activations"]);
}

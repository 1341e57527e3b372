//! People whom the target keeps refusing are set aside, and nobody else is (R21).

use serde_json::{Value, json};
use sync_core::quarantine::{LONGEST_DAYS, TOLERATED_RUNS};

use crate::world::{World, account, at, check, entry_of, person, world};

/// Anna is to be created, bob too.
fn refused(runs: u32, last: &str) -> World {
    world().with(person("anna")).with(person("bob")).refused("anna", runs, last)
}

fn decision(world: &World, name: &str) -> Value {
    serde_json::to_value(&entry_of(&world.plan(), name).decision).unwrap()
}

#[test]
fn r21_after_three_refusals_a_person_is_set_aside_and_the_others_go_on() {
    check(&refused(TOLERATED_RUNS - 1, "2026-06-15T09:00:00Z"), "anna", "onboard");
    let world = refused(TOLERATED_RUNS, "2026-06-15T09:00:00Z");
    check(&world, "anna", "hold/set_aside");
    check(&world, "bob", "onboard");
    assert_eq!(decision(&world, "anna")["proposal"], Value::Null);
}

#[test]
fn r21_the_next_try_comes_after_a_day_and_then_after_twice_as_long() {
    for (runs, last_moment) in
        [(3, "2026-06-16T08:59:59Z"), (4, "2026-06-17T08:59:59Z"), (5, "2026-06-19T08:59:59Z")]
    {
        let world = refused(runs, "2026-06-15T09:00:00Z");
        check(&world.clone().now(last_moment), "anna", "hold/set_aside");
        let mut over = world;
        over.now = at(last_moment) + chrono::TimeDelta::seconds(1);
        check(&over, "anna", "onboard");
    }
    let mut world = refused(99, "2026-06-15T09:00:00Z");
    world.now = at("2026-06-15T09:00:00Z") + chrono::TimeDelta::days(LONGEST_DAYS);
    check(&world, "anna", "onboard");
}

#[test]
fn r21_an_update_that_is_set_aside_names_its_account() {
    let world = world().with(person("anna").first(Some("Anne"))).having(account(7).of("anna"));
    let world = world.refused("anna", 3, "2026-06-15T09:00:00Z");
    check(&world, "anna", "hold/set_aside");
    assert_eq!(decision(&world, "anna")["accounts"], json!([7]));
}

#[test]
fn r21_a_leaver_whom_the_target_does_not_let_go_stays_visible_as_one() {
    let left = world().crowd(12).with(person("anna").former()).having(account(7).of("anna"));
    let world = left.refused("anna", 3, "2026-06-15T09:00:00Z");
    check(&world, "anna", "hold/leaver_set_aside");
    assert_eq!(decision(&world, "anna")["proposal"], json!({"kind": "deactivate"}));
    assert_eq!(decision(&world, "anna")["accounts"], json!([7]));
}

#[test]
fn r21_only_what_would_be_written_is_set_aside() {
    let refused = |world: World| world.refused("anna", 3, "2026-06-15T09:00:00Z");
    check(&refused(world().synced("anna", 7)), "anna", "nothing/up_to_date");
    check(&refused(world().with(person("anna").without_email())), "anna", "hold/missing_email");
    let rehire = world().with(person("anna")).having(account(7).of("anna").inactive());
    check(&refused(rehire), "anna", "hold/rehire");
    let ahead = world().with(person("anna").employed("2026-07-01", None));
    check(&refused(ahead), "anna", "planned/onboard");
}

#[test]
fn r21_a_refusal_under_any_of_the_persons_ids_counts() {
    let again = person("anna-2").email("anna@acme.example").last(Some("Last anna"));
    let both = world().with(person("anna")).with(again);
    check(&both.clone().refused("anna-2", 3, "2026-06-15T09:00:00Z"), "anna", "hold/set_aside");
    let gone = world().with(person("anna")).alias("anna", "anna-0");
    check(&gone.refused("anna-0", 3, "2026-06-15T09:00:00Z"), "anna", "hold/set_aside");
    check(&both.refused("carl", 3, "2026-06-15T09:00:00Z"), "anna", "onboard");
}

#[test]
fn r21_who_is_set_aside_leaves_no_address_to_others() {
    let moving = person("anna").email("anna.new@acme.example");
    let waiting = person("anne").email("anna@acme.example");
    let world = world().with(moving).having(account(7).of("anna")).with(waiting);
    check(&world, "anne", "onboard");
    check(&world.refused("anna", 3, "2026-06-15T09:00:00Z"), "anne", "hold/address_taken");
}

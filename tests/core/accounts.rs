//! Which account is whose (R14, R15, R17), and whose it never becomes (R18, U-12, U-17).

use serde_json::{Value, json};
use sync_core::plan::Entry;

use crate::world::{World, account, check, entry_of, id, person, world};

fn entry(world: &World, name: &str) -> Entry {
    entry_of(&world.plan(), name).clone()
}

fn found_by(world: &World, name: &str) -> Value {
    let note = entry(world, name).account.expect("an account was found");
    json!([note.id.get(), serde_json::to_value(note.found_by).unwrap()])
}

#[test]
fn r14_a_stored_link_comes_before_an_address() {
    let world = world()
        .with(person("anna"))
        .having(account(7).of("anna").carrying(None).email("old@acme.example"))
        .having(account(8).of("anna").carrying(None))
        .link("anna", 7);
    assert_eq!(found_by(&world, "anna"), json!([7, "link"]));
}

#[test]
fn r14_an_external_id_comes_before_an_address() {
    let world = world()
        .with(person("anna"))
        .having(account(7).of("anna").email("old@acme.example"))
        .having(account(8).email("anna@acme.example").inactive());
    // The address stays taken by account 8, so that nothing is changed; but the account is 7.
    assert_eq!(found_by(&world, "anna"), json!([7, "external_id"]));
    check(&world, "anna", "hold/address_taken");
}

#[test]
fn r14_an_address_is_the_last_resort_and_only_proposes() {
    let world = world().with(person("anna")).having(account(7).of("anna").carrying(None));
    assert_eq!(found_by(&world, "anna"), json!([7, "email"]));
    check(&world, "anna", "hold/adoption");
}

#[track_caller]
fn check_named(world: &World, name: &str, accounts: &[i64]) {
    check(world, name, "hold/several_candidates");
    let decision = serde_json::to_value(&entry(world, name).decision).unwrap();
    assert_eq!(decision["accounts"], json!(accounts), "the explanation names them all");
}

#[test]
fn r14_two_accounts_with_the_persons_id_stop_that_person_and_nobody_else() {
    let world =
        world().synced("anna", 7).having(account(8).of("anna").email("b@x.example")).with(person("bob"));
    check_named(&world, "anna", &[7, 8]);
    check(&world, "bob", "onboard");
}

#[test]
fn r14_two_accounts_with_the_persons_address_stop_that_person() {
    let by_address = |number| account(number).of("anna").carrying(None);
    check_named(&world().with(person("anna")).having(by_address(7)).having(by_address(8)), "anna", &[7, 8]);
}

#[test]
fn r14_a_link_and_an_id_that_disagree_stop_that_person() {
    let world = world().synced("anna", 7).having(account(8)).link("anna", 8);
    check_named(&world, "anna", &[7, 8]);
}

#[test]
fn r14_an_account_that_two_people_are_linked_to_stops_both() {
    let world =
        world().with(person("anna")).with(person("bob")).having(account(7)).link("anna", 7).link("bob", 7);
    check_named(&world, "anna", &[7]);
    check_named(&world, "bob", &[7]);
}

#[test]
fn r14_a_linked_account_that_carries_another_persons_id_stops_that_person() {
    let world = world().with(person("anna")).having(account(7).of("gone")).link("anna", 7);
    check_named(&world, "anna", &[7]);
}

#[test]
fn r15_a_new_address_is_one_update_of_the_old_account() {
    let world = world().with(person("anna").email("anna.new@acme.example")).having(account(7).of("anna"));
    let plan = world.plan();
    let counts = plan.document().totals.actions;
    assert_eq!((counts.update, counts.onboard, counts.offboard), (1, 0, 0));
    let decision = serde_json::to_value(&entry_of(&plan, "anna").decision).unwrap();
    assert_eq!(decision["fields"].as_array().unwrap().len(), 1);
    assert_eq!(decision["fields"][0]["field"], "email");
}

#[test]
fn r15_another_case_of_an_address_is_no_change() {
    let world = world().with(person("anna").email("Anna@ACME.example")).having(account(7).of("anna"));
    check(&world, "anna", "nothing/up_to_date");
}

#[test]
fn r15_an_address_goes_on_to_another_person_only_after_it_is_free() {
    let world = world()
        .with(person("anna").email("anna.new@acme.example"))
        .having(account(7).of("anna"))
        .with(person("anne").email("anna@acme.example"));
    let plan = world.plan();
    check(&world, "anne", "onboard");
    let order: Vec<_> = plan.document().actions().iter().map(|entry| entry.person.clone()).collect();
    assert_eq!(order, [id("anna"), id("anne")]);
}

#[test]
fn r17_a_person_who_comes_back_under_the_same_id_is_proposed_for_activation() {
    let world = world()
        .with(person("anna").employed("2015-01-01", Some("2019-12-31")).and_employed("2026-06-01", None))
        .having(account(7).of("anna").inactive());
    check(&world, "anna", "hold/rehire");
    let decision = serde_json::to_value(&entry(&world, "anna").decision).unwrap();
    assert_eq!((&decision["proposal"]["kind"], &decision["accounts"]), (&json!("activate"), &json!([7])));
}

#[test]
fn r17_a_person_who_comes_back_under_a_new_id_gets_no_second_account() {
    let back =
        person("anna-2").email("anna@acme.example").last(Some("Last anna")).employed("2026-06-01", None);
    let world = world().with(person("anna").former()).with(back).having(account(7).of("anna").inactive());
    check(&world, "anna-2", "hold/rehire");
    assert_eq!(entry(&world, "anna-2").person, id("anna"), "the account keeps the id of the oldest record");
    assert_eq!(world.plan().document().totals.people, 1);
}

#[test]
fn r17_a_new_id_whose_old_record_lost_its_address_gets_no_second_account() {
    let back = person("anna-2").email("anna@acme.example").employed("2026-06-01", None);
    let world = world()
        .with(person("anna").former().without_email())
        .with(back)
        .having(account(7).of("anna").inactive());
    check(&world, "anna-2", "hold/address_taken");
}

#[test]
fn u12_a_proposal_neither_frees_nor_blocks_an_address() {
    // Anna may come back and leave her old address; until somebody approves that, it stays hers.
    let back = person("anna").email("anna.new@acme.example");
    let held = |anna| world().with(anna).having(account(7).of("anna").inactive());
    let waits = held(back).with(person("anne").email("anna@acme.example"));
    check(&waits, "anna", "hold/rehire");
    check(&waits, "anne", "hold/address_taken");
    // Bob's account moves to the address that anna's would need; her proposal cannot stop it.
    let bob = person("bob").email("free@acme.example");
    let moving = held(person("anna")).with(bob).having(account(8).of("bob"));
    check(&moving, "anna", "hold/rehire");
    check(&moving, "bob", "update");
}

#[test]
fn u12_a_proposal_for_an_address_that_another_account_has_is_not_made() {
    let anna = person("anna").email("bob@acme.example");
    let world = world().with(anna).having(account(7).of("anna").inactive());
    let bob = person("bob").former().email("bob.old@acme.example");
    let staying = world.clone().with(bob).having(account(8).of("bob").inactive());
    check(&staying, "anna", "hold/address_taken");
    // Not even if that account leaves it in the same plan: that action may fail, and tomorrow is early enough.
    let leaving = world.with(person("bob").email("bob.new@acme.example")).having(account(8).of("bob"));
    check(&leaving, "bob", "update");
    check(&leaving, "anna", "hold/address_taken");
}

#[test]
fn r18_an_account_that_nobody_manages_is_never_changed() {
    let unclaimed = || account(7).of("anna").carrying(None);
    for (person, expected) in [
        (person("anna"), "hold/adoption"),
        (person("anna").first(Some("Other")), "hold/adoption"),
        (person("anna").former(), "hold/leaver_not_managed"),
    ] {
        check(&world().crowd(12).with(person).having(unclaimed()), "anna", expected);
    }
    let silent = world().with(person("bob")).having(account(8));
    assert_eq!(silent.plan().document().totals.actions.total(), 1, "account 8 is no part of it");
}

#[test]
fn r18_whose_account_a_leaver_has_does_not_depend_on_the_name_it_shows() {
    let renamed = || account(7).of("anna").last(Some("Married"));
    let left = || world().crowd(12).with(person("anna").former());
    check(&left().having(renamed()), "anna", "offboard");
    check(&left().having(renamed().carrying(None)), "anna", "hold/leaver_not_managed");
}

#[test]
fn r18_an_account_in_the_ledger_is_managed_without_an_id() {
    let world = world()
        .with(person("anna").first(Some("Anne")))
        .having(account(7).of("anna").carrying(None))
        .link("anna", 7);
    check(&world, "anna", "update");
}

#[test]
fn r18_a_protected_address_is_untouched_on_either_side() {
    let protect = |world: World| world.policy(|policy| policy.with_protected(["Admin@acme.example "]));
    let gone = person("anna").former().email("admin@acme.example");
    let new_address = person("anna").email("anna.new@acme.example");
    for world in [
        world().crowd(12).with(gone).having(account(7).of("anna").email("admin@acme.example")),
        world().with(new_address).having(account(7).of("anna").email("ADMIN@acme.example")),
        world().with(person("anna").email("admin@acme.example")),
    ] {
        check(&protect(world), "anna", "skip/protected");
    }
}

#[test]
fn r18_absence_is_reported_apart_from_leaving() {
    let plan = world().synced("anna", 7).having(account(9).of("gone")).plan();
    let findings = serde_json::to_value(&plan.document().findings).unwrap();
    assert_eq!(findings, json!([{ "finding": "absent", "account": 9 }]));
    assert_eq!(plan.document().totals.actions.total(), 0);
}

#[test]
fn u12_two_accounts_that_would_swap_addresses_are_left_to_a_person() {
    let world = world()
        .with(person("anna").email("bob@acme.example"))
        .with(person("bob").email("anna@acme.example"))
        .having(account(7).of("anna"))
        .having(account(8).of("bob"));
    check(&world, "anna", "hold/address_taken");
    check(&world, "bob", "hold/address_taken");
}

#[test]
fn u17_an_id_of_another_system_is_never_overwritten() {
    let foreign = account(7).of("anna").carrying(Some("nmbrs:soap-7"));
    check(&world().with(person("anna")).having(foreign.clone()), "anna", "hold/foreign_external_id");
    check(&world().with(person("anna")).having(foreign).link("anna", 7), "anna", "hold/foreign_external_id");
    let blank = account(7).of("anna").carrying(Some("  "));
    check(&world().with(person("anna")).having(blank), "anna", "hold/adoption");
}

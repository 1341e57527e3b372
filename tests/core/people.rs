//! When two records are one person (R16, U-2), and what one record says about the other.

use serde_json::json;
use sync_core::record::EmployeeType;

use crate::world::{Person, World, account, check, entry_of, id, person, world};

/// A record of the same person as the plain `anna`: address, last name and birthday are hers.
fn again(name: &str) -> Person {
    person(name).email("ANNA@acme.example").last(Some(" LAST anna"))
}

fn people(world: &World) -> u64 {
    world.plan().document().totals.people
}

#[test]
fn r16_records_with_one_address_birthday_and_name_are_one_person() {
    let world = world().with(person("anna")).with(again("anna-2").at("beta"));
    assert_eq!(people(&world), 1);
    check(&world, "anna-2", "onboard");
}

#[test]
fn r16_a_missing_birthday_or_name_merges_nobody() {
    for other in [again("bob").born(None), again("bob").born(Some("1900-01-01")), again("bob").last(None)] {
        let world = world().with(person("anna")).with(other);
        assert_eq!(people(&world), 2);
        check(&world, "anna", "hold/shared_address");
        check(&world, "bob", "hold/shared_address");
    }
    let both = || again("bob").born(None);
    check(&world().with(person("anna").born(None)).with(both()), "anna", "hold/shared_address");
}

#[test]
fn r16_exactly_those_who_share_an_address_are_held_and_told_of_each_other() {
    let world = world().with(person("anna")).with(again("bob").born(Some("1991-01-01"))).with(person("cleo"));
    let plan = world.plan();
    let decision = serde_json::to_value(&entry_of(&plan, "anna").decision).unwrap();
    assert_eq!(decision["records"], json!([id("bob")]));
    check(&world, "cleo", "onboard");
}

#[test]
fn r16_the_private_address_is_no_fall_back() {
    let world = world().with(person("anna").without_email().private_email("anna@home.example"));
    check(&world, "anna", "hold/missing_email");
}

#[test]
fn u2_while_one_record_is_on_payroll_nobody_left() {
    let left = || world().crowd(12).with(person("anna").former()).having(account(7).of("anna"));
    check(&left(), "anna", "offboard");
    check(
        &left().with(again("anna-2").at("beta").first(Some("First anna")).last(Some("Last anna"))),
        "anna",
        "nothing/up_to_date",
    );
    check(&left().with(again("anna-2").at("beta").employed("2026-07-01", None)), "anna", "planned/onboard");
}

#[test]
fn u2_a_leaver_is_kept_while_a_record_that_cannot_be_read_may_be_the_same_person() {
    // The row of personal information is broken: no name, no address, no birthday.
    let unknown = person("anna-2").at("beta").unreadable();
    let world = world().crowd(12).with(person("anna").former()).having(account(7).of("anna")).with(unknown);
    check(&world, "anna", "hold/maybe_still_here");
}

#[test]
fn u2_a_leaver_is_kept_while_a_record_in_service_without_any_name_may_be_the_same_person() {
    let nameless = person("anna-2").at("beta").without_email().last(None).born(None);
    let world = world().crowd(12).with(person("anna").former()).having(account(7).of("anna")).with(nameless);
    check(&world, "anna", "hold/maybe_still_here");
}

#[test]
fn u2_a_leaver_is_not_kept_by_an_unknown_record_with_another_birthday_or_name() {
    let left = || world().crowd(12).with(person("anna").former()).having(account(7).of("anna"));
    let unknown = || person("bob").without_email();
    check(&left().with(unknown()), "anna", "offboard");
    check(&left().with(unknown().last(None).born(Some("1991-01-01"))), "anna", "offboard");
    check(&left().with(unknown().former().unreadable()), "anna", "offboard");
    let remains = unknown().of_type(None).last(None).born(None);
    check(&left().with(remains), "anna", "offboard");
}

#[test]
fn r2_a_leaver_is_kept_when_another_record_that_was_linked_to_the_account_is_gone() {
    // Yesterday `anna-2` was on payroll at beta and kept the account; today it is not in the source at all.
    let world = |world: World| {
        world.crowd(12).with(person("anna").former()).having(account(7).of("anna")).link("anna", 7)
    };
    check(&world(crate::world::world()), "anna", "offboard");
    let gone = world(crate::world::world()).company("beta", &[]).link_at("anna-2", 7, "beta");
    check(&gone, "anna", "hold/linked_record_gone");
}

#[test]
fn u1_a_type_that_is_neither_does_nothing_even_to_an_active_account() {
    for employee_type in [EmployeeType::Applicant, EmployeeType::NewHire, EmployeeType::FormerExternal] {
        let anna = person("anna").of_type(Some(employee_type));
        check(&world().with(anna).having(account(7).of("anna")), "anna", "skip/other_type");
    }
    let unlisted = world().with(person("anna").former().of_type(None)).having(account(7).of("anna"));
    check(&unlisted, "anna", "skip/no_type");
}

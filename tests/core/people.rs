//! When two records are one person (R16, U-2), and what one record says about the other.

use serde_json::json;

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
fn r16_the_oldest_record_gives_the_person_its_id() {
    let key = |first: &str, second: &str, third: Person| {
        let world =
            world().with(person("anna").employed(first, None)).with(again("anna-2").employed(second, None));
        entry_of(&world.with(third).plan(), "anna").person.clone()
    };
    let undated = || again("a").without_employment();
    assert_eq!(key("2020-01-01", "2015-01-01", undated()), id("anna-2"));
    assert_eq!(key("2015-01-01", "2020-01-01", undated()), id("anna"));
    assert_eq!(key("2015-01-01", "2015-01-01", undated()), id("anna"));
    assert_eq!(key("0001-01-01", "2015-01-01", undated()), id("anna-2"));
    assert_eq!(key("2015-01-01", "2015-01-01", again("a").employed("2014-12-31", None)), id("a"));
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
    check(&left().with(again("anna-2").at("beta").employed("2026-07-01", None)), "anna", "planned/begin");
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

/// Anna under an id, an address and a last name of its own: nothing but a person's word makes the two one.
fn other(name: &str) -> Person {
    person(name).at("beta").employed("2026-06-01", None)
}

/// Anna left; account 7 is hers.
fn left() -> World {
    world().crowd(12).with(person("anna").former()).having(account(7).of("anna"))
}

#[test]
fn r17_records_that_somebody_said_are_one_persons_are() {
    let world = left().with(other("anna-2"));
    check(&world, "anna", "offboard");
    check(&world, "anna-2", "onboard");
    let said = world.alias("anna-2", "anna");
    assert_eq!(people(&said), 13);
    check(&said, "anna-2", "update");
    assert_eq!(entry_of(&said.plan(), "anna-2").person, id("anna"));
}

#[test]
fn r17_the_address_is_that_of_the_record_in_force() {
    let key = |name: &str| sync_core::email::EmailKey::of(&format!("{name}@acme.example"));
    for (first, second, speaks) in [
        (person("anna").former(), other("anna-2"), "anna-2"),
        (person("anna"), other("anna-2").former(), "anna"),
        (person("anna"), other("anna-2"), "anna"),
        (person("anna").employed("2026-07-01", None), other("anna-2"), "anna-2"),
        (
            person("anna").former(),
            other("anna-2").former().employed("2021-01-01", Some("2026-03-31")),
            "anna-2",
        ),
        (
            person("anna").former(),
            other("anna-2").former().employed("2019-01-01", Some("2026-03-31")),
            "anna",
        ),
    ] {
        let world = world().with(first).with(second).alias("anna-2", "anna");
        let source = world.source();
        let people = sync_core::person::people(&source, &world.ledger.aliases, &world.policy, world.now);
        let [anna] = people.as_slice() else { panic!("{}", people.len()) };
        let sync_core::person::Address::Valid(address) = anna.address() else { panic!() };
        assert_eq!(address.key(), &key(speaks));
    }
}

#[test]
fn r17_there_is_no_fall_back_to_the_address_of_a_record_that_is_not_in_force() {
    let world = left().with(other("anna-2").without_email()).alias("anna-2", "anna");
    check(&world, "anna", "hold/missing_email");
}

#[test]
fn r17_aliases_join_over_several_steps_and_over_records_that_are_gone() {
    for [one, two] in
        [[("c", "b"), ("b", "anna")], [("b", "anna"), ("c", "b")], [("c", "gone"), ("gone", "anna")]]
    {
        let world = left().with(other("b")).with(other("c")).alias(one.0, one.1).alias(two.0, two.1);
        let entry = entry_of(&world.plan(), "c").clone();
        assert_eq!((entry.person, entry.account.map(|account| account.id.get())), (id("anna"), Some(7)));
        check(&world, "anna", "update");
    }
}

#[test]
fn r17_aliases_and_shared_addresses_join_together() {
    let third = person("anna-3").email("anna-2@acme.example").last(Some("Last anna-2")).at("gamma");
    let world = left().with(other("anna-2")).with(third).alias("anna-2", "anna");
    assert_eq!(entry_of(&world.plan(), "anna-3").person, id("anna"));
}

#[test]
fn r17_a_circle_of_aliases_is_one_person_by_the_oldest_record() {
    let world = left().with(other("anna-2")).with(other("anna-3"));
    let world = world.alias("anna", "anna-2").alias("anna-2", "anna-3").alias("anna-3", "anna");
    assert_eq!(entry_of(&world.plan(), "anna-3").person, id("anna"));
    let itself = crate::world::world().with(person("anna")).alias("anna", "anna");
    check(&itself, "anna", "onboard");
}

#[test]
fn r17_aliases_of_records_that_are_not_in_the_source_do_nothing() {
    let world = world().synced("anna", 7).with(person("bob"));
    let said = world.clone().alias("gone-2", "gone-1").alias("bob", "gone-3");
    assert_eq!(said.plan().document().entries, world.plan().document().entries);
}

#[test]
fn r9_the_account_of_an_alias_keeps_its_id_although_another_record_is_older() {
    // The account was made for `anna`; the record that joined her began earlier.
    let older = person("anna-2").employed("2010-01-01", Some("2012-12-31")).former();
    let world = world().with(person("anna")).with(older.employed("2010-01-01", Some("2012-12-31")));
    let world = world.having(account(7).of("anna")).alias("anna-2", "anna");
    assert_eq!(entry_of(&world.plan(), "anna-2").person, id("anna"));
    check(&world, "anna", "nothing/up_to_date");
    let mut nobodys = world;
    nobodys.accounts.clear();
    let decision = serde_json::to_value(&entry_of(&nobodys.plan(), "anna").decision).unwrap();
    assert_eq!(decision["kind"], "onboard");
    nobodys.ledger.aliases.clear();
    check(&nobodys, "anna", "onboard");
}

#[test]
fn r2_a_leaver_tied_to_a_record_that_is_gone_is_asked_about() {
    check(&left(), "anna", "offboard");
    let tied = left().alias("anna-2", "anna");
    check(&tied, "anna", "hold/linked_record_gone");
    let decision = serde_json::to_value(&entry_of(&tied.plan(), "anna").decision).unwrap();
    assert_eq!(decision["proposal"], json!({"kind": "deactivate"}));
}

#[test]
fn r16_only_the_address_in_force_is_shared() {
    // Anna's old address went to bob; her own record in force has another.
    let world = left().with(other("anna-2")).alias("anna-2", "anna");
    let world = world.with(person("bob").email("anna@acme.example"));
    check(&world, "anna", "update");
    check(&world, "bob", "onboard");
    let mut untied = world.clone();
    untied.ledger.aliases.clear();
    check(&untied, "bob", "hold/shared_address");
    // A third one at her new address stops her and that third one, and so her old address is not free yet.
    let shared = world.with(person("cleo").email("anna-2@acme.example"));
    check(&shared, "anna", "hold/shared_address");
    check(&shared, "cleo", "hold/shared_address");
    check(&shared, "bob", "hold/address_taken");
}

#[test]
fn r16_of_many_at_one_address_only_the_first_are_named() {
    let crowd = (0..30).map(|n| person(&format!("p{n:02}")).email("info@acme.example"));
    let world = crowd.fold(world(), World::with);
    let decision = serde_json::to_value(&entry_of(&world.plan(), "p03").decision).unwrap();
    let named: Vec<_> = (0..11).filter(|n| *n != 3).map(|n| json!(id(&format!("p{n:02}")))).collect();
    assert_eq!(decision["records"], json!(named));
    assert_eq!(world.plan().document().totals.held.values().sum::<u64>(), 30);
}

#[test]
fn r2_a_blank_last_name_is_an_unknown_one() {
    let nameless = person("bob").without_email().last(Some("  "));
    check(&left().with(nameless), "anna", "hold/maybe_still_here");
}

#[test]
fn r2_what_is_left_of_somebody_unlisted_keeps_a_leaver_unless_it_surely_is_of_another() {
    let remains = || person("bob").of_type(None);
    check(&left().with(remains().unreadable()), "anna", "hold/maybe_still_here");
    check(&left().with(remains().without_email().last(Some("Last anna"))), "anna", "hold/maybe_still_here");
    check(
        &left().with(remains().without_email().last(Some("Last anna")).born(None)),
        "anna",
        "hold/maybe_still_here",
    );
    check(&left().with(remains().without_email()), "anna", "offboard");
    // Whose address is known is known by it.
    check(&left().with(remains().last(Some("Last anna"))), "anna", "offboard");
    // And of somebody who left too, nobody has to know who it is.
    check(&left().with(person("bob").former().without_email().last(Some("Last anna"))), "anna", "offboard");
}

//! Who comes back (R17) never gets a second account: same id, new id, another address, or a record that is gone.

use serde_json::{Value, json};
use sync_core::authority::Approval;

use crate::memory_target::{Stage, accounts};
use crate::world::{Person, World, account, check, decision_of, entry_of, id, person, world};

/// Anna left in March; account 7 is hers. Twelve others keep deactivations below their limit.
fn left() -> World {
    world().crowd(12).with(person("anna").former()).having(account(7).of("anna"))
}

/// Anna is back under a new id and with a new address, before account 7 was touched.
fn back() -> Person {
    person("anna-2").first(Some("F.")).last(Some(" LAST anna ")).employed("2026-06-01", None)
}

fn decision(world: &World, name: &str) -> Value {
    serde_json::to_value(&entry_of(&world.plan(), name).decision).unwrap()
}

fn carried(world: &World, number: i64) -> Option<String> {
    world.accounts.iter().find(|it| it.id.get() == number).and_then(|it| it.external_id.clone())
}

/// A person approves this one proposal, and it is done.
fn approve(stage: &Stage, name: &str) {
    let seen = stage.dry_run().unwrap().plan;
    let person = entry_of(&seen, name).person.clone();
    let approval = Approval::of(seen.id().clone(), stage.world().now).with_proposals([person]);
    let report = stage.apply_approved(&seen, approval).unwrap().unwrap();
    assert!(report.is_complete(), "{report:?}");
}

#[test]
fn r17_who_looks_like_a_leaver_with_an_account_is_held_and_so_is_the_leaver() {
    assert_eq!(decision_of(&left(), "anna"), "offboard");
    let world = left().with(back());
    check(&world, "anna-2", "hold/maybe_returned");
    check(&world, "anna", "hold/maybe_returned");
    let (newcomer, leaver) = (decision(&world, "anna-2"), decision(&world, "anna"));
    assert_eq!(newcomer["accounts"], json!([7]));
    assert_eq!(newcomer["records"], json!([id("anna")]));
    let same_as = json!({"kind": "relink", "fields": [], "same_as": id("anna")});
    assert_eq!(newcomer["proposal"], same_as);
    assert_eq!(leaver["records"], json!([id("anna-2")]));
    assert_eq!((&leaver["accounts"], &leaver["proposal"]), (&json!([7]), &Value::Null));
    let plan = world.plan();
    let note = serde_json::to_value(entry_of(&plan, "anna-2").account.unwrap()).unwrap();
    assert_eq!(note, json!({"id": 7, "company": 10, "active": true, "found_by": "likeness"}));
    assert_eq!(plan.document().totals.actions.total(), 0);
}

#[test]
fn r17_another_birthday_name_or_initial_is_another_person() {
    for other in [
        back().born(Some("1990-05-18")),
        back().last(Some("Last anne")),
        back().first(Some("Bea")),
        back().born(None),
        back().last(Some(" ")),
    ] {
        let world = left().with(other.without_email().email("new@acme.example"));
        assert_ne!(decision_of(&world, "anna-2"), "hold/maybe_returned");
    }
    check(&left().with(back().first(Some("Bea"))), "anna-2", "onboard");
    check(&left().with(back().first(Some("Bea"))), "anna", "offboard");
}

#[test]
fn r17_an_initial_that_either_side_does_not_know_tells_nobody_apart() {
    let nameless = left().with(back().first(None));
    check(&nameless, "anna", "hold/maybe_returned");
    let before = person("anna").former().first(None);
    let world = world().crowd(12).with(before).having(account(7).of("anna")).with(back().first(Some("Bea")));
    check(&world, "anna-2", "hold/maybe_returned");
    check(&world, "anna", "hold/maybe_returned");
}

#[test]
fn r17_a_leaver_whose_account_is_inactive_already_is_found_too() {
    let world = world().with(person("anna").former()).having(account(7).of("anna").inactive()).with(back());
    check(&world, "anna-2", "hold/maybe_returned");
    check(&world, "anna", "nothing/already_inactive");
}

#[test]
fn r17_a_leaver_without_an_account_keeps_nobody_from_a_first_one() {
    check(&world().with(person("anna").former()).with(back()), "anna-2", "onboard");
}

#[test]
fn r17_two_people_in_service_are_never_taken_for_one() {
    let world = world().synced("anna", 7).with(back());
    check(&world, "anna-2", "onboard");
    check(&world, "anna", "nothing/up_to_date");
}

#[test]
fn r17_who_comes_back_next_month_is_asked_about_today() {
    let world = left().with(back().employed("2026-07-01", None));
    check(&world, "anna-2", "hold/maybe_returned");
    check(&world, "anna", "hold/maybe_returned");
    let nobody = world_of_nobody_like(back().employed("2026-07-01", None));
    check(&nobody, "anna-2", "planned/onboard");
}

fn world_of_nobody_like(back: Person) -> World {
    left().with(back.born(Some("1980-01-01")))
}

#[test]
fn r17_between_two_who_may_be_meant_nothing_is_proposed() {
    let annes = person("anne").former().first(Some("Fleur")).last(Some("Last anna"));
    let two_leavers = left().with(annes).having(account(8).of("anne")).with(back());
    let newcomer = decision(&two_leavers, "anna-2");
    assert_eq!((&newcomer["reason"], &newcomer["proposal"]), (&json!("maybe_returned"), &Value::Null));
    assert_eq!(newcomer["accounts"], json!([7, 8]));
    assert_eq!(newcomer["records"], json!([id("anna"), id("anne")]));

    let other = person("anna-3").first(Some("Fien")).last(Some("Last anna"));
    let two_newcomers = left().with(back()).with(other);
    for name in ["anna-2", "anna-3"] {
        assert_eq!(decision(&two_newcomers, name)["proposal"], Value::Null);
        check(&two_newcomers, name, "hold/maybe_returned");
    }
    assert_eq!(decision(&two_newcomers, "anna")["records"], json!([id("anna-2"), id("anna-3")]));
}

#[test]
fn r17_of_an_account_that_is_not_the_leavers_for_certain_nothing_is_proposed() {
    let unmanaged = account(7).of("anna").carrying(None);
    let world = world().crowd(12).with(person("anna").former()).having(unmanaged).with(back());
    check(&world, "anna", "hold/leaver_not_managed");
    check(&world, "anna-2", "hold/maybe_returned");
    assert_eq!(decision(&world, "anna-2")["proposal"], Value::Null);
}

#[test]
fn r18_a_protected_account_is_never_proposed_for_anybody() {
    let protect = |world: World| world.policy(|policy| policy.with_protected(["anna@acme.example"]));
    let returned = protect(left().with(back()));
    check(&returned, "anna-2", "hold/maybe_returned");
    assert_eq!(decision(&returned, "anna-2")["proposal"], Value::Null);
    let gone = protect(world().having(account(7).of("anna")).with(back().first(Some("First anna"))));
    check(&gone, "anna-2", "hold/former_account");
    assert_eq!(decision(&gone, "anna-2")["proposal"], Value::Null);
}

#[test]
fn r17_an_account_made_by_hand_and_adopted_is_the_way_to_say_that_two_are_two() {
    let by_hand = account(8).email("anna-2@acme.example");
    let world = left().with(back()).having(by_hand.clone());
    check(&world, "anna-2", "hold/adoption");
    check(&world, "anna", "hold/maybe_returned");
    let adopted = by_hand.carrying(Some("nmbrs:rest:anna-2"));
    check(&left().with(back()).having(adopted), "anna", "offboard");
}

#[test]
fn r9_after_a_relink_the_account_is_found_and_no_second_one_is_proposed() {
    let stage = Stage::of(left().with(back().first(Some("First anna"))));
    approve(&stage, "anna-2");
    assert!(stage.calls("write").is_empty(), "it is a person's word, and nothing to send");
    assert_eq!(stage.view().aliases, [(id("anna-2"), id("anna"))].into());
    let world = stage.world();
    let entry = entry_of(&world.plan(), "anna-2").clone();
    assert_eq!((&entry.person, entry.records.len()), (&id("anna"), 2));
    check(&world, "anna", "update");
    assert!(stage.apply().unwrap().is_complete());
    let after = stage.world();
    check(&after, "anna", "nothing/up_to_date");
    assert_eq!(carried(&after, 7).as_deref(), Some("nmbrs:rest:anna"));
    assert_eq!(accounts(&stage).len(), 13);
}

#[test]
fn r9_a_relink_holds_when_the_old_record_disappears_later() {
    let stage = Stage::of(left().with(back().first(Some("First anna"))));
    approve(&stage, "anna-2");
    assert!(stage.apply().unwrap().is_complete());
    stage.change(|mut world| {
        world.records.retain(|record| record.id != id("anna"));
        world
    });
    let mut without = stage.world();
    check(&without, "anna-2", "nothing/up_to_date");
    // Neither is the link needed, nor the alias: either ties the account to her.
    without.ledger.links.clear();
    check(&without, "anna-2", "nothing/up_to_date");
    let mut without = stage.world();
    without.ledger.aliases.clear();
    check(&without, "anna-2", "nothing/up_to_date");
}

#[test]
fn r17_a_relink_to_an_inactive_account_leads_to_the_question_of_access() {
    let world = world().with(person("anna").former()).having(account(7).of("anna").inactive());
    let stage = Stage::of(world.with(back().first(Some("First anna"))));
    approve(&stage, "anna-2");
    check(&stage.world(), "anna-2", "hold/rehire");
    approve(&stage, "anna-2");
    check(&stage.world(), "anna-2", "nothing/up_to_date");
    assert_eq!(accounts(&stage).len(), 1);
}

/// Anna's old record is gone; the account with her address carries its id.
fn gone() -> World {
    world().having(account(7).of("anna"))
}

fn with_her_address() -> Person {
    person("anna-2").email("Anna@acme.example").last(Some("LAST anna"))
}

#[test]
fn r17_the_account_of_a_record_that_is_gone_is_proposed_to_who_has_its_address_name_and_birthday() {
    let world = gone().with(with_her_address());
    check(&world, "anna-2", "hold/former_account");
    let decision = decision(&world, "anna-2");
    assert_eq!(decision["accounts"], json!([7]));
    assert_eq!(
        (&decision["proposal"]["kind"], &decision["proposal"]["same_as"]),
        (&json!("relink"), &Value::Null)
    );
    let fields = decision["proposal"]["fields"].as_array().unwrap();
    assert_eq!(fields.iter().map(|field| field["field"].clone()).collect::<Vec<_>>(), ["external_id"]);
}

#[test]
fn r17_an_account_that_only_the_ledger_ties_to_a_record_that_is_gone_is_the_same() {
    let linked = world().having(account(7).of("anna").carrying(None)).link("anna", 7);
    check(&linked.clone().with(with_her_address()), "anna-2", "hold/former_account");
    check(&linked.with(with_her_address().born(None)), "anna-2", "hold/address_reused");
}

#[test]
fn r17_an_address_that_somebody_else_had_is_not_given_and_nothing_is_proposed() {
    for other in [
        with_her_address().last(Some("Last bob")),
        with_her_address().born(Some("1990-05-18")),
        with_her_address().born(None),
    ] {
        let world = gone().with(other);
        check(&world, "anna-2", "hold/address_reused");
        assert_eq!(decision(&world, "anna-2")["proposal"], Value::Null);
    }
    let nameless = world().having(account(7).of("anna").last(None)).with(with_her_address());
    check(&nameless, "anna-2", "hold/address_reused");
    let placeholder = account(7).of("anna").born(Some("1900-01-01"));
    let world = world().having(placeholder).with(with_her_address().born(Some("1900-01-01")));
    check(&world, "anna-2", "hold/address_reused");
}

#[test]
fn r17_who_is_not_in_service_gets_no_account_of_a_record_that_is_gone_but_its_likeness_is_told() {
    let left = || with_her_address().former();
    check(&gone().crowd(12).with(left()), "anna-2", "hold/former_account");
    check(&gone().crowd(12).with(left().last(Some("Last bob"))), "anna-2", "nothing/left_without_account");
    let inactive = world().having(account(7).of("anna").inactive());
    check(&inactive.clone().with(left()), "anna-2", "nothing/already_inactive");
    check(&inactive.with(left().last(Some("Last bob"))), "anna-2", "nothing/left_without_account");
}

#[test]
fn r2_an_account_of_a_record_that_is_gone_stays_reported_as_absent() {
    let plan = gone().with(with_her_address()).plan();
    let findings = serde_json::to_value(&plan.document().findings).unwrap();
    assert_eq!(findings, json!([{"finding": "absent", "account": 7}]));
}

#[test]
fn r17_the_account_of_a_record_that_is_gone_is_found_by_name_and_birthday_too() {
    let world = || gone().with(back());
    check(&world(), "anna-2", "hold/former_account");
    let decision = decision(&world(), "anna-2");
    assert_eq!(decision["proposal"]["fields"][0]["field"], "external_id");
    assert_eq!((&decision["accounts"], &decision["records"]), (&json!([7]), &json!([])));
    check(&gone().with(back().first(Some("Bea"))), "anna-2", "onboard");
    let linked = crate::world::world().having(account(7).of("anna").carrying(None)).link("anna", 7);
    check(&linked.with(back()), "anna-2", "hold/former_account");
    let nobodys = crate::world::world().having(account(7).of("anna").carrying(None));
    check(&nobodys.with(back()), "anna-2", "onboard");
}

#[test]
fn r17_between_a_leaver_and_an_account_of_nobody_nothing_is_proposed() {
    let world =
        left().having(account(8).of("gone").last(Some("Last anna")).email("x@acme.example")).with(back());
    let decision = decision(&world, "anna-2");
    assert_eq!((&decision["reason"], &decision["proposal"]), (&json!("maybe_returned"), &Value::Null));
    assert_eq!(decision["accounts"], json!([7, 8]));
    let newcomers = gone().with(back()).with(person("anna-3").first(None).last(Some("Last anna")));
    assert_eq!(self::decision(&newcomers, "anna-2")["proposal"], Value::Null);
}

#[test]
fn r9_a_relink_gives_the_account_the_new_id_and_is_not_proposed_again() {
    for person in [with_her_address().first(Some("First anna")), back().first(Some("First anna"))] {
        let stage = Stage::of(gone().with(person));
        approve(&stage, "anna-2");
        assert_eq!(stage.calls("write").len(), 1);
        assert_eq!(carried(&stage.world(), 7).as_deref(), Some("nmbrs:rest:anna-2"));
        assert!(stage.apply().unwrap().is_complete());
        check(&stage.world(), "anna-2", "nothing/up_to_date");
        let mut without_memory = stage.world();
        without_memory.ledger.links.clear();
        check(&without_memory, "anna-2", "nothing/up_to_date");
        assert_eq!(accounts(&stage).len(), 1);
    }
}

#[test]
fn r17_a_rehire_under_the_same_id_in_another_company_of_the_source_is_found() {
    let back =
        person("anna").at("beta").employed("2015-01-01", Some("2019-12-31")).and_employed("2026-06-01", None);
    let inactive = account(7).of("anna").inactive();
    check(&world().with(back.clone()).having(inactive.clone()).link("anna", 7), "anna", "hold/rehire");
    check(&world().with(back.clone()).having(inactive), "anna", "hold/rehire");
    let only_linked = account(7).of("anna").carrying(None).inactive();
    check(&world().with(back).having(only_linked).link("anna", 7), "anna", "hold/rehire");
}

#[test]
fn r17_a_rehire_under_a_new_id_in_another_company_of_the_source_is_found_by_address() {
    let back = person("anna-2").at("beta").email("anna@acme.example").last(Some("Last anna"));
    let world = world().with(person("anna").former()).with(back).having(account(7).of("anna").inactive());
    check(&world, "anna-2", "hold/rehire");
}

#[test]
fn r17_whoever_has_no_account_for_certain_may_be_the_leaver() {
    let hers = |number| account(number).email("anna-2@acme.example");
    let several = left().with(back()).having(hers(8)).having(hers(9));
    check(&several, "anna-2", "hold/several_candidates");
    check(&several, "anna", "hold/maybe_returned");
    let foreign = left().with(back()).having(hers(8).carrying(Some("afas-1")));
    check(&foreign, "anna-2", "hold/foreign_external_id");
    check(&foreign, "anna", "hold/maybe_returned");
}

#[test]
fn r17_whoever_had_another_account_is_not_the_leaver() {
    let gone = left().with(back()).link("anna-2", 8);
    check(&gone, "anna-2", "hold/linked_account_gone");
    check(&gone, "anna", "offboard");
    let unreadable = left().with(back()).link("anna-2", 8).unreadable_account(8);
    check(&unreadable, "anna-2", "hold/account_unreadable");
    check(&unreadable, "anna", "offboard");
}

#[test]
fn r17_a_relink_names_the_record_whose_id_the_account_carries() {
    // Two records of the leaver; the account carries the id of the younger one.
    let other =
        person("anna-0").email("anna@acme.example").last(Some("Last anna")).employed("2010-01-01", None);
    let world = left().with(other.former().employed("2010-01-01", Some("2012-12-31"))).with(back());
    assert_eq!(entry_of(&world.plan(), "anna").person, id("anna-0"));
    assert_eq!(decision(&world, "anna-2")["proposal"]["same_as"], json!(id("anna")));
    // Where it carries none, any record of the leaver will do.
    let mut linked = world.link("anna", 7);
    linked.accounts.iter_mut().filter(|it| it.id.get() == 7).for_each(|it| it.external_id = None);
    assert_eq!(decision(&linked, "anna-2")["proposal"]["same_as"], json!(id("anna-0")));
}

#[test]
fn r17_while_some_account_cannot_be_read_nobody_is_asked_about() {
    check(&left().with(back()).unreadable_account(8), "anna-2", "hold/target_row_unreadable");
}

#[test]
fn r17_two_records_of_one_leaver_are_one_who_may_be_meant() {
    let again = person("anna-0").email("anna@acme.example").last(Some("Last anna")).first(None).former();
    let world = left().with(again).with(back());
    assert_eq!(decision(&world, "anna-2")["proposal"]["kind"], "relink");
    assert_eq!(decision(&world, "anna-2")["accounts"], json!([7]));
}

#[test]
fn r17_a_relink_names_no_record_that_is_gone() {
    // The leaver was said to be one with a record that is gone since, and the account carries that one's id.
    let account = account(7).of("anna").carrying(Some("nmbrs:rest:anna-0"));
    let world = world().with(person("anna").former()).having(account).alias("anna", "anna-0").with(back());
    assert_eq!(decision(&world, "anna-2")["proposal"]["same_as"], json!(id("anna")));
}

#[test]
fn r17_a_leavers_account_tells_whose_it_is_where_the_records_do_not() {
    // Nothing of the old record can be read.
    let unreadable =
        world().with(person("anna").former().unreadable()).having(account(7).of("anna")).with(back());
    check(&unreadable, "anna", "hold/unreadable_row");
    check(&unreadable, "anna-2", "hold/maybe_returned");
    assert_eq!(decision(&unreadable, "anna-2")["proposal"]["same_as"], json!(id("anna")));
    // The old record says another name meanwhile.
    let renamed = person("anna").former().last(Some("Married"));
    let world = world().crowd(12).with(renamed).having(account(7).of("anna")).with(back());
    check(&world, "anna-2", "hold/maybe_returned");
    check(&world, "anna", "hold/maybe_returned");
    assert_eq!(decision(&world, "anna-2")["proposal"]["same_as"], json!(id("anna")));
}

#[test]
fn r17_one_leaver_and_the_account_of_the_same_traits_are_one_who_may_be_meant() {
    let world = left().with(back());
    assert_eq!(decision(&world, "anna-2")["accounts"], json!([7]));
    let other_name = left().with(back().last(Some("Married")));
    check(&other_name, "anna-2", "onboard");
    check(&other_name, "anna", "offboard");
}

#[test]
fn u17_an_account_that_another_system_marked_meanwhile_is_not_proposed() {
    let marked = account(7).of("anna").carrying(Some("afas-7"));
    let world = world().having(marked).link("anna", 7).with(back());
    check(&world, "anna-2", "hold/former_account");
    assert_eq!(decision(&world, "anna-2")["proposal"], Value::Null);
}

#[test]
fn r14_an_account_that_two_others_claim_is_not_proposed_to_a_third() {
    let claimed =
        world().with(person("bob")).with(person("cleo")).having(account(7).of("anna").carrying(None));
    let world = claimed.link("bob", 7).link("cleo", 7).with(back());
    check(&world, "bob", "hold/several_candidates");
    check(&world, "anna-2", "hold/former_account");
    assert_eq!(decision(&world, "anna-2")["proposal"], Value::Null);
}

#[test]
fn r17_an_account_that_only_anothers_address_leads_to_may_still_be_hers() {
    let bob = person("bob").email("anna@acme.example");
    let world = gone().with(bob).with(back());
    check(&world, "bob", "hold/address_reused");
    check(&world, "anna-2", "hold/former_account");
    assert_eq!(decision(&world, "anna-2")["proposal"]["kind"], "relink");
}

#[test]
fn r17_where_the_leavers_record_cannot_be_read_the_account_tells_whose_it_is() {
    let world = world().crowd(12).with(person("anna").former().unreadable()).having(account(7).of("anna"));
    check(&world.with(back()), "anna-2", "hold/maybe_returned");
}

#[test]
fn r17_another_first_name_on_the_record_does_not_hide_what_the_account_shows() {
    let renamed = person("anna").former().first(Some("Bea"));
    let world = world().crowd(12).with(renamed).having(account(7).of("anna")).with(back());
    check(&world, "anna-2", "hold/maybe_returned");
    check(&world, "anna", "hold/maybe_returned");
}

#[test]
fn r17_an_account_to_which_anothers_address_leads_may_still_be_the_newcomers() {
    let world = world().having(account(7).of("anna")).with(back());
    let reused = world.with(person("bob").email("anna@acme.example"));
    check(&reused, "bob", "hold/address_reused");
    check(&reused, "anna-2", "hold/former_account");
    assert_eq!(decision(&reused, "anna-2")["proposal"]["kind"], "relink");
}

#[test]
fn r17_an_account_that_others_claim_may_be_the_newcomers_and_is_not_given() {
    let hers = account(7).of("anna").carrying(Some(id("bob").as_str()));
    let world = world().synced("bob", 8).having(hers).link("anna", 7).with(back());
    check(&world, "bob", "hold/several_candidates");
    check(&world, "anna-2", "hold/former_account");
    assert_eq!(decision(&world, "anna-2")["proposal"], Value::Null);
}

#[test]
fn u17_an_account_that_carries_another_systems_id_is_not_given() {
    let hers = account(7).of("anna").carrying(Some("afas-1"));
    let world = world().having(hers).link("anna", 7).with(back());
    check(&world, "anna-2", "hold/former_account");
    assert_eq!(decision(&world, "anna-2")["proposal"], Value::Null);
}

//! One record, two names: who was read over SOAP before is the same person over REST, and over SOAP should somebody go
//! back (R2, R11, R14).
//!
//! Each world stands as a migration leaves it: the ledger's memory is under the SOAP names, and an alias ties each of
//! them to the REST name of the same record.

use std::collections::BTreeMap;

use sync_core::budget::tombstones;
use sync_core::finding::Finding;
use sync_core::ledger::{Failures, Link};
use sync_core::{AccountId, CompanyId, ExternalId, Interface};

use crate::money::{anna, check_budget, giving, row};
use crate::world::{World, account, at, brakes_of, check, entry_of, id, key, person, world};

/// What SOAP calls the record with this name.
fn soap(name: &str) -> ExternalId {
    let number = name.bytes().fold(7, |number: u64, byte| number * 31 % 1_000_003 + u64::from(byte));
    ExternalId::soap("acme", number).unwrap()
}

/// The ledger was written by runs over SOAP, which saw all records of the world and those that only the ledger knows.
fn soap_ledger(mut world: World) -> World {
    let old = |id: &ExternalId| soap(id.as_str().trim_start_matches("nmbrs:rest:"));
    let ledger = &mut world.ledger;
    let names: Vec<ExternalId> = world.records.iter().map(|record| record.id.clone()).collect();
    ledger.links = ledger.links.iter().map(|(id, link)| (old(id), link.clone())).collect();
    ledger.aliases = ledger.aliases.iter().map(|(later, carried)| (old(later), old(carried))).collect();
    ledger.failures = ledger.failures.iter().map(|(id, failures)| (old(id), *failures)).collect();
    ledger.money.vouched = ledger.money.vouched.iter().map(|(id, how)| (old(id), *how)).collect();
    for grant in &mut ledger.money.grants {
        grant.person = old(&grant.person);
    }
    // What a migration writes: the second name of each record.
    let between: BTreeMap<_, _> = std::mem::take(&mut ledger.aliases);
    for name in names {
        ledger.aliases.insert(old(&name), name);
    }
    for (later, carried) in between {
        match (ledger.aliases.get(&later).cloned(), ledger.aliases.get(&carried).cloned()) {
            (Some(later), Some(carried)) => ledger.aliases.insert(later, carried),
            _ => ledger.aliases.insert(later, carried),
        };
    }
    world
}

/// The same, and the accounts of ours carry the SOAP names still.
fn soap_accounts(world: World) -> World {
    let mut world = soap_ledger(world);
    for account in &mut world.accounts {
        let name = account.external_id.as_deref().and_then(|id| id.strip_prefix("nmbrs:rest:"));
        if let Some(old) = name.map(soap) {
            account.external_id = Some(old.as_str().to_owned());
        }
    }
    world
}

/// A run over SOAP in this world: the records have their SOAP names, the ledger and the accounts stay.
fn read_over_soap(mut world: World) -> World {
    for record in &mut world.records {
        record.id = soap(record.id.as_str().trim_start_matches("nmbrs:rest:"));
    }
    world
}

/// Anna left; account 7 is hers and everybody agrees.
fn left() -> World {
    world().crowd(12).with(person("anna").former()).having(account(7).of("anna")).link("anna", 7)
}

/// However far the migration came: with the accounts marked and not marked, read by either interface.
fn half_done(world: &World) -> [World; 4] {
    let (marked, unmarked) = (soap_ledger(world.clone()), soap_accounts(world.clone()));
    [marked.clone(), unmarked.clone(), read_over_soap(marked), read_over_soap(unmarked)]
}

#[test]
fn r14_an_account_is_found_by_either_name() {
    for world in half_done(&world().synced("anna", 7).link("anna", 7)) {
        check_all(&world, "nothing/up_to_date");
    }
    // Also where no link was ever written.
    for world in half_done(&world().synced("anna", 7)) {
        check_all(&world, "nothing/up_to_date");
    }
}

/// The decision about everybody.
#[track_caller]
fn check_all(world: &World, expected: &str) {
    for entry in &world.plan().document().entries {
        assert_eq!(crate::world::code(&entry.decision), expected, "{}", entry.person);
    }
}

#[test]
fn r2_a_leaver_is_offboarded_on_evidence_after_the_migration_as_before_it() {
    check(&left(), "anna", "offboard");
    for world in half_done(&left()) {
        let plan = world.plan();
        let offboarded: Vec<_> = plan.document().actions();
        assert_eq!(offboarded.len(), 1);
        assert_eq!(crate::world::code(&offboarded[0].decision), "offboard");
        assert_eq!(offboarded[0].account.unwrap().id, AccountId::new(7));
    }
}

#[test]
fn r2_a_record_that_is_really_gone_holds_a_renamed_leaver_all_the_same() {
    // A record that SOAP showed and that was gone before the migration.
    for gone in [left().link_at("anna-2", 7, "beta"), left().alias("anna-2", "anna")] {
        for world in half_done(&gone) {
            let plan = world.plan();
            assert!(plan.document().actions().is_empty());
            assert_eq!(plan.document().totals.held.len(), 1);
        }
        check(&soap_ledger(gone), "anna", "hold/linked_record_gone");
    }
    // A second record of hers that was renamed too and is gone since: of it both names are gone.
    let two = left().with(person("anna-2").at("beta")).alias("anna-2", "anna").link_at("anna-2", 7, "beta");
    let mut since = soap_ledger(two);
    since.records.retain(|record| record.id != id("anna-2"));
    check(&since, "anna", "hold/linked_record_gone");
}

#[test]
fn r2_a_name_of_the_same_interface_is_no_other_name() {
    // Two SOAP administrations, or two records of one: an alias between them renames nothing.
    let mut world = left();
    world.ledger.aliases.insert(id("anna-9"), id("anna"));
    check(&world, "anna", "hold/linked_record_gone");
    let mut world = read_over_soap(soap_ledger(left()));
    let elsewhere = ExternalId::soap("other", 4).unwrap();
    assert_eq!(elsewhere.interface(), Interface::Soap);
    world.ledger.aliases.insert(elsewhere, soap("anna"));
    let plan = world.plan();
    assert!(plan.document().actions().is_empty(), "an account of another administration is not this record");
}

#[test]
fn r14_an_account_is_never_two_peoples_because_of_names() {
    // Anna's account carries bob's old name, bob has his own: neither is changed.
    let mut world = soap_ledger(world().synced("anna", 7).synced("bob", 8).link("anna", 7).link("bob", 8));
    world.accounts[0].external_id = Some(soap("bob").as_str().to_owned());
    check(&world, "anna", "hold/several_candidates");
    check(&world, "bob", "hold/several_candidates");
    assert!(world.plan().document().actions().is_empty());
    // One old name that was tied to one record stays that record's, whatever the other carries.
    let mut world = soap_accounts(crate::world::world().synced("anna", 7).with(person("bob")));
    world.accounts[0].external_id = Some(soap("bob").as_str().to_owned());
    let plan = world.plan();
    let found: Vec<_> = plan.document().entries.iter().filter_map(|entry| entry.account).collect();
    assert_eq!(found.len(), 1, "and only one person has it");
}

#[test]
fn two_records_of_one_person_stay_one_person() {
    let two = left().with(person("anna-2").at("beta")).alias("anna-2", "anna").link_at("anna-2", 7, "beta");
    let migrated = soap_ledger(two.clone());
    let plan = migrated.plan();
    let entry = entry_of(&plan, "anna");
    assert_eq!(entry.records.len(), 2);
    assert_eq!(entry.person, id("anna"), "the account carries the first record's name");
    assert_eq!(entry_of(&two.plan(), "anna").decision.clone(), entry.decision, "and nothing else changed");
    for world in half_done(&two) {
        assert_eq!(world.plan().document().totals.people, 13);
        assert_eq!(world.plan().document().totals.actions.onboard, 0);
    }
}

#[test]
fn r17_who_comes_back_after_the_migration_is_found_by_the_old_name() {
    let back = world().with(person("anna")).having(account(7).of("anna").inactive()).link("anna", 7);
    check(&soap_accounts(back), "anna", "hold/rehire");
}

#[test]
fn r21_refusals_under_the_old_name_count() {
    let mut world =
        soap_ledger(world().with(person("anna").first(Some("Ann"))).having(account(7).of("anna")));
    check(&world, "anna", "update");
    world.ledger.failures.insert(soap("anna"), Failures::new(3, at("2026-06-15T09:00:00Z")));
    check(&world, "anna", "hold/set_aside");
}

#[test]
fn r11_grants_and_vouching_are_found_by_the_old_name() {
    let given = anna(&[("oneoff all", "100"), ("monthly all", "50")])
        .granted([row("anna", 7, "oneoff all", "100"), row("anna", 7, "monthly all", "50")]);
    for world in half_done(&given) {
        let plan = world.plan();
        let reasons: Vec<_> = plan.document().entries[0].budgets.iter().map(crate::money::told).collect();
        assert_eq!(reasons, ["nothing/monthly_same", "nothing/oneoff_same"]);
    }
    // Also where nothing but the alias ties the two names.
    let mut alone = soap_ledger(given);
    alone.ledger.links.clear();
    for grant in &mut alone.ledger.money.grants {
        grant.account = None;
    }
    check_budget(&alone, "anna", "oneoff all", "O2", "nothing/oneoff_same");
    // Without it, nobody vouches.
    alone.ledger.aliases.clear();
    check_budget(&alone, "anna", "oneoff all", "R11", "hold/no_baseline");
}

#[test]
fn r11_whoever_was_forgotten_under_the_old_name_is_forgotten() {
    let mut world = soap_ledger(anna(&[("oneoff all", "100")]));
    check_budget(&world, "anna", "oneoff all", "O1", "give/oneoff_first: grant 100.00 #1");
    world.ledger.money.forgotten = tombstones(&key(), [&soap("anna")], []);
    check_budget(&world, "anna", "oneoff all", "R11", "hold/forgotten");
}

#[test]
fn who_was_never_migrated_is_nobody_else() {
    // An account with an old name that no alias knows stands for a record that is gone, as ever.
    let mut world = soap_accounts(world().synced("anna", 7).crowd(12));
    world.ledger.aliases.remove(&soap("anna"));
    check(&world, "anna", "hold/former_account");
}

#[test]
fn an_account_under_its_old_name_is_not_told_as_absent() {
    // Bob claims it too, so that it is nobody's for certain.
    let mut world = soap_accounts(world().synced("anna", 7).link("anna", 7).with(person("bob")).crowd(4));
    world.ledger.links.insert(soap("bob"), Link::new(AccountId::new(7), CompanyId::new("acme")));
    check(&world, "anna", "hold/several_candidates");
    let plan = world.plan();
    let absent = plan.document().findings.iter().filter(|it| matches!(it, Finding::Absent { .. }));
    assert_eq!(absent.count(), 0);
    assert_eq!(brakes_of(&world), Vec::<String>::new());
}

#[test]
fn r11_nothing_is_given_twice_to_anybody_however_far_a_migration_came() {
    let world = giving()
        .employing("anna", 7, &[("oneoff all", "100")])
        .employing("bob", 8, &[("oneoff all", "40")])
        .granted([row("anna", 7, "oneoff all", "100"), row("bob", 8, "oneoff all", "40")]);
    for world in half_done(&world) {
        let money = world.plan().document().totals.money.clone().unwrap();
        assert_eq!((money.grants, money.proposals), (0, 0));
    }
}

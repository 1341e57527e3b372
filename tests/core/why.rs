//! Why (R22): one decision for everybody who was read, and each changed field before and after.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::{World, account, entry_of, id, person, world};

fn fields(world: &World, name: &str) -> Value {
    serde_json::to_value(&entry_of(&world.plan(), name).decision).unwrap()["fields"].clone()
}

#[test]
fn r22_every_record_stands_in_exactly_one_entry() {
    let world = world()
        .crowd(3)
        .with(person("anna").unreadable())
        .with(person("bob").email("x@acme.example"))
        .with(person("cleo").email("x@acme.example"))
        .with(person("dora"))
        .with(person("dora-2").email("dora@acme.example").last(Some("Last dora")))
        .with(person("eve").of_type(None).without_email());
    let plan = world.plan();
    let told: Vec<_> =
        plan.document().entries.iter().flat_map(|e| e.records.iter().map(|r| r.id.clone())).collect();
    let distinct: BTreeSet<_> = told.iter().cloned().collect();
    let read: BTreeSet<_> = world.records.iter().map(|record| record.id.clone()).collect();
    assert_eq!((told.len(), distinct), (9, read));
    let totals = &plan.document().totals;
    let told_of = totals.actions.total()
        + totals.held.values().sum::<u64>()
        + totals.planned
        + totals.skipped
        + totals.nothing;
    assert_eq!((told_of, totals.people, totals.records), (8, 8, 9));
}

#[test]
fn r22_before_tells_null_from_empty_from_unset() {
    let wanted = || person("anna").prefix(Some("van"));
    for (stored, before) in [(None, "null"), (Some(""), "empty"), (Some("  "), "empty")] {
        let world = world().with(wanted()).having(account(7).like(&wanted()).prefix(stored));
        assert_eq!(fields(&world, "anna")[0]["before"], before);
    }
    let world = world().with(wanted());
    let onboard = fields(&world, "anna");
    assert!(onboard.as_array().unwrap().iter().all(|field| field["before"] == "unset"));
}

#[test]
fn r22_a_value_shows_as_a_fingerprint_that_is_equal_for_equal_values_of_one_person() {
    let update = |from: &str, to: &str| {
        fields(
            &world().with(person("anna").first(Some(to))).having(account(7).of("anna").first(Some(from))),
            "anna",
        )[0]
        .clone()
    };
    let (one, two) = (update("Ann", "Anne"), update("Anne", "Anna"));
    assert_eq!(one["after"], two["before"], "one value, one fingerprint, on either side");
    assert_ne!(one["before"], one["after"]);
    assert_eq!(one["after"]["value"].as_str().unwrap().len(), 32);
    let both = world().with(person("anna").first(Some("Same"))).with(person("bob").first(Some("Same")));
    assert_ne!(
        fields(&both, "anna")[1]["after"],
        fields(&both, "bob")[1]["after"],
        "two people, two fingerprints"
    );
}

#[test]
fn r22_only_fields_that_differ_are_named_and_none_that_the_source_does_not_know() {
    let world = world()
        .with(person("anna").born(None).prefix(None).first(Some("Anne")))
        .having(account(7).of("anna").prefix(Some("van")));
    let named: Vec<_> =
        fields(&world, "anna").as_array().unwrap().iter().map(|field| field["field"].clone()).collect();
    assert_eq!(named, ["first_name"]);
}

#[test]
fn r22_a_deactivation_names_the_records_and_the_day_that_it_stands_on() {
    let world = world().crowd(12).with(person("anna").former()).having(account(7).of("anna"));
    let plan = world.plan();
    let sync_core::decision::Decision::Offboard(offboard) = &entry_of(&plan, "anna").decision else {
        panic!()
    };
    assert_eq!(offboard.evidence().records(), [id("anna")]);
    assert_eq!(offboard.evidence().last_day(), Some(crate::world::day("2026-03-31")));
}

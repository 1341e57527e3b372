//! The plan is a value (R5): the same bytes on every machine and for every order of the inputs.

use serde_json::Value;
use sync_core::policy::{Anniversary, EmailChoice};
use sync_core::record::EmployeeType;

use crate::world::{World, account, person, world};

const BYTES: &str = include_str!("golden/plan-v1.json");
const HASH: &str = include_str!("golden/plan-v1.hash");

/// One of everything that a plan can hold. Changing this world changes the golden bytes.
fn everything() -> World {
    world()
        .crowd(2)
        .company("acme", &["alleo_access", "Alleo-Filter"])
        .company("beta", &[])
        .remembers("beta", &["yourcampus_access"])
        .remembers("gamma", &[])
        .with(person("anna").prefix(Some("van")).field("alleo_access", Some("ja")))
        .with(person("bob").at("beta").first(Some("Robért")).email("bob.new@acme.example"))
        .having(account(8).of("bob").prefix(Some("")))
        .with(person("cleo").at("beta").former())
        .having(account(9).of("cleo"))
        .with(person("cleo-2").at("beta").former().email("cleo@acme.example").last(Some("Last cleo")))
        .with(person("dora").at("beta").employed("2026-09-01", None))
        .with(person("eve").at("beta").employed("2020-01-01", Some("2026-12-31")))
        .having(account(11).of("eve"))
        .with(person("finn").at("beta").former().unreadable())
        .with(person("gus").at("beta").email("hal@acme.example"))
        .with(person("hal").at("beta"))
        .with(person("ida").at("beta").born(Some("1900-01-01")))
        .having(account(12).of("ida").inactive())
        .with(person("jan").at("beta").of_type(Some(EmployeeType::Other("intern".to_owned()))))
        .having(account(13).of("gone"))
        .policy(|policy| {
            policy
                .with_language("nl")
                .with_email(EmailChoice::Business)
                .with_anniversary(Anniversary::FirstStart)
                .with_protected(["root@acme.example"])
        })
}

#[test]
fn r5_the_canonical_bytes_of_a_fixed_world_are_the_golden_ones() {
    let plan = everything().plan();
    let bytes = String::from_utf8(plan.canonical_bytes()).unwrap();
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/core/golden/plan-v1");
        std::fs::write(format!("{golden}.json"), &bytes).unwrap();
        std::fs::write(format!("{golden}.hash"), format!("{}\n", plan.id())).unwrap();
        return;
    }
    assert!(
        bytes == BYTES,
        "the bytes of plan/v1 changed, from {}.\nEvery approval and every saved plan depends on them. If the change is \
         meant, give the format a new name, or, before its first release, write the golden files anew with \
         WRITE_GOLDEN=1 and read their diff.",
        first_difference(BYTES, &bytes)
    );
    assert_eq!(plan.id().as_str(), HASH.trim(), "the hash over golden bytes changed");
}

/// Where two canonical documents begin to differ, with a little of what comes before.
fn first_difference(golden: &str, now: &str) -> String {
    let at = golden.bytes().zip(now.bytes()).position(|(a, b)| a != b).unwrap_or(golden.len().min(now.len()));
    let excerpt = |text: &str| {
        let bytes = &text.as_bytes()[at.saturating_sub(60)..text.len().min(at + 60)];
        String::from_utf8_lossy(bytes).into_owned()
    };
    format!("byte {at} on:\n  golden …{}…\n  now    …{}…", excerpt(golden), excerpt(now))
}

#[test]
fn r5_the_golden_bytes_hold_one_of_everything() {
    let golden: Value = serde_json::from_str(BYTES).unwrap();
    let entries = golden["entries"].as_array().unwrap();
    let has = |kind: &str| entries.iter().any(|entry| entry["decision"]["kind"] == kind);
    for kind in ["onboard", "update", "offboard", "hold", "planned", "skip"] {
        assert!(has(kind), "no {kind}");
    }
    assert!(
        !golden["brakes"].as_array().unwrap().is_empty()
            && !golden["findings"].as_array().unwrap().is_empty()
    );
}

#[test]
fn r5_the_bytes_are_canonical_by_another_implementation_of_the_rfc() {
    let bytes = everything().plan().canonical_bytes();
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), bytes);
}

#[test]
fn r5_two_large_account_ids_stay_two() {
    let ids = |world: &World| {
        let plan = world.plan();
        let value: Value = serde_json::from_slice(&plan.canonical_bytes()).unwrap();
        value["entries"][0]["account"]["id"].clone()
    };
    let with = |number| world().synced("anna", number);
    assert_eq!(ids(&with(9_007_199_254_740_993)), 9_007_199_254_740_993_i64);
    assert_ne!(with(9_007_199_254_740_993).plan().id(), with(9_007_199_254_740_992).plan().id());
}

#[test]
fn r5_the_order_of_inputs_does_not_matter() {
    let mut turned = everything();
    let golden = turned.plan();
    for _ in 0..turned.records.len() {
        turned.records.rotate_left(1);
        turned.accounts.rotate_right(1);
        assert_eq!(turned.plan().id(), golden.id());
    }
    turned.records.reverse();
    turned.accounts.reverse();
    for record in &mut turned.records {
        record.employments.reverse();
        record.extra_fields.reverse();
    }
    assert_eq!(turned.plan().canonical_bytes(), golden.canonical_bytes());
}

#[test]
fn r5_whatever_either_side_says_is_in_the_hash() {
    let golden = everything().plan();
    let others = [
        everything().with(person("new")),
        everything().having(account(99)),
        everything().now("2026-06-15T10:00:01Z"),
        everything().policy(|policy| policy.with_language("en")),
        everything().company("beta", &["alleo_oneoff_all_budget"]),
    ];
    for other in others {
        assert_ne!(other.plan().id(), golden.id());
    }
}

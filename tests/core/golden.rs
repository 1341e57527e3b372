//! The plan is a value (R5): the same bytes on every machine and for every order of the inputs.

use serde_json::Value;
use sync_core::Euro;
use sync_core::budget::GrantState;
use sync_core::policy::{Anniversary, EmailChoice};
use sync_core::record::EmployeeType;

use crate::money::{giving, row};
use crate::world::{World, account, person, world};

const BYTES: &str = include_str!("golden/plan-v1.json");
const HASH: &str = include_str!("golden/plan-v1.hash");
const BYTES_OF_MONEY: &str = include_str!("golden/plan-v1-budgets.json");
const HASH_OF_MONEY: &str = include_str!("golden/plan-v1-budgets.hash");

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
    check_golden(&everything(), "plan-v1", (BYTES, HASH));
}

#[test]
fn r5_the_canonical_bytes_of_a_fixed_world_with_budgets_are_the_golden_ones() {
    check_golden(&everything_about_money(), "plan-v1-budgets", (BYTES_OF_MONEY, HASH_OF_MONEY));
}

#[track_caller]
fn check_golden(world: &World, file: &str, (golden, hash): (&str, &str)) {
    let plan = world.plan();
    let bytes = String::from_utf8(plan.canonical_bytes()).unwrap();
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        let file = format!("{}/core/golden/{file}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(format!("{file}.json"), &bytes).unwrap();
        std::fs::write(format!("{file}.hash"), format!("{}\n", plan.id())).unwrap();
        return;
    }
    assert!(
        bytes == golden,
        "the bytes of plan/v1 changed, from {}.\nEvery approval and every saved plan depends on them. If the change is \
         meant, give the format a new name, or, before its first release, write the golden files anew with \
         WRITE_GOLDEN=1 and read their diff.",
        first_difference(golden, &bytes)
    );
    assert_eq!(plan.id().as_str(), hash.trim(), "the hash over golden bytes changed");
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

/// Every outcome of a budget, every act, every wish, and what the totals and the guard say of money.
fn everything_about_money() -> World {
    let mut world = giving()
        .company("acme", &["alleo_monthly_all_budget", "alleo_oneoff_sport_budget"])
        .crowd(12)
        .employing("anna", 1, &[("monthly all", "50"), ("oneoff all", "100,5"), ("oneoff sport", "7")])
        .employing("bob", 2, &[("monthly all", "75"), ("monthly health", "0"), ("oneoff all", "x")])
        .employing("cleo", 3, &[("monthly all", "0"), ("oneoff all", "100")])
        .employing("dora", 4, &[("monthly all", "50"), ("oneoff health", "20")])
        .with(person("eve").budget("oneoff all", "100"))
        .with(person("finn").former())
        .having(account(6).of("finn"))
        .with(person("gus").budget("oneoff all", "1").field("yourcampus_oneoff_all_budget", Some("2")))
        .having(account(7).of("gus"))
        .vouched("gus")
        .granted([
            row("bob", 2, "monthly all", "50"),
            row("cleo", 3, "monthly all", "50"),
            row("cleo", 3, "oneoff all", "100"),
            row("dora", 4, "monthly all", "50").is(GrantState::HandedOver),
            row("dora", 4, "oneoff health", "20").is(GrantState::Refused),
            row("finn", 6, "monthly all", "60"),
            row("finn", 6, "oneoff all", "500"),
        ]);
    world.policy.limits.euro = Some(Euro::from_cents(10_000));
    world.policy.limits.euro_cancelled = Some(Euro::from_cents(50_000));
    world.policy(|policy| policy.with_onboarding_budget(Euro::from_cents(2_500)))
}

#[test]
fn r5_the_golden_bytes_of_money_hold_one_of_everything() {
    let golden: Value = serde_json::from_str(BYTES_OF_MONEY).unwrap();
    let notes: Vec<&Value> = golden["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry.get("budgets")?.as_array())
        .flatten()
        .collect();
    let has = |pointer: &str, wanted: &str| {
        notes.iter().any(|note| note.pointer(pointer).is_some_and(|it| it == wanted))
    };
    for kind in ["give", "hold", "open", "later", "nothing"] {
        assert!(has("/outcome/kind", kind), "no {kind}");
    }
    for act in ["replace", "stop", "grant"] {
        assert!(has("/outcome/proposal/act", act), "no {act}");
    }
    for wish in ["empty", "unreadable", "conflict"] {
        assert!(has("/wish", wish), "no {wish}");
    }
    let brakes: Vec<_> =
        golden["brakes"].as_array().unwrap().iter().map(|brake| brake["brake"].clone()).collect();
    assert_eq!(brakes, ["over_euro", "over_euro_cancelled"]);
    assert_eq!(golden["findings"][0]["finding"], "unlisted_category");
    assert_eq!(golden.pointer("/totals/money/granted").unwrap(), "150.50");
    assert_eq!(golden.pointer("/totals/money/cancelled").unwrap(), "560.00");
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
    for world in [everything(), everything_about_money()] {
        let bytes = world.plan().canonical_bytes();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), bytes);
    }
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

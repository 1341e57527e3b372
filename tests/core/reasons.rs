//! Every reason there is, with a world that produces it and the nearest world that does not.

use std::collections::BTreeSet;

use sync_core::decision::{HoldReason, NothingReason, SkipReason};
use sync_core::record::EmployeeType;
use sync_core::{DebtorId, Euro, TargetCompanyId};

use crate::memory_target::Stage;
use crate::money::{giving, row};
use crate::world::{HOME, Person, World, account, brakes_of, check, decision_of, person, world};

/// A world, the person it is about, and what happens there; then its neighbour.
struct Case {
    who: &'static str,
    code: &'static str,
    in_world: World,
    neighbour: (&'static str, World),
}

fn case(who: &'static str, code: &'static str, in_world: World, neighbour: (&'static str, World)) -> Case {
    Case { who, code, in_world, neighbour }
}

fn anna() -> Person {
    person("anna")
}

fn with_anna(anna: Person) -> World {
    world().with(anna)
}

/// Anna left; account 7 is hers and active.
fn left() -> World {
    left_as(anna().former())
}

fn left_as(anna: Person) -> World {
    world().crowd(12).with(anna).having(account(7).of("anna"))
}

fn access(values: &[(&str, Option<&str>)]) -> World {
    let anna = values.iter().fold(anna(), |anna, (name, value)| anna.field(name, *value));
    let names: Vec<_> = values.iter().map(|(name, _)| *name).collect();
    world().company("acme", &names).with(anna)
}

fn holds_of_people() -> Vec<Case> {
    let onboard = || ("onboard", with_anna(anna()));
    let offboard = || ("offboard", left());
    let twin = |born| {
        with_anna(anna()).with(person("bob").email("anna@acme.example").last(Some("Last anna")).born(born))
    };
    vec![
        case("anna", "hold/unreadable_row", with_anna(anna().unreadable()), onboard()),
        case("anna", "hold/shared_address", twin(Some("1990-05-18")), ("onboard", twin(Some("1990-05-17")))),
        case("anna", "hold/missing_email", with_anna(anna().without_email()), onboard()),
        case("anna", "hold/missing_email", with_anna(anna().email(" \t")), onboard()),
        case("anna", "hold/malformed_email", with_anna(anna().email("anna@acme")), onboard()),
        case("anna", "hold/missing_name", with_anna(anna().last(Some("  "))), onboard()),
        case("anna", "hold/missing_name", with_anna(anna().first(None)), onboard()),
        case("anna", "hold/missing_start", with_anna(anna().without_employment()), onboard()),
        case("anna", "hold/missing_start", with_anna(anna().employed("0001-01-01", None)), onboard()),
        case(
            "anna",
            "hold/ended_on_payroll",
            with_anna(anna().employed("2020-01-01", Some("2026-06-14"))),
            ("onboard", with_anna(anna().employed("2020-01-01", Some("2026-06-15")))),
        ),
        case(
            "anna",
            "hold/other_record_open",
            left().with(anna_again("anna-2").of_type(Some(EmployeeType::External))),
            ("offboard", left().with(anna_again("anna-2").of_type(Some(EmployeeType::FormerExternal)))),
        ),
        case(
            "anna",
            "hold/begins_again",
            left_as(anna().former().and_employed("2026-07-01", None)),
            ("offboard", left_as(anna().former().and_employed("2026-04-01", Some("2026-05-31")))),
        ),
        case(
            "anna",
            "hold/maybe_still_here",
            left().with(person("annie").last(Some("LAST ANNA")).without_email()),
            (
                "offboard",
                left().with(person("annie").last(Some("LAST ANNA")).without_email().born(Some("1990-05-18"))),
            ),
        ),
        case(
            "anna",
            "hold/linked_record_gone",
            left().link("anna", 7).link("anna-2", 7),
            ("offboard", left().link("anna", 7).link("bob", 8)),
        ),
        case("anna", "hold/leaver_not_managed", left_unclaimed(), offboard()),
        case(
            "anna",
            "hold/leaver_without_access",
            left_as(anna().former().field("alleo_access", Some("no"))),
            ("offboard", left_as(anna().former().field("alleo_access", Some("yes")))),
        ),
    ]
}

/// A second record of the same person: address, last name and birthday are hers.
fn anna_again(name: &str) -> Person {
    person(name).email("anna@acme.example").last(Some("Last anna"))
}

fn left_unclaimed() -> World {
    world().crowd(12).with(anna().former()).having(account(7).of("anna").carrying(None))
}

fn holds_of_access() -> Vec<Case> {
    let active = |value| access(&[("alleo_access", Some(value))]).having(account(7).of("anna"));
    vec![
        case(
            "anna",
            "hold/access_unanswered",
            access(&[("alleo_access", None)]),
            ("onboard", access(&[("alleo_access", Some("ja"))])),
        ),
        case(
            "anna",
            "hold/access_unreadable",
            access(&[("alleo_access", Some("maybe"))]),
            ("onboard", access(&[("alleo_access", Some(" YES "))])),
        ),
        case(
            "anna",
            "hold/access_conflict",
            access(&[("alleo_access", Some("yes")), ("yourcampus_access", Some("no"))]),
            ("onboard", access(&[("alleo_access", Some("yes")), ("yourcampus_access", Some("true"))])),
        ),
        case(
            "anna",
            "hold/access_field_missing",
            with_anna(anna()).by_access_field(),
            ("onboard", with_anna(anna())),
        ),
        case("anna", "hold/access_withdrawn", active("no"), ("nothing/up_to_date", active("yes"))),
        case(
            "anna",
            "hold/no_route",
            world().company("acme", &["alleo_filter"]).with(anna().field("alleo_filter", Some("north"))),
            (
                "onboard",
                world().company("acme", &["alleo_filter"]).with(anna().field("alleo_filter", Some(" "))),
            ),
        ),
    ]
}

fn holds_of_accounts() -> Vec<Case> {
    let onboard = || ("onboard", with_anna(anna()));
    let up_to_date = || ("nothing/up_to_date", world().synced("anna", 7));
    let unclaimed = || account(7).of("anna").carrying(None);
    vec![
        case(
            "anna",
            "hold/several_candidates",
            world().synced("anna", 7).having(account(8).of("anna")),
            up_to_date(),
        ),
        case(
            "anna",
            "hold/foreign_external_id",
            with_anna(anna()).having(account(7).of("anna").carrying(Some("afas-7"))),
            up_to_date(),
        ),
        case("anna", "hold/linked_account_gone", with_anna(anna()).link("anna", 7), onboard()),
        case(
            "anna",
            "hold/account_unreadable",
            with_anna(anna()).link("anna", 7).unreadable_account(7),
            up_to_date(),
        ),
        case("anna", "hold/target_row_unreadable", with_anna(anna()).unreadable_account(8), onboard()),
        case(
            "anna",
            "hold/address_taken",
            kept_by_bob("anna@acme.example"),
            ("onboard", kept_by_bob("bob@acme.example")),
        ),
        case(
            "anna",
            "hold/address_reused",
            with_anna(anna()).having(account(8).of("gone").email("anna@acme.example")),
            ("onboard", with_anna(anna()).having(account(8).of("gone"))),
        ),
        case(
            "anna-2",
            "hold/former_account",
            world().with(anna_again("anna-2")).having(account(7).of("anna")),
            (
                "hold/address_reused",
                world().with(anna_again("anna-2").born(None)).having(account(7).of("anna")),
            ),
        ),
        case(
            "anna-2",
            "hold/maybe_returned",
            left().with(person("anna-2").last(Some("Last anna"))),
            ("onboard", left().with(person("anna-2"))),
        ),
        case("anna", "hold/adoption", with_anna(anna()).having(unclaimed()), up_to_date()),
        case("anna", "hold/rehire", with_anna(anna()).having(account(7).of("anna").inactive()), up_to_date()),
    ]
}

/// Bob left; his inactive account has this address.
fn kept_by_bob(address: &str) -> World {
    let bob = account(8).of("bob").email(address).inactive();
    with_anna(anna()).with(person("bob").former()).having(bob)
}

fn holds_of_places() -> Vec<Case> {
    let routed = |company: &str, anna: Person| {
        world().company(company, &["alleo_filter"]).routes(&[("north", HOME)]).with(anna)
    };
    let at = |route| routed("acme", anna().field("alleo_filter", Some(route)));
    let onboard = || ("onboard", at("north"));
    let elsewhere = account(7).of("anna").living_in(TargetCompanyId::new(11));
    let tables = at("north").routes(&[("north", HOME), ("south", TargetCompanyId::new(11))]);
    vec![
        case("anna", "hold/route_unknown", at("North"), onboard()),
        case("anna", "hold/route_missing", at(" "), onboard()),
        case("anna", "hold/route_unreadable", at("no\u{0}rth"), onboard()),
        case("anna", "hold/route_field_missing", routed("beta", anna()), onboard()),
        case(
            "anna",
            "hold/route_conflict",
            routed("acme", anna().field("alleo_filter", Some("north")).field("yourcampus_filter", Some("x"))),
            onboard(),
        ),
        case(
            "anna",
            "hold/move_company",
            tables.clone().having(elsewhere),
            ("nothing/up_to_date", tables.having(account(7).of("anna"))),
        ),
    ]
}

fn holds_of_refusals() -> Vec<Case> {
    let refused = |world: World, runs| world.refused("anna", runs, "2026-06-15T09:00:00Z");
    vec![
        case(
            "anna",
            "hold/set_aside",
            refused(with_anna(anna()), 3),
            ("onboard", refused(with_anna(anna()), 2)),
        ),
        case("anna", "hold/leaver_set_aside", refused(left(), 3), ("offboard", refused(left(), 2))),
    ]
}

fn others() -> Vec<Case> {
    let onboard = || ("onboard", with_anna(anna()));
    let no_access = || access(&[("alleo_access", Some("nee"))]);
    let typed = |employee_type| with_anna(anna().of_type(employee_type));
    vec![
        case(
            "anna",
            "skip/access_no",
            no_access(),
            ("hold/access_withdrawn", no_access().having(account(7).of("anna"))),
        ),
        case("anna", "skip/other_type", typed(Some(EmployeeType::External)), onboard()),
        case(
            "anna",
            "hold/other_type_active",
            typed(Some(EmployeeType::External)).having(account(7).of("anna")),
            ("skip/other_type", typed(Some(EmployeeType::External)).having(account(7).of("anna").inactive())),
        ),
        case("anna", "skip/other_type", typed(Some(EmployeeType::Other("intern".to_owned()))), onboard()),
        case("anna", "skip/no_type", typed(None), onboard()),
        case(
            "anna",
            "skip/protected",
            with_anna(anna()).policy(|policy| policy.with_protected(["ANNA@acme.example"])),
            onboard(),
        ),
        case(
            "anna",
            "nothing/up_to_date",
            world().synced("anna", 7),
            ("update", with_anna(anna().first(Some("Anne"))).having(account(7).of("anna"))),
        ),
        case("anna", "nothing/left_without_account", with_anna(anna().former()), ("offboard", left())),
        case(
            "anna",
            "nothing/already_inactive",
            with_anna(anna().former()).having(account(7).of("anna").inactive()),
            ("offboard", left()),
        ),
        case(
            "anna",
            "planned/onboard",
            with_anna(anna().employed("2026-06-16", None)),
            ("onboard", with_anna(anna().employed("2026-06-15", None))),
        ),
        case(
            "anna",
            "planned/begin",
            with_anna(anna().employed("2026-06-16", None)).having(account(7).of("anna")),
            ("nothing/up_to_date", with_anna(anna()).having(account(7).of("anna"))),
        ),
        case(
            "anna",
            "planned/offboard",
            left_as(anna().former().employed("2020-01-01", Some("2026-06-15"))),
            ("offboard", left_as(anna().former().employed("2020-01-01", Some("2026-06-14")))),
        ),
    ]
}

fn cases() -> Vec<Case> {
    let holds =
        [holds_of_people(), holds_of_access(), holds_of_accounts(), holds_of_places(), holds_of_refusals()];
    holds.into_iter().flatten().chain(others()).collect()
}

#[test]
fn each_reason_comes_from_its_world_and_not_from_the_nearest_other() {
    for Case { who, code, in_world, neighbour: (other, nearest) } in cases() {
        assert_eq!(decision_of(&in_world, who), code);
        assert_eq!(decision_of(&nearest, who), other, "the neighbour of {code}");
    }
}

/// A reason without a case here turns this red.
#[test]
fn every_reason_is_produced_by_some_world() {
    let produced: BTreeSet<String> = cases().iter().map(|case| case.code.to_owned()).collect();
    let holds = HoldReason::ALL.iter().map(|reason| format!("hold/{}", reason.code()));
    let skips = SkipReason::ALL.iter().map(|reason| format!("skip/{}", reason.code()));
    let nothings = NothingReason::ALL.iter().map(|reason| format!("nothing/{}", reason.code()));
    let planned = ["planned/onboard", "planned/begin", "planned/offboard"].map(str::to_owned);
    let all: BTreeSet<String> = holds.chain(skips).chain(nothings).chain(planned).collect();
    assert_eq!(produced, all);
}

/// Names of the variants of a public enum, read from its source, because outside its crate nobody can
/// list a `non_exhaustive` one.
fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let body = source.split(&format!("pub enum {name} {{\n")).nth(1).expect("the enum is in this file");
    let body = body.split("\n}\n").next().expect("and ends");
    let is_variant =
        |line: &&str| line.starts_with("    ") && line[4..].starts_with(|c: char| c.is_ascii_uppercase());
    body.lines().filter(is_variant).map(|line| snake(line.trim().trim_end_matches([' ', '{', ',']))).collect()
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[test]
fn every_brake_is_pulled_by_some_world() {
    let empty = world().company("beta", &[]).link_at("gone", 9, "beta").having(account(9).of("gone"));
    let worlds = [
        empty,
        world().remembers("beta", &[]),
        world().remembers("acme", &["alleo_access"]),
        world().with(anna().former()).having(account(7).of("anna")),
        world().without_memory(),
        world().with(anna()).policy(|policy| {
            let mut limits = policy.limits;
            limits.euro = Some(Euro::from_cents(1));
            policy.with_onboarding_budget(Euro::from_cents(2)).with_limits(limits)
        }),
        giving()
            .crowd(12)
            .with(anna().former())
            .having(account(7).of("anna"))
            .granted([row("anna", 7, "oneoff all", "100")])
            .policy(|mut policy| {
                policy.limits.euro_cancelled = Some(Euro::from_cents(1));
                policy
            }),
    ];
    let pulled: BTreeSet<String> = worlds
        .iter()
        .flat_map(brakes_of)
        .map(|brake| brake.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(pulled, variants(include_str!("../../sync-core/src/guard.rs"), "Brake"));
}

#[test]
fn every_finding_is_made_by_some_world_and_by_no_plain_one() {
    let worlds = [
        world().with(anna().unreadable()),
        world().unreadable_account(8),
        world().company("acme", &["Alleo-Access"]),
        world().having(account(9).of("gone")),
        world().with(anna().born(Some("1900-01-01"))),
        world().with(anna().contract("2020-01-01", Some("2026-03-31"))),
        giving().company("acme", &["alleo_oneoff_sport_budget"]),
    ];
    let findings = |world: &World| serde_json::to_value(&world.plan().document().findings).unwrap();
    // A company is left out while it is read, before there is a world to plan for.
    let of_another =
        world().with(anna()).debtor("acme", "north").company("beta", &[]).debtor("beta", "south");
    let of_another = of_another.policy(|policy| policy.with_debtors([DebtorId::new("north")]));
    let left_out = serde_json::to_value(&Stage::of(of_another).dry_run().unwrap().plan.document().findings);
    let made: BTreeSet<String> = worlds
        .iter()
        .map(&findings)
        .chain(left_out)
        .flat_map(|findings| findings.as_array().cloned().unwrap_or_default())
        .map(|finding| finding["finding"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(made, variants(include_str!("../../sync-core/src/finding.rs"), "Finding"));
    let plain = world()
        .synced("anna", 7)
        .company("acme", &["alleo_budget"])
        .with(anna_again("anna-2").born(Some("1901-01-01")).email("x@acme.example"));
    assert_eq!(findings(&plain), serde_json::json!([]));
}

#[test]
fn every_kind_of_planned_day_is_known_here() {
    let known = ["onboard", "begin", "offboard"].map(str::to_owned).into();
    assert_eq!(variants(include_str!("../../sync-core/src/decision/mod.rs"), "Planned"), known);
}

#[test]
fn every_reason_says_which_rule_and_what_is_the_case() {
    let advice = HoldReason::ALL.iter().map(|reason| reason.advice());
    for advice in advice.clone().chain(SkipReason::ALL.iter().map(|reason| reason.advice())) {
        assert!(!advice.rule.is_empty() && !advice.what.is_empty());
    }
    assert!(advice.into_iter().all(|advice| !advice.then.is_empty()), "a hold tells what a person can do");
}

#[test]
fn a_person_who_is_held_holds_nobody_else() {
    let world = world().with(anna().without_email()).with(person("bob"));
    check(&world, "anna", "hold/missing_email");
    check(&world, "bob", "onboard");
}

//! In which company of the target somebody's account lives (U-6), and that nobody is moved by themselves.

use serde_json::json;
use sync_core::TargetCompanyId;

use crate::world::{HOME, Person, World, account, check, entry_of, person, world};

const NORTH: TargetCompanyId = TargetCompanyId::new(20);
const FILTER: &str = "alleo_filter";

/// `acme` and `beta` have the filter field; two values lead to two companies.
fn routed() -> World {
    let world = world().company("acme", &[FILTER]).company("beta", &[FILTER]);
    let mut world = world.remembers("acme", &[FILTER]).routes(&[("Noord", NORTH), ("Zuid", HOME)]);
    world.policy.limits = world.clone().unlimited().policy.limits;
    world
}

fn anna(route: &str) -> Person {
    person("anna").field(FILTER, Some(route))
}

/// A second record of the same person.
fn again(route: Option<&str>) -> Person {
    person("anna-2").email("anna@acme.example").last(Some("Last anna")).at("beta").field(FILTER, route)
}

#[test]
fn u6_the_value_of_the_filter_field_gives_the_company_of_a_new_account() {
    for (route, company) in [("Noord", NORTH), (" Zuid ", HOME)] {
        let world = routed().with(anna(route));
        check(&world, "anna", "onboard");
        let decision = serde_json::to_value(&entry_of(&world.plan(), "anna").decision).unwrap();
        assert_eq!(decision["company"], json!(company.get()));
    }
}

#[test]
fn u6_values_compare_in_unicode_form_c_and_with_their_case() {
    let routes = |world: World| world.routes(&[("Zo\u{eb}", NORTH)]);
    check(&routes(routed()).with(anna("Zoe\u{308}")), "anna", "onboard");
    check(&routes(routed()).with(anna("zo\u{eb}")), "anna", "hold/route_unknown");
}

#[test]
fn u6_there_is_no_default_company() {
    check(&routed().with(anna("Oost")), "anna", "hold/route_unknown");
    for empty in [None, Some(""), Some("  ")] {
        check(&routed().with(person("anna").field(FILTER, empty)), "anna", "hold/route_missing");
    }
    check(&routed().with(person("anna")), "anna", "hold/route_missing");
    check(&routed().with(anna("Noord").at("gamma")), "anna", "onboard");
    check(&routed().with(person("anna").at("gamma")), "anna", "hold/route_field_missing");
    check(&routed().with(anna("No\u{7}ord")), "anna", "hold/route_unreadable");
}

#[test]
fn u6_an_unrouted_person_holds_nobody_else() {
    let world = routed().with(anna("Oost")).with(person("bob").field(FILTER, Some("Noord")));
    check(&world, "bob", "onboard");
}

#[test]
fn u25_filter_fields_of_both_brands_must_agree() {
    let both = |then| anna("Noord").field("yourcampus_filter", Some(then));
    check(&routed().with(both("Noord ")), "anna", "onboard");
    check(&routed().with(both("Zuid")), "anna", "hold/route_conflict");
    // Two values are two answers, even where the table sends both to one company.
    let same = routed().routes(&[("Noord", NORTH), ("Zuid", NORTH)]);
    check(&same.with(both("Zuid")), "anna", "hold/route_conflict");
}

#[test]
fn u6_all_records_in_service_must_say_the_same() {
    let with = |second: Person| routed().with(anna("Noord")).with(second);
    check(&with(again(Some("Noord"))), "anna", "onboard");
    check(&with(again(Some("Zuid"))), "anna", "hold/route_conflict");
    check(&with(again(None)), "anna", "hold/route_missing");
    check(&with(again(Some("Zuid")).former()), "anna", "onboard");
}

#[test]
fn u6_an_account_in_another_company_is_not_moved_and_no_move_is_proposed() {
    let living_in = |company| routed().with(anna("Noord")).having(account(7).of("anna").living_in(company));
    check(&living_in(NORTH), "anna", "nothing/up_to_date");
    for world in [
        living_in(HOME),
        routed().with(anna("Noord").first(Some("Anne"))).having(account(7).of("anna")),
        routed().with(anna("Noord")).having(account(7).of("anna").inactive()),
        routed().with(anna("Noord")).having(account(7).of("anna").carrying(None)),
    ] {
        check(&world, "anna", "hold/move_company");
        let decision = serde_json::to_value(&entry_of(&world.plan(), "anna").decision).unwrap();
        assert_eq!((&decision["accounts"], &decision["proposal"]), (&json!([7]), &json!(null)));
    }
}

#[test]
fn r17_a_person_who_comes_back_to_another_company_of_the_target_is_held_and_not_created_there() {
    let back = anna("Noord").employed("2015-01-01", Some("2019-12-31")).and_employed("2026-06-01", None);
    let world = routed().with(back).having(account(7).of("anna").inactive());
    check(&world, "anna", "hold/move_company");
}

#[test]
fn u6_a_leaver_leaves_whatever_the_route_says() {
    for route in [None, Some("Noord"), Some("Oost")] {
        let left = person("anna").former().field(FILTER, route);
        let world = routed().with(left).having(account(7).of("anna").living_in(HOME));
        check(&world, "anna", "offboard");
    }
    let unroutable = person("anna").former().at("gamma");
    check(&routed().with(unroutable).having(account(7).of("anna").living_in(NORTH)), "anna", "offboard");
}

#[test]
fn u6_who_takes_no_part_needs_no_route() {
    let world = routed().company("acme", &[FILTER, "alleo_access"]);
    let no = |route| person("anna").field("alleo_access", Some("no")).field(FILTER, route);
    check(&world.clone().with(no(Some("Oost"))), "anna", "skip/access_no");
    let active = world.with(no(None)).having(account(7).of("anna"));
    check(&active, "anna", "hold/access_withdrawn");
}

#[test]
fn u6_a_future_starter_without_a_route_is_told_of_at_once() {
    let ahead = |route| person("anna").employed("2026-09-01", None).field(FILTER, route);
    check(&routed().with(ahead(Some("Noord"))), "anna", "planned/onboard");
    check(&routed().with(ahead(None)), "anna", "hold/route_missing");
}

#[test]
fn u6_a_later_value_does_not_count_before_its_day() {
    let says = |start: &str| {
        person("anna").field_from(FILTER, "Zuid", "2026-01-01").field_from(FILTER, "Noord", start)
    };
    let company = |world: &World| {
        serde_json::to_value(&entry_of(&world.plan(), "anna").decision).unwrap()["company"].clone()
    };
    assert_eq!(company(&routed().with(says("2026-06-16"))), json!(HOME.get()));
    assert_eq!(company(&routed().with(says("2026-06-15"))), json!(NORTH.get()));
}

#[test]
fn u6_with_one_company_a_filled_filter_is_a_question_of_leavers_too() {
    let one = || world().crowd(12).company("acme", &[FILTER]).having(account(7).of("anna"));
    check(&one().with(anna("Noord")), "anna", "hold/no_route");
    check(&one().with(anna("Noord").former()), "anna", "hold/no_route");
    check(&one().with(person("anna").former().field(FILTER, Some(" "))), "anna", "offboard");
}

#[test]
fn r14_accounts_with_one_address_in_two_companies_are_two_candidates() {
    let by_address = |number, company| account(number).of("anna").carrying(None).living_in(company);
    let world = routed().with(anna("Noord")).having(by_address(7, HOME)).having(by_address(8, NORTH));
    check(&world, "anna", "hold/several_candidates");
    let decision = serde_json::to_value(&entry_of(&world.plan(), "anna").decision).unwrap();
    assert_eq!(decision["accounts"], json!([7, 8]));
}

#[test]
fn u12_an_address_taken_in_another_company_is_taken() {
    let holder = account(8).of("bob").email("anna@acme.example").living_in(HOME);
    let bob = person("bob").former().field(FILTER, Some("Zuid"));
    let world = routed().with(anna("Noord")).with(bob).having(holder.inactive());
    check(&world, "anna", "hold/address_taken");
}

#[test]
fn r18_adoption_is_proposed_only_in_the_company_of_the_route() {
    let unclaimed = |company| account(7).of("anna").carrying(None).living_in(company);
    check(&routed().with(anna("Noord")).having(unclaimed(NORTH)), "anna", "hold/adoption");
    check(&routed().with(anna("Noord")).having(unclaimed(HOME)), "anna", "hold/move_company");
}

//! One-offs and fields: O1 to O5, X1 of the reference's table, categories (U-9), brands (U-25), maximum (U-24).

use sync_core::CompanyId;
use sync_core::finding::Finding;
use sync_core::policy::{ChangedOneoff, RefilledOneoff};

use crate::money::{all_told, anna, check_budget, euro, giving, note_of, row};
use crate::world::{World, account, check_brakes, person};

const ALL: &str = "oneoff all";

/// Anna's field holds this, and she was given 100 euro once.
fn given(field: Option<&str>) -> World {
    let fields: Vec<_> = field.map(|field| (ALL, field)).into_iter().collect();
    anna(&fields).granted([row("anna", 7, ALL, "100")])
}

fn changed(meaning: ChangedOneoff) -> impl Fn(World) -> World {
    move |world| world.budgets(|budgets| budgets.with_changed_oneoff(meaning))
}

#[test]
fn o1_a_one_off_that_was_never_given_is_given_once() {
    check_budget(&anna(&[(ALL, "100")]), "anna", ALL, "O1", "give/oneoff_first: grant 100.00 #1");
    check_budget(&anna(&[(ALL, "0")]), "anna", ALL, "O1", "nothing/oneoff_none");
    let two = anna(&[(ALL, "100"), ("oneoff health", "20")]);
    let both = [
        "oneoff all: give/oneoff_first: grant 100.00 #1",
        "oneoff health: give/oneoff_first: grant 20.00 #1",
    ];
    assert_eq!(all_told(&two, "anna"), both);
}

#[test]
fn o2_a_one_off_that_was_given_is_not_given_again_at_any_later_run() {
    for now in ["2026-06-15T10:00:00Z", "2026-07-01T00:00:00Z", "2031-01-01T12:00:00Z"] {
        check_budget(&given(Some("100")).now(now), "anna", ALL, "O2", "nothing/oneoff_same");
    }
    let plan = given(Some("100")).plan();
    assert_eq!(note_of(&plan, "anna", ALL).unwrap().was, Some(euro("100")));
}

#[test]
fn o3_another_amount_is_a_question_unless_the_policy_says_what_it_means() {
    for field in ["150", "50"] {
        check_budget(&given(Some(field)), "anna", ALL, "O3", "hold/oneoff_changed");
    }
    let further = changed(ChangedOneoff::Further);
    check_budget(&further(given(Some("150"))), "anna", ALL, "O3", "hold/oneoff_changed: grant 150.00 #2");
    check_budget(&further(given(Some("50"))), "anna", ALL, "O3", "hold/oneoff_changed: grant 50.00 #2");
    let difference = changed(ChangedOneoff::Difference);
    check_budget(&difference(given(Some("150"))), "anna", ALL, "O3", "hold/oneoff_changed: grant 50.00 #2");
    // Never a claw-back.
    check_budget(&difference(given(Some("50"))), "anna", ALL, "O3", "hold/oneoff_changed");
}

#[test]
fn o3_comes_to_rest_once_it_was_given() {
    let twice = |amount| given(Some("150")).granted([row("anna", 7, ALL, amount).occasion(2)]);
    check_budget(&changed(ChangedOneoff::Further)(twice("150")), "anna", ALL, "O2", "nothing/oneoff_same");
    for meaning in [ChangedOneoff::Difference, ChangedOneoff::Ask, ChangedOneoff::Further] {
        check_budget(&changed(meaning)(twice("50")), "anna", ALL, "O2", "nothing/oneoff_same");
    }
    let back = given(Some("100")).granted([row("anna", 7, ALL, "150").occasion(2)]);
    check_budget(&back, "anna", ALL, "O3", "hold/oneoff_changed");
}

#[test]
fn o4_an_emptied_field_takes_nothing_back() {
    check_budget(&given(None), "anna", ALL, "O4", "nothing/oneoff_emptied");
    check_budget(&given(Some("0")), "anna", ALL, "O4", "nothing/oneoff_emptied");
}

#[test]
fn o5_an_emptied_field_is_not_armed_again() {
    let refilled = |field| anna(&[(ALL, field)]).granted([row("anna", 7, ALL, "100").emptied()]);
    check_budget(&refilled("100"), "anna", ALL, "O5", "hold/oneoff_refilled");
    let further = refilled("100").budgets(|budgets| budgets.with_refilled_oneoff(RefilledOneoff::Further));
    check_budget(&further, "anna", ALL, "O5", "hold/oneoff_refilled: grant 100.00 #2");
    check_budget(&refilled("0"), "anna", ALL, "O4", "nothing/oneoff_emptied");
    check_budget(&refilled("120"), "anna", ALL, "O3", "hold/oneoff_changed");
    // The difference is to what was given since it was empty last.
    let next_year = refilled("150").granted([row("anna", 7, ALL, "120").occasion(2)]);
    let next_year = changed(ChangedOneoff::Difference)(next_year);
    check_budget(&next_year, "anna", ALL, "O3", "hold/oneoff_changed: grant 30.00 #3");
}

#[test]
fn x1_what_is_no_amount_is_refused() {
    for field in ["x", "-5", "12,345", "1.000"] {
        for of in ["monthly all", ALL] {
            check_budget(&anna(&[(of, field)]), "anna", of, "X1", "hold/unreadable");
        }
    }
    check_budget(&given(Some("x")), "anna", ALL, "X1", "hold/unreadable");
}

#[test]
fn u24_more_than_the_policy_allows_is_refused() {
    check_budget(&anna(&[(ALL, "1000")]), "anna", ALL, "O1", "give/oneoff_first: grant 1000.00 #1");
    check_budget(&anna(&[(ALL, "1000.01")]), "anna", ALL, "U-24", "hold/over_maximum");
    check_budget(&anna(&[("monthly all", "100.01")]), "anna", "monthly all", "U-24", "hold/over_maximum");
    check_budget(&given(Some("1001")), "anna", ALL, "U-24", "hold/over_maximum");
}

#[test]
fn u9_a_category_that_the_policy_does_not_list_is_told_and_never_granted() {
    let world = anna(&[("oneoff sport", "20"), (ALL, "5")]).company(
        "acme",
        &["alleo_oneoff_sport_budget", "yourcampus_monthly_two words_budget", "alleo_oneoff_all_budget"],
    );
    check_budget(&world, "anna", "oneoff sport", "U-9", "hold/unlisted_category");
    check_budget(&world, "anna", ALL, "O1", "give/oneoff_first: grant 5.00 #1");
    let unlisted = |world: &World| -> Vec<String> {
        let plan = world.plan();
        let told = plan.document().findings.iter().filter_map(|finding| match finding {
            Finding::UnlistedCategory { company, field } if *company == CompanyId::new("acme") => {
                Some(field.clone())
            }
            _ => None,
        });
        told.collect()
    };
    assert_eq!(unlisted(&world), ["alleo_oneoff_sport_budget", "yourcampus_monthly_two words_budget"]);
    // Whoever gives no budgets is told nothing of them.
    let mut without = world;
    without.policy.budgets = None;
    assert!(unlisted(&without).is_empty());
}

#[test]
fn u9_no_desk_and_no_baseline_is_needed_to_know_that_a_category_is_not_listed() {
    let mut world = anna(&[("oneoff sport", "20")]).desk(sync_core::ledger::DeskStanding::NotAsked);
    world.ledger.money.vouched.clear();
    check_budget(&world, "anna", "oneoff sport", "U-9", "hold/unlisted_category");
}

#[test]
fn u25_budget_fields_of_both_brands_count_once_or_not_at_all() {
    let both = |old, new| {
        giving()
            .with(person("anna").field("yourcampus_oneoff_all_budget", Some(old)).budget(ALL, new))
            .having(account(7).of("anna"))
            .link("anna", 7)
            .vouched("anna")
    };
    check_budget(&both("100", "100,0"), "anna", ALL, "O1", "give/oneoff_first: grant 100.00 #1");
    check_budget(&both("100", ""), "anna", ALL, "O1", "give/oneoff_first: grant 100.00 #1");
    check_budget(&both("100", "50"), "anna", ALL, "U-25", "hold/disagrees");
    check_budget(&both("100", "0"), "anna", ALL, "U-25", "hold/disagrees");
}

#[test]
fn u25_two_records_in_service_must_agree_and_are_never_added_up() {
    let two = |one: &str, other: &str| {
        giving()
            .with(person("anna").budget(ALL, one))
            .with(
                person("anna-2")
                    .at("beta")
                    .email("anna@acme.example")
                    .last(Some("Last anna"))
                    .budget(ALL, other),
            )
            .having(account(7).of("anna"))
            .link("anna", 7)
            .vouched("anna")
    };
    check_budget(&two("100", "100"), "anna", ALL, "O1", "give/oneoff_first: grant 100.00 #1");
    check_budget(&two("100", ""), "anna", ALL, "O1", "give/oneoff_first: grant 100.00 #1");
    check_budget(&two("100", "50"), "anna", ALL, "U-25", "hold/disagrees");
    check_budget(&two("100", "x"), "anna", ALL, "X1", "hold/unreadable");
}

#[test]
fn u25_of_somebody_who_left_one_of_two_jobs_only_the_other_counts() {
    let world = giving()
        .with(person("anna").budget(ALL, "100").former())
        .with(
            person("anna-2").at("beta").email("anna@acme.example").last(Some("Last anna")).budget(ALL, "50"),
        )
        .having(account(7).of("anna"))
        .link("anna", 7)
        .vouched("anna");
    check_budget(&world, "anna", ALL, "O1", "give/oneoff_first: grant 50.00 #1");
}

#[test]
fn r26_a_budget_field_that_was_there_and_is_gone_brakes_listed_or_not() {
    for field in ["alleo_oneoff_all_budget", "yourcampus_monthly_sport_budget"] {
        let world = anna(&[]).remembers("acme", &[field]);
        check_brakes(&world, &[&format!("field_gone acme {field}")]);
        check_brakes(&world.company("acme", &[field]), &[]);
    }
}

#[test]
fn a_policy_without_budgets_says_nothing_of_money() {
    let mut world = anna(&[(ALL, "100")]).granted([row("anna", 7, "monthly all", "50")]);
    world.policy.budgets = None;
    let plan = world.plan();
    let text = String::from_utf8(plan.canonical_bytes()).unwrap();
    assert!(!text.contains("budgets") && !text.contains("money") && !text.contains("100.00"));
}

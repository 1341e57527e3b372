//! Monthly budgets: M1 to M6 of the reference's table, and when a change takes effect (U-23).

use sync_core::budget::GrantState;
use sync_core::policy::OnboardingGift;

use crate::money::{all_told, anna, check_budget, euro, giving, note_of, row};
use crate::world::{World, account, entry_of, person};

const ALL: &str = "monthly all";
const HEALTH: &str = "monthly health";

/// Anna's field of the category `all` holds this, and that budget runs with 50 euro.
fn running(field: Option<&str>) -> World {
    let fields: Vec<_> = field.map(|field| (ALL, field)).into_iter().collect();
    anna(&fields).granted([row("anna", 7, ALL, "50")])
}

#[test]
fn m1_a_first_monthly_budget_is_given_at_once() {
    check_budget(&anna(&[(ALL, "50")]), "anna", ALL, "M1", "give/monthly_first: grant 50.00 #1");
    let plan = anna(&[(ALL, "50")]).plan();
    assert_eq!(note_of(&plan, "anna", ALL).unwrap().was, None);
}

#[test]
fn m1_a_zero_where_nothing_runs_is_as_it_should_be() {
    check_budget(&anna(&[(ALL, "0")]), "anna", ALL, "M4", "nothing/monthly_none");
}

#[test]
fn m1_comes_with_the_account_brought_up_to_date() {
    let world = giving()
        .with(person("anna").first(Some("Another")).budget(ALL, "50"))
        .having(account(7).of("anna"))
        .link("anna", 7)
        .vouched("anna");
    check_budget(&world, "anna", ALL, "M1", "give/monthly_first: grant 50.00 #1");
}

#[test]
fn m1_a_budget_that_was_ended_and_is_named_again_is_no_first_grant() {
    let ended = |on: &str| {
        anna(&[(ALL, "50")])
            .granted([row("anna", 7, ALL, "50"), row("anna", 7, ALL, "50").occasion(2).stopping(on)])
    };
    let again = "hold/monthly_again: grant 50.00 #3 from 2026-07-01";
    check_budget(&ended("2026-04-01"), "anna", ALL, "M1", again);
    // Not before the end takes effect, even if that is later.
    check_budget(&ended("2026-07-01"), "anna", ALL, "M1", again);
    check_budget(
        &ended("2026-08-01"),
        "anna",
        ALL,
        "M1",
        "hold/monthly_again: grant 50.00 #3 from 2026-08-01",
    );
}

#[test]
fn m2_the_same_amount_changes_nothing() {
    check_budget(&running(Some("50")), "anna", ALL, "M2", "nothing/monthly_same");
    check_budget(&running(Some("50,00")), "anna", ALL, "M2", "nothing/monthly_same");
    let replaced =
        running(Some("75")).granted([row("anna", 7, ALL, "75").occasion(2).replacing("2026-05-01")]);
    check_budget(&replaced, "anna", ALL, "M2", "nothing/monthly_same");
    let plan = replaced.plan();
    assert_eq!(note_of(&plan, "anna", ALL).unwrap().was, Some(euro("75")));
}

#[test]
fn m3_another_amount_replaces_from_the_next_first_and_only_when_approved() {
    let replaced = "hold/monthly_changed: replace 75.00 #2 from 2026-07-01";
    check_budget(&running(Some("75")), "anna", ALL, "M3", replaced);
    let less = "hold/monthly_changed: replace 20.00 #2 from 2026-07-01";
    check_budget(&running(Some("20")), "anna", ALL, "M3", less);
}

#[test]
fn u23_a_change_takes_effect_on_a_first_that_is_still_to_come_in_amsterdam() {
    for (now, from) in [
        ("2026-06-30T21:59:59Z", "2026-07-01"),
        ("2026-06-30T22:00:00Z", "2026-08-01"),
        ("2026-12-31T22:59:59Z", "2027-01-01"),
        ("2026-12-31T23:00:00Z", "2027-02-01"),
    ] {
        let expected = format!("hold/monthly_changed: replace 75.00 #2 from {from}");
        check_budget(&running(Some("75")).now(now), "anna", ALL, "M3", &expected);
    }
}

#[test]
fn m4_a_zero_ends_it_from_the_next_first_when_approved() {
    check_budget(
        &running(Some("0")),
        "anna",
        ALL,
        "M4",
        "hold/monthly_stopped: stop 0.00 #2 from 2026-07-01",
    );
    let ended = running(Some("0")).granted([row("anna", 7, ALL, "0").occasion(2).stopping("2026-07-01")]);
    check_budget(&ended, "anna", ALL, "M4", "nothing/monthly_none");
}

#[test]
fn m5_an_empty_field_ends_nothing() {
    check_budget(&running(None), "anna", ALL, "M5", "hold/monthly_emptied");
    let blank = giving()
        .with(person("anna").field("alleo_monthly_all_budget", Some(" ")))
        .having(account(7).of("anna"))
        .link("anna", 7)
        .vouched("anna")
        .granted([row("anna", 7, ALL, "50")]);
    check_budget(&blank, "anna", ALL, "M5", "hold/monthly_emptied");
}

#[test]
fn m5_a_field_that_cannot_be_read_ends_nothing() {
    check_budget(&running(Some("vijftig")), "anna", ALL, "X1", "hold/unreadable");
}

#[test]
fn m5_a_budget_whose_category_is_no_longer_listed_runs_on_and_is_told() {
    let unlisted = |field| {
        running(field).budgets(|mut budgets| {
            budgets.categories.retain(|category| category.as_str() == "health");
            budgets
        })
    };
    check_budget(&unlisted(None), "anna", ALL, "M5", "hold/monthly_emptied");
    check_budget(&unlisted(Some("50")), "anna", ALL, "U-9", "hold/unlisted_category");
}

#[test]
fn m6_two_filled_fields_are_both_refused() {
    let both = anna(&[(ALL, "50"), (HEALTH, "20")]);
    check_budget(&both, "anna", ALL, "M6", "hold/second_monthly");
    check_budget(&both, "anna", HEALTH, "M6", "hold/second_monthly");
    // A zero fills nothing, and an unlisted category gives nothing.
    let zero = anna(&[(ALL, "50"), (HEALTH, "0"), ("monthly sport", "10")]);
    check_budget(&zero, "anna", ALL, "M1", "give/monthly_first: grant 50.00 #1");
    // What cannot be read may be a second one.
    check_budget(&anna(&[(ALL, "50"), (HEALTH, "x")]), "anna", ALL, "M6", "hold/second_monthly");
    // One-offs may be several.
    let oneoff = anna(&[(ALL, "50"), ("oneoff all", "20"), ("oneoff health", "20")]);
    check_budget(&oneoff, "anna", ALL, "M1", "give/monthly_first: grant 50.00 #1");
}

#[test]
fn m6_a_second_category_waits_until_the_first_has_ended() {
    let runs = running(None).granted([]);
    let runs = World { records: anna(&[(HEALTH, "20")]).records, ..runs };
    check_budget(&runs, "anna", HEALTH, "M6", "hold/second_monthly");
    check_budget(&runs, "anna", ALL, "M5", "hold/monthly_emptied");
    let ended = |on| runs.clone().granted([row("anna", 7, ALL, "0").occasion(2).stopping(on)]);
    check_budget(&ended("2026-07-01"), "anna", HEALTH, "M6", "hold/second_monthly");
    check_budget(&ended("2026-06-16"), "anna", HEALTH, "M6", "hold/second_monthly");
    check_budget(&ended("2026-06-15"), "anna", HEALTH, "M1", "give/monthly_first: grant 20.00 #1");
}

#[test]
fn m6_an_unsettled_budget_of_another_category_may_run_too() {
    for state in GrantState::ALL {
        let world = anna(&[(HEALTH, "20")]).granted([row("anna", 7, ALL, "50").is(state)]);
        let expected = match state {
            GrantState::Refused | GrantState::NotDone => ("M1", "give/monthly_first: grant 20.00 #1"),
            _ => ("M6", "hold/second_monthly"),
        };
        check_budget(&world, "anna", HEALTH, expected.0, expected.1);
    }
}

#[test]
fn m6_of_a_switch_only_the_end_can_be_approved_first() {
    let switch = running(Some("0"));
    let switch = World { records: anna(&[(ALL, "0"), (HEALTH, "20")]).records, ..switch };
    check_budget(&switch, "anna", ALL, "M4", "hold/monthly_stopped: stop 0.00 #2 from 2026-07-01");
    check_budget(&switch, "anna", HEALTH, "M6", "hold/second_monthly");
    // While another field is filled, what runs is not changed either, but it goes on.
    let other = World { records: anna(&[(ALL, "60"), (HEALTH, "20")]).records, ..switch.clone() };
    check_budget(&other, "anna", ALL, "M6", "hold/second_monthly");
    let same = World { records: anna(&[(ALL, "50"), (HEALTH, "20")]).records, ..switch };
    check_budget(&same, "anna", ALL, "M2", "nothing/monthly_same");
    check_budget(&same, "anna", HEALTH, "M6", "hold/second_monthly");
}

#[test]
fn u15_where_onboarding_gives_a_monthly_budget_nobody_is_given_a_second_one() {
    let gift = |world: World, gift| {
        world.budgets(|mut budgets| {
            budgets.onboarding = gift;
            budgets
        })
    };
    let told = |world: World, gift_of| all_told(&gift(world, gift_of), "anna");
    let given =
        ["monthly all: give/monthly_first: grant 50.00 #1", "oneoff all: give/oneoff_first: grant 20.00 #1"];
    let anna = || anna(&[(ALL, "50"), ("oneoff all", "20")]);
    // Whoever made the account: a baseline that says "nothing" may not have thought of it.
    for world in [anna(), anna().onboarded("anna")] {
        assert_eq!(told(world.clone(), OnboardingGift::Nothing), given);
        assert_eq!(told(world.clone(), OnboardingGift::OneOff), given);
        assert_eq!(
            told(world, OnboardingGift::Monthly),
            ["monthly all: hold/onboarding_gave_monthly", given[1]]
        );
    }
    let imported = gift(anna().granted([row("anna", 7, ALL, "30")]), OnboardingGift::Monthly);
    check_budget(&imported, "anna", ALL, "M3", "hold/monthly_changed: replace 50.00 #2 from 2026-07-01");
}

#[test]
fn notes_come_by_kind_and_category_and_only_where_something_is_said() {
    let world = anna(&[("oneoff all", "1"), (HEALTH, "0"), (ALL, "5")]).granted([row(
        "anna",
        7,
        "oneoff health",
        "3",
    )]);
    let plan = world.plan();
    let notes: Vec<_> =
        entry_of(&plan, "anna").budgets.iter().map(|note| note.budget().to_string()).collect();
    assert_eq!(notes, ["monthly all", "monthly health", "oneoff all", "oneoff health"]);
    assert!(entry_of(&giving().employing("bob", 8, &[]).plan(), "bob").budgets.is_empty());
}

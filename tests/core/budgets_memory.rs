//! Money at most once (R11): who vouches, what the desk says, who is known by what, and what came of earlier grants.

use sync_core::budget::{Act, GrantId, GrantState, tombstones};
use sync_core::ledger::{DeskStanding, Link};
use sync_core::{AccountId, CompanyId, ExternalId};

use crate::money::{all_told, anna, budget, check_budget, euro, giving, note_of, row};
use crate::world::{HOME, World, account, check, customer, entry_of, id, key, person};

const MONTHLY: &str = "monthly all";
const ONEOFF: &str = "oneoff all";

fn wishing() -> World {
    anna(&[(MONTHLY, "50"), (ONEOFF, "100")])
}

/// Both of anna's budgets meet this, and no money moves for her or is proposed.
#[track_caller]
fn check_held(world: &World, rule: &str, reason: &str) {
    for of in [MONTHLY, ONEOFF] {
        check_budget(world, "anna", of, rule, &format!("hold/{reason}"));
    }
}

#[test]
fn r11_without_a_desk_or_with_one_that_knows_more_nothing_moves() {
    for (standing, reason) in [
        (DeskStanding::NotAsked, "no_desk"),
        (DeskStanding::Silent, "desk_silent"),
        (DeskStanding::Ahead, "ledger_older"),
        (DeskStanding::OfAnother, "ledger_foreign"),
    ] {
        check_held(&wishing().desk(standing), "R11", reason);
    }
}

#[test]
fn r11_without_a_baseline_nothing_moves() {
    let mut unvouched = wishing();
    unvouched.ledger.money.vouched.clear();
    check_held(&unvouched, "R11", "no_baseline");
    let mut without_epoch = wishing();
    without_epoch.ledger.money.epoch = None;
    check_held(&without_epoch, "R11", "no_baseline");
}

#[test]
fn r11_the_lost_ledger_gives_nothing() {
    let mut lost = wishing();
    lost.ledger = sync_core::ledger::LedgerView::default();
    check_held(&lost, "R11", "no_desk");
    check_held(&lost.desk(DeskStanding::OfAnother), "R11", "ledger_foreign");
    let mut asked = wishing();
    asked.ledger = sync_core::ledger::LedgerView::default();
    check_held(&asked.desk(DeskStanding::Agrees), "R11", "no_baseline");
}

#[test]
fn r11_an_adopted_account_waits_for_a_baseline_and_one_that_we_made_does_not() {
    let adopted =
        giving().with(person("anna").budget(ONEOFF, "100")).having(account(7).of("anna")).link("anna", 7);
    check_budget(&adopted, "anna", ONEOFF, "R11", "hold/no_baseline");
    check_budget(&adopted.onboarded("anna"), "anna", ONEOFF, "O1", "give/oneoff_first: grant 100.00 #1");
}

#[test]
fn r11_a_forgotten_person_who_comes_back_is_given_nothing() {
    let seven = AccountId::new(7);
    for tombstones in [tombstones(&key(), [&id("anna")], []), tombstones(&key(), [], [seven])] {
        let mut world = wishing();
        world.ledger.money.forgotten = tombstones;
        check_held(&world, "R11", "forgotten");
    }
    let mut other = wishing();
    other.ledger.money.forgotten = tombstones(&key(), [&id("bob")], [AccountId::new(8)]);
    check_budget(&other, "anna", ONEOFF, "O1", "give/oneoff_first: grant 100.00 #1");
}

#[test]
fn r11_a_grant_keeps_its_name_whatever_the_brand() {
    let of_brand = |brand: &str| {
        let world = giving()
            .with(person("anna").field(&format!("{brand}_oneoff_all_budget"), Some("100")))
            .having(account(7).of("anna"))
            .link("anna", 7)
            .vouched("anna");
        let plan = world.plan();
        entry_of(&plan, "anna").budgets.clone()
    };
    assert_eq!(of_brand("alleo"), of_brand("yourcampus"));
    let notes = of_brand("alleo");
    let occasion = sync_core::budget::Occasion::FIRST;
    let expected = GrantId::of(&customer(), &id("anna"), &budget(ONEOFF), occasion);
    assert_eq!(notes[0].grant().unwrap().id, expected);
}

#[test]
fn r12_an_unsettled_grant_is_told_and_nothing_new_comes_beside_it() {
    for (state, rule, told) in [
        (GrantState::Intended, "R12", "open/being_handed_over: intended"),
        (GrantState::HandedOver, "R11", "open/awaits_confirmation: handed_over"),
        (GrantState::Doubtful, "R11", "open/doubtful: doubtful"),
    ] {
        for field in ["100", "150", "0"] {
            let world = anna(&[(ONEOFF, field)]).granted([row("anna", 7, ONEOFF, "100").is(state)]);
            check_budget(&world, "anna", ONEOFF, rule, told);
            assert_eq!(world.plan().document().totals.money.as_ref().unwrap().open, 1);
        }
        let after = anna(&[(MONTHLY, "75")]).granted([
            row("anna", 7, MONTHLY, "50"),
            row("anna", 7, MONTHLY, "75").occasion(2).replacing("2026-07-01").is(state),
        ]);
        check_budget(&after, "anna", MONTHLY, rule, told);
    }
}

#[test]
fn r12_what_was_surely_not_done_comes_again_under_its_name() {
    let not_done =
        |field| anna(&[(ONEOFF, field)]).granted([row("anna", 7, ONEOFF, "100").is(GrantState::NotDone)]);
    check_budget(&not_done("100"), "anna", ONEOFF, "O1", "give/oneoff_first: grant 100.00 #1");
    let plan = not_done("100").plan();
    assert_eq!(
        note_of(&plan, "anna", ONEOFF).unwrap().grant().unwrap().id,
        row("anna", 7, ONEOFF, "100").0.id
    );
    check_budget(&not_done("150"), "anna", ONEOFF, "R11", "hold/amount_moved");
    check_budget(&not_done("0"), "anna", ONEOFF, "O1", "nothing/oneoff_none");
}

#[test]
fn r12_a_change_that_was_not_done_needs_its_approval_again() {
    let rows = [
        row("anna", 7, MONTHLY, "50"),
        row("anna", 7, MONTHLY, "75").occasion(2).replacing("2026-06-01").is(GrantState::NotDone),
    ];
    let world = |field| anna(&[(MONTHLY, field)]).granted(rows.clone());
    // By now from a later day.
    check_budget(
        &world("75"),
        "anna",
        MONTHLY,
        "M3",
        "hold/monthly_changed: replace 75.00 #2 from 2026-07-01",
    );
    check_budget(&world("60"), "anna", MONTHLY, "R11", "hold/amount_moved");
    check_budget(&world("0"), "anna", MONTHLY, "R11", "hold/amount_moved");
    check_budget(&world("50"), "anna", MONTHLY, "M2", "nothing/monthly_same");
}

#[test]
fn r11_what_was_not_done_on_another_account_is_no_first_grant_any_more() {
    let world = anna(&[(ONEOFF, "100")]).granted([row("anna", 70, ONEOFF, "100").is(GrantState::NotDone)]);
    check_budget(&world, "anna", ONEOFF, "R11", "hold/rejected: grant 100.00 #2");
}

#[test]
fn r11_what_was_refused_comes_again_only_when_approved() {
    let refused = |of, field, rows: Vec<crate::money::Row>| anna(&[(of, field)]).granted(rows);
    let first = || row("anna", 7, ONEOFF, "100").is(GrantState::Refused);
    check_budget(
        &refused(ONEOFF, "100", vec![first()]),
        "anna",
        ONEOFF,
        "R11",
        "hold/rejected: grant 100.00 #2",
    );
    check_budget(
        &refused(ONEOFF, "80", vec![first()]),
        "anna",
        ONEOFF,
        "R11",
        "hold/rejected: grant 80.00 #2",
    );
    check_budget(&refused(ONEOFF, "0", vec![first()]), "anna", ONEOFF, "O1", "nothing/oneoff_none");
    // Nor by itself when the approved repetition did not come about.
    let again = vec![first(), row("anna", 7, ONEOFF, "100").occasion(2).is(GrantState::NotDone)];
    check_budget(&refused(ONEOFF, "100", again), "anna", ONEOFF, "R11", "hold/rejected: grant 100.00 #2");
    let replacement = || {
        vec![
            row("anna", 7, MONTHLY, "50"),
            row("anna", 7, MONTHLY, "75").occasion(2).replacing("2026-06-01").is(GrantState::Refused),
        ]
    };
    check_budget(
        &refused(MONTHLY, "75", replacement()),
        "anna",
        MONTHLY,
        "R11",
        "hold/rejected: replace 75.00 #3 from 2026-07-01",
    );
    check_budget(&refused(MONTHLY, "50", replacement()), "anna", MONTHLY, "M2", "nothing/monthly_same");
}

#[test]
fn x2_whoever_is_not_there_yet_is_given_nothing_yet() {
    let world = giving().with(person("anna").budget(ONEOFF, "100"));
    check(&world, "anna", "onboard");
    check_budget(&world, "anna", ONEOFF, "X2", "later/not_onboarded");
    let ahead = giving().with(person("anna").employed("2026-09-01", None).budget(ONEOFF, "100"));
    check_budget(&ahead, "anna", ONEOFF, "X2", "later/not_onboarded");
    let begins = ahead.having(account(7).of("anna")).link("anna", 7).vouched("anna");
    check(&begins, "anna", "planned/begin");
    check_budget(&begins, "anna", ONEOFF, "X2", "later/not_onboarded");
}

#[test]
fn x2_whoever_is_held_or_leaves_is_given_nothing() {
    let held = wishing().with(person("bob").email("anna@acme.example"));
    check(&held, "anna", "hold/shared_address");
    check_held(&held, "X2", "person_held");
    let leaves = giving()
        .crowd(12)
        .with(person("anna").former())
        .having(account(7).of("anna"))
        .vouched("anna")
        .granted([row("anna", 7, ONEOFF, "100"), row("anna", 7, MONTHLY, "50").is(GrantState::Doubtful)]);
    check(&leaves, "anna", "offboard");
    check_budget(&leaves, "anna", ONEOFF, "X2", "nothing/not_taking_part");
    // What is open stays told.
    check_budget(&leaves, "anna", MONTHLY, "R11", "open/doubtful: doubtful");
}

#[test]
fn x2_an_account_found_only_by_its_address_or_in_another_company_is_given_nothing() {
    let by_address = giving()
        .with(person("anna").budget(ONEOFF, "100"))
        .having(account(7).of("anna").carrying(None))
        .vouched("anna");
    check(&by_address, "anna", "hold/adoption");
    check_budget(&by_address, "anna", ONEOFF, "X2", "hold/person_held");
    let elsewhere = sync_core::TargetCompanyId::new(11);
    let moved = giving()
        .routes(&[("north", HOME), ("south", elsewhere)])
        .company("acme", &["alleo_filter"])
        .with(person("anna").field("alleo_filter", Some("south")).budget(ONEOFF, "100"))
        .having(account(7).of("anna"))
        .link("anna", 7)
        .vouched("anna");
    check(&moved, "anna", "hold/move_company");
    check_budget(&moved, "anna", ONEOFF, "X2", "hold/person_held");
}

#[test]
fn x3_a_monthly_budget_of_somebody_who_came_back_can_be_approved_again() {
    let back = |field| anna(&[(MONTHLY, field)]).granted([row("anna", 7, MONTHLY, "50").interrupted()]);
    // Whatever may be left of it is ended with the same word.
    let resumed = "hold/returned: replace 50.00 #2 from 2026-07-01";
    check_budget(&back("50"), "anna", MONTHLY, "X3", resumed);
    check_budget(&back("80"), "anna", MONTHLY, "X3", "hold/returned: replace 80.00 #2 from 2026-07-01");
    check_budget(&back("0"), "anna", MONTHLY, "X3", "hold/returned: stop 0.00 #2 from 2026-07-01");
    let empty = anna(&[]).granted([row("anna", 7, MONTHLY, "50").interrupted()]);
    check_budget(&empty, "anna", MONTHLY, "X3", "hold/returned");
    // It may still run.
    let other = anna(&[("monthly health", "20")]).granted([row("anna", 7, MONTHLY, "50").interrupted()]);
    check_budget(&other, "anna", "monthly health", "M6", "hold/second_monthly");
    let settled = back("50").granted([row("anna", 7, MONTHLY, "50").occasion(2).replacing("2026-06-01")]);
    check_budget(&settled, "anna", MONTHLY, "M2", "nothing/monthly_same");
}

#[test]
fn x3_nobody_who_came_back_is_given_a_second_one_off() {
    for field in ["100", "150"] {
        let back = anna(&[(ONEOFF, field)]).granted([row("anna", 7, ONEOFF, "100").interrupted()]);
        check_budget(&back, "anna", ONEOFF, "X3", "hold/returned");
    }
    let emptied = anna(&[]).granted([row("anna", 7, ONEOFF, "100").interrupted()]);
    check_budget(&emptied, "anna", ONEOFF, "O4", "nothing/oneoff_emptied");
}

#[test]
fn x3_what_was_given_on_another_account_counts_as_given_too() {
    let world = |of, amount| anna(&[(of, amount)]).granted([row("anna", 70, of, amount)]);
    check_budget(&world(ONEOFF, "100"), "anna", ONEOFF, "X3", "hold/returned");
    check_budget(
        &world(MONTHLY, "50"),
        "anna",
        MONTHLY,
        "X3",
        "hold/returned: replace 50.00 #2 from 2026-07-01",
    );
}

/// Anna's record wishes this, and the account carries it; the grants were another's.
fn known_by(ledger: impl FnOnce(World) -> World) -> World {
    let world =
        giving().with(person("anna").budget(ONEOFF, "100")).having(account(7).of("anna")).vouched("anna");
    ledger(world)
}

#[test]
fn r11_a_grant_is_found_by_the_account_whoever_it_stood_for() {
    let world = known_by(|world| world.link("anna", 7).granted([row("before", 7, ONEOFF, "100")]));
    check_budget(&world, "anna", ONEOFF, "O2", "nothing/oneoff_same");
}

#[test]
fn r11_a_grant_is_found_by_an_alias_and_by_an_alias_that_is_gone() {
    let alias = known_by(|world| {
        world
            .link("anna", 7)
            .alias("anna", "before")
            .granted([row("before", 7, ONEOFF, "100").without_account()])
    });
    check_budget(&alias, "anna", ONEOFF, "O2", "nothing/oneoff_same");
    let chain = known_by(|world| {
        let world = world.link("anna", 7).alias("anna", "before").alias("between", "before");
        world.granted([row("between", 7, ONEOFF, "100").without_account()])
    });
    check_budget(&chain, "anna", ONEOFF, "O2", "nothing/oneoff_same");
}

#[test]
fn r11_a_grant_is_found_by_whoever_the_ledger_ties_to_the_account() {
    let linked = known_by(|world| {
        world.link("anna", 7).link("before", 7).granted([row("before", 7, ONEOFF, "100").without_account()])
    });
    check_budget(&linked, "anna", ONEOFF, "O2", "nothing/oneoff_same");
    let aliased = known_by(|world| {
        let world = world.link("anna", 7).link("before", 7).alias("long-before", "before");
        world.granted([row("long-before", 7, ONEOFF, "100").without_account()])
    });
    check_budget(&aliased, "anna", ONEOFF, "O2", "nothing/oneoff_same");
}

#[test]
fn r11_whoever_vouched_for_the_account_vouches_after_a_relink() {
    let mut relinked = known_by(|world| world.link("anna", 7).link("before", 7));
    relinked.ledger.money.vouched = [(id("before"), sync_core::ledger::Vouched::Baseline)].into();
    check_budget(&relinked, "anna", ONEOFF, "O1", "give/oneoff_first: grant 100.00 #1");
}

#[test]
fn r11_a_move_to_another_protocol_re_arms_nothing() {
    let soap = ExternalId::soap("acme", 12).unwrap();
    let mut world = known_by(|world| world.link("anna", 7).granted([row("before", 7, ONEOFF, "100")]));
    let Some(grant) = world.ledger.money.grants.first_mut() else { panic!("the grant is gone") };
    grant.person = soap.clone();
    check_budget(&world, "anna", ONEOFF, "O2", "nothing/oneoff_same");
    // Nor where only the link tells that it was the same account.
    world.ledger.money.grants[0].account = None;
    world.ledger.links.insert(soap, Link::new(AccountId::new(7), CompanyId::new("acme")));
    check_budget(&world, "anna", ONEOFF, "O2", "nothing/oneoff_same");
}

#[test]
fn r11_the_next_occasion_comes_after_those_of_all_records() {
    let world = anna(&[(MONTHLY, "75")]).alias("anna", "before").granted([
        row("before", 7, MONTHLY, "40"),
        row("before", 7, MONTHLY, "50").occasion(4).replacing("2026-02-01"),
    ]);
    check_budget(&world, "anna", MONTHLY, "M3", "hold/monthly_changed: replace 75.00 #5 from 2026-07-01");
}

#[test]
fn r11_two_records_that_were_one_person_both_lose_the_account_until_somebody_decides() {
    let split = giving()
        .with(person("anna").budget(ONEOFF, "100"))
        .with(person("anna-2").at("beta").budget(ONEOFF, "100"))
        .having(account(7).of("anna"))
        .link("anna", 7)
        .link_at("anna-2", 7, "beta")
        .vouched("anna")
        .vouched("anna-2");
    for name in ["anna", "anna-2"] {
        check(&split, name, "hold/several_candidates");
        check_budget(&split, name, ONEOFF, "X2", "hold/person_held");
    }
}

#[test]
fn r11_two_people_who_became_one_have_no_history_that_anybody_can_order() {
    let merged = |field| {
        anna(&[(MONTHLY, field)]).alias("anna", "before").granted([
            row("anna", 7, MONTHLY, "50"),
            row("before", 7, MONTHLY, "60"),
            row("anna", 7, MONTHLY, "50").occasion(2).stopping("2026-05-01"),
        ])
    };
    for field in ["50", "60", "70", "0"] {
        check_budget(&merged(field), "anna", MONTHLY, "M6", "hold/two_histories");
    }
    // One-offs need no order.
    let oneoff = anna(&[(ONEOFF, "100")])
        .alias("anna", "before")
        .granted([row("anna", 7, ONEOFF, "100"), row("before", 7, ONEOFF, "100")]);
    check_budget(&oneoff, "anna", ONEOFF, "O2", "nothing/oneoff_same");
}

#[test]
fn r11_one_person_in_two_entries_is_given_the_second_only_when_approved() {
    let twins = |change: fn(crate::world::Person) -> crate::world::Person| {
        let other =
            person("bob").at("beta").first(Some("First anna")).last(Some("last ANNA")).budget(ONEOFF, "100");
        let other = change(other);
        let like = account(8).like(&other);
        anna(&[(ONEOFF, "100")]).with(other).having(like).link_at("bob", 8, "beta").vouched("bob")
    };
    let same = twins(|bob| bob);
    for name in ["anna", "bob"] {
        check_budget(&same, name, ONEOFF, "R11", "hold/like_another: grant 100.00 #1");
    }
    let surely_others: [fn(crate::world::Person) -> crate::world::Person; 3] =
        [|bob| bob.born(Some("1990-05-18")), |bob| bob.last(Some("Last bob")), |bob| bob.first(Some("Bob"))];
    for change in surely_others {
        check_budget(&twins(change), "anna", ONEOFF, "O1", "give/oneoff_first: grant 100.00 #1");
    }
    // Nor if the other one left, or waits.
    check_budget(
        &twins(crate::world::Person::former),
        "anna",
        ONEOFF,
        "R11",
        "hold/like_another: grant 100.00 #1",
    );
    // What runs goes on.
    let given = same.granted([row("anna", 7, ONEOFF, "100")]);
    check_budget(&given, "anna", ONEOFF, "O2", "nothing/oneoff_same");
}

#[test]
fn r23_an_address_that_no_list_can_hold_is_held_alone() {
    let odd = person("anna").email("+anna@acme.example").budget(ONEOFF, "100");
    let world = giving().having(account(7).like(&odd)).with(odd).link("anna", 7).vouched("anna").employing(
        "bob",
        8,
        &[(ONEOFF, "5")],
    );
    check_budget(&world, "anna", ONEOFF, "R23", "hold/unfit_address");
    check_budget(&world, "bob", ONEOFF, "O1", "give/oneoff_first: grant 5.00 #1");
}

#[test]
fn r11_an_import_of_nothing_is_no_grant_but_uses_its_occasion() {
    let world = anna(&[(ONEOFF, "100")]).granted([row("anna", 7, ONEOFF, "0")]);
    check_budget(&world, "anna", ONEOFF, "O1", "give/oneoff_first: grant 100.00 #2");
}

#[test]
fn every_outcome_names_what_was_given_and_still_counts() {
    let was = |world: &World, of: &str| note_of(&world.plan(), "anna", of).unwrap().was;
    let rows = [row("anna", 7, MONTHLY, "50"), row("anna", 7, ONEOFF, "100")];
    assert_eq!(was(&wishing().granted(rows.clone()), MONTHLY), Some(euro("50")));
    assert_eq!(was(&wishing().granted(rows.clone()), ONEOFF), Some(euro("100")));
    assert_eq!(was(&wishing(), ONEOFF), None);
    let ended =
        wishing().granted(rows).granted([row("anna", 7, MONTHLY, "0").occasion(2).stopping("2026-01-01")]);
    assert_eq!(was(&ended, MONTHLY), None);
    assert_eq!(all_told(&ended, "anna").len(), 2);
    let Some(grant) = note_of(&ended.plan(), "anna", MONTHLY).unwrap().grant().cloned() else {
        panic!("none")
    };
    assert_eq!(grant.act, Act::Grant);
}

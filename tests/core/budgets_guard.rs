//! How much money at once (R4), and whose word it needs (R7, R8).

use chrono::TimeDelta;
use sync_core::authority::{Approval, Authority, Mandate, Refusal, SkippedBecause, authorise};
use sync_core::guard::Brake;
use sync_core::plan::{Plan, SavedPlan};
use sync_core::policy::ChangedOneoff;
use sync_core::{Euro, Pii};

use crate::money::{anna, budget, euro, giving, row};
use crate::world::{World, account, check, check_brakes, id, person};

const MONTHLY: &str = "monthly all";
const ONEOFF: &str = "oneoff all";

fn saved(plan: &Plan) -> SavedPlan {
    SavedPlan::open(&plan.to_file()).unwrap()
}

fn mandate(world: &World) -> Mandate {
    let by = Pii::new("Nina".to_owned());
    Mandate::confirming(&saved(&world.plan()), &world.policy, by, world.now).unwrap()
}

/// What money moves and what does not, each in a few words.
#[derive(Debug, PartialEq, Eq)]
struct Moved {
    grants: Vec<String>,
    skipped: Vec<String>,
}

fn moved(fresh: &Plan, authority: Authority<'_>) -> Result<Moved, Refusal> {
    let authorised = authorise(fresh, authority)?;
    let name = |id: &sync_core::ExternalId| id.as_str().trim_start_matches("nmbrs:rest:").to_owned();
    let grants = authorised.grants().iter();
    let grants = grants.map(|it| {
        let grant = it.grant();
        format!(
            "{} {}: {} {} #{}",
            name(it.person()),
            it.budget(),
            grant.act.name(),
            grant.amount,
            grant.occasion.get()
        )
    });
    let why = |because| match because {
        SkippedBecause::NotApproved => "not approved",
        SkippedBecause::Changed => "changed",
        SkippedBecause::NoLonger => "no longer",
        SkippedBecause::WaitsForAnother => "waits",
        other => panic!("{other:?}"),
    };
    let skipped = authorised.skipped_grants().iter();
    let skipped = skipped.map(|it| format!("{} {}: {}", name(&it.person), it.budget, why(it.because)));
    Ok(Moved { grants: grants.collect(), skipped: skipped.collect() })
}

fn by_mandate(world: &World) -> Moved {
    moved(&world.plan(), Authority::none().with_mandate(&mandate(world))).unwrap()
}

/// What of `fresh` moves by the approval of `seen` in which these people are named.
fn by_approval(seen: &World, fresh: &World, named: &[&str]) -> Result<Moved, Refusal> {
    let seen_plan = seen.plan();
    let approval =
        Approval::of(seen_plan.id().clone(), seen.now).with_proposals(named.iter().map(|name| id(name)));
    moved(&fresh.plan(), Authority::none().with_approval(&saved(&seen_plan), approval))
}

/// Anna gets her first budgets; bob's monthly one changes, ends, or comes again.
fn two(bob: &str) -> World {
    anna(&[(MONTHLY, "50"), (ONEOFF, "100")])
        .employing("bob", 8, &[(MONTHLY, bob)])
        .granted([row("bob", 8, MONTHLY, "40")])
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn r7_a_mandate_covers_first_grants_and_nothing_else_about_money() {
    let firsts = ["anna monthly all: grant 50.00 #1", "anna oneoff all: grant 100.00 #1"];
    for bob in ["75", "0"] {
        let done = by_mandate(&two(bob));
        assert_eq!((done.grants, done.skipped), (firsts.map(str::to_owned).to_vec(), none()));
    }
    let further = |world: World| world.budgets(|budgets| budgets.with_changed_oneoff(ChangedOneoff::Further));
    let changed = further(anna(&[(ONEOFF, "150")]).granted([row("anna", 7, ONEOFF, "100")]));
    assert_eq!(by_mandate(&changed).grants, none());
    let back = anna(&[(MONTHLY, "50")]).granted([row("anna", 7, MONTHLY, "50").interrupted()]);
    assert_eq!(by_mandate(&back).grants, none());
    let refused = anna(&[(MONTHLY, "50")])
        .granted([row("anna", 7, MONTHLY, "50").is(sync_core::budget::GrantState::Refused)]);
    assert_eq!(by_mandate(&refused).grants, none());
}

#[test]
fn r7_an_approval_covers_first_grants_and_proposals_only_of_whom_it_names() {
    let world = two("75");
    let unnamed = by_approval(&world, &world, &[]).unwrap();
    assert_eq!(unnamed.grants, ["anna monthly all: grant 50.00 #1", "anna oneoff all: grant 100.00 #1"]);
    assert_eq!(unnamed.skipped, none());
    let named = by_approval(&world, &world, &["bob"]).unwrap();
    assert_eq!(named.grants.last().unwrap(), "bob monthly all: replace 75.00 #2");
    let stopped = by_approval(&two("0"), &two("0"), &["bob"]).unwrap();
    assert_eq!(stopped.grants.last().unwrap(), "bob monthly all: stop 0.00 #2");
    assert_eq!(by_approval(&world, &world, &["anna"]).unwrap().grants.len(), 2);
}

#[test]
fn r7_the_people_whose_money_waits_can_be_asked_of_a_saved_plan() {
    let waits = |world: &World| saved(&world.plan()).budget_proposals();
    assert_eq!(waits(&two("75")), [id("bob")].into());
    assert!(waits(&two("40")).is_empty());
}

#[test]
fn r8_another_amount_than_the_person_saw_is_skipped() {
    let seen = two("75");
    let fresh = two("80");
    let done = by_approval(&seen, &fresh, &["bob"]).unwrap();
    assert_eq!(done.skipped, ["bob monthly all: changed"]);
    assert!(done.grants.iter().all(|grant| grant.starts_with("anna")));
    let less = anna(&[(MONTHLY, "50"), (ONEOFF, "99")]);
    let done = by_approval(&anna(&[(MONTHLY, "50"), (ONEOFF, "100")]), &less, &[]).unwrap();
    assert_eq!(done.grants, ["anna monthly all: grant 50.00 #1"]);
    assert_eq!(done.skipped, ["anna oneoff all: changed"]);
}

#[test]
fn r8_money_that_moves_no_more_and_money_that_nobody_saw_are_skipped() {
    let done = by_approval(&two("75"), &two("40"), &["bob"]).unwrap();
    assert_eq!(done.skipped, ["bob monthly all: no longer"]);
    let done = by_approval(&anna(&[]), &anna(&[(ONEOFF, "100")]), &["anna"]).unwrap();
    assert_eq!((done.grants, done.skipped), (none(), vec!["anna oneoff all: not approved".to_owned()]));
    // A day later the change would come from another day.
    let next_month = two("75").now("2026-07-01T09:00:00Z");
    let seen = two("75").now("2026-06-30T20:00:00Z");
    assert_eq!(by_approval(&seen, &next_month, &["bob"]).unwrap().skipped, ["bob monthly all: changed"]);
}

#[test]
fn r8_money_for_another_account_than_the_person_saw_is_skipped() {
    let other = giving().employing("anna", 9, &[(ONEOFF, "100")]);
    let done = by_approval(&anna(&[(ONEOFF, "100")]), &other, &["anna"]).unwrap();
    assert_eq!((done.grants, done.skipped), (none(), vec!["anna oneoff all: changed".to_owned()]));
}

#[test]
fn r7_money_of_somebody_who_is_not_brought_up_to_date_in_the_same_run_waits() {
    let renamed = |first| {
        giving()
            .with(person("anna").first(Some(first)).budget(ONEOFF, "100"))
            .having(account(7).of("anna"))
            .link("anna", 7)
            .vouched("anna")
    };
    check(&renamed("Ann"), "anna", "update");
    assert_eq!(by_approval(&renamed("Ann"), &renamed("Ann"), &[]).unwrap().grants.len(), 1);
    // The update is another than the person saw, and the money with it.
    let done = by_approval(&renamed("Ann"), &renamed("Annie"), &[]).unwrap();
    assert_eq!((done.grants, done.skipped), (none(), vec!["anna oneoff all: not approved".to_owned()]));
}

#[test]
fn r25_of_one_person_only_that_persons_money_moves() {
    let world = two("75").employing("cleo", 9, &[(ONEOFF, "5")]);
    let (plan, mandate) = (world.plan(), mandate(&world));
    let authorised = authorise(&plan, Authority::none().with_mandate(&mandate)).unwrap().only(&id("cleo"));
    let people: Vec<_> = authorised.grants().iter().map(|grant| grant.person().clone()).collect();
    assert_eq!(people, [id("cleo")]);
    assert_eq!(authorised.grants()[0].budget(), &budget(ONEOFF));
}

#[test]
fn r18_the_hand_over_names_the_address_that_the_account_has_then() {
    let moved = person("anna").email("anna.new@acme.example").budget(ONEOFF, "100");
    let world = giving().with(moved).having(account(7).of("anna")).link("anna", 7).vouched("anna");
    let (plan, mandate) = (world.plan(), mandate(&world));
    let authorised = authorise(&plan, Authority::none().with_mandate(&mandate)).unwrap();
    let [grant] = authorised.grants() else { panic!("{:?}", authorised.grants()) };
    assert_eq!(grant.email().expose(), "anna.new@acme.example");
    assert_eq!((grant.account().get(), grant.company()), (7, crate::world::HOME));
}

fn limited(world: World, granted: &str, cancelled: Option<&str>) -> World {
    world.policy(|mut policy| {
        policy.limits.euro = Some(euro(granted));
        policy.limits.euro_cancelled = cancelled.map(euro);
        policy
    })
}

#[test]
fn r4_first_grants_count_in_euro_and_proposals_do_not() {
    check_brakes(&limited(two("75"), "150", None), &[]);
    check_brakes(&limited(two("75"), "149.99", None), &["over_euro 150.00 149.99"]);
    let money = two("75").plan().document().totals.money.clone().unwrap();
    assert_eq!((money.grants, money.granted), (2, euro("150")));
    assert_eq!((money.proposals, money.proposed), (1, euro("75")));
    assert_eq!(money.held.values().sum::<u64>(), 1);
}

#[test]
fn r4_what_creations_may_grant_counts_together_with_first_grants() {
    let world = || limited(two("40").with(person("new")).with(person("newer")), "190", None);
    // Nobody knows how much that is: it counts for nothing, and is shown as unknown.
    check_brakes(&world(), &[]);
    assert_eq!(world().plan().document().totals.may_grant.euro, None);
    let with_gift = |cents| world().policy(|policy| policy.with_onboarding_budget(Euro::from_cents(cents)));
    check_brakes(&with_gift(2_000), &[]);
    check_brakes(&with_gift(2_001), &["over_euro 190.02 190.00"]);
}

/// Anna leaves, who was given this.
fn leaving() -> World {
    giving().crowd(12).with(person("anna").former()).having(account(7).of("anna")).link("anna", 7).granted([
        row("anna", 7, MONTHLY, "30"),
        row("anna", 7, MONTHLY, "50").occasion(2).replacing("2026-02-01"),
        row("anna", 7, ONEOFF, "100"),
        row("anna", 7, ONEOFF, "20").occasion(2),
        row("anna", 7, "oneoff health", "7").interrupted(),
        row("anna", 7, "oneoff health", "9").occasion(2).is(sync_core::budget::GrantState::Refused),
    ])
}

#[test]
fn r4_what_deactivations_cancel_counts_in_euro_against_a_limit_of_its_own() {
    check(&leaving(), "anna", "offboard");
    assert_eq!(leaving().plan().document().totals.money.as_ref().unwrap().cancelled, euro("170"));
    check_brakes(&limited(leaving(), "1", None), &[]);
    check_brakes(&limited(leaving(), "1", Some("170")), &[]);
    check_brakes(&limited(leaving(), "1", Some("169.99")), &["over_euro_cancelled 170.00 169.99"]);
    let ended = leaving().granted([row("anna", 7, MONTHLY, "0").occasion(3).stopping("2026-03-01")]);
    assert_eq!(ended.plan().document().totals.money.as_ref().unwrap().cancelled, euro("120"));
    // Somebody who stays is cancelled nothing.
    assert_eq!(two("40").plan().document().totals.money.as_ref().unwrap().cancelled, Euro::default());
}

#[test]
fn r4_on_a_first_run_the_approval_takes_the_place_of_the_limits_in_euro() {
    let mut world = limited(two("75"), "1", Some("0"));
    world.ledger.last_run = None;
    check_brakes(&world, &["first_run"]);
}

#[test]
fn r4_brakes_in_euro_are_lifted_for_not_more_than_the_person_saw() {
    let tight = |world: World| limited(world, "10", Some("10"));
    let unlifted = |seen: &World, fresh: &World| match by_approval(seen, fresh, &[]) {
        Err(Refusal::Braked(brakes)) => brakes,
        other => panic!("{other:?}"),
    };
    let seen = tight(two("40"));
    assert!(by_approval(&seen, &seen, &[]).is_ok());
    let bob =
        |world: World| world.employing("bob", 8, &[(MONTHLY, "40")]).granted([row("bob", 8, MONTHLY, "40")]);
    assert_eq!(by_approval(&seen, &tight(bob(anna(&[(MONTHLY, "50")]))), &[]).unwrap().grants.len(), 1);
    let more = tight(two("40").employing("cleo", 9, &[(ONEOFF, "1")]));
    assert!(matches!(*unlifted(&seen, &more), [Brake::OverEuro { .. }]));
    let leaves = tight(leaving());
    assert!(by_approval(&leaves, &leaves, &[]).is_ok());
    let more = tight(leaving().granted([row("anna", 7, ONEOFF, "1").occasion(3)]));
    assert!(matches!(*unlifted(&leaves, &more), [Brake::OverEuroCancelled { .. }]));
    // And by no mandate.
    let mandate = mandate(&seen);
    assert!(moved(&seen.plan(), Authority::none().with_mandate(&mandate)).is_err());
}

#[test]
fn r7_money_waits_for_no_mandate_that_ended() {
    let world = two("75");
    let mandate = mandate(&world);
    let mut other = two("75").budgets(|mut budgets| {
        budgets.maximum_monthly = euro("99");
        budgets
    });
    assert!(matches!(
        moved(&other.plan(), Authority::none().with_mandate(&mandate)),
        Err(Refusal::MandateEnded(_))
    ));
    other = two("75");
    other.now += TimeDelta::days(40);
    assert_eq!(moved(&other.plan(), Authority::none().with_mandate(&mandate)).unwrap().grants.len(), 2);
}

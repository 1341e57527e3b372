//! Who may do what (R7, R8): only what a person saw and what is still true.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sync_core::authority::{Approval, Authority, Refusal, SkippedBecause, authorise};
use sync_core::guard::Brake;
use sync_core::plan::{Plan, PlanId, SavedPlan, SavedPlanError};
use sync_core::{CustomerId, Participation, Policy, Run, plan};

use crate::world::{HOME, World, account, customer, id, key, person, world};

/// Anna is created, bob updated, cleo deactivated.
fn three_actions() -> World {
    world()
        .crowd(12)
        .with(person("anna"))
        .with(person("bob").first(Some("Robert")))
        .having(account(8).of("bob"))
        .with(person("cleo").former())
        .having(account(9).of("cleo"))
}

fn saved(plan: &Plan) -> SavedPlan {
    SavedPlan::open(&plan.to_file()).unwrap()
}

/// What is done and what is not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) actions: Vec<String>,
    pub(crate) skipped: Vec<String>,
}

/// What of `fresh` may be done by an approval of this file.
fn by_approval(file: &SavedPlan, approval: Approval, fresh: &Plan) -> Result<Done, Refusal> {
    let authorised = authorise(fresh, Authority::none().with_approval(file, approval))?;
    let name = |id: &sync_core::ExternalId| id.as_str().trim_start_matches("nmbrs:rest:").to_owned();
    let why = |because| match because {
        SkippedBecause::NotApproved => "not approved",
        SkippedBecause::Changed => "changed",
        SkippedBecause::NoLonger => "no longer",
        SkippedBecause::WaitsForAnother => "waits",
        other => panic!("{other:?}"),
    };
    let skipped = authorised.skipped().iter();
    Ok(Done {
        actions: authorised
            .actions()
            .iter()
            .map(|it| format!("{} {}", it.kind(), name(it.person())))
            .collect(),
        skipped: skipped
            .map(|it| format!("{} {}: {}", it.action, name(&it.person), why(it.because)))
            .collect(),
    })
}

/// What of `fresh` may be done by an approval of `seen`, given when `seen` was made.
fn approve(seen: &World, fresh: &World) -> Result<Done, Refusal> {
    let seen_plan = seen.plan();
    by_approval(&saved(&seen_plan), Approval::of(seen_plan.id().clone(), seen.now), &fresh.plan())
}

#[test]
fn r7_what_stands_in_both_plans_may_be_done() {
    let authorised = approve(&three_actions(), &three_actions()).unwrap();
    assert_eq!(authorised.actions, ["update bob", "onboard anna", "offboard cleo"]);
    assert!(authorised.skipped.is_empty());
}

#[test]
fn r7_an_action_that_the_person_did_not_see_is_skipped() {
    let fresh = three_actions().with(person("dora"));
    let authorised = approve(&three_actions(), &fresh).unwrap();
    assert_eq!(authorised.actions, ["update bob", "onboard anna", "offboard cleo"]);
    assert_eq!(authorised.skipped, ["onboard dora: not approved"]);
}

#[test]
fn r25_of_one_person_only_that_persons_actions_and_what_is_not_done_of_them_are_told() {
    let seen = three_actions().plan();
    let fresh = three_actions().with(person("dora")).with(person("eva")).plan();
    let only = |name: &str| {
        let approval = Approval::of(seen.id().clone(), three_actions().now);
        let file = saved(&seen);
        let authorised =
            authorise(&fresh, Authority::none().with_approval(&file, approval)).unwrap().only(&id(name));
        (authorised.actions().len(), authorised.skipped().to_vec())
    };
    assert_eq!(only("anna"), (1, vec![]));
    let (actions, skipped) = only("dora");
    assert_eq!(actions, 0);
    let told: Vec<_> = skipped.iter().map(|it| (&it.person, it.because)).collect();
    assert_eq!(told, [(&id("dora"), SkippedBecause::NotApproved)]);
}

#[test]
fn r8_an_action_that_is_no_longer_needed_is_not_done() {
    let fresh = world()
        .crowd(12)
        .with(person("anna"))
        .synced("bob", 8)
        .with(person("cleo"))
        .having(account(9).of("cleo"));
    let done = approve(&three_actions(), &fresh).unwrap();
    assert_eq!(done.actions, ["onboard anna"]);
    assert_eq!(done.skipped, ["update bob: no longer", "offboard cleo: no longer"]);
}

#[test]
fn r8_an_action_with_other_values_is_skipped() {
    for (what, fresh) in [
        ("the wanted value", with_bob(person("bob").first(Some("Rob")), account(8).of("bob"))),
        (
            "the stored value",
            with_bob(person("bob").first(Some("Robert")), account(8).of("bob").first(Some("Bobby"))),
        ),
        (
            "null became empty",
            with_bob(person("bob").first(Some("Robert")), account(8).of("bob").first(None)),
        ),
        (
            "one more field",
            with_bob(person("bob").first(Some("Robert")).last(Some("New")), account(8).of("bob")),
        ),
    ] {
        let seen = with_bob(person("bob").first(Some("Robert")), account(8).of("bob"));
        assert_eq!(approve(&seen, &seen).unwrap().actions, ["update bob"]);
        let authorised = approve(&seen, &fresh).unwrap();
        assert_eq!((authorised.actions.len(), authorised.skipped.len()), (0, 1), "{what}");
    }
}

fn with_bob(bob: crate::world::Person, account: crate::world::Acc) -> World {
    world().crowd(12).with(bob).having(account)
}

#[test]
fn r8_an_action_with_another_account_or_other_evidence_is_skipped() {
    let seen = || world().crowd(12).with(person("cleo").former()).having(account(9).of("cleo"));
    let other_account = world().crowd(12).with(person("cleo").former()).having(account(90).of("cleo"));
    let other_day = world()
        .crowd(12)
        .with(person("cleo").former().employed("2020-01-01", Some("2026-04-30")))
        .having(account(9).of("cleo"));
    let one_more_record =
        seen().with(person("cleo-2").former().email("cleo@acme.example").last(Some("Last cleo")));
    for fresh in [other_account, other_day, one_more_record] {
        let authorised = approve(&seen(), &fresh).unwrap();
        assert_eq!((authorised.actions.len(), authorised.skipped.len()), (0, 1));
    }
}

#[test]
fn r8_by_what_an_account_was_found_is_no_change() {
    let seen = || world().crowd(12).with(person("cleo").former()).having(account(9).of("cleo"));
    let authorised = approve(&seen(), &seen().link("cleo", 9)).unwrap();
    assert_eq!((authorised.actions.len(), authorised.skipped.len()), (1, 0));
}

#[test]
fn r7_an_approval_is_for_one_plan() {
    let (seen, other) = (three_actions().plan(), world().synced("anna", 7).plan());
    let approval = Approval::of(other.id().clone(), three_actions().now);
    assert_eq!(
        by_approval(&saved(&seen), approval, &three_actions().plan()).unwrap_err(),
        Refusal::OtherPlan
    );
}

#[test]
fn r7_another_policy_or_customer_ends_it() {
    let changed: [fn(Policy) -> Policy; 3] = [
        |policy| policy.with_language("nl"),
        |_| Policy::new(HOME, Participation::ByAccessField),
        |policy| policy.with_protected(["x@acme.example"]),
    ];
    for change in changed {
        let refused = approve(&three_actions(), &three_actions().policy(change)).unwrap_err();
        assert_eq!(refused, Refusal::OtherPolicy);
    }
    let (world, key, somebody) = (three_actions(), key(), CustomerId::new("somebody-else"));
    let run = Run::new(&somebody, world.now, &key);
    let fresh = plan(&world.source(), &world.target(), &world.ledger, &world.policy, &run);
    let seen = world.plan();
    let approval = Approval::of(seen.id().clone(), world.now);
    assert_eq!(by_approval(&saved(&seen), approval, &fresh).unwrap_err(), Refusal::OtherPolicy);
    assert_ne!(customer(), somebody);
}

#[test]
fn r7_an_approval_and_its_plan_hold_for_a_day() {
    let seen = three_actions();
    let made = seen.now;
    let later = |by: TimeDelta| {
        let mut fresh = three_actions();
        fresh.now = made + by;
        fresh
    };
    let try_at = |given: DateTime<Utc>, by: TimeDelta| {
        let plan = seen.plan();
        by_approval(&saved(&plan), Approval::of(plan.id().clone(), given), &later(by).plan())
            .map(|done| done.actions.len())
    };
    let (day, second) = (TimeDelta::hours(24), TimeDelta::seconds(1));
    assert_eq!(try_at(made, day), Ok(3));
    assert_eq!(try_at(made, day + second), Err(Refusal::TooOld));
    // A young approval does not make an old plan younger.
    assert_eq!(try_at(made + day, day + second), Err(Refusal::TooOld));
    // Plans count in whole seconds, clocks in less: one second is no future.
    assert_eq!(try_at(made + second, TimeDelta::zero()), Ok(3));
    assert_eq!(try_at(made + second * 2, TimeDelta::zero()), Err(Refusal::FromTheFuture));
    assert_eq!(try_at(made + second * 3, second), Err(Refusal::FromTheFuture));
    assert_eq!(try_at(made, -second * 3), Err(Refusal::FromTheFuture));
}

/// `leaving` of twelve people left; three are allowed.
fn leavers(leaving: usize) -> World {
    let mut world = world().crowd(12);
    let left = person("x").former();
    for record in world.records.iter_mut().take(leaving) {
        record.listed = left.0.listed.clone();
        record.employments.clone_from(&left.0.employments);
    }
    world
}

#[test]
fn r4_a_brake_that_the_person_saw_is_lifted_by_the_approval() {
    assert_eq!(approve(&leavers(5), &leavers(5)).unwrap().actions.len(), 5);
    assert_eq!(approve(&leavers(5), &leavers(4)).unwrap().actions.len(), 4);
}

#[test]
fn r4_a_brake_that_the_person_did_not_see_stops_everything() {
    for (seen, fresh) in [(3, 4), (5, 6)] {
        let Refusal::Braked(brakes) = approve(&leavers(seen), &leavers(fresh)).unwrap_err() else { panic!() };
        assert_eq!(brakes.len(), 1);
    }
}

#[test]
fn r4_what_was_done_since_counts_into_the_brake_that_the_person_saw() {
    // Seen: five, on top of nothing. Meanwhile five others were deactivated; ten in a week were never seen.
    let fresh = leavers(5).deactivated(&["2026-06-15T09:00:00Z"; 5]);
    assert!(matches!(approve(&leavers(5), &fresh).unwrap_err(), Refusal::Braked(_)));
    // Two of the five were done before the run was cut off: the same five.
    let mut resumed = leavers(5).deactivated(&["2026-06-15T09:00:00Z"; 2]);
    for account in resumed.accounts.iter_mut().take(2) {
        account.active = false;
    }
    assert_eq!(approve(&leavers(5), &resumed).unwrap().actions.len(), 3);
}

#[test]
fn no_approval_lifts_a_final_brake_even_if_it_was_seen() {
    for blocked in
        [three_actions().remembers("beta", &[]), three_actions().remembers("acme", &["alleo_access"])]
    {
        let Refusal::Braked(brakes) = approve(&blocked, &blocked).unwrap_err() else { panic!() };
        assert!(brakes.iter().all(Brake::is_final));
    }
}

/// The file of a plan, changed, with a hash that fits again.
fn forged(plan: &Plan, change: impl FnOnce(&mut Value)) -> SavedPlan {
    let mut file: Value = serde_json::from_slice(&plan.to_file()).unwrap();
    change(&mut file["plan"]);
    // The hash is no secret; the forger finds the recipe in our source.
    let canonical = serde_json::to_vec(&file["plan"]).unwrap();
    file["id"] = Value::String(plan_hash(&canonical));
    SavedPlan::open(&serde_json::to_vec(&file).unwrap()).expect("a good forgery")
}

fn plan_hash(canonical: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    hash.update(b"sync-core/plan/v1\0");
    hash.update(canonical);
    let hex = |digits: String, byte: &u8| digits + &format!("{byte:02x}");
    hash.finalize().iter().fold(String::new(), hex)
}

#[test]
fn r7_an_edited_file_is_refused() {
    let text = String::from_utf8(three_actions().plan().to_file()).unwrap();
    for (from, to) in [("onboard", "offboard"), ("acme-group", "acme-grouq"), ("\"step\":0", "\"step\":1")] {
        assert!(text.contains(from));
        let edited = text.replacen(from, to, 1);
        assert_eq!(SavedPlan::open(edited.as_bytes()).unwrap_err(), SavedPlanError::HashMismatch);
    }
    let cut = &text.as_bytes()[..text.len() - 2];
    assert_eq!(SavedPlan::open(cut).unwrap_err(), SavedPlanError::NotAPlan);
    let other = text.replace("plan/v1", "plan/v2");
    assert_eq!(SavedPlan::open(other.as_bytes()).unwrap_err(), SavedPlanError::UnknownSchema);
}

#[test]
fn r7_an_edited_file_with_a_new_hash_is_not_the_approved_plan() {
    let seen = three_actions().plan();
    let file = forged(&seen, |plan| plan["entries"] = Value::Array(vec![]));
    let approval = Approval::of(seen.id().clone(), three_actions().now);
    assert_eq!(by_approval(&file, approval, &three_actions().plan()).unwrap_err(), Refusal::OtherPlan);
}

#[test]
fn r7_a_forged_file_that_somebody_approves_can_only_remove_actions() {
    let seen = three_actions().plan();
    // Everybody is to be deactivated, says the forger, and gets the forgery approved.
    let file = forged(&seen, |plan| {
        let offboard =
            plan["entries"].as_array().unwrap().iter().find(|entry| entry["decision"]["kind"] == "offboard");
        let offboard = offboard.unwrap()["decision"].clone();
        for entry in plan["entries"].as_array_mut().unwrap() {
            entry["decision"] = offboard.clone();
        }
    });
    let approval = Approval::of(file.id().clone(), three_actions().now);
    let authorised = by_approval(&file, approval, &three_actions().plan()).unwrap();
    assert_eq!(authorised.actions, ["offboard cleo"]);
}

#[test]
fn a_saved_plan_is_found_by_any_record_of_a_person() {
    let twice = person("anna-2").email("anna@acme.example").last(Some("Last anna"));
    let saved = saved(&world().with(person("anna")).with(twice).plan());
    for name in ["anna", "anna-2"] {
        let entry = saved.entry(&id(name)).unwrap();
        assert_eq!((entry.kind(), entry.reason()), ("onboard", None));
    }
    assert!(saved.entry(&id("bob")).is_none());
}

#[test]
fn a_plan_id_is_read_as_typed_and_nothing_else_is_one() {
    let plan = three_actions().plan();
    assert_eq!(PlanId::parse(&format!(" {} ", plan.id())).as_ref(), Some(plan.id()));
    for wrong in ["", "abc", &plan.id().as_str().to_uppercase(), &format!("{}0", plan.id())] {
        assert_eq!(PlanId::parse(wrong), None);
    }
}

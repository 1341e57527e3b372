//! Every reason to hold somebody, seen over HTTP.
//!
//! Most people tell their reason by themselves; the rest is arranged over the control port. One plan serves all of
//! these tests. The matrix at the end fails when a reason has no test.

use std::collections::BTreeMap;

use examples::clock::MachineClock;
use nmbrs_client::sandbox::{Employee, Story};
use serde_json::{Value, json};
use sync_core::ExternalId;
use sync_core::decision::HoldReason;
use sync_core::ledger::{Failures, LedgerView};
use sync_core::ports::Clock;
use tokio::sync::OnceCell;

use crate::in_process::linked;
use crate::stage::{Planned, Stage, account_of, decision_in, external_id, ordinary, telling};

/// Somebody about whom the shared plan must decide.
enum Who {
    /// Everybody of this story.
    Of(Story),
    /// Somebody for whom [`arrange`] set the stage, under this name.
    Arranged(&'static str),
}

use Who::{Arranged, Of};

macro_rules! held_on_the_stage {
    ($($test:ident: $who:expr => $reason:ident;)*) => {
        $(#[tokio::test]
        async fn $test() {
            assert_held($who, HoldReason::$reason).await;
        })*

        const ON_THE_STAGE: &[HoldReason] = &[$(HoldReason::$reason),*];
    };
}

held_on_the_stage! {
    two_people_at_one_address_are_held: Of(Story::SharedAddressA) => SharedAddress;
    two_accounts_with_one_external_id_are_held: Arranged("two accounts") => SeveralCandidates;
    an_account_with_another_systems_id_is_held: Of(Story::ForeignExternalId) => ForeignExternalId;
    somebody_without_an_address_is_held: Of(Story::MissingEmail) => MissingEmail;
    somebody_with_a_text_that_is_no_address_is_held: Of(Story::MalformedEmail) => MalformedEmail;
    an_address_of_an_account_that_keeps_it_is_held: Arranged("kept address") => AddressTaken;
    r17_an_address_at_a_ghosts_account_is_held: Arranged("ghost") => AddressReused;
    r17_a_ghost_of_the_same_name_and_birthday_is_held: Arranged("former account") => FormerAccount;
    r17_a_newcomer_like_somebody_who_left_is_held: Arranged("newcomer") => MaybeReturned;
    r17_whoever_left_and_looks_like_a_newcomer_is_held: Arranged("left before") => MaybeReturned;
    an_active_account_of_another_type_is_held: Arranged("other type") => OtherTypeActive;
    somebody_without_a_last_name_is_held: Of(Story::MissingLastName) => MissingName;
    somebody_on_payroll_without_employment_is_held: Of(Story::NoEmployment) => MissingStart;
    somebody_on_payroll_whose_employment_is_over_is_held: Of(Story::EndedButOnPayroll) => EndedOnPayroll;
    an_empty_access_field_is_held: Of(Story::AccessEmpty) => AccessUnanswered;
    an_access_field_of_other_words_is_held: Of(Story::AccessUnreadable) => AccessUnreadable;
    access_fields_that_disagree_are_held: Of(Story::AccessConflict) => AccessConflict;
    access_withdrawn_from_an_active_account_is_held: Of(Story::AccessWithdrawn) => AccessWithdrawn;
    a_leaver_whose_access_field_says_no_is_held: Of(Story::LeaverWithoutAccess) => LeaverWithoutAccess;
    a_leaver_with_an_account_that_is_not_ours_is_held: Arranged("unmanaged leaver") => LeaverNotManaged;
    a_leaver_with_another_open_record_is_held: Arranged("other record") => OtherRecordOpen;
    a_leaver_with_a_new_employment_ahead_is_held: Arranged("new employment") => BeginsAgain;
    a_leaver_with_a_namesake_without_address_is_held: Arranged("namesake") => MaybeStillHere;
    a_filled_filter_field_is_held: Of(Story::FilterFilled) => NoRoute;
    r18_an_account_made_by_hand_is_held_for_adoption: Of(Story::AccountByHand) => Adoption;
    r17_a_rehire_with_the_same_id_is_held: Of(Story::RehireSameId) => Rehire;
    r17_a_rehire_with_a_new_id_is_held: Of(Story::RehireNew) => Rehire;
}

/// Reasons that have a test of their own below.
const ALONE: &[HoldReason] = &[
    HoldReason::UnreadableRow,
    HoldReason::TargetRowUnreadable,
    HoldReason::AccountUnreadable,
    HoldReason::LinkedAccountGone,
    HoldReason::LinkedRecordGone,
    HoldReason::AccessFieldMissing,
    HoldReason::SetAside,
    HoldReason::LeaverSetAside,
    // In `routes`.
    HoldReason::RouteUnknown,
    HoldReason::RouteMissing,
    HoldReason::RouteUnreadable,
    HoldReason::RouteConflict,
    HoldReason::MoveCompany,
];

/// Reasons that the sandbox cannot give: all of its companies define the filter field. `core` proves them.
const NOT_HERE: &[HoldReason] = &[HoldReason::RouteFieldMissing];

#[test]
fn every_reason_to_hold_somebody_has_a_test() {
    for reason in HoldReason::ALL {
        let has_test = [ON_THE_STAGE, ALONE, NOT_HERE].into_iter().any(|reasons| reasons.contains(reason));
        assert!(has_test, "{} has no test", reason.code());
    }
}

#[tokio::test]
async fn r1_a_row_that_cannot_be_read_holds_its_person_and_nobody_else() {
    let stage = Stage::of(60).await;
    let world = stage.world().await;
    let company = &world.companies[0];
    let path = format!("{}/employees/personalinfo", company.company_id);
    stage.source_fault(json!({"path_contains": path, "effect": {"kind": "unreadable_row"}})).await;
    let plan = stage.plan(2).await;
    let first = &company.employees[0].employee_id;
    assert_eq!(plan.decision_about(first)["reason"], "unreadable_row");
    assert_eq!(plan.document["totals"]["held"]["unreadable_row"], 1);
    assert!(plan.actions() > 0);
    assert!(plan.ran.stdout.contains(first.as_str()), "the finding names the record");
}

#[tokio::test]
async fn r1_nobody_gets_an_account_while_some_account_cannot_be_read() {
    let stage = Stage::of(60).await;
    let (world, target) = (stage.world().await, stage.target().await);
    stage.target_fault(json!({"path_contains": "/employees", "effect": {"kind": "unreadable_row"}})).await;
    let plan = stage.plan(2).await;
    assert!(plan.of_kind("onboard").is_empty());
    let without_account = ordinary(&world, &target).1;
    assert!(!without_account.is_empty());
    for employee in without_account {
        assert_eq!(plan.decision_about(&employee.employee_id)["reason"], "target_row_unreadable");
    }
}

#[tokio::test]
async fn a_linked_account_that_cannot_be_read_holds_its_person() {
    let stage = Stage::of(40).await;
    let (world, target) = (stage.world().await, stage.target().await);
    // The fault spoils the first row of the listing of active accounts, which is in the order of ids.
    let first = target.accounts.iter().filter(|account| account.is_active).min_by_key(|account| account.id);
    let first = first.unwrap();
    let id = first.external_id.as_deref().and_then(|id| id.strip_prefix("nmbrs:rest:")).unwrap();
    stage.target_fault(json!({"path_contains": "/employees", "effect": {"kind": "unreadable_row"}})).await;
    let document = stage.plan_with_memory(linked(id, first.id, &world.companies[0].company_id)).await;
    assert_eq!(decision_in(&document, id)["reason"], "account_unreadable");
}

#[tokio::test]
async fn r14_a_linked_account_that_is_gone_holds_its_person() {
    let stage = Stage::of(60).await;
    let (world, target) = (stage.world().await, stage.target().await);
    let (_, without) = ordinary(&world, &target);
    let id = &without[0].employee_id;
    let document = stage.plan_with_memory(LedgerView::default()).await;
    assert_eq!(decision_in(&document, id)["kind"], "onboard", "without the link an account would be made");
    let document = stage.plan_with_memory(linked(id, 987_654, &world.companies[0].company_id)).await;
    assert_eq!(decision_in(&document, id)["reason"], "linked_account_gone");
    assert_eq!(decision_in(&document, id)["accounts"], json!([987_654]));
}

#[tokio::test]
async fn r2_a_leaver_whose_other_record_is_gone_is_held() {
    let stage = Stage::of(60).await;
    let (world, target) = (stage.world().await, stage.target().await);
    let leaver = world.telling(Story::Leaver).next().unwrap();
    let ours = format!("nmbrs:rest:{}", leaver.employee_id);
    let account = target.accounts.iter().find(|account| account.external_id.as_ref() == Some(&ours)).unwrap();
    let document = stage.plan_with_memory(LedgerView::default()).await;
    assert_eq!(
        decision_in(&document, &leaver.employee_id)["kind"],
        "offboard",
        "without the link the person left"
    );
    let gone = "11111111-1111-4111-8111-111111111111";
    let document = stage.plan_with_memory(linked(gone, account.id, &world.companies[0].company_id)).await;
    assert_eq!(decision_in(&document, &leaver.employee_id)["reason"], "linked_record_gone");
}

#[tokio::test]
async fn r21_whoever_was_refused_three_times_is_set_aside() {
    let stage = Stage::of(60).await;
    let (world, target) = (stage.world().await, stage.target().await);
    let new = ordinary(&world, &target).1[0].employee_id.clone();
    let leaver = telling(&world, Story::Leaver).employee_id.clone();
    let mut memory = LedgerView::default();
    for id in [&new, &leaver] {
        memory.failures.insert(ExternalId::rest(id).unwrap(), Failures::new(3, MachineClock.now()));
    }
    let document = stage.plan_with_memory(memory).await;
    assert_eq!(decision_in(&document, &new)["reason"], "set_aside");
    assert_eq!(decision_in(&document, &leaver)["reason"], "leaver_set_aside");
}

#[tokio::test]
async fn r26_without_an_access_field_nobody_is_let_in_by_it() {
    let stage = Stage::with(&["--people", "60", "--without-access-field"]).await;
    let world = stage.world().await;
    let plan = stage.plan(2).await;
    assert!(plan.of_kind("onboard").is_empty() && plan.of_kind("update").is_empty());
    for employee in world.telling(Story::Ordinary) {
        assert_eq!(plan.decision_about(&employee.employee_id)["reason"], "access_field_missing");
    }
    stage.write_config("participation = \"everyone\"\n");
    assert!(!stage.plan(2).await.of_kind("onboard").is_empty(), "everyone means everyone");
}

/// What the tests of the shared stage look at, after the stage is gone.
struct Shared {
    plan: Planned,
    by_story: BTreeMap<Story, Vec<String>>,
    arranged: BTreeMap<&'static str, String>,
}

async fn assert_held(who: Who, reason: HoldReason) {
    let shared = shared().await;
    let people = match &who {
        Of(story) => shared.by_story[story].clone(),
        Arranged(name) => vec![shared.arranged[name].clone()],
    };
    for person in people {
        let decision = shared.plan.decision_about(&person);
        assert_eq!(
            (decision["kind"].as_str(), decision["reason"].as_str()),
            (Some("hold"), Some(reason.code()))
        );
    }
}

async fn shared() -> &'static Shared {
    static SHARED: OnceCell<Shared> = OnceCell::const_new();
    SHARED
        .get_or_init(|| async {
            let stage = Stage::of(120).await;
            let arranged = arrange(&stage).await;
            let mut by_story = BTreeMap::<_, Vec<_>>::new();
            for (_, employee) in stage.world().await.employees() {
                by_story.entry(employee.story).or_default().push(employee.employee_id.clone());
            }
            Shared { plan: stage.plan(2).await, by_story, arranged }
        })
        .await
}

/// Sets the stage for what no story tells, and says about whom it is.
async fn arrange(stage: &Stage) -> BTreeMap<&'static str, String> {
    let (world, target) = (stage.world().await, stage.target().await);
    let (with, without) = ordinary(&world, &target);
    let mut with = with.into_iter();
    let mut without = without.into_iter();
    let mut arranged = BTreeMap::new();
    let yesterday = (world.today - chrono::Days::new(40)).to_string();

    let twice = with.next().unwrap();
    stage
        .add_account(
            json!({"external_id": external_id(&twice.employee_id), "email": "tweede@elders.example.nl"}),
        )
        .await;
    arranged.insert("two accounts", twice.employee_id.clone());

    let haunted = without.next().unwrap();
    let ghost = external_id("00000000-0000-4000-8000-00000000dead");
    stage.add_account(json!({"external_id": ghost, "email": email(haunted)})).await;
    arranged.insert("ghost", haunted.employee_id.clone());

    let wanting = with.next().unwrap();
    stage.change_person(&wanting.employee_id, json!({"business_email": "beheer@voorbeeld.example.nl"})).await;
    arranged.insert("kept address", wanting.employee_id.clone());

    let former = without.next().unwrap();
    let info = former.personal_infos.last().unwrap();
    let ghost = json!({
        "external_id": external_id("00000000-0000-4000-8000-00000000beef"),
        "email": info.business_email,
        "last_name": info.last_name,
        "birthday": info.birth_date,
    });
    stage.add_account(ghost).await;
    arranged.insert("former account", former.employee_id.clone());

    let (before, newcomer) = (with.next().unwrap(), without.next().unwrap());
    leave(stage, before, &yesterday).await;
    let info = before.personal_infos.last().unwrap();
    let change = json!({
        "first_name": info.first_name, "last_name": info.last_name, "birth_date": info.birth_date,
    });
    stage.change_person(&newcomer.employee_id, change).await;
    arranged.insert("newcomer", newcomer.employee_id.clone());
    arranged.insert("left before", before.employee_id.clone());

    let other = with.next().unwrap();
    stage.change_person(&other.employee_id, json!({"employee_type": "external"})).await;
    arranged.insert("other type", other.employee_id.clone());

    let unmanaged = without.next().unwrap();
    stage.add_account(json!({"email": email(unmanaged)})).await;
    leave(stage, unmanaged, &yesterday).await;
    arranged.insert("unmanaged leaver", unmanaged.employee_id.clone());

    let (closed, open) = (with.next().unwrap(), without.next().unwrap());
    leave(stage, closed, &yesterday).await;
    let same = closed.personal_infos.last().unwrap();
    let change = json!({
        "employee_type": "external",
        "business_email": same.business_email,
        "birth_date": same.birth_date,
        "last_name": same.last_name,
    });
    stage.change_person(&open.employee_id, change).await;
    arranged.insert("other record", closed.employee_id.clone());

    let returning = with.next().unwrap();
    let ahead = world.today + chrono::Days::new(40);
    let change = json!({"employee_type": "formerPayroll", "start_date": ahead.to_string()});
    stage.change_person(&returning.employee_id, change).await;
    arranged.insert("new employment", returning.employee_id.clone());

    let (leaver, namesake) = (with.next().unwrap(), without.next().unwrap());
    stage.change_person(&leaver.employee_id, json!({"last_name": "Enigma"})).await;
    leave(stage, leaver, &yesterday).await;
    let change = json!({"last_name": "ENIGMA", "business_email": null, "birth_date": null});
    stage.change_person(&namesake.employee_id, change).await;
    arranged.insert("namesake", leaver.employee_id.clone());

    assert!(account_of(&target, &leaver.employee_id).is_some());
    arranged
}

async fn leave(stage: &Stage, employee: &Employee, last_day: &str) {
    let change = json!({"employee_type": "formerPayroll", "end_date": last_day});
    stage.change_person(&employee.employee_id, change).await;
}

fn email(employee: &Employee) -> Value {
    json!(employee.personal_infos.last().unwrap().business_email)
}

#[tokio::test]
async fn r18_what_is_held_is_not_touched_by_an_apply() {
    let stage = Stage::of(40).await;
    let (world, before) = (stage.world().await, stage.target().await);
    let plan = stage.plan(2).await;
    stage.apply(&plan).await.ends_with_code(0);
    let after = stage.target().await;
    for story in [Story::AccountByHand, Story::ForeignExternalId] {
        let address = telling(&world, story).personal_infos.last().unwrap().business_email.clone();
        let of = |state: &yourcampus_client::sandbox::State| {
            state.accounts.iter().find(|account| account.email == address).cloned()
        };
        assert!(of(&before).is_some() && of(&before) == of(&after));
    }
}

//! R7 of a migration: only what stands in both the plan that a person saw and the fresh one, and one word once.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::Value;
use sync_core::authority::{Approval, Refusal};
use sync_core::engine::{MigrationReport, MigrationVerdict};
use sync_core::migration::{SavedMigration, SavedMigrationError, Words, authorise};
use sync_core::{ExternalId, Interface, Pii};

use crate::moving::seen;
use crate::office::soap_name;
use crate::pairs::{Payroll, payroll, soap};
use crate::platform::What;
use crate::play::Play;
use crate::stage::At;
use crate::story::{Beginning, Event, Old, plain};
use crate::witness::Habit;
use crate::world::{id, person};

fn two() -> Payroll {
    payroll().both(1, person("anna")).both(2, person("bob"))
}

fn approval(saved: &SavedMigration, payroll: &Payroll) -> Approval {
    Approval::of(saved.id().clone(), payroll.old.now)
}

/// What may be done of the second, of which a person saw the first: skipped old names, or why nothing.
fn skipped(first: &Payroll, second: &Payroll) -> Result<Vec<ExternalId>, Refusal> {
    let (saved, fresh) = (seen(&first.plan()), second.plan());
    authorise(&fresh, &saved, &approval(&saved, first)).map(|approved| approved.skipped().to_vec())
}

#[test]
fn r7_what_the_person_did_not_see_is_skipped() {
    assert_eq!(skipped(&two(), &two()), Ok(Vec::new()));
    assert_eq!(skipped(&two(), &two().both(3, person("cleo"))), Ok(vec![soap(3)]));
    // Another account than the one that was seen.
    let mut other = two();
    other.old.accounts[0].id = sync_core::AccountId::new(999);
    assert_eq!(skipped(&two(), &other), Ok(vec![soap(1)]));
    // An account that was inactive then is not marked now.
    let mut inactive = two();
    inactive.old.accounts[0].active = false;
    assert_eq!(skipped(&inactive, &two()), Ok(vec![soap(1)]));
    assert_eq!(skipped(&two(), &inactive), Ok(Vec::new()), "to do less is no news");
}

#[test]
fn r11_soap_does_not_end_while_somebody_is_skipped() {
    let saved = seen(&two().plan());
    let ends = |fresh: &Payroll| {
        let plan = fresh.plan();
        authorise(&plan, &saved, &approval(&saved, &two())).map(|approved| approved.ends())
    };
    assert_eq!(ends(&two()), Ok(true));
    assert_eq!(
        ends(&two().both(3, person("cleo"))),
        Ok(false),
        "cleo would have a name that no run over REST knows"
    );
}

#[test]
fn r7_one_persons_records_are_moved_together_or_not_at_all() {
    let tied = |payroll: Payroll| payroll.alias(soap(2), soap(1));
    let (first, both) = (payroll().both(1, person("anna")), two());
    let before = tied(first).over_soap(2, person("bob")).known(2);
    assert_eq!(skipped(&before, &tied(both)), Ok(vec![soap(1), soap(2)]));
}

#[test]
fn r7_another_plan_customer_policy_or_time_ends_it() {
    let (saved, fresh) = (seen(&two().plan()), two().plan());
    let other = seen(&payroll().plan());
    let refused = |saved: &SavedMigration, approval: &Approval, fresh: &Payroll| {
        authorise(&fresh.plan(), saved, approval).unwrap_err()
    };
    assert_eq!(refused(&saved, &approval(&other, &two()), &two()), Refusal::OtherPlan);
    let mut policy = two();
    policy.old = policy.old.policy(|policy| policy.with_language("nl"));
    assert_eq!(refused(&saved, &approval(&saved, &two()), &policy), Refusal::OtherPolicy);
    let mut later = two();
    later.old.now += TimeDelta::hours(25);
    assert_eq!(refused(&saved, &approval(&saved, &two()), &later), Refusal::TooOld);
    let mut earlier = two();
    earlier.old.now -= TimeDelta::hours(1);
    assert_eq!(refused(&saved, &approval(&saved, &two()), &earlier), Refusal::FromTheFuture);
    let mut scope = two();
    scope.new = scope.new.company("beta", &[]);
    assert_eq!(refused(&saved, &approval(&saved, &two()), &scope), Refusal::OtherScope);
    let mut braked = two();
    braked.old = braked.old.remembers("7", &[]);
    assert!(matches!(refused(&saved, &approval(&saved, &two()), &braked), Refusal::Braked(_)));
    drop(fresh);
}

#[test]
fn r7_an_edited_plan_is_refused() {
    let file = two().plan().to_file();
    let mut edited: Value = serde_json::from_slice(&file).unwrap();
    edited["plan"]["entries"][0]["decision"]["new"] = Value::from(id("eve").as_str());
    let open = |value: &Value| SavedMigration::open(&serde_json::to_vec(value).unwrap()).unwrap_err();
    assert_eq!(open(&edited), SavedMigrationError::HashMismatch);
    edited["plan"]["schema"] = Value::from("migration/v2");
    assert_eq!(open(&edited), SavedMigrationError::UnknownSchema);
    assert_eq!(SavedMigration::open(b"{}").unwrap_err(), SavedMigrationError::NotAMigration);
}

fn served(people: usize) -> Play {
    let beginning = Beginning { people, wishes: Vec::new(), over_soap: true, ..plain(Habit::Files) };
    let mut play = Play::of(&beginning).unwrap();
    play.run().unwrap();
    play
}

fn refusal(report: &MigrationReport) -> &Refusal {
    match &report.verdict {
        MigrationVerdict::Waits(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn r6_a_dry_run_of_a_migration_changes_nothing() {
    let play = served(2);
    let (view, platform) = (play.stage.view(), play.stage.platform());
    let moving = play.plans_migration(&Words::none());
    assert_eq!(moving.document().totals.moved(), 2);
    assert_eq!(play.stage.view(), view);
    assert_eq!(play.stage.platform().accounts, platform.accounts);
    assert!(play.stage.calls("write").is_empty());
    assert_eq!(play.stage.calls("ledger"), ["ledger view"]);
}

#[test]
fn r7_an_approval_of_a_migration_is_used_once() {
    let play = served(2);
    let saved = seen(&play.plans_migration(&Words::none()));
    assert!(play.migrates(&saved).unwrap().unwrap().is_complete());
    let again = play.migrates(&saved).unwrap().unwrap();
    assert_eq!(*refusal(&again), Refusal::UsedUp);
    assert_eq!(again.writes, 0);
}

#[test]
fn r13_nothing_is_moved_while_a_write_is_open_of_which_nobody_can_say() {
    let play = served(3);
    let saved = seen(&play.plans_migration(&Words::none()));
    // The mark of an account crashes, and the account is gone when somebody looks.
    play.stage.order(At::Write(0), crate::stage::Fault::CrashAfter);
    assert!(play.migrates(&saved).is_none());
    let account = play.stage.platform().writes.last().unwrap().account;
    play.stage.in_platform(|platform| platform.remove(account));
    let report = play.migrates_after_crash(&saved);
    assert_eq!(*refusal(&report), Refusal::Unfinished(1));
}

#[test]
fn r18_the_update_of_a_migration_sets_the_external_id_and_nothing_else() {
    let play = served(2);
    // Payroll says something new meanwhile: that is for the daily run.
    play.stage.in_office(|office| {
        office.records[0].row.personal.first_name = Some(Pii::new("Anders".to_owned()));
    });
    let before = play.stage.platform();
    let saved = seen(&play.plans_migration(&Words::none()));
    assert!(play.migrates(&saved).unwrap().unwrap().is_complete());
    let after = play.stage.platform();
    assert_eq!(after.writes.len(), before.writes.len() + 2);
    for write in &after.writes[before.writes.len()..] {
        assert!(matches!(&write.what, What::Update(change) if change.external_id.is_some()));
        let mut marked = write.before.clone().unwrap().account;
        marked.external_id.clone_from(&write.after.external_id);
        assert_eq!(marked, write.after);
    }
}

#[test]
fn r11_soap_does_not_end_while_somebody_with_an_account_in_use_is_left_behind() {
    let mut play = served(3);
    // REST does not show one of them as SOAP does.
    play.stage.in_office(|office| office.records[0].row.listed.number = None);
    let moving = play.plans_migration(&Words::none());
    let document = moving.document();
    assert_eq!((document.totals.left_behind, document.totals.moved(), document.ends), (1, 2, false));
    let report = play.migrates(&seen(&moving)).unwrap().unwrap();
    assert!(report.is_complete() && !report.applied().unwrap().ended);
    // Runs over REST stay blocked; those over SOAP go on.
    play.reads_over(Interface::Rest);
    let blocked = play.run().unwrap().unwrap().unwrap();
    assert!(!blocked.plan.document().brakes.is_empty() && blocked.applied().is_none());
    play.reads_over(Interface::Soap);
    let report = play.run().unwrap().unwrap().unwrap();
    assert!(report.is_complete(), "{:?}", report.verdict);
    assert_eq!(report.writes, 0);
    let left = play.plans_migration(&Words::none());
    assert!(!left.document().has_nothing_to_do() && !left.document().does_something());

    // A person leaves them behind, in words that the hash holds.
    let leaving = Words::none().leaving_held(true);
    let moving = play.plans_migration(&leaving);
    assert!(moving.document().ends && moving.id() != left.id());
    let report = play.migrates(&seen(&moving)).unwrap().unwrap();
    assert!(report.is_complete() && report.applied().unwrap().ended);
}

#[test]
fn r11_somebody_who_is_held_since_the_person_looked_keeps_soap_from_ending() {
    let play = served(3);
    let saved = seen(&play.plans_migration(&Words::none()));
    assert!(saved.ends());
    play.stage.in_office(|office| office.records[0].row.listed.number = None);
    let report = play.migrates(&saved).unwrap().unwrap();
    assert!(!report.is_complete() && !report.applied().unwrap().ended);
    assert_eq!(report.applied().unwrap().marks.len(), 2);
}

#[test]
fn whoever_is_held_without_an_account_in_use_keeps_nothing() {
    let lacking = || person("anna").former().without_email();
    let held =
        |account: crate::world::Acc| payroll().over_soap(1, lacking()).over_rest(lacking()).having(account);
    let account = || crate::world::account(101).like(&crate::pairs::as_soap(lacking(), 1));
    let document = |payroll: &Payroll| payroll.plan().document().clone();
    assert_eq!(document(&held(account())).totals.left_behind, 1);
    let inactive = document(&held(account().inactive()));
    assert_eq!((inactive.totals.held(), inactive.totals.left_behind, inactive.ends), (1, 0, true));
    // Of an account that is not listed nobody knows; and a record that SOAP does not show any more counts, too.
    let unlisted = payroll().over_soap(1, lacking()).over_rest(lacking()).linked(soap(1), 101);
    assert_eq!(document(&unlisted).totals.left_behind, 1);
    assert_eq!(document(&payroll().known(3)).totals.left_behind, 1);
}

#[test]
fn the_words_of_a_person_are_part_of_what_is_approved() {
    let mut play = served(2);
    // The same human being twice in one company, the same in everything.
    play.happens(&Event::ReturnsAnew { who: 0, company: 0, old: Old::Stays, new_address: false });
    play.run().unwrap();
    let office = play.stage.office();
    let held = play.plans_migration(&Words::none());
    assert_eq!(held.document().totals.held(), 2, "{:#?}", held.document());
    let pair = |at: usize| (soap_name(at), office.records[at].row.id.clone());
    let words = Words::none().naming([pair(0), pair(2)]).unwrap();
    let moving = play.plans_migration(&words);
    assert_eq!((moving.document().totals.held(), moving.document().totals.moved()), (0, 3));
    assert!(play.migrates(&seen(&moving)).unwrap().unwrap().is_complete());
    let aliases = play.stage.view().aliases;
    let expected: BTreeMap<_, _> = [pair(0), pair(1), pair(2)].into();
    assert_eq!(aliases, expected);
    play.reads_over(Interface::Rest);
    let report = play.run().unwrap().unwrap().unwrap();
    assert_eq!(report.plan.document().totals.people, 2);
    assert_eq!(report.plan.document().totals.actions.total(), 0);
}

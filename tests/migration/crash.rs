//! R12 of a migration: it stops before or after any call of any port, the store included; carried out again, it leaves
//! the same accounts and the same memory as one that nobody disturbed, and whatever was done before the end, runs over
//! either interface make no account and give nothing.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::account::Account;
use sync_core::authority::{Ended, Refusal};
use sync_core::engine::Verdict;
use sync_core::guard::Brake;
use sync_core::ledger::LedgerView;
use sync_core::migration::{SavedMigration, Words};
use sync_core::ports::{Authorities, Ledger, PortErrorKind};
use sync_core::{AccountId, Interface};

use crate::moving::seen;
use crate::platform::What;
use crate::play::Play;
use crate::stage::{At, Fault, customer, done_at_once};
use crate::story::{Beginning, Event, Old, Says, Support, plain};
use crate::witness::Habit;

/// Six people over SOAP: money was given, one left long ago, one has a second record, and all runs agree.
fn served_over_soap() -> Play {
    let wishes = vec![(0, 0, Some("100")), (1, 1, Some("50")), (2, 0, Some("40")), (3, 3, Some("20"))];
    let mut play =
        Play::of(&Beginning { people: 6, wishes, over_soap: true, ..plain(Habit::Files) }).unwrap();
    play.run().unwrap();
    play.evening(Support::WorksOff { tells: true }).unwrap();
    play.next_day(1);
    play.happens(&Event::Leaves { who: 5 });
    play.happens(&Event::ReturnsAnew { who: 4, company: 1, old: Old::Closes, new_address: true });
    for _ in 0..3 {
        play.run().unwrap();
        play.says(Says::Approves);
    }
    play.run().unwrap();
    play.evening(Support::WorksOff { tells: true }).unwrap();
    play.next_day(8);
    play.run().unwrap();
    play
}

/// And what a person sees of a migration.
fn about_to_move() -> (Play, SavedMigration) {
    let play = served_over_soap();
    let moving = play.plans_migration(&Words::none());
    let totals = &moving.document().totals;
    assert_eq!((totals.moved(), totals.held(), totals.marks), (7, 0, 5), "{:#?}", moving.document());
    play.stage.forget_calls();
    (play, seen(&moving))
}

/// What stands in the end, apart from times.
#[derive(Debug, PartialEq)]
struct Standing {
    accounts: BTreeMap<AccountId, Account>,
    ledger: LedgerView,
    waiting: usize,
    open: usize,
}

fn standing(play: &Play) -> Standing {
    let store = play.stage.store();
    let accounts = play.stage.platform().accounts.into_iter().map(|(id, it)| (id, it.account)).collect();
    Standing {
        accounts,
        ledger: play.stage.view(),
        waiting: done_at_once(store.approvals(&customer())).unwrap().len(),
        open: done_at_once(store.open_intents(&customer())).unwrap().len(),
    }
}

/// The writes since then: at most one to each account, of its external id and nothing else.
fn marks_since(play: &Play, before: usize) -> usize {
    let writes = &play.stage.platform().writes[before..];
    let mut marked = BTreeSet::new();
    for write in writes {
        let What::Update(change) = &write.what else { panic!("a migration only marks: {write:?}") };
        let mut rest = change.clone();
        assert!(rest.external_id.take().is_some() && rest.is_empty());
        if write.before.as_ref().unwrap().account != write.after {
            assert!(marked.insert(write.account), "two updates of {}", write.account);
        }
    }
    marked.len()
}

/// A run of the daily command, and what a person says to whatever it shows, however often: nobody gets an account, loses
/// one, or is given anything.
fn a_day_without_news(play: &mut Play, interface: Interface, context: &str) {
    let before = (play.stage.platform().writes.len(), play.desk.witness().asked.len());
    play.reads_over(interface);
    play.run_after_crash().unwrap_or_else(|broken| panic!("{context}: {broken}"));
    for says in [Says::Confirms, Says::Approves] {
        play.says(says);
        play.run().unwrap_or_else(|broken| panic!("{context}: {broken}"));
    }
    let platform = play.stage.platform();
    let news: Vec<_> =
        platform.writes[before.0..].iter().filter(|write| !matches!(write.what, What::Update(_))).collect();
    assert!(news.is_empty(), "{context}: {news:?}");
    assert_eq!(play.desk.witness().asked.len(), before.1, "{context}: money was asked for");
}

#[test]
fn r12_a_migration_that_stops_at_any_call_is_carried_out_again() {
    let (undisturbed, saved) = about_to_move();
    let before = undisturbed.stage.platform().writes.len();
    let report = undisturbed.migrates(&saved).unwrap().unwrap();
    assert!(report.is_complete(), "{report:?}");
    let calls = undisturbed.stage.calls("");
    let (expected, marks) = (standing(&undisturbed), marks_since(&undisturbed, before));
    assert_eq!((expected.waiting, expected.open, marks), (0, 0, 5));
    assert!(calls.len() > 60, "{calls:?}");
    for (number, call) in calls.iter().enumerate() {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            let context = format!("{fault:?} at call {number}, {call}");
            let (play, saved) = about_to_move();
            play.stage.order(At::Call(number), fault);
            let crashed = play.migrates(&saved);
            assert!(crashed.is_none(), "{context}: it was to crash");
            let ended = call == "ledger complete" && fault == Fault::CrashAfter
                || call == "runs end"
                || call == "lease release";
            let report = play.migrates_after_crash(&saved);
            if ended {
                let is_used_up =
                    matches!(report.verdict, sync_core::engine::MigrationVerdict::Waits(Refusal::UsedUp));
                assert!(is_used_up, "{context}: {report:?}");
            } else {
                assert!(report.is_complete(), "{context}: {report:?}");
            }
            assert_eq!(standing(&play), expected, "{context}");
            assert_eq!(marks_since(&play, before), marks, "{context}");
        }
    }
}

#[test]
fn r11_r12_runs_over_either_interface_make_nothing_of_a_half_done_migration() {
    let calls = {
        let (play, saved) = about_to_move();
        play.migrates(&saved).unwrap().unwrap();
        play.stage.calls("")
    };
    let first = calls.iter().position(|call| call.starts_with("ledger intend")).unwrap();
    for (number, call) in calls.iter().enumerate().skip(first) {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            for order in [[Interface::Soap, Interface::Rest], [Interface::Rest, Interface::Soap]] {
                let context = format!("{fault:?} at call {number}, {call}, then {order:?}");
                let (mut play, saved) = about_to_move();
                play.stage.order(At::Call(number), fault);
                assert!(play.migrates(&saved).is_none());
                for interface in order {
                    a_day_without_news(&mut play, interface, &context);
                }
            }
        }
    }
}

#[test]
fn r11_after_a_migration_the_runs_over_rest_find_everybody_and_give_nothing() {
    for habit in [Habit::Files, Habit::LooksUp, Habit::Blind] {
        let wishes = vec![(0, 0, Some("100")), (0, 1, Some("50")), (1, 2, Some("60"))];
        let beginning = Beginning { people: 3, wishes, over_soap: true, ..plain(habit) };
        let mut play = Play::of(&beginning).unwrap();
        play.run().unwrap();
        play.evening(Support::WorksOff { tells: true }).unwrap();
        play.next_day(1);
        play.run().unwrap();
        assert_eq!(play.desk.witness().gifts.len(), 3);
        let moving = play.plans_migration(&Words::none());
        assert!(!moving.document().has_nothing_to_do());
        assert!(play.migrates(&seen(&moving)).unwrap().unwrap().is_complete());

        // The old interface is over: all that REST showed is gone there.
        let report = play.run().unwrap().unwrap().unwrap();
        assert!(matches!(report.verdict, Verdict::Waits(_)), "{:?}", report.verdict);
        let brakes = &report.plan.document().brakes;
        let gone = brakes.iter().filter(|brake| matches!(brake, Brake::CompanyGone { .. })).count();
        assert_eq!(gone, 2, "no word about the mandate brings SOAP back: {brakes:?}");

        play.reads_over(Interface::Rest);
        let writes = play.stage.platform().writes.len();
        let report = play.run().unwrap().unwrap().unwrap();
        assert!(matches!(report.verdict, Verdict::Waits(Refusal::MandateEnded(Ended::Scope))));
        let document = report.plan.document();
        assert_eq!((document.totals.actions.total(), document.totals.held.len()), (0, 0), "{document:#?}");
        play.says(Says::Confirms);
        let report = play.run().unwrap().unwrap().unwrap();
        assert!(report.is_complete());
        let document = report.plan.document();
        assert_eq!(document.totals.nothing, 3);
        let money = document.totals.money.as_ref().unwrap();
        assert_eq!((money.grants, money.proposals, money.held.len()), (0, 0, 0));
        assert_eq!(play.stage.platform().writes.len(), writes);
        assert!(play.plans_migration(&Words::none()).document().has_nothing_to_do());
    }
}

#[test]
fn r13_a_mark_of_which_nobody_knows_is_looked_up_and_not_sent_again() {
    for (fault, writes) in [
        (Fault::FailsAfter(PortErrorKind::Doubtful), 5),
        (Fault::Fails(PortErrorKind::Doubtful), 5),
        (Fault::FailsAfter(PortErrorKind::Conflict), 5),
    ] {
        let (play, saved) = about_to_move();
        play.stage.order(At::Write(1), fault);
        let report = play.migrates(&saved).unwrap().unwrap();
        assert_eq!(report.writes, writes);
        assert!(report.settling.pages > 0, "{fault:?}: one listing settles it");
        let applied = report.applied().unwrap();
        let done = applied.marks.iter().filter(|mark| mark.result.is_done()).count();
        let was_done = matches!(fault, Fault::FailsAfter(_));
        assert_eq!(done, if was_done { 5 } else { 4 }, "{fault:?}");
        assert!(applied.ended, "the ledger knows both names, whatever the account carries");
        // What was not done is shown again, and harms nobody until then.
        let again = play.plans_migration(&Words::none());
        assert_eq!(again.document().totals.marks, u64::from(!was_done));
        assert!(!again.document().ends);
    }
}

#[test]
fn a_store_that_fails_ends_a_migration_and_the_next_goes_on() {
    let (undisturbed, saved) = about_to_move();
    undisturbed.migrates(&saved).unwrap().unwrap();
    let expected = standing(&undisturbed);
    let calls = undisturbed.stage.calls("");
    let stored = |call: &&String| ["ledger", "authority", "runs"].iter().any(|part| call.starts_with(part));
    for number in 0..calls.iter().filter(stored).count() {
        for fault in [Fault::Fails(PortErrorKind::Fatal), Fault::FailsAfter(PortErrorKind::Fatal)] {
            let (play, saved) = about_to_move();
            play.stage.order(At::Store(number), fault);
            let first = play.migrates(&saved).unwrap();
            let is_complete = first.as_ref().is_ok_and(sync_core::engine::MigrationReport::is_complete);
            if !is_complete {
                _ = play.migrates_after_crash(&saved);
            }
            assert_eq!(standing(&play), expected, "{fault:?} at call {number} to the store");
        }
    }
}

//! R11: what a run asks of the desk, and what it never asks, one sentence each.

use sync_core::budget::GrantState;
use sync_core::ports::{MoneyLedger, PortErrorKind, ToldBy};
use sync_core::{Euro, Pii};

use crate::play::Play;
use crate::stage::{At, Fault, customer, done_at_once};
use crate::story::{Beginning, Event, Says, Support, plain};
use crate::witness::Habit;

const HABITS: [Habit; 3] = [Habit::Files, Habit::LooksUp, Habit::Blind];

fn says(who: usize, budget: usize, value: &'static str) -> Event {
    Event::Says { who, brand: 0, budget, value: Some(value) }
}

fn asked(play: &Play) -> usize {
    play.desk.witness().asked.len()
}

/// Runs on several days, with nobody but the mandate behind them.
fn days_by_mandate(play: &mut Play) {
    for _ in 0..3 {
        play.next_day(1);
        play.run().unwrap();
        play.evening(Support::WorksOff { tells: true }).unwrap();
    }
}

fn states(play: &Play) -> Vec<GrantState> {
    play.stage.view().money.grants.iter().map(|grant| grant.state).collect()
}

#[test]
fn r11_a_mandate_gives_first_grants_and_nothing_that_comes_after_them() {
    for habit in HABITS {
        let mut play = Play::of(&plain(habit)).unwrap();
        days_by_mandate(&mut play);
        assert_eq!(asked(&play), 2, "{habit:?}");
        for (budget, value) in [(0, "130"), (1, "75.50"), (1, "0")] {
            play.happens(&says(0, budget, value));
            days_by_mandate(&mut play);
            assert_eq!(asked(&play), 2, "{habit:?}: {value}");
        }
    }
}

#[test]
fn r11_nobody_has_two_monthly_budgets() {
    for habit in HABITS {
        let mut play = Play::of(&plain(habit)).unwrap();
        days_by_mandate(&mut play);
        // A second field beside the first; then the second instead of the first, which still runs.
        for (all, health) in [("50", "60"), ("", "60"), ("0", "60")] {
            play.happens(&says(0, 1, all));
            play.happens(&says(0, 2, health));
            play.next_day(1);
            play.run().unwrap();
            assert_eq!(asked(&play), 2, "{habit:?}: {all:?} and {health:?}");
        }
        // An end that somebody agreed to comes first, and only after it the other budget.
        play.says(Says::Approves);
        play.run().unwrap();
        assert_eq!(asked(&play), 3, "{habit:?}");
        days_by_mandate(&mut play);
        assert_eq!(asked(&play), 3, "{habit:?}: it ends on the next first of the month");
        play.next_day(31);
        days_by_mandate(&mut play);
        assert_eq!(asked(&play), 4, "{habit:?}");
    }
}

#[test]
fn r11_a_desk_that_does_not_say_what_it_took_last_is_asked_for_nothing() {
    for habit in HABITS {
        let mut play = Play::of(&plain(habit)).unwrap();
        for _ in 0..3 {
            play.stage.order(At::Desk(0), Fault::Fails(PortErrorKind::Fatal));
            play.run().unwrap();
        }
        assert_eq!(asked(&play), 0, "{habit:?}");
        play.run().unwrap();
        assert!(asked(&play) > 0, "{habit:?}: once it answers, it is");
    }
}

#[test]
fn r11_a_doubt_is_settled_by_a_person_and_by_nothing_else_where_the_desk_cannot_tell() {
    for fault in [
        Fault::Fails(PortErrorKind::Doubtful),
        Fault::FailsAfter(PortErrorKind::Doubtful),
        Fault::FailsAfter(PortErrorKind::Conflict),
        Fault::FailsAfter(PortErrorKind::Fatal),
        Fault::ComesLate,
        Fault::CrashBefore,
        Fault::CrashAfter,
    ] {
        let mut play =
            Play::of(&Beginning { wishes: vec![(0, 0, Some("100"))], ..plain(Habit::Blind) }).unwrap();
        // After the mark.
        play.run_meeting(Some((At::Desk(1), fault))).unwrap();
        days_by_mandate(&mut play);
        assert_eq!(states(&play), [GrantState::Doubtful], "{fault:?}");
        assert_eq!(asked(&play), 1, "{fault:?}");
        play.says(Says::Settles);
        days_by_mandate(&mut play);
        assert_eq!(asked(&play), 1, "{fault:?}: not again without a word");
    }
}

#[test]
fn r11_what_the_desk_refused_is_not_handed_over_again_without_a_word() {
    for habit in [Habit::LooksUp, Habit::Blind] {
        let mut play = Play::of(&Beginning { wishes: vec![(0, 0, Some("100"))], ..plain(habit) }).unwrap();
        play.run_meeting(Some((At::Desk(1), Fault::Fails(PortErrorKind::Refused)))).unwrap();
        days_by_mandate(&mut play);
        assert_eq!((asked(&play), states(&play)), (1, vec![GrantState::Refused]), "{habit:?}");
        play.says(Says::Approves);
        play.run().unwrap();
        assert_eq!(asked(&play), 2, "{habit:?}");
        assert_eq!(states(&play), [GrantState::Refused, GrantState::Given], "{habit:?}");
    }
}

#[test]
fn r11_what_was_surely_not_given_comes_again_under_its_own_name() {
    for habit in [Habit::LooksUp, Habit::Blind] {
        let mut play = Play::of(&Beginning { wishes: vec![(0, 0, Some("100"))], ..plain(habit) }).unwrap();
        let not_now = Fault::Fails(PortErrorKind::Retryable { at: None });
        play.run_meeting(Some((At::Desk(1), not_now))).unwrap();
        assert_eq!(states(&play), [GrantState::NotDone], "{habit:?}");
        // With another amount it is not what was asked for.
        play.happens(&says(0, 0, "130"));
        days_by_mandate(&mut play);
        assert_eq!(asked(&play), 1, "{habit:?}");
        play.happens(&says(0, 0, "100"));
        days_by_mandate(&mut play);
        let witness = play.desk.witness();
        assert_eq!(witness.asked.len(), 2, "{habit:?}");
        assert_eq!(witness.asked[0], witness.asked[1], "{habit:?}");
        assert_eq!(witness.gifts.len(), 1, "{habit:?}");
    }
}

#[test]
fn r11_nobody_is_given_money_by_a_run_that_left_their_account_undone() {
    for habit in HABITS {
        let mut play = Play::of(&Beginning { wishes: Vec::new(), ..plain(habit) }).unwrap();
        play.happens(&says(0, 0, "100"));
        play.happens(&Event::ChangesAddress { who: 0 });
        play.run_meeting(Some((At::Write(0), Fault::Fails(PortErrorKind::Refused)))).unwrap();
        assert_eq!(asked(&play), 0, "{habit:?}");
        days_by_mandate(&mut play);
        assert_eq!(asked(&play), 1, "{habit:?}");
    }
}

#[test]
fn r11_a_list_of_which_a_person_told_something_is_not_written_any_more() {
    let mut play = Play::of(&plain(Habit::Files)).unwrap();
    // It is prepared, and not written.
    play.stage.order(At::Desk(1), Fault::CrashBefore);
    assert!(play.run().unwrap().is_none());
    assert_eq!(states(&play), [GrantState::Intended, GrantState::Intended]);
    let first = play.stage.view().money.grants[0].id.clone();
    let (by, now) = (ToldBy::Person(Pii::new("Ans".to_owned())), play.stage.time());
    let told = [(first, GrantState::Refused)];
    done_at_once(play.stage.store().settle_grants(&customer(), &told, &by, now)).unwrap();
    play.run_after_crash().unwrap();
    days_by_mandate(&mut play);
    assert!(play.desk.witness().files.is_empty(), "the list still holds what somebody said is not given");
    assert_eq!(states(&play), [GrantState::Refused, GrantState::Doubtful]);
}

#[test]
fn r11_a_list_that_is_refused_the_second_time_may_have_been_taken_the_first() {
    let mut play = Play::of(&plain(Habit::Files)).unwrap();
    let lost = Fault::FailsAfter(PortErrorKind::Doubtful);
    play.run_meeting(Some((At::Desk(1), lost))).unwrap();
    assert_eq!(states(&play), [GrantState::Intended, GrantState::Intended]);
    play.run_meeting(Some((At::Desk(1), Fault::Fails(PortErrorKind::Refused)))).unwrap();
    assert_eq!(states(&play), [GrantState::Doubtful, GrantState::Doubtful]);
}

#[test]
fn r11_a_grant_that_is_refused_when_it_is_repeated_may_have_been_taken_the_first_time() {
    for habit in [Habit::LooksUp, Habit::Blind] {
        let mut play = Play::of(&Beginning { wishes: vec![(0, 0, Some("100"))], ..plain(habit) }).unwrap();
        let not_now = Fault::Fails(PortErrorKind::Retryable { at: None });
        play.run_meeting(Some((At::Desk(1), not_now))).unwrap();
        assert_eq!(states(&play), [GrantState::NotDone], "{habit:?}");
        play.run_meeting(Some((At::Desk(1), Fault::Fails(PortErrorKind::Refused)))).unwrap();
        assert_eq!(states(&play), [GrantState::Doubtful], "{habit:?}");
    }
}

#[test]
fn r11_a_dry_run_hands_nothing_over() {
    for habit in HABITS {
        let mut play = Play::of(&plain(habit)).unwrap();
        play.stage.forget_calls();
        play.dry_run();
        assert_eq!((asked(&play), play.stage.calls("desk")), (0, vec!["desk mark".to_owned()]), "{habit:?}");
        assert!(play.stage.view().money.grants.is_empty(), "{habit:?}");
    }
}

#[test]
fn r11_the_amounts_are_those_of_the_fields_to_the_cent() {
    let wishes = vec![(0, 0, Some("75.50")), (0, 1, Some("50,00"))];
    for habit in HABITS {
        let mut play = Play::of(&Beginning { wishes: wishes.clone(), ..plain(habit) }).unwrap();
        days_by_mandate(&mut play);
        let mut cents: Vec<_> = play.desk.witness().gifts.iter().map(|gift| gift.row.cents).collect();
        cents.sort_unstable();
        assert_eq!(cents, [5000, 7550], "{habit:?}");
        let ledger: Euro = play.stage.view().money.grants.iter().map(|grant| grant.amount).sum();
        assert_eq!(ledger.cents(), 12_550, "{habit:?}");
    }
}

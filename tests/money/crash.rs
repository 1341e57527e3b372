//! R12 of money: a run that hands over stops before or after any call of any port; with the runs after it, the same money
//! is given as by one that nobody disturbed, and a list is the same file byte for byte.

use std::collections::BTreeSet;

use sync_core::budget::GrantState;

use crate::play::Play;
use crate::stage::{At, Fault};
use crate::story::{Beginning, Event, Says, Support, plain};
use crate::witness::Habit;

/// A morning on which everything that money can do waits to be done, all of it agreed to.
fn everything_at_once(habit: Habit) -> Play {
    let wishes = vec![(0, 0, Some("100")), (1, 1, Some("50")), (2, 1, Some("50")), (3, 0, Some("40"))];
    let mut play = Play::of(&Beginning { people: 6, wishes, ..plain(habit) }).unwrap();
    play.run().unwrap();
    play.evening(Support::WorksOff { tells: true }).unwrap();
    play.next_day(31);
    let says = |who, budget, value| Event::Says { who, brand: 0, budget, value: Some(value) };
    // A further one-off, a replacement, an end, and two first grants; and an account that changes, and one that goes.
    for event in [
        says(0, 0, "130"),
        says(1, 1, "75.50"),
        says(2, 1, "0"),
        says(3, 3, "20"),
        says(4, 2, "60"),
        Event::ChangesAddress { who: 4 },
        Event::Leaves { who: 5 },
    ] {
        play.happens(&event);
    }
    play.dry_run();
    play.says(Says::Approves);
    play
}

/// What was given, and the files that were written.
fn outcome(play: &Play) -> (BTreeSet<String>, Vec<Vec<u8>>) {
    let witness = play.desk.witness();
    let gifts = witness.gifts.iter().map(|gift| format!("{:?}", gift.row)).collect();
    (gifts, witness.files.iter().map(|file| file.bytes.clone()).collect())
}

fn the_run_and_what_follows(play: &mut Play) -> Result<(), String> {
    play.run_after_crash()?;
    play.run()?;
    play.evening(Support::WorksOff { tells: true })
}

fn goes_on_after_a_crash_at_every_call(habit: Habit) {
    let mut undisturbed = everything_at_once(habit);
    let before = undisturbed.desk.witness().gifts.len();
    let calls = {
        let twin = everything_at_once(habit);
        twin.stage.forget_calls();
        let report = twin.stage.daily_of(&twin.stage.sync_run().with_desk(&twin.desk));
        assert!(report.unwrap().unwrap().is_complete());
        twin.stage.calls("")
    };
    the_run_and_what_follows(&mut undisturbed).unwrap();
    let expected = outcome(&undisturbed);
    assert_eq!(undisturbed.desk.witness().gifts.len(), before + 5, "five grants: {expected:?}");
    assert!(calls.len() > 35, "{calls:?}");
    for (number, call) in calls.iter().enumerate() {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            let context = format!("{fault:?} at call {number}, {call}");
            let mut play = everything_at_once(habit);
            play.stage.forget_calls();
            play.stage.order(At::Call(number), fault);
            assert!(play.run().unwrap().is_none(), "{context}: it was to crash");
            the_run_and_what_follows(&mut play).unwrap_or_else(|broken| panic!("{context}: {broken}"));
            if habit == Habit::Blind {
                is_right_or_doubtful(&play, &expected.0, &context);
            } else {
                assert_eq!(outcome(&play), expected, "{context}");
            }
        }
    }
}

/// A desk that can tell nothing leaves a doubt, and nothing is sent again.
fn is_right_or_doubtful(play: &Play, expected: &BTreeSet<String>, context: &str) {
    let (gifts, _) = outcome(play);
    assert!(gifts.is_subset(expected), "{context}: {gifts:?}");
    let ledger = play.stage.view().money.grants;
    let doubtful: Vec<_> = ledger.iter().filter(|grant| grant.state == GrantState::Doubtful).collect();
    assert!(doubtful.len() <= 1, "{context}: {doubtful:?}");
    let missing = expected.len() - gifts.len();
    assert!(missing <= doubtful.len(), "{context}: {missing} grants are lost in silence");
}

#[test]
fn r12_a_crash_at_any_call_leaves_the_same_list_byte_for_byte() {
    goes_on_after_a_crash_at_every_call(Habit::Files);
}

#[test]
fn r12_a_crash_at_any_call_gives_everything_once_where_the_desk_can_be_asked() {
    goes_on_after_a_crash_at_every_call(Habit::LooksUp);
}

#[test]
fn r12_a_crash_at_any_call_leaves_at_most_one_doubt_where_it_cannot() {
    goes_on_after_a_crash_at_every_call(Habit::Blind);
}

//! R12: a run that stops before or after any call of any port, and another after it, leave the same accounts and the
//! same memory as one that nobody disturbed.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use proptest::prelude::*;
use sync_core::account::Account;
use sync_core::ledger::Link;
use sync_core::ports::{Authorities, Ledger};
use sync_core::{AccountId, ExternalId};

use crate::days::of_every;
use crate::play::Play;
use crate::stage::{At, Fault, customer};
use crate::story::{Beginning, Event, Mark, Says, Story, story};

/// What stands in the end, apart from times.
#[derive(Debug, PartialEq)]
struct Standing {
    accounts: BTreeMap<AccountId, Account>,
    aliases: BTreeMap<ExternalId, ExternalId>,
    deactivations: usize,
    waiting: usize,
    open: usize,
}

fn standing(play: &Play) -> Standing {
    let store = play.stage.store();
    let view = play.stage.view();
    let accounts = play.stage.platform().accounts.into_iter().map(|(id, standing)| (id, standing.account));
    Standing {
        accounts: accounts.collect(),
        aliases: view.aliases,
        deactivations: view.deactivations.len(),
        waiting: store.approvals(&customer()).now_or_never().unwrap().unwrap().len(),
        open: store.open_intents(&customer()).now_or_never().unwrap().unwrap().len(),
    }
}

fn links(play: &Play) -> BTreeMap<ExternalId, Link> {
    play.stage.view().links
}

/// A morning on which every kind of action waits to be done, all of it approved.
fn everything_at_once(people: usize, mandate: bool) -> Play {
    let beginning = Beginning {
        people,
        companies: 2,
        habits: crate::platform::Habits::default(),
        routes: false,
        access_field: true,
        externals_take_part: false,
        strangers: Vec::new(),
    };
    let mut play = Play::of(&beginning);
    let next_run = |play: &mut Play, says| {
        play.run().unwrap();
        play.stage.pass(chrono::TimeDelta::minutes(1));
        play.says(says);
    };
    next_run(&mut play, Says::Confirms { smaller_scope: false });
    play.run().unwrap();
    play.stage.pass(chrono::TimeDelta::days(1));
    // Two who left long enough ago that the week's limit has forgotten them.
    play.happens(&Event::Leaves { who: 0, last_day_in: Some(-5) });
    play.happens(&Event::Leaves { who: 1, last_day_in: Some(-5) });
    next_run(&mut play, Says::Approves { proposals: false });
    play.run().unwrap();
    play.stage.pass(chrono::TimeDelta::days(9));

    let new = |n| people + n;
    play.happens(&Event::Returns { who: 0, in_days: 0 });
    play.happens(&Event::ChangesName { who: 0, last: false });
    play.happens(&Event::ReturnsAnew { who: 1, company: 1, in_days: 0, new_address: true, old_closes: true });
    play.happens(&Event::Vanishes { who: 2 });
    play.happens(&Event::ReturnsAnew {
        who: 2,
        company: 0,
        in_days: 0,
        new_address: false,
        old_closes: false,
    });
    play.happens(&Event::Says { who: 3, name: "alleo_access", value: Some("nee") });
    play.happens(&Event::TakesAddressOf { who: 4, other: 5 });
    play.happens(&Event::ChangesName { who: 5, last: true });
    play.happens(&Event::Leaves { who: 6, last_day_in: Some(-1) });
    play.happens(&Event::Joins { company: 0, in_days: 0 });
    play.happens(&Event::Joins { company: 1, in_days: 0 });
    play.happens(&Event::AccountMade {
        with_address_of: new(3),
        stranger: false,
        carrying: Mark::None,
        active: true,
    });
    // Without the mandate the run only shows what it would do.
    play.says(Says::Revokes);
    play.run().unwrap();
    play.stage.pass(chrono::TimeDelta::minutes(1));
    if mandate {
        play.says(Says::Confirms { smaller_scope: false });
    }
    play.says(Says::Approves { proposals: true });
    play.stage.forget_calls();
    play
}

fn goes_on_after_a_crash_at_every_call(people: usize, mandate: bool) {
    let mut undisturbed = everything_at_once(people, mandate);
    let report = undisturbed.stage.daily().unwrap().unwrap();
    assert!(report.is_complete(), "{report:?}");
    let calls = undisturbed.stage.calls("").len();
    assert!(calls > 50, "{calls} calls: {:?}", undisturbed.stage.calls(""));
    // An adopted account is brought up to date by a run of its own.
    undisturbed.run().unwrap();
    let (expected, known) = (standing(&undisturbed), links(&undisturbed));
    for number in 0..calls {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            let mut play = everything_at_once(people, mandate);
            play.stage.order(At::Call(number), fault);
            let name = || play.stage.calls("").get(number).cloned();
            assert!(play.stage.daily().is_none(), "{:?} was the last call", name());
            let context = format!("{fault:?} at call {number}, {:?}", name());
            play.run_after_crash().unwrap_or_else(|broken| panic!("{context}: {broken}"));
            play.run().unwrap_or_else(|broken| panic!("{context}: {broken}"));
            let stands = standing(&play);
            assert_eq!(stands, expected, "{context}");
            // A run after a crash may already know a link that an undisturbed one only learns from the next.
            for (record, link) in links(&play) {
                assert_eq!(known.get(&record).unwrap_or(&link), &link, "{context}: {record}");
            }
        }
    }
}

#[test]
fn r12_a_crash_at_any_call_of_a_daily_run_changes_nothing_in_the_end() {
    goes_on_after_a_crash_at_every_call(16, true);
}

#[test]
fn r12_a_crash_at_any_call_of_a_run_on_an_approval_alone_changes_nothing_in_the_end() {
    goes_on_after_a_crash_at_every_call(16, false);
}

#[test]
fn r12_a_crash_at_any_call_of_a_run_over_a_limit_changes_nothing_in_the_end() {
    goes_on_after_a_crash_at_every_call(8, true);
}

/// Only crashes, and a target that holds no grudge: whoever is refused in two runs instead of one is set aside earlier.
/// What a person says is used on the same day: a crash delays a run until the lease has ended, and an approval of
/// yesterday may have ended before that.
fn only_crashes(mut story: Story) -> Story {
    let is_crash = |fault: &(At, Fault)| matches!(fault.1, Fault::CrashBefore | Fault::CrashAfter);
    for day in &mut story.days {
        day.events.retain(|event| !matches!(event, Event::Grudge { .. }));
        day.runs_again = true;
        day.fault = day.fault.filter(is_crash);
        day.second_fault = day.second_fault.filter(is_crash);
    }
    story
}

#[test]
fn r12_a_story_with_crashes_ends_as_the_same_story_without() {
    of_every(story(1..6).prop_map(only_crashes), |story| {
        let told = |undisturbed: bool| -> Result<Play, String> {
            let mut play = Play::of(&story.beginning);
            play.undisturbed = undisturbed;
            for day in &story.days {
                play.day(day)?;
                // An adopted account is brought up to date by the next run, which after a crash is the same day's; the day
                // after, the person may have left.
                play.run()?;
            }
            Ok(play)
        };
        let (crashed, undisturbed) = (told(false), told(true));
        let (Ok(crashed), Ok(undisturbed)) = (crashed, undisturbed) else {
            // Another test says so, and about fewer days.
            return Ok(());
        };
        let owners = |play: &Play| {
            let accounts = play.stage.platform().accounts.into_values();
            accounts.map(|standing| (standing.account.id, standing.account)).collect::<BTreeMap<_, _>>()
        };
        prop_assert_eq!(owners(&crashed), owners(&undisturbed));
        Ok(())
    });
}

//! R11 over schedules by chance. `PROPTEST_CASES` sets how many; `.ci/deep` asks for ten thousand.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sync_core::budget::GrantState;

use crate::play::Play;
use crate::story::story;
use crate::witness::Habit;

fn of_all<S: Strategy>(stories: &S, every: u32, holds: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let asked =
        ProptestConfig { failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() };
    let mut runner = TestRunner::new(ProptestConfig { cases: asked.cases.div_ceil(every), ..asked });
    runner.run(stories, holds).unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn r11_no_schedule_gives_money_twice_or_to_whom_it_is_not_meant_for() {
    of_all(&story(1..7), 1, |story| match Play::told(&story) {
        Ok(_) => Ok(()),
        Err(broken) => Err(TestCaseError::fail(broken)),
    });
}

#[test]
fn r11_when_nothing_disturbs_any_more_everything_that_is_certain_arrives_once() {
    of_all(&story(1..4), 5, |story| {
        let Ok(mut play) = Play::told(&story) else { return Ok(()) };
        play.settles_down().map_err(TestCaseError::fail)?;
        let before = play.desk.witness().gifts.len();
        let asked = play.desk.witness().asked.len();
        play.next_day(1);
        play.run().map_err(TestCaseError::fail)?;
        prop_assert_eq!(play.desk.witness().asked.len(), asked, "there was something left to hand over");
        prop_assert_eq!(play.desk.witness().gifts.len(), before);
        let latest = play.latest.as_ref().unwrap();
        // An empty company, say, which no word lifts.
        if latest.json().pointer("/brakes/0").is_some() {
            return Ok(());
        }
        for (person, entry) in latest.entries() {
            for note in entry.notes() {
                let outcome = note.pointer("/outcome/kind").and_then(|it| it.as_str()).unwrap_or_default();
                prop_assert!(!["give", "open"].contains(&outcome), "{person} still waits: {note}");
            }
        }
        // What the ledger says was given since it was begun, was given.
        let witness = play.desk.witness();
        if witness.habit == Habit::LooksUp && !play.law.classes.contains("lost") {
            let given: BTreeMap<&str, usize> = witness.gifts.iter().fold(BTreeMap::new(), |mut all, gift| {
                *all.entry(gift.row.id.as_str()).or_default() += 1;
                all
            });
            for grant in play.stage.view().money.grants.iter().filter(|it| it.state == GrantState::Given) {
                let times = given.get(grant.id.as_str()).copied().unwrap_or(0);
                let imported = grant.account.is_none() || times == 0;
                prop_assert!(times == 1 || imported, "{times} times: {grant:?}");
            }
        }
        Ok(())
    });
}

/// What must be common in the stories.
const COMMON: [&str; 21] = [
    "first",
    "again",
    "replaced",
    "stopped",
    "crash",
    "lost",
    "restored",
    "vouched",
    "doubtful",
    "rejected",
    "returned",
    "awaits_confirmation",
    "being_handed_over",
    "disagrees",
    "desk_silent",
    "ledger_foreign",
    "ledger_older",
    "monthly_emptied",
    "oneoff_emptied",
    "second_monthly",
    "unreadable",
];

#[test]
fn the_stories_hold_enough_of_what_is_interesting() {
    const STORIES: usize = 300;
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..STORIES {
        let told = story(1..7).new_tree(&mut runner).unwrap().current();
        let play = Play::told(&told).unwrap_or_else(|broken| panic!("{broken} {told:?}"));
        for class in COMMON {
            *seen.entry(class).or_default() += usize::from(play.law.classes.contains(class));
        }
    }
    let rare: Vec<_> = seen.iter().filter(|(_, count)| **count * 100 < STORIES).collect();
    assert!(rare.is_empty(), "of {STORIES} stories, less than a hundredth hold: {rare:?}");
}

//! Any days in a row. `PROPTEST_CASES` sets how many stories are told.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use sync_core::authority::SkippedBecause;
use sync_core::engine::RunReport;

use crate::play::Play;
use crate::story::story;

/// Tries stories: a fifth of the cases that are asked of a property, because each story is many worlds. `proptest!`
/// would take the number from the environment as it stands.
pub(crate) fn of_every<S: Strategy>(stories: S, holds: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let asked = Config { failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = TestRunner::new(Config { cases: asked.cases.div_ceil(5), ..asked });
    runner.run(&stories, holds).unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn no_run_of_any_story_breaks_a_law() {
    of_every(story(1..9), |story| {
        if let Err(broken) = Play::told(&story) {
            return Err(TestCaseError::fail(broken));
        }
        Ok(())
    });
}

#[test]
fn r9_when_everything_is_approved_a_next_run_writes_nothing() {
    of_every(story(1..6), |story| {
        let Ok(mut play) = Play::told(&story) else { return Ok(()) };
        if let Err(broken) = play.settles_down() {
            return Err(TestCaseError::fail(broken));
        }
        let before = play.stage.platform().accounts;
        play.stage.forget_calls();
        let report = play.stage.daily().unwrap().unwrap();
        prop_assert_eq!(report.writes, 0, "{:?}", report);
        prop_assert_eq!(play.stage.platform().accounts, before);
        Ok(())
    });
}

#[test]
fn r25_a_run_for_one_person_does_that_persons_part_of_the_whole() {
    of_every(story(1..5), |story| {
        let (Ok(whole), Ok(_)) = (Play::told(&story), Play::told(&story)) else { return Ok(()) };
        let before = whole.stage.platform().accounts;
        let Some(Ok(report)) = whole.stage.daily() else { return Ok(()) };
        let actions = report.applied().map_or(&[][..], |applied| &applied.actions[..]);
        let people: BTreeSet<_> = actions.iter().map(|action| action.person.clone()).take(3).collect();
        for person in people {
            let single = Play::told(&story).unwrap();
            let alone = single.stage.daily_only(&person).unwrap().unwrap();
            prop_assert_eq!(alone.plan.id(), report.plan.id());
            let part = |report: &RunReport| -> Vec<String> {
                let actions = report.applied().into_iter().flat_map(|applied| &applied.actions);
                let mine = actions.filter(|action| action.person == person);
                mine.map(|action| format!("{} {}", action.action, action.result.is_done())).collect()
            };
            let applied = alone.applied().unwrap();
            prop_assert!(applied.actions.iter().all(|action| action.person == person), "{:?}", applied);
            if applied.skipped.iter().any(|it| it.because == SkippedBecause::WaitsForAnother) {
                prop_assert_eq!(alone.writes, 0);
                continue;
            }
            prop_assert_eq!(part(&alone), part(&report));
            let after = single.stage.platform().accounts;
            let in_whole = whole.stage.platform().accounts;
            for (id, standing) in &after {
                let is_unchanged = before.get(id) == Some(standing);
                // Accounts are numbered in the order in which they are made.
                let is_new = !before.contains_key(id);
                prop_assert!(is_unchanged || is_new || in_whole.get(id) == Some(standing), "account {}", id);
            }
        }
        Ok(())
    });
}

/// What must be common in the stories: each a class of its own, or several that are as good as each other.
const COMMON: [&[&str]; 22] = [
    &["created"],
    &["updated"],
    &["address changed"],
    &["deactivated"],
    &["adopted"],
    &["activated"],
    &["relinked"],
    &["proposed alias"],
    &["routed"],
    &["held rehire"],
    &["held maybe_returned"],
    &["held shared_address"],
    &["held several_candidates", "held foreign_external_id"],
    &["held unreadable_row"],
    &["held set_aside", "held leaver_set_aside"],
    &["held access_withdrawn", "held leaver_without_access"],
    &["brake over_limit"],
    &["brake empty_company"],
    &["crash"],
    &["settled by a listing"],
    &["stopped"],
    &["revoked"],
];

#[test]
fn the_stories_hold_enough_of_what_is_interesting() {
    const STORIES: usize = 200;
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&[&str], usize> = BTreeMap::new();
    for _ in 0..STORIES {
        let told = story(1..9).new_tree(&mut runner).unwrap().current();
        let play = Play::told(&told).unwrap_or_else(|broken| panic!("{broken} {told:?}"));
        for class in COMMON {
            *seen.entry(class).or_default() +=
                usize::from(class.iter().any(|name| play.law.classes.contains(*name)));
        }
    }
    let rare: Vec<_> = seen.iter().filter(|(_, count)| **count * 20 < STORIES).collect();
    assert!(rare.is_empty(), "of {STORIES} stories, less than a twentieth hold: {rare:?}");
}

//! Any days in a row. `PROPTEST_CASES` sets how many stories are told.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::play::Play;
use crate::story::story;

pub(crate) fn config() -> Config {
    // A story takes longer than a world; `.ci/run` and `.ci/deep` ask for more.
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let config = Config { failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    if asked { config } else { Config { cases: 60, ..config } }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_run_of_any_story_breaks_a_law(story in story(1..9)) {
        if let Err(broken) = Play::told(&story) {
            return Err(TestCaseError::fail(broken));
        }
    }

    #[test]
    fn r9_when_everything_is_approved_a_next_run_writes_nothing(story in story(1..6)) {
        let Ok(mut play) = Play::told(&story) else { return Ok(()) };
        if let Err(broken) = play.settles_down() {
            return Err(TestCaseError::fail(broken));
        }
        let before = play.stage.platform().accounts;
        play.stage.forget_calls();
        let report = play.stage.daily().unwrap().unwrap();
        prop_assert_eq!(report.writes, 0, "{:?}", report);
        prop_assert_eq!(play.stage.platform().accounts, before);
    }
}

#[test]
fn the_stories_hold_enough_of_what_is_interesting() {
    const STORIES: usize = 300;
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..STORIES {
        let told = story(1..9).new_tree(&mut runner).unwrap().current();
        for class in Play::told(&told).unwrap_or_else(|broken| panic!("{broken} {told:?}")).law.classes {
            *seen.entry(class).or_default() += 1;
        }
    }
    panic!("{seen:#?}");
}

//! Any days in a row. `PROPTEST_CASES` sets how many stories are told.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::play::Play;
use crate::story::story;

pub(crate) fn config() -> Config {
    Config { failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_run_of_any_story_breaks_a_law(story in story(1..9)) {
        if let Err(broken) = Play::told(&story) {
            return Err(TestCaseError::fail(broken));
        }
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

//! R11 over schedules by chance. `PROPTEST_CASES` sets how many; `.ci/deep` asks for ten thousand.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::play::Play;
use crate::story::story;
use crate::witness::Habit;

#[test]
fn r11_no_schedule_gives_money_twice_or_to_whom_it_is_not_meant_for() {
    let cases =
        ProptestConfig { failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() };
    let mut runner = TestRunner::new(cases);
    let holds = |story| match Play::told(&story) {
        Ok(_) => Ok(()),
        Err(broken) => Err(TestCaseError::fail(broken)),
    };
    runner.run(&story(1..7), holds).unwrap_or_else(|broken| panic!("{broken}"));
}

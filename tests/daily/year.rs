//! R25: a year of daily runs with faults, in which people join, leave, return and change, ends without a violation.
//!
//! `DAILY_PEOPLE` makes it a year of so many people and more events a day; `.ci/deep` asks for a thousand.

use chrono::TimeDelta;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sync_core::engine::Verdict;

use crate::platform::Habits;
use crate::play::Play;
use crate::story::{Beginning, Event, Says, day, event};

struct Chance(TestRunner);

impl Chance {
    fn of(seed: u8) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    fn draw<S: Strategy>(&mut self, of: &S) -> S::Value {
        of.new_tree(&mut self.0).unwrap().current()
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.draw(&(0..n)) == 0
    }
}

/// Runs every day for a year; a person looks when a run waits, and once a week at the proposals.
fn year(people: usize, events_a_day: usize, seed: u8) -> Play {
    let mut chance = Chance::of(seed);
    let habits = Habits { trims: true, lowers_domains: true, composes: true, null_is_empty: true };
    let beginning = Beginning {
        people,
        companies: 3,
        habits,
        routes: seed.is_multiple_of(2),
        access_field: true,
        externals_take_part: false,
        strangers: vec![1, 2],
    };
    let mut play = Play::of(&beginning);
    for number in 1..=365 {
        let mut events: Vec<Event> = (0..events_a_day).map(|_| chance.draw(&event())).collect();
        // What is broken for a while is mended: otherwise nothing happens for the rest of the year.
        if number % 5 == 0 {
            events
                .extend((0..3).map(|company| Event::Company { company, shown: crate::office::Shown::Whole }));
            events.extend((0..people).map(|who| Event::Row { who, garbled: false }));
            events.extend((0..3).map(|company| Event::Field { company, name: "alleo_access", there: true }));
        }
        let mut today = chance.draw(&day());
        (today.after, today.events, today.says, today.runs_again) = (1, events, Says::Nothing, false);
        today.fault = today.fault.filter(|_| chance.one_in(3));
        let broken = play.day(&today);
        broken.unwrap_or_else(|broken| panic!("seed {seed}, day {number}: {broken}\n{today:?}"));
        play.stage.pass(TimeDelta::minutes(30));
        let waits = play.waits;
        if waits {
            play.says(Says::Confirms { smaller_scope: true });
        } else if number % 7 == 0 {
            play.says(Says::Approves { proposals: true });
        }
        if waits || number % 7 == 0 {
            play.stage.pass(TimeDelta::minutes(30));
            play.run().unwrap_or_else(|broken| panic!("seed {seed}, day {number}, again: {broken}"));
        }
    }
    play
}

fn ends_well(mut play: Play) {
    play.settles_down().unwrap();
    play.stage.forget_calls();
    let last = play.stage.daily().unwrap().unwrap();
    assert!(!matches!(&last.verdict, Verdict::Applied(applied) if !applied.actions.is_empty()), "{last:?}");
}

#[test]
fn r25_a_year_of_daily_runs_ends_without_a_violation() {
    let asked = std::env::var("DAILY_PEOPLE").ok().and_then(|people| people.parse().ok());
    match asked {
        Some(people) => ends_well(year(people, 12, 9)),
        None => ends_well(year(40, 2, 7)),
    }
}

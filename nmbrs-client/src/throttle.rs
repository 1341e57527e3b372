//! How much the vendor bears at the moment: a pure state machine, because no limit is published.
//!
//! In come answers, each with the round its request left in; out comes how many requests may be under way and how far
//! apart they must start. A 429 halves the one and doubles the other; good answers give both back step by step. What
//! can never happen: fewer than one request, more than the policy allows, and a burst that is punished more than once.

use std::time::Duration;

/// The distance between two requests after the first 429.
const FIRST_SPACING: Duration = Duration::from_millis(250);
/// The longest distance that 429s lead to: other clients are known to live with one page a second. What goes beyond it
/// is for the server to say, by `Retry-After`.
const LONGEST_SPACING: Duration = Duration::from_secs(1);
/// Good answers for one step back.
const STEP: u32 = 10;

/// The present state.
#[derive(Debug)]
pub(crate) struct Throttle {
    most: usize,
    allowed: usize,
    spacing: Duration,
    round: u64,
    good: u32,
}

impl Throttle {
    /// Begins with `most` requests under way and no spacing.
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), allowed: most.max(1), spacing: Duration::ZERO, round: 0, good: 0 }
    }

    /// How many requests may be under way.
    pub(crate) fn allowed(&self) -> usize {
        self.allowed
    }

    /// How far apart two requests must start.
    pub(crate) fn spacing(&self) -> Duration {
        self.spacing
    }

    /// The round that a request leaves in; a new one begins with each 429 that counts.
    pub(crate) fn round(&self) -> u64 {
        self.round
    }

    /// A request of `round` was answered with 429. Those that left side by side with it tell nothing new.
    pub(crate) fn refused(&mut self, round: u64) {
        if round != self.round {
            return;
        }
        self.allowed = (self.allowed / 2).max(1);
        self.spacing = self.spacing.saturating_mul(2).clamp(FIRST_SPACING, LONGEST_SPACING);
        self.round += 1;
        self.good = 0;
    }

    /// A request of `round` got a good answer. One that left before the last 429 says nothing about the time since.
    pub(crate) fn accepted(&mut self, round: u64) {
        if round != self.round {
            return;
        }
        self.good += 1;
        if self.good >= STEP {
            self.good = 0;
            self.allowed = (self.allowed + 1).min(self.most);
            self.spacing = if self.spacing > FIRST_SPACING { self.spacing / 2 } else { Duration::ZERO };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays answers to requests that each left after the one before was answered; gives allowed and milliseconds.
    fn after(most: usize, answers: &str) -> (usize, u128) {
        let mut throttle = Throttle::new(most);
        for answer in answers.chars() {
            let round = throttle.round();
            match answer {
                '!' => throttle.refused(round),
                _ => throttle.accepted(round),
            }
        }
        (throttle.allowed(), throttle.spacing().as_millis())
    }

    #[test]
    fn a_429_halves_and_spaces_and_good_answers_give_back_step_by_step() {
        let ten = ".".repeat(10);
        for (most, answers, allowed, spacing) in [
            (8, String::new(), 8, 0),
            (8, "!".to_owned(), 4, 250),
            (8, "!!".to_owned(), 2, 500),
            (8, "!!!".to_owned(), 1, 1000),
            (5, "!".to_owned(), 2, 250),
            // Never below one, never further apart than the longest.
            (1, "!".to_owned(), 1, 250),
            (4, "!".repeat(60), 1, 1000),
            // Nine are not enough, the tenth is a step, and a 429 in between begins the count anew.
            (8, format!("!{}", ".".repeat(9)), 4, 250),
            (8, format!("!{ten}"), 5, 0),
            (8, format!("!!{ten}"), 3, 250),
            (8, format!("!!{ten}{ten}"), 4, 0),
            (8, format!("!{nine}!{nine}", nine = ".".repeat(9)), 2, 500),
            // Never above the policy.
            (4, ten.repeat(9), 4, 0),
            (4, format!("!{}", ten.repeat(9)), 4, 0),
        ] {
            assert_eq!(after(most, &answers), (allowed, spacing), "{most} at most, {answers}");
        }
    }

    #[test]
    fn a_burst_that_left_together_is_punished_once() {
        let mut throttle = Throttle::new(8);
        let round = throttle.round();
        for _ in 0..8 {
            throttle.refused(round);
        }
        assert_eq!((throttle.allowed(), throttle.spacing()), (4, FIRST_SPACING));
        throttle.refused(throttle.round());
        assert_eq!(throttle.allowed(), 2);
    }

    #[test]
    fn good_answers_from_before_the_429_give_nothing_back() {
        let mut throttle = Throttle::new(8);
        let before = throttle.round();
        throttle.refused(before);
        for _ in 0..100 {
            throttle.accepted(before);
        }
        assert_eq!(throttle.allowed(), 4);
    }
}

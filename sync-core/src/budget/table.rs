//! The table M1 to O5: one budget of somebody to whom money may be given, and what it takes to do as the field says.
//!
//! In: the amount in the field, how the budget stands, the policy, and the next 1st of the month. Out: a [`Step`]. Never:
//! a claw-back, a top-up of the month that runs, or a meaning of a changed one-off that the policy does not name.

use chrono::{Datelike, Months, NaiveDate};

use super::grant::Act;
use super::history::{Monthly, OneOff};
use super::reason::BudgetReason;
use crate::euro::Euro;
use crate::policy::{Budgets, ChangedOneoff, RefilledOneoff};

/// What it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing: all is as it should be.
    Leave(BudgetReason),
    /// A person's answer, and nothing can be proposed.
    Ask(BudgetReason),
    /// A hand-over.
    Move(Move),
}

/// A hand-over, before its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) reason: BudgetReason,
    pub(super) act: Act,
    pub(super) amount: Euro,
    /// From which day on; none for at once.
    pub(super) from: Option<NaiveDate>,
    /// Was none ever given? Only then a mandate covers it.
    pub(super) is_first: bool,
}

/// M1 to M5, and of X3 what is monthly. `next` is the next 1st of the month.
pub(super) fn monthly(wish: Option<Euro>, standing: Monthly, next: NaiveDate) -> Step {
    use BudgetReason as Why;
    let later =
        |reason, act, amount| Step::Move(Move { reason, act, amount, from: Some(next), is_first: false });
    let wish = wish.map(|amount| (amount, amount == Euro::default()));
    match (standing, wish) {
        (Monthly::Tangled, _) => Step::Ask(Why::TwoHistories),
        (Monthly::Never | Monthly::Ended(_), None | Some((_, true))) => Step::Leave(Why::MonthlyNone),
        (Monthly::Never, Some((amount, _))) => {
            let (reason, act) = (Why::MonthlyFirst, Act::Grant);
            Step::Move(Move { reason, act, amount, from: None, is_first: true })
        }
        // It may still run until then.
        (Monthly::Ended(on), Some((amount, _))) => {
            let (reason, act, from) = (Why::MonthlyAgain, Act::Grant, on.max(Some(next)));
            Step::Move(Move { reason, act, amount, from, is_first: false })
        }
        (Monthly::Runs(_), None) => Step::Ask(Why::MonthlyEmptied),
        (Monthly::Runs(_), Some((none, true))) => later(Why::MonthlyStopped, Act::Stop, none),
        (Monthly::Runs(runs), Some((amount, _))) if runs == amount => Step::Leave(Why::MonthlySame),
        (Monthly::Runs(_), Some((amount, _))) => later(Why::MonthlyChanged, Act::Replace, amount),
        (Monthly::Interrupted(_), None) => Step::Ask(Why::Returned),
        (Monthly::Interrupted(_), Some((none, true))) => later(Why::Returned, Act::Stop, none),
        // What may be left of it is ended with the same word.
        (Monthly::Interrupted(_), Some((amount, _))) => later(Why::Returned, Act::Replace, amount),
    }
}

/// O1 to O5, and of X3 what is one-off.
pub(super) fn oneoff(wish: Option<Euro>, standing: OneOff, policy: &Budgets) -> Step {
    use BudgetReason as Why;
    let give =
        |reason, amount, is_first| Step::Move(Move { reason, act: Act::Grant, amount, from: None, is_first });
    let wish = wish.filter(|amount| *amount > Euro::default());
    match (standing, wish) {
        (OneOff::Never, None) => Step::Leave(Why::OneOffNone),
        (OneOff::Never, Some(amount)) => give(Why::OneOffFirst, amount, true),
        (_, None) => Step::Leave(Why::OneOffEmptied),
        (OneOff::Interrupted(_), Some(_)) => Step::Ask(Why::Returned),
        (OneOff::Given { last, together, emptied }, Some(amount)) if amount == last || amount == together => {
            match (emptied, policy.refilled_oneoff) {
                (false, _) => Step::Leave(Why::OneOffSame),
                (true, RefilledOneoff::Ask) => Step::Ask(Why::OneOffRefilled),
                (true, RefilledOneoff::Further) => give(Why::OneOffRefilled, amount, false),
            }
        }
        (OneOff::Given { together, .. }, Some(amount)) => match policy.changed_oneoff {
            ChangedOneoff::Ask => Step::Ask(Why::OneOffChanged),
            ChangedOneoff::Further => give(Why::OneOffChanged, amount, false),
            ChangedOneoff::Difference => match amount.beyond(together) {
                Some(more) => give(Why::OneOffChanged, more, false),
                None => Step::Ask(Why::OneOffChanged),
            },
        },
    }
}

/// The first 1st of a month after this day.
pub(super) fn next_first(today: NaiveDate) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u23_the_next_first_of_a_month_is_after_today() {
        for (today, next) in [
            ("2026-06-15", "2026-07-01"),
            ("2026-06-01", "2026-07-01"),
            ("2026-01-31", "2026-02-01"),
            ("2026-12-31", "2027-01-01"),
            ("2028-02-29", "2028-03-01"),
        ] {
            assert_eq!(next_first(today.parse().unwrap()), next.parse().unwrap(), "{today}");
        }
    }
}

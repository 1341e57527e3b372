//! What the budget fields of a person say (X1, U-25).
//!
//! In: the records in service. Out: for each budget that a field names, one [`Wish`]. Never: a sum of two fields or two
//! records, a word of a record that is not in service, or the brand of a field.

use chrono::NaiveDate;

use super::grant::Wish;
use super::key::Budget;
use crate::euro::Euro;
use crate::extra_fields::{self, Reading};
use crate::person::Person;

/// The wishes of a person, by budget.
pub(super) fn wishes(person: &Person<'_>, today: NaiveDate) -> Vec<(Budget, Wish)> {
    let mut said: Vec<(Budget, Wish)> = person
        .in_service()
        .flat_map(|record| extra_fields::budgets(record, today))
        .map(|(budget, reading)| (budget, Wish::from(&reading)))
        .collect();
    said.sort_by(|(one, _), (other, _)| one.cmp(other));
    said.dedup_by(|(later, more), (first, wish)| {
        let is_same = later == first;
        if is_same {
            *wish = wish.and(*more);
        }
        is_same
    });
    said
}

impl From<&Reading<Euro>> for Wish {
    fn from(reading: &Reading<Euro>) -> Self {
        match reading {
            Reading::NotInUse | Reading::Empty => Self::Empty,
            Reading::Value(amount) => Self::Amount(*amount),
            Reading::Unreadable => Self::Unreadable,
            Reading::Conflict => Self::Conflict,
        }
    }
}

impl Wish {
    /// What two records of one person say together. An empty field says nothing; a zero does.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unreadable, _) | (_, Self::Unreadable) => Self::Unreadable,
            (Self::Empty, said) | (said, Self::Empty) => said,
            (one, other) if one == other => one,
            _ => Self::Conflict,
        }
    }

    /// Does it say anything?
    pub(super) const fn is_filled(self) -> bool {
        !matches!(self, Self::Empty)
    }

    /// Does it ask for money, or may it?
    pub(super) const fn may_want(self) -> bool {
        match self {
            Self::Empty => false,
            Self::Amount(amount) => amount.cents() > 0,
            Self::Unreadable | Self::Conflict => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u25_two_records_say_together_what_both_say_or_nothing_that_is_sure() {
        let amount = |cents| Wish::Amount(Euro::from_cents(cents));
        for (one, other, together) in [
            (Wish::Empty, Wish::Empty, Wish::Empty),
            (Wish::Empty, amount(5), amount(5)),
            (amount(5), amount(5), amount(5)),
            (amount(5), amount(7), Wish::Conflict),
            (amount(5), amount(0), Wish::Conflict),
            (amount(5), Wish::Unreadable, Wish::Unreadable),
            (Wish::Conflict, amount(5), Wish::Conflict),
            (Wish::Conflict, Wish::Unreadable, Wish::Unreadable),
        ] {
            assert_eq!((one.and(other), other.and(one)), (together, together), "{one:?} {other:?}");
        }
    }

    #[test]
    fn only_an_empty_field_or_a_zero_surely_wants_nothing() {
        let amount = |cents| Wish::Amount(Euro::from_cents(cents));
        for (wish, filled, may_want) in [
            (Wish::Empty, false, false),
            (amount(0), true, false),
            (amount(1), true, true),
            (Wish::Unreadable, true, true),
            (Wish::Conflict, true, true),
        ] {
            assert_eq!((wish.is_filled(), wish.may_want()), (filled, may_want), "{wish:?}");
        }
    }
}

//! Which of many things are one.
//!
//! In: pairs of numbers that are one. Out: groups, however the pairs came and whatever they said twice or in a
//! circle. Never: a group without a pair that made it.

use std::collections::BTreeMap;

/// Disjoint groups. A number that was never tied to another costs nothing.
#[derive(Debug, Default)]
pub(super) struct Ties {
    /// Towards a smaller number of the same group; the smallest points to itself.
    towards: BTreeMap<usize, usize>,
}

impl Ties {
    /// These two are one, and so are all that either was tied to.
    pub(super) fn tie(&mut self, one: usize, other: usize) {
        let (one, other) = (self.group(one), self.group(other));
        let smallest = one.min(other);
        self.towards.insert(one, smallest);
        self.towards.insert(other, smallest);
    }

    /// The smallest number that this one is tied to; itself, if to none.
    pub(super) fn group(&mut self, number: usize) -> usize {
        let mut smallest = number;
        while let Some(next) = self.towards.get(&smallest).filter(|next| **next != smallest) {
            smallest = *next;
        }
        if smallest != number {
            self.towards.insert(number, smallest);
        }
        smallest
    }

    /// Was it ever tied?
    pub(super) fn is_tied(&self, number: usize) -> bool {
        self.towards.contains_key(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tied_is_one_in_whatever_order_it_was_said() {
        for pairs in [[(4, 3), (2, 3), (7, 4)], [(7, 4), (3, 4), (3, 2)], [(2, 7), (7, 3), (4, 7)]] {
            let mut ties = Ties::default();
            for (one, other) in pairs {
                ties.tie(one, other);
            }
            for member in [2, 3, 4, 7] {
                assert_eq!(ties.group(member), 2);
                assert!(ties.is_tied(member));
            }
            assert_eq!(ties.group(5), 5);
            assert!(!ties.is_tied(5));
        }
    }

    #[test]
    fn a_circle_and_a_tie_to_oneself_end() {
        let mut ties = Ties::default();
        for (one, other) in [(1, 2), (2, 3), (3, 1), (8, 8)] {
            ties.tie(one, other);
        }
        assert_eq!((ties.group(3), ties.group(8)), (1, 8));
    }
}

//! Looking things up in a sorted list, one after the other, when the questions come sorted too.
//!
//! In: pairs of key and value, sorted by key, and questions in ascending order, each once. Out: the value of each key
//! that is there, after one walk through the list in all. Never: an answer to a question that comes out of turn.

use std::cmp::Ordering;
use std::iter::Peekable;

/// A walk through a sorted list.
pub(crate) struct InTurn<I: Iterator>(Peekable<I>);

impl<K: Ord, T, I: Iterator<Item = (K, T)>> InTurn<I> {
    pub(crate) fn through(sorted: impl IntoIterator<IntoIter = I>) -> Self {
        Self(sorted.into_iter().peekable())
    }

    /// What stands under this key. Every later question must be about a greater one.
    pub(crate) fn find(&mut self, key: &K) -> Option<T> {
        loop {
            match self.0.peek()?.0.cmp(key) {
                Ordering::Less => _ = self.0.next(),
                Ordering::Equal => return self.0.next().map(|(_, value)| value),
                Ordering::Greater => return None,
            }
        }
    }

    pub(crate) fn has(&mut self, key: &K) -> bool {
        self.find(key).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_found_and_nothing_else() {
        let mut in_turn = InTurn::through([(2, 'b'), (4, 'd'), (5, 'e')]);
        let found: Vec<_> = [1, 2, 3, 5, 6].iter().map(|key| in_turn.find(key)).collect();
        assert_eq!(found, [None, Some('b'), None, Some('e'), None]);
    }
}

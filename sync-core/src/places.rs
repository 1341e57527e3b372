//! Finding places in a long list by a text, where a tree of texts would compare too many of them.
//!
//! In: the texts of a list, place by place. Out: for a text, the places that may have it, in order; whoever asks
//! compares the texts. Never: an order that comes from hashes: they say where to look, and nothing else.

use std::hash::{DefaultHasher, Hasher};

/// The places of a list by the hashes of their texts.
#[derive(Debug)]
pub(crate) struct Places {
    /// Hash and place as one number, sorted.
    sorted: Vec<u64>,
    /// Where the hashes with each beginning begin; one more for the end.
    begins: Vec<usize>,
    /// How much of a hash is not its beginning.
    shift: u32,
}

impl Places {
    /// Takes the text of each place; a place without one is never found.
    pub(crate) fn of<T: AsRef<str>>(texts: impl Iterator<Item = Option<T>>) -> Self {
        let number =
            |(place, text): (u32, Option<T>)| Some(u64::from(hash(text?.as_ref())) << 32 | u64::from(place));
        let mut sorted: Vec<u64> = (0..).zip(texts).filter_map(number).collect();
        sorted.sort_unstable();
        let shift = 32 - sorted.len().checked_ilog2().unwrap_or(0).clamp(1, 24);
        let mut begins = Vec::with_capacity((1 << (32 - shift)) + 1);
        for beginning in 0..=1_u64 << (32 - shift) {
            let from = begins.last().copied().unwrap_or(0);
            let rest = sorted.get(from..).unwrap_or_default();
            begins.push(from + rest.iter().take_while(|number| *number >> (32 + shift) < beginning).count());
        }
        Self { sorted, begins, shift }
    }

    /// Places that may have this text, in order.
    pub(crate) fn find(&self, text: &str) -> impl Iterator<Item = usize> + '_ {
        let hash = hash(text);
        let beginning = usize::try_from(hash >> self.shift).unwrap_or(usize::MAX);
        let range = match self.begins.get(beginning..).unwrap_or_default() {
            [from, to, ..] => *from..*to,
            _ => 0..0,
        };
        let near = self.sorted.get(range).unwrap_or_default();
        near.iter().filter(move |number| *number >> 32 == u64::from(hash)).map(|number| place(*number))
    }

    /// Places of which two or more may have one text, and each such group in order.
    pub(crate) fn alike(&self) -> impl Iterator<Item = impl Iterator<Item = usize> + '_> + '_ {
        let groups = self.sorted.chunk_by(|one, other| one >> 32 == other >> 32);
        groups.filter(|group| group.len() > 1).map(|group| group.iter().map(|number| place(*number)))
    }
}

fn place(number: u64) -> usize {
    usize::try_from(number & u64::from(u32::MAX)).unwrap_or(usize::MAX)
}

/// The same in every run. Which texts fall together does not matter: they are compared.
fn hash(text: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    let [.., a, b, c, d] = hasher.finish().to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_text_is_found_and_nearly_none_of_another() {
        for length in [0, 1, 2, 3, 1000] {
            let text = |n: usize| (n % 5 != 4).then(|| (n / 2).to_string());
            let places = Places::of((0..length).map(text));
            let mut strangers = 0;
            for n in 0..length / 2 {
                let own: Vec<usize> = (0..length).filter(|at| text(*at) == Some(n.to_string())).collect();
                let found: Vec<usize> = places.find(&n.to_string()).collect();
                assert!(own.iter().all(|at| found.contains(at)) && found.is_sorted());
                strangers += found.len() - own.len();
            }
            assert!(strangers < 3 && places.find("none").count() < 2);
        }
    }

    #[test]
    fn places_of_one_text_are_alike() {
        let places = Places::of(["a", "b", "a", "c", "b", "a"].into_iter().map(Some));
        let mut alike: Vec<Vec<usize>> = places.alike().map(Iterator::collect).collect();
        alike.sort();
        assert_eq!(alike, [vec![0, 2, 5], vec![1, 4]]);
    }
}

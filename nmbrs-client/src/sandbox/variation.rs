//! Which of several legal forms an answer takes: the same one for the same seed, person and field.

/// A source of choices without state, so that an answer never depends on what was asked before.
#[derive(Clone, Copy)]
pub(super) struct Variation {
    seed: u64,
    active: bool,
}

impl Variation {
    pub(super) fn new(seed: u64, active: bool) -> Self {
        Self { seed, active }
    }

    /// A number below `sides` for this place; 0 stands for the plainest form and is all an inactive source gives.
    pub(super) fn roll(self, owner: &str, place: &str, sides: u64) -> u64 {
        if !self.active {
            return 0;
        }
        let bytes = owner.bytes().chain([0]).chain(place.bytes());
        let hash = bytes.fold(self.seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        fastrand::Rng::with_seed(hash).u64(0..sides)
    }

    /// Whether the one-in-`sides` form is taken here; never when inactive.
    pub(super) fn one_in(self, sides: u64, owner: &str, place: &str) -> bool {
        self.roll(owner, place, sides) == 1
    }
}

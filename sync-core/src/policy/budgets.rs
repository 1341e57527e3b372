//! Who decides how much money, and within which bounds (R7, U-9, U-15, U-24).
//!
//! In: choices of the customer. Out: [`Budgets`]. Never: a category, a maximum, or a meaning of an amount that nobody
//! chose.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::budget::{BudgetKind, Category};
use crate::euro::Euro;

/// Money by extra fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub struct Budgets {
    /// The categories whose fields count. A field of another category is told and never granted (U-9).
    pub categories: BTreeSet<Category>,
    /// The most that one monthly budget may be, for one month. More is refused (U-24).
    pub maximum_monthly: Euro,
    /// The most that one one-off may be. More is refused.
    pub maximum_oneoff: Euro,
    /// What the platform gives everybody by itself on onboarding (U-15).
    pub onboarding: OnboardingGift,
    /// What another amount in the field of a one-off that was given means (O3).
    pub changed_oneoff: ChangedOneoff,
    /// What the same amount means in the field of a one-off that was given and then emptied (O5).
    pub refilled_oneoff: RefilledOneoff,
}

/// What the platform gives everybody by itself on onboarding. Support sets it; nobody can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the platform knows these")]
pub enum OnboardingGift {
    /// Nothing.
    Nothing,
    /// A one-off. It counts for nothing here: several are allowed.
    OneOff,
    /// A monthly budget: then nobody is given another of whom no monthly budget is known.
    Monthly,
}

/// What another amount in the field of a one-off that was given means. Nobody documents it, so nothing ever happens by
/// itself; with a meaning, a person can approve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangedOneoff {
    /// A question.
    #[default]
    Ask,
    /// A further one-off of the whole new amount.
    Further,
    /// A further one-off of what the new amount is more; nothing if it is less.
    Difference,
}

/// What the same amount means in the field of a one-off that was given and then emptied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefilledOneoff {
    /// A question.
    #[default]
    Ask,
    /// A further one-off, when a person approves it.
    Further,
}

impl Budgets {
    /// What nobody can choose for the customer; the rest starts at its safest.
    pub fn new(
        categories: impl IntoIterator<Item = Category>,
        maximum_monthly: Euro,
        maximum_oneoff: Euro,
        onboarding: OnboardingGift,
    ) -> Self {
        Self {
            categories: categories.into_iter().collect(),
            maximum_monthly,
            maximum_oneoff,
            onboarding,
            changed_oneoff: ChangedOneoff::Ask,
            refilled_oneoff: RefilledOneoff::Ask,
        }
    }

    /// With what another amount in the field of a given one-off means.
    pub const fn with_changed_oneoff(mut self, meaning: ChangedOneoff) -> Self {
        self.changed_oneoff = meaning;
        self
    }

    /// With what the same amount means in a field that was emptied after it was given.
    pub const fn with_refilled_oneoff(mut self, meaning: RefilledOneoff) -> Self {
        self.refilled_oneoff = meaning;
        self
    }

    /// The most that one budget of this kind may be.
    pub const fn maximum(&self, kind: BudgetKind) -> Euro {
        match kind {
            BudgetKind::Monthly => self.maximum_monthly,
            BudgetKind::OneOff => self.maximum_oneoff,
        }
    }
}

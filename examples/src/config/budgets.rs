//! `[policy.budgets]`: who decides how much money; and `[budgets]`: where grants go.
//!
//! A category, a maximum and what onboarding gives are never guessed, so whoever writes the section says all of them. In:
//! both sections. Out: the core's [`Budgets`], and a folder. Never: a folder without a policy, which would say that
//! money moves where none does.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sync_core::Euro;
use sync_core::budget::Category;
use sync_core::policy::{Budgets, ChangedOneoff, OnboardingGift, RefilledOneoff};

use super::document::Section;

/// The section of the policy, if it stands there.
pub(super) enum Wanted {
    /// No money by fields.
    No,
    /// As it says; `None` if something is missing, which has then been told.
    Yes(Option<Budgets>),
}

impl Wanted {
    /// Is there such a section at all?
    pub(super) const fn is_there(&self) -> bool {
        matches!(self, Self::Yes(_))
    }
}

/// Reads `[policy.budgets]` of this policy.
pub(super) fn budgets(policy: &mut Section<'_>) -> Wanted {
    let is_there = policy.has("budgets");
    let mut section = policy.section("budgets");
    if is_there {
        for key in ["categories", "maximum_monthly", "maximum_oneoff", "onboarding"] {
            if !section.has(key) {
                section.problem(key, "is missing");
            }
        }
    }
    let categories = categories(&mut section);
    let maximums = ["maximum_monthly", "maximum_oneoff"].map(|key| section.optional_amount(key));
    let gifts = [
        ("nothing", OnboardingGift::Nothing),
        ("oneoff", OnboardingGift::OneOff),
        ("monthly", OnboardingGift::Monthly),
    ];
    let onboarding = section.optional_choice("onboarding", &gifts);
    let changed = section.optional_choice(
        "changed_oneoff",
        &[
            ("ask", ChangedOneoff::Ask),
            ("further", ChangedOneoff::Further),
            ("difference", ChangedOneoff::Difference),
        ],
    );
    let refilled = section.optional_choice(
        "refilled_oneoff",
        &[("ask", RefilledOneoff::Ask), ("further", RefilledOneoff::Further)],
    );
    section.close();
    if !is_there {
        return Wanted::No;
    }
    let [monthly, oneoff] = maximums;
    let chosen = || -> Option<Budgets> {
        let budgets = Budgets::new(categories?, monthly?, oneoff?, onboarding?);
        let budgets = budgets.with_changed_oneoff(changed.unwrap_or_default());
        Some(budgets.with_refilled_oneoff(refilled.unwrap_or_default()))
    };
    Wanted::Yes(chosen())
}

fn categories(section: &mut Section<'_>) -> Option<BTreeSet<Category>> {
    let texts = section.optional_texts("categories")?;
    if texts.is_empty() {
        section.problem("categories", "is empty, so no field would count");
        return None;
    }
    let categories: Option<BTreeSet<_>> = texts.iter().map(|text| Category::parse(text)).collect();
    if categories.is_none() {
        section.problem("categories", "must be codes as they stand in the fields' names, such as \"all\"");
    }
    categories
}

/// What `[policy.limits]` says in euro: what one run may give and what it may cancel, each with its place.
pub(super) struct EuroLimits {
    pub(super) granted: Option<Euro>,
    pub(super) cancelled: Option<Euro>,
}

/// Reads both keys. A limit counts with something: the onboarding budget, or the budgets that fields give.
pub(super) fn euro_limits(limits: &mut Section<'_>, onboarding: bool, wanted: &Wanted) -> EuroLimits {
    let is_given = limits.has("euro");
    let mut granted = limits.optional_amount("euro");
    if wanted.is_there() && !is_given {
        limits.problem("euro", "is missing; [policy.budgets] gives money, so say how much one run may give");
    }
    if granted.is_some() && !onboarding && !wanted.is_there() {
        limits.problem("euro", "needs policy.onboarding_budget or [policy.budgets] to count with");
        granted = None;
    }
    let cancelled = limits.optional_amount("euro_cancelled");
    if cancelled.is_some() && !wanted.is_there() {
        limits.problem("euro_cancelled", "needs [policy.budgets] to count with");
    }
    EuroLimits { granted, cancelled }
}

/// Reads `[budgets]`: the folder into which lists of grants are written, if there is one.
pub(super) fn folder(mut section: Section<'_>, wanted: bool) -> Option<PathBuf> {
    let folder = section.optional_path("folder");
    if folder.is_some() && !wanted {
        section.problem("folder", "needs [policy.budgets]: without it no money is given by fields");
    }
    section.close();
    folder
}

//! What of a migration may be done (R7, R8).
//!
//! In: a fresh plan, the plan that a person saw, and the person's word. Out: what stands in both. Never: a pair that the
//! person did not see, one that is another by now, or anything while a brake is pulled: none of a migration's is lifted.

use std::collections::{BTreeMap, BTreeSet};

use super::moving::Move;
use super::{MigrationPlan, SavedMigration};
use crate::authority::{Approval, Refusal, is_timely};
use crate::external_id::ExternalId;
use crate::id::{AccountId, CompanyId, TargetCompanyId};
use crate::ledger::Link;

/// What may be done. Only [`authorise`] makes one.
#[derive(Debug)]
pub struct ApprovedMigration<'p> {
    plan: &'p MigrationPlan,
    pub(crate) remember: Vec<Remember>,
    pub(crate) marks: Vec<Mark>,
    skipped: Vec<ExternalId>,
    ends: bool,
}

/// What the ledger learns of one person, all at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remember {
    /// The new name of the person's first record.
    pub(crate) person: ExternalId,
    pub(crate) links: BTreeMap<ExternalId, Link>,
    pub(crate) aliases: BTreeMap<ExternalId, ExternalId>,
}

/// An account that is marked with the new name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) new: ExternalId,
    /// The company of the record.
    pub(crate) record_company: CompanyId,
    pub(crate) company: TargetCompanyId,
    pub(crate) account: AccountId,
}

impl<'p> ApprovedMigration<'p> {
    /// The fresh plan.
    pub const fn plan(&self) -> &'p MigrationPlan {
        self.plan
    }

    /// Records, by old name, that the fresh plan moves and that are not moved: the person saw them otherwise, or not at
    /// all.
    pub fn skipped(&self) -> &[ExternalId] {
        &self.skipped
    }

    /// May the time of SOAP end? Only if the person saw that it would, and nobody is left behind whom the person did not
    /// leave.
    pub const fn ends(&self) -> bool {
        self.ends
    }
}

/// What of `fresh` may be done?
///
/// # Errors
/// [`Refusal`] when nothing may be done at all.
pub fn authorise<'p>(
    fresh: &'p MigrationPlan,
    saved: &SavedMigration,
    approval: &Approval,
) -> Result<ApprovedMigration<'p>, Refusal> {
    let document = fresh.document();
    if approval.plan != *saved.id() {
        return Err(Refusal::OtherPlan);
    }
    if saved.text("customer") != document.customer.as_str() || saved.text("policy") != document.policy {
        return Err(Refusal::OtherPolicy);
    }
    is_timely([approval.given_at, saved.as_of()], fresh.as_of())?;
    if saved.text("new_scope") != document.new_scope {
        return Err(Refusal::OtherScope);
    }
    if !document.brakes.is_empty() {
        return Err(Refusal::Braked(document.brakes.clone()));
    }
    let seen: BTreeSet<&ExternalId> =
        document.entries.iter().filter(|entry| saved.holds(entry)).map(|entry| &entry.old).collect();
    let mut together: BTreeMap<&ExternalId, Vec<(&ExternalId, &Move)>> = BTreeMap::new();
    for (old, it) in fresh.moves.moved().filter(|(_, it)| it.learns() || it.mark.is_some()) {
        together.entry(&it.together_with).or_default().push((old, it));
    }
    let ends = saved.ends() && document.ends;
    let mut approved =
        ApprovedMigration { plan: fresh, remember: Vec::new(), marks: Vec::new(), skipped: Vec::new(), ends };
    for (first, moves) in together {
        // What is learned of one person is learned at once, or not at all.
        if moves.iter().any(|(old, _)| !seen.contains(old)) {
            approved.skipped.extend(moves.iter().map(|(old, _)| (*old).clone()));
            continue;
        }
        approved.take(first, &moves);
    }
    approved.ends &= approved.skipped.is_empty();
    Ok(approved)
}

impl ApprovedMigration<'_> {
    /// All records of one person.
    fn take(&mut self, first: &ExternalId, moves: &[(&ExternalId, &Move)]) {
        let Some((_, of_first)) = moves.iter().find(|(old, _)| *old == first).or(moves.first()) else {
            return;
        };
        let all = || moves.iter().map(|(_, it)| it);
        let links: BTreeMap<_, _> = all().flat_map(|it| it.links.clone()).collect();
        let aliases: BTreeMap<_, _> = all().flat_map(|it| it.aliases.clone()).collect();
        if !links.is_empty() || !aliases.is_empty() {
            self.remember.push(Remember { person: of_first.new.clone(), links, aliases });
        }
        self.marks.extend(all().filter_map(|it| {
            let (company, account) = (it.mark?, it.account?);
            Some(Mark { new: it.new.clone(), record_company: it.company.clone(), company, account })
        }));
    }
}

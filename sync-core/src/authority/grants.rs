//! What money may be handed over (R7, R8).
//!
//! In: a fresh plan, what a person's word covers, and which actions may be done. Out: the grants that a desk may be
//! given, and those that it may not, with why. Never: a proposal that nobody approved by name, another amount than the
//! person saw, or money for somebody whose account is not brought up to date in the same run.

use std::collections::BTreeSet;

use super::{Approval, AuthorisedAction, Seen, SkippedBecause};
use crate::budget::{Budget, BudgetNote, BudgetOutcome, Grant};
use crate::email::EmailAddress;
use crate::external_id::ExternalId;
use crate::id::{AccountId, TargetCompanyId};
use crate::plan::{ActionKind, Entry, Plan, SavedPlan};

/// Money that may be handed over, once the person's action of the same plan is done, if there is one.
#[derive(Debug, Clone)]
pub struct AuthorisedGrant {
    person: ExternalId,
    company: TargetCompanyId,
    account: AccountId,
    budget: Budget,
    grant: Grant,
    email: EmailAddress,
}

/// Money that is not handed over although one of the two plans holds it (R8).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct SkippedGrant {
    /// Whose.
    pub person: ExternalId,
    /// Which budget.
    pub budget: Budget,
    /// Why.
    pub because: SkippedBecause,
}

impl AuthorisedGrant {
    /// Whose.
    pub const fn person(&self) -> &ExternalId {
        &self.person
    }

    /// In which company of the target.
    pub const fn company(&self) -> TargetCompanyId {
        self.company
    }

    /// On which account.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Which budget.
    pub const fn budget(&self) -> &Budget {
        &self.budget
    }

    /// What is handed over.
    pub const fn grant(&self) -> &Grant {
        &self.grant
    }

    /// The address that identifies the account once this plan's action is done.
    pub const fn email(&self) -> &EmailAddress {
        &self.email
    }

    pub(super) fn skipped(self, because: SkippedBecause) -> SkippedGrant {
        SkippedGrant { person: self.person, budget: self.budget, because }
    }
}

/// What of the fresh plan's money may be handed over, and what not.
pub(super) fn authorised(
    fresh: &Plan,
    mandate: bool,
    approved: Option<&(&SavedPlan, Approval)>,
    actions: &[AuthorisedAction],
) -> (Vec<AuthorisedGrant>, Vec<SkippedGrant>) {
    let acting: BTreeSet<_> = actions.iter().map(|action| &action.person).collect();
    let (mut grants, mut skipped) = (Vec::new(), Vec::new());
    for entry in fresh.document().entries.iter().filter(|entry| !entry.budgets.is_empty()) {
        let is_brought_up_to_date =
            ActionKind::of(&entry.decision).is_none() || acting.contains(&entry.person);
        for note in &entry.budgets {
            let Some(grant) = grant_of(entry, note, fresh) else { continue };
            let is_first = matches!(note.outcome, BudgetOutcome::Give { .. });
            let seen = approved.map(|(plan, approval)| seen(plan, approval, entry, note));
            let is_covered = (mandate && is_first) || matches!(seen, Some(Seen::Same));
            match seen {
                _ if is_covered && is_brought_up_to_date => grants.push(grant),
                Some(Seen::Otherwise) => skipped.push(grant.skipped(SkippedBecause::Changed)),
                // A proposal that nobody approved is held anyway.
                _ if !is_covered && !is_first => {}
                _ => skipped.push(grant.skipped(SkippedBecause::NotApproved)),
            }
        }
    }
    skipped.extend(approved.into_iter().flat_map(|(plan, approval)| no_longer(plan, approval, fresh)));
    (grants, skipped)
}

/// What the note moves, or would move, with all that a desk needs.
fn grant_of(entry: &Entry, note: &BudgetNote, fresh: &Plan) -> Option<AuthorisedGrant> {
    let (grant, account) = (note.grant()?, entry.account?);
    Some(AuthorisedGrant {
        person: entry.person.clone(),
        company: account.company,
        account: account.id,
        budget: note.budget(),
        grant: grant.clone(),
        email: fresh.payees().get(&entry.person)?.clone(),
    })
}

/// How the approved plan shows the money of an entry of the fresh one.
fn seen(plan: &SavedPlan, approval: &Approval, entry: &Entry, note: &BudgetNote) -> Seen {
    let is_proposal = !matches!(note.outcome, BudgetOutcome::Give { .. });
    if is_proposal && !approval.proposals.contains(&entry.person) {
        Seen::Not
    } else if plan.holds_budget_of(entry, note) {
        Seen::Same
    } else if plan.moves_budget(&entry.person, &note.budget()) {
        Seen::Otherwise
    } else {
        Seen::Not
    }
}

/// Money that the person approved and of which the fresh plan moves nothing.
fn no_longer(plan: &SavedPlan, approval: &Approval, fresh: &Plan) -> Vec<SkippedGrant> {
    let moves = |note: &BudgetNote| note.grant().is_some();
    let present: BTreeSet<(&ExternalId, Budget)> = fresh
        .document()
        .entries
        .iter()
        .flat_map(|entry| {
            entry.budgets.iter().filter(|note| moves(note)).map(|it| (&entry.person, it.budget()))
        })
        .collect();
    plan.approvable_budgets(&approval.proposals)
        .into_iter()
        .filter(|(person, budget)| !present.contains(&(*person, budget.clone())))
        .map(|(person, budget)| SkippedGrant {
            person: person.clone(),
            budget,
            because: SkippedBecause::NoLonger,
        })
        .collect()
}

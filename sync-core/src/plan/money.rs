//! The plan's money: what the budget rules say of everybody.
//!
//! In: people with their matches, the entries with all decisions made, and the ledger. Out: each entry's budgets, and how
//! much in all. Never: a word about money where the policy gives none, so that such a plan keeps its bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::{ActionKind, Entry, MoneyTotals, Run};
use crate::budget::{BudgetOutcome, GrantId, Payee, Rules};
use crate::calendar::amsterdam_date;
use crate::email::EmailAddress;
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::ledger::LedgerView;
use crate::likeness::alike;
use crate::matching::Match;
use crate::person::{Address, Person};
use crate::policy::Budgets;

/// What the plan says of money beside its entries.
#[derive(Debug, Default)]
pub(super) struct Money {
    /// How much in all.
    pub(super) totals: MoneyTotals,
    /// The addresses of those whose budgets move, or would if somebody approved it.
    pub(super) payees: BTreeMap<ExternalId, EmailAddress>,
    /// One-offs that were given and whose fields are empty, or at zero, for the first time since.
    pub(super) emptied: BTreeSet<GrantId>,
}

/// Fills in what happens to the budgets of everybody.
pub(super) fn note_budgets(
    entries: &mut [Entry],
    people: &[Person<'_>],
    found: &[Match<'_>],
    (policy, ledger): (&Budgets, &LedgerView),
    run: &Run<'_>,
) -> Money {
    let rules = Rules::new(policy, ledger, run, amsterdam_date(run.as_of));
    let mut alike = alike(people).into_iter().peekable();
    let mut money = Money::default();
    for (at, ((entry, person), found)) in entries.iter_mut().zip(people).zip(found).enumerate() {
        let payee = Payee {
            person,
            decision: &entry.decision,
            account: found.certain().map(|account| account.id),
            is_like_another: alike.next_if_eq(&at).is_some(),
        };
        let noted = rules.of_person(&payee);
        money.emptied.extend(noted.emptied);
        if ActionKind::of(&entry.decision) == Some(ActionKind::Offboard) {
            add(&mut money.totals.cancelled, noted.cancelled);
        }
        entry.budgets = noted.notes;
        money.totals.count(entry);
        if let Address::Valid(address) = person.address()
            && entry.budgets.iter().any(|note| note.grant().is_some())
        {
            money.payees.insert(entry.person.clone(), address.clone());
        }
    }
    money.totals.open = ledger.money.grants.iter().filter(|row| row.state.is_open()).count() as u64;
    money
}

impl MoneyTotals {
    fn count(&mut self, entry: &Entry) {
        for note in &entry.budgets {
            match &note.outcome {
                BudgetOutcome::Give { grant } => {
                    self.grants += 1;
                    add(&mut self.granted, grant.amount);
                }
                BudgetOutcome::Hold { proposal } => {
                    *self.held.entry(note.reason).or_default() += 1;
                    if let Some(grant) = proposal {
                        self.proposals += 1;
                        add(&mut self.proposed, grant.amount);
                    }
                }
                BudgetOutcome::Open { .. } | BudgetOutcome::Later | BudgetOutcome::Nothing => {}
            }
        }
    }
}

fn add(sum: &mut Euro, amount: Euro) {
    *sum = [*sum, amount].into_iter().sum();
}

//! What the ledger remembers of money, as planning reads it (R11).
//!
//! In: rows of a ledger store, and what the desk says of itself. Out: nothing; planning only looks. Never: a view that
//! is less careful than the full one: whatever is missing holds money back.

use std::collections::{BTreeMap, BTreeSet};

use super::LedgerView;
use crate::budget::{Epoch, GrantRecord, Mark};
use crate::external_id::ExternalId;
use crate::id::AccountId;

/// Memory of one customer's money.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Money {
    /// The present memory; none as long as no baseline was confirmed.
    pub epoch: Option<Epoch>,
    /// The number of its latest batch; zero before the first.
    pub sequence: u64,
    /// The desk's mark that the person accepted who founded the present memory.
    pub accepted: Option<Mark>,
    /// Records of people whose history is known in the present memory, and from where.
    pub vouched: BTreeMap<ExternalId, Vouched>,
    /// Fingerprints of the records and accounts of people who were forgotten.
    pub forgotten: BTreeSet<String>,
    /// All grants, in the order in which they were prepared or imported.
    pub grants: Vec<GrantRecord>,
    /// What comparing with the desk gave. Stores leave it as it is.
    pub desk: DeskStanding,
}

/// From where somebody's history is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "nobody else can vouch")]
pub enum Vouched {
    /// We made the account, in this memory.
    Onboarded,
    /// A person said so.
    Baseline,
}

/// Does what the desk remembers agree with what the ledger remembers?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum DeskStanding {
    /// The desk was not asked.
    #[default]
    NotAsked,
    /// It was asked and could not say.
    Silent,
    /// It took nothing that the ledger does not know.
    Agrees,
    /// It took batches of this memory that the ledger does not know: the ledger is older than the desk.
    Ahead,
    /// The last batch it took was of another memory.
    OfAnother,
}

impl LedgerView {
    /// Of the money on this account, or of this person, nobody knows what is left: of grants on the account, of records
    /// that links tie to it, of the person, and of records that an alias makes the same person.
    pub fn interrupt(&mut self, account: Option<AccountId>, person: Option<&ExternalId>) {
        let Self { links, aliases, money, .. } = self;
        for grant in &mut money.grants {
            let linked = links.get(&grant.person).map(|link| link.account);
            let is_on_account = account.is_some() && (grant.account == account || linked == account);
            let is_of_person = person.is_some_and(|person| {
                grant.person == *person
                    || aliases.get(person) == Some(&grant.person)
                    || aliases.get(&grant.person) == Some(person)
            });
            grant.interrupted |= is_on_account || is_of_person;
        }
    }
}

impl Money {
    /// Compares with the mark of the last batch that the desk took.
    pub fn compare(&self, mark: Option<&Mark>) -> DeskStanding {
        let Some(mark) = mark else { return DeskStanding::Agrees };
        if self.accepted.as_ref() == Some(mark) {
            DeskStanding::Agrees
        } else if self.epoch.as_ref() != Some(&mark.epoch) {
            DeskStanding::OfAnother
        } else if mark.sequence > self.sequence {
            DeskStanding::Ahead
        } else {
            DeskStanding::Agrees
        }
    }
}

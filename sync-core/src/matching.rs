//! Which account is whose (R14).
//!
//! In: people, accounts, and the ledger's links. Out: for each person at most one account, found by stored
//! link, then external id, then e-mail; or the reason why that cannot be said. Never: a choice between two
//! candidates, one account for two people, or for certain an account that carries somebody else's id.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::{Account, Ownership};
use crate::email::EmailKey;
use crate::external_id::ExternalId;
use crate::id::AccountId;
use crate::ledger::LedgerView;
use crate::person::{Address, Person};
use crate::snapshot::{Complete, TargetSnapshot};

/// By what an account was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Level {
    /// The ledger ties one of the person's records to it.
    Link,
    /// It carries the id of one of the person's records.
    ExternalId,
    /// It has the person's address.
    Email,
    /// Its person has the same last name and birthday, and nothing else says that it is this person's.
    Likeness,
}

impl Level {
    /// Is it the person's without a question? Only then is it changed without one, and remembered.
    pub const fn is_certain(self) -> bool {
        matches!(self, Self::Link | Self::ExternalId)
    }
}

/// What was found for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the decision must have an answer to every case")]
pub enum Match<'a> {
    /// No account.
    None,
    /// This one.
    One(&'a Account, Level),
    /// Two or more, or one that another person has as good a claim to.
    Several(Vec<AccountId>),
    /// The account with the person's address carries another system's id.
    Foreign(AccountId),
    /// The ledger names an account that the target no longer lists.
    Gone(AccountId),
    /// The account's row could not be read.
    Unreadable(AccountId),
}

/// Accounts by everything that a person can be found by.
#[derive(Debug)]
pub struct AccountIndex<'a> {
    target: &'a TargetSnapshot,
    by_external_id: BTreeMap<ExternalId, Vec<&'a Account>>,
    by_email: BTreeMap<EmailKey, Vec<&'a Account>>,
    linked: BTreeSet<AccountId>,
    ledger: &'a LedgerView,
}

impl<'a> AccountIndex<'a> {
    /// Sorts the accounts of a complete snapshot.
    pub fn new(target: &'a Complete<TargetSnapshot>, ledger: &'a LedgerView) -> Self {
        let mut by_external_id: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut by_email: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for account in target.accounts() {
            if let Ownership::Ours(id) = account.ownership() {
                by_external_id.entry(id).or_default().push(account);
            }
            if let Some(email) = &account.email {
                by_email.entry(EmailKey::of(email.expose())).or_default().push(account);
            }
        }
        let linked = ledger.links.values().map(|link| link.account).collect();
        Self { target, by_external_id, by_email, linked, ledger }
    }

    /// Is this account ours to change: does it carry our id or stand in our ledger? (R18)
    pub fn is_managed(&self, account: &Account) -> bool {
        self.linked.contains(&account.id) || matches!(account.ownership(), Ownership::Ours(_))
    }

    /// The accounts that have this address.
    pub fn with_email(&self, key: &EmailKey) -> &[&'a Account] {
        self.by_email.get(key).map_or(&[], Vec::as_slice)
    }

    /// The account of each person, in the people's order.
    pub fn assign(&self, people: &[Person<'_>]) -> Vec<Match<'a>> {
        let mut found: Vec<Match<'a>> = people.iter().map(|person| self.find_by_identity(person)).collect();
        let claimed: BTreeSet<AccountId> = found.iter().flat_map(Match::accounts).collect();
        for (person, found) in people.iter().zip(&mut found) {
            if *found == Match::None {
                *found = self.find_by_email(person, &claimed);
            }
        }
        let mut claims: BTreeMap<AccountId, u32> = BTreeMap::new();
        for account in found.iter().flat_map(Match::accounts) {
            *claims.entry(account).or_default() += 1;
        }
        for found in &mut found {
            if let Match::One(account, _) = found
                && claims.get(&account.id).is_some_and(|claims| *claims > 1)
            {
                *found = Match::Several(vec![account.id]);
            }
        }
        found
    }

    /// By stored link, then by the id the account carries. Both must mean the same account.
    fn find_by_identity(&self, person: &Person<'_>) -> Match<'a> {
        let links: BTreeSet<AccountId> =
            person.ids().filter_map(|id| self.ledger.links.get(id)).map(|link| link.account).collect();
        let carriers: BTreeMap<AccountId, &'a Account> = person
            .ids()
            .filter_map(|id| self.by_external_id.get(id))
            .flatten()
            .map(|account| (account.id, *account))
            .collect();
        let all: BTreeSet<AccountId> = links.iter().chain(carriers.keys()).copied().collect();
        let mut all = all.into_iter();
        match (all.next(), all.next()) {
            (None, _) => Match::None,
            (Some(only), None) => {
                let level = if links.is_empty() { Level::ExternalId } else { Level::Link };
                match carriers.get(&only).copied().or_else(|| self.target.account(only)) {
                    Some(account) => self.unless_taken(account, level, person),
                    None if self.target.unreadable().iter().any(|row| row.id == only) => {
                        Match::Unreadable(only)
                    }
                    None => Match::Gone(only),
                }
            }
            (Some(first), Some(second)) => Match::Several([first, second].into_iter().chain(all).collect()),
        }
    }

    /// A linked account that meanwhile carries somebody else's id is not the person's any more.
    fn unless_taken(&self, account: &'a Account, level: Level, person: &Person<'_>) -> Match<'a> {
        match account.ownership() {
            Ownership::Foreign => Match::Foreign(account.id),
            Ownership::Ours(id)
                if !person.ids().any(|own| *own == id) && !self.is_linked_to(&id, account.id) =>
            {
                Match::Several(vec![account.id])
            }
            _ => Match::One(account, level),
        }
    }

    fn is_linked_to(&self, id: &ExternalId, account: AccountId) -> bool {
        self.ledger.links.get(id).is_some_and(|link| link.account == account)
    }

    fn find_by_email(&self, person: &Person<'_>, claimed: &BTreeSet<AccountId>) -> Match<'a> {
        let Address::Valid(address) = person.address() else { return Match::None };
        let mut candidates =
            self.with_email(address.key()).iter().filter(|account| !claimed.contains(&account.id));
        match (candidates.next(), candidates.next()) {
            (None, _) => Match::None,
            // Nobody's yet, or of a record that is gone: whether it is this person's is for somebody to say.
            (Some(account), None) => match account.ownership() {
                Ownership::Foreign => Match::Foreign(account.id),
                Ownership::Unclaimed | Ownership::Ours(_) => Match::One(account, Level::Email),
            },
            (Some(first), Some(second)) => Match::Several(
                [first, second].into_iter().chain(candidates).map(|account| account.id).collect(),
            ),
        }
    }
}

impl<'a> Match<'a> {
    /// The accounts that it names.
    pub fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::None => Vec::new(),
            Self::One(account, _) => vec![account.id],
            Self::Several(accounts) => accounts.clone(),
            Self::Foreign(account) | Self::Gone(account) | Self::Unreadable(account) => vec![*account],
        }
    }

    /// The person's account, if it is that without a question.
    pub const fn certain(&self) -> Option<&'a Account> {
        match self {
            Self::One(account, level) if level.is_certain() => Some(account),
            _ => None,
        }
    }
}

//! Which account is whose (R14).
//!
//! In: people, accounts, and the ledger's links. Out: for each person at most one account, found by stored
//! link, then external id, then e-mail; or the reason why that cannot be said. Never: a choice between two
//! candidates, one account for two people, or for certain an account that carries somebody else's id.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::account::{Account, Ownership};
use crate::email::EmailKey;
use crate::external_id::ExternalId;
use crate::id::AccountId;
use crate::in_turn::InTurn;
use crate::ledger::{LedgerView, Link};
use crate::person::{Address, Person};
use crate::places::Places;
use crate::snapshot::{Complete, TargetSnapshot};
use crate::text;

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
    by_external_id: Places,
    by_email: Places,
    /// Accounts that the ledger names, sorted.
    linked: Vec<AccountId>,
    ledger: &'a LedgerView,
}

impl<'a> AccountIndex<'a> {
    /// Sorts the accounts of a complete snapshot.
    pub fn new(target: &'a Complete<TargetSnapshot>, ledger: &'a LedgerView) -> Self {
        let accounts = || target.accounts().iter();
        let address =
            |account: &'a Account| account.email.as_ref().map(|email| text::as_folded(email.expose()));
        let by_external_id = Places::of(accounts().map(Account::our_id));
        let by_email = Places::of(accounts().map(address));
        let linked = sorted(ledger.links.values().map(|link| link.account));
        Self { target, by_external_id, by_email, linked, ledger }
    }

    /// Is this account ours to change: does it carry our id or stand in our ledger? (R18)
    pub fn is_managed(&self, account: &Account) -> bool {
        account.our_id().is_some() || self.linked.binary_search(&account.id).is_ok()
    }

    /// The accounts that have this address, by id.
    pub fn with_email<'k>(&'k self, key: &'k EmailKey) -> impl Iterator<Item = &'a Account> + 'k {
        let accounts = self.by_email.find(key.expose()).filter_map(|at| self.target.accounts().get(at));
        accounts.filter(|account| account.email.as_ref().is_some_and(|email| key.is_of(email.expose())))
    }

    /// The accounts that carry this id, by id.
    fn carrying<'k>(&'k self, id: &'k ExternalId) -> impl Iterator<Item = &'a Account> + 'k {
        let accounts = self.by_external_id.find(id.as_str()).filter_map(|at| self.target.accounts().get(at));
        accounts.filter(|account| account.carries(id))
    }

    /// The account of each person, in the people's order, which is that of their ids.
    pub fn assign(&self, people: &[Person<'_>]) -> Vec<Match<'a>> {
        let mut links = InTurn::through(&self.ledger.links);
        let mut found: Vec<Match<'a>> = people
            .iter()
            .map(|person| match person.only_id() {
                Some(id) => self.find_by_identity(person, links.find(&id)),
                None => {
                    self.find_by_identity(person, person.ids().filter_map(|id| self.ledger.links.get(id)))
                }
            })
            .collect();
        let claimed = sorted(found.iter().flat_map(Match::each_account));
        for (person, found) in people.iter().zip(&mut found) {
            if *found == Match::None {
                *found = self.find_by_email(person, &claimed);
            }
        }
        let claims = sorted(found.iter().flat_map(Match::each_account));
        let contested: BTreeSet<AccountId> =
            claims.windows(2).filter(|two| two.first() == two.last()).flatten().copied().collect();
        for found in &mut found {
            if let Match::One(account, _) = found
                && contested.contains(&account.id)
            {
                *found = Match::Several(vec![account.id]);
            }
        }
        found
    }

    /// By stored link, then by the id the account carries. Both must mean the same account.
    fn find_by_identity<'l>(
        &self,
        person: &Person<'_>,
        links: impl IntoIterator<Item = &'l Link>,
    ) -> Match<'a> {
        let mut level = Level::ExternalId;
        let mut all = Candidates::default();
        for link in links {
            level = Level::Link;
            all.add(link.account);
        }
        let mut carrier = None;
        for account in person.ids().flat_map(|id| self.carrying(id)) {
            carrier = Some(account);
            all.add(account.id);
        }
        match all {
            Candidates::None => Match::None,
            Candidates::Several(all) => Match::Several(all.into_iter().collect()),
            Candidates::One(only) => match carrier.or_else(|| self.target.account(only)) {
                Some(account) => self.unless_taken(account, level, person),
                None if self.target.unreadable().binary_search_by_key(&only, |row| row.id).is_ok() => {
                    Match::Unreadable(only)
                }
                None => Match::Gone(only),
            },
        }
    }

    /// A linked account that meanwhile carries somebody else's id is not the person's any more.
    fn unless_taken(&self, account: &'a Account, level: Level, person: &Person<'_>) -> Match<'a> {
        if person.ids().any(|own| account.carries(own)) {
            return Match::One(account, level);
        }
        match account.ownership() {
            Ownership::Foreign => Match::Foreign(account.id),
            Ownership::Ours(id) if !self.is_linked_to(&id, account.id) => Match::Several(vec![account.id]),
            _ => Match::One(account, level),
        }
    }

    fn is_linked_to(&self, id: &ExternalId, account: AccountId) -> bool {
        self.ledger.links.get(id).is_some_and(|link| link.account == account)
    }

    fn find_by_email(&self, person: &Person<'_>, claimed: &[AccountId]) -> Match<'a> {
        let Address::Valid(address) = person.address() else { return Match::None };
        let mut candidates =
            self.with_email(address.key()).filter(|account| claimed.binary_search(&account.id).is_err());
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
        self.each_account().collect()
    }

    pub(crate) fn each_account(&self) -> impl Iterator<Item = AccountId> + '_ {
        let (one, several) = match self {
            Self::None => (None, [].as_slice()),
            Self::One(account, _) => (Some(account.id), [].as_slice()),
            Self::Several(accounts) => (None, accounts.as_slice()),
            Self::Foreign(account) | Self::Gone(account) | Self::Unreadable(account) => {
                (Some(*account), [].as_slice())
            }
        };
        one.into_iter().chain(several.iter().copied())
    }

    /// The person's account, if it is that without a question.
    pub const fn certain(&self) -> Option<&'a Account> {
        match self {
            Self::One(account, level) if level.is_certain() => Some(account),
            _ => None,
        }
    }
}

/// Accounts that may be one person's, each once.
#[derive(Default)]
enum Candidates {
    #[default]
    None,
    One(AccountId),
    Several(BTreeSet<AccountId>),
}

impl Candidates {
    fn add(&mut self, account: AccountId) {
        match self {
            Self::None => *self = Self::One(account),
            Self::One(only) if *only == account => {}
            Self::One(only) => *self = Self::Several(BTreeSet::from([*only, account])),
            Self::Several(all) => _ = all.insert(account),
        }
    }
}

pub(crate) fn sorted(accounts: impl Iterator<Item = AccountId>) -> Vec<AccountId> {
    let mut accounts: Vec<_> = accounts.collect();
    accounts.sort_unstable();
    accounts
}

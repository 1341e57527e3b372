//! What the ledger remembers of one person's money.
//!
//! In: the ledger's rows, links and aliases, and one person's records and certain account. Out: the rows of that person,
//! who vouches, and whether the person was forgotten. Never: a row that is missed because it was written under another
//! record of the person, one that is gone, or one that stood for the account before a relink.

use std::collections::BTreeMap;

use super::grant::GrantRecord;
use super::tombstone;
use crate::external_id::ExternalId;
use crate::fingerprint::FingerprintKey;
use crate::id::AccountId;
use crate::ledger::LedgerView;
use crate::places::Places;

/// The ledger's money, by everything that a person can be found by.
#[derive(Debug)]
pub(crate) struct Remembered<'a> {
    ledger: &'a LedgerView,
    by_person: Places,
    vouched: Vec<&'a ExternalId>,
    by_vouched: Places,
    /// Rows by account, sorted.
    by_account: Vec<(AccountId, usize)>,
    /// Records by the account that the ledger ties them to, sorted.
    linked: Vec<(AccountId, &'a ExternalId)>,
    /// Records that somebody said are one person's, from either side.
    aliases: BTreeMap<&'a ExternalId, Vec<&'a ExternalId>>,
}

/// By what one person's money is found.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    /// Every record that is the person's, or stood for the account.
    records: Vec<&'a ExternalId>,
    account: Option<AccountId>,
}

impl Known<'_> {
    /// The account, if it is the person's for certain.
    pub(crate) const fn account(&self) -> Option<AccountId> {
        self.account
    }
}

impl<'a> Remembered<'a> {
    pub(crate) fn of(ledger: &'a LedgerView) -> Self {
        let grants = || ledger.money.grants.iter();
        let by_person = Places::of(grants().map(|row| Some(row.person.as_str())));
        let vouched: Vec<_> = ledger.money.vouched.keys().collect();
        let by_vouched = Places::of(vouched.iter().map(|id| Some(id.as_str())));
        let mut by_account: Vec<_> =
            grants().enumerate().filter_map(|(at, row)| Some((row.account?, at))).collect();
        by_account.sort_unstable();
        let mut linked: Vec<_> = ledger.links.iter().map(|(id, link)| (link.account, id)).collect();
        linked.sort_unstable();
        let mut aliases: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (later, carried) in &ledger.aliases {
            aliases.entry(later).or_default().push(carried);
            aliases.entry(carried).or_default().push(later);
        }
        Self { ledger, by_person, vouched, by_vouched, by_account, linked, aliases }
    }

    /// By what the person's money is found who has these records, and this account for certain.
    pub(crate) fn known(
        &self,
        records: impl Iterator<Item = &'a ExternalId>,
        account: Option<AccountId>,
    ) -> Known<'a> {
        let mut known: Vec<_> = records.collect();
        if let Some(account) = account {
            for id in each_of(&self.linked, account) {
                if !known.contains(&id) {
                    known.push(id);
                }
            }
        }
        let mut at = 0;
        while let Some(id) = known.get(at).filter(|_| !self.aliases.is_empty()) {
            let others: Vec<_> = self.aliases.get(id).into_iter().flatten().copied().collect();
            for other in others {
                if !known.contains(&other) {
                    known.push(other);
                }
            }
            at += 1;
        }
        Known { records: known, account }
    }

    /// The person's rows, in the order in which they were prepared or imported.
    pub(crate) fn rows(&self, known: &Known<'_>) -> Vec<&'a GrantRecord> {
        let grants = &self.ledger.money.grants;
        if grants.is_empty() {
            return Vec::new();
        }
        let mut places = Vec::new();
        for id in &known.records {
            let is_of = |at: &usize| grants.get(*at).is_some_and(|row| row.person == **id);
            places.extend(self.by_person.find(id.as_str()).filter(is_of));
        }
        places.extend(known.account.into_iter().flat_map(|account| each_of(&self.by_account, account)));
        places.sort_unstable();
        places.dedup();
        places.into_iter().filter_map(|at| grants.get(at)).collect()
    }

    /// Is the person's history known in the present memory?
    pub(crate) fn is_vouched(&self, known: &Known<'_>) -> bool {
        let money = &self.ledger.money;
        let is_vouched = |id: &ExternalId| {
            self.by_vouched.find(id.as_str()).any(|at| self.vouched.get(at).is_some_and(|it| *it == id))
        };
        money.epoch.is_some() && known.records.iter().any(|id| is_vouched(id))
    }

    /// Which of the person's fingerprints stand among those of forgotten people.
    pub(crate) fn tombstones(&self, known: &Known<'_>, key: &FingerprintKey) -> Vec<String> {
        let forgotten = &self.ledger.money.forgotten;
        if forgotten.is_empty() {
            return Vec::new();
        }
        let tombstones = tombstone::tombstones(key, known.records.iter().copied(), known.account);
        tombstones.into_iter().filter(|tombstone| forgotten.contains(tombstone)).collect()
    }
}

/// What stands under this account in a sorted list.
fn each_of<T: Copy>(sorted: &[(AccountId, T)], account: AccountId) -> impl Iterator<Item = T> + '_ {
    let from = sorted.partition_point(|(id, _)| *id < account);
    let rest = sorted.get(from..).unwrap_or_default();
    rest.iter().take_while(move |(id, _)| *id == account).map(|(_, thing)| *thing)
}

//! The target's half: active and inactive accounts of each company, merged by id (U-3).
//!
//! In: announced companies, then both lists of each. Out: accounts by id. Never: an account that stood in
//! both lists, because it changed while being read and nobody knows which row is the newer.

use std::collections::BTreeSet;
use std::fmt;

use super::{Complete, Incomplete, Listing, Row};
use crate::account::{Account, UnreadableAccount};
use crate::id::{AccountId, TargetCompanyId};

/// The two lists of a company's accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "an account can sign in or it cannot")]
pub enum AccountState {
    /// Those that can sign in.
    Active,
    /// Those that cannot.
    Inactive,
}

impl AccountState {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Active, Self::Inactive];
}

impl fmt::Display for AccountState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        })
    }
}

/// All that the target said in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetSnapshot {
    companies: BTreeSet<TargetCompanyId>,
    accounts: Vec<Account>,
    unreadable: Vec<UnreadableAccount>,
}

impl TargetSnapshot {
    /// The companies whose accounts were read.
    pub const fn companies(&self) -> &BTreeSet<TargetCompanyId> {
        &self.companies
    }

    /// The accounts, by id.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account with this id, if it could be read.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts
            .binary_search_by_key(&id, |account| account.id)
            .ok()
            .and_then(|at| self.accounts.get(at))
    }

    /// Accounts whose content could not be read.
    pub fn unreadable(&self) -> &[UnreadableAccount] {
        &self.unreadable
    }
}

/// Collects lists until the snapshot is whole.
#[derive(Debug, Clone)]
pub struct TargetSnapshotBuilder {
    companies: BTreeSet<TargetCompanyId>,
    missing: BTreeSet<(TargetCompanyId, AccountState)>,
    /// In long lists and not in trees, because a million of them would leave those in shreds of memory.
    accounts: Vec<Account>,
    unreadable: Vec<UnreadableAccount>,
    seen: BTreeSet<AccountId>,
}

impl TargetSnapshotBuilder {
    /// Starts with the companies that the run is about. Both lists of each must follow.
    pub fn announce(companies: impl IntoIterator<Item = TargetCompanyId>) -> Self {
        let companies: BTreeSet<_> = companies.into_iter().collect();
        let missing =
            companies.iter().flat_map(|company| AccountState::ALL.map(|state| (*company, state))).collect();
        Self { companies, missing, accounts: Vec::new(), unreadable: Vec::new(), seen: BTreeSet::new() }
    }

    /// Takes one list.
    ///
    /// # Errors
    /// [`Incomplete`] when the list disagrees with itself or with another list (reading both lists of
    /// the company once more may help), or does not belong to an announced company.
    pub fn put(
        &mut self,
        company: TargetCompanyId,
        state: AccountState,
        list: Listing<Row<AccountId, Account>>,
    ) -> Result<(), Incomplete> {
        if !self.companies.contains(&company) {
            return Err(Incomplete::NotAnnounced);
        }
        let rows =
            list.agreed().map_err(|disagreement| Incomplete::Target { company, state, disagreement })?;
        self.accounts.reserve(rows.len());
        for row in rows {
            if !self.seen.insert(row.id) {
                return Err(Incomplete::AccountInTwoLists(company));
            }
            match row.content {
                // Should the server ignore the filter, its own word about each row still counts.
                Ok(account) => self.accounts.push(Account { id: row.id, company, ..account }),
                Err(problem) => self.unreadable.push(UnreadableAccount::new(row.id, problem)),
            }
        }
        self.missing.remove(&(company, state));
        Ok(())
    }

    /// The snapshot, if both lists of every announced company have come.
    ///
    /// # Errors
    /// [`Incomplete::TargetListMissing`] names the first list that has not.
    pub fn finish(self) -> Result<Complete<TargetSnapshot>, Incomplete> {
        if let Some((company, state)) = self.missing.into_iter().next() {
            return Err(Incomplete::TargetListMissing { company, state });
        }
        let Self { companies, mut accounts, mut unreadable, .. } = self;
        accounts.sort_by_key(|account| account.id);
        unreadable.sort_by_key(|row| row.id);
        Ok(Complete(TargetSnapshot { companies, accounts, unreadable }))
    }
}

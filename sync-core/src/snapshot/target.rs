//! The target's half: active and inactive accounts of each company, merged by id (U-3).
//!
//! In: announced companies, then both lists of each. Out: accounts by id. Never: an account that stood in
//! both lists, because it changed while being read and nobody knows which row is the newer.

use std::collections::{BTreeMap, BTreeSet};
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
    accounts: BTreeMap<AccountId, Account>,
    unreadable: BTreeMap<AccountId, UnreadableAccount>,
}

impl TargetSnapshotBuilder {
    /// Starts with the companies that the run is about. Both lists of each must follow.
    pub fn announce(companies: impl IntoIterator<Item = TargetCompanyId>) -> Self {
        let companies: BTreeSet<_> = companies.into_iter().collect();
        let missing =
            companies.iter().flat_map(|company| AccountState::ALL.map(|state| (*company, state))).collect();
        Self { companies, missing, accounts: BTreeMap::new(), unreadable: BTreeMap::new() }
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
        for row in rows {
            if self.accounts.contains_key(&row.id) || self.unreadable.contains_key(&row.id) {
                return Err(Incomplete::AccountInTwoLists(company));
            }
            match row.content {
                // Should the server ignore the filter, its own word about each row still counts.
                Ok(account) => _ = self.accounts.insert(row.id, Account { company, ..account }),
                Err(problem) => _ = self.unreadable.insert(row.id, UnreadableAccount::new(row.id, problem)),
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
        Ok(Complete(TargetSnapshot {
            companies: self.companies,
            accounts: self.accounts.into_values().collect(),
            unreadable: self.unreadable.into_values().collect(),
        }))
    }
}

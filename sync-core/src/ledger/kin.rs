//! Whom the ledger knows under which names: the records and accounts that it ties together.
//!
//! In: a record, and what the ledger remembers. Out: all records and accounts of that person, as far as somebody or some
//! run was certain of it. Never: a likeness.

use std::collections::BTreeSet;

use super::LedgerView;
use crate::external_id::ExternalId;
use crate::id::AccountId;

/// All that the ledger knows one person by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Kin {
    /// Records, the one that was asked for included.
    pub records: BTreeSet<ExternalId>,
    /// Accounts.
    pub accounts: BTreeSet<AccountId>,
}

impl LedgerView {
    /// All records and accounts that aliases, links and grants tie to this record.
    pub fn kin_of(&self, record: &ExternalId) -> Kin {
        let mut kin = Kin { records: BTreeSet::from([record.clone()]), accounts: BTreeSet::new() };
        loop {
            let known = (kin.records.len(), kin.accounts.len());
            for (later, first) in &self.aliases {
                if kin.records.contains(later) || kin.records.contains(first) {
                    kin.records.extend([later.clone(), first.clone()]);
                }
            }
            for (record, link) in &self.links {
                kin.tie(record, Some(link.account));
            }
            for grant in &self.money.grants {
                kin.tie(&grant.person, grant.account);
            }
            if known == (kin.records.len(), kin.accounts.len()) {
                return kin;
            }
        }
    }
}

impl Kin {
    /// If one of the two is known, both are.
    fn tie(&mut self, record: &ExternalId, account: Option<AccountId>) {
        let is_known =
            self.records.contains(record) || account.is_some_and(|account| self.accounts.contains(&account));
        if is_known {
            self.records.insert(record.clone());
            self.accounts.extend(account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::CompanyId;
    use crate::ledger::Link;

    fn record(name: &str) -> ExternalId {
        ExternalId::rest(name).unwrap()
    }

    fn link(account: i64) -> Link {
        Link::new(AccountId::new(account), CompanyId::new("c"))
    }

    #[test]
    fn whoever_is_tied_by_an_alias_or_an_account_is_kin_and_nobody_else() {
        let mut ledger = LedgerView::default();
        ledger.links.extend([(record("a"), link(1)), (record("c"), link(1)), (record("x"), link(2))]);
        ledger.aliases.insert(record("b"), record("a"));
        for name in ["a", "b", "c"] {
            let kin = ledger.kin_of(&record(name));
            assert_eq!(kin.records, ["a", "b", "c"].map(record).into(), "{name}");
            assert_eq!(kin.accounts, [AccountId::new(1)].into(), "{name}");
        }
        let alone = Kin { records: [record("y")].into(), accounts: BTreeSet::new() };
        assert_eq!(ledger.kin_of(&record("y")), alone);
    }
}

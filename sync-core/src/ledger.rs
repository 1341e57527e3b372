//! What we remember of earlier runs, as a value that planning reads.
//!
//! In: rows of a ledger store. Out: nothing; planning only looks. Never: a rule. An empty view is always
//! legal and always the more careful one.

mod kin;
mod money;

pub use kin::Kin;
pub use money::{DeskStanding, Money, Vouched};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::external_id::ExternalId;
use crate::id::{AccountId, CompanyId};

/// Memory of one customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LedgerView {
    /// Which account stands for which record, and where the record was when that was last confirmed.
    pub links: BTreeMap<ExternalId, Link>,
    /// Records that a person said are of one person: the later record, and the one whose id the account carries.
    pub aliases: BTreeMap<ExternalId, ExternalId>,
    /// People whose writes the target refused in their last runs, by external id (R21).
    pub failures: BTreeMap<ExternalId, Failures>,
    /// The last run that read everything and applied what it was allowed to.
    pub last_run: Option<LastRun>,
    /// When accounts were deactivated by us, for the limit over seven days, in order. A deactivation of which nobody
    /// knows how it ended counts too.
    pub deactivations: Vec<DateTime<Utc>>,
    /// What we remember of money.
    pub money: Money,
}

impl LedgerView {
    /// Has no run been completed yet?
    pub const fn is_first_run(&self) -> bool {
        self.last_run.is_none()
    }
}

/// How often in a row the target refused a person's write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failures {
    /// In how many runs in a row.
    pub runs: u32,
    /// When it did so last.
    pub last: DateTime<Utc>,
}

impl Failures {
    /// So many runs in a row, the last of them then.
    pub const fn new(runs: u32, last: DateTime<Utc>) -> Self {
        Self { runs, last }
    }
}

/// A record and its account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The account.
    pub account: AccountId,
    /// The source company of the record.
    pub company: CompanyId,
}

impl Link {
    /// Ties a record of this company to this account.
    pub const fn new(account: AccountId, company: CompanyId) -> Self {
        Self { account, company }
    }
}

/// What the last complete run saw, so that the next notices when it sees less (R26).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LastRun {
    /// The source companies, each with the names of those extra fields that the policy relied on.
    pub scope: BTreeMap<CompanyId, BTreeSet<String>>,
}

impl LastRun {
    /// A run that saw this scope.
    pub const fn new(scope: BTreeMap<CompanyId, BTreeSet<String>>) -> Self {
        Self { scope }
    }
}

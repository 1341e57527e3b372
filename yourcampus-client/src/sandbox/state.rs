//! What the sandbox holds: companies, groups, accounts, the counters a judge reads, and how strict or odd this target is.
//!
//! Plain data that goes in with [`Sandbox::start`](super::Sandbox::start) and comes out with
//! [`Sandbox::state`](super::Sandbox::state). It can be edited while the sandbox runs.

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::budgets::Budgets;
use super::normalisation::Normalisation;

/// Everything the sandbox holds. All fields are public: a scenario may set up any world, also an impossible one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct State {
    /// The date-time stamped on accounts. It stands still until the sandbox is told to advance, so that the same story told twice
    /// leaves the same state.
    pub now: NaiveDateTime,
    /// The companies that the keys give access to.
    pub companies: Vec<Company>,
    /// The groups of all companies.
    pub groups: Vec<Group>,
    /// The accounts of all companies, active and inactive.
    pub accounts: Vec<Account>,
    /// The highest id of an account that was removed, 0 if none was. New ids come after it: none is ever given out twice.
    pub highest_removed_id: i64,
    /// How many accounts were created over the API (not behind its back).
    pub created_count: u64,
    /// The mails that would have gone out, oldest first.
    pub mails: Vec<Mail>,
    /// The rate limit; `None` means that nothing is limited and that the answers carry no `X-RateLimit-*`.
    pub rate_limit: Option<RateLimit>,
    /// How long a token lives, in seconds.
    pub token_lifetime_seconds: u64,
    /// How stored values differ from sent ones.
    pub normalisation: Normalisation,
    /// How a row shows a field that has no value.
    pub missing_vs_null: MissingVsNull,
    /// `None`: listings are in the order of the ids. `Some(seed)`: in another order, the same for the same seed.
    pub shuffle: Option<u64>,
    /// What happens to an activate on an active account and a deactivate on an inactive one. Reality is unknown.
    pub repeated_switch: Reading,
    /// What happens to a PATCH of an inactive account. Reality is unknown.
    pub inactive_edit: Reading,
    /// The money of the accounts. The API neither shows nor gives any; deactivating takes it.
    pub budgets: Budgets,
}

impl Default for State {
    fn default() -> Self {
        Self {
            now: NaiveDate::default().into(),
            companies: Vec::new(),
            groups: Vec::new(),
            accounts: Vec::new(),
            highest_removed_id: 0,
            created_count: 0,
            mails: Vec::new(),
            rate_limit: None,
            token_lifetime_seconds: 3600,
            normalisation: Normalisation::default(),
            missing_vs_null: MissingVsNull::Nulls,
            shuffle: None,
            repeated_switch: Reading::Refused,
            inactive_edit: Reading::Refused,
            budgets: Budgets::default(),
        }
    }
}

impl State {
    /// An empty target, at `now`, in its strictest reading and without a rate limit.
    pub fn new(now: NaiveDateTime) -> Self {
        Self { now, ..Self::default() }
    }

    /// Adds a company.
    pub fn with_company(mut self, id: i64, name: Option<&str>) -> Self {
        self.companies.push(Company { id, name: name.map(str::to_owned) });
        self
    }

    /// Adds a group to a company.
    pub fn with_group(mut self, id: i64, company: i64, name: Option<&str>) -> Self {
        self.groups.push(Group { id, company, name: name.map(str::to_owned) });
        self
    }

    /// Adds an account.
    pub fn with_account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// Adds accounts.
    pub fn with_accounts(mut self, accounts: impl IntoIterator<Item = Account>) -> Self {
        self.accounts.extend(accounts);
        self
    }

    /// Limits the requests to `limit` in each window of `window_seconds`; the vendor's documentation shows 600 in 60.
    pub fn with_rate_limit(mut self, limit: u64, window_seconds: u64) -> Self {
        self.rate_limit = Some(RateLimit { limit, window_seconds });
        self
    }

    /// Lets tokens live for `seconds`.
    pub fn with_token_lifetime(mut self, seconds: u64) -> Self {
        self.token_lifetime_seconds = seconds;
        self
    }

    /// Lets the target store values differently than they are sent.
    pub fn with_normalisation(mut self, normalisation: Normalisation) -> Self {
        self.normalisation = normalisation;
        self
    }

    /// Chooses how rows show fields without a value.
    pub fn with_missing_vs_null(mut self, variation: MissingVsNull) -> Self {
        self.missing_vs_null = variation;
        self
    }

    /// Lists accounts in an order of its own.
    pub fn with_shuffle(mut self, seed: u64) -> Self {
        self.shuffle = Some(seed);
        self
    }

    /// Chooses the reading of a repeated activate or deactivate.
    pub fn with_repeated_switch(mut self, reading: Reading) -> Self {
        self.repeated_switch = reading;
        self
    }

    /// Chooses the reading of a PATCH of an inactive account.
    pub fn with_inactive_edit(mut self, reading: Reading) -> Self {
        self.inactive_edit = reading;
        self
    }

    /// The account with this id, whatever its company.
    pub fn account(&self, id: i64) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub(super) fn has_company(&self, id: i64) -> bool {
        self.companies.iter().any(|company| company.id == id)
    }

    pub(super) fn group_of(&self, company: i64, id: i64) -> Option<&Group> {
        self.groups.iter().find(|group| group.company == company && group.id == id)
    }

    pub(super) fn account_in(&self, company: i64, id: i64) -> Option<&Account> {
        self.account(id).filter(|account| account.company == company)
    }

    pub(super) fn account_mut(&mut self, id: i64) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }

    /// An id that no account has or had.
    pub(super) fn next_account_id(&self) -> i64 {
        self.highest_id().max(self.highest_removed_id).saturating_add(1)
    }

    /// Makes a change that may remove or deactivate accounts: keeps their ids from being given out again, and takes their
    /// money.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.highest_id();
        change(self);
        let active: BTreeSet<i64> =
            self.accounts.iter().filter(|account| account.is_active).map(|account| account.id).collect();
        let lost: Vec<i64> =
            self.budgets.accounts.keys().copied().filter(|id| !active.contains(id)).collect();
        for id in lost {
            self.budgets.cancel(id);
        }
        if self.highest_id() < before {
            self.highest_removed_id = self.highest_removed_id.max(before);
        }
    }

    fn highest_id(&self) -> i64 {
        self.accounts.iter().map(|account| account.id).max().unwrap_or(0)
    }

    pub(super) fn advance(&mut self, seconds: u64) {
        let by = i64::try_from(seconds).ok().and_then(Duration::try_seconds).unwrap_or(Duration::MAX);
        self.now = self.now.checked_add_signed(by).unwrap_or(NaiveDateTime::MAX);
    }
}

/// A company of the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Company {
    /// Its id.
    pub id: i64,
    /// Its name; the API allows that there is none.
    pub name: Option<String>,
}

/// A group within a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Group {
    /// Its id.
    pub id: i64,
    /// The company it belongs to.
    pub company: i64,
    /// Its name; the API allows that there is none.
    pub name: Option<String>,
}

/// A mail that a real target may have sent. Whether it does is unknown, so a judge should count each as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mail {
    /// The account it went to.
    pub account: i64,
    /// What it was about.
    pub kind: MailKind,
}

/// Why a mail would have gone out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MailKind {
    /// An account was created.
    Invitation,
    /// An account was switched on.
    Activation,
    /// An account was switched off.
    Deactivation,
    /// The business address changed.
    EmailChange,
}

/// So many requests in each window. Token calls do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RateLimit {
    /// Allowed requests in a window.
    pub limit: u64,
    /// Length of the window in seconds.
    pub window_seconds: u64,
}

/// What to make of a request of which nobody knows how the real system takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reading {
    /// Answered with 409; nothing happens.
    Refused,
    /// Carried out and answered with 200.
    Accepted,
}

/// How a row shows a nullable field that has no value. All of these are legal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingVsNull {
    /// `"prefix": null`.
    Nulls,
    /// The key is not there.
    Absent,
    /// `null`, and the row has keys that no document names.
    ExtraKeys,
    /// One row this way, another that way, also within a row.
    Mixed,
}

//! The benefits side: reading and writing are two ports.

use async_trait::async_trait;

use super::{PortError, RequestMeter};
use crate::account::Account;
use crate::change::{AccountChange, NewAccount};
use crate::id::{AccountId, TargetCompanyId};
use crate::snapshot::{AccountState, Listing, Row};

/// A company of the target that the keys can see.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TargetCompany {
    /// Its id.
    pub id: TargetCompanyId,
    /// Its name, for reports.
    pub name: Option<String>,
}

impl TargetCompany {
    /// A company by id and, if told, name.
    pub const fn new(id: TargetCompanyId, name: Option<String>) -> Self {
        Self { id, name }
    }
}

/// Which accounts to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListAccounts {
    /// The company.
    pub company: TargetCompanyId,
    /// Active or inactive ones.
    pub state: AccountState,
}

impl ListAccounts {
    /// Asks for one of the two lists of a company.
    pub const fn new(company: TargetCompanyId, state: AccountState) -> Self {
        Self { company, state }
    }
}

/// Reads accounts. It cannot change any.
#[async_trait]
pub trait AccountReader: Send + Sync {
    /// The companies that the keys can see.
    ///
    /// # Errors
    /// [`PortError`]; nothing was changed in any case.
    async fn companies(&self, meter: &RequestMeter) -> Result<Vec<TargetCompany>, PortError>;

    /// One list of accounts, whole and checked against its own total.
    ///
    /// # Errors
    /// [`PortError`]; nothing was changed in any case.
    async fn accounts(
        &self,
        request: &ListAccounts,
        meter: &RequestMeter,
    ) -> Result<Listing<Row<AccountId, Account>>, PortError>;
}

/// Creates one account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateRequest {
    /// Where.
    pub company: TargetCompanyId,
    /// What.
    pub account: NewAccount,
}

impl CreateRequest {
    /// Asks for one new account.
    pub const fn new(company: TargetCompanyId, account: NewAccount) -> Self {
        Self { company, account }
    }
}

/// Changes fields of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpdateRequest {
    /// Where.
    pub company: TargetCompanyId,
    /// Which account.
    pub account: AccountId,
    /// Its new values. Fields that are not named stay as they are.
    pub change: AccountChange,
}

impl UpdateRequest {
    /// Asks for new values of some fields.
    pub const fn new(company: TargetCompanyId, account: AccountId, change: AccountChange) -> Self {
        Self { company, account, change }
    }
}

/// Changes whether one account can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StateRequest {
    /// Where.
    pub company: TargetCompanyId,
    /// Which account.
    pub account: AccountId,
}

impl StateRequest {
    /// Asks about one account.
    pub const fn new(company: TargetCompanyId, account: AccountId) -> Self {
        Self { company, account }
    }
}

/// Writes accounts.
///
/// An implementation never sends a write a second time unless the first was surely not sent, and says
/// [`Doubtful`](super::PortErrorKind::Doubtful) whenever it cannot know (R13). A success is the account as the target
/// stores it afterwards.
#[async_trait]
pub trait AccountWriter: Send + Sync {
    /// Creates an account. May grant a budget and send an invitation.
    ///
    /// # Errors
    /// [`PortError`]; [`Conflict`](super::PortErrorKind::Conflict) when the address is taken.
    async fn create(&self, request: &CreateRequest) -> Result<Account, PortError>;

    /// Changes the named fields of an account.
    ///
    /// # Errors
    /// [`PortError`].
    async fn update(&self, request: &UpdateRequest) -> Result<Account, PortError>;

    /// Takes access away. May cancel budgets.
    ///
    /// # Errors
    /// [`PortError`].
    async fn deactivate(&self, request: &StateRequest) -> Result<Account, PortError>;

    /// Gives access back. May bring budgets back.
    ///
    /// # Errors
    /// [`PortError`].
    async fn activate(&self, request: &StateRequest) -> Result<Account, PortError>;
}

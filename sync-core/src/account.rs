//! What the target says of one account.
//!
//! In: the rows of its listing. Out: [`Account`], with null and empty text told apart, because reports
//! do. Never: a field that nothing compares.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;

use crate::external_id::{ExternalId, NotOurs};
use crate::id::{AccountId, TargetCompanyId};
use crate::pii::Pii;

/// One account of the target. `Debug` shows whose its external id is, but not one that somebody else gave:
/// it may hold anything, such as an address.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The company in which it lives.
    pub company: TargetCompanyId,
    /// Can the person sign in?
    pub active: bool,
    /// The address that identifies it, as stored.
    pub email: Option<Pii<String>>,
    /// First name.
    pub first_name: Option<Pii<String>>,
    /// Name infix.
    pub prefix: Option<Pii<String>>,
    /// Last name.
    pub last_name: Option<Pii<String>>,
    /// Date of birth.
    pub birthday: Option<Pii<NaiveDate>>,
    /// Day from which anniversaries count.
    pub work_anniversary: Option<Pii<NaiveDate>>,
    /// The id that somebody gave it, as stored.
    pub external_id: Option<String>,
}

/// Whose the id is that an account carries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ownership {
    /// It carries none.
    Unclaimed,
    /// It carries one of ours.
    Ours(ExternalId),
    /// It carries somebody else's.
    Foreign,
}

impl Account {
    /// An account of which only the identity and the state are known.
    pub const fn new(id: AccountId, company: TargetCompanyId, active: bool) -> Self {
        Self {
            id,
            company,
            active,
            email: None,
            first_name: None,
            prefix: None,
            last_name: None,
            birthday: None,
            work_anniversary: None,
            external_id: None,
        }
    }

    /// Whose the id is that it carries.
    pub fn ownership(&self) -> Ownership {
        match self.external_id.as_deref().map(str::trim) {
            None | Some("") => Ownership::Unclaimed,
            Some(text) => match ExternalId::parse(text) {
                Ok(id) => Ownership::Ours(id),
                Err(NotOurs) => Ownership::Foreign,
            },
        }
    }

    /// Does it carry this id?
    pub(crate) fn carries(&self, id: &ExternalId) -> bool {
        let is_spelled = |text: &str| ExternalId::text_of(text).is_ok_and(|text| text == id.as_str());
        self.external_id.as_deref().is_some_and(|text| text == id.as_str() || is_spelled(text))
    }

    /// The text of our id, if it carries one of ours.
    pub(crate) fn our_id(&self) -> Option<Cow<'_, str>> {
        self.external_id.as_deref().and_then(|text| ExternalId::text_of(text).ok())
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("company", &self.company)
            .field("active", &self.active)
            .field("ownership", &self.ownership())
            .finish_non_exhaustive()
    }
}

/// A row of the target whose content could not be read but whose id could.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct UnreadableAccount {
    /// Its id.
    pub id: AccountId,
    /// Where, and what is wrong.
    pub unreadable: crate::record::Unreadable,
}

impl UnreadableAccount {
    /// Names the account and the problem.
    pub const fn new(id: AccountId, unreadable: crate::record::Unreadable) -> Self {
        Self { id, unreadable }
    }
}

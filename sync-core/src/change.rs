//! What is sent to the target.
//!
//! In: values of the source that are fit to be sent. Out: a new account, or a change of some fields.
//! Never: a field whose value the source does not know; such a field is not named at all, so that the
//! target keeps what it has.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::external_id::ExternalId;
use crate::pii::Pii;

/// A field of an account that we may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Field {
    /// The address that identifies the account.
    Email,
    /// First name.
    FirstName,
    /// Name infix.
    Prefix,
    /// Last name.
    LastName,
    /// Date of birth.
    Birthday,
    /// Day from which anniversaries count.
    WorkAnniversary,
    /// The id that ties the account to a record. Set on creation only.
    ExternalId,
    /// Language. Set on creation only: people choose their own afterwards.
    Language,
}

impl Field {
    /// The field's name as reports and plans spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::FirstName => "first_name",
            Self::Prefix => "prefix",
            Self::LastName => "last_name",
            Self::Birthday => "birthday",
            Self::WorkAnniversary => "work_anniversary",
            Self::ExternalId => "external_id",
            Self::Language => "language",
        }
    }
}

/// An account to be created. Address, first and last name are there by type: without them there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewAccount {
    /// Which record it stands for.
    pub external_id: ExternalId,
    /// The address that identifies it.
    pub email: EmailAddress,
    /// First name.
    pub first_name: Pii<String>,
    /// Name infix.
    pub prefix: Option<Pii<String>>,
    /// Last name.
    pub last_name: Pii<String>,
    /// Date of birth.
    pub birthday: Option<Pii<NaiveDate>>,
    /// Day from which anniversaries count.
    pub work_anniversary: Option<Pii<NaiveDate>>,
    /// Language, if the policy names one.
    pub language: Option<String>,
}

impl NewAccount {
    /// The least an account needs; the rest is set on the fields.
    pub const fn new(
        external_id: ExternalId,
        email: EmailAddress,
        first_name: Pii<String>,
        last_name: Pii<String>,
    ) -> Self {
        Self {
            external_id,
            email,
            first_name,
            prefix: None,
            last_name,
            birthday: None,
            work_anniversary: None,
            language: None,
        }
    }
}

/// New values for some fields of an account. `None` names no value: the target keeps what it has. There
/// is no way to say "clear" here; no rule of this crate has confirmed a removal yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct AccountChange {
    /// The address that identifies it.
    pub email: Option<EmailAddress>,
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
    /// The id that ties it to a record. Only an approved adoption or relink sets it.
    pub external_id: Option<ExternalId>,
}

impl AccountChange {
    /// Does it name no value at all?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

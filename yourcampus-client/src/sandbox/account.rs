//! One employee account as the sandbox keeps it, and the builder that seeds it.
//!
//! In: what a scenario or the demo wants to stand on the stage. Out: plain data. `Debug` never shows whose account it is.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

/// An account with every field of the API's Employee, and the company it belongs to (which the API never shows in a row).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Account {
    /// The account's id, unique over all companies.
    pub id: i64,
    /// The id of the company it belongs to.
    pub company: i64,
    /// Whether the person can use the platform.
    #[serde(default = "active_unless_said")]
    pub is_active: bool,
    /// Business address; unique over all accounts, whatever the case, inactive ones included.
    #[serde(default)]
    pub email: Option<String>,
    /// Given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// The part between given and family name, such as `van der`.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Language code, such as `nl`.
    #[serde(default)]
    pub language: Option<String>,
    /// Private address.
    #[serde(default)]
    pub private_email: Option<String>,
    /// The id of a group of the same company; the group's name follows from it.
    #[serde(default)]
    pub company_group_id: Option<i64>,
    /// The id that another system gave this person.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Date of birth.
    #[serde(default)]
    pub birthday: Option<NaiveDate>,
    /// The date from which years of service count.
    #[serde(default)]
    pub work_anniversary: Option<NaiveDate>,
    /// When the account was made, without a zone, as the API sends it.
    #[serde(default)]
    pub registration_date: Option<NaiveDateTime>,
    /// When the account was last switched off.
    #[serde(default)]
    pub offboarding_date: Option<NaiveDateTime>,
    /// When the person last used the platform.
    #[serde(default)]
    pub last_active_date: Option<NaiveDateTime>,
}

fn active_unless_said() -> bool {
    true
}

impl Account {
    /// An active account without any other field.
    pub fn new(id: i64, company: i64) -> Self {
        Self {
            id,
            company,
            is_active: true,
            email: None,
            first_name: None,
            last_name: None,
            prefix: None,
            language: None,
            private_email: None,
            company_group_id: None,
            external_id: None,
            birthday: None,
            work_anniversary: None,
            registration_date: None,
            offboarding_date: None,
            last_active_date: None,
        }
    }

    /// Sets given name, prefix (empty for none) and family name.
    pub fn with_name(mut self, first: &str, prefix: &str, last: &str) -> Self {
        self.first_name = Some(first.to_owned());
        self.prefix = (!prefix.is_empty()).then(|| prefix.to_owned());
        self.last_name = Some(last.to_owned());
        self
    }

    /// Sets the business address.
    pub fn with_email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Sets the private address.
    pub fn with_private_email(mut self, email: impl Into<String>) -> Self {
        self.private_email = Some(email.into());
        self
    }

    /// Sets the language code.
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Sets the id that another system gave this person.
    pub fn with_external_id(mut self, external_id: impl Into<String>) -> Self {
        self.external_id = Some(external_id.into());
        self
    }

    /// Puts the account into a group of its company.
    pub fn with_group(mut self, group: i64) -> Self {
        self.company_group_id = Some(group);
        self
    }

    /// Sets the date of birth.
    pub fn with_birthday(mut self, birthday: NaiveDate) -> Self {
        self.birthday = Some(birthday);
        self
    }

    /// Sets the date from which years of service count.
    pub fn with_work_anniversary(mut self, date: NaiveDate) -> Self {
        self.work_anniversary = Some(date);
        self
    }

    /// Sets when the account was made.
    pub fn with_registration_date(mut self, at: NaiveDateTime) -> Self {
        self.registration_date = Some(at);
        self
    }

    /// Switches the account off, as of `at` when that is known.
    pub fn with_offboarding(mut self, at: Option<NaiveDateTime>) -> Self {
        self.is_active = false;
        self.offboarding_date = at;
        self
    }

    /// Sets when the person last used the platform.
    pub fn with_last_active_date(mut self, at: NaiveDateTime) -> Self {
        self.last_active_date = Some(at);
        self
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("company", &self.company)
            .field("is_active", &self.is_active)
            .finish_non_exhaustive()
    }
}

//! What a new account is made of. Raw values come in through a draft; checked values go out.
//!
//! All ten keys of the interface are sent, null for what is not given, and never any other key. No language is made
//! up: the vendor's SDK writes `"en"` into every account that names none, which turns a guess into data.

use std::fmt;

use bytes::Bytes;
use chrono::NaiveDate;
use serde::Serialize;

use crate::id::CompanyGroupId;
use crate::writable::{FieldError, email, text};

/// A new account, every value checked.
#[derive(Clone, PartialEq, Eq)]
pub struct NewEmployee {
    pub(crate) draft: NewEmployeeDraft,
}

/// Raw values for a new account; [`NewEmployeeDraft::check`] makes a [`NewEmployee`] of them.
#[derive(Clone, PartialEq, Eq)]
pub struct NewEmployeeDraft {
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) prefix: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) company_group_id: Option<CompanyGroupId>,
    pub(crate) birthday: Option<NaiveDate>,
    pub(crate) work_anniversary: Option<NaiveDate>,
    pub(crate) private_email: Option<String>,
    pub(crate) external_id: Option<String>,
}

impl NewEmployee {
    /// Begins with the three values every account needs.
    pub fn draft(
        email: impl Into<String>,
        first_name: impl Into<String>,
        last_name: impl Into<String>,
    ) -> NewEmployeeDraft {
        NewEmployeeDraft {
            email: email.into(),
            first_name: first_name.into(),
            last_name: last_name.into(),
            prefix: None,
            language: None,
            company_group_id: None,
            birthday: None,
            work_anniversary: None,
            private_email: None,
            external_id: None,
        }
    }

    /// The address as it will be sent: trimmed, domain in lower case.
    pub fn email(&self) -> &str {
        &self.draft.email
    }

    /// The number in another system, if one is given.
    pub fn external_id(&self) -> Option<&str> {
        self.draft.external_id.as_deref()
    }

    pub(crate) fn to_json(&self) -> Result<Bytes, serde_json::Error> {
        let draft = &self.draft;
        let body = CreateBody {
            email: &draft.email,
            first_name: &draft.first_name,
            last_name: &draft.last_name,
            prefix: draft.prefix.as_deref(),
            language: draft.language.as_deref(),
            company_group_id: draft.company_group_id.map(CompanyGroupId::get),
            birthday: draft.birthday,
            work_anniversary: draft.work_anniversary,
            private_email: draft.private_email.as_deref(),
            external_id: draft.external_id.as_deref(),
        };
        serde_json::to_vec(&body).map(Bytes::from)
    }
}

impl NewEmployeeDraft {
    /// Prefix of the last name: `van der`. At most 1000 code points.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Language code, `en` or `nl`. Without it null is sent; what the server makes of that is not known, so a sync
    /// should name the language its configuration gives for the company.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// The group the employee is put into.
    pub fn company_group(mut self, group: CompanyGroupId) -> Self {
        self.company_group_id = Some(group);
        self
    }

    /// Birthday.
    pub fn birthday(mut self, date: NaiveDate) -> Self {
        self.birthday = Some(date);
        self
    }

    /// First day of work that anniversaries count from.
    pub fn work_anniversary(mut self, date: NaiveDate) -> Self {
        self.work_anniversary = Some(date);
        self
    }

    /// Private address. At most 100 code points.
    pub fn private_email(mut self, address: impl Into<String>) -> Self {
        self.private_email = Some(address.into());
        self
    }

    /// The account's number in another system. At most 1000 code points.
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.external_id = Some(id.into());
        self
    }

    /// Checks every value and brings the addresses into their normal form.
    ///
    /// # Errors
    /// The first field that must not be sent, by the API's name for it.
    pub fn check(self) -> Result<NewEmployee, FieldError> {
        let optional = |field, value: Option<String>| value.map(|value| text(field, value)).transpose();
        let draft = Self {
            email: email("email", &self.email)?,
            first_name: text("first_name", self.first_name)?,
            last_name: text("last_name", self.last_name)?,
            prefix: optional("prefix", self.prefix)?,
            language: optional("language", self.language)?,
            private_email: self.private_email.map(|address| email("private_email", &address)).transpose()?,
            external_id: optional("external_id", self.external_id)?,
            company_group_id: self.company_group_id,
            birthday: self.birthday,
            work_anniversary: self.work_anniversary,
        };
        Ok(NewEmployee { draft })
    }
}

/// The ten keys of the interface, as they are written.
#[derive(Serialize)]
struct CreateBody<'a> {
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    prefix: Option<&'a str>,
    language: Option<&'a str>,
    company_group_id: Option<i64>,
    birthday: Option<NaiveDate>,
    work_anniversary: Option<NaiveDate>,
    private_email: Option<&'a str>,
    external_id: Option<&'a str>,
}

impl fmt::Debug for NewEmployee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewEmployee").finish_non_exhaustive()
    }
}

impl fmt::Debug for NewEmployeeDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewEmployeeDraft").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::writable::FieldErrorKind::{NonAsciiDomain, NotAnEmail, ReservedDomain, TooLong};

    fn jane() -> NewEmployeeDraft {
        NewEmployee::draft("jane@acme.com", "Jane", "Doe")
    }

    fn problem(draft: NewEmployeeDraft) -> FieldError {
        draft.check().unwrap_err()
    }

    #[test]
    fn all_ten_keys_are_sent_and_no_language_is_made_up() {
        let body: Value = serde_json::from_slice(&jane().check().unwrap().to_json().unwrap()).unwrap();
        let expected = json!({
            "email": "jane@acme.com", "first_name": "Jane", "last_name": "Doe", "prefix": null, "language": null,
            "company_group_id": null, "birthday": null, "work_anniversary": null, "private_email": null,
            "external_id": null
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn an_address_is_trimmed_and_its_domain_lowered_and_its_local_part_kept() {
        let new = NewEmployee::draft("  Jane.DOE@ACME.Com ", "Jane", "Doe").check().unwrap();
        assert_eq!(new.email(), "Jane.DOE@acme.com");
    }

    #[test]
    fn addresses_that_cannot_be_right_are_refused() {
        let table = [
            ("", NotAnEmail),
            ("jane", NotAnEmail),
            ("@acme.com", NotAnEmail),
            ("jane@", NotAnEmail),
            ("jane@acme", NotAnEmail),
            ("jane doe@acme.com", NotAnEmail),
            ("Jane <jane@acme.com>", NotAnEmail),
            ("jane@@acme.com", NotAnEmail),
            ("\"jane\"@acme.com", NotAnEmail),
            ("jane@[127.0.0.1]", NotAnEmail),
            ("a@localhost", ReservedDomain),
            ("jane@acme.test", ReservedDomain),
            ("jane@bücher.nl", NonAsciiDomain),
        ];
        for (address, expected) in table {
            let error = problem(NewEmployee::draft(address, "Jane", "Doe"));
            assert_eq!((error.field, error.problem), ("email", expected), "{address:?}");
        }
        assert_eq!(problem(jane().private_email("nobody")).field, "private_email");
    }

    #[test]
    fn lengths_count_code_points_and_the_longest_is_allowed() {
        let address = |length: usize| format!("{}@{}.com", "a".repeat(60), "b".repeat(length - 65));
        assert!(NewEmployee::draft(address(100), "J", "D").check().is_ok());
        assert_eq!(problem(NewEmployee::draft(address(101), "J", "D")).problem, TooLong);

        let long = |length: usize| "é".repeat(length);
        assert!(NewEmployee::draft("jane@acme.com", long(1000), long(1000)).check().is_ok());
        let too_long = [
            (NewEmployee::draft("jane@acme.com", long(1001), ""), "first_name"),
            (NewEmployee::draft("jane@acme.com", "", long(1001)), "last_name"),
            (jane().prefix(long(1001)), "prefix"),
            (jane().language(long(1001)), "language"),
            (jane().external_id(long(1001)), "external_id"),
        ];
        for (draft, field) in too_long {
            assert_eq!(problem(draft), FieldError { field, problem: TooLong });
        }
    }

    #[test]
    fn neither_debug_nor_an_error_prints_a_value() {
        let printed =
            format!("{:?} {:?} {}", jane(), jane().check(), problem(jane().private_email("secret.person")));
        for content in ["jane", "Jane", "Doe", "secret"] {
            assert!(!printed.contains(content), "{printed}");
        }
    }
}

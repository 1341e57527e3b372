//! A change to an account: three states per field, so that "leave it" and "empty it" cannot be mixed up.
//!
//! Only what is set is sent. The e-mail address and both names can be replaced but not cleared, because what the
//! server does with null there is not known. An edit without any change is never sent.

use std::fmt;

use bytes::Bytes;
use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::id::CompanyGroupId;
use crate::writable::{FieldError, email, text};

/// What happens to one field.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "a key is absent, null or a value")]
pub enum Patch<T> {
    /// The key is not sent; the field stays as it is.
    #[default]
    Keep,
    /// Null is sent; the field is emptied.
    Clear,
    /// The value is sent.
    Set(T),
}

impl<T> Patch<T> {
    fn try_map<U, E>(self, check: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(check(value)?),
        })
    }
}

/// The state only: a value may be personal data.
impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keep => "Keep",
            Self::Clear => "Clear",
            Self::Set(_) => "Set(..)",
        })
    }
}

/// A change to an account, every value checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeEdit {
    pub(crate) draft: EmployeeEditDraft,
}

/// Raw values of a change; [`EmployeeEditDraft::check`] makes an [`EmployeeEdit`] of them. Begins with no change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmployeeEditDraft {
    pub(crate) email: Patch<String>,
    pub(crate) first_name: Patch<String>,
    pub(crate) last_name: Patch<String>,
    pub(crate) prefix: Patch<String>,
    pub(crate) language: Patch<String>,
    pub(crate) company_group_id: Patch<CompanyGroupId>,
    pub(crate) birthday: Patch<NaiveDate>,
    pub(crate) work_anniversary: Patch<NaiveDate>,
    pub(crate) private_email: Patch<String>,
    pub(crate) external_id: Patch<String>,
}

impl EmployeeEdit {
    /// Begins with no change.
    pub fn draft() -> EmployeeEditDraft {
        EmployeeEditDraft::default()
    }

    /// True if nothing would change. Such an edit is refused by [`edit`](crate::CustomerApiWrite::edit).
    pub fn is_empty(&self) -> bool {
        self.body().is_empty()
    }

    /// The API's names of the fields that would change, in alphabetical order.
    pub fn changed_fields(&self) -> Vec<String> {
        self.body().into_iter().map(|(name, _)| name).collect()
    }

    pub(crate) fn to_json(&self) -> Result<Bytes, serde_json::Error> {
        serde_json::to_vec(&self.body()).map(Bytes::from)
    }

    fn body(&self) -> Map<String, Value> {
        let draft = &self.draft;
        let mut body = Map::new();
        let mut put = |name: &str, patch: Patch<Value>| {
            match patch {
                Patch::Keep => None,
                Patch::Clear => body.insert(name.to_owned(), Value::Null),
                Patch::Set(value) => body.insert(name.to_owned(), value),
            };
        };
        put("email", json(&draft.email, |text| text.as_str().into()));
        put("first_name", json(&draft.first_name, |text| text.as_str().into()));
        put("last_name", json(&draft.last_name, |text| text.as_str().into()));
        put("prefix", json(&draft.prefix, |text| text.as_str().into()));
        put("language", json(&draft.language, |text| text.as_str().into()));
        put("company_group_id", json(&draft.company_group_id, |id| id.get().into()));
        put("birthday", json(&draft.birthday, |date| date.to_string().into()));
        put("work_anniversary", json(&draft.work_anniversary, |date| date.to_string().into()));
        put("private_email", json(&draft.private_email, |text| text.as_str().into()));
        put("external_id", json(&draft.external_id, |text| text.as_str().into()));
        body
    }
}

fn json<T>(patch: &Patch<T>, value: impl FnOnce(&T) -> Value) -> Patch<Value> {
    match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(content) => Patch::Set(value(content)),
    }
}

impl EmployeeEditDraft {
    /// Replaces the business address. At most 100 code points; cannot be cleared.
    pub fn email(mut self, address: impl Into<String>) -> Self {
        self.email = Patch::Set(address.into());
        self
    }

    /// Replaces the first name. At most 1000 code points; cannot be cleared.
    pub fn first_name(mut self, name: impl Into<String>) -> Self {
        self.first_name = Patch::Set(name.into());
        self
    }

    /// Replaces the last name. At most 1000 code points; cannot be cleared.
    pub fn last_name(mut self, name: impl Into<String>) -> Self {
        self.last_name = Patch::Set(name.into());
        self
    }

    /// Prefix of the last name. At most 1000 code points.
    pub fn prefix(mut self, patch: Patch<String>) -> Self {
        self.prefix = patch;
        self
    }

    /// Language code. The employee may have chosen another since: think twice.
    pub fn language(mut self, patch: Patch<String>) -> Self {
        self.language = patch;
        self
    }

    /// The group the employee is in.
    pub fn company_group(mut self, patch: Patch<CompanyGroupId>) -> Self {
        self.company_group_id = patch;
        self
    }

    /// Birthday.
    pub fn birthday(mut self, patch: Patch<NaiveDate>) -> Self {
        self.birthday = patch;
        self
    }

    /// First day of work that anniversaries count from.
    pub fn work_anniversary(mut self, patch: Patch<NaiveDate>) -> Self {
        self.work_anniversary = patch;
        self
    }

    /// Private address. At most 100 code points.
    pub fn private_email(mut self, patch: Patch<String>) -> Self {
        self.private_email = patch;
        self
    }

    /// The account's number in another system. At most 1000 code points.
    pub fn external_id(mut self, patch: Patch<String>) -> Self {
        self.external_id = patch;
        self
    }

    /// Checks every value and brings the addresses into their normal form.
    ///
    /// # Errors
    /// The first field that must not be sent, by the API's name for it.
    pub fn check(self) -> Result<EmployeeEdit, FieldError> {
        let draft = Self {
            email: self.email.try_map(|value| email("email", &value))?,
            first_name: self.first_name.try_map(|value| text("first_name", value))?,
            last_name: self.last_name.try_map(|value| text("last_name", value))?,
            prefix: self.prefix.try_map(|value| text("prefix", value))?,
            language: self.language.try_map(|value| text("language", value))?,
            private_email: self.private_email.try_map(|value| email("private_email", &value))?,
            external_id: self.external_id.try_map(|value| text("external_id", value))?,
            company_group_id: self.company_group_id,
            birthday: self.birthday,
            work_anniversary: self.work_anniversary,
        };
        Ok(EmployeeEdit { draft })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(draft: EmployeeEditDraft) -> String {
        String::from_utf8(draft.check().unwrap().to_json().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn only_what_is_set_is_sent() {
        assert_eq!(sent(EmployeeEdit::draft().last_name("Doe-Smith")), r#"{"last_name":"Doe-Smith"}"#);
    }

    #[test]
    fn clearing_sends_null() {
        assert_eq!(sent(EmployeeEdit::draft().external_id(Patch::Clear)), r#"{"external_id":null}"#);
    }

    #[test]
    fn dates_and_groups_are_sent_in_the_interfaces_form() {
        let draft = EmployeeEdit::draft()
            .birthday(Patch::Set(NaiveDate::from_ymd_opt(1990, 2, 3).unwrap()))
            .company_group(Patch::Set(CompanyGroupId::new(9)));
        assert_eq!(sent(draft), r#"{"birthday":"1990-02-03","company_group_id":9}"#);
    }

    #[test]
    fn an_edit_without_a_change_says_so() {
        assert!(EmployeeEdit::draft().check().unwrap().is_empty());
        let edit = EmployeeEdit::draft().prefix(Patch::Clear).check().unwrap();
        assert_eq!(edit.changed_fields(), ["prefix"]);
    }

    #[test]
    fn every_value_is_checked() {
        let long = || Patch::Set("x".repeat(1001));
        let table = [
            (EmployeeEdit::draft().email("nobody"), "email"),
            (EmployeeEdit::draft().first_name("x".repeat(1001)), "first_name"),
            (EmployeeEdit::draft().last_name("x".repeat(1001)), "last_name"),
            (EmployeeEdit::draft().prefix(long()), "prefix"),
            (EmployeeEdit::draft().language(long()), "language"),
            (EmployeeEdit::draft().private_email(Patch::Set("nobody".into())), "private_email"),
            (EmployeeEdit::draft().external_id(long()), "external_id"),
        ];
        for (draft, field) in table {
            assert_eq!(draft.check().unwrap_err().field, field);
        }
    }

    #[test]
    fn debug_prints_no_value() {
        let edit = EmployeeEdit::draft().last_name("Doe-Smith").check().unwrap();
        assert!(!format!("{edit:?}").contains("Doe"), "{edit:?}");
    }
}

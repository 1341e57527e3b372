//! Field by field: what would be sent, and what differs.
//!
//! In: one person in service and, if there is one, the account. Out: the values to send and, beside them,
//! the changes as fingerprints. Never: a field that the source does not know (the target keeps what it
//! has), or a difference that is only spelling: blanks around it, Unicode form, case of an address.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::{FieldChange, Payload, Shown};
use crate::account::Account;
use crate::change::{AccountChange, Field, NewAccount};
use crate::email::EmailAddress;
use crate::external_id::ExternalId;
use crate::fingerprint::FingerprintKey;
use crate::person::{Person, birthday_of, clean, first_start};
use crate::pii::Pii;
use crate::policy::{Anniversary, Policy};
use crate::record::EmployeeRecord;
use crate::text;

/// What the source says an account should hold. Of nearly everybody the account holds it already, so that nothing is
/// copied before that is known.
pub(super) struct Wanted<'a> {
    email: &'a EmailAddress,
    first_name: Pii<Cow<'a, str>>,
    prefix: Option<Pii<Cow<'a, str>>>,
    last_name: Pii<Cow<'a, str>>,
    birthday: Option<Pii<NaiveDate>>,
    work_anniversary: Option<Pii<NaiveDate>>,
}

/// The person has no first or no last name.
pub(super) struct NoName;

impl<'a> Wanted<'a> {
    /// Reads a record in service.
    pub(super) fn of(
        record: &'a EmployeeRecord,
        email: &'a EmailAddress,
        policy: &Policy,
        today: NaiveDate,
    ) -> Result<Self, NoName> {
        let personal = &record.personal;
        Ok(Self {
            email,
            first_name: clean(personal.first_name.as_ref()).ok_or(NoName)?,
            prefix: clean(personal.prefix.as_ref()),
            last_name: clean(personal.last_name.as_ref()).ok_or(NoName)?,
            birthday: birthday_of(record).map(Pii::new),
            work_anniversary: anniversary(record, policy.anniversary, today).map(Pii::new),
        })
    }
}

fn owned(text: &Pii<Cow<'_, str>>) -> Pii<String> {
    Pii::new(text.expose().clone().into_owned())
}

fn anniversary(record: &EmployeeRecord, choice: Anniversary, today: NaiveDate) -> Option<NaiveDate> {
    let seniority = || {
        record
            .employments
            .iter()
            .filter(|employment| employment.start.is_none_or(|start| start <= today))
            .max_by_key(|employment| employment.start)
            .and_then(|employment| employment.seniority)
            .filter(|date| !crate::calendar::is_sentinel(*date))
    };
    match choice {
        Anniversary::NotSent => None,
        Anniversary::FirstStart => first_start(record),
        Anniversary::SeniorityElseFirstStart => seniority().or_else(|| first_start(record)),
    }
}

/// Fingerprints one person's values.
pub(super) struct Fingerprints<'a> {
    key: &'a FingerprintKey,
    person: &'a ExternalId,
}

impl<'a> Fingerprints<'a> {
    pub(super) fn of(person: &Person<'a>, key: &'a FingerprintKey) -> Self {
        Self { key, person: person.external_id() }
    }

    fn value(&self, field: Field, value: &str) -> Shown {
        let parts = [self.person.as_str().as_bytes(), field.name().as_bytes(), value.as_bytes()];
        Shown::Value(self.key.of("sync-core/value/v1", &parts))
    }

    fn text(&self, field: Field, stored: Option<&Pii<String>>) -> Shown {
        match stored.map(|stored| text::clean(stored.expose())) {
            None => Shown::Null,
            Some(None) => Shown::Empty,
            Some(Some(value)) => self.value(field, &value),
        }
    }

    fn date(&self, field: Field, stored: Option<&Pii<NaiveDate>>) -> Shown {
        stored.map_or(Shown::Null, |stored| self.value(field, &stored.expose().to_string()))
    }
}

/// A new account and its fields.
pub(super) fn creation(
    wanted: &Wanted<'_>,
    id: &ExternalId,
    policy: &Policy,
    prints: &Fingerprints<'_>,
) -> (Vec<FieldChange>, Payload) {
    let account = NewAccount {
        external_id: id.clone(),
        email: wanted.email.clone(),
        first_name: owned(&wanted.first_name),
        prefix: wanted.prefix.as_ref().map(owned),
        last_name: owned(&wanted.last_name),
        birthday: wanted.birthday.clone(),
        work_anniversary: wanted.work_anniversary.clone(),
        language: policy.language.clone(),
    };
    let set =
        |field, value: &str| FieldChange { field, before: Shown::Unset, after: prints.value(field, value) };
    let text = |field, value: &Pii<String>| set(field, value.expose());
    let date = |field, value: &Pii<NaiveDate>| set(field, &value.expose().to_string());
    let fields = [
        Some(set(Field::Email, account.email.expose())),
        Some(text(Field::FirstName, &account.first_name)),
        account.prefix.as_ref().map(|prefix| text(Field::Prefix, prefix)),
        Some(text(Field::LastName, &account.last_name)),
        account.birthday.as_ref().map(|birthday| date(Field::Birthday, birthday)),
        account.work_anniversary.as_ref().map(|anniversary| date(Field::WorkAnniversary, anniversary)),
        Some(set(Field::ExternalId, account.external_id.as_str())),
        account.language.as_ref().map(|language| set(Field::Language, language)),
    ];
    (fields.into_iter().flatten().collect(), Payload::Create(account))
}

/// The fields in which the account differs from what the source knows.
pub(super) fn difference(
    wanted: &Wanted<'_>,
    account: &Account,
    prints: &Fingerprints<'_>,
) -> (Vec<FieldChange>, AccountChange) {
    let has_address = account.email.as_ref().is_some_and(|stored| wanted.email.key().is_of(stored.expose()));
    let date =
        |wanted: &Option<Pii<NaiveDate>>, stored| wanted.clone().filter(|wanted| Some(wanted) != stored);
    let change = AccountChange {
        email: (!has_address).then(|| wanted.email.clone()),
        first_name: unless_stored(Some(&wanted.first_name), account.first_name.as_ref()),
        prefix: unless_stored(wanted.prefix.as_ref(), account.prefix.as_ref()),
        last_name: unless_stored(Some(&wanted.last_name), account.last_name.as_ref()),
        birthday: date(&wanted.birthday, account.birthday.as_ref()),
        work_anniversary: date(&wanted.work_anniversary, account.work_anniversary.as_ref()),
        external_id: None,
    };
    if change.is_empty() {
        return (Vec::new(), change);
    }
    let text = |field, stored: Option<&Pii<String>>, wanted: &str| FieldChange {
        field,
        before: prints.text(field, stored),
        after: prints.value(field, wanted),
    };
    let date = |field, stored: Option<&Pii<NaiveDate>>, wanted: &Pii<NaiveDate>| FieldChange {
        field,
        before: prints.date(field, stored),
        after: prints.date(field, Some(wanted)),
    };
    let fields = [
        change.email.as_ref().map(|new| text(Field::Email, account.email.as_ref(), new.expose())),
        change
            .first_name
            .as_ref()
            .map(|new| text(Field::FirstName, account.first_name.as_ref(), new.expose())),
        change.prefix.as_ref().map(|new| text(Field::Prefix, account.prefix.as_ref(), new.expose())),
        change.last_name.as_ref().map(|new| text(Field::LastName, account.last_name.as_ref(), new.expose())),
        change.birthday.as_ref().map(|new| date(Field::Birthday, account.birthday.as_ref(), new)),
        change
            .work_anniversary
            .as_ref()
            .map(|new| date(Field::WorkAnniversary, account.work_anniversary.as_ref(), new)),
    ];
    (fields.into_iter().flatten().collect(), change)
}

/// Our external id for an account that does not carry it yet, and nothing else.
pub(super) fn marking(
    id: &ExternalId,
    account: &Account,
    prints: &Fingerprints<'_>,
) -> (Vec<FieldChange>, AccountChange) {
    let before = account.external_id.as_deref().map(str::trim);
    let before = match before {
        None => Shown::Null,
        Some("") => Shown::Empty,
        Some(text) => prints.value(Field::ExternalId, text),
    };
    let after = prints.value(Field::ExternalId, id.as_str());
    let change = AccountChange { external_id: Some(id.clone()), ..AccountChange::default() };
    (vec![FieldChange { field: Field::ExternalId, before, after }], change)
}

/// The wanted text, unless the account stores the same up to blanks and Unicode form.
fn unless_stored(wanted: Option<&Pii<Cow<'_, str>>>, stored: Option<&Pii<String>>) -> Option<Pii<String>> {
    let stored = clean(stored);
    wanted.filter(|wanted| Some(*wanted) != stored.as_ref()).map(owned)
}

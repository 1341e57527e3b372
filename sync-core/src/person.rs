//! From records to people (R16).
//!
//! In: the records of a complete source snapshot. Out: people, each with one or more records. Two records
//! are one person when address, birthday and last name are the same. Records that share an address without
//! being one person are all held, and nobody else is. Never: a merge on a name alone, or on data that is
//! missing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::is_sentinel;
use crate::email::{EmailAddress, EmailKey, EmailProblem};
use crate::external_id::ExternalId;
use crate::pii::Pii;
use crate::policy::EmailChoice;
use crate::record::EmployeeRecord;
use crate::snapshot::{Complete, SourceSnapshot};
use crate::text;

/// One person, as far as the source lets us tell.
#[derive(Debug, Clone)]
pub struct Person<'a> {
    /// Oldest first; never empty.
    records: Vec<&'a EmployeeRecord>,
    address: Address,
    shares_address_with: Vec<ExternalId>,
}

/// What the source gives as the address of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "every rule about addresses must decide about every case")]
pub enum Address {
    /// One that can be sent.
    Valid(EmailAddress),
    /// None.
    Missing,
    /// One that cannot be sent.
    Malformed(EmailProblem),
}

/// Groups the records of a snapshot into people, ordered by their external ids.
pub fn people(source: &Complete<SourceSnapshot>, choice: EmailChoice) -> Vec<Person<'_>> {
    let mut by_address: BTreeMap<EmailKey, (EmailAddress, Vec<&EmployeeRecord>)> = BTreeMap::new();
    let mut people = Vec::with_capacity(source.records().len());
    for record in source.records() {
        match address_of(record, choice) {
            Address::Valid(address) => {
                by_address
                    .entry(address.key().clone())
                    .or_insert_with(|| (address, Vec::new()))
                    .1
                    .push(record);
            }
            address => people.push(Person::new(vec![record], address)),
        }
    }
    for (address, records) in by_address.into_values() {
        people.extend(people_at(&address, records));
    }
    people.sort_by(|a, b| a.external_id().cmp(b.external_id()));
    people
}

fn people_at<'a>(address: &EmailAddress, records: Vec<&'a EmployeeRecord>) -> Vec<Person<'a>> {
    let mut identities: Vec<(Option<Identity>, Vec<&EmployeeRecord>)> = Vec::new();
    for record in records {
        let identity = Identity::of(record);
        match identities.iter_mut().find(|(known, _)| known.is_some() && *known == identity) {
            Some((_, same)) => same.push(record),
            None => identities.push((identity, vec![record])),
        }
    }
    let ids: Vec<ExternalId> = if identities.len() > 1 {
        identities.iter().flat_map(|(_, records)| records.iter().map(|record| record.id.clone())).collect()
    } else {
        Vec::new()
    };
    let person = |records: Vec<&'a EmployeeRecord>| {
        let mut person = Person::new(records, Address::Valid(address.clone()));
        person.shares_address_with = ids.iter().filter(|id| !person.has_record(id)).cloned().collect();
        person
    };
    identities.into_iter().map(|(_, records)| person(records)).collect()
}

/// What must be the same, besides the address, for two records to be one person.
#[derive(Clone, PartialEq, Eq)]
struct Identity {
    birthday: NaiveDate,
    last_name: String,
}

impl Identity {
    fn of(record: &EmployeeRecord) -> Option<Self> {
        let birthday = birthday_of(record)?;
        let last_name = text::fold(record.personal.last_name.as_ref()?.expose());
        (!last_name.is_empty()).then_some(Self { birthday, last_name })
    }
}

/// The birthday, unless it is a placeholder.
pub(crate) fn birthday_of(record: &EmployeeRecord) -> Option<NaiveDate> {
    record.personal.birthday.as_ref().map(|birthday| *birthday.expose()).filter(|date| !is_sentinel(*date))
}

fn address_of(record: &EmployeeRecord, choice: EmailChoice) -> Address {
    let raw = match choice {
        EmailChoice::Business => &record.personal.business_email,
        EmailChoice::Private => &record.personal.private_email,
    };
    match raw.as_ref().and_then(|raw| text::clean(raw.expose())) {
        None => Address::Missing,
        Some(raw) => EmailAddress::parse(&raw).map_or_else(Address::Malformed, Address::Valid),
    }
}

impl<'a> Person<'a> {
    fn new(mut records: Vec<&'a EmployeeRecord>, address: Address) -> Self {
        let age =
            |record: &EmployeeRecord| (first_start(record).unwrap_or(NaiveDate::MAX), record.id.clone());
        records.sort_by_cached_key(|record| age(record));
        Self { records, address, shares_address_with: Vec::new() }
    }

    /// The id that an account of this person carries: that of the oldest record.
    pub fn external_id(&self) -> &'a ExternalId {
        &self.oldest().id
    }

    /// The ids of the other records.
    pub fn aliases(&self) -> impl Iterator<Item = &'a ExternalId> + '_ {
        self.records.iter().skip(1).map(|record| &record.id)
    }

    /// The records, oldest first.
    pub fn records(&self) -> &[&'a EmployeeRecord] {
        &self.records
    }

    /// The address, or why there is none.
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Records of other people with the same address. Not empty: the person is held.
    pub fn shares_address_with(&self) -> &[ExternalId] {
        &self.shares_address_with
    }

    /// The records in service.
    pub fn in_service(&self) -> impl Iterator<Item = &'a EmployeeRecord> + '_ {
        self.records.iter().copied().filter(|record| record.is_in_service())
    }

    /// Could every row of this person be read?
    pub fn is_readable(&self) -> bool {
        self.records.iter().all(|record| record.unreadable.is_empty())
    }

    /// Is this one of the person's records?
    pub fn has_record(&self, id: &ExternalId) -> bool {
        self.records.iter().any(|record| record.id == *id)
    }

    /// Last name, folded, and birthday of the person, as far as known: what another record must not
    /// share with a leaver (see [`crate::evidence`]).
    pub(crate) fn traits(&self) -> (Option<String>, Option<NaiveDate>) {
        let name = self.records.iter().find_map(|record| record.personal.last_name.as_ref());
        (
            name.map(|name| text::fold(name.expose())),
            self.records.iter().find_map(|record| birthday_of(record)),
        )
    }

    fn oldest(&self) -> &'a EmployeeRecord {
        #[expect(clippy::indexing_slicing, reason = "built with at least one record, and private")]
        self.records[0]
    }
}

/// The first day in service that the record knows.
pub(crate) fn first_start(record: &EmployeeRecord) -> Option<NaiveDate> {
    record
        .employments
        .iter()
        .filter_map(|employment| employment.start)
        .filter(|date| !is_sentinel(*date))
        .min()
}

/// A cleaned, non-empty text field.
pub(crate) fn clean(field: Option<&Pii<String>>) -> Option<Pii<String>> {
    field.and_then(|text| text::clean(text.expose())).map(Pii::new)
}

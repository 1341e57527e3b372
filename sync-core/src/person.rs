//! From records to people (R16, R17).
//!
//! In: the records of a complete source snapshot, and which of them a person said to be of one person. Out:
//! people, each with one or more records. Two records are one person when address, birthday and last name are
//! the same, or when somebody said so. Records that share an address without being one person are all held, and
//! nobody else is. A record that was read by the other interface before has two names, and is still one record.
//! Never: a merge on a name alone, or on data that is missing.

mod ties;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use self::ties::Ties;
use crate::calendar::is_sentinel;
use crate::email::{EmailAddress, EmailKey, EmailProblem};
use crate::external_id::ExternalId;
use crate::pii::Pii;
use crate::places::Places;
use crate::policy::{EmailChoice, Policy};
use crate::record::EmployeeRecord;
use crate::service::{Service, service};
use crate::snapshot::{Complete, SourceSnapshot};
use crate::text;

/// How many of the others at a person's address are named: enough to find them, and no list of thousands for each
/// of thousands.
const NAMED: usize = 10;

/// One person, as far as the source lets us tell.
#[derive(Debug, Clone)]
pub struct Person<'a> {
    /// The record whose id the account carries, where somebody said so, then oldest first; never empty.
    records: Records<'a>,
    other_names: Vec<&'a ExternalId>,
    gone: Vec<&'a ExternalId>,
    address: Address,
    shares_address_with: Vec<ExternalId>,
    policy: &'a Policy,
}

/// Nearly everybody has one record, which needs no list of its own.
#[derive(Debug, Clone)]
enum Records<'a> {
    One(&'a EmployeeRecord),
    Several(Vec<&'a EmployeeRecord>),
}

/// Ids of a person under which the source shows no record.
#[derive(Debug, Default)]
struct NotShown<'a> {
    other_names: Vec<&'a ExternalId>,
    gone: Vec<&'a ExternalId>,
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
///
/// `aliases` are the ledger's: the later record, and the one whose id the account carries. The policy says who is
/// in service, and with the instant which of a person's records gives the address.
pub fn people<'a>(
    source: &'a Complete<SourceSnapshot>,
    aliases: &'a BTreeMap<ExternalId, ExternalId>,
    policy: &'a Policy,
    as_of: DateTime<Utc>,
) -> Vec<Person<'a>> {
    let records = source.records();
    let addresses: Vec<Address> = records.iter().map(|record| address_of(record, policy.email)).collect();
    let shared = shared(&addresses);
    let mut ties = Ties::default();
    for (_, sharers) in &shared {
        tie_by_identity(records, sharers, &mut ties);
    }
    let mut not_shown = tie_by_alias(records, aliases, &mut ties);

    let mut people = Vec::with_capacity(records.len());
    let mut groups: BTreeMap<usize, Vec<(&EmployeeRecord, Address)>> = BTreeMap::new();
    for (at, (record, address)) in records.iter().zip(addresses).enumerate() {
        if ties.is_tied(at) {
            groups.entry(ties.group(at)).or_default().push((record, address));
        } else {
            people.push(Person::new(Records::One(record), address, policy));
        }
    }
    let carried: BTreeSet<_> = aliases.values().filter(|id| !aliases.contains_key(*id)).collect();
    let is_sorted = groups.is_empty();
    for (group, members) in groups {
        let not_shown = not_shown.remove(&group).unwrap_or_default();
        people.push(Person::tied(members, not_shown, &carried, policy, as_of));
    }
    if !is_sorted {
        people.sort_by(|a, b| a.external_id().cmp(b.external_id()));
    }
    tell_of_shared_addresses(&mut people, records, &shared);
    people
}

/// The addresses of several records, and the records, by their places.
fn shared(addresses: &[Address]) -> Vec<(EmailKey, Vec<usize>)> {
    let key = |address: &'_ Address| match address {
        Address::Valid(address) => Some(address.key().clone()),
        Address::Missing | Address::Malformed(_) => None,
    };
    let places = Places::of(addresses.iter().map(|address| match address {
        Address::Valid(address) => Some(address.key().expose()),
        Address::Missing | Address::Malformed(_) => None,
    }));
    let mut by_key: BTreeMap<EmailKey, Vec<usize>> = BTreeMap::new();
    for at in places.alike().flatten() {
        if let Some(key) = addresses.get(at).and_then(key) {
            by_key.entry(key).or_default().push(at);
        }
    }
    by_key.into_iter().filter(|(_, sharers)| sharers.len() > 1).collect()
}

/// Records at one address that show the same birthday and last name are one person's.
fn tie_by_identity(records: &[EmployeeRecord], sharers: &[usize], ties: &mut Ties) {
    let mut known: BTreeMap<Identity, usize> = BTreeMap::new();
    for at in sharers {
        if let Some(identity) = records.get(*at).and_then(Identity::of) {
            ties.tie(*at, *known.entry(identity).or_insert(*at));
        }
    }
}

/// Records that somebody said to be one person's are. What was said of a record that is not shown still joins others,
/// and its id is still the person's: those are given by group.
///
/// An id of the other interface that is tied to a record which is shown is that record's other name: its record is
/// here. Every other id that is not shown is of a record that is gone.
fn tie_by_alias<'a>(
    records: &[EmployeeRecord],
    aliases: &'a BTreeMap<ExternalId, ExternalId>,
    ties: &mut Ties,
) -> BTreeMap<usize, NotShown<'a>> {
    let shown = |id: &ExternalId| records.binary_search_by(|record| record.id.cmp(id)).ok();
    let mut missing: BTreeMap<&ExternalId, usize> = BTreeMap::new();
    let mut renamed: BTreeSet<&ExternalId> = BTreeSet::new();
    for (later, carried) in aliases {
        let places = [later, carried].map(shown);
        if later.interface() != carried.interface() {
            match places {
                [Some(_), None] => _ = renamed.insert(carried),
                [None, Some(_)] => _ = renamed.insert(later),
                _ => {}
            }
        }
        let mut place = |id, shown: Option<usize>| {
            let next = records.len() + missing.len();
            shown.unwrap_or_else(|| *missing.entry(id).or_insert(next))
        };
        let [of_later, of_carried] = places;
        ties.tie(place(later, of_later), place(carried, of_carried));
    }
    let mut by_group: BTreeMap<usize, NotShown<'_>> = BTreeMap::new();
    for (id, at) in missing {
        let of_group = by_group.entry(ties.group(at)).or_default();
        if renamed.contains(id) { of_group.other_names.push(id) } else { of_group.gone.push(id) }
    }
    by_group
}

/// People whose address another person has too learn of the others.
fn tell_of_shared_addresses<'a>(
    people: &mut [Person<'a>],
    records: &'a [EmployeeRecord],
    shared: &[(EmailKey, Vec<usize>)],
) {
    let person_of = |id: &ExternalId| people.binary_search_by(|person| person.external_id().cmp(id));
    let of_several: BTreeMap<&ExternalId, usize> = people
        .iter()
        .enumerate()
        .filter(|(_, person)| person.records().len() > 1)
        .flat_map(|(at, person)| person.records().iter().map(move |record| (&record.id, at)))
        .collect();
    let person_of = |id: &ExternalId| of_several.get(id).copied().or_else(|| person_of(id).ok());
    let mut told = Vec::new();
    for (key, sharers) in shared {
        let has_it = |at: &usize| people.get(*at).is_some_and(|person| person.has_address(key));
        let here: Vec<(usize, &ExternalId)> = sharers
            .iter()
            .filter_map(|at| Some(&records.get(*at)?.id))
            .filter_map(|id| Some((person_of(id)?, id)))
            .filter(|(person, _)| has_it(person))
            .collect();
        for at in here.iter().map(|(person, _)| *person).collect::<BTreeSet<_>>() {
            let others = here.iter().filter(|(person, _)| *person != at).map(|(_, id)| *id);
            told.push((at, others.take(NAMED).cloned().collect()));
        }
    }
    for (at, others) in told {
        if let Some(person) = people.get_mut(at) {
            person.shares_address_with = others;
        }
    }
}

/// What must be the same, besides the address, for two records to be one person.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    birthday: NaiveDate,
    last_name: String,
}

impl Identity {
    fn of(record: &EmployeeRecord) -> Option<Self> {
        Some(Self { birthday: birthday_of(record)?, last_name: folded(record.personal.last_name.as_ref())? })
    }
}

/// The birthday, unless it is a placeholder.
pub(crate) fn birthday_of(record: &EmployeeRecord) -> Option<NaiveDate> {
    record.personal.birthday.as_ref().map(|birthday| *birthday.expose()).filter(|date| !is_sentinel(*date))
}

/// The record's address, as the policy chooses it.
pub(crate) fn address_of(record: &EmployeeRecord, choice: EmailChoice) -> Address {
    let raw = match choice {
        EmailChoice::Business => &record.personal.business_email,
        EmailChoice::Private => &record.personal.private_email,
    };
    match raw.as_ref().and_then(|raw| text::as_clean(raw.expose())) {
        None => Address::Missing,
        Some(raw) => EmailAddress::parse(&raw).map_or_else(Address::Malformed, Address::Valid),
    }
}

impl<'a> Person<'a> {
    fn new(records: Records<'a>, address: Address, policy: &'a Policy) -> Self {
        let (other_names, gone, shares_address_with) = (Vec::new(), Vec::new(), Vec::new());
        Self { records, other_names, gone, address, shares_address_with, policy }
    }

    /// A person of several records, each with its address, and of ids under which none is shown.
    fn tied(
        members: Vec<(&'a EmployeeRecord, Address)>,
        NotShown { other_names, gone }: NotShown<'a>,
        carried: &BTreeSet<&ExternalId>,
        policy: &'a Policy,
        as_of: DateTime<Utc>,
    ) -> Self {
        let mut records: Vec<_> = members.iter().map(|(record, _)| *record).collect();
        let age = |record: &EmployeeRecord| first_start(record).unwrap_or(NaiveDate::MAX);
        let is_carried = |record: &EmployeeRecord| carried.contains(&record.id);
        records.sort_by(|a, b| {
            is_carried(b).cmp(&is_carried(a)).then_with(|| (age(a), &a.id).cmp(&(age(b), &b.id)))
        });
        let nobody = Self::new(Records::Several(records), Address::Missing, policy);
        let mut person = Self { other_names, gone, ..nobody };
        let speaker = person.speaker(as_of).id.clone();
        if let Some((_, address)) = members.into_iter().find(|(record, _)| record.id == speaker) {
            person.address = address;
        }
        person
    }

    /// The id that an account of this person carries: that of the oldest record, unless somebody said that it
    /// carries another record's.
    pub fn external_id(&self) -> &'a ExternalId {
        &self.first().id
    }

    /// The one id by which an account may be this person's, if there is only one.
    pub(crate) fn only_id(&self) -> Option<&'a ExternalId> {
        match &self.records {
            Records::One(record) if self.gone.is_empty() && self.other_names.is_empty() => Some(&record.id),
            _ => None,
        }
    }

    fn first(&self) -> &'a EmployeeRecord {
        match &self.records {
            Records::One(record) => record,
            #[expect(clippy::indexing_slicing, reason = "built with at least one record, and private")]
            Records::Several(records) => records[0],
        }
    }

    /// The ids of the other records.
    pub fn aliases(&self) -> impl Iterator<Item = &'a ExternalId> + '_ {
        self.records().iter().skip(1).map(|record| &record.id)
    }

    /// The records; that of the [external id](Self::external_id) first, then oldest first.
    pub fn records(&self) -> &[&'a EmployeeRecord] {
        match &self.records {
            Records::One(record) => std::slice::from_ref(record),
            Records::Several(records) => records,
        }
    }

    /// Ids of records that somebody said to be this person's and that are not in the source any more.
    pub fn gone(&self) -> &[&'a ExternalId] {
        &self.gone
    }

    /// What the other interface of the source calls records of this person. They are not gone.
    pub fn other_names(&self) -> &[&'a ExternalId] {
        &self.other_names
    }

    /// Every id by which an account may be this person's: of the records, their other names, and of records that are
    /// gone.
    pub fn ids(&self) -> impl Iterator<Item = &'a ExternalId> + '_ {
        let not_shown = self.other_names.iter().chain(&self.gone).copied();
        self.records().iter().map(|record| &record.id).chain(not_shown)
    }

    /// The address, or why there is none.
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Records of other people with the same address, or the first few of many. Not empty: the person is held.
    pub fn shares_address_with(&self) -> &[ExternalId] {
        &self.shares_address_with
    }

    /// The records in service, as the policy sees it.
    pub fn in_service(&self) -> impl Iterator<Item = &'a EmployeeRecord> + '_ {
        let in_service = |record: &&EmployeeRecord| {
            record.listed.employee_type.as_ref().is_some_and(|it| self.policy.is_in_service(it))
        };
        self.records().iter().copied().filter(in_service)
    }

    /// Is any record in service?
    pub fn is_in_service(&self) -> bool {
        self.in_service().next().is_some()
    }

    /// Of the records in service, the one whose data count at this instant: running before coming before over,
    /// then the first.
    pub(crate) fn in_force(&self, at: DateTime<Utc>) -> Option<(&'a EmployeeRecord, Service)> {
        let order = |standing: &Service| match standing {
            Service::Running(_) => 0,
            Service::Ahead(_) => 1,
            Service::Over(_) => 2,
            Service::Unknown => 3,
        };
        self.in_service()
            .map(|record| (record, service(record, at)))
            .min_by_key(|(_, standing)| order(standing))
    }

    /// Could every row of this person be read?
    pub fn is_readable(&self) -> bool {
        self.records().iter().all(|record| record.unreadable.is_empty())
    }

    /// Is this one of the person's records?
    pub fn has_record(&self, id: &ExternalId) -> bool {
        self.records().iter().any(|record| record.id == *id)
    }

    /// Last name, folded, and birthday of the person, as far as known: what another record must not
    /// share with a leaver (see [`crate::evidence`]).
    pub(crate) fn traits(&self) -> (Option<String>, Option<NaiveDate>) {
        (
            self.records().iter().find_map(|record| folded(record.personal.last_name.as_ref())),
            self.records().iter().find_map(|record| birthday_of(record)),
        )
    }

    fn has_address(&self, key: &EmailKey) -> bool {
        matches!(&self.address, Address::Valid(address) if address.key() == key)
    }

    /// The record that gives the address: the one in force, or of somebody not in service the youngest.
    fn speaker(&self, at: DateTime<Utc>) -> &'a EmployeeRecord {
        let youngest =
            || self.records().iter().copied().max_by_key(|record| (first_start(record), &record.id));
        let in_force = self.in_force(at).map(|(record, _)| record);
        in_force.or_else(youngest).unwrap_or(self.first())
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

/// A name as names compare, unless it is blank.
pub(crate) fn folded(name: Option<&Pii<String>>) -> Option<String> {
    name.map(|name| text::fold(name.expose())).filter(|name| !name.is_empty())
}

/// A text field as texts compare, unless it is blank; borrowed where it is written so.
pub(crate) fn clean(field: Option<&Pii<String>>) -> Option<Pii<Cow<'_, str>>> {
    field.and_then(|text| text::as_clean(text.expose())).map(Pii::new)
}

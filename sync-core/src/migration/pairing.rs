//! Which record over REST is which over SOAP.
//!
//! In: both snapshots, what the ledger knows from earlier migrations, and a person's words. Out: pairs, each with how it
//! was found, one-to-one both ways; and for a record without one, why not. Never: a pair by a value that is missing,
//! unless a person takes likely ones; a record in two pairs; or a choice between two.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::document::PairedBy;
use super::reason::NotMoved;
use super::words::Words;
use crate::email::EmailKey;
use crate::external_id::{ExternalId, Interface};
use crate::id::CompanyId;
use crate::ledger::LedgerView;
use crate::person::{Address, address_of, birthday_of, folded};
use crate::policy::Policy;
use crate::record::EmployeeRecord;
use crate::snapshot::SourceSnapshot;

/// How many candidates are named.
const NAMED: usize = 10;

/// What two records are compared by.
struct Values {
    email: Option<EmailKey>,
    birthday: Option<NaiveDate>,
    number: Option<i64>,
    last_name: Option<String>,
}

/// The three values that together tell one employee from all others.
type Whole = (EmailKey, NaiveDate, i64);
/// What likely pairs agree in.
type Likely = (i64, NaiveDate, String);

/// Two of the three.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Two {
    EmailBirthday(EmailKey, NaiveDate),
    EmailNumber(EmailKey, i64),
    BirthdayNumber(NaiveDate, i64),
}

impl Values {
    fn of(record: &EmployeeRecord, policy: &Policy) -> Self {
        let email = match address_of(record, policy.email) {
            Address::Valid(address) => Some(address.key().clone()),
            Address::Missing | Address::Malformed(_) => None,
        };
        Self {
            email,
            birthday: birthday_of(record),
            number: record.listed.number,
            last_name: folded(record.personal.last_name.as_ref()),
        }
    }

    fn whole(&self) -> Option<Whole> {
        Some((self.email.clone()?, self.birthday?, self.number?))
    }

    fn likely(&self) -> Option<Likely> {
        Some((self.number?, self.birthday?, self.last_name.clone()?))
    }

    fn twos(&self) -> Vec<Two> {
        let email_birthday = || Some(Two::EmailBirthday(self.email.clone()?, self.birthday?));
        let email_number = || Some(Two::EmailNumber(self.email.clone()?, self.number?));
        let birthday_number = || Some(Two::BirthdayNumber(self.birthday?, self.number?));
        [email_birthday(), email_number(), birthday_number()].into_iter().flatten().collect()
    }
}

/// One side: its records, by place, with their values.
struct Side<'a> {
    records: &'a [EmployeeRecord],
    values: Vec<Values>,
    /// The places that are in no pair yet and may come into one.
    open: BTreeSet<usize>,
}

impl<'a> Side<'a> {
    fn of(snapshot: &'a SourceSnapshot, interface: Interface, policy: &Policy) -> Self {
        let records = snapshot.records();
        let is_of_side = |at: &usize| records.get(*at).is_some_and(|it| it.id.interface() == interface);
        Self {
            records,
            values: records.iter().map(|record| Values::of(record, policy)).collect(),
            open: (0..records.len()).filter(is_of_side).collect(),
        }
    }

    fn find(&self, id: &ExternalId) -> Option<usize> {
        self.records.binary_search_by(|record| record.id.cmp(id)).ok()
    }

    fn id(&self, at: usize) -> Option<&'a ExternalId> {
        self.records.get(at).map(|record| &record.id)
    }

    fn company(&self, at: usize) -> Option<&'a CompanyId> {
        self.records.get(at).map(|record| &record.company)
    }

    /// The open places by something that each of them may have some of.
    fn open_by<K: Ord, I: IntoIterator<Item = K>>(
        &self,
        keys: impl Fn(&Values) -> I,
    ) -> BTreeMap<K, Vec<usize>> {
        let mut places: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for at in &self.open {
            for key in self.values.get(*at).into_iter().flat_map(&keys) {
                places.entry(key).or_default().push(*at);
            }
        }
        places
    }
}

/// All pairs, and why the others have none.
pub(super) struct Pairing<'a> {
    pairs: BTreeMap<&'a ExternalId, (&'a ExternalId, PairedBy)>,
    unpaired: BTreeMap<&'a ExternalId, (NotMoved, Vec<ExternalId>)>,
    companies: BTreeMap<CompanyId, CompanyId>,
}

impl<'a> Pairing<'a> {
    pub(super) fn of(
        old: &'a SourceSnapshot,
        new: &'a SourceSnapshot,
        ledger: &'a LedgerView,
        policy: &Policy,
        words: &'a Words,
    ) -> Self {
        let mut making = Making {
            old: Side::of(old, Interface::Soap, policy),
            new: Side::of(new, Interface::Rest, policy),
            pairing: Self { pairs: BTreeMap::new(), unpaired: BTreeMap::new(), companies: BTreeMap::new() },
        };
        making.known(ledger);
        making.named(words);
        making.by_values();
        making.pairing.companies = making.companies();
        making.by_company();
        making.likely(words.likely);
        making.explain();
        making.pairing
    }

    /// The new name of a record, and how it was found.
    pub(super) fn of_old(&self, old: &ExternalId) -> Option<(&'a ExternalId, PairedBy)> {
        self.pairs.get(old).copied()
    }

    /// Why this record has no pair, and who may be meant.
    pub(super) fn why_not(&self, old: &ExternalId) -> Option<&(NotMoved, Vec<ExternalId>)> {
        self.unpaired.get(old)
    }

    /// Which company over REST is which over SOAP, by the pairs that need no company.
    pub(super) const fn companies(&self) -> &BTreeMap<CompanyId, CompanyId> {
        &self.companies
    }
}

/// A pairing on its way.
struct Making<'a> {
    old: Side<'a>,
    new: Side<'a>,
    pairing: Pairing<'a>,
}

impl<'a> Making<'a> {
    fn pair(&mut self, old: usize, new: usize, by: PairedBy) {
        self.old.open.remove(&old);
        self.new.open.remove(&new);
        if let (Some(old), Some(new)) = (self.old.id(old), self.new.id(new)) {
            self.pairing.pairs.insert(old, (new, by));
        }
    }

    fn hold(&mut self, old: &'a ExternalId, reason: NotMoved, candidates: Vec<ExternalId>) {
        if let Some(at) = self.old.find(old) {
            self.old.open.remove(&at);
        }
        self.pairing.unpaired.insert(old, (reason, candidates));
    }

    /// What an earlier migration said stays said, whatever the values are by now.
    fn known(&mut self, ledger: &'a LedgerView) {
        for (old, new) in &ledger.aliases {
            if (old.interface(), new.interface()) != (Interface::Soap, Interface::Rest) {
                continue;
            }
            match (self.old.find(old), self.new.find(new)) {
                (Some(one), Some(other)) if self.new.open.contains(&other) => {
                    self.pair(one, other, PairedBy::Known);
                }
                (Some(_), Some(_)) => self.hold(old, NotMoved::CounterpartTaken, vec![new.clone()]),
                (Some(_), None) => self.hold(old, NotMoved::CounterpartGone, Vec::new()),
                // Whoever was moved and has left payroll's memory since is nobody's question any more. The name is taken.
                (None, Some(other)) => _ = self.new.open.remove(&other),
                (None, None) => {}
            }
        }
    }

    fn named(&mut self, words: &'a Words) {
        for (old, new) in words.same() {
            let known = self.pairing.of_old(old).map(|(new, _)| new);
            match (self.old.find(old), self.new.find(new)) {
                _ if known == Some(new) => {}
                _ if known.is_some() => {
                    self.pairing.pairs.remove(old);
                    self.hold(old, NotMoved::MovedOtherwise, known.into_iter().cloned().collect());
                }
                (Some(_), _) if self.pairing.why_not(old).is_some() => {}
                (Some(_), Some(other)) if !self.new.open.contains(&other) => {
                    self.hold(old, NotMoved::CounterpartTaken, vec![new.clone()]);
                }
                (Some(one), Some(other)) => self.pair(one, other, PairedBy::Word),
                _ => self.hold(old, NotMoved::NotShown, Vec::new()),
            }
        }
    }

    fn by_values(&mut self) {
        let (old, new) = (self.old.open_by(Values::whole), self.new.open_by(Values::whole));
        for (whole, of_old) in &old {
            if let ([one], Some([other])) = (of_old.as_slice(), new.get(whole).map(Vec::as_slice)) {
                self.pair(*one, *other, PairedBy::Values);
            }
        }
    }

    /// Companies whose people all went to one company, to which no others came.
    fn companies(&self) -> BTreeMap<CompanyId, CompanyId> {
        let mut to: BTreeMap<&CompanyId, BTreeSet<&CompanyId>> = BTreeMap::new();
        let mut from: BTreeMap<&CompanyId, BTreeSet<&CompanyId>> = BTreeMap::new();
        for (old, (new, _)) in &self.pairing.pairs {
            let of_old = self.old.find(old).and_then(|at| self.old.company(at));
            let of_new = self.new.find(new).and_then(|at| self.new.company(at));
            if let (Some(old), Some(new)) = (of_old, of_new) {
                to.entry(old).or_default().insert(new);
                from.entry(new).or_default().insert(old);
            }
        }
        let only = |set: &BTreeSet<&'a CompanyId>| set.first().copied().filter(|_| set.len() == 1);
        let pair = |(old, news): (&&'a CompanyId, &BTreeSet<&'a CompanyId>)| {
            let new = only(news)?;
            (from.get(new).and_then(only) == Some(*old)).then(|| ((*old).clone(), new.clone()))
        };
        to.iter().filter_map(pair).collect()
    }

    /// Of several with the same values, those whom the company tells apart.
    fn by_company(&mut self) {
        let (old, new) = (self.old.open_by(Values::whole), self.new.open_by(Values::whole));
        for (whole, of_old) in &old {
            let of_new: &[usize] = new.get(whole).map(Vec::as_slice).unwrap_or_default();
            for one in of_old {
                let Some(company) = self.old.company(*one) else { continue };
                let Some(becomes) = self.pairing.companies.get(company) else { continue };
                let beside = of_old.iter().filter(|other| self.old.company(**other) == Some(company)).count();
                let there: Vec<usize> =
                    of_new.iter().filter(|at| self.new.company(**at) == Some(becomes)).copied().collect();
                if let (1, [other]) = (beside, there.as_slice()) {
                    self.pair(*one, *other, PairedBy::Company);
                }
            }
        }
    }

    /// Who agrees in all that is there, where an address is missing, and nobody else does. Taken by word only.
    fn likely(&mut self, taken: bool) {
        let (old, new) = (self.old.open_by(Values::likely), self.new.open_by(Values::likely));
        let lacks_address = |one: usize, other: usize| {
            let email = |side: &Side<'_>, at: usize| side.values.get(at).is_some_and(|it| it.email.is_some());
            !email(&self.old, one) || !email(&self.new, other)
        };
        let mut pairs = Vec::new();
        for (key, of_old) in &old {
            let of_new = new.get(key).map(Vec::as_slice).unwrap_or_default();
            if let ([one], [other]) = (of_old.as_slice(), of_new)
                && lacks_address(*one, *other)
            {
                pairs.push((*one, *other));
            }
        }
        for (one, other) in pairs {
            if taken {
                self.pair(one, other, PairedBy::Likely);
            } else if let (Some(old), Some(new)) = (self.old.id(one), self.new.id(other)) {
                self.hold(old, NotMoved::ValuesMissing, vec![new.clone()]);
            }
        }
    }

    /// Why the rest has no pair.
    fn explain(&mut self) {
        let whole = self.new.open_by(Values::whole);
        let likely = self.new.open_by(Values::likely);
        let twos = self.new.open_by(Values::twos);
        for at in std::mem::take(&mut self.old.open) {
            let (Some(record), Some(values)) = (self.old.records.get(at), self.old.values.get(at)) else {
                continue;
            };
            let named = |places: Vec<usize>| -> Vec<ExternalId> {
                let places: BTreeSet<usize> = places.into_iter().collect();
                places.into_iter().filter_map(|at| self.new.id(at)).take(NAMED).cloned().collect()
            };
            let of = |places: Option<&Vec<usize>>| named(places.cloned().unwrap_or_default());
            let same = of(values.whole().and_then(|key| whole.get(&key)));
            let alike = of(values.likely().and_then(|key| likely.get(&key)));
            let partly =
                named(values.twos().iter().filter_map(|two| twos.get(two)).flatten().copied().collect());
            let why = if !record.unreadable.is_empty() {
                (NotMoved::UnreadableRow, Vec::new())
            } else if !same.is_empty() {
                (NotMoved::SeveralCounterparts, same)
            } else if values.whole().is_none() && alike.len() > 1 {
                (NotMoved::SeveralCounterparts, alike)
            } else if values.whole().is_none() {
                (NotMoved::ValuesMissing, if alike.is_empty() { partly } else { alike })
            } else if !partly.is_empty() {
                (NotMoved::ValuesDiffer, partly)
            } else {
                (NotMoved::NoCounterpart, Vec::new())
            };
            self.pairing.unpaired.insert(&record.id, why);
        }
    }
}

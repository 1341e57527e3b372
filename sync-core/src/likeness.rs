//! Who may be whom although no id and no address says so (R2, R17).
//!
//! In: all people with their matches, and the accounts that nobody was matched with. Out: for somebody in service
//! without an account, who left, or is gone, and looks like the same person; for a leaver, who in service may be
//! the same. Never: a decision. Two people can be alike; what follows from it is always a question to a person.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::account::{Account, Ownership};
use crate::calendar::is_sentinel;
use crate::external_id::ExternalId;
use crate::id::AccountId;
use crate::in_turn::InTurn;
use crate::matching::{AccountIndex, Match, sorted};
use crate::person::{Address, Person, birthday_of, folded};
use crate::pii::Pii;
use crate::snapshot::TargetSnapshot;

/// How many of those who look alike are named.
const NAMED: usize = 10;

/// The likenesses of one run.
#[derive(Debug)]
pub(crate) struct Likenesses<'a> {
    people: &'a [Person<'a>],
    found: &'a [Match<'a>],
    /// Accounts of ours that nobody was matched with for certain: what they stand for may be gone from the source.
    orphans: Vec<&'a Account>,
    /// Those of them that others may have a right to.
    disputed: BTreeSet<AccountId>,
    /// People not in service who have an account, and orphans.
    before: Index<Before>,
    /// People in service who have no account for certain, and look like one of those.
    newcomers: Index<usize>,
    unresolved: Unresolved,
}

/// Whom somebody in service without an account looks like.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Returning<'a> {
    /// Records of those who are not in service.
    pub(crate) records: Vec<ExternalId>,
    /// Their accounts, and accounts of records that are gone.
    pub(crate) accounts: Vec<AccountId>,
    /// Where only one can be meant, and only by this person: the account that a relink would give, and the record
    /// that it stands for, if that is still in the source.
    pub(crate) only: Option<(&'a Account, Option<ExternalId>)>,
}

/// Somebody from before: the place of a person, or of an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    Person(usize),
    Orphan(usize),
}

impl<'a> Likenesses<'a> {
    pub(crate) fn of(
        people: &'a [Person<'a>],
        found: &'a [Match<'a>],
        target: &'a TargetSnapshot,
        index: &AccountIndex<'_>,
    ) -> Self {
        let unresolved = Unresolved::of(people);
        let mut likenesses = Self {
            people,
            found,
            orphans: Vec::new(),
            disputed: BTreeSet::new(),
            before: Index::default(),
            newcomers: Index::default(),
            unresolved,
        };
        if people.iter().zip(found).any(|(person, found)| is_new(person, found)) {
            likenesses.orphans = orphans(found, target, index);
            likenesses.disputed = disputed(found);
            likenesses.look_back();
            likenesses.look_for_newcomers();
        }
        likenesses
    }

    fn look_back(&mut self) {
        for (at, (person, found)) in self.people.iter().zip(self.found).enumerate() {
            if *found != Match::None && !person.is_in_service() {
                for traits in traits_of_both(person, found.certain()) {
                    self.before.put(traits, Before::Person(at));
                }
            }
        }
        for (at, account) in self.orphans.iter().enumerate() {
            if let Some(traits) = Traits::of_account(account) {
                self.before.put(traits, Before::Orphan(at));
            }
        }
    }

    /// Only those who look like somebody from before: on a first run everybody is new.
    fn look_for_newcomers(&mut self) {
        if self.before.0.is_empty() {
            return;
        }
        for (at, (person, found)) in self.people.iter().zip(self.found).enumerate() {
            if is_new(person, found) {
                let before = &self.before;
                let alike =
                    traits_of(person).into_iter().filter(|traits| before.like(traits).next().is_some());
                alike.for_each(|traits| self.newcomers.put(traits, at));
            }
        }
    }

    /// Whom does this person, in service without an account, look like? `None`: nobody.
    pub(crate) fn returning(&self, person: &Person<'_>) -> Option<Returning<'a>> {
        let traits = traits_of(person);
        let alike = || traits.iter().flat_map(|traits| self.before.like(traits));
        alike().next()?;
        let mut records = BTreeSet::new();
        let mut accounts = BTreeSet::new();
        for before in alike().take(NAMED) {
            match before {
                Before::Person(at) => {
                    records.extend(self.people.get(at).map(|person| person.external_id().clone()));
                    accounts.extend(self.found.get(at).into_iter().flat_map(Match::accounts));
                }
                Before::Orphan(at) => accounts.extend(self.orphans.get(at).map(|account| account.id)),
            }
        }
        let only = sole(alike()).and_then(|before| self.relink(person, before));
        Some(Returning {
            records: records.into_iter().collect(),
            accounts: accounts.into_iter().collect(),
            only,
        })
    }

    /// People in service who have no account for certain and look like this one, who is not in service.
    pub(crate) fn newcomers(&self, leaver: &Person<'_>, account: &Account) -> Vec<ExternalId> {
        let alike = traits_of_both(leaver, Some(account));
        let alike = alike.iter().flat_map(|traits| self.newcomers.like(traits)).take(NAMED);
        let ids: BTreeSet<_> =
            alike.filter_map(|at| self.people.get(at)).map(|person| person.external_id().clone()).collect();
        ids.into_iter().collect()
    }

    /// Is there somebody in service whose address is unknown, and whose name and birthday are not others? What is
    /// unknown is not another.
    pub(crate) fn maybe_still_here(&self, leaver: &Person<'_>) -> bool {
        self.unresolved.may_be(leaver.traits())
    }

    /// What a relink of `person` to this one would say, unless another newcomer looks like this one too.
    fn relink(&self, person: &Person<'_>, before: Before) -> Option<(&'a Account, Option<ExternalId>)> {
        let is_only_newcomer = |traits: &[Traits]| {
            let newcomer = sole(traits.iter().flat_map(|traits| self.newcomers.like(traits)));
            newcomer.and_then(|at| self.people.get(at)).map(Person::external_id) == Some(person.external_id())
        };
        match before {
            Before::Person(at) => {
                let (leaver, account) = (self.people.get(at)?, self.found.get(at)?.certain()?);
                let carried = match account.ownership() {
                    Ownership::Ours(id) if leaver.has_record(&id) => id,
                    _ => leaver.external_id().clone(),
                };
                is_only_newcomer(&traits_of_both(leaver, Some(account))).then_some((account, Some(carried)))
            }
            Before::Orphan(at) => {
                // Another system's id is never overwritten (U-17).
                let is_free = |account: &&&Account| {
                    account.ownership() != Ownership::Foreign && !self.disputed.contains(&account.id)
                };
                let account = *self.orphans.get(at).filter(is_free)?;
                is_only_newcomer(Traits::of_account(account).as_slice()).then_some((account, None))
            }
        }
    }
}

/// Accounts of ours that nobody was matched with for certain: one to which only an address leads, or that several
/// claim, may still be the account of a newcomer.
fn orphans<'a>(
    found: &[Match<'_>],
    target: &'a TargetSnapshot,
    index: &AccountIndex<'_>,
) -> Vec<&'a Account> {
    let certain = sorted(found.iter().filter_map(Match::certain).map(|account| account.id));
    let mut certain = InTurn::through(certain.iter().map(|id| (*id, ())));
    let accounts = target.accounts().iter();
    accounts.filter(|account| !certain.has(&account.id) && index.is_managed(account)).collect()
}

/// Accounts that are not for us to give: several claim them, or another system does.
fn disputed(found: &[Match<'_>]) -> BTreeSet<AccountId> {
    let claimed = found.iter().filter(|found| !matches!(found, Match::One(..)));
    claimed.flat_map(Match::each_account).collect()
}

/// Has this account the last name and the birthday of this person?
pub(crate) fn is_like(person: &Person<'_>, account: &Account) -> bool {
    let Some(stored) = Traits::of_account(account) else { return false };
    traits_of(person)
        .iter()
        .any(|known| (&known.last_name, known.birthday) == (&stored.last_name, stored.birthday))
}

/// The places of people whom last name, birthday and initial do not tell apart from another person of the source, in
/// order. Only who shares a birthday is looked at closer.
pub(crate) fn alike(people: &[Person<'_>]) -> Vec<usize> {
    let birthdays = |person: &Person<'_>| -> Vec<NaiveDate> {
        person.records().iter().filter_map(|record| birthday_of(record)).collect()
    };
    let mut born: Vec<(NaiveDate, usize)> = people
        .iter()
        .enumerate()
        .flat_map(|(at, person)| birthdays(person).into_iter().map(move |day| (day, at)))
        .collect();
    born.sort_unstable();
    born.dedup();
    let mut alike = BTreeSet::new();
    for same_day in born.chunk_by(|one, other| one.0 == other.0).filter(|same_day| same_day.len() > 1) {
        let mut index = Index::default();
        let people = || same_day.iter().filter_map(|(_, at)| Some((*at, traits_of(people.get(*at)?))));
        for (at, traits) in people() {
            for traits in traits {
                index.put(traits, at);
            }
        }
        for (at, traits) in people() {
            if traits.iter().flat_map(|traits| index.like(traits)).any(|other| other != at) {
                alike.insert(at);
            }
        }
    }
    alike.into_iter().collect()
}

/// Is this somebody in service of whom nothing says that an account is, or was, this person's own?
fn is_new(person: &Person<'_>, found: &Match<'_>) -> bool {
    let has_own = match found {
        Match::None | Match::Several(_) | Match::Foreign(_) => false,
        Match::One(_, level) => level.is_certain(),
        Match::Gone(_) | Match::Unreadable(_) => true,
    };
    !has_own && person.is_in_service()
}

/// By what two people look like one: last name and birthday, and the first initial where both are known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Traits {
    last_name: String,
    birthday: NaiveDate,
    initial: Option<char>,
}

impl Traits {
    fn new(
        first_name: Option<&Pii<String>>,
        last_name: Option<&Pii<String>>,
        birthday: Option<NaiveDate>,
    ) -> Option<Self> {
        let birthday = birthday?;
        let initial = || folded(first_name).and_then(|name| name.chars().next());
        Some(Self { last_name: folded(last_name)?, birthday, initial: initial() })
    }

    fn of_account(account: &Account) -> Option<Self> {
        let birthday =
            account.birthday.as_ref().map(|date| *date.expose()).filter(|date| !is_sentinel(*date));
        Self::new(account.first_name.as_ref(), account.last_name.as_ref(), birthday)
    }
}

/// The traits of a person's records, each once.
fn traits_of(person: &Person<'_>) -> Vec<Traits> {
    let traits = person.records().iter().filter_map(|record| {
        let personal = &record.personal;
        Traits::new(personal.first_name.as_ref(), personal.last_name.as_ref(), birthday_of(record))
    });
    let mut traits: Vec<_> = traits.collect();
    traits.sort();
    traits.dedup();
    traits
}

/// The traits of a person's records and of the account: where the records cannot be read, or say another name than
/// before, the account still tells whose it is.
fn traits_of_both(person: &Person<'_>, account: Option<&Account>) -> Vec<Traits> {
    let mut traits = traits_of(person);
    traits.extend(account.and_then(Traits::of_account).filter(|stored| !traits.contains(stored)));
    traits
}

/// Things by the traits of whom they are about.
#[derive(Debug)]
struct Index<T>(BTreeMap<Traits, Vec<T>>);

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Copy> Index<T> {
    fn put(&mut self, traits: Traits, thing: T) {
        self.0.entry(traits).or_default().push(thing);
    }

    /// Those that these traits do not tell apart.
    fn like(&self, traits: &Traits) -> impl Iterator<Item = T> + '_ {
        let with = |initial| Traits { initial, ..traits.clone() };
        let (same, unknown) = match traits.initial {
            Some(_) => (with(traits.initial)..=with(traits.initial), Some(with(None))),
            // None sorts before every letter.
            None => (with(None)..=with(Some(char::MAX)), None),
        };
        let unknown = unknown.and_then(|unknown| self.0.get(&unknown));
        self.0.range(same).map(|(_, things)| things).chain(unknown).flatten().copied()
    }
}

/// The one thing that they all are.
fn sole<T: PartialEq>(mut things: impl Iterator<Item = T>) -> Option<T> {
    let first = things.next()?;
    things.all(|thing| thing == first).then_some(first)
}

/// People in service whose address is unknown, or whose rows are: nobody can say that a leaver of the same name, or
/// any leaver if the name is unknown too, is somebody else.
#[derive(Debug, Default)]
struct Unresolved {
    both: BTreeSet<(Option<String>, Option<NaiveDate>)>,
    names: BTreeSet<Option<String>>,
    birthdays: BTreeSet<Option<NaiveDate>>,
}

impl Unresolved {
    fn of(people: &[Person<'_>]) -> Self {
        let mut unresolved = Self::default();
        for person in people.iter().filter(|person| is_unresolved(person)) {
            unresolved.put(person.traits());
        }
        unresolved
    }

    fn put(&mut self, (name, birthday): (Option<String>, Option<NaiveDate>)) {
        self.names.insert(name.clone());
        self.birthdays.insert(birthday);
        self.both.insert((name, birthday));
    }

    fn may_be(&self, (name, birthday): (Option<String>, Option<NaiveDate>)) -> bool {
        match (name, birthday) {
            (None, None) => !self.both.is_empty(),
            (name @ Some(_), None) => self.names.contains(&name) || self.names.contains(&None),
            (None, day @ Some(_)) => self.birthdays.contains(&day) || self.birthdays.contains(&None),
            (name @ Some(_), day @ Some(_)) => [None, day]
                .into_iter()
                .any(|day| self.both.contains(&(None, day)) || self.both.contains(&(name.clone(), day))),
        }
    }
}

fn is_unresolved(person: &Person<'_>) -> bool {
    let unlisted = || person.records().iter().any(|record| record.listed.employee_type.is_none());
    let unclear = !person.is_readable() || !matches!(person.address(), Address::Valid(_));
    // What is left of somebody whom the list of employees does not show counts by its name only.
    let counts = || person.is_in_service() || !person.is_readable() || person.traits().0.is_some();
    unclear && (person.is_in_service() || unlisted()) && counts()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn traits(last_name: &str, birthday: &str, initial: Option<char>) -> Traits {
        Traits { last_name: last_name.to_owned(), birthday: day(birthday), initial }
    }

    #[test]
    fn r17_an_unknown_initial_is_like_every_other() {
        let mut index = Index::default();
        for (n, initial) in [None, Some('a'), Some('b'), Some(char::MAX)].into_iter().enumerate() {
            index.put(traits("jansen", "1990-05-17", initial), n);
            index.put(traits("jansens", "1990-05-17", initial), 90);
            index.put(traits("jansen", "1990-05-18", initial), 91);
        }
        let like =
            |initial| index.like(&traits("jansen", "1990-05-17", initial)).collect::<BTreeSet<usize>>();
        assert_eq!(like(None), BTreeSet::from([0, 1, 2, 3]));
        assert_eq!(like(Some('b')), BTreeSet::from([0, 2]));
        assert_eq!(like(Some('z')), BTreeSet::from([0]));
    }

    #[test]
    fn r17_one_thing_named_twice_is_still_the_only_one() {
        assert_eq!(sole([7, 7].into_iter()), Some(7));
        assert_eq!(sole([7, 8].into_iter()), None);
        assert_eq!(sole(std::iter::empty::<u8>()), None);
    }

    /// Every leaver against every unknown person, as the rule is worded: what is unknown is not another.
    #[test]
    fn r2_whoever_is_not_surely_another_may_still_be_here() {
        let names = || [None, Some("jansen".to_owned()), Some("de vries".to_owned())];
        let days = [None, Some(day("1990-05-17")), Some(day("1990-05-18"))];
        let all = || names().into_iter().flat_map(|name| days.map(|day| (name.clone(), day)));
        for unknown in all() {
            let mut unresolved = Unresolved::default();
            assert!(all().all(|leaver| !unresolved.may_be(leaver)));
            unresolved.put(unknown.clone());
            for leaver in all() {
                let another_name = matches!((&unknown.0, &leaver.0), (Some(a), Some(b)) if a != b);
                let another_day = matches!((unknown.1, leaver.1), (Some(a), Some(b)) if a != b);
                let expected = !another_name && !another_day;
                assert_eq!(unresolved.may_be(leaver.clone()), expected, "{unknown:?} {leaver:?}");
            }
        }
    }
}

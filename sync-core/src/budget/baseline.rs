//! A person's word about what was given before the ledger knew of it (R11).
//!
//! In: a plan that the person looked at, and what was given. Out: a [`Baseline`] for the ledger. Never: a grant; what
//! it imports counts as given, and what it leaves out stays held.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::history::{History, Monthly, OneOff};
use super::key::{Budget, BudgetKind, Epoch, Mark};
use super::remembered::{Known, Remembered};
use crate::authority::VALID_HOURS;
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::id::AccountId;
use crate::ledger::{DeskStanding, LedgerView};
use crate::pii::Pii;
use crate::plan::{PlanId, Run, SavedPlan};

/// What the person says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaselineWord {
    /// What the ledger remembers is all that was given. Of an empty ledger: nothing was.
    NothingElse,
    /// What the fields of the plan say has been given.
    AsFilled,
    /// This was given, to these people; of nobody else is anything said, but of whom is named besides.
    These(Vec<Imported>),
}

/// A grant that the ledger did not know of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Imported {
    /// To whom.
    pub person: ExternalId,
    /// Which budget.
    pub budget: Budget,
    /// How much; zero says that this person was told about and given none of this budget.
    pub amount: Euro,
}

impl Imported {
    /// This person, by any of the records, was given this much.
    pub const fn new(person: ExternalId, budget: Budget, amount: Euro) -> Self {
        Self { person, budget, amount }
    }
}

/// One person of whom the baseline speaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CoveredPerson {
    /// All records that are this person's.
    pub records: BTreeSet<ExternalId>,
    /// The account.
    pub account: Option<AccountId>,
}

/// A new memory, in place of none, of a lost one, or of one that the desk contradicts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Founding {
    /// Its name.
    pub epoch: Epoch,
    /// The desk's mark that this person has seen and accepts.
    pub accepted: Option<Mark>,
}

impl Founding {
    /// A new memory, by somebody who accepts this mark of the desk.
    pub const fn new(epoch: Epoch, accepted: Option<Mark>) -> Self {
        Self { epoch, accepted }
    }
}

/// Why nobody can vouch so. Names nobody but by record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The plan is another customer's.
    #[error("the plan was made for another customer")]
    OtherCustomer,
    /// The plan says nothing of budgets.
    #[error("the plan was made under a policy that gives no budgets")]
    NoBudgets,
    /// What it says may not be so any more.
    #[error("the plan is older than {VALID_HOURS} hours; plan again")]
    TooOld,
    /// The clock that made it was ahead.
    #[error("the plan is from the future")]
    FromTheFuture,
    /// Nobody in the plan has this record.
    #[error("{0} is not in the plan")]
    NotInPlan(ExternalId),
    /// Nobody can say what somebody was given of whom nobody knows which account it is.
    #[error("{0} has no account, or none that is certain")]
    NoAccount(ExternalId),
    /// The fields of somebody of whom they are to tell cannot be read, or disagree.
    #[error("the fields of {0} cannot be read, or disagree, and do not tell what was given")]
    Unclear(ExternalId),
    /// The desk took batches that the ledger does not know, so that it cannot be all that was given.
    #[error("more was handed over than this ledger remembers; say what was given")]
    DeskKnowsMore,
    /// Nobody has the same monthly budget twice. It may have been written under two records of one person.
    #[error("{0} is named twice with the same monthly budget")]
    Twice(ExternalId, Budget),
}

/// What a person vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Baseline {
    /// The plan that the person looked at.
    pub plan: PlanId,
    /// Who it is.
    pub by: Pii<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The new memory that it founds; none when it speaks of more people in the present one.
    pub founds: Option<Founding>,
    /// Everybody of whom it speaks, by the record that stands for the person.
    pub people: BTreeMap<ExternalId, CoveredPerson>,
    /// What they were given besides what the ledger remembers.
    pub given: Vec<Imported>,
    /// Fingerprints of forgotten people that end, because it speaks of these people again.
    pub remembered_again: BTreeSet<String>,
}

impl Baseline {
    /// A word about nobody yet.
    pub const fn new(plan: PlanId, by: Pii<String>, at: DateTime<Utc>) -> Self {
        Self {
            plan,
            by,
            at,
            founds: None,
            people: BTreeMap::new(),
            given: Vec::new(),
            remembered_again: BTreeSet::new(),
        }
    }

    /// What somebody vouches for who looked at this plan and says this, in this run's customer, instant and key.
    ///
    /// `only` names the people of whom it is said, by any of their records; nobody named means everybody of the plan who
    /// has exactly one certain account. `ledger` is what is remembered now, and `mark` what the desk says that it took
    /// last. It founds a memory where there is none, and where the desk contradicts the present one: then of whoever is
    /// not covered nobody vouches any more. Of somebody without an account only what was given can be told: their account
    /// may have been removed.
    ///
    /// Somebody who was forgotten is covered only when named: of them the ledger remembers nothing, and "nothing else" or
    /// "as the fields say" would be wrong. Nor does "as the fields say" cover anybody whose fields cannot be read.
    ///
    /// # Errors
    /// [`BaselineError`].
    pub fn confirming(
        plan: &SavedPlan,
        word: &BaselineWord,
        only: &BTreeSet<ExternalId>,
        (ledger, mark): (&LedgerView, Option<&Mark>),
        run: &Run<'_>,
        by: Pii<String>,
    ) -> Result<Self, BaselineError> {
        check(plan, run)?;
        let whom = Whom::of(plan, word, only)?;
        let remembered = Remembered::of(ledger);
        let mut baseline = Self::new(plan.id().clone(), by, run.as_of);
        baseline.founds = founding(plan, ledger, mark, run);
        let accepts_unknown = baseline.founds.as_ref().is_some_and(|founding| founding.accepted.is_some());
        if accepts_unknown && *word == BaselineWord::NothingElse {
            return Err(BaselineError::DeskKnowsMore);
        }
        for (person, entry) in plan.entries().filter(|(person, _)| whom.may_be(person)) {
            let records = entry.record_ids();
            let (account, is_named) = (entry.certain_account(), whom.is_named(person));
            let known = remembered.known(records.iter(), account);
            let tombstones = remembered.tombstones(&known, run.key);
            let is_unclear = *word == BaselineWord::AsFilled && entry.is_unclear();
            if !is_named && (account.is_none() || is_unclear || !tombstones.is_empty()) {
                continue;
            }
            // Of somebody who is to get an account anew a person can tell what they were given on an earlier one.
            let is_told_of = matches!(word, BaselineWord::These(_)) && entry.is_without_account();
            if account.is_none() && !is_told_of {
                return Err(BaselineError::NoAccount(person.clone()));
            }
            if is_unclear {
                return Err(BaselineError::Unclear(person.clone()));
            }
            let given = match word {
                BaselineWord::NothingElse => Vec::new(),
                BaselineWord::AsFilled => entry.wished(),
                BaselineWord::These(_) => whom.given_to(person),
            };
            let is_new = |(budget, amount): &(Budget, Euro)| !was_given(&remembered, &known, budget, *amount);
            let imported = |(budget, amount)| Imported::new(person.clone(), budget, amount);
            baseline.given.extend(given.into_iter().filter(is_new).map(imported));
            baseline.remembered_again.extend(tombstones);
            let covered = CoveredPerson { records: records.iter().cloned().collect(), account };
            baseline.people.insert(person.clone(), covered);
        }
        Ok(baseline)
    }
}

/// Of whom something is said, by the record that stands for the person.
enum Whom<'p> {
    /// Of everybody of whom it can be.
    Everybody,
    /// Of these, and that they were given this much.
    Named(BTreeMap<&'p ExternalId, Vec<(Budget, Euro)>>),
}

impl<'p> Whom<'p> {
    fn of(
        plan: &'p SavedPlan,
        word: &BaselineWord,
        only: &BTreeSet<ExternalId>,
    ) -> Result<Self, BaselineError> {
        let these = match word {
            BaselineWord::These(these) => these.as_slice(),
            BaselineWord::NothingElse | BaselineWord::AsFilled if only.is_empty() => {
                return Ok(Self::Everybody);
            }
            BaselineWord::NothingElse | BaselineWord::AsFilled => &[],
        };
        let by_record: BTreeMap<ExternalId, &ExternalId> = plan
            .entries()
            .flat_map(|(person, entry)| entry.record_ids().into_iter().map(move |record| (record, person)))
            .collect();
        let person_of = |record: &ExternalId| {
            let person = by_record.get(record).copied();
            person.ok_or_else(|| BaselineError::NotInPlan(record.clone()))
        };
        let mut named: BTreeMap<_, Vec<(Budget, Euro)>> = BTreeMap::new();
        for record in only {
            named.entry(person_of(record)?).or_default();
        }
        for Imported { person, budget, amount } in these {
            let given = named.entry(person_of(person)?).or_default();
            let is_again = |(known, _): &(Budget, Euro)| known == budget;
            if budget.kind == BudgetKind::Monthly && given.iter().any(is_again) {
                return Err(BaselineError::Twice(person.clone(), budget.clone()));
            }
            given.push((budget.clone(), *amount));
        }
        Ok(Self::Named(named))
    }

    fn may_be(&self, person: &ExternalId) -> bool {
        matches!(self, Self::Everybody) || self.is_named(person)
    }

    fn is_named(&self, person: &ExternalId) -> bool {
        matches!(self, Self::Named(named) if named.contains_key(person))
    }

    fn given_to(&self, person: &ExternalId) -> Vec<(Budget, Euro)> {
        let Self::Named(named) = self else { return Vec::new() };
        let given = named.get(person).into_iter().flatten();
        given.filter(|(_, amount)| *amount > Euro::default()).cloned().collect()
    }
}

fn check(plan: &SavedPlan, run: &Run<'_>) -> Result<(), BaselineError> {
    if plan.customer() != run.customer.as_str() {
        Err(BaselineError::OtherCustomer)
    } else if !plan.is_about_money() {
        Err(BaselineError::NoBudgets)
    } else if plan.as_of() > run.as_of + TimeDelta::seconds(1) {
        Err(BaselineError::FromTheFuture)
    } else if run.as_of - plan.as_of() > TimeDelta::hours(VALID_HOURS) {
        Err(BaselineError::TooOld)
    } else {
        Ok(())
    }
}

/// The memory that is founded: the first, or one in place of that which the desk contradicts.
fn founding(plan: &SavedPlan, ledger: &LedgerView, mark: Option<&Mark>, run: &Run<'_>) -> Option<Founding> {
    let money = &ledger.money;
    let is_present = money.epoch.is_some() && money.compare(mark) == DeskStanding::Agrees;
    let epoch = || Epoch::founded(run.customer, plan.id(), run.as_of);
    (!is_present).then(|| Founding::new(epoch(), mark.cloned()))
}

/// Does the ledger know that this much was given, and still counts?
fn was_given(remembered: &Remembered<'_>, known: &Known<'_>, budget: &Budget, amount: Euro) -> bool {
    let rows = remembered.rows(known).into_iter().filter(|row| row.budget == *budget).collect();
    let history = History::of(rows, known.account());
    match budget.kind {
        BudgetKind::Monthly => history.monthly() == Monthly::Runs(amount),
        BudgetKind::OneOff => {
            matches!(history.oneoff(), OneOff::Given { last, together, .. } if amount == last || amount == together)
        }
    }
}

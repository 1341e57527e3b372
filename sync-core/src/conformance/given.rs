//! Values that the rules are asked with.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Breach, so};
use crate::authority::{Approval, Mandate};
use crate::budget::{
    Act, Baseline, BatchId, Budget, BudgetKind, Category, CoveredPerson, Epoch, Founding, Grant, GrantId,
    GrantRecord, GrantState, Mark, Occasion,
};
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::id::{AccountId, CompanyId, CustomerId};
use crate::ledger::{LastRun, Link};
use crate::pii::Pii;
use crate::plan::{ActionKind, PlanId};
use crate::policy::Limits;
use crate::ports::{
    Certain, CompletedRun, Intent, IntentId, LeaseId, Leased, NewBatch, Outcome, Store, ToldBy,
};

/// A customer that only this rule uses.
pub(super) fn customer(rule: &str, which: &str) -> CustomerId {
    CustomerId::new(format!("conformance/{rule}/{which}"))
}

/// An instant with a fraction, so many days into the suite's time.
pub(super) fn day(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 123_456_789).unwrap_or_default() + TimeDelta::days(days)
}

pub(super) fn record(name: &str) -> Result<ExternalId, Breach> {
    Ok(ExternalId::rest(name)?)
}

pub(super) fn link(account: i64, company: &str) -> Link {
    Link::new(AccountId::new(account), CompanyId::new(company))
}

pub(super) fn links<const N: usize>(
    links: [(&str, i64, &str); N],
) -> Result<BTreeMap<ExternalId, Link>, Breach> {
    links.into_iter().map(|(name, account, company)| Ok((record(name)?, link(account, company)))).collect()
}

pub(super) fn done<const N: usize>(given: [(&str, i64, &str); N]) -> Result<Outcome, Breach> {
    Ok(Outcome::Done(Certain::links(links(given)?)))
}

/// A plan's hash, which goes by one digit.
pub(super) fn plan(digit: char) -> Result<PlanId, Breach> {
    let breach = Breach { why: "the suite spells a plan wrongly", source: None };
    PlanId::parse(&String::from(digit).repeat(64)).ok_or(breach)
}

pub(super) fn intent(
    digit: char,
    person: &str,
    action: ActionKind,
    at: DateTime<Utc>,
) -> Result<Intent, Breach> {
    let account = (action != ActionKind::Onboard).then_some(AccountId::new(i64::MAX));
    Ok(Intent::new(plan(digit)?, record(person)?, action, account, at))
}

/// A lease that nobody else holds, as of an instant that is later than any other.
pub(super) async fn lease(store: &dyn Store, customer: &CustomerId) -> Result<LeaseId, Breach> {
    match store.acquire(customer, day(10_000), TimeDelta::minutes(1)).await? {
        Leased::Ours(lease) => Ok(lease),
        Leased::Held { .. } => {
            Err(Breach { why: "a lease that nobody holds is not handed out", source: None })
        }
    }
}

pub(super) fn scope(company: &str, fields: &[&str]) -> LastRun {
    let fields: BTreeSet<_> = fields.iter().map(|field| (*field).to_owned()).collect();
    LastRun::new(BTreeMap::from([(CompanyId::new(company), fields)]))
}

/// A run that saw one company and leaves this link.
pub(super) fn completed(company: &str, person: &str, account: i64) -> Result<CompletedRun, Breach> {
    Ok(CompletedRun::new(scope(company, &["yourcampus_toegang"]), links([(person, account, company)])?))
}

pub(super) fn mandate(customer: &CustomerId, digit: char, by: &str) -> Result<Mandate, Breach> {
    Ok(Mandate {
        customer: customer.clone(),
        policy: format!("policy {digit}"),
        scope: format!("scope {digit}"),
        limits: Limits::DEFAULT,
        plan: plan(digit)?,
        by: Pii::new(by.to_owned()),
        given_at: day(1),
    })
}

/// The same approval as often as it is needed. Letters accept a smaller scope, digits do not.
pub(super) fn approval(digit: char, given_at: DateTime<Utc>, people: &[&str]) -> Result<Approval, Breach> {
    let people: Result<Vec<_>, _> = people.iter().map(|name| record(name)).collect();
    let approval = Approval::of(plan(digit)?, given_at)
        .by(Pii::new("Zoë van 't Hof".to_owned()))
        .with_proposals(people?);
    Ok(if digit.is_ascii_digit() { approval } else { approval.accepting_smaller_scope() })
}

/// The approvals that wait are these, in this order.
pub(super) async fn waiting(
    store: &dyn Store,
    customer: &CustomerId,
    expected: &[Approval],
    why: &'static str,
) -> Result<(), Breach> {
    so(store.approvals(customer).await? == expected, why)
}

/// The name of a memory, which goes by one digit.
pub(super) fn epoch(digit: char) -> Result<Epoch, Breach> {
    let breach = Breach { why: "the suite spells a memory wrongly", source: None };
    Epoch::parse(&String::from(digit).repeat(32)).ok_or(breach)
}

pub(super) fn budget(kind: BudgetKind, category: &str) -> Result<Budget, Breach> {
    let breach = Breach { why: "the suite spells a category wrongly", source: None };
    Ok(Budget::new(kind, Category::parse(category).ok_or(breach)?))
}

pub(super) fn one_off() -> Result<Budget, Breach> {
    budget(BudgetKind::OneOff, "all")
}

pub(super) fn occasion(number: u32) -> Result<Occasion, Breach> {
    Occasion::new(number).ok_or(Breach { why: "the suite counts occasions wrongly", source: None })
}

/// A first one-off, as it is prepared: on an account, for a person.
pub(super) fn grant(customer: &CustomerId, person: &str, account: i64) -> Result<GrantRecord, Breach> {
    grant_of(customer, person, account, &one_off()?, 1)
}

pub(super) fn grant_of(
    customer: &CustomerId,
    person: &str,
    account: i64,
    budget: &Budget,
    number: u32,
) -> Result<GrantRecord, Breach> {
    let (person, occasion) = (record(person)?, occasion(number)?);
    let id = GrantId::of(customer, &person, budget, occasion);
    let grant = Grant::new(id, occasion, Act::Grant, Euro::from_cents(1250));
    Ok(GrantRecord::intended(person, AccountId::new(account), budget.clone(), &grant))
}

/// A batch of this number in this memory.
pub(super) fn batch(
    memory: char,
    number: u64,
    grants: &[GrantRecord],
    list: Option<&[u8]>,
) -> Result<NewBatch, Breach> {
    let mark = Mark::new(epoch(memory)?, number);
    let id = BatchId::of(&mark, grants.iter().map(|grant| &grant.id));
    Ok(NewBatch::new(id, mark, plan('1')?, day(1), grants.to_vec(), list.map(<[u8]>::to_vec)))
}

/// A word about these people, each with one record and an account.
pub(super) fn baseline(people: &[(&str, i64)]) -> Result<Baseline, Breach> {
    let mut baseline = Baseline::new(plan('1')?, Pii::new("Zoë van 't Hof".to_owned()), day(1));
    for (name, account) in people {
        let mut person = CoveredPerson::default();
        person.records.insert(record(name)?);
        person.account = Some(AccountId::new(*account));
        baseline.people.insert(record(name)?, person);
    }
    Ok(baseline)
}

/// A word that founds a memory in which nobody is vouched for.
pub(super) fn founding(memory: char) -> Result<Baseline, Breach> {
    let mut baseline = baseline(&[])?;
    baseline.founds = Some(Founding::new(epoch(memory)?, None));
    Ok(baseline)
}

/// How one grant stands from now on, as a run tells.
pub(super) async fn settle_grant(
    store: &dyn Store,
    customer: &CustomerId,
    grant: &GrantRecord,
    state: GrantState,
) -> Result<(), Breach> {
    Ok(store.settle_grants(customer, &[(grant.id.clone(), state)], &ToldBy::Run, day(2)).await?)
}

/// All grants, as the view shows them.
pub(super) async fn grants(store: &dyn Store, customer: &CustomerId) -> Result<Vec<GrantRecord>, Breach> {
    Ok(store.view(customer).await?.money.grants)
}

/// An action on this account was recorded.
pub(super) async fn intend(
    store: &dyn Store,
    customer: &CustomerId,
    lease: LeaseId,
    (person, account): (&str, i64),
    action: ActionKind,
) -> Result<IntentId, Breach> {
    let account = (action != ActionKind::Onboard).then_some(AccountId::new(account));
    let intent = Intent::new(plan('1')?, record(person)?, action, account, day(1));
    Ok(store.intend(customer, lease, &intent).await?)
}

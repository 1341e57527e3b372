//! Durability: what is remembered before a restart is remembered after it. Not part of [`all`](super::all), because
//! only whoever owns the store can restart it.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::given::{
    approval, baseline, batch, completed, customer, day, done, epoch, grant, intend, intent, lease, mandate,
    one_off, plan, record, settle_grant, waiting,
};
use super::{Breach, Broken, fails, rule, so};
use crate::budget::{Baseline, Founding, GrantState, Imported, Mark};
use crate::euro::Euro;
use crate::id::{AccountId, CustomerId};
use crate::ledger::Vouched;
use crate::plan::ActionKind;
use crate::ports::{
    Forgetting, KeptPlan, LeaseId, Leased, MoneySeen, Outcome, PortErrorKind, Remembered, RunEnd, RunEnding,
    Store,
};

fn whose() -> CustomerId {
    customer("durability", "a")
}

/// The intents of before the restart, each with what was told of it.
fn told() -> Result<[Option<Outcome>; 4], Breach> {
    Ok([Some(done([("p", 1, "C")])?), Some(Outcome::Doubtful), Some(Outcome::Refused), None])
}

/// The lease is still held by who held it before the restart, and goes to the next when it ends.
async fn lease_after_restart(store: &dyn Store, customer: &CustomerId) -> Result<LeaseId, Breach> {
    let Leased::Held { until } = store.acquire(customer, day(10_000), TimeDelta::minutes(1)).await? else {
        return Err(Breach { why: "the lease is forgotten", source: None });
    };
    let Leased::Ours(lease) = store.acquire(customer, until, TimeDelta::minutes(1)).await? else {
        return Err(Breach { why: "the lease does not end", source: None });
    };
    Ok(lease)
}

/// Leaves something of every kind, but no money. To be called once, before a restart.
///
/// # Errors
/// [`Broken`] if a call fails.
pub async fn remember(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let (customer, lease) = (whose(), lease(store, &whose()).await?);
        let run = store.begin(&customer, lease, day(0)).await?;
        for (at, outcome) in (0..).zip(told()?) {
            let meant = intent('1', &format!("p{at}"), ActionKind::Offboard, day(at))?;
            let id = store.intend(&customer, lease, &meant).await?;
            if let Some(outcome) = outcome {
                store.settle(&customer, id, &outcome).await?;
            }
        }
        store.keep_plan(&customer, &KeptPlan::new(plan('1')?, day(0), b"plan".to_vec())).await?;
        store.give_mandate(&mandate(&customer, '1', "Anneke")?).await?;
        for digit in ['1', '2'] {
            store.approve(&customer, &approval(digit, day(1), &["p"])?).await?;
        }
        store.complete(&customer, lease, &completed("C", "q", 2)?.using_up(Some(plan('1')?))).await?;
        Ok(store.end(&customer, run, &RunEnding::new(day(1), RunEnd::Partly)).await?)
    };
    rule("durability::remember", check().await)
}

/// Finds all that [`remember`] left, as if nothing had happened between; numbers go on from where they were. To be
/// called once, after a restart.
///
/// # Errors
/// [`Broken`] if something is missing or changed.
pub async fn still_remembers(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = whose();
        let view = store.view(&customer).await?;
        so(view.links.len() == 2 && view.failures.len() == 1, "links or failures are missing")?;
        so(view.deactivations == [day(0), day(1), day(3)], "deactivations are missing")?;
        so(view.last_run == Some(completed("C", "q", 2)?.seen), "the last complete run is missing")?;
        let open = store.open_intents(&customer).await?;
        so(open.len() == 2, "open intents are missing")?;
        so(
            store.mandate(&customer).await? == Some(mandate(&customer, '1', "Anneke")?),
            "the mandate is missing",
        )?;
        let expected = [approval('2', day(1), &["p"])?];
        waiting(store, &customer, &expected, "the waiting approval is missing").await?;
        let again = store.approve(&customer, &approval('1', day(2), &[])?).await?;
        so(again == Remembered::UsedUp, "it is forgotten that an approval was used up")?;
        let runs = store.runs(&customer, 9).await?;
        so(
            matches!(runs.as_slice(), [run] if run.ended == Some((day(1), RunEnd::Partly))),
            "the run is missing",
        )?;
        let kept = store.plan(&customer, &plan('1')?).await?;
        so(kept.is_some_and(|kept| kept.file == b"plan"), "the plan is missing")?;

        let lease = lease_after_restart(store, &customer).await?;
        let meant = intent('2', "p", ActionKind::Update, day(2))?;
        let late = store.intend(&customer, LeaseId(lease.0 - 1), &meant).await;
        fails(late, PortErrorKind::Overtaken, "whoever was overtaken by a restart goes on")?;
        let id = store.intend(&customer, lease, &meant).await?;
        so(open.iter().all(|earlier| earlier.id < id), "the numbers of intents begin anew")?;
        for earlier in &open {
            store.settle(&customer, earlier.id, &Outcome::NotDone).await?;
        }
        let run = store.begin(&customer, lease, day(2)).await?;
        so(runs.iter().all(|earlier| earlier.id < run), "the numbers of runs begin anew")
    };
    rule("durability::still_remembers", check().await)
}

fn whose_money() -> CustomerId {
    customer("durability", "money")
}

fn baseline_before() -> Result<Baseline, Breach> {
    let mut baseline = baseline(&[("p", 1), ("q", 2)])?;
    baseline.founds = Some(Founding::new(epoch('a')?, Some(Mark::new(epoch('f')?, 7))));
    baseline.given.push(Imported::new(record("old")?, one_off()?, Euro::from_cents(100)));
    Ok(baseline)
}

fn forgotten() -> Result<Forgetting, Breach> {
    Ok(Forgetting::new([record("gone")?].into(), BTreeSet::new(), ["tombstone".to_owned()].into()))
}

/// Leaves money in every way. To be called once, before a restart.
///
/// # Errors
/// [`Broken`] if a call fails.
pub async fn remember_money(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let (customer, lease) = (whose_money(), lease(store, &whose_money()).await?);
        let onboard = intend(store, &customer, lease, ("r", 0), ActionKind::Onboard).await?;
        store.keep_baseline(&customer, &baseline_before()?).await?;
        let money = [grant(&customer, "p", 1)?, grant(&customer, "q", 2)?];
        store.prepare(&customer, lease, &batch('a', 1, &money, Some(b"list"))?).await?;
        settle_grant(store, &customer, &money[0], GrantState::Given).await?;
        store.forget(&customer, &forgotten()?).await?;
        let seen = MoneySeen::new([AccountId::new(1)].into(), [money[0].id.clone()].into());
        store.complete(&customer, lease, &completed("C", "q", 2)?.with_money(seen)).await?;
        Ok(store.settle(&customer, onboard, &done([("r", 3, "C")])?).await?)
    };
    rule("durability::remember_money", check().await)
}

/// Finds all that [`remember_money`] left, as if nothing had happened between; batches count on from where they were.
/// To be called once, after a restart.
///
/// # Errors
/// [`Broken`] if something is missing or changed.
pub async fn still_remembers_money(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = whose_money();
        let lease = lease_after_restart(store, &customer).await?;
        let money = store.view(&customer).await?.money;
        so(money.epoch == Some(epoch('a')?) && money.sequence == 1, "the memory of money is missing")?;
        so(money.accepted == Some(Mark::new(epoch('f')?, 7)), "the accepted mark is missing")?;
        so(
            money.vouched.len() == 2 && money.forgotten == forgotten()?.tombstones,
            "who is vouched for is missing",
        )?;
        let states: Vec<_> =
            money.grants.iter().map(|grant| (grant.state, grant.interrupted, grant.emptied)).collect();
        let (given, intended) = (GrantState::Given, GrantState::Intended);
        so(
            states == [(given, false, false), (given, true, true), (intended, false, false)],
            "grants are missing",
        )?;
        let open = store.open_batches(&customer).await?;
        so(
            matches!(open.as_slice(), [batch] if batch.list.as_deref() == Some(b"list".as_slice())),
            "the open list is missing",
        )?;
        let told = store.tellings(&customer, &[grant(&customer, "p", 1)?.id].into()).await?;
        so(told.len() == 2, "what was told is missing")?;
        let again =
            store.prepare(&customer, lease, &batch('a', 2, &[grant(&customer, "q", 2)?], None)?).await;
        fails(again, PortErrorKind::Conflict, "an occasion of before is used again")?;
        let again = store.keep_baseline(&customer, &baseline_before()?).await;
        fails(again, PortErrorKind::Conflict, "a memory of before is founded again")?;
        store.prepare(&customer, lease, &batch('a', 2, &[grant(&customer, "r", 3)?], None)?).await?;
        store.keep_baseline(&customer, &baseline(&[("r", 3)])?).await?;
        let made = store.view(&customer).await?.money.vouched.get(&record("r")?).copied();
        so(made == Some(Vouched::Onboarded), "it is forgotten that we made an account")
    };
    rule("durability::still_remembers_money", check().await)
}

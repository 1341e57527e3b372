//! Durability: what is remembered before a restart is remembered after it. Not part of [`all`](super::all), because
//! only whoever owns the store can restart it.

use chrono::TimeDelta;

use super::given::{approval, completed, customer, day, done, intent, lease, mandate, plan, waiting};
use super::{Breach, Broken, fails, rule, so};
use crate::id::CustomerId;
use crate::plan::ActionKind;
use crate::ports::{KeptPlan, LeaseId, Leased, Outcome, PortErrorKind, Remembered, RunEnd, RunEnding, Store};

fn whose() -> CustomerId {
    customer("durability", "a")
}

/// The intents of before the restart, each with what was told of it.
fn told() -> Result<[Option<Outcome>; 4], Breach> {
    Ok([Some(done([("p", 1, "C")])?), Some(Outcome::Doubtful), Some(Outcome::Refused), None])
}

/// Leaves something of every kind. To be called once, before a restart.
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

        let Leased::Held { until } = store.acquire(&customer, day(10_000), TimeDelta::minutes(1)).await?
        else {
            return Err(Breach { why: "the lease is forgotten", source: None });
        };
        let Leased::Ours(lease) = store.acquire(&customer, until, TimeDelta::minutes(1)).await? else {
            return Err(Breach { why: "the lease does not end", source: None });
        };
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

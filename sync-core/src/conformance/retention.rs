//! Retention: what is old is forgotten, what a decision rests on is not.

use super::given::{approval, completed, customer, day, done, intent, lease, mandate, plan, waiting};
use super::{Breach, Broken, rule, so};
use crate::id::CustomerId;
use crate::plan::ActionKind;
use crate::ports::{KeptPlan, LeaseId, Outcome, RunEnd, RunEnding, Store};

/// An intent of this kind on this day, settled so.
async fn settled(
    store: &dyn Store,
    (customer, lease): (&CustomerId, LeaseId),
    (action, at): (ActionKind, i64),
    outcome: Option<Outcome>,
) -> Result<(), Breach> {
    let id = store.intend(customer, lease, &intent('0', "p", action, day(at))?).await?;
    if let Some(outcome) = outcome {
        store.settle(customer, id, &outcome).await?;
    }
    Ok(())
}

/// Runs, plans, ended intents and used approvals from before the instant are gone and counted, those of the instant
/// itself are not; the second time nothing is left to forget. Nobody else's are touched.
///
/// # Errors
/// [`Broken`] if not.
pub async fn forgets_what_is_old(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let [mine, theirs] = ["a", "b"].map(|which| customer("retention::forgets_what_is_old", which));
        for customer in [&mine, &theirs] {
            let lease = lease(store, customer).await?;
            for (at, digit) in [(0, '1'), (100, '2')] {
                let run = store.begin(customer, lease, day(at - 1)).await?;
                store.end(customer, run, &RunEnding::new(day(at), RunEnd::Done)).await?;
                store.keep_plan(customer, &KeptPlan::new(plan(digit)?, day(at), b"plan".to_vec())).await?;
                for outcome in [done([])?, Outcome::Refused, Outcome::NotDone] {
                    settled(store, (customer, lease), (ActionKind::Update, at), Some(outcome)).await?;
                }
                settled(store, (customer, lease), (ActionKind::Offboard, at), Some(Outcome::NotDone)).await?;
                settled(store, (customer, lease), (ActionKind::Offboard, at), Some(done([])?)).await?;
                store.approve(customer, &approval(digit, day(at), &[])?).await?;
                let run = completed("C", "p", 1)?.using_up(Some(plan(digit)?));
                store.complete(customer, lease, &run).await?;
            }
        }
        let forgotten = [store.purge(&mine, day(100)).await?, store.purge(&mine, day(100)).await?];
        so(forgotten == [8, 0], "the rows that went are not a run, a plan, five intents and an approval")?;
        so(store.runs(&mine, 9).await?.len() == 1, "not exactly the old run went")?;
        so(store.plan(&mine, &plan('1')?).await?.is_none(), "an old plan is still there")?;
        so(store.plan(&mine, &plan('2')?).await?.is_some(), "a plan of the instant itself went")?;
        so(store.view(&mine).await?.deactivations == [day(100)], "not exactly the old deactivation went")?;
        so(store.runs(&theirs, 9).await?.len() == 2, "somebody else's run went")?;
        so(store.plan(&theirs, &plan('1')?).await?.is_some(), "somebody else's plan went")?;
        so(store.purge(&theirs, day(100)).await? == 8, "somebody else's rows went")
    };
    rule("retention::forgets_what_is_old", check().await)
}

/// What a decision rests on stays, however old: links, failures, the mandate, the last complete run, deactivations of
/// the seven days before the instant, what has not ended, and an approval that may still wait, with its plan.
///
/// # Errors
/// [`Broken`] if not.
pub async fn spares_what_a_decision_rests_on(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("retention::spares_what_a_decision_rests_on", "a");
        let lease = lease(store, &customer).await?;
        let ours = (&customer, lease);
        store.give_mandate(&mandate(&customer, '9', "Anneke")?).await?;
        store.complete(&customer, lease, &completed("C", "p", 1)?).await?;
        let unended = store.begin(&customer, lease, day(0)).await?;
        settled(store, ours, (ActionKind::Update, 0), Some(Outcome::Refused)).await?;
        for outcome in [None, Some(Outcome::Doubtful)] {
            settled(store, ours, (ActionKind::Offboard, 0), outcome).await?;
        }
        // One of them is just as old as counts, the other older.
        for at in [93, 92] {
            settled(store, ours, (ActionKind::Withdraw, at), Some(done([])?)).await?;
        }
        for (digit, at) in [('1', 99), ('2', 98)] {
            store.keep_plan(&customer, &KeptPlan::new(plan(digit)?, day(at), b"plan".to_vec())).await?;
            store.approve(&customer, &approval(digit, day(at), &[])?).await?;
        }
        let (before, open) = (store.view(&customer).await?, store.open_intents(&customer).await?);
        let forgotten = store.purge(&customer, day(100)).await?;
        so(forgotten == 4, "the rows that went are not a refusal, a deactivation, an approval and its plan")?;
        let mut after = store.view(&customer).await?;
        so(after.deactivations == [day(0), day(0), day(93)], "a deactivation went that counts")?;
        after.deactivations = before.deactivations.clone();
        so(after == before, "something of the view went")?;
        so(store.open_intents(&customer).await? == open && open.len() == 2, "an open intent went")?;
        so(store.mandate(&customer).await?.is_some(), "the mandate went")?;
        so(store.runs(&customer, 9).await?.iter().any(|run| run.id == unended), "a run without an end went")?;
        let expected = [approval('1', day(99), &[])?];
        waiting(store, &customer, &expected, "not exactly the approval that ended by itself went").await?;
        so(store.plan(&customer, &plan('1')?).await?.is_some(), "the plan of a waiting approval went")?;
        so(store.plan(&customer, &plan('2')?).await?.is_none(), "a plan without an approval is still there")
    };
    rule("retention::spares_what_a_decision_rests_on", check().await)
}

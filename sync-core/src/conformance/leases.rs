//! Leases: of two runs for one customer exactly one goes on (R24).

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;

use super::given::{completed, customer, day, intent};
use super::{Breach, Broken, fails, rule, so};
use crate::id::CustomerId;
use crate::ledger::LedgerView;
use crate::plan::ActionKind;
use crate::ports::{LeaseId, Leased, PortErrorKind, Store};

const HOLD: TimeDelta = TimeDelta::minutes(10);

async fn ours(store: &dyn Store, customer: &CustomerId, now: DateTime<Utc>) -> Result<LeaseId, Breach> {
    match store.acquire(customer, now, HOLD).await? {
        Leased::Ours(lease) => Ok(lease),
        Leased::Held { .. } => {
            Err(Breach { why: "a lease that nobody holds is not handed out", source: None })
        }
    }
}

async fn held(store: &dyn Store, customer: &CustomerId, now: DateTime<Utc>) -> Result<DateTime<Utc>, Breach> {
    match store.acquire(customer, now, HOLD).await? {
        Leased::Held { until } => Ok(until),
        Leased::Ours(_) => Err(Breach { why: "a lease is handed out twice", source: None }),
    }
}

/// Whoever asks while another holds it is told until when, and whoever asks later gets a higher number.
///
/// # Errors
/// [`Broken`] if not.
pub async fn have_one_holder(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let [mine, theirs] = ["a", "b"].map(|which| customer("leases::have_one_holder", which));
        let first = ours(store, &mine, day(0)).await?;
        for minutes in [0, 5, 9] {
            let until = held(store, &mine, day(0) + TimeDelta::minutes(minutes)).await?;
            so(until == day(0) + HOLD, "it is not told until when the lease is held")?;
        }
        let seen = [day(0), day(0) + HOLD].map(|at| store.held_until(&mine, at));
        let [before, at_its_end] = seen;
        so(before.await? == Some(day(0) + HOLD), "whoever looks is not told until when the lease is held")?;
        so(at_its_end.await?.is_none(), "a lease that ended looks held")?;
        so(store.held_until(&theirs, day(0)).await?.is_none(), "a lease that nobody asked for looks held")?;
        ours(store, &theirs, day(0)).await?;
        store.release(&mine, first).await?;
        so(store.held_until(&mine, day(0)).await?.is_none(), "a lease that was given back looks held")?;
        let second = ours(store, &mine, day(0)).await?;
        so(second > first, "a later lease has no higher number")
    };
    rule("leases::have_one_holder", check().await)
}

/// A lease ends at its instant, not before, and then goes to the next who asks.
///
/// # Errors
/// [`Broken`] if not.
pub async fn end_at_their_instant(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("leases::end_at_their_instant", "a");
        let first = ours(store, &customer, day(0)).await?;
        held(store, &customer, day(0) + HOLD - TimeDelta::nanoseconds(1)).await?;
        let second = ours(store, &customer, day(0) + HOLD).await?;
        so(second > first, "a later lease has no higher number")?;
        held(store, &customer, day(0)).await?;
        Ok(())
    };
    rule("leases::end_at_their_instant", check().await)
}

/// Renewing holds the lease from the given instant on, also after its end if nobody asked since. Whoever was
/// overtaken, or never held it, cannot renew it.
///
/// # Errors
/// [`Broken`] if not.
pub async fn are_renewed_by_their_holder_only(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("leases::are_renewed_by_their_holder_only", "a");
        let nobodys = store.renew(&customer, LeaseId(1), day(0), HOLD).await;
        fails(nobodys, PortErrorKind::Overtaken, "a lease is renewed that nobody was given")?;
        let first = ours(store, &customer, day(0)).await?;
        for since in [5, 60] {
            let now = day(0) + TimeDelta::minutes(since);
            store.renew(&customer, first, now, HOLD).await?;
            let until = held(store, &customer, now + TimeDelta::minutes(9)).await?;
            so(until == now + HOLD, "renewing does not hold it from the given instant on")?;
        }
        let second = ours(store, &customer, day(1)).await?;
        for other in [first, LeaseId(second.0 + 1), LeaseId(u64::MAX)] {
            let answer = store.renew(&customer, other, day(1), HOLD * 2).await;
            fails(answer, PortErrorKind::Overtaken, "another than the latest lease is renewed")?;
        }
        so(held(store, &customer, day(1)).await? == day(1) + HOLD, "somebody else renewed it")?;
        store.release(&customer, second).await?;
        let answer = store.renew(&customer, second, day(1), HOLD).await;
        fails(answer, PortErrorKind::Overtaken, "a lease is renewed that was given back")
    };
    rule("leases::are_renewed_by_their_holder_only", check().await)
}

/// Giving back what one no longer holds does nothing, least of all to the one who holds it now.
///
/// # Errors
/// [`Broken`] if not.
pub async fn are_given_back_by_their_holder_only(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("leases::are_given_back_by_their_holder_only", "a");
        store.release(&customer, LeaseId(1)).await?;
        let first = ours(store, &customer, day(0)).await?;
        let second = ours(store, &customer, day(1)).await?;
        for other in [first, LeaseId(second.0 + 1), LeaseId(u64::MAX)] {
            store.release(&customer, other).await?;
            held(store, &customer, day(1)).await?;
        }
        store.release(&customer, second).await?;
        store.release(&customer, second).await?;
        ours(store, &customer, day(1)).await?;
        store.release(&customer, second).await?;
        held(store, &customer, day(1)).await?;
        Ok(())
    };
    rule("leases::are_given_back_by_their_holder_only", check().await)
}

/// Who was overtaken, gave the lease back, or never had one, records no intent, begins no run and completes none.
///
/// A lease that ended is still good for all of that as long as nobody else has asked.
///
/// # Errors
/// [`Broken`] if not.
pub async fn stop_whoever_was_overtaken(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let [mine, theirs] = ["a", "b"].map(|which| customer("leases::stop_whoever_was_overtaken", which));
        let cannot_write = async |lease| -> Result<(), Breach> {
            let meant = intent('a', "p", ActionKind::Offboard, day(2))?;
            let answer = store.intend(&mine, lease, &meant).await;
            fails(answer, PortErrorKind::Overtaken, "an intent is recorded without the lease")?;
            let answer = store.begin(&mine, lease, day(2)).await;
            fails(answer, PortErrorKind::Overtaken, "a run begins without the lease")?;
            let answer = store.complete(&mine, lease, &completed("C", "p", 1)?).await;
            fails(answer, PortErrorKind::Overtaken, "a run is completed without the lease")
        };
        cannot_write(LeaseId(1)).await?;
        let first = ours(store, &mine, day(0)).await?;
        let of_theirs = ours(store, &theirs, day(0)).await?;
        cannot_write(LeaseId(first.0 + 1)).await?;
        cannot_write(LeaseId(of_theirs.0 + 1_000_000)).await?;
        let second = ours(store, &mine, day(1)).await?;
        cannot_write(first).await?;
        store.release(&mine, second).await?;
        cannot_write(second).await?;
        so(store.view(&mine).await? == LedgerView::default(), "what was refused left a trace")?;
        so(store.open_intents(&mine).await?.is_empty(), "a refused intent is open")?;
        so(store.runs(&mine, 9).await?.is_empty(), "a refused run is told")?;

        let third = ours(store, &mine, day(2)).await?;
        // Long after its end.
        store.begin(&mine, third, day(3)).await?;
        store.intend(&mine, third, &intent('a', "p", ActionKind::Update, day(3))?).await?;
        Ok(store.complete(&mine, third, &completed("C", "p", 1)?).await?)
    };
    rule("leases::stop_whoever_was_overtaken", check().await)
}

/// Of many who ask at once exactly one gets it.
///
/// # Errors
/// [`Broken`] if not.
pub async fn go_to_one_of_many(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("leases::go_to_one_of_many", "a");
        let mut last = LeaseId(0);
        for round in 0..4 {
            let asking = (0..16).map(|_| store.acquire(&customer, day(round), HOLD));
            let mut winners = Vec::new();
            for answer in join_all(asking).await {
                match answer? {
                    Leased::Ours(lease) => winners.push(lease),
                    Leased::Held { until } => so(until == day(round) + HOLD, "it is not told until when")?,
                }
            }
            so(matches!(winners.as_slice(), [one] if *one > last), "not exactly one of many got the lease")?;
            last = winners.into_iter().next().unwrap_or(last);
        }
        Ok(())
    };
    rule("leases::go_to_one_of_many", check().await)
}

//! Runs and their plans.

use super::given::{completed, customer, day, lease, links, plan, scope};
use super::{Breach, Broken, fails, rule, so};
use crate::ledger::LedgerView;
use crate::ports::{CompletedRun, KeptPlan, PortErrorKind, RunEnd, RunEnding, RunId, RunRecord, Store};

/// A complete run leaves what it saw in place of the last one, and its links beside the others.
///
/// # Errors
/// [`Broken`] if not.
pub async fn leave_what_they_saw(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("runs::leave_what_they_saw", "a");
        let lease = lease(store, &customer).await?;
        let empty = CompletedRun::default();
        store.complete(&customer, lease, &empty).await?;
        let expected = LedgerView { last_run: Some(empty.seen), ..LedgerView::default() };
        so(store.view(&customer).await? == expected, "a run that saw nothing is not remembered as one")?;

        let first = CompletedRun::new(
            scope("C", &["yourcampus_toegang", "ünïcode \"'"]),
            links([("p", 1, "C"), ("q", 2, "C")])?,
        );
        let second = CompletedRun::new(scope("D", &[]), links([("q", 3, "D"), ("r", 4, "D")])?);
        for run in [&first, &second] {
            store.complete(&customer, lease, run).await?;
            so(
                store.view(&customer).await?.last_run.as_ref() == Some(&run.seen),
                "the last run is another one",
            )?;
        }
        let expected = links([("p", 1, "C"), ("q", 3, "D"), ("r", 4, "D")])?;
        so(store.view(&customer).await?.links == expected, "the links are not the latest of each record")
    };
    rule("runs::leave_what_they_saw", check().await)
}

/// A run has no end until it is told one, and keeps it: the same again changes nothing, another is a conflict.
///
/// # Errors
/// [`Broken`] if not.
pub async fn keep_their_end(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("runs::keep_their_end", "a");
        let lease = lease(store, &customer).await?;
        for (at, end) in (0..).zip([RunEnd::Done, RunEnd::Partly, RunEnd::Waits, RunEnd::Failed]) {
            let run = store.begin(&customer, lease, day(at)).await?;
            let begun = RunRecord::beginning(run, day(at));
            so(store.runs(&customer, 1).await? == [begun.clone()], "a run that began is not told so")?;
            let mut ending = RunEnding::new(day(at + 1), end);
            if end != RunEnd::Failed {
                ending.plan = Some(plan('a')?);
                ending.writes = 12_345_678_901;
                ending.told = Some("it needs a person".to_owned());
            }
            for _ in 0..2 {
                store.end(&customer, run, &ending).await?;
                let told = store.runs(&customer, 1).await?;
                so(told == [begun.ended_with(&ending)], "a run's end comes back changed")?;
            }
            let other = RunEnding::new(day(at + 2), end);
            let answer = store.end(&customer, run, &other).await;
            fails(answer, PortErrorKind::Conflict, "a run ends twice")?;
            let told = store.runs(&customer, 1).await?;
            so(told == [begun.ended_with(&ending)], "a run's end was changed")?;
        }
        Ok(())
    };
    rule("runs::keep_their_end", check().await)
}

/// The latest runs come first, and no more than were asked for.
///
/// # Errors
/// [`Broken`] if not.
pub async fn are_told_latest_first(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("runs::are_told_latest_first", "a");
        let lease = lease(store, &customer).await?;
        let mut begun = Vec::new();
        for at in [5, 4, 6, 1] {
            begun.insert(0, RunRecord::beginning(store.begin(&customer, lease, day(at)).await?, day(at)));
        }
        let ids = begun.iter().map(|run| run.id);
        so(ids.clone().zip(ids.skip(1)).all(|(later, one)| later > one), "the numbers of runs do not rise")?;
        for at_most in [0, 1, 3, 4, u32::MAX] {
            let expected = begun.iter().take(usize::try_from(at_most).unwrap_or(usize::MAX));
            let told = store.runs(&customer, at_most).await?;
            so(told.iter().eq(expected), "the runs are not the latest first, or too many")?;
        }
        Ok(())
    };
    rule("runs::are_told_latest_first", check().await)
}

/// A run that a customer never had cannot be ended, also not if it is somebody else's.
///
/// # Errors
/// [`Broken`] if not.
pub async fn of_nobody_cannot_be_ended(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let [mine, theirs] = ["a", "b"].map(|which| customer("runs::of_nobody_cannot_be_ended", which));
        lease(store, &theirs).await?;
        let lease = lease(store, &mine).await?;
        let run = store.begin(&mine, lease, day(0)).await?;
        let ending = RunEnding::new(day(1), RunEnd::Done);
        for (who, run) in [(&mine, RunId(run.0 + 1_000_000)), (&mine, RunId(u64::MAX)), (&theirs, run)] {
            let answer = store.end(who, run, &ending).await;
            fails(answer, PortErrorKind::Fatal, "a run of nobody is ended")?;
        }
        so(store.runs(&mine, 9).await? == [RunRecord::beginning(run, day(0))], "somebody else ended it")
    };
    rule("runs::of_nobody_cannot_be_ended", check().await)
}

/// A plan comes back byte for byte, and keeping it again changes nothing.
///
/// # Errors
/// [`Broken`] if not.
pub async fn keep_their_plans_byte_for_byte(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("runs::keep_their_plans_byte_for_byte", "a");
        let lease = lease(store, &customer).await?;
        so(store.plan(&customer, &plan('a')?).await?.is_none(), "a plan is there that nobody kept")?;
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(1 << 20).collect();
        for (digit, bytes) in [('a', bytes), ('b', Vec::new())] {
            let kept = KeptPlan::new(plan(digit)?, day(0), bytes);
            for _ in 0..2 {
                store.keep_plan(&customer, &kept).await?;
                let found = store.plan(&customer, &kept.id).await?;
                so(found.as_ref() == Some(&kept), "a plan comes back changed")?;
            }
        }
        let other = KeptPlan::new(plan('a')?, day(1), b"other".to_vec());
        store.keep_plan(&customer, &other).await?;
        let found = store.plan(&customer, &other.id).await?;
        so(found.is_some_and(|found| found != other), "keeping a plan again changes it")?;
        Ok(store.complete(&customer, lease, &completed("C", "p", 1)?).await?)
    };
    rule("runs::keep_their_plans_byte_for_byte", check().await)
}

//! Approvals: they wait until a run uses them up, and one plan is approved once.

use super::given::{approval, completed, customer, day, lease, plan, waiting};
use super::{Breach, Broken, fails, rule, so};
use crate::authority::Approval;
use crate::ledger::LedgerView;
use crate::ports::{PortErrorKind, Remembered, Store};

/// Approvals that wait come back as they were given, the latest first.
///
/// # Errors
/// [`Broken`] if not.
pub async fn come_back_as_they_were_given(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("approvals::come_back_as_they_were_given", "a");
        for (digit, at, people) in [('1', 2, &["p", "q"][..]), ('a', 3, &["p"]), ('2', 1, &[])] {
            let remembered = store.approve(&customer, &approval(digit, day(at), people)?).await?;
            so(remembered == Remembered::Waits, "a new approval does not wait")?;
        }
        store.approve(&customer, &Approval::of(plan('3')?, day(0))).await?;
        let expected = [
            approval('a', day(3), &["p"])?,
            approval('1', day(2), &["p", "q"])?,
            approval('2', day(1), &[])?,
            Approval::of(plan('3')?, day(0)),
        ];
        waiting(store, &customer, &expected, "approvals come back changed, or not the latest first").await
    };
    rule("approvals::come_back_as_they_were_given", check().await)
}

/// A second approval of a plan that no run has used up takes the place of the first, with all that it says.
///
/// # Errors
/// [`Broken`] if not.
pub async fn of_one_plan_take_the_place_of_each_other(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("approvals::of_one_plan_take_the_place_of_each_other", "a");
        store.approve(&customer, &approval('a', day(1), &["p", "q"])?).await?;
        store.approve(&customer, &approval('1', day(2), &[])?).await?;
        let second = Approval::of(plan('a')?, day(3));
        let remembered = store.approve(&customer, &second).await?;
        so(remembered == Remembered::Waits, "a second look does not wait")?;
        let expected = [second, approval('1', day(2), &[])?];
        waiting(store, &customer, &expected, "a second look does not take the first one's place").await
    };
    rule("approvals::of_one_plan_take_the_place_of_each_other", check().await)
}

/// A complete run uses up the approval that it names, and no other; no run is given it again, and its plan cannot be
/// approved again. If it was never given, nothing of the run is kept.
///
/// # Errors
/// [`Broken`] if not.
pub async fn are_used_up_by_a_complete_run(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("approvals::are_used_up_by_a_complete_run", "a");
        let lease = lease(store, &customer).await?;
        let run = || completed("C", "p", 1);
        let never_given = run()?.using_up(Some(plan('f')?));
        let answer = store.complete(&customer, lease, &never_given).await;
        fails(answer, PortErrorKind::Fatal, "an approval is used up that nobody gave")?;
        so(store.view(&customer).await? == LedgerView::default(), "a run is half completed")?;

        for digit in ['1', '2'] {
            store.approve(&customer, &approval(digit, day(1), &["p"])?).await?;
        }
        store.complete(&customer, lease, &run()?).await?;
        so(store.approvals(&customer).await?.len() == 2, "a run without an approval uses one up")?;
        for _ in 0..2 {
            // A run that crashed after this goes on, and uses up what is used up.
            store.complete(&customer, lease, &run()?.using_up(Some(plan('1')?))).await?;
            let expected = [approval('2', day(1), &["p"])?];
            waiting(store, &customer, &expected, "not exactly the used approval is gone").await?;
        }
        let again = store.approve(&customer, &approval('1', day(2), &[])?).await?;
        so(again == Remembered::UsedUp, "a plan is approved twice")?;
        let expected = [approval('2', day(1), &["p"])?];
        waiting(store, &customer, &expected, "a used approval waits again").await
    };
    rule("approvals::are_used_up_by_a_complete_run", check().await)
}

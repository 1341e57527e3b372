//! Failures: in how many runs in a row the target refused a person (R21).

use std::collections::BTreeMap;

use super::given::{customer, day, done, intent, lease, record};
use super::{Breach, Broken, rule, so};
use crate::ledger::Failures;
use crate::plan::ActionKind;
use crate::ports::{Outcome, Store};

/// A refusal counts once for each plan, and only a refusal does; the latest instant is kept.
///
/// # Errors
/// [`Broken`] if not.
pub async fn count_once_for_each_plan(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("failures::count_once_for_each_plan", "a");
        let lease = lease(store, &customer).await?;
        let steps = [
            ('a', "p", 0, Outcome::Doubtful, None),
            ('a', "p", 1, Outcome::NotDone, None),
            ('a', "p", 2, Outcome::Refused, Some((1, 2))),
            ('a', "p", 3, Outcome::Refused, Some((1, 3))),
            ('b', "p", 5, Outcome::Refused, Some((2, 5))),
            ('b', "p", 4, Outcome::Refused, Some((2, 5))),
            ('c', "p", 6, Outcome::NotDone, Some((2, 5))),
            ('d', "p", 7, Outcome::Refused, Some((3, 7))),
        ];
        for (plan, person, at, outcome, expected) in steps {
            let meant = intent(plan, person, ActionKind::Update, day(at))?;
            let id = store.intend(&customer, lease, &meant).await?;
            store.settle(&customer, id, &outcome).await?;
            let found = store.view(&customer).await?.failures.get(&record(person)?).copied();
            let expected = expected.map(|(runs, at)| Failures::new(runs, day(at)));
            so(found == expected, "a person's failures are not the plans in which it was refused")?;
        }
        Ok(())
    };
    rule("failures::count_once_for_each_plan", check().await)
}

/// What is done ends the failures of its person, and of nobody else.
///
/// # Errors
/// [`Broken`] if not.
pub async fn end_when_something_is_done(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("failures::end_when_something_is_done", "a");
        let lease = lease(store, &customer).await?;
        for (plan, person, outcome) in [
            ('a', "p", Outcome::Refused),
            ('a', "q", Outcome::Refused),
            ('b', "p", done([("p", 1, "C"), ("q", 1, "C")])?),
            ('c', "q", Outcome::Refused),
        ] {
            let meant = intent(plan, person, ActionKind::Update, day(0))?;
            let id = store.intend(&customer, lease, &meant).await?;
            store.settle(&customer, id, &outcome).await?;
        }
        let expected = BTreeMap::from([(record("q")?, Failures::new(2, day(0)))]);
        so(store.view(&customer).await?.failures == expected, "other failures than the person's have ended")?;
        let id = store.intend(&customer, lease, &intent('d', "p", ActionKind::Update, day(9))?).await?;
        store.settle(&customer, id, &Outcome::Refused).await?;
        let found = store.view(&customer).await?.failures.get(&record("p")?).copied();
        so(found == Some(Failures::new(1, day(9))), "after an end failures do not count from one")
    };
    rule("failures::end_when_something_is_done", check().await)
}

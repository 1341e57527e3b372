//! Isolation: customers share a store, and nothing else.

use std::collections::BTreeSet;

use super::given::{
    approval, baseline, batch, completed, customer, day, done, founding, grant, intent, lease, mandate, plan,
    record, settle_grant,
};
use super::{Breach, Broken, rule, so};
use crate::budget::GrantState;
use crate::id::CustomerId;
use crate::ledger::LedgerView;
use crate::pii::Pii;
use crate::plan::ActionKind;
use crate::ports::{Forgetting, KeptPlan, Outcome, Store};

/// Nothing is remembered of this customer.
async fn is_blank(store: &dyn Store, customer: &CustomerId) -> Result<bool, Breach> {
    Ok(store.view(customer).await? == LedgerView::default()
        && store.open_intents(customer).await?.is_empty()
        && store.open_batches(customer).await?.is_empty()
        && store.tellings(customer, &[grant(customer, "p", 1)?.id].into()).await?.is_empty()
        && store.mandate(customer).await?.is_none()
        && store.approvals(customer).await?.is_empty()
        && store.runs(customer, u32::MAX).await?.is_empty()
        && store.plan(customer, &plan('1')?).await?.is_none())
}

/// Something of every kind is remembered of this customer. Says all that is to be seen of it.
async fn fill(store: &dyn Store, customer: &CustomerId, account: i64) -> Result<(), Breach> {
    let lease = lease(store, customer).await?;
    store.begin(customer, lease, day(0)).await?;
    store.keep_plan(customer, &KeptPlan::new(plan('1')?, day(0), account.to_be_bytes().to_vec())).await?;
    store.give_mandate(&mandate(customer, '1', "Anneke")?).await?;
    store.approve(customer, &approval('1', day(account), &["p"])?).await?;
    for outcome in [Some(done([("p", account, "C")])?), Some(Outcome::Refused), None] {
        let id =
            store.intend(customer, lease, &intent('1', "p", ActionKind::Offboard, day(account))?).await?;
        if let Some(outcome) = outcome {
            store.settle(customer, id, &outcome).await?;
        }
    }
    let mut word = founding('a')?;
    word.people = baseline(&[("p", account)])?.people;
    store.keep_baseline(customer, &word).await?;
    let money = [grant(customer, "p", account)?];
    store.prepare(customer, lease, &batch('a', 1, &money, Some(&account.to_be_bytes()))?).await?;
    let nobody = Forgetting::new([record("x")?].into(), BTreeSet::new(), [account.to_string()].into());
    store.forget(customer, &nobody).await?;
    Ok(store.complete(customer, lease, &completed("C", "q", account)?).await?)
}

/// All that a store tells of a customer, as text to compare.
async fn seen(store: &dyn Store, customer: &CustomerId) -> Result<String, Breach> {
    Ok(format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        store.view(customer).await?,
        store.open_intents(customer).await?,
        store.mandate(customer).await?,
        store.approvals(customer).await?,
        store.runs(customer, u32::MAX).await?,
        store.plan(customer, &plan('1')?).await?,
        store.open_batches(customer).await?,
        store.tellings(customer, &[grant(customer, "p", 1)?.id].into()).await?,
    ))
}

/// Of a customer who is asked about for the first time nothing is remembered, and asking leaves nothing.
///
/// # Errors
/// [`Broken`] if not.
pub async fn nobody_is_known_from_the_start(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("isolation::nobody_is_known_from_the_start", "a");
        for _ in 0..2 {
            so(is_blank(store, &customer).await?, "something is remembered of a new customer")?;
            so(store.purge(&customer, day(0)).await? == 0, "something is forgotten of a new customer")?;
        }
        Ok(())
    };
    rule("isolation::nobody_is_known_from_the_start", check().await)
}

/// What is remembered, revoked or forgotten of one customer changes nothing of another, though persons, plans and
/// accounts have the same names.
///
/// # Errors
/// [`Broken`] if not.
pub async fn customers_see_nothing_of_each_other(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let [one, two, third] =
            ["a", "b", "c"].map(|which| customer("isolation::customers_see_nothing_of_each_other", which));
        fill(store, &one, 1).await?;
        let of_one = seen(store, &one).await?;
        so(is_blank(store, &two).await?, "a customer sees what is remembered of another")?;
        fill(store, &two, 2).await?;
        so(seen(store, &one).await? == of_one, "a customer changes what is remembered of another")?;
        let of_two = seen(store, &two).await?;
        so(of_two != of_one, "the suite compares nothing")?;
        store.revoke_mandate(&one, &Pii::new("Bo".to_owned()), day(3)).await?;
        let lease = lease(store, &third).await?;
        store.complete(&third, lease, &completed("C", "p", 3)?).await?;
        store.purge(&one, day(1000)).await?;
        let money = grant(&one, "p", 1)?;
        settle_grant(store, &one, &money, GrantState::Given).await?;
        for open in store.open_intents(&one).await? {
            store.settle(&one, open.id, &Outcome::NotDone).await?;
        }
        let whom = Forgetting::new([record("p")?].into(), BTreeSet::new(), ["1".to_owned()].into());
        store.forget(&one, &whom).await?;
        store.keep_baseline(&one, &founding('b')?).await?;
        so(seen(store, &two).await? == of_two, "forgetting one customer changes another")
    };
    rule("isolation::customers_see_nothing_of_each_other", check().await)
}

/// Customers whose names nearly agree are different ones.
///
/// # Errors
/// [`Broken`] if not.
pub async fn names_are_told_apart(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let long = "x".repeat(1000);
        // The last two look alike: one letter, and a letter with a mark.
        let names = [
            "a", "A", " a", "a ", "a%", "a'", "a\"; --", "a\\", "a/b", "1", "01", &long, "\u{e9}", "e\u{301}",
        ];
        let customers = names.map(|which| customer("isolation::names_are_told_apart", which));
        for (account, customer) in (1..).zip(&customers) {
            so(is_blank(store, customer).await?, "two names are taken for one")?;
            fill(store, customer, account).await?;
        }
        for (account, customer) in (1..).zip(&customers) {
            let links = store.view(customer).await?.links;
            so(links.values().all(|link| link.account.get() == account), "two names are taken for one")?;
        }
        Ok(())
    };
    rule("isolation::names_are_told_apart", check().await)
}

//! Forgetting: of a person who asks for it nothing stays but tombstones, and of all others everything.

use std::collections::{BTreeMap, BTreeSet};

use super::given::{
    approval, baseline, batch, completed, customer, day, done, founding, grant, intend, intent, lease, link,
    plan, record, settle_grant,
};
use super::{Breach, Broken, fails, rule, so};
use crate::budget::GrantState;
use crate::id::{AccountId, CustomerId};
use crate::plan::ActionKind;
use crate::ports::{Certain, Forgetting, KeptPlan, LeaseId, Outcome, PortErrorKind, Store};

fn whom(records: &[&str], account: i64) -> Result<Forgetting, Breach> {
    let all: Result<BTreeSet<_>, Breach> = records.iter().map(|name| record(name)).collect();
    let accounts = [AccountId::new(account)].into();
    Ok(Forgetting::new(all?, accounts, BTreeSet::from(["tombstone".to_owned()])))
}

/// Something of every kind about one person.
async fn fill(
    store: &dyn Store,
    customer: &CustomerId,
    lease: LeaseId,
    (name, account): (&str, i64),
    digit: char,
) -> Result<(), Breach> {
    let (older, alias) = (format!("{name}-older"), format!("{name}-alias"));
    let id = intend(store, customer, lease, (name, account), ActionKind::Relink).await?;
    let tied = Certain {
        links: BTreeMap::from([(record(name)?, link(account, "C")), (record(&older)?, link(account, "C"))]),
        aliases: BTreeMap::from([(record(&alias)?, record(name)?)]),
    };
    store.settle(customer, id, &Outcome::Done(tied)).await?;
    for end in [done([])?, Outcome::Refused] {
        let id = intend(store, customer, lease, (name, account), ActionKind::Offboard).await?;
        store.settle(customer, id, &end).await?;
    }
    store.keep_baseline(customer, &baseline(&[(name, account)])?).await?;
    let number = store.view(customer).await?.money.sequence + 1;
    let money = [grant(customer, name, account)?, grant(customer, &older, account)?];
    store.prepare(customer, lease, &batch('a', number, &money, None)?).await?;
    for grant in &money {
        settle_grant(store, customer, grant, GrantState::Given).await?;
    }
    let file = format!("{{\"person\":\"nmbrs:rest:{name}\"}}").into_bytes();
    store.keep_plan(customer, &KeptPlan::new(plan(digit)?, day(0), file)).await?;
    store.approve(customer, &approval(digit, day(1), &[name, "neighbour"])?).await?;
    Ok(())
}

/// Links, aliases, failures, ended intents, grants, who vouched, plans and approvals of a person are gone at once, and
/// the tombstones stand there; those of others stay as they were. To forget somebody again is to do nothing.
///
/// # Errors
/// [`Broken`] if not.
pub async fn leaves_tombstones_only(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let [forgetful, witness] =
            ["a", "b"].map(|which| customer("forgetting::leaves_tombstones_only", which));
        for customer in [&forgetful, &witness] {
            let lease = lease(store, customer).await?;
            store.keep_baseline(customer, &founding('a')?).await?;
            fill(store, customer, lease, ("stays", 42), '2').await?;
            if *customer == forgetful {
                fill(store, customer, lease, ("goes", 43), '3').await?;
            }
        }
        let given = store.view(&forgetful).await?.money.grants;
        let whom = whom(&["goes", "goes-older", "goes-alias"], 43)?;
        so(store.forget(&forgetful, &whom).await? > 0, "nothing is said to have gone")?;
        let (left, expected) = (store.view(&forgetful).await?, store.view(&witness).await?);
        so(left.money.forgotten == whom.tombstones, "there are other tombstones than were left")?;
        so(
            (&left.links, &left.aliases, &left.failures)
                == (&expected.links, &expected.aliases, &expected.failures),
            "links, aliases or failures of another are gone, or of that person there",
        )?;
        so(
            left.money.vouched == expected.money.vouched,
            "it is not forgotten who vouched, or it is of another",
        )?;
        so(
            left.money.grants
                == given
                    .iter()
                    .filter(|grant| !whom.records.contains(&grant.person))
                    .cloned()
                    .collect::<Vec<_>>(),
            "grants of another are gone, or of that person there",
        )?;
        so(left.deactivations.len() == 2, "a deactivation no longer counts")?;
        so(left.money.sequence == 2 && left.money.epoch == expected.money.epoch, "batches are counted anew")?;
        so(store.plan(&forgetful, &plan('3')?).await?.is_none(), "a plan still names the person")?;
        so(store.plan(&forgetful, &plan('2')?).await?.is_some(), "another's plan is gone")?;
        let waiting = store.approvals(&forgetful).await?;
        so(
            waiting == [approval('2', day(1), &["stays", "neighbour"])?],
            "an approval of another is gone, or of that person there",
        )?;
        let gone = given
            .iter()
            .filter(|grant| whom.records.contains(&grant.person))
            .map(|grant| grant.id.clone())
            .collect();
        so(store.tellings(&forgetful, &gone).await?.is_empty(), "what was told of the person is kept")?;
        so(store.forget(&forgetful, &whom).await? == 0, "there was more to forget")?;
        so(store.view(&forgetful).await? == left, "to forget again changes something")
    };
    rule("forgetting::leaves_tombstones_only", check().await)
}

/// Nobody is forgotten of whom something is open, or a list kept, or without a tombstone; then all stays as it was.
///
/// # Errors
/// [`Broken`] if not.
pub async fn waits_for_what_is_open(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("forgetting::waits_for_what_is_open", "a");
        let lease = lease(store, &customer).await?;
        store.keep_baseline(&customer, &founding('a')?).await?;
        store.complete(&customer, lease, &completed("C", "p", 1)?).await?;
        let (p, q) = (grant(&customer, "p", 1)?, grant(&customer, "q", 2)?);
        let listed = batch('a', 1, &[p.clone(), q.clone()], Some(b"p and q"))?;
        store.prepare(&customer, lease, &listed).await?;
        let by_account =
            Forgetting::new(BTreeSet::new(), [AccountId::new(1)].into(), ["t".to_owned()].into());
        let refused = async || -> Result<(), Breach> {
            let before = store.view(&customer).await?;
            for whom in [&whom(&["p"], 99)?, &by_account] {
                fails(
                    store.forget(&customer, whom).await,
                    PortErrorKind::Conflict,
                    "somebody is forgotten too early",
                )?;
            }
            so(store.view(&customer).await? == before, "half of somebody is forgotten")
        };
        for state in [GrantState::Intended, GrantState::Doubtful, GrantState::HandedOver] {
            settle_grant(store, &customer, &p, state).await?;
            refused().await?;
        }
        settle_grant(store, &customer, &p, GrantState::Given).await?;
        // The list names both, and may have to be written again for the other.
        refused().await?;
        settle_grant(store, &customer, &q, GrantState::Given).await?;
        let meant = store.intend(&customer, lease, &intent('1', "p", ActionKind::Onboard, day(1))?).await?;
        fails(
            store.forget(&customer, &whom(&["p"], 1)?).await,
            PortErrorKind::Conflict,
            "an open intent is forgotten",
        )?;
        store.settle(&customer, meant, &Outcome::NotDone).await?;
        let unmarked = Forgetting::new([record("p")?].into(), BTreeSet::new(), BTreeSet::new());
        fails(
            store.forget(&customer, &unmarked).await,
            PortErrorKind::Fatal,
            "somebody is forgotten without a tombstone",
        )?;
        so(store.forget(&customer, &whom(&["p"], 1)?).await? > 0, "nobody can be forgotten")
    };
    rule("forgetting::waits_for_what_is_open", check().await)
}

//! Interruptions: of money on an account that could not be used meanwhile nobody knows what is left; and of a one-off
//! whose field was emptied the same amount is a new wish.

use std::collections::{BTreeMap, BTreeSet};

use super::given::{
    batch, completed, customer, done, founding, grant, grant_of, grants, intend, lease, link, one_off,
    record, settle_grant,
};
use super::{Breach, Broken, rule, so};
use crate::budget::{GrantId, GrantState};
use crate::id::{AccountId, CustomerId};
use crate::plan::ActionKind;
use crate::ports::{Certain, LeaseId, MoneySeen, Outcome, Store};

/// The people whose money shows as interrupted.
async fn interrupted(store: &dyn Store, customer: &CustomerId) -> Result<Vec<String>, Breach> {
    let grants = grants(store, customer).await?;
    let interrupted = grants.iter().filter(|grant| grant.interrupted);
    Ok(interrupted.map(|grant| grant.person.to_string().replace("nmbrs:rest:", "")).collect())
}

/// A customer whose people were given something, each on an account.
async fn given(
    store: &dyn Store,
    name: &str,
    people: &[(&str, i64)],
) -> Result<(CustomerId, LeaseId), Breach> {
    let customer = customer(name, "a");
    let lease = lease(store, &customer).await?;
    store.keep_baseline(&customer, &founding('a')?).await?;
    let money: Result<Vec<_>, _> =
        people.iter().map(|(name, account)| grant(&customer, name, *account)).collect();
    store.prepare(&customer, lease, &batch('a', 1, &money?, None)?).await?;
    Ok((customer, lease))
}

/// Whatever takes access away or gives it back interrupts money, for good once it is done, and for as long as nobody
/// knows; what was surely not done does not.
///
/// # Errors
/// [`Broken`] if not.
pub async fn come_with_lost_access(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let name = "interruptions::come_with_lost_access";
        let (customer, lease) = given(store, name, &[("p", 1), ("q", 2)]).await?;
        for action in ActionKind::ALL {
            let interrupts =
                matches!(action, ActionKind::Activate | ActionKind::Withdraw | ActionKind::Offboard);
            for end in [Outcome::NotDone, Outcome::Refused] {
                let id = intend(store, &customer, lease, ("p", 1), action).await?;
                let meanwhile = interrupted(store, &customer).await?;
                so(
                    meanwhile.iter().eq(interrupts.then_some("p")),
                    "money is not interrupted while nobody knows",
                )?;
                store.settle(&customer, id, &Outcome::Doubtful).await?;
                so(
                    interrupted(store, &customer).await? == meanwhile,
                    "doubt ends an interruption, or makes one",
                )?;
                store.settle(&customer, id, &end).await?;
                so(interrupted(store, &customer).await?.is_empty(), "what was not done interrupts money")?;
            }
        }
        for (action, person, account) in [(ActionKind::Update, "p", 1), (ActionKind::Adopt, "q", 2)] {
            let id = intend(store, &customer, lease, (person, account), action).await?;
            store.settle(&customer, id, &done([])?).await?;
        }
        so(interrupted(store, &customer).await?.is_empty(), "what leaves access as it is interrupts money")?;
        for (at, action) in
            [ActionKind::Activate, ActionKind::Withdraw, ActionKind::Offboard].into_iter().enumerate()
        {
            let who = [format!("d{at}"), format!("e{at}")];
            let money = [grant(&customer, &who[0], 10)?, grant(&customer, &who[1], 11)?];
            store.prepare(&customer, lease, &batch('a', 2 + at as u64, &money, None)?).await?;
            let id = intend(store, &customer, lease, (&who[0], 10), action).await?;
            store.settle(&customer, id, &done([])?).await?;
            let found = interrupted(store, &customer).await?;
            so(
                found.contains(&who[0]) && !found.contains(&who[1]),
                "it is not that person's money that is interrupted",
            )?;
        }
        Ok(())
    };
    rule("interruptions::come_with_lost_access", check().await)
}

/// A person's money is found by the account, by the person, by records that links tie to the account, and by aliases;
/// what is handed over after the interruption is not interrupted.
///
/// # Errors
/// [`Broken`] if not.
pub async fn find_all_money_of_a_person(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let name = "interruptions::find_all_money_of_a_person";
        let people = [("p", 9), ("same", 8), ("older", 7), ("later", 6), ("on", 1), ("far", 5)];
        let (customer, lease) = given(store, name, &people).await?;
        let tied = Certain {
            links: BTreeMap::from([(record("same")?, link(1, "C")), (record("far")?, link(5, "C"))]),
            aliases: BTreeMap::from([(record("p")?, record("older")?), (record("later")?, record("p")?)]),
        };
        let id = intend(store, &customer, lease, ("p", 1), ActionKind::Relink).await?;
        store.settle(&customer, id, &Outcome::Done(tied)).await?;
        let all = ["p", "same", "older", "later", "on"];
        let id = intend(store, &customer, lease, ("p", 1), ActionKind::Offboard).await?;
        so(interrupted(store, &customer).await? == all, "money is not found while the intent is open")?;
        store.settle(&customer, id, &done([])?).await?;
        so(interrupted(store, &customer).await? == all, "money is not found once it is done")?;
        let next = grant_of(&customer, "p", 1, &one_off()?, 2)?;
        store.prepare(&customer, lease, &batch('a', 2, &[next], None)?).await?;
        so(interrupted(store, &customer).await? == all, "later money is interrupted by what was before")
    };
    rule("interruptions::find_all_money_of_a_person", check().await)
}

/// A complete run interrupts the money on accounts that it saw inactive, and marks the one-offs whose fields it saw
/// empty: those, and no others. Both stay until a grant is handed over again.
///
/// # Errors
/// [`Broken`] if not.
pub async fn come_with_what_a_run_saw(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let name = "interruptions::come_with_what_a_run_saw";
        let (customer, lease) = given(store, name, &[("p", 1), ("q", 2), ("r", 3), ("s", 4)]).await?;
        let all = grants(store, &customer).await?;
        let [first, second, ..] = all.as_slice() else {
            return Err(Breach { why: "grants are missing", source: None });
        };
        let nobodys = GrantId::of(&customer, &record("nobody")?, &one_off()?, crate::budget::Occasion::FIRST);
        let emptied = BTreeSet::from([second.id.clone(), nobodys]);
        let seen = MoneySeen::new([AccountId::new(1), AccountId::new(77), AccountId::new(5)].into(), emptied);
        // The link comes with the same call.
        store.complete(&customer, lease, &completed("C", "s", 5)?.with_money(seen)).await?;
        so(
            interrupted(store, &customer).await? == ["p", "s"],
            "money on inactive accounts is not interrupted",
        )?;
        let empty = async || {
            Ok::<_, Breach>(
                grants(store, &customer).await?.iter().map(|grant| grant.emptied).collect::<Vec<_>>(),
            )
        };
        so(empty().await? == [false, true, false, false], "an emptied one-off is not marked")?;
        store.complete(&customer, lease, &completed("C", "s", 5)?).await?;
        so(interrupted(store, &customer).await? == ["p", "s"], "a later run takes it back")?;
        so(empty().await? == [false, true, false, false], "a later run takes it back")?;
        let again = [first.clone(), second.clone()];
        for grant in &again {
            settle_grant(store, &customer, grant, GrantState::NotDone).await?;
        }
        store.prepare(&customer, lease, &batch('a', 2, &again, None)?).await?;
        so(interrupted(store, &customer).await? == ["s"], "what is handed over again is still interrupted")?;
        so(empty().await? == [false; 4], "what is handed over again is still emptied")
    };
    rule("interruptions::come_with_what_a_run_saw", check().await)
}

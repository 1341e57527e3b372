//! Baselines: who vouches for whom, in which memory, and what was given before.

use std::collections::BTreeSet;

use super::given::{
    baseline, batch, budget, customer, day, done, epoch, founding, grant, grant_of, grants, intend, lease,
    links, occasion, one_off, record, settle_grant,
};
use super::{Breach, Broken, fails, rule, so};
use crate::budget::{BudgetKind, Founding, GrantId, GrantRecord, GrantState, Imported, Mark};
use crate::euro::Euro;
use crate::id::{AccountId, CustomerId};
use crate::ledger::Vouched;
use crate::plan::ActionKind;
use crate::ports::{Certain, Forgetting, Outcome, PortErrorKind, Store, ToldBy};

async fn vouched(store: &dyn Store, customer: &CustomerId) -> Result<Vec<(String, Vouched)>, Breach> {
    let vouched = store.view(customer).await?.money.vouched;
    Ok(vouched.into_iter().map(|(record, how)| (record.to_string(), how)).collect())
}

fn is_vouched(found: &[(String, Vouched)], expected: &[(&str, Vouched)]) -> bool {
    let expected = expected.iter().map(|(name, how)| (format!("nmbrs:rest:{name}"), *how));
    found.iter().cloned().eq(expected)
}

/// A memory is founded by a person, once. It counts its batches from 1 and vouches for those of whom its baselines
/// speak; the grants of earlier ones stay.
///
/// # Errors
/// [`Broken`] if not.
pub async fn found_memories(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("baselines::found_memories", "a");
        let lease = lease(store, &customer).await?;
        let nowhere = store.keep_baseline(&customer, &baseline(&[("p", 1)])?).await;
        fails(nowhere, PortErrorKind::Fatal, "somebody vouches in no memory")?;
        let money = store.view(&customer).await?.money;
        so(money.epoch.is_none() && money.vouched.is_empty(), "somebody vouches in no memory")?;

        let mut first = baseline(&[("p", 1), ("q", 2)])?;
        first.founds = Some(Founding::new(epoch('a')?, Some(Mark::new(epoch('f')?, 7))));
        store.keep_baseline(&customer, &first).await?;
        store.keep_baseline(&customer, &baseline(&[("r", 3)])?).await?;
        let money = store.view(&customer).await?.money;
        so(money.epoch == Some(epoch('a')?), "a memory is not founded")?;
        so(money.accepted == Some(Mark::new(epoch('f')?, 7)), "the accepted mark is not kept")?;
        let all = ["p", "q", "r"].map(|name| (name, Vouched::Baseline));
        so(
            is_vouched(&vouched(store, &customer).await?, &all),
            "those of whom a baseline speaks are not vouched for",
        )?;

        let given = grant(&customer, "p", 1)?;
        store.prepare(&customer, lease, &batch('a', 1, std::slice::from_ref(&given), None)?).await?;
        fails(
            store.keep_baseline(&customer, &first).await,
            PortErrorKind::Conflict,
            "a memory is founded twice",
        )?;
        let mut second = baseline(&[("q", 2)])?;
        second.founds = Some(Founding::new(epoch('b')?, None));
        store.keep_baseline(&customer, &second).await?;
        let money = store.view(&customer).await?.money;
        so(money.sequence == 0 && money.accepted.is_none(), "a memory does not begin with nothing")?;
        so(money.grants == [given], "a new memory forgets grants")?;
        let found = vouched(store, &customer).await?;
        so(is_vouched(&found, &[("q", Vouched::Baseline)]), "an earlier memory vouches for somebody")?;
        fails(
            store.keep_baseline(&customer, &first).await,
            PortErrorKind::Conflict,
            "a memory is founded twice",
        )?;
        let next = grant(&customer, "q", 2)?;
        let late = store.prepare(&customer, lease, &batch('a', 2, std::slice::from_ref(&next), None)?).await;
        fails(late, PortErrorKind::Conflict, "an earlier memory goes on")?;
        Ok(store.prepare(&customer, lease, &batch('b', 1, &[next], None)?).await?)
    };
    rule("baselines::found_memories", check().await)
}

/// What a baseline imports counts as given, on the occasion after all that is known of the person: by any of its
/// records, or on its account. An import of nothing leaves none.
///
/// # Errors
/// [`Broken`] if not.
pub async fn import_after_what_is_known(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("baselines::import_after_what_is_known", "a");
        let lease = lease(store, &customer).await?;
        store.keep_baseline(&customer, &founding('a')?).await?;
        let known = [
            grant_of(&customer, "old", 8, &one_off()?, 3)?,
            grant_of(&customer, "gone", 1, &one_off()?, 5)?,
            grant_of(&customer, "p", 1, &budget(BudgetKind::Monthly, "all")?, 9)?,
            grant_of(&customer, "other", 2, &one_off()?, 11)?,
        ];
        store.prepare(&customer, lease, &batch('a', 1, &known, None)?).await?;
        let mut word = baseline(&[("p", 1), ("new", 7)])?;
        word.people.entry(record("p")?).or_default().records.insert(record("old")?);
        let import =
            |name, cents| Ok::<_, Breach>(Imported::new(record(name)?, one_off()?, Euro::from_cents(cents)));
        word.given = vec![import("p", 100)?, import("new", 0)?, import("p", 200)?, import("nobody", 300)?];
        store.keep_baseline(&customer, &word).await?;

        let imported = |name, number, account: Option<i64>, cents| {
            let (person, occasion) = (record(name)?, occasion(number)?);
            let id = GrantId::of(&customer, &person, &one_off()?, occasion);
            let account = account.map(AccountId::new);
            Ok::<_, Breach>(GrantRecord::given_before(
                id,
                person,
                account,
                one_off()?,
                occasion,
                Euro::from_cents(cents),
            ))
        };
        let expected = [
            imported("p", 6, Some(1), 100)?,
            imported("p", 7, Some(1), 200)?,
            imported("nobody", 1, None, 300)?,
        ];
        let all = grants(store, &customer).await?;
        so(all.get(4..) == Some(expected.as_slice()), "an import is not the next occasion of its person")?;
        so(all.get(..4) == Some(known.as_slice()), "an import changes what was known")?;
        let told = store.tellings(&customer, &[expected[0].id.clone()].into()).await?;
        so(
            matches!(told.as_slice(), [telling] if telling.state == GrantState::Given
            && telling.by == ToldBy::Person(word.by.clone()) && telling.at == word.at),
            "nobody told of an import",
        )?;
        let used = grant_of(&customer, "p", 1, &one_off()?, 6)?;
        let answer = store.prepare(&customer, lease, &batch('a', 2, &[used], None)?).await;
        fails(answer, PortErrorKind::Conflict, "an imported occasion is used again")?;

        // Nothing of a word is kept that cannot be kept whole.
        let last = grant_of(&customer, "last", 4, &one_off()?, u32::MAX)?;
        store.prepare(&customer, lease, &batch('a', 2, &[last], None)?).await?;
        let before = store.view(&customer).await?;
        let mut beyond = baseline(&[("last", 4), ("fresh", 5)])?;
        beyond.given = vec![import("fresh", 1)?, import("last", 1)?];
        fails(
            store.keep_baseline(&customer, &beyond).await,
            PortErrorKind::Conflict,
            "an occasion is used twice",
        )?;
        so(store.view(&customer).await? == before, "half a word is kept")
    };
    rule("baselines::import_after_what_is_known", check().await)
}

/// An onboarding that is done vouches for the records of its links, in the memory in which it was recorded. That we made
/// the account is remembered also where somebody else vouches.
///
/// # Errors
/// [`Broken`] if not.
pub async fn come_with_onboarding(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("baselines::come_with_onboarding", "a");
        let lease = lease(store, &customer).await?;
        let onboard = async |name| intend(store, &customer, lease, (name, 0), ActionKind::Onboard).await;
        let before = onboard("early").await?;
        store.settle(&customer, before, &done([("early", 1, "C")])?).await?;
        let crashed = onboard("crashed").await?;
        store.keep_baseline(&customer, &founding('a')?).await?;
        let both = Outcome::Done(Certain::links(links([("p", 2, "C"), ("p2", 2, "D")])?));
        let intent = onboard("p").await?;
        store.settle(&customer, intent, &Outcome::Doubtful).await?;
        so(vouched(store, &customer).await?.is_empty(), "a doubtful onboarding vouches")?;
        store.settle(&customer, intent, &both).await?;
        store.settle(&customer, crashed, &done([("crashed", 3, "C")])?).await?;
        let update = intend(store, &customer, lease, ("u", 4), ActionKind::Update).await?;
        store.settle(&customer, update, &done([("u", 4, "C")])?).await?;
        let made = [("p", Vouched::Onboarded), ("p2", Vouched::Onboarded)];
        so(
            is_vouched(&vouched(store, &customer).await?, &made),
            "the records of an onboarding are not vouched for, or others are",
        )?;

        let late = onboard("late").await?;
        store.keep_baseline(&customer, &founding('b')?).await?;
        store.settle(&customer, late, &done([("late", 5, "C")])?).await?;
        so(vouched(store, &customer).await?.is_empty(), "an onboarding of an earlier memory vouches")?;
        let names = ["crashed", "early", "late", "p", "x"];
        store.keep_baseline(&customer, &baseline(&names.map(|name| (name, 1)))?).await?;
        let how = |name| if name == "x" { Vouched::Baseline } else { Vouched::Onboarded };
        so(
            is_vouched(&vouched(store, &customer).await?, &names.map(|name| (name, how(name)))),
            "it is forgotten that we made an account",
        )
    };
    rule("baselines::come_with_onboarding", check().await)
}

/// A person who is spoken of again is no longer one who was forgotten.
///
/// # Errors
/// [`Broken`] if not.
pub async fn remember_again(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("baselines::remember_again", "a");
        let print = |name: &str| name.to_owned();
        let tombstones: BTreeSet<_> = ["one", "two", "three"].map(print).into();
        let whom = Forgetting::new([record("p")?].into(), BTreeSet::new(), tombstones);
        store.forget(&customer, &whom).await?;
        let mut word = founding('a')?;
        word.remembered_again = ["two", "four"].map(print).into();
        store.keep_baseline(&customer, &word).await?;
        let left: BTreeSet<_> = ["one", "three"].map(print).into();
        so(
            store.view(&customer).await?.money.forgotten == left,
            "the forgotten are not those who were not spoken of again",
        )
    };
    rule("baselines::remember_again", check().await)
}

/// What became of money that an earlier memory handed over can still be told.
///
/// # Errors
/// [`Broken`] if not.
pub async fn leave_open_what_is_open(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("baselines::leave_open_what_is_open", "a");
        let lease = lease(store, &customer).await?;
        store.keep_baseline(&customer, &founding('a')?).await?;
        let open = grant(&customer, "p", 1)?;
        let listed = batch('a', 1, std::slice::from_ref(&open), Some(b"list"))?;
        store.prepare(&customer, lease, &listed).await?;
        store.keep_baseline(&customer, &founding('b')?).await?;
        let later = batch('b', 1, &[grant(&customer, "q", 2)?], None)?;
        store.prepare(&customer, lease, &later).await?;
        let found = store.open_batches(&customer).await?;
        so(
            found
                .iter()
                .map(|batch| (&batch.id, &batch.mark))
                .eq([(&listed.id, &listed.mark), (&later.id, &later.mark)]),
            "an open batch of an earlier memory is not open, or not of that memory",
        )?;
        settle_grant(store, &customer, &open, GrantState::Given).await?;
        so(
            store.open_batches(&customer).await?.len() == 1 && day(1) == listed.at,
            "an earlier memory cannot end",
        )
    };
    rule("baselines::leave_open_what_is_open", check().await)
}

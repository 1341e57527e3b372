//! Grants: durable before they are handed over, each name and each occasion once, and never forgotten by themselves.

use super::given::{
    batch, budget, customer, day, epoch, founding, grant, grant_of, grants, lease, one_off, settle_grant,
};
use super::{Breach, Broken, fails, rule, so};
use crate::budget::{Act, BudgetKind, GrantRecord, GrantState, Mark};
use crate::euro::Euro;
use crate::id::CustomerId;
use crate::pii::Pii;
use crate::ports::{LeaseId, PortErrorKind, Store, Telling, ToldBy};

/// A customer with a lease and a memory.
async fn begun(store: &dyn Store, name: &str) -> Result<(CustomerId, LeaseId), Breach> {
    let customer = customer(name, "a");
    let lease = lease(store, &customer).await?;
    store.keep_baseline(&customer, &founding('a')?).await?;
    Ok((customer, lease))
}

fn in_state(grants: &[GrantRecord], state: GrantState) -> Vec<GrantRecord> {
    let mut grants = grants.to_vec();
    for grant in &mut grants {
        grant.state = state;
    }
    grants
}

/// What is prepared comes back as it was given, byte for byte, and stays open until all of it has ended.
///
/// # Errors
/// [`Broken`] if not.
pub async fn come_back_as_they_were_prepared(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let (customer, lease) = begun(store, "grants::come_back_as_they_were_prepared").await?;
        let mut monthly = grant_of(&customer, "p", i64::MIN, &budget(BudgetKind::Monthly, "café'x'")?, 7)?;
        monthly.act = Act::Replace;
        monthly.amount = Euro::from_cents(1_234_567_890_123);
        monthly.from = day(30).date_naive().into();
        let mut stop = grant_of(&customer, "q", i64::MAX, &budget(BudgetKind::Monthly, "all")?, u32::MAX)?;
        (stop.act, stop.amount) = (Act::Stop, Euro::from_cents(0));
        let listed = [monthly, stop, grant(&customer, "p", 0)?];
        let single = [grant(&customer, "r", 3)?];
        let first = batch('a', 1, &listed, Some(b"\xef\xbb\xbfmail\r\n\0"))?;
        let second = batch('a', 2, &single, None)?;
        for batch in [&first, &second] {
            store.prepare(&customer, lease, batch).await?;
            let kept = store.batch(&customer, &batch.id).await?;
            so(
                kept.is_some_and(|kept| {
                    (kept.mark, kept.plan, kept.at, kept.grants, kept.list)
                        == (
                            batch.mark.clone(),
                            batch.plan.clone(),
                            batch.at,
                            batch.grants.clone(),
                            batch.list.clone(),
                        )
                }),
                "a batch is not kept as it was prepared",
            )?;
        }
        let money = store.view(&customer).await?.money;
        so(money.sequence == 2 && money.epoch == Some(epoch('a')?), "batches are not counted")?;
        so(money.grants == [listed.as_slice(), &single].concat(), "grants are not those that were prepared")?;
        let open = store.open_batches(&customer).await?;
        so(open.iter().map(|batch| &batch.id).eq([&first.id, &second.id]), "a batch is not open")?;
        for grant in &listed {
            so(store.open_batches(&customer).await?.len() == 2, "a batch has ended before its grants")?;
            settle_grant(store, &customer, grant, GrantState::Given).await?;
        }
        let open = store.open_batches(&customer).await?;
        so(open.iter().map(|batch| &batch.id).eq([&second.id]), "a batch does not end with its grants")?;
        let ended = store.batch(&customer, &first.id).await?;
        so(
            ended.is_some_and(|batch| {
                batch.list.is_none() && batch.grants == in_state(&listed, GrantState::Given)
            }),
            "a list outlives its grants, or the grants do not stay",
        )
    };
    rule("grants::come_back_as_they_were_prepared", check().await)
}

/// No name and no occasion is used twice, in whatever state the first use is, and of a batch that is refused nothing is
/// kept. The one exception: what was surely not done may be handed over again, the same as before.
///
/// # Errors
/// [`Broken`] if not.
pub async fn are_prepared_once(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let (customer, lease) = begun(store, "grants::are_prepared_once").await?;
        let (once, other) = (grant(&customer, "p", 1)?, grant(&customer, "q", 2)?);
        let mut number = 0;
        for state in GrantState::ALL {
            let once = grant(&customer, &format!("p-{number}"), 1)?;
            number += 1;
            store.prepare(&customer, lease, &batch('a', number, std::slice::from_ref(&once), None)?).await?;
            settle_grant(store, &customer, &once, state).await?;
            let mut renamed = once.clone();
            renamed.id = grant(&customer, &format!("x-{number}"), 1)?.id;
            let mut dearer = once.clone();
            dearer.amount = Euro::from_cents(1251);
            let mut replacing = once.clone();
            replacing.act = Act::Replace;
            let mut later = once.clone();
            later.occasion = later.occasion.next();
            let mut twice = vec![renamed, dearer, replacing, later];
            twice.extend((state != GrantState::NotDone).then(|| once.clone()));
            let kept = store.view(&customer).await?;
            for again in twice {
                let again = batch('a', number + 1, &[other.clone(), again], None)?;
                let answer = store.prepare(&customer, lease, &again).await;
                fails(answer, PortErrorKind::Conflict, "a grant is prepared twice")?;
                so(store.batch(&customer, &again.id).await?.is_none(), "a batch that was refused is kept")?;
            }
            so(store.view(&customer).await? == kept, "half of a batch that was refused is kept")?;
        }
        let doubled = batch('a', number + 1, &[once.clone(), once.clone()], None)?;
        fails(
            store.prepare(&customer, lease, &doubled).await,
            PortErrorKind::Conflict,
            "a grant is twice in a batch",
        )?;
        so(!grants(store, &customer).await?.contains(&once), "half of a batch that was refused is kept")
    };
    rule("grants::are_prepared_once", check().await)
}

/// What was surely not done is handed over again under its name: it is an intention again, it stands in the later batch
/// and no longer in the earlier one, and nobody is given the earlier list any more.
///
/// # Errors
/// [`Broken`] if not.
pub async fn that_were_not_done_are_prepared_again(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let (customer, lease) = begun(store, "grants::that_were_not_done_are_prepared_again").await?;
        let listed = [grant(&customer, "p", 1)?, grant(&customer, "q", 2)?, grant(&customer, "r", 3)?];
        let first = batch('a', 1, &listed, Some(b"addresses"))?;
        store.prepare(&customer, lease, &first).await?;
        settle_grant(store, &customer, &listed[0], GrantState::NotDone).await?;
        let mut again = grant(&customer, "p", 9)?;
        again.from = day(9).date_naive().into();
        let second = batch('a', 2, std::slice::from_ref(&again), None)?;
        let early = store.prepare(&customer, lease, &second).await;
        fails(early, PortErrorKind::Conflict, "a grant stands in two lists that may be written")?;

        for grant in &listed[1..] {
            settle_grant(store, &customer, grant, GrantState::HandedOver).await?;
        }
        store.prepare(&customer, lease, &second).await?;
        let [before, now] =
            [store.batch(&customer, &first.id).await?, store.batch(&customer, &second.id).await?];
        so(now.is_some_and(|batch| batch.grants == [again.clone()]), "it is not an intention again")?;
        so(
            before.is_some_and(|batch| {
                batch.list.is_none() && batch.grants == in_state(&listed[1..], GrantState::HandedOver)
            }),
            "the earlier list can still be carried out",
        )?;
        let all = grants(store, &customer).await?;
        so(
            all.len() == 3 && all.iter().filter(|grant| grant.id == again.id).eq([&again]),
            "it is there twice",
        )
    };
    rule("grants::that_were_not_done_are_prepared_again", check().await)
}

/// A batch is prepared with the lease, in a memory that somebody founded, as its next, of intentions, or not at all.
///
/// # Errors
/// [`Broken`] if not.
pub async fn need_a_lease_and_a_memory(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("grants::need_a_lease_and_a_memory", "a");
        let ours = lease(store, &customer).await?;
        let prepare = async |lease, batch| store.prepare(&customer, lease, &batch).await;
        let money = [grant(&customer, "p", 1)?];
        let answer = prepare(ours, batch('a', 1, &money, None)?).await;
        fails(answer, PortErrorKind::Fatal, "money moves without a baseline")?;
        store.keep_baseline(&customer, &founding('a')?).await?;
        let answer = prepare(LeaseId(ours.0 + 1), batch('a', 1, &money, None)?).await;
        fails(answer, PortErrorKind::Overtaken, "money moves without the lease")?;
        for (memory, number) in [('b', 1), ('a', 0), ('a', 2), ('a', u64::MAX)] {
            let answer = prepare(ours, batch(memory, number, &money, None)?).await;
            fails(answer, PortErrorKind::Conflict, "a batch of another memory or number is prepared")?;
        }
        for grants in [vec![], in_state(&money, GrantState::Given)] {
            let answer = prepare(ours, batch('a', 1, &grants, None)?).await;
            fails(answer, PortErrorKind::Fatal, "what is no intention is prepared")?;
        }
        so(grants(store, &customer).await?.is_empty(), "what was refused is kept")?;
        prepare(ours, batch('a', 1, &money, None)?).await?;
        store.release(&customer, ours).await?;
        let answer = prepare(ours, batch('a', 2, &[grant(&customer, "q", 1)?], None)?).await;
        fails(answer, PortErrorKind::Overtaken, "money moves after the lease was given back")
    };
    rule("grants::need_a_lease_and_a_memory", check().await)
}

/// A grant becomes what it [may become](GrantState::may_become) and nothing else; of several that are settled at once,
/// all or none; one that a customer never had is nobody's.
///
/// # Errors
/// [`Broken`] if not.
pub async fn become_what_they_may(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let (mine, lease) = begun(store, "grants::become_what_they_may").await?;
        let theirs = customer("grants::become_what_they_may", "b");
        let mut number = 0;
        for present in GrantState::ALL {
            for next in GrantState::ALL {
                number += 1;
                let pair = [format!("p{number}"), format!("q{number}")];
                let pair = [grant(&mine, &pair[0], 1)?, grant(&mine, &pair[1], 1)?];
                store.prepare(&mine, lease, &batch('a', number, &pair, None)?).await?;
                settle_grant(store, &mine, &pair[0], present).await?;
                // The second may become anything, but not if the first may not.
                let both = [(pair[1].id.clone(), GrantState::Given), (pair[0].id.clone(), next)];
                let answer = store.settle_grants(&mine, &both, &ToldBy::Run, day(3)).await;
                let all = grants(store, &mine).await?;
                let stands = |id| all.iter().find(|grant| grant.id == id).map(|grant| grant.state);
                let found = (stands(pair[0].id.clone()), stands(pair[1].id.clone()));
                if present.may_become(next) {
                    answer?;
                    so(
                        found == (Some(next), Some(GrantState::Given)),
                        "a grant does not stand as it was told",
                    )?;
                } else {
                    fails(answer, PortErrorKind::Conflict, "a grant becomes what it may not")?;
                    so(found == (Some(present), Some(GrantState::Intended)), "half of a refusal is kept")?;
                }
                let nobodys = grant(&mine, "nobody", 1)?.id;
                for (who, id) in [(&mine, &nobodys), (&theirs, &pair[0].id)] {
                    let told = [(id.clone(), GrantState::Given)];
                    let answer = store.settle_grants(who, &told, &ToldBy::Run, day(3)).await;
                    fails(answer, PortErrorKind::Fatal, "a grant of nobody is settled")?;
                }
            }
        }
        Ok(())
    };
    rule("grants::become_what_they_may", check().await)
}

/// What was told of a grant is kept with who told it and when; the same again is no news.
///
/// # Errors
/// [`Broken`] if not.
pub async fn keep_what_was_told(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let (customer, lease) = begun(store, "grants::keep_what_was_told").await?;
        let pair = [grant(&customer, "p", 1)?, grant(&customer, "q", 1)?];
        let [p, q] = [pair[0].id.clone(), pair[1].id.clone()];
        store.prepare(&customer, lease, &batch('a', 1, &pair, None)?).await?;
        let zoe = ToldBy::Person(Pii::new("Zoë van 't Hof".to_owned()));
        let told = [
            (&q, GrantState::HandedOver, ToldBy::Run, day(4)),
            (&p, GrantState::Doubtful, ToldBy::Run, day(3)),
            (&p, GrantState::Refused, zoe.clone(), day(2)),
        ];
        let mut expected: Vec<_> =
            [&p, &q].map(|id| Telling::new(id.clone(), GrantState::Intended, ToldBy::Run, day(1))).into();
        for (id, state, by, at) in told {
            for _ in 0..2 {
                store.settle_grants(&customer, &[(id.clone(), state)], &by, at).await?;
            }
            expected.push(Telling::new(id.clone(), state, by, at));
        }
        expected.sort_by(|one, other| one.grant.cmp(&other.grant));
        let both = [p.clone(), q.clone()].into();
        so(store.tellings(&customer, &both).await? == expected, "what was told is not what is kept")?;
        expected.retain(|telling| telling.grant == q);
        let of_q = store.tellings(&customer, &[q].into()).await?;
        so(of_q == expected, "what was told of another is kept of it")?;
        let nobody = customer_of_nobody();
        so(store.tellings(&nobody, &both).await?.is_empty(), "somebody else is told")
    };
    rule("grants::keep_what_was_told", check().await)
}

fn customer_of_nobody() -> CustomerId {
    customer("grants::keep_what_was_told", "b")
}

/// No purge takes a grant, what was told of it, its batch, or who vouched: they keep money from being given twice.
///
/// # Errors
/// [`Broken`] if not.
pub async fn are_never_purged(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let (customer, lease) = begun(store, "grants::are_never_purged").await?;
        let money = [grant(&customer, "p", 1)?, grant_of(&customer, "p", 1, &one_off()?, 2)?];
        let first = batch('a', 1, &money, Some(b"list"))?;
        store.prepare(&customer, lease, &first).await?;
        settle_grant(store, &customer, &money[0], GrantState::Given).await?;
        let (kept, told) = (store.view(&customer).await?.money, [money[0].id.clone()].into());
        let tellings = store.tellings(&customer, &told).await?;
        store.purge(&customer, day(10_000)).await?;
        so(store.view(&customer).await?.money == kept, "a purge takes money")?;
        so(store.tellings(&customer, &told).await? == tellings, "a purge takes what was told")?;
        so(
            store.open_batches(&customer).await?.iter().any(|batch| batch.list.is_some()),
            "a purge takes a list",
        )?;
        so(
            kept.compare(Some(&Mark::new(epoch('a')?, 1))) == crate::ledger::DeskStanding::Agrees,
            "batches are not counted",
        )
    };
    rule("grants::are_never_purged", check().await)
}

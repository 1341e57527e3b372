//! Batches: prepared before they are handed over, and settled when it is known what became of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params};

use super::super::error::Failure;
use super::super::value::{instant, instant_of, name_of, number, number_of, plan_of};
use super::baselines::{self, Present};
use super::grants::{self, Kept};
use crate::budget::{BatchId, Epoch, GrantId, GrantRecord, GrantState, Mark};
use crate::ports::{Batch, NewBatch, PortErrorKind, ToldBy};

pub(super) const OPEN: &str = "SELECT batches.*, epoch FROM batches JOIN memories ON memories.id = memory
     WHERE batches.id IN (SELECT batch FROM grants
         WHERE customer = :customer AND state IN ('intended', 'handed_over', 'doubtful'))
     ORDER BY batches.id";

const fn conflict(why: &'static str) -> Failure {
    Failure::Rule(PortErrorKind::Conflict, why)
}

/// Says whether the bytes of an earlier list were erased.
pub(super) fn prepare(tx: &Transaction<'_>, customer: i64, batch: &NewBatch) -> Result<bool, Failure> {
    let present = baselines::present(tx, customer)?
        .ok_or(Failure::Rule(PortErrorKind::Fatal, "no baseline founded a memory"))?;
    if batch.grants.is_empty() || batch.grants.iter().any(|grant| grant.state != GrantState::Intended) {
        return Err(Failure::Rule(PortErrorKind::Fatal, "it is of nothing, or of what is no intention"));
    }
    if batch.mark != Mark::new(present.epoch.clone(), present.sequence.saturating_add(1)) {
        return Err(conflict("it is not the next of the present memory"));
    }
    let number = insert(tx, customer, &present, batch)?;
    let mut erased = false;
    for (position, grant) in (0..).zip(&batch.grants) {
        let place = (number, position);
        let row = match grants::named(tx, customer, &grant.id)? {
            None => grants::insert(tx, customer, grant, Some(place))?,
            Some(before) if may_be_prepared_again(&before.grant, grant) => {
                erased |= supersede(tx, &before)?;
                grants::insist(tx, before.row, grant, place)?;
                before.row
            }
            Some(_) => return Err(conflict("one of its grants was prepared before")),
        };
        grants::tell(tx, row, grant.state, &ToldBy::Run, batch.at)?;
    }
    Ok(erased)
}

fn insert(tx: &Transaction<'_>, customer: i64, present: &Present, batch: &NewBatch) -> Result<i64, Failure> {
    let sequence = number(batch.mark.sequence).ok_or_else(Failure::unreadable)?;
    let mut known = tx.prepare_cached("SELECT 1 FROM batches WHERE customer = :customer AND name = :name")?;
    if known.exists(named_params! { ":customer": customer, ":name": batch.id.as_str() })? {
        return Err(conflict("its name was used before"));
    }
    let mut insert = tx.prepare_cached(
        "INSERT INTO batches (customer, name, memory, sequence, plan, at, list)
         VALUES (:customer, :name, :memory, :sequence, :plan, :at, :list)",
    )?;
    Ok(insert.insert(named_params! {
        ":customer": customer,
        ":name": batch.id.as_str(),
        ":memory": present.row,
        ":sequence": sequence,
        ":plan": batch.plan.as_str(),
        ":at": instant(batch.at),
        ":list": batch.list,
    })?)
}

/// The same money that was surely not given before?
fn may_be_prepared_again(before: &GrantRecord, again: &GrantRecord) -> bool {
    before.state == GrantState::NotDone
        && (&before.person, &before.budget, before.occasion) == (&again.person, &again.budget, again.occasion)
        && (before.act, before.amount) == (again.act, again.amount)
}

/// Nobody may carry out the list any more that this grant stood in. Says whether there was one.
fn supersede(tx: &Transaction<'_>, before: &Kept) -> Result<bool, Failure> {
    let batch = named_params! { ":batch": before.batch };
    let mut kept = tx.prepare_cached("SELECT 1 FROM batches WHERE id = :batch AND list IS NOT NULL")?;
    if !kept.exists(batch)? {
        return Ok(false);
    }
    let mut intended =
        tx.prepare_cached("SELECT 1 FROM grants WHERE batch = :batch AND state = 'intended'")?;
    if intended.exists(batch)? {
        return Err(conflict("an earlier list with one of its grants may still be written"));
    }
    tx.prepare_cached("UPDATE batches SET list = NULL WHERE id = :batch")?.execute(batch)?;
    Ok(true)
}

/// Says whether the bytes of a list were erased.
pub(super) fn settle(
    tx: &Transaction<'_>,
    customer: i64,
    told: &[(GrantId, GrantState)],
    by: &ToldBy,
    at: DateTime<Utc>,
) -> Result<bool, Failure> {
    let mut touched = BTreeSet::new();
    for (name, next) in told {
        let Kept { row, batch, grant } = grants::named(tx, customer, name)?
            .ok_or(Failure::Rule(PortErrorKind::Fatal, "it was never prepared"))?;
        if !grant.state.may_become(*next) {
            return Err(conflict("it stands otherwise"));
        }
        if grant.state != *next {
            grants::stands(tx, row, *next)?;
            grants::tell(tx, row, *next, by, at)?;
            touched.extend(batch);
        }
    }
    let mut erase = tx.prepare_cached(
        "UPDATE batches SET list = NULL
         WHERE id = :batch AND list IS NOT NULL AND NOT EXISTS
             (SELECT 1 FROM grants WHERE batch = :batch AND state IN ('intended', 'handed_over', 'doubtful'))",
    )?;
    let mut erased = 0;
    for batch in touched {
        erased += erase.execute(named_params! { ":batch": batch })?;
    }
    Ok(erased > 0)
}

fn batch_of(tx: &Transaction<'_>, row: &Row<'_>) -> Result<Batch, Failure> {
    let mark = Mark::new(name_of(row, "epoch", Epoch::parse)?, number_of(row, "sequence")?);
    Ok(Batch::new(
        name_of(row, "name", BatchId::parse)?,
        mark,
        plan_of(row, "plan")?,
        instant_of(row, "at")?,
        grants::of_batch(tx, row.get("id")?)?,
        row.get("list")?,
    ))
}

pub(super) fn open(tx: &Transaction<'_>, customer: i64) -> Result<Vec<Batch>, Failure> {
    let mut select = tx.prepare_cached(OPEN)?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    let mut batches = Vec::new();
    while let Some(row) = rows.next()? {
        batches.push(batch_of(tx, row)?);
    }
    Ok(batches)
}

pub(super) fn named(tx: &Transaction<'_>, customer: i64, name: &BatchId) -> Result<Option<Batch>, Failure> {
    let mut select = tx.prepare_cached(
        "SELECT batches.*, epoch FROM batches JOIN memories ON memories.id = memory
         WHERE batches.customer = :customer AND name = :name",
    )?;
    let mut rows = select.query(named_params! { ":customer": customer, ":name": name.as_str() })?;
    rows.next()?.map(|row| batch_of(tx, row)).transpose()
}

//! Runs, their plans, and what may be forgotten.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params};

use super::SqliteStore;
use super::error::{Failure, SqliteError, SqliteErrorKind};
use super::lease::held;
use super::value::{customer, customer_or_new, instant, instant_of, number, number_of, plan_of, text_if_any};
use crate::id::CustomerId;
use crate::plan::PlanId;
use crate::ports::{
    KeptPlan, LeaseId, PortError, PortErrorKind, Retention, RunEnd, RunEnding, RunId, RunRecord, RunStore,
};

const fn spelled(end: RunEnd) -> &'static str {
    match end {
        RunEnd::Done => "done",
        RunEnd::Partly => "partly",
        RunEnd::Waits => "waits",
        RunEnd::Failed => "failed",
    }
}

fn end_of(row: &Row<'_>) -> Result<Option<(DateTime<Utc>, RunEnd)>, Failure> {
    let Some(ending) = text_if_any(row, "ending")? else { return Ok(None) };
    let all = [RunEnd::Done, RunEnd::Partly, RunEnd::Waits, RunEnd::Failed];
    let end = all.into_iter().find(|end| spelled(*end) == ending).ok_or_else(Failure::unreadable)?;
    Ok(Some((instant_of(row, "ended")?, end)))
}

fn begin(tx: &Transaction<'_>, customer: i64, at: DateTime<Utc>) -> Result<RunId, Failure> {
    let mut insert = tx.prepare_cached("INSERT INTO runs (customer, began) VALUES (:customer, :began)")?;
    let id = insert.insert(named_params! { ":customer": customer, ":began": instant(at) })?;
    u64::try_from(id).map(RunId).map_err(|_| Failure::unreadable())
}

fn record_of(row: &Row<'_>) -> Result<RunRecord, Failure> {
    Ok(RunRecord {
        id: RunId(number_of(row, "id")?),
        began: instant_of(row, "began")?,
        ended: end_of(row)?,
        plan: text_if_any(row, "plan")?.map(|_| plan_of(row, "plan")).transpose()?,
        writes: number_of(row, "writes")?,
        told: text_if_any(row, "told")?,
    })
}

fn end(tx: &Transaction<'_>, name: &CustomerId, run: RunId, ending: &RunEnding) -> Result<(), Failure> {
    let unknown = || Failure::Rule(PortErrorKind::Fatal, "it never began");
    let customer = customer(tx, name)?.ok_or_else(unknown)?;
    let id = number(run.0).ok_or_else(unknown)?;
    let mut select = tx.prepare_cached(
        "SELECT id, began, ended, ending, plan, writes, told FROM runs WHERE id = :id AND customer = :customer",
    )?;
    let mut rows = select.query(named_params! { ":id": id, ":customer": customer })?;
    let record = record_of(rows.next()?.ok_or_else(unknown)?)?;
    if record.ended.is_some() {
        let is_same = record == record.ended_with(ending);
        return if is_same {
            Ok(())
        } else {
            Err(Failure::Rule(PortErrorKind::Conflict, "it ended otherwise"))
        };
    }
    let writes = number(ending.writes).ok_or(SqliteError::of(SqliteErrorKind::OutOfRange))?;
    let mut update = tx.prepare_cached(
        "UPDATE runs SET ended = :ended, ending = :ending, plan = :plan, writes = :writes, told = :told
         WHERE id = :id",
    )?;
    update.execute(named_params! {
        ":id": id,
        ":ended": instant(ending.at),
        ":ending": spelled(ending.end),
        ":plan": ending.plan.as_ref().map(PlanId::as_str),
        ":writes": writes,
        ":told": ending.told,
    })?;
    Ok(())
}

fn runs(tx: &Transaction<'_>, customer: i64, at_most: u32) -> Result<Vec<RunRecord>, Failure> {
    let mut select = tx.prepare_cached(
        "SELECT id, began, ended, ending, plan, writes, told FROM runs
         WHERE customer = :customer ORDER BY id DESC LIMIT :at_most",
    )?;
    let mut rows = select.query(named_params! { ":customer": customer, ":at_most": at_most })?;
    let mut latest = Vec::new();
    while let Some(row) = rows.next()? {
        latest.push(record_of(row)?);
    }
    Ok(latest)
}

fn keep_plan(tx: &Transaction<'_>, customer: i64, plan: &KeptPlan) -> Result<(), Failure> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO plans (customer, id, as_of, file) VALUES (:customer, :id, :as_of, :file)
         ON CONFLICT DO NOTHING",
    )?;
    insert.execute(named_params! {
        ":customer": customer,
        ":id": plan.id.as_str(),
        ":as_of": instant(plan.as_of),
        ":file": plan.file,
    })?;
    Ok(())
}

fn plan(tx: &Transaction<'_>, customer: i64, id: &PlanId) -> Result<Option<KeptPlan>, Failure> {
    let mut select =
        tx.prepare_cached("SELECT as_of, file FROM plans WHERE customer = :customer AND id = :id")?;
    let mut rows = select.query(named_params! { ":customer": customer, ":id": id.as_str() })?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(KeptPlan::new(id.clone(), instant_of(row, "as_of")?, row.get("file")?)))
}

fn purge(tx: &Transaction<'_>, customer: i64, retention: Retention) -> Result<u64, Failure> {
    let forget = |sql, before| -> Result<u64, Failure> {
        let mut delete = tx.prepare_cached(sql)?;
        Ok(delete.execute(named_params! { ":customer": customer, ":before": instant(before) })? as u64)
    };
    let forgotten = [
        forget("DELETE FROM runs WHERE customer = :customer AND ended < :before", retention.before)?,
        forget(
            "DELETE FROM intents WHERE customer = :customer AND at < :before
               AND (outcome IN ('refused', 'not_done')
                    OR outcome = 'done' AND action NOT IN ('withdraw', 'offboard'))",
            retention.before,
        )?,
        forget(
            "DELETE FROM intents WHERE customer = :customer AND at < :before
               AND outcome = 'done' AND action IN ('withdraw', 'offboard')",
            retention.deactivations_before,
        )?,
        forget(
            "DELETE FROM approvals WHERE customer = :customer AND given_at < :before AND used_up = 1",
            retention.before,
        )?,
        forget(
            "DELETE FROM approvals WHERE customer = :customer AND given_at < :before AND used_up = 0",
            retention.unused_approvals_before,
        )?,
        // Last, because a plan whose approval waits stays with it.
        forget(
            "DELETE FROM plans WHERE customer = :customer AND as_of < :before AND id NOT IN
               (SELECT plan FROM approvals WHERE customer = :customer AND used_up = 0)",
            retention.before,
        )?,
    ];
    Ok(forgotten.iter().sum())
}

#[async_trait]
impl RunStore for SqliteStore {
    async fn begin(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        at: DateTime<Utc>,
    ) -> Result<RunId, PortError> {
        let customer = customer.clone();
        self.write("begin a run", move |tx| begin(tx, held(tx, &customer, lease)?, at)).await
    }

    async fn end(&self, customer: &CustomerId, run: RunId, ending: &RunEnding) -> Result<(), PortError> {
        let (customer, ending) = (customer.clone(), ending.clone());
        self.write("end a run", move |tx| end(tx, &customer, run, &ending)).await
    }

    async fn runs(&self, name: &CustomerId, at_most: u32) -> Result<Vec<RunRecord>, PortError> {
        let name = name.clone();
        self.read("read the runs", move |tx| match customer(tx, &name)? {
            Some(customer) => runs(tx, customer, at_most),
            None => Ok(Vec::new()),
        })
        .await
    }

    async fn keep_plan(&self, customer: &CustomerId, plan: &KeptPlan) -> Result<(), PortError> {
        let (customer, plan) = (customer.clone(), plan.clone());
        self.write("keep a plan", move |tx| keep_plan(tx, customer_or_new(tx, &customer)?, &plan)).await
    }

    async fn plan(&self, name: &CustomerId, id: &PlanId) -> Result<Option<KeptPlan>, PortError> {
        let (name, id) = (name.clone(), id.clone());
        self.read("read a plan", move |tx| match customer(tx, &name)? {
            Some(customer) => plan(tx, customer, &id),
            None => Ok(None),
        })
        .await
    }

    async fn purge(&self, name: &CustomerId, before: DateTime<Utc>) -> Result<u64, PortError> {
        let (what, name) = ("forget what is old", name.clone());
        let forgotten = self
            .write(what, move |tx| match customer(tx, &name)? {
                Some(customer) => purge(tx, customer, Retention::before(before)),
                None => Ok(0),
            })
            .await?;
        self.empty_log(what).await?;
        Ok(forgotten)
    }
}

//! Mandates and approvals. Mandates are never deleted; what ends one stands beside it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params};

use super::SqliteStore;
use super::error::Failure;
use super::value::{
    customer, customer_or_new, instant, instant_of, json, json_of, plan_of, text, text_if_any,
};
use crate::authority::{Approval, Mandate};
use crate::id::CustomerId;
use crate::pii::Pii;
use crate::plan::PlanId;
use crate::ports::{Authorities, PortError, PortErrorKind, Remembered};

/// An approval as the file spells it. Approvals are not `Clone`, so that nobody uses one twice.
struct Given {
    plan: String,
    at: String,
    by: Option<String>,
    proposals: String,
    smaller_scope: bool,
}

impl Given {
    fn of(approval: &Approval) -> Result<Self, Failure> {
        Ok(Self {
            plan: approval.plan.as_str().to_owned(),
            at: instant(approval.given_at),
            by: approval.by.as_ref().map(|name| name.expose().clone()),
            proposals: json(&approval.proposals)?,
            smaller_scope: approval.smaller_scope,
        })
    }
}

fn give_mandate(tx: &Transaction<'_>, mandate: &Mandate) -> Result<(), Failure> {
    let customer = customer_or_new(tx, &mandate.customer)?;
    end_mandate(tx, customer, "replaced", &mandate.by, mandate.given_at)?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO mandates (customer, policy, scope, limits, plan, given_by, given_at)
         VALUES (:customer, :policy, :scope, :limits, :plan, :by, :at)",
    )?;
    insert.execute(named_params! {
        ":customer": customer,
        ":policy": mandate.policy,
        ":scope": mandate.scope,
        ":limits": json(&mandate.limits)?,
        ":plan": mandate.plan.as_str(),
        ":by": mandate.by.expose(),
        ":at": instant(mandate.given_at),
    })?;
    Ok(())
}

/// Says whether one was in force.
fn end_mandate(
    tx: &Transaction<'_>,
    customer: i64,
    how: &'static str,
    by: &Pii<String>,
    at: DateTime<Utc>,
) -> Result<bool, Failure> {
    let mut update = tx.prepare_cached(
        "UPDATE mandates SET ended = :how, ended_by = :by, ended_at = :at
         WHERE customer = :customer AND ended IS NULL",
    )?;
    let ended = update.execute(named_params! {
        ":customer": customer,
        ":how": how,
        ":by": by.expose(),
        ":at": instant(at),
    })?;
    Ok(ended > 0)
}

fn mandate(tx: &Transaction<'_>, name: &CustomerId) -> Result<Option<Mandate>, Failure> {
    let Some(customer) = customer(tx, name)? else { return Ok(None) };
    let mut select = tx.prepare_cached(
        "SELECT policy, scope, limits, plan, given_by, given_at FROM mandates
         WHERE customer = :customer AND ended IS NULL",
    )?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Mandate {
        customer: name.clone(),
        policy: text(row, "policy")?.to_owned(),
        scope: text(row, "scope")?.to_owned(),
        limits: json_of(row, "limits")?,
        plan: plan_of(row, "plan")?,
        by: Pii::new(text(row, "given_by")?.to_owned()),
        given_at: instant_of(row, "given_at")?,
    }))
}

fn approve(tx: &Transaction<'_>, customer: i64, given: &Given) -> Result<Remembered, Failure> {
    let mut upsert = tx.prepare_cached(
        "INSERT INTO approvals (customer, plan, given_at, given_by, proposals, smaller_scope)
         VALUES (:customer, :plan, :given_at, :given_by, :proposals, :smaller_scope)
         ON CONFLICT DO UPDATE SET
             given_at = excluded.given_at,
             given_by = excluded.given_by,
             proposals = excluded.proposals,
             smaller_scope = excluded.smaller_scope
         WHERE used_up = 0",
    )?;
    let remembered = upsert.execute(named_params! {
        ":customer": customer,
        ":plan": given.plan,
        ":given_at": given.at,
        ":given_by": given.by,
        ":proposals": given.proposals,
        ":smaller_scope": given.smaller_scope,
    })?;
    Ok(if remembered > 0 { Remembered::Waits } else { Remembered::UsedUp })
}

fn approval_of(row: &Row<'_>) -> Result<Approval, Failure> {
    Ok(Approval {
        plan: plan_of(row, "plan")?,
        given_at: instant_of(row, "given_at")?,
        by: text_if_any(row, "given_by")?.map(Pii::new),
        proposals: json_of(row, "proposals")?,
        smaller_scope: row.get("smaller_scope")?,
    })
}

fn approvals(tx: &Transaction<'_>, customer: i64) -> Result<Vec<Approval>, Failure> {
    let mut select = tx.prepare_cached(
        "SELECT plan, given_at, given_by, proposals, smaller_scope FROM approvals
         WHERE customer = :customer AND used_up = 0
         ORDER BY given_at DESC, plan",
    )?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        waiting.push(approval_of(row)?);
    }
    Ok(waiting)
}

/// No run will be given it again.
pub(super) fn use_up(tx: &Transaction<'_>, customer: i64, plan: &PlanId) -> Result<(), Failure> {
    let mut update =
        tx.prepare_cached("UPDATE approvals SET used_up = 1 WHERE customer = :customer AND plan = :plan")?;
    match update.execute(named_params! { ":customer": customer, ":plan": plan.as_str() })? {
        0 => Err(Failure::Rule(PortErrorKind::Fatal, "its approval was never given")),
        _ => Ok(()),
    }
}

#[async_trait]
impl Authorities for SqliteStore {
    async fn give_mandate(&self, mandate: &Mandate) -> Result<(), PortError> {
        let mandate = mandate.clone();
        self.write("give a mandate", move |tx| give_mandate(tx, &mandate)).await
    }

    async fn mandate(&self, customer: &CustomerId) -> Result<Option<Mandate>, PortError> {
        let customer = customer.clone();
        self.read("read the mandate", move |tx| mandate(tx, &customer)).await
    }

    async fn revoke_mandate(
        &self,
        name: &CustomerId,
        by: &Pii<String>,
        at: DateTime<Utc>,
    ) -> Result<bool, PortError> {
        let (name, by) = (name.clone(), by.clone());
        self.write("revoke the mandate", move |tx| match customer(tx, &name)? {
            Some(customer) => end_mandate(tx, customer, "revoked", &by, at),
            None => Ok(false),
        })
        .await
    }

    async fn approve(&self, customer: &CustomerId, approval: &Approval) -> Result<Remembered, PortError> {
        let what = "remember an approval";
        let (customer, given) =
            (customer.clone(), Given::of(approval).map_err(|failure| failure.told(what))?);
        self.write(what, move |tx| approve(tx, customer_or_new(tx, &customer)?, &given)).await
    }

    async fn approvals(&self, name: &CustomerId) -> Result<Vec<Approval>, PortError> {
        let name = name.clone();
        self.read("read the approvals", move |tx| match customer(tx, &name)? {
            Some(customer) => approvals(tx, customer),
            None => Ok(Vec::new()),
        })
        .await
    }
}

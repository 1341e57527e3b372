//! The lease of each customer: its latest number, and until when it is held.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Transaction, named_params};

use super::SqliteStore;
use super::error::Failure;
use super::value::{customer, customer_or_new, instant, instant_of, number, number_of};
use crate::id::CustomerId;
use crate::ports::{Lease, LeaseId, Leased, PortError, PortErrorKind};

/// The customer's number, if this is the latest lease and was not given back.
pub(super) fn held(tx: &Transaction<'_>, name: &CustomerId, lease: LeaseId) -> Result<i64, Failure> {
    let overtaken = Failure::Rule(PortErrorKind::Overtaken, "the lease is not held");
    let (Some(customer), Some(lease)) = (customer(tx, name)?, number(lease.0)) else { return Err(overtaken) };
    let mut select = tx.prepare_cached(
        "SELECT 1 FROM leases WHERE customer = :customer AND number = :lease AND until IS NOT NULL",
    )?;
    if select.exists(named_params! { ":customer": customer, ":lease": lease })? {
        Ok(customer)
    } else {
        Err(overtaken)
    }
}

fn acquire(
    tx: &Transaction<'_>,
    name: &CustomerId,
    now: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Leased, Failure> {
    let customer = customer_or_new(tx, name)?;
    if let Some(until) = held_until(tx, customer, now)? {
        return Ok(Leased::Held { until });
    }
    let mut next = tx.prepare_cached(
        "INSERT INTO leases (customer, number, until) VALUES (:customer, 1, :until)
         ON CONFLICT DO UPDATE SET number = number + 1, until = excluded.until
         RETURNING number",
    )?;
    let mut rows = next.query(named_params! { ":customer": customer, ":until": instant(end) })?;
    match rows.next()? {
        Some(row) => Ok(Leased::Ours(LeaseId(number_of(row, "number")?))),
        None => Err(Failure::unreadable()),
    }
}

fn held_until(
    tx: &Transaction<'_>,
    customer: i64,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Failure> {
    let mut holding =
        tx.prepare_cached("SELECT until FROM leases WHERE customer = :customer AND until > :now")?;
    let mut rows = holding.query(named_params! { ":customer": customer, ":now": instant(now) })?;
    rows.next()?.map(|row| instant_of(row, "until")).transpose()
}

fn hold_until(tx: &Transaction<'_>, customer: i64, until: Option<DateTime<Utc>>) -> Result<(), Failure> {
    let mut update = tx.prepare_cached("UPDATE leases SET until = :until WHERE customer = :customer")?;
    update.execute(named_params! { ":customer": customer, ":until": until.map(instant) })?;
    Ok(())
}

fn end_of(now: DateTime<Utc>, hold_for: TimeDelta) -> Result<DateTime<Utc>, PortError> {
    let too_long = || PortError::new(PortErrorKind::Refused, "hold a lease beyond the end of time");
    now.checked_add_signed(hold_for).ok_or_else(too_long)
}

#[async_trait]
impl Lease for SqliteStore {
    async fn acquire(
        &self,
        customer: &CustomerId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<Leased, PortError> {
        let (customer, end) = (customer.clone(), end_of(now, hold_for)?);
        self.write("acquire the lease", move |tx| acquire(tx, &customer, now, end)).await
    }

    async fn renew(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<(), PortError> {
        let (customer, end) = (customer.clone(), end_of(now, hold_for)?);
        self.write("renew the lease", move |tx| {
            let customer = held(tx, &customer, lease)?;
            hold_until(tx, customer, Some(end))
        })
        .await
    }

    async fn release(&self, customer: &CustomerId, lease: LeaseId) -> Result<(), PortError> {
        let customer = customer.clone();
        self.write("release the lease", move |tx| match held(tx, &customer, lease) {
            Ok(customer) => hold_until(tx, customer, None),
            Err(Failure::Rule(..)) => Ok(()),
            Err(error) => Err(error),
        })
        .await
    }

    async fn held_until(
        &self,
        name: &CustomerId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, PortError> {
        let name = name.clone();
        self.read("read the lease", move |tx| match customer(tx, &name)? {
            Some(customer) => held_until(tx, customer, now),
            None => Ok(None),
        })
        .await
    }
}

//! The lease of a run, kept while it runs (R24).
//!
//! In: a store, a clock and a customer. Out: a lease that is renewed often enough, between lists and between writes.
//! Never: a timer; the store refuses a run that was overtaken, so that one which stood still does no harm.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::EngineError;
use crate::id::CustomerId;
use crate::ports::{Clock, LeaseId, Leased, PortError, Store};

/// How long a lease is held without being renewed: longer than any single call to either side may take.
const HOLD: TimeDelta = TimeDelta::minutes(10);
/// How old a lease may become before it is renewed.
const RENEW: TimeDelta = TimeDelta::minutes(3);

/// A lease that this run holds.
pub(super) struct Held<'a> {
    store: &'a dyn Store,
    clock: &'a dyn Clock,
    customer: &'a CustomerId,
    lease: LeaseId,
    renewed: Mutex<DateTime<Utc>>,
}

impl<'a> Held<'a> {
    /// Asks for the lease. With `take_over` it is taken from a run that holds it.
    pub(super) async fn acquire(
        store: &'a dyn Store,
        clock: &'a dyn Clock,
        customer: &'a CustomerId,
        take_over: bool,
    ) -> Result<Self, EngineError> {
        let now = clock.now();
        let mut leased = store.acquire(customer, now, HOLD).await.map_err(EngineError::ledger_side)?;
        if let (true, Leased::Held { until }) = (take_over, leased) {
            // As of its end nobody holds it any more; the store numbers ours higher, and refuses the other's writes.
            leased = store.acquire(customer, until, HOLD).await.map_err(EngineError::ledger_side)?;
        }
        match leased {
            Leased::Ours(lease) => Ok(Self { store, clock, customer, lease, renewed: Mutex::new(now) }),
            Leased::Held { until } => Err(EngineError::Busy { until }),
        }
    }

    pub(super) const fn id(&self) -> LeaseId {
        self.lease
    }

    /// Renews it if it is time.
    pub(super) async fn keep(&self) -> Result<(), PortError> {
        let now = self.clock.now();
        if now - *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) < RENEW {
            return Ok(());
        }
        self.store.renew(self.customer, self.lease, now, HOLD).await?;
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(())
    }

    pub(super) async fn release(self) -> Result<(), PortError> {
        self.store.release(self.customer, self.lease).await
    }
}

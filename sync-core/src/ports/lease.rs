//! Of two runs for one customer exactly one goes on (R24).

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::PortError;
use crate::id::CustomerId;

/// The right to write for one customer. A later lease has a higher number, so that whoever was overtaken can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeaseId(pub u64);

/// What became of asking for a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is ours or it is not")]
pub enum Leased {
    /// It is ours, until it is given back or not renewed in time.
    Ours(LeaseId),
    /// Another run holds it, at most until this instant.
    Held {
        /// When it ends if that run renews it no more.
        until: DateTime<Utc>,
    },
}

/// Hands out the lease of each customer.
///
/// Every write of the [`Ledger`](super::Ledger) that prepares a write to the target names the lease, and the store
/// refuses it with [`Overtaken`](super::PortErrorKind::Overtaken) once another run holds a later one, or the lease was
/// given back. So a run that stood still for longer than its lease can do no harm when it wakes up.
#[async_trait]
pub trait Lease: Send + Sync {
    /// Asks for the lease as of `now`, for this long. A lease that ended is handed to the next who asks.
    ///
    /// # Errors
    /// [`PortError`]; then nobody knows, and the run must not go on.
    async fn acquire(
        &self,
        customer: &CustomerId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<Leased, PortError>;

    /// Holds it for this long from `now` on, also when it had ended but nobody else has asked since.
    ///
    /// # Errors
    /// [`PortError`]; [`Overtaken`](super::PortErrorKind::Overtaken) when another run holds a later one, or when it was
    /// given back.
    async fn renew(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        now: DateTime<Utc>,
        hold_for: TimeDelta,
    ) -> Result<(), PortError>;

    /// Gives it back. Giving back what one no longer holds does nothing.
    ///
    /// # Errors
    /// [`PortError`].
    async fn release(&self, customer: &CustomerId, lease: LeaseId) -> Result<(), PortError>;

    /// Until when somebody holds it, as of `now`; none if nobody does. For those who only look.
    ///
    /// # Errors
    /// [`PortError`].
    async fn held_until(
        &self,
        customer: &CustomerId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, PortError>;
}

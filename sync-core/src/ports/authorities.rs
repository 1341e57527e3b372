//! Where a person's word is kept: mandates and approvals.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::PortError;
use crate::authority::{Approval, Mandate};
use crate::id::CustomerId;
use crate::pii::Pii;

/// What became of remembering an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an approval is new, or its plan was approved before")]
pub enum Remembered {
    /// It waits for a run.
    Waits,
    /// This plan was approved before, and a run has used that up. One plan is approved once.
    UsedUp,
}

/// Keeps mandates and approvals.
#[async_trait]
pub trait Authorities: Send + Sync {
    /// Remembers a mandate in place of the customer's last one.
    ///
    /// # Errors
    /// [`PortError`].
    async fn give_mandate(&self, mandate: &Mandate) -> Result<(), PortError>;

    /// The customer's mandate, unless there is none or it was revoked.
    ///
    /// # Errors
    /// [`PortError`].
    async fn mandate(&self, customer: &CustomerId) -> Result<Option<Mandate>, PortError>;

    /// Ends the customer's mandate. Says whether there was one.
    ///
    /// # Errors
    /// [`PortError`].
    async fn revoke_mandate(
        &self,
        customer: &CustomerId,
        by: &Pii<String>,
        at: DateTime<Utc>,
    ) -> Result<bool, PortError>;

    /// Remembers an approval until a run uses it up by [`complete`](super::Ledger::complete). A second one of the same
    /// plan that no run has used up takes the first one's place: the person looked again.
    ///
    /// # Errors
    /// [`PortError`].
    async fn approve(&self, customer: &CustomerId, approval: &Approval) -> Result<Remembered, PortError>;

    /// The approvals that wait, the latest first.
    ///
    /// # Errors
    /// [`PortError`].
    async fn approvals(&self, customer: &CustomerId) -> Result<Vec<Approval>, PortError>;
}

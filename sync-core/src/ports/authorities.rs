//! Where a person's word is kept: mandates and approvals.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{LeaseId, PortError};
use crate::authority::{Approval, Mandate};
use crate::id::CustomerId;
use crate::pii::Pii;
use crate::plan::PlanId;

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

    /// Remembers an approval until a run uses it up. A second one of the same plan that no run has used up takes the
    /// first one's place: the person looked again.
    ///
    /// # Errors
    /// [`PortError`].
    async fn approve(&self, customer: &CustomerId, approval: &Approval) -> Result<Remembered, PortError>;

    /// The approvals that wait, the latest first.
    ///
    /// # Errors
    /// [`PortError`].
    async fn approvals(&self, customer: &CustomerId) -> Result<Vec<Approval>, PortError>;

    /// Uses an approval up: no run will be given it again. Called when a run that acted on it came to its end; a run
    /// that crashed leaves it waiting, so that the next goes on with what is left of the approved plan. Using up what
    /// is used up changes nothing. The lease must be held.
    ///
    /// # Errors
    /// [`PortError`]; [`Overtaken`](super::PortErrorKind::Overtaken) without the lease,
    /// [`Fatal`](super::PortErrorKind::Fatal) for a plan that was never approved.
    async fn use_up(&self, customer: &CustomerId, lease: LeaseId, plan: &PlanId) -> Result<(), PortError>;
}

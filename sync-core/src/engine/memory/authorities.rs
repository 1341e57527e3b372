//! Mandates and approvals in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use crate::authority::{Approval, Mandate};
use crate::id::CustomerId;
use crate::pii::Pii;
use crate::ports::{Authorities, PortError, Remembered};

/// An approval as it is kept.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) approval: Approval,
    pub(super) is_used_up: bool,
}

impl Clone for Given {
    fn clone(&self) -> Self {
        Self { approval: same(&self.approval), is_used_up: self.is_used_up }
    }
}

/// The same word once more. Approvals are not `Clone`, so that nobody uses one twice; to remember one is not to use it.
fn same(approval: &Approval) -> Approval {
    Approval {
        plan: approval.plan.clone(),
        given_at: approval.given_at,
        by: approval.by.clone(),
        proposals: approval.proposals.clone(),
        smaller_scope: approval.smaller_scope,
    }
}

#[async_trait]
impl Authorities for MemoryStore {
    async fn give_mandate(&self, mandate: &Mandate) -> Result<(), PortError> {
        self.change(&mandate.customer, |memory| memory.mandate = Some(mandate.clone()));
        Ok(())
    }

    async fn mandate(&self, customer: &CustomerId) -> Result<Option<Mandate>, PortError> {
        Ok(self.read(customer, |memory| memory.mandate.clone()))
    }

    async fn revoke_mandate(
        &self,
        customer: &CustomerId,
        _by: &Pii<String>,
        _at: DateTime<Utc>,
    ) -> Result<bool, PortError> {
        Ok(self.change(customer, |memory| memory.mandate.take().is_some()))
    }

    async fn approve(&self, customer: &CustomerId, approval: &Approval) -> Result<Remembered, PortError> {
        Ok(self.change(customer, |memory| {
            if memory.approvals.get(&approval.plan).is_some_and(|given| given.is_used_up) {
                return Remembered::UsedUp;
            }
            let given = Given { approval: same(approval), is_used_up: false };
            memory.approvals.insert(approval.plan.clone(), given);
            Remembered::Waits
        }))
    }

    async fn approvals(&self, customer: &CustomerId) -> Result<Vec<Approval>, PortError> {
        Ok(self.read(customer, |memory| {
            let waiting = memory.approvals.values().filter(|given| !given.is_used_up);
            let mut waiting: Vec<_> = waiting.map(|given| same(&given.approval)).collect();
            waiting.sort_by_key(|approval| Reverse(approval.given_at));
            waiting
        }))
    }
}

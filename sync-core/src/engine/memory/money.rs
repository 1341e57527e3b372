//! Grants, batches and baselines in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use crate::budget::{Baseline, BatchId, GrantId, GrantState};
use crate::id::CustomerId;
use crate::ports::{
    Batch, Forgetting, LeaseId, MoneyLedger, NewBatch, PortError, PortErrorKind, Telling, ToldBy,
};

#[async_trait]
impl MoneyLedger for MemoryStore {
    async fn prepare(&self, _: &CustomerId, _: LeaseId, _: &NewBatch) -> Result<(), PortError> {
        Err(PortError::new(PortErrorKind::Fatal, "prepare a batch"))
    }

    async fn settle_grants(
        &self,
        _: &CustomerId,
        _: &[(GrantId, GrantState)],
        _: &ToldBy,
        _: DateTime<Utc>,
    ) -> Result<(), PortError> {
        Err(PortError::new(PortErrorKind::Fatal, "settle grants"))
    }

    async fn open_batches(&self, _: &CustomerId) -> Result<Vec<Batch>, PortError> {
        Ok(Vec::new())
    }

    async fn batch(&self, _: &CustomerId, _: &BatchId) -> Result<Option<Batch>, PortError> {
        Ok(None)
    }

    async fn tellings(&self, _: &CustomerId, _: &BTreeSet<GrantId>) -> Result<Vec<Telling>, PortError> {
        Ok(Vec::new())
    }

    async fn keep_baseline(&self, _: &CustomerId, _: &Baseline) -> Result<(), PortError> {
        Err(PortError::new(PortErrorKind::Fatal, "keep a baseline"))
    }

    async fn forget(&self, _: &CustomerId, _: &Forgetting) -> Result<u64, PortError> {
        Err(PortError::new(PortErrorKind::Fatal, "forget a person"))
    }
}

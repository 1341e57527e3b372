//! Runs and plans in memory, and what may be forgotten of them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::ledger::Meant;
use super::{All, Memory, MemoryStore, leased};
use crate::id::CustomerId;
use crate::plan::PlanId;
use crate::ports::{
    KeptPlan, LeaseId, Outcome, PortError, PortErrorKind, Retention, RunEnding, RunId, RunRecord, RunStore,
};

impl Memory {
    fn purge(&mut self, retention: Retention) -> u64 {
        let before = self.rows();
        self.runs.retain(|_, run| run.ended.is_none_or(|(at, _)| at >= retention.before));
        self.intents.retain(|_, Meant { intent, told, .. }| {
            let cut_off = match told {
                Some(Outcome::Done(_)) if intent.action.deactivates() => retention.deactivations_before,
                Some(outcome) if outcome.is_end() => retention.before,
                _ => return true,
            };
            intent.at >= cut_off
        });
        self.approvals.retain(|_, given| {
            let cut_off = if given.is_used_up { retention.before } else { retention.unused_approvals_before };
            given.approval.given_at >= cut_off
        });
        let approvals = &self.approvals;
        let waits = |plan: &PlanId| approvals.get(plan).is_some_and(|given| !given.is_used_up);
        self.plans.retain(|id, plan| plan.as_of >= retention.before || waits(id));
        (before - self.rows()) as u64
    }

    fn rows(&self) -> usize {
        self.runs.len() + self.intents.len() + self.approvals.len() + self.plans.len()
    }
}

#[async_trait]
impl RunStore for MemoryStore {
    async fn begin(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        at: DateTime<Utc>,
    ) -> Result<RunId, PortError> {
        let All { customers, numbered } = &mut *self.lock();
        let memory = leased(customers, customer, lease, "begin a run")?;
        *numbered += 1;
        let run = RunId(*numbered);
        memory.runs.insert(run, RunRecord::beginning(run, at));
        Ok(run)
    }

    async fn end(&self, customer: &CustomerId, run: RunId, ending: &RunEnding) -> Result<(), PortError> {
        self.change(customer, |memory| {
            let unknown = || PortError::new(PortErrorKind::Fatal, "end a run that never began");
            let record = memory.runs.get_mut(&run).ok_or_else(unknown)?;
            let ended = record.ended_with(ending);
            if record.ended.is_some() && *record != ended {
                return Err(PortError::new(PortErrorKind::Conflict, "end a run that ended otherwise"));
            }
            *record = ended;
            Ok(())
        })
    }

    async fn runs(&self, customer: &CustomerId, at_most: u32) -> Result<Vec<RunRecord>, PortError> {
        let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
        Ok(self.read(customer, |memory| memory.runs.values().rev().take(at_most).cloned().collect()))
    }

    async fn keep_plan(&self, customer: &CustomerId, plan: &KeptPlan) -> Result<(), PortError> {
        self.change(customer, |memory| {
            memory.plans.entry(plan.id.clone()).or_insert_with(|| plan.clone());
        });
        Ok(())
    }

    async fn plan(&self, customer: &CustomerId, id: &PlanId) -> Result<Option<KeptPlan>, PortError> {
        Ok(self.read(customer, |memory| memory.plans.get(id).cloned()))
    }

    async fn purge(&self, customer: &CustomerId, before: DateTime<Utc>) -> Result<u64, PortError> {
        Ok(self.change(customer, |memory| memory.purge(Retention::before(before))))
    }
}

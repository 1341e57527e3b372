//! The half that only looks: reads both sides and plans (R6).

use std::fmt;
use std::sync::Arc;

use super::EngineError;
use super::held::Held;
use super::read::{self, RequestCounts};
use crate::fingerprint::FingerprintKey;
use crate::id::CustomerId;
use crate::ledger::{LastRun, LedgerView};
use crate::plan::{Plan, Run, plan};
use crate::policy::Policy;
use crate::ports::{AccountReader, Clock, EmployeeSource, Ledger, Progress};
use crate::snapshot::{Complete, TargetSnapshot};

/// Reads both sides and plans. It holds no writer and there is no way to give it one.
#[derive(Clone)]
pub struct DryRun<'a> {
    pub(super) source: &'a dyn EmployeeSource,
    pub(super) accounts: &'a dyn AccountReader,
    pub(super) ledger: &'a dyn Ledger,
    pub(super) clock: &'a dyn Clock,
    pub(super) progress: Option<Arc<dyn Progress>>,
}

/// A plan, with what it took to make it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Requests to the source.
    pub source: RequestCounts,
    /// Requests to the target.
    pub target: RequestCounts,
    pub(super) seen: LastRun,
    pub(super) snapshot: Complete<TargetSnapshot>,
    pub(super) ledger: LedgerView,
}

impl<'a> DryRun<'a> {
    /// A dry run over these ports.
    pub fn new(
        source: &'a dyn EmployeeSource,
        accounts: &'a dyn AccountReader,
        ledger: &'a dyn Ledger,
        clock: &'a dyn Clock,
    ) -> Self {
        Self { source, accounts, ledger, clock, progress: None }
    }

    /// With somebody to tell how far it has come.
    pub fn with_progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Reads both sides and plans. Sends no request that changes anything.
    ///
    /// # Errors
    /// [`EngineError`] when one side could not be read whole; then there is no plan at all (R1).
    pub async fn plan(
        &self,
        customer: &CustomerId,
        policy: &Policy,
        key: &FingerprintKey,
    ) -> Result<Planned, EngineError> {
        self.plan_under(None, customer, policy, key).await
    }

    /// The same, keeping the lease of a run that means to write.
    pub(super) async fn plan_under(
        &self,
        held: Option<&Held<'_>>,
        customer: &CustomerId,
        policy: &Policy,
        key: &FingerprintKey,
    ) -> Result<Planned, EngineError> {
        policy.validate()?;
        let as_of = self.clock.now();
        let ledger = self.ledger.view(customer).await.map_err(EngineError::ledger_side)?;
        let (source, source_requests) =
            read::source(self.source, policy, self.progress.as_ref(), held).await?;
        let (target, target_requests) = read::target(self.accounts, policy, self.progress.as_ref()).await?;
        let plan = plan(&source, &target, &ledger, policy, &Run::new(customer, as_of, key));
        let scope = crate::plan::scope(&source);
        Ok(Planned {
            plan,
            source: source_requests,
            target: target_requests,
            seen: LastRun::new(scope),
            snapshot: target,
            ledger,
        })
    }
}

impl fmt::Debug for DryRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DryRun").finish_non_exhaustive()
    }
}

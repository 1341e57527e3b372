//! The half that only looks: reads both sides and plans (R6).

use std::fmt;
use std::sync::Arc;

use super::EngineError;
use super::held::Held;
use super::read::{self, RequestCounts};
use crate::fingerprint::FingerprintKey;
use crate::id::CustomerId;
use crate::ledger::{DeskStanding, LastRun, LedgerView};
use crate::plan::{Plan, Run, plan};
use crate::policy::Policy;
use crate::ports::{AccountReader, Clock, DeskMemory, EmployeeSource, Ledger, Progress};
use crate::snapshot::{Complete, TargetSnapshot};

/// Reads both sides and plans. It holds no writer and there is no way to give it one.
#[derive(Clone)]
pub struct DryRun<'a> {
    pub(super) source: &'a dyn EmployeeSource,
    pub(super) accounts: &'a dyn AccountReader,
    pub(super) ledger: &'a dyn Ledger,
    pub(super) clock: &'a dyn Clock,
    pub(super) progress: Option<Arc<dyn Progress>>,
    pub(super) desk: Option<&'a dyn DeskMemory>,
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
        Self { source, accounts, ledger, clock, progress: None, desk: None }
    }

    /// With a desk that is asked what it took last. It cannot be given anything this way (R6); without one, no money is
    /// planned.
    pub const fn with_desk(mut self, desk: &'a dyn DeskMemory) -> Self {
        self.desk = Some(desk);
        self
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
        let mut ledger = self.ledger.view(customer).await.map_err(EngineError::ledger_side)?;
        if policy.budgets.is_some() {
            ledger.money.desk = self.desk_standing(customer, &ledger).await;
        }
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

impl DryRun<'_> {
    async fn desk_standing(&self, customer: &CustomerId, ledger: &LedgerView) -> DeskStanding {
        match self.desk {
            None => DeskStanding::NotAsked,
            Some(desk) => match desk.mark(customer).await {
                Ok(mark) => ledger.money.compare(mark.as_ref()),
                Err(_) => DeskStanding::Silent,
            },
        }
    }
}

impl fmt::Debug for DryRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DryRun").finish_non_exhaustive()
    }
}

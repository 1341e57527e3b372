//! Lists that are made of both sides: reads, and hands out rows.
//!
//! In: the ports of a dry run, and for salaries one more, which no other part of the engine is ever given. Out: a list.
//! Never: a write, or a request for salaries that the policy did not choose.

use std::fmt;
use std::sync::Arc;

use super::EngineError;
use super::read::{self, RequestCounts};
use crate::calendar::amsterdam_date;
use crate::export::{FlexSalaryList, Roster, SalariesInForce, flex_salaries, roster};
use crate::fingerprint::FingerprintKey;
use crate::id::CustomerId;
use crate::ledger::LedgerView;
use crate::plan::Run;
use crate::policy::{Policy, SalaryColumn};
use crate::ports::{AccountReader, Clock, EmployeeSource, Ledger, Progress, SalarySource};
use crate::snapshot::{Complete, SourceSnapshot, TargetSnapshot};

/// Makes lists. It holds no writer, and no source of salaries of its own.
#[derive(Clone)]
pub struct Exports<'a> {
    source: &'a dyn EmployeeSource,
    accounts: &'a dyn AccountReader,
    ledger: &'a dyn Ledger,
    clock: &'a dyn Clock,
    progress: Option<Arc<dyn Progress>>,
}

/// A list, with what it took to make it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Exported<T> {
    /// The list.
    pub list: T,
    /// Requests to the source, those for salaries included.
    pub source: RequestCounts,
    /// Requests to the target.
    pub target: RequestCounts,
}

struct BothSides {
    ledger: LedgerView,
    source: (Complete<SourceSnapshot>, RequestCounts),
    target: (Complete<TargetSnapshot>, RequestCounts),
}

impl<'a> Exports<'a> {
    /// Lists over these ports.
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

    /// Everybody, for the platform's integration by file.
    ///
    /// # Errors
    /// [`EngineError`] when one side could not be read whole, and [`EngineError::NoRoster`] when no roster could be right.
    pub async fn roster(
        &self,
        customer: &CustomerId,
        policy: &Policy,
        key: &FingerprintKey,
    ) -> Result<Exported<Roster>, EngineError> {
        policy.validate()?;
        let as_of = self.clock.now();
        let BothSides { ledger, source, target } = self.read(customer, policy).await?;
        let list = roster(&source.0, &target.0, &ledger, policy, &Run::new(customer, as_of, key))?;
        Ok(Exported { list, source: source.1, target: target.1 })
    }

    /// Salaries for one column, for the platform's import of Flex Salary.
    ///
    /// # Errors
    /// [`EngineError::SalariesNotChosen`] before anything is read; [`EngineError`] when one side or the salaries could not
    /// be read whole.
    pub async fn flex_salaries(
        &self,
        salaries: &dyn SalarySource,
        column: SalaryColumn,
        customer: &CustomerId,
        policy: &Policy,
        key: &FingerprintKey,
    ) -> Result<Exported<FlexSalaryList>, EngineError> {
        policy.validate()?;
        if policy.salaries.as_ref().and_then(|chosen| chosen.types_of(column)).is_none() {
            return Err(EngineError::SalariesNotChosen(column));
        }
        let as_of = self.clock.now();
        let BothSides { ledger, source: (source, mut counts), target } = self.read(customer, policy).await?;
        let left = policy.source_request_ceiling.saturating_sub(counts.pages);
        let meters = read::Meters::new(left, self.progress.as_ref());
        let mut in_force = SalariesInForce::default();
        for company in source.companies() {
            read::salaries(salaries, &company.id, amsterdam_date(as_of), &meters, &mut in_force).await?;
        }
        counts.add(meters.counts());
        let run = Run::new(customer, as_of, key);
        let list = flex_salaries(&source, &target.0, &ledger, policy, &run, (column, &in_force));
        Ok(Exported { list, source: counts, target: target.1 })
    }

    async fn read(&self, customer: &CustomerId, policy: &Policy) -> Result<BothSides, EngineError> {
        let ledger = self.ledger.view(customer).await.map_err(EngineError::ledger_side)?;
        let source = read::source(self.source, policy, self.progress.as_ref(), None).await?;
        let target = read::target(self.accounts, policy, self.progress.as_ref()).await?;
        Ok(BothSides { ledger, source, target })
    }
}

impl fmt::Debug for Exports<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exports").finish_non_exhaustive()
    }
}

//! A customer who is served over SOAP, and both interfaces of the same office for a migration.

use async_trait::async_trait;
use futures_util::FutureExt;
use sync_core::authority::Approval;
use sync_core::engine::{EngineError, MigrationDryRun, MigrationReport, MigrationRun, Sources};
use sync_core::migration::{MigrationPlan, SavedMigration, Words};
use sync_core::ports::{EmployeeSource, PortError, RequestMeter, RowsRequest};
use sync_core::record::SourceCompany;
use sync_core::snapshot::{Listing, Row, SourceRows};
use sync_core::{CompanyId, Interface, Pii};
use tests::watched_store::Watch;

use crate::office::{Office, whole};
use crate::play::Play;
use crate::stage::{Stage, customer, key};

/// The office over one of its interfaces, whichever the daily runs read.
pub(crate) struct Over<'a> {
    stage: &'a Stage,
    interface: Interface,
}

impl<'a> Over<'a> {
    pub(crate) const fn new(stage: &'a Stage, interface: Interface) -> Self {
        Self { stage, interface }
    }

    async fn call<T>(&self, name: String, answer: impl FnOnce(Office) -> T + Send) -> Result<T, PortError> {
        let shared = self.stage.shared();
        let begun = shared.begins(&name).await?;
        let mut office = self.stage.office();
        office.over_soap = self.interface == Interface::Soap;
        let answer = answer(office);
        shared.ends(&name, begun).await?;
        Ok(answer)
    }
}

#[async_trait]
impl EmployeeSource for Over<'_> {
    fn call_formula(&self) -> &'static str {
        "1 + 6 for each company"
    }

    async fn companies(
        &self,
        meter: &RequestMeter,
    ) -> Result<Listing<Row<CompanyId, SourceCompany>>, PortError> {
        meter.reserve(1)?;
        let name = format!("source companies over {}", self.interface);
        self.call(name, |office| whole(office.announced().into_iter())).await
    }

    async fn rows(&self, request: &RowsRequest, meter: &RequestMeter) -> Result<SourceRows, PortError> {
        meter.reserve(1)?;
        let name = format!("source {} of {} over {}", request.resource, request.company, self.interface);
        self.call(name, |office| office.rows(&request.company, request.resource)).await
    }
}

impl Play {
    /// Looks at what a migration would do.
    pub(crate) fn plans_migration(&self, words: &Words) -> MigrationPlan {
        let (old, new) = (Over::new(&self.stage, Interface::Soap), Over::new(&self.stage, Interface::Rest));
        let (stage, policy) = (&self.stage, self.stage.policy());
        let dry_run = MigrationDryRun::new(Sources::new(&old, &new), stage, stage.watched(), stage);
        let planned = dry_run.plan(&customer(), &policy, &key(), words).now_or_never();
        planned.expect("memory does not wait").unwrap().plan
    }

    /// Carries out what somebody approves; `None` if it crashed.
    pub(crate) fn migrates(&self, saved: &SavedMigration) -> Option<Result<MigrationReport, EngineError>> {
        let (old, new) = (Over::new(&self.stage, Interface::Soap), Over::new(&self.stage, Interface::Rest));
        let (stage, policy) = (&self.stage, self.stage.policy());
        let run = MigrationRun::new(Sources::new(&old, &new), stage, stage, stage.watched(), stage);
        let approval = Approval::of(saved.id().clone(), stage.time()).by(Pii::new("Ans".to_owned()));
        let ended = run.approved(&customer(), &policy, &key(), saved, &approval).now_or_never();
        self.stage.forget_fault();
        ended
    }

    /// The same, as soon as the lease of whoever crashed has ended.
    pub(crate) fn migrates_after_crash(&self, saved: &SavedMigration) -> MigrationReport {
        match self.migrates(saved).expect("no crash was ordered") {
            Err(EngineError::Busy { until }) => {
                self.stage.set_time(until);
                self.migrates(saved).expect("no crash was ordered").unwrap()
            }
            ended => ended.unwrap(),
        }
    }

    /// From now on daily runs read this interface.
    pub(crate) fn reads_over(&self, interface: Interface) {
        self.stage.in_office(|office| office.over_soap = interface == Interface::Soap);
    }
}

/// A plan as somebody sees it.
pub(crate) fn seen(plan: &MigrationPlan) -> SavedMigration {
    SavedMigration::open(&plan.to_file()).unwrap()
}

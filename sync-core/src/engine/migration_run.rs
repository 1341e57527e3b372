//! A migration from its lease to its end: reads both interfaces and the target, plans, and does what a person approved.
//!
//! First the ledger learns every new name, person by person, each in one transaction. Then the accounts are marked, one
//! update each. So whatever it is stopped at, the ledger knows both names of whoever was touched, and a run over either
//! interface finds every account and every grant; and it can be carried out again, because what is done is no longer in
//! the fresh plan. At its end, if nobody is left behind, what REST shows counts as what the last complete run saw: from
//! then on runs over SOAP are blocked (R26), and the mandate, given for the old scope, has ended.
//!
//! Never: a write or a new name that does not stand in both the approved plan and the fresh one (R7), a write from a
//! [`MigrationDryRun`] (it is given no writer, R6), or a migration while nobody knows what became of an earlier write.

use std::fmt;
use std::sync::Arc;

use super::EngineError;
use super::held::Held;
use super::read::{self, RequestCounts};
use super::recover;
use super::report::ActionReport;
use super::writing::Writing;
use crate::authority::{Approval, AuthorisedAction, Refusal};
use crate::external_id::Interface;
use crate::fingerprint::FingerprintKey;
use crate::id::CustomerId;
use crate::ledger::{LastRun, LedgerView};
use crate::migration::{
    ApprovedMigration, MigrationPlan, Remember, SavedMigration, Words, authorise, migrate,
};
use crate::plan::{ActionKind, Run, plan, scope};
use crate::policy::Policy;
use crate::ports::{
    AccountReader, AccountWriter, Certain, Clock, CompletedRun, EmployeeSource, Intent, KeptPlan, Ledger,
    Outcome, PortError, Progress, Remembered, RunEnd, RunEnding, RunId, Store,
};
use crate::snapshot::{Complete, SourceSnapshot, TargetSnapshot};

/// The same payroll over both interfaces.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Sources<'a> {
    /// Over SOAP.
    pub old: &'a dyn EmployeeSource,
    /// Over REST.
    pub new: &'a dyn EmployeeSource,
}

impl<'a> Sources<'a> {
    /// From this one to that one.
    pub const fn new(old: &'a dyn EmployeeSource, new: &'a dyn EmployeeSource) -> Self {
        Self { old, new }
    }
}

/// Reads both interfaces and the target, and plans the migration. It holds no writer and there is no way to give it one.
#[derive(Clone)]
pub struct MigrationDryRun<'a> {
    sources: Sources<'a>,
    accounts: &'a dyn AccountReader,
    ledger: &'a dyn Ledger,
    clock: &'a dyn Clock,
    progress: Option<Arc<dyn Progress>>,
}

/// A migration plan, with what it took to make it.
#[derive(Debug)]
#[non_exhaustive]
pub struct MigrationPlanned {
    /// The plan.
    pub plan: MigrationPlan,
    /// Requests over SOAP.
    pub old: RequestCounts,
    /// Requests over REST.
    pub new: RequestCounts,
    /// Requests to the target.
    pub target: RequestCounts,
}

/// Carries an approved migration out, under a lease.
///
/// Dropping its future equals a crash, after which it can be carried out again.
#[derive(Clone)]
pub struct MigrationRun<'a> {
    dry_run: MigrationDryRun<'a>,
    writer: &'a dyn AccountWriter,
    store: &'a dyn Store,
    take_over: bool,
}

/// What a migration tells when it ends.
#[derive(Debug)]
#[non_exhaustive]
pub struct MigrationReport {
    /// Its number among the runs of the store.
    pub run: RunId,
    /// The plan that it made freshly.
    pub plan: MigrationPlan,
    /// What was done about it.
    pub verdict: MigrationVerdict,
    /// Requests over SOAP.
    pub old: RequestCounts,
    /// Requests over REST.
    pub new: RequestCounts,
    /// Requests to the target that read, without settling.
    pub target: RequestCounts,
    /// Requests to the target that settled doubtful writes.
    pub settling: RequestCounts,
    /// Requests to the target that wrote.
    pub writes: u64,
    /// Why the store could not remember the end, if it could not.
    pub unremembered: Option<PortError>,
}

/// What was done about a migration plan.
#[derive(Debug)]
#[non_exhaustive]
pub enum MigrationVerdict {
    /// Nothing: it needs a person.
    Waits(Refusal),
    /// What was approved.
    Applied(Box<MigrationApplied>),
}

/// What became of what was approved.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct MigrationApplied {
    /// How many people's new names the ledger learned.
    pub remembered: u64,
    /// What became of each account that was to be marked.
    pub marks: Vec<ActionReport>,
    /// Records, by old name, that the fresh plan moves and the approved one does not, or not so.
    pub skipped: Vec<crate::ExternalId>,
    /// What ended it before its last step, if anything did. It can be carried out again.
    pub stopped: Option<PortError>,
    /// Why the listing that was to settle doubtful writes failed, if it did.
    pub unsettled: Option<EngineError>,
    /// Was it to end the time of SOAP?
    pub to_end: bool,
    /// Did it, so that runs over SOAP are blocked from now on?
    pub ended: bool,
}

impl MigrationReport {
    /// What was done, if anything was approved.
    pub fn applied(&self) -> Option<&MigrationApplied> {
        match &self.verdict {
            MigrationVerdict::Applied(applied) => Some(applied),
            MigrationVerdict::Waits(_) => None,
        }
    }

    /// Was everything done that was approved, and is it remembered?
    pub fn is_complete(&self) -> bool {
        self.unremembered.is_none() && self.applied().is_some_and(MigrationApplied::is_complete)
    }
}

impl MigrationApplied {
    /// Was everything done that was approved?
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none()
            && self.unsettled.is_none()
            && self.ended == self.to_end
            && self.marks.iter().all(|mark| mark.result.is_done())
    }
}

/// All that was read.
struct Readings {
    policies: [Policy; 2],
    old: Complete<SourceSnapshot>,
    new: Complete<SourceSnapshot>,
    target: Complete<TargetSnapshot>,
    counts: [RequestCounts; 3],
}

/// Whose migration it is, and under which policy.
#[derive(Clone, Copy)]
struct Whose<'a> {
    customer: &'a CustomerId,
    policy: &'a Policy,
    run: Run<'a>,
}

impl<'a> MigrationDryRun<'a> {
    /// A dry run over these ports.
    pub fn new(
        sources: Sources<'a>,
        accounts: &'a dyn AccountReader,
        ledger: &'a dyn Ledger,
        clock: &'a dyn Clock,
    ) -> Self {
        Self { sources, accounts, ledger, clock, progress: None }
    }

    /// With somebody to tell how far it has come.
    pub fn with_progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Reads everything and plans. Sends no request that changes anything.
    ///
    /// # Errors
    /// [`EngineError`] when something could not be read whole; then there is no plan at all (R1).
    pub async fn plan(
        &self,
        customer: &CustomerId,
        policy: &Policy,
        key: &FingerprintKey,
        words: &Words,
    ) -> Result<MigrationPlanned, EngineError> {
        let run = Run::new(customer, self.clock.now(), key);
        let readings = self.read(None, policy).await?;
        let ledger = self.ledger.view(customer).await.map_err(EngineError::ledger_side)?;
        let [old, new, target] = readings.counts;
        let plan = readings.plan(&ledger, Whose { customer, policy, run }, words);
        Ok(MigrationPlanned { plan, old, new, target })
    }

    async fn read(&self, held: Option<&Held<'_>>, policy: &Policy) -> Result<Readings, EngineError> {
        policy.validate()?;
        let policies = [as_chosen_by(policy, Interface::Soap)?, as_chosen_by(policy, Interface::Rest)?];
        let [of_old, of_new] = &policies;
        let progress = self.progress.as_ref();
        let (old, old_requests) = read::source(self.sources.old, of_old, progress, held).await?;
        let (new, new_requests) = read::source(self.sources.new, of_new, progress, held).await?;
        let (target, target_requests) = read::target(self.accounts, policy, progress).await?;
        Ok(Readings { policies, old, new, target, counts: [old_requests, new_requests, target_requests] })
    }
}

impl Readings {
    fn plan(&self, ledger: &LedgerView, whose: Whose<'_>, words: &Words) -> MigrationPlan {
        migrate(&self.old, &self.new, (&self.target, ledger), whose.policy, words, &whose.run)
    }
}

/// The policy with those of its companies and debtors that are named as this interface names them: SOAP by numbers.
fn as_chosen_by(policy: &Policy, interface: Interface) -> Result<Policy, EngineError> {
    let is_named = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit()) == (interface == Interface::Soap);
    let mut chosen = policy.clone();
    if let Some(companies) = &mut chosen.companies {
        companies.retain(|company| is_named(company.as_str()));
    }
    if let Some(debtors) = &mut chosen.debtors {
        debtors.retain(|debtor| is_named(debtor.as_str()));
    }
    let chooses_nobody = chosen.companies.as_ref().is_some_and(std::collections::BTreeSet::is_empty)
        || chosen.debtors.as_ref().is_some_and(std::collections::BTreeSet::is_empty);
    if chooses_nobody { Err(EngineError::NotChosenBy(interface)) } else { Ok(chosen) }
}

impl<'a> MigrationRun<'a> {
    /// A migration over these ports.
    pub fn new(
        sources: Sources<'a>,
        accounts: &'a dyn AccountReader,
        writer: &'a dyn AccountWriter,
        store: &'a dyn Store,
        clock: &'a dyn Clock,
    ) -> Self {
        let dry_run = MigrationDryRun::new(sources, accounts, store, clock);
        Self { dry_run, writer, store, take_over: false }
    }

    /// With somebody to tell how far it has come.
    pub fn with_progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.dry_run = self.dry_run.with_progress(progress);
        self
    }

    /// Takes the lease from another run, which somebody knows to have crashed.
    pub const fn taking_over(mut self) -> Self {
        self.take_over = true;
        self
    }

    /// Reads everything again, plans again, and does what stands in both plans.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was written. What went wrong after the first step is in the report.
    pub async fn approved(
        &self,
        customer: &CustomerId,
        policy: &Policy,
        key: &FingerprintKey,
        saved: &SavedMigration,
        approval: &Approval,
    ) -> Result<MigrationReport, EngineError> {
        policy.validate()?;
        let clock = self.dry_run.clock;
        let held = Held::acquire(self.store, clock, customer, self.take_over).await?;
        let whose = Whose { customer, policy, run: Run::new(customer, clock.now(), key) };
        let ended = match self.store.begin(customer, held.id(), clock.now()).await {
            Ok(run) => {
                let ended = self.under(&held, run, whose, (saved, approval)).await;
                let remembered = self.store.end(customer, run, &self.ending(&ended)).await;
                ended.map(|report| MigrationReport { unremembered: remembered.err(), ..report })
            }
            Err(error) => Err(EngineError::ledger_side(error)),
        };
        let released = held.release().await;
        ended.map(|report| {
            let unremembered = report.unremembered.or(released.err());
            MigrationReport { unremembered, ..report }
        })
    }

    async fn under(
        &self,
        held: &Held<'_>,
        run: RunId,
        whose: Whose<'_>,
        (saved, approval): (&SavedMigration, &Approval),
    ) -> Result<MigrationReport, EngineError> {
        let readings = self.dry_run.read(Some(held), whose.policy).await?;
        let unfinished = self.end_what_crashed(whose, &readings).await.map_err(EngineError::ledger_side)?;
        let ledger = self.store.view(whose.customer).await.map_err(EngineError::ledger_side)?;
        let plan = readings.plan(&ledger, whose, saved.words());
        self.keep(whose, saved, &plan).await.map_err(EngineError::ledger_side)?;
        let verdict = match authorise(&plan, saved, approval) {
            Err(refusal) => Err(refusal),
            Ok(_) if unfinished > 0 => Err(Refusal::Unfinished(unfinished)),
            Ok(approved) => match self.store.approve(whose.customer, approval).await {
                Ok(Remembered::Waits) => Ok(approved),
                Ok(Remembered::UsedUp) => Err(Refusal::UsedUp),
                Err(error) => return Err(EngineError::ledger_side(error)),
            },
        };
        let (verdict, settling, writes) = match verdict {
            Err(refusal) => (MigrationVerdict::Waits(refusal), RequestCounts::default(), 0),
            Ok(approved) => self.carry_out(held, whose, &approved, (saved, &readings)).await,
        };
        let [old, new, target] = readings.counts;
        Ok(MigrationReport { run, plan, verdict, old, new, target, settling, writes, unremembered: None })
    }

    /// The approved plan is kept, so that it can be approved again after a crash; and the fresh one, to be looked at.
    async fn keep(
        &self,
        whose: Whose<'_>,
        saved: &SavedMigration,
        fresh: &MigrationPlan,
    ) -> Result<(), PortError> {
        let saved = KeptPlan::new(saved.id().clone(), saved.as_of(), saved.to_file());
        self.store.keep_plan(whose.customer, &saved).await?;
        let fresh = KeptPlan::new(fresh.id().clone(), fresh.as_of(), fresh.to_file());
        self.store.keep_plan(whose.customer, &fresh).await
    }

    /// Intents of runs that crashed end as they would in a run over the interface that they name (R12). Says how many
    /// do not.
    async fn end_what_crashed(&self, whose: Whose<'_>, readings: &Readings) -> Result<usize, PortError> {
        let open = self.store.open_intents(whose.customer).await?;
        if open.is_empty() {
            return Ok(0);
        }
        let ledger = self.store.view(whose.customer).await?;
        let Readings { policies: [of_old, of_new], old, new, target, .. } = readings;
        let over_old = plan(old, target, &ledger, of_old, &whose.run);
        let over_new = plan(new, target, &ledger, of_new, &whose.run);
        let mut unfinished = 0;
        for open in open {
            let plan = match open.intent.person.interface() {
                Interface::Soap => &over_old,
                Interface::Rest => &over_new,
            };
            match recover::outcome(&open.intent, plan.document(), target) {
                Some(outcome) => self.store.settle(whose.customer, open.id, &outcome).await?,
                None => unfinished += 1,
            }
        }
        Ok(unfinished)
    }

    async fn carry_out(
        &self,
        held: &Held<'_>,
        whose: Whose<'_>,
        approved: &ApprovedMigration<'_>,
        (saved, readings): (&SavedMigration, &Readings),
    ) -> (MigrationVerdict, RequestCounts, u64) {
        let mut applied = MigrationApplied {
            skipped: approved.skipped().to_vec(),
            to_end: saved.ends(),
            ..MigrationApplied::default()
        };
        let (mut settling, mut writes) = (RequestCounts::default(), 0);
        for remember in &approved.remember {
            if let Err(error) = self.learn(held, whose, approved.plan(), remember).await {
                applied.stopped = Some(error);
                break;
            }
            applied.remembered += 1;
        }
        if applied.stopped.is_none() {
            (settling, writes) = self.mark(held, whose, approved, &mut applied).await;
        }
        // As long as somebody is left behind, runs over REST stay blocked, and the approval waits for what is left of it.
        if applied.stopped.is_none() && applied.unsettled.is_none() && approved.ends() {
            let seen = LastRun::new(scope(&readings.new));
            let completed =
                CompletedRun::new(seen, std::collections::BTreeMap::new()).using_up(Some(saved.id().clone()));
            applied.stopped = self.store.complete(whose.customer, held.id(), &completed).await.err();
            applied.ended = applied.stopped.is_none();
        }
        (MigrationVerdict::Applied(Box::new(applied)), settling, writes)
    }

    /// One person's new names, all at once.
    async fn learn(
        &self,
        held: &Held<'_>,
        whose: Whose<'_>,
        plan: &MigrationPlan,
        remember: &Remember,
    ) -> Result<(), PortError> {
        held.keep().await?;
        let Remember { person, links, aliases } = remember.clone();
        let now = self.dry_run.clock.now();
        // Nothing is sent, so that no account can show what became of it.
        let intent = Intent::new(plan.id().clone(), person, ActionKind::Relink, None, now);
        let intent = self.store.intend(whose.customer, held.id(), &intent).await?;
        let outcome = Outcome::Done(Certain { links, aliases });
        self.store.settle(whose.customer, intent, &outcome).await
    }

    /// One update for each account that carries an old name.
    async fn mark(
        &self,
        held: &Held<'_>,
        whose: Whose<'_>,
        approved: &ApprovedMigration<'_>,
        applied: &mut MigrationApplied,
    ) -> (RequestCounts, u64) {
        let actions: Vec<AuthorisedAction> = approved.marks.iter().map(AuthorisedAction::renaming).collect();
        let mut writing = Writing {
            writer: self.writer,
            store: self.store,
            clock: self.dry_run.clock,
            progress: self.dry_run.progress.as_deref(),
            customer: whose.customer,
            held,
            plan: approved.plan().id(),
            actions: &actions,
            writes: 0,
            pending: Vec::new(),
        };
        let (mut results, stopped) = writing.all().await;
        let settled = writing.settle(self.dry_run.accounts, whose.policy, &mut results).await;
        let writes = writing.writes;
        let report = |(action, result): (&AuthorisedAction, _)| ActionReport {
            person: action.person().clone(),
            action: action.kind(),
            result,
        };
        applied.marks = actions.iter().zip(results).map(report).collect();
        applied.stopped = stopped;
        match settled {
            Ok(counts) => (counts, writes),
            Err(error) => {
                applied.unsettled = Some(error);
                (RequestCounts::default(), writes)
            }
        }
    }

    fn ending(&self, ended: &Result<MigrationReport, EngineError>) -> RunEnding {
        let now = self.dry_run.clock.now();
        match ended {
            Err(error) => RunEnding { told: Some(error.to_string()), ..RunEnding::new(now, RunEnd::Failed) },
            Ok(report) => {
                let (end, told) = match &report.verdict {
                    MigrationVerdict::Waits(refusal) => (RunEnd::Waits, Some(refusal.to_string())),
                    MigrationVerdict::Applied(applied) if applied.is_complete() => (RunEnd::Done, None),
                    MigrationVerdict::Applied(applied) => {
                        (RunEnd::Partly, applied.stopped.as_ref().map(PortError::to_string))
                    }
                };
                RunEnding { at: now, end, plan: Some(report.plan.id().clone()), writes: report.writes, told }
            }
        }
    }
}

impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").finish_non_exhaustive()
    }
}

impl fmt::Debug for MigrationDryRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MigrationDryRun").finish_non_exhaustive()
    }
}

impl fmt::Debug for MigrationRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MigrationRun").finish_non_exhaustive()
    }
}

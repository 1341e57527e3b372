//! One run from its lease to its end: reads, plans, looks for authority, writes, remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::EngineError;
use super::dry_run::{DryRun, Planned};
use super::handing::{self, Handed, Handing};
use super::held::Held;
use super::read::RequestCounts;
use super::recover;
use super::report::{ActionReport, ActionResult, Applied, RunReport, Verdict};
use super::writing::{Writing, certain};
use crate::authority::{self, Approval, Authorised, Authority, Mandate, Refusal, authorise};
use crate::external_id::ExternalId;
use crate::fingerprint::FingerprintKey;
use crate::id::{AccountId, CustomerId};
use crate::ledger::{LedgerView, Link};
use crate::plan::{Entry, Plan, PlanDocument, PlanId, SavedPlan};
use crate::policy::Policy;
use crate::ports::{
    AccountReader, AccountWriter, BudgetDesk, Clock, CompletedRun, EmployeeSource, KeptPlan, MoneySeen,
    PortError, Progress, Remembered, RunEnd, RunEnding, RunId, Store,
};
use crate::snapshot::TargetSnapshot;

/// Runs of one customer after the other, each under a lease.
///
/// Dropping one of its futures equals a crash: what was sent stands in the store as an intent, the lease ends by
/// itself, and the next run goes on.
#[derive(Clone)]
pub struct SyncRun<'a> {
    dry_run: DryRun<'a>,
    writer: &'a dyn AccountWriter,
    store: &'a dyn Store,
    desk: Option<&'a dyn BudgetDesk>,
    only: Option<ExternalId>,
    take_over: bool,
}

/// Whose run it is, and under which policy.
#[derive(Clone, Copy)]
struct Whose<'a> {
    customer: &'a CustomerId,
    policy: &'a Policy,
    key: &'a FingerprintKey,
}

/// Where a run looks for a person's word.
enum Word<'a> {
    /// In the store: the mandate, and approvals that wait.
    Remembered,
    /// It was handed over.
    Given(&'a SavedPlan, Approval),
}

/// A person's word as it was found.
struct Found {
    mandate: Option<Mandate>,
    approved: Option<(SavedPlan, Approval)>,
    /// The approval that was handed over had its run already.
    used_up: bool,
}

impl<'a> SyncRun<'a> {
    /// Runs over these ports.
    pub fn new(
        source: &'a dyn EmployeeSource,
        accounts: &'a dyn AccountReader,
        writer: &'a dyn AccountWriter,
        store: &'a dyn Store,
        clock: &'a dyn Clock,
    ) -> Self {
        let dry_run = DryRun::new(source, accounts, store, clock);
        Self { dry_run, writer, store, desk: None, only: None, take_over: false }
    }

    /// With a desk that takes grants. Without one, budgets are held.
    pub fn with_desk(mut self, desk: &'a dyn BudgetDesk) -> Self {
        self.dry_run = self.dry_run.with_desk(desk);
        self.desk = Some(desk);
        self
    }

    /// With somebody to tell how far it has come.
    pub fn with_progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.dry_run = self.dry_run.with_progress(progress);
        self
    }

    /// Only the part of the whole plan that is about the person who has this record (R25). Such a run does not count as
    /// a complete one.
    pub fn only(mut self, record: ExternalId) -> Self {
        self.only = Some(record);
        self
    }

    /// Takes the lease from another run, which somebody knows to have crashed. If it has not, the store refuses all
    /// that it would still do, but for the one write that may be under way.
    pub const fn taking_over(mut self) -> Self {
        self.take_over = true;
        self
    }

    /// The daily run: what the customer's mandate covers and the approvals that wait.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was written. What went wrong after the first write is in the report.
    pub async fn daily(
        &self,
        customer: &CustomerId,
        policy: &Policy,
        key: &FingerprintKey,
    ) -> Result<RunReport, EngineError> {
        self.run(Whose { customer, policy, key }, Word::Remembered).await
    }

    /// A run on this approval of this plan, and on no mandate.
    ///
    /// # Errors
    /// As [`daily`](Self::daily).
    pub async fn approved(
        &self,
        customer: &CustomerId,
        policy: &Policy,
        key: &FingerprintKey,
        plan: &SavedPlan,
        approval: Approval,
    ) -> Result<RunReport, EngineError> {
        self.run(Whose { customer, policy, key }, Word::Given(plan, approval)).await
    }

    async fn run(&self, whose: Whose<'_>, word: Word<'_>) -> Result<RunReport, EngineError> {
        whose.policy.validate()?;
        let clock = self.dry_run.clock;
        let held = Held::acquire(self.store, clock, whose.customer, self.take_over).await?;
        let ended = match self.store.begin(whose.customer, held.id(), clock.now()).await {
            Ok(run) => {
                let ended = self.under(&held, run, whose, word).await;
                let remembered = self.store.end(whose.customer, run, &self.ending(&ended)).await;
                ended.map(|report| RunReport { unremembered: remembered.err(), ..report })
            }
            Err(error) => Err(EngineError::ledger_side(error)),
        };
        let released = held.release().await;
        ended.map(|report| {
            let unremembered = report.unremembered.or(released.err());
            RunReport { unremembered, ..report }
        })
    }

    async fn under(
        &self,
        held: &Held<'_>,
        run: RunId,
        whose: Whose<'_>,
        word: Word<'_>,
    ) -> Result<RunReport, EngineError> {
        let desk_silent =
            self.find_out_about_money(whose.customer).await.map_err(EngineError::ledger_side)?;
        let planned = self.dry_run.plan_under(Some(held), whose.customer, whose.policy, whose.key).await?;
        self.end_what_crashed(whose.customer, &planned).await.map_err(EngineError::ledger_side)?;
        let found = self.find(whose.customer, word, &planned.plan).await.map_err(EngineError::ledger_side)?;
        let Planned { plan, source, target, seen, ledger, snapshot } = planned;
        let kept = KeptPlan::new(plan.id().clone(), plan.as_of(), plan.to_file());
        self.store.keep_plan(whose.customer, &kept).await.map_err(EngineError::ledger_side)?;

        let approval = found.approved.as_ref().map(|(plan, _)| plan.id().clone());
        let written = match authorise_with(&plan, found) {
            Ok(authorised) => {
                let authorised = match &self.only {
                    Some(record) => authorised.only(person_of(plan.document(), record)),
                    None => authorised,
                };
                let mut links = certain_links(plan.document());
                links.retain(|record, link| ledger.links.get(record) != Some(link));
                let money = MoneySeen::new(inactive_with_grants(&ledger, &snapshot), plan.emptied().clone());
                let completed = CompletedRun::new(seen, links).using_up(approval).with_money(money);
                self.write(held, whose, &authorised, &completed, &ledger).await
            }
            Err(refusal) => Written::nothing(refusal),
        };
        let Written { verdict, settling, writes } = written;
        Ok(RunReport {
            run,
            plan,
            verdict,
            source,
            target,
            settling,
            writes,
            desk_silent,
            unremembered: None,
        })
    }

    async fn write(
        &self,
        held: &Held<'_>,
        whose: Whose<'_>,
        authorised: &Authorised<'_>,
        completed: &CompletedRun,
        ledger: &LedgerView,
    ) -> Written {
        let mut writing = Writing {
            writer: self.writer,
            store: self.store,
            clock: self.dry_run.clock,
            progress: self.dry_run.progress.as_deref(),
            customer: whose.customer,
            held,
            plan: authorised.plan().id(),
            actions: authorised.actions(),
            writes: 0,
            pending: Vec::new(),
        };
        let (mut results, mut stopped) = writing.all().await;
        let settled = writing.settle(self.dry_run.accounts, whose.policy, &mut results).await;
        let writes = writing.writes;
        let (settling, unsettled) = match settled {
            Ok(counts) => (counts, None),
            Err(error) => (RequestCounts::default(), Some(error)),
        };
        let mut handed = Handed::default();
        if stopped.is_none() {
            handed = self.hand_over(held, whose, authorised, &results, ledger).await;
            // What the desk could not take keeps no account waiting, but the approval of it.
            let without_approval = handed.stopped.as_ref().map(|_| completed.clone().using_up(None));
            let completed = without_approval.as_ref().unwrap_or(completed);
            if self.only.is_none() {
                stopped = self.store.complete(whose.customer, held.id(), completed).await.err();
            }
            stopped = handed.stopped.take().or(stopped);
        }
        let report = |(action, result): (&authority::AuthorisedAction, _)| ActionReport {
            person: action.person().clone(),
            action: action.kind(),
            result,
        };
        let actions = authorised.actions().iter().zip(results).map(report).collect();
        let skipped = authorised.skipped().to_vec();
        let skipped_grants = authorised.skipped_grants().to_vec();
        let Handed { grants, lists, .. } = handed;
        let applied = Applied { actions, skipped, stopped, unsettled, grants, skipped_grants, lists };
        Written { verdict: Verdict::Applied(Box::new(applied)), settling, writes }
    }

    /// Before anything is planned: what became of the money that crashed runs were handing over.
    async fn find_out_about_money(&self, customer: &CustomerId) -> Result<Option<PortError>, PortError> {
        match self.desk {
            None => Ok(None),
            Some(desk) => handing::recover(desk, self.store, self.dry_run.clock, customer).await,
        }
    }

    /// Money, after all accounts are as they should be.
    async fn hand_over(
        &self,
        held: &Held<'_>,
        whose: Whose<'_>,
        authorised: &Authorised<'_>,
        results: &[ActionResult],
        ledger: &LedgerView,
    ) -> Handed {
        let mut handed = Handed::default();
        let (Some(desk), Some(latest)) = (self.desk, handing::latest(&ledger.money)) else { return handed };
        let (store, clock, customer) = (self.store, self.dry_run.clock, whose.customer);
        let plan = authorised.plan().id();
        let repeated = handing::repeated(&ledger.money);
        let mut handing = Handing { desk, store, clock, customer, held, plan, latest, repeated };
        // Also in a run about one person: a desk takes no batch after a later one.
        handing.finish_lists(&mut handed).await;
        if handed.stopped.is_some() {
            return handed;
        }
        let undone: BTreeSet<_> = authorised
            .actions()
            .iter()
            .zip(results)
            .filter(|(_, result)| !result.is_done())
            .map(|(action, _)| action.person())
            .collect();
        let finished = std::mem::take(&mut handed.lists);
        handed = handing.all(authorised.grants(), &undone).await;
        handed.lists.splice(0..0, finished);
        handed
    }

    /// Intents of runs that crashed end by what this run has read (R12).
    async fn end_what_crashed(&self, customer: &CustomerId, planned: &Planned) -> Result<(), PortError> {
        for open in self.store.open_intents(customer).await? {
            if let Some(outcome) = recover::outcome(&open.intent, planned.plan.document(), &planned.snapshot)
            {
                self.store.settle(customer, open.id, &outcome).await?;
            }
        }
        Ok(())
    }

    /// The mandate, and the latest waiting approval that still holds. One that does not is no reason to stop the rest.
    async fn find(&self, customer: &CustomerId, word: Word<'_>, fresh: &Plan) -> Result<Found, PortError> {
        match word {
            Word::Given(plan, approval) => {
                // Kept, so that a run after a crash goes on with it.
                let kept = KeptPlan::new(plan.id().clone(), plan.as_of(), plan.to_file());
                self.store.keep_plan(customer, &kept).await?;
                let used_up = authority::check(plan, &approval, fresh).is_ok()
                    && self.store.approve(customer, &approval).await? == Remembered::UsedUp;
                Ok(Found { mandate: None, approved: Some((plan.clone(), approval)), used_up })
            }
            Word::Remembered => {
                let mandate = self.store.mandate(customer).await?;
                let mut approved = None;
                for approval in self.store.approvals(customer).await? {
                    let Some(kept) = self.store.plan(customer, &approval.plan).await? else { continue };
                    let Ok(plan) = SavedPlan::open(&kept.file) else { continue };
                    if authority::check(&plan, &approval, fresh).is_ok() {
                        approved = Some((plan, approval));
                        break;
                    }
                }
                Ok(Found { mandate, approved, used_up: false })
            }
        }
    }

    fn ending(&self, ended: &Result<RunReport, EngineError>) -> RunEnding {
        let now = self.dry_run.clock.now();
        match ended {
            Err(error) => RunEnding { told: Some(error.to_string()), ..RunEnding::new(now, RunEnd::Failed) },
            Ok(report) => {
                let (end, told) = match &report.verdict {
                    Verdict::Waits(refusal) => (RunEnd::Waits, Some(refusal.to_string())),
                    Verdict::Applied(applied) if applied.is_complete() => (RunEnd::Done, None),
                    Verdict::Applied(applied) => {
                        (RunEnd::Partly, applied.stopped.as_ref().map(PortError::to_string))
                    }
                };
                let plan: Option<PlanId> = Some(report.plan.id().clone());
                RunEnding { at: now, end, plan, writes: report.writes, told }
            }
        }
    }
}

/// What came of writing.
struct Written {
    verdict: Verdict,
    settling: RequestCounts,
    writes: u64,
}

impl Written {
    fn nothing(refusal: Refusal) -> Self {
        Self { verdict: Verdict::Waits(refusal), settling: RequestCounts::default(), writes: 0 }
    }
}

fn authorise_with(plan: &Plan, found: Found) -> Result<Authorised<'_>, Refusal> {
    let Found { mandate, approved, used_up } = found;
    if used_up {
        return Err(Refusal::UsedUp);
    }
    let mut authority = Authority::none();
    if let Some(mandate) = &mandate {
        authority = authority.with_mandate(mandate);
    }
    match approved {
        Some((saved, approval)) => authorise(plan, authority.with_approval(&saved, approval)),
        None => authorise(plan, authority),
    }
}

/// Inactive accounts on which something was given: nobody knows what is left of it (U-16).
fn inactive_with_grants(ledger: &LedgerView, target: &TargetSnapshot) -> BTreeSet<AccountId> {
    let is_inactive = |account: &AccountId| target.account(*account).is_some_and(|account| !account.active);
    let given = ledger.money.grants.iter().filter(|grant| !grant.interrupted);
    given.filter_map(|grant| grant.account).filter(is_inactive).collect()
}

/// The person who has this record, by external id.
fn person_of<'a>(plan: &'a PlanDocument, record: &'a ExternalId) -> &'a ExternalId {
    let has_record = |entry: &&Entry| entry.records.iter().any(|note| note.id == *record);
    plan.entries.iter().find(has_record).map_or(record, |entry| &entry.person)
}

/// Which account is whose, where the plan is certain of it. A person who is held for another reason has an
/// account no less, and all of the person's records belong to it.
fn certain_links(document: &PlanDocument) -> BTreeMap<ExternalId, Link> {
    document
        .entries
        .iter()
        .filter_map(|entry| Some((entry, entry.account.filter(|account| account.found_by.is_certain())?)))
        .flat_map(|(entry, account)| {
            certain(account.id, entry.records.iter().map(|record| (&record.id, &record.company)))
        })
        .collect()
}

impl fmt::Debug for SyncRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncRun").finish_non_exhaustive()
    }
}

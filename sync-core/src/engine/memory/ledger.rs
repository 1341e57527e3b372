//! Links, aliases, failures and intents in memory.

use async_trait::async_trait;

use super::money::empty;
use super::{All, Memory, MemoryStore, leased};
use crate::budget::Epoch;
use crate::id::CustomerId;
use crate::ledger::{Failures, LedgerView};
use crate::plan::ActionKind;
use crate::ports::{
    CompletedRun, Intent, IntentId, LeaseId, Ledger, OpenIntent, Outcome, PortError, PortErrorKind,
};

/// An intent as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Meant {
    pub(super) intent: Intent,
    /// The memory of money in which it was recorded.
    pub(super) epoch: Option<Epoch>,
    /// What was last told of it.
    pub(super) told: Option<Outcome>,
}

impl Meant {
    pub(super) fn has_ended(&self) -> bool {
        self.told.as_ref().is_some_and(Outcome::is_end)
    }

    /// Did somebody lose access by it, or may have?
    pub(super) fn may_have_deactivated(&self) -> bool {
        self.intent.action.deactivates() && self.may_have_been_done()
    }

    fn may_have_been_done(&self) -> bool {
        !matches!(self.told, Some(Outcome::Refused | Outcome::NotDone))
    }
}

impl Memory {
    fn settle(&mut self, id: IntentId, outcome: &Outcome) -> Result<(), PortError> {
        let what = "settle an intent";
        let unknown = || PortError::new(PortErrorKind::Fatal, format!("{what} that was never recorded"));
        let Meant { intent, epoch, told } = self.intents.get_mut(&id).ok_or_else(unknown)?;
        if let Some(end) = told.as_ref().filter(|last| last.is_end()) {
            let otherwise =
                || PortError::new(PortErrorKind::Conflict, format!("{what} that ended otherwise"));
            return if end.is_same_end(outcome) { Ok(()) } else { Err(otherwise()) };
        }
        *told = Some(outcome.clone());
        match outcome {
            Outcome::Done(certain) => {
                self.view.links.extend(certain.links.clone());
                self.view.aliases.extend(certain.aliases.clone());
                self.view.failures.remove(&intent.person);
                self.counted.remove(&intent.person);
                if intent.action == ActionKind::Onboard {
                    self.books.onboarded(&mut self.view.money, epoch.as_ref(), certain);
                }
                if intent.interrupts() {
                    self.view.interrupt(intent.account, Some(&intent.person));
                }
            }
            Outcome::Refused => {
                let last = self.view.failures.get(&intent.person).copied();
                let Failures { runs, last } = last.unwrap_or_else(|| Failures::new(0, intent.at));
                let is_new = self.counted.insert(intent.person.clone(), intent.plan.clone()).as_ref()
                    != Some(&intent.plan);
                let failures = Failures::new(runs + u32::from(is_new), last.max(intent.at));
                self.view.failures.insert(intent.person.clone(), failures);
            }
            Outcome::NotDone | Outcome::Doubtful => {}
        }
        Ok(())
    }
}

#[async_trait]
impl Ledger for MemoryStore {
    async fn view(&self, customer: &CustomerId) -> Result<LedgerView, PortError> {
        Ok(self.read(customer, |memory| {
            let mut view = memory.view.clone();
            for meant in memory.intents.values() {
                let Meant { intent, .. } = meant;
                if meant.may_have_deactivated() {
                    view.deactivations.push(intent.at);
                }
                if intent.interrupts() && !meant.has_ended() {
                    view.interrupt(intent.account, Some(&intent.person));
                }
            }
            view.deactivations.sort();
            view
        }))
    }

    async fn intend(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        intent: &Intent,
    ) -> Result<IntentId, PortError> {
        let All { customers, numbered } = &mut *self.lock();
        let memory = leased(customers, customer, lease, "record an intent")?;
        *numbered += 1;
        let epoch = memory.view.money.epoch.clone();
        memory.intents.insert(IntentId(*numbered), Meant { intent: intent.clone(), epoch, told: None });
        Ok(IntentId(*numbered))
    }

    async fn open_intents(&self, customer: &CustomerId) -> Result<Vec<OpenIntent>, PortError> {
        Ok(self.read(customer, |memory| {
            let open = memory.intents.iter().filter(|(_, meant)| !meant.has_ended());
            open.map(|(id, meant)| OpenIntent::new(*id, meant.intent.clone())).collect()
        }))
    }

    async fn settle(
        &self,
        customer: &CustomerId,
        intent: IntentId,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        self.change(customer, |memory| memory.settle(intent, outcome))
    }

    async fn complete(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        run: &CompletedRun,
    ) -> Result<(), PortError> {
        let mut all = self.lock();
        let memory = leased(&mut all.customers, customer, lease, "complete a run")?;
        if let Some(plan) = &run.approval {
            let unknown = || PortError::new(PortErrorKind::Fatal, "use up an approval that was never given");
            memory.approvals.get_mut(plan).ok_or_else(unknown)?.is_used_up = true;
        }
        memory.view.links.extend(run.links.clone());
        memory.view.last_run = Some(run.seen.clone());
        for account in &run.money.inactive {
            memory.view.interrupt(Some(*account), None);
        }
        empty(&mut memory.view.money, &run.money.emptied);
        Ok(())
    }
}

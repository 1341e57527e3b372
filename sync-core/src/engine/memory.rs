//! A ledger in memory: for tests, demos, and as the example of what a store has to do.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::id::CustomerId;
use crate::ledger::LedgerView;
use crate::plan::ActionKind;
use crate::ports::{CompletedRun, Intent, IntentId, Ledger, Outcome, PortError, PortErrorKind};

/// Remembers until it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    customers: Mutex<BTreeMap<CustomerId, Memory>>,
}

#[derive(Debug, Default)]
struct Memory {
    view: LedgerView,
    intents: Vec<(Intent, Option<Outcome>)>,
}

impl MemoryStore {
    /// A ledger that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A ledger that remembers this of one customer.
    pub fn with_view(customer: CustomerId, view: LedgerView) -> Self {
        let memory = Memory { view, intents: Vec::new() };
        Self { customers: Mutex::new(BTreeMap::from([(customer, memory)])) }
    }

    /// All intents of a customer with how they ended, in order.
    pub fn intents(&self, customer: &CustomerId) -> Vec<(Intent, Option<Outcome>)> {
        self.lock().get(customer).map(|memory| memory.intents.clone()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<CustomerId, Memory>> {
        // Each change below is made in one go, so that a panic elsewhere leaves nothing half done.
        self.customers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for MemoryStore {
    async fn view(&self, customer: &CustomerId) -> Result<LedgerView, PortError> {
        Ok(self.lock().get(customer).map(|memory| memory.view.clone()).unwrap_or_default())
    }

    async fn intend(&self, customer: &CustomerId, intent: &Intent) -> Result<IntentId, PortError> {
        let mut customers = self.lock();
        let intents = &mut customers.entry(customer.clone()).or_default().intents;
        intents.push((intent.clone(), None));
        Ok(IntentId(intents.len() as u64 - 1))
    }

    async fn settle(
        &self,
        customer: &CustomerId,
        intent: IntentId,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        let mut customers = self.lock();
        let unknown = || PortError::new(PortErrorKind::Fatal, "settle an intent that was never recorded");
        let memory = customers.get_mut(customer).ok_or_else(unknown)?;
        let at = usize::try_from(intent.0).map_err(|_| unknown())?;
        let (intent, settled) = memory.intents.get_mut(at).ok_or_else(unknown)?;
        if let Outcome::Done(links) = outcome {
            memory.view.links.extend(links.clone());
            if intent.action == ActionKind::Offboard && !matches!(settled, Some(Outcome::Done(_))) {
                memory.view.deactivations.push(intent.at);
            }
        }
        *settled = Some(outcome.clone());
        Ok(())
    }

    async fn complete(&self, customer: &CustomerId, run: &CompletedRun) -> Result<(), PortError> {
        let mut customers = self.lock();
        let view = &mut customers.entry(customer.clone()).or_default().view;
        view.links.extend(run.links.clone());
        view.last_run = Some(run.seen.clone());
        Ok(())
    }
}

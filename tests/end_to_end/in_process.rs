//! The engine in this process, on the sandbox in the other: for rules about what a ledger remembers, with ledgers that
//! remember what would take many runs.

use examples::clock::MachineClock;
use examples::config::Config;
use examples::connect;
use examples::grant::GrantPlace;
use serde_json::Value;
use sync_core::engine::{DryRun, MemoryStore};
use sync_core::ledger::{LastRun, LedgerView, Link};
use sync_core::{AccountId, CompanyId, ExternalId};

use crate::stage::Stage;

impl Stage {
    /// Plans with this memory of earlier runs and the present configuration, and gives the plan's document.
    pub(crate) async fn plan_with_memory(&self, memory: LedgerView) -> Value {
        let text = std::fs::read_to_string(self.config()).unwrap();
        let environment = self.environment();
        let config = Config::parse("sync.toml", &text, |name| environment.get(name).cloned()).unwrap();
        let grant = GrantPlace::new(&config.customer, &config.nmbrs.rest().unwrap().tokens).unwrap();
        let authorizer = connect::authorizer(config.nmbrs.rest().unwrap(), &grant).unwrap();
        let source = connect::rest(config.nmbrs.rest().unwrap(), authorizer).unwrap();
        let reader = connect::reader(&connect::target(&config.yourcampus).unwrap());
        let ledger = MemoryStore::with_view(config.customer.clone(), memory);
        let dry_run = DryRun::new(&source, &reader, &ledger, &MachineClock);
        let planned = dry_run.plan(&config.customer, &config.policy, &config.fingerprint_key).await.unwrap();
        serde_json::to_value(planned.plan.document()).unwrap()
    }
}

/// A memory in which this record has this account.
pub(crate) fn linked(employee_id: &str, account: i64, company_id: &str) -> LedgerView {
    let mut memory = LedgerView::default();
    let link = Link::new(AccountId::new(account), CompanyId::new(company_id));
    memory.links.insert(ExternalId::rest(employee_id).unwrap(), link);
    memory
}

/// A memory of a complete run that saw these companies, each with these extra fields.
pub(crate) fn after_a_run<'a>(scope: impl IntoIterator<Item = (&'a str, &'a [&'a str])>) -> LedgerView {
    let scope = scope.into_iter().map(|(company, fields)| {
        (CompanyId::new(company), fields.iter().map(|field| (*field).to_owned()).collect())
    });
    let mut memory = LedgerView::default();
    memory.last_run = Some(LastRun::new(scope.collect()));
    memory
}

//! `sync status`: who allowed what, what was done lately, and what waits. From the store alone; reads neither side.

use sync_core::SavedPlan;
use sync_core::ports::{Authorities, Clock, Lease, Ledger, RunStore};

use super::Setting;
use super::budgets::money;
use crate::clock::MachineClock;
use crate::exit::Ended;
use crate::next_step::NextStep;
use crate::show::Status;
use crate::store;
use crate::terminal::say;

/// How many runs are shown.
const RUNS: u32 = 10;

/// Shows what the store knows.
///
/// # Errors
/// When there is no store yet, or when it fails.
pub async fn status(setting: Setting<'_>, json: bool) -> anyhow::Result<Ended> {
    let store = store::of_earlier_runs(setting.config).await?;
    let customer = &setting.config.customer;
    let (now, runs) = (MachineClock.now(), store.runs(customer, RUNS).await?);
    let status = Status {
        customer,
        policy: setting.config.policy.hash(),
        now,
        lease: store.held_until(customer, now).await?,
        mandate: store.mandate(customer).await?,
        approvals: store.approvals(customer).await?,
        open: store.open_intents(customer).await?,
        gives_budgets: setting.config.policy.budgets.is_some(),
        money: money(setting.config, &store).await?,
        latest: match runs.iter().find_map(|run| run.plan.as_ref()) {
            Some(plan) => store.plan(customer, plan).await?.and_then(|kept| SavedPlan::open(&kept.file).ok()),
            None => None,
        },
        runs,
    };
    say(&if json { status.json().to_string() } else { status.text(NextStep::with(setting.file)) });
    Ok(Ended::Done)
}

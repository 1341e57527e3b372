//! A person's word about money is kept while no run is under way: a run that has planned without it would go on without.

use anyhow::bail;
use chrono::TimeDelta;
use sync_core::ports::{Clock, Leased, Store};

use crate::clock::MachineClock;
use crate::commands::Setting;

/// How long the lease is asked for. Nothing here waits for anything but the store.
const HOLD: TimeDelta = TimeDelta::minutes(1);

/// Does the work while this process holds the lease of the customer.
///
/// # Errors
/// When a run holds it; then nothing was done. What the work says, or the store.
pub(super) async fn alone<T>(
    setting: Setting<'_>,
    store: &impl Store,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let customer = &setting.config.customer;
    let lease = match store.acquire(customer, MachineClock.now(), HOLD).await? {
        Leased::Ours(lease) => lease,
        Leased::Held { until } => bail!(
            "nothing was changed: a run is under way, until {} at the latest; if it crashed: sync run --take-over",
            until.format("%H:%M UTC")
        ),
    };
    let done = work.await;
    store.release(customer, lease).await?;
    done
}

//! `sync purge`: the store forgets what is old and what no decision rests on.

use chrono::TimeDelta;
use sync_core::ports::{Clock, RunStore};

use super::Setting;
use crate::clock::MachineClock;
use crate::exit::Ended;
use crate::store;
use crate::terminal::say;

/// Forgets runs, plans and used approvals from before so many days ago.
///
/// # Errors
/// When the store fails.
pub async fn purge(setting: Setting<'_>, days: u32) -> anyhow::Result<Ended> {
    let store = store::of_earlier_runs(setting.config).await?;
    let before = MachineClock.now() - TimeDelta::days(i64::from(days));
    let forgotten = store.purge(&setting.config.customer, before).await?;
    say(&format!("{forgotten} rows from before {} are forgotten.", before.format("%Y-%m-%d %H:%M UTC")));
    Ok(Ended::Done)
}

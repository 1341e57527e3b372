//! `sync revoke`: the mandate ends, and daily runs only plan from then on.

use sync_core::ports::{Authorities, Clock};

use super::{Setting, word};
use crate::clock::MachineClock;
use crate::exit::Ended;
use crate::store;
use crate::terminal::say;

/// Ends the mandate. Approvals that wait stay: each is for one plan that a person saw.
///
/// # Errors
/// When the store fails.
pub async fn revoke(setting: Setting<'_>, by: &str) -> anyhow::Result<Ended> {
    let by = word::name(by)?;
    let store = store::of_earlier_runs(setting.config).await?;
    let customer = &setting.config.customer;
    say(if store.revoke_mandate(customer, &by, MachineClock.now()).await? {
        "The mandate has ended. Approvals that wait hold on for their 24 hours; sync status shows them."
    } else {
        "There was no mandate."
    });
    Ok(Ended::Done)
}

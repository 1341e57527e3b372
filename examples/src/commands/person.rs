//! `sync person`: what is decided about one person now, and why; and what the store remembers of the person.
//!
//! In: an employee's id, and both sides, freshly read. Out: the decision as a run would take it. Never: a change; not
//! even the plan is kept.

use anyhow::bail;
use sync_core::SavedPlan;
use sync_core::plan::Entry;

use super::{Setting, bars, person_id};
use crate::exit::Ended;
use crate::terminal::say;
use crate::{show, store};

/// Decides about one person, and says why.
///
/// # Errors
/// When nobody has this id, or when one side or the store cannot be read.
pub async fn person(setting: Setting<'_>, id: &str, json: bool) -> anyhow::Result<Ended> {
    let id = person_id(id, "ID: must be an employee id, or one with `nmbrs:rest:` before it")?;
    let config = setting.config;
    let store = store::to_look_at(config).await?;
    let sides = setting.sides().await?;
    let mut dry_run = sides.dry_run(&*store);
    if let Some(bars) = bars(json) {
        dry_run = dry_run.with_progress(bars);
    }
    let planned = dry_run.plan(&config.customer, &config.policy, &config.fingerprint_key).await?;
    let document = planned.plan.document();
    let is_meant = |entry: &&Entry| entry.records.iter().any(|record| record.id == id);
    let Some(entry) = document.entries.iter().find(is_meant) else {
        bail!("{id}: Nmbrs shows no such employee in the companies that take part")
    };
    // As a saved plan shows it: nothing is told that no plan file would hold.
    let saved = SavedPlan::open(&planned.plan.to_file())?;
    let memory = store.view(&config.customer).await?;
    let about = saved.entry(&id).map(|saved| show::Person { entry, saved, memory: &memory, document });
    let Some(about) = about else { bail!("{id}: the plan lost the person it was made for") };
    say(&if json { about.json().to_string() } else { about.text() });
    Ok(Ended::Done)
}

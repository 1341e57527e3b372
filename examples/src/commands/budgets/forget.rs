//! `sync budgets forget`: somebody is gone, and nothing personal of them may stay.
//!
//! In: the id of a record, and a name. Out: fingerprints of the person's records and accounts, so that what was given is
//! never given again; everything else is erased. Never: somebody whom payroll still shows, or of whom something is open.

use anyhow::bail;
use serde_json::json;
use sync_core::ledger::Kin;
use sync_core::plan::Entry;
use sync_core::ports::{Forgetting, Ledger, MoneyLedger};

use super::Told;
use super::alone::alone;
use crate::arguments::MoneyWord;
use crate::commands::{Setting, bars, person_id, word};
use crate::show::wrapped;
use crate::store;

/// Forgets one person.
pub(super) async fn forget(setting: Setting<'_>, typed: &str, word: &MoneyWord) -> anyhow::Result<Told> {
    // Nothing that names anybody may stay, so the name is asked for and not kept: whoever forgets has to say who it is.
    word::name(&word.by)?;
    let id = person_id(typed, "ID: must be an employee id, or one with `nmbrs:rest:` before it")?;
    let config = setting.config;
    let store = store::of_earlier_runs(config).await?;
    let sides = setting.sides().await?;
    let mut dry_run = sides.dry_run(&store);
    if let Some(bars) = bars(word.look.json) {
        dry_run = dry_run.with_progress(bars);
    }
    let planned = dry_run.plan(&config.customer, &config.policy, &config.fingerprint_key).await?;
    let (rows, kin) = alone(setting, &store, async {
        let view = store.view(&config.customer).await?;
        let kin = view.kin_of(&id);
        let is_theirs = |entry: &&Entry| entry.records.iter().any(|record| kin.records.contains(&record.id));
        if let Some(entry) = planned.plan.document().entries.iter().find(is_theirs) {
            bail!("nothing was forgotten: Nmbrs still shows this person, as {}", entry.person);
        }
        if let Some(grant) = view.money.grants.iter().find(|it| it.state.is_open() && is_of(&kin, it)) {
            bail!("nothing was forgotten: grant {} is open; tell first what became of it", grant.id);
        }
        let forgetting = Forgetting::of(&config.fingerprint_key, kin.records.clone(), kin.accounts.clone());
        Ok((store.forget(&config.customer, &forgetting).await?, kin))
    })
    .await?;
    let told = format!(
        "{rows} rows about this person are gone. What stays are fingerprints of {} records and {} accounts, so that \
         nothing is given a second time. Lists that were written and backups are yours to erase.",
        kin.records.len(),
        kin.accounts.len()
    );
    let text = wrapped("", &told);
    let json = json!({ "rows": rows, "records": kin.records.len(), "accounts": kin.accounts.len() });
    Ok(Told { text, json })
}

fn is_of(kin: &Kin, grant: &sync_core::budget::GrantRecord) -> bool {
    kin.records.contains(&grant.person)
        || grant.account.is_some_and(|account| kin.accounts.contains(&account))
}

//! `sync budgets list`, `write` and `doubtful`: what is open, and where its list lies.

use anyhow::{Context, bail};
use serde_json::json;
use sync_core::ledger::{DeskStanding, Money};
use sync_core::ports::{Batch, Ledger, MoneyLedger, Store};

use super::{Told, batch_id};
use crate::commands::Setting;
use crate::config::Config;
use crate::next_step::NextStep;
use crate::show::{List, ListFile, Open, doubtful_in_words, grant_json, grants_in_doubt, waits_for_a_word};
use crate::{desk, store};

/// The lists that nobody has confirmed, what else is open, and whether ledger and folder agree.
pub(super) async fn list(setting: Setting<'_>) -> anyhow::Result<Told> {
    let store = store::of_earlier_runs(setting.config).await?;
    let config = setting.config;
    let batches = store.open_batches(&config.customer).await?;
    let batches = batches.into_iter().map(|batch| {
        let file = file_of(config, &batch);
        List { batch, file }
    });
    let open = Open { batches: batches.collect(), money: money(config, &store).await? };
    Ok(Told { text: open.text(NextStep::with(setting.file)), json: open.json() })
}

/// The ledger's memory of money, compared with what the folder took last.
pub(crate) async fn money(config: &Config, store: &impl Store) -> anyhow::Result<Money> {
    let mut money = store.view(&config.customer).await?.money;
    if desk::of(config).is_some() {
        money.desk = match desk::mark(config).await {
            Ok(mark) => money.compare(mark.as_ref()),
            Err(_) => DeskStanding::Silent,
        };
    }
    Ok(money)
}

/// Where the list of this batch lies, if it is one.
pub(crate) fn file_of(config: &Config, batch: &Batch) -> Option<ListFile> {
    let desk = desk::of(config).filter(|_| batch.list.is_some())?;
    let path = desk.path(&batch.id, &batch.mark);
    let is_there = path.exists();
    Some(ListFile { path, is_there })
}

/// Puts the file of an open list back, because a person asks for it.
pub(super) async fn write(setting: Setting<'_>, typed: &str) -> anyhow::Result<Told> {
    let id = batch_id(typed)?;
    let config = setting.config;
    let store = store::of_earlier_runs(config).await?;
    let Some(desk) = desk::of(config) else {
        bail!("budgets.folder: is missing, so there is nowhere to write a list")
    };
    let Some(batch) = store.batch(&config.customer, &id).await? else {
        bail!("no list with this name is kept for customer {}", config.customer)
    };
    let Some(bytes) = batch.list.as_deref().filter(|_| waits_for_a_word(&batch)) else {
        bail!("this list is not open: what stood in it was told already, and its addresses are erased")
    };
    let path = desk.write_again(&config.customer, &batch.id, &batch.mark, bytes).await?;
    let next = NextStep::with(setting.file);
    let path = path.to_str().context("the path of the list is no text")?;
    let text = format!(
        "{path}\nis the list as it was, byte for byte. If it was sent before, do not send it again.\n{}",
        next.list(&batch.id)
    );
    Ok(Told { text, json: json!({ "batch": batch.id, "file": path }) })
}

/// The grants of which nobody knows whether they were given.
pub(super) async fn doubtful(setting: Setting<'_>) -> anyhow::Result<Told> {
    let store = store::of_earlier_runs(setting.config).await?;
    let money = store.view(&setting.config.customer).await?.money;
    let grants = grants_in_doubt(&money);
    let json = json!({ "grants": grants.iter().map(|grant| grant_json(grant)).collect::<Vec<_>>() });
    Ok(Told { text: doubtful_in_words(&grants, NextStep::with(setting.file)), json })
}

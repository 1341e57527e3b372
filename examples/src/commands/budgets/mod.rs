//! `sync budgets`: money that fields give, as the ledger knows it, and a person's word about it.
//!
//! In: what was typed. Out: what was told, for people or for programs. Never: money; what a person says here is
//! remembered, and only a run hands anything over.

mod alone;
mod baseline;
mod baseline_file;
mod forget;
mod history;
mod list;
mod told;

pub(super) use list::{file_of, money};

use anyhow::bail;
use serde_json::Value;
use sync_core::budget::{BatchId, GrantId};

use super::Setting;
use crate::arguments::Budgets;
use crate::exit::{Ended, WrongUsage};
use crate::terminal::say;

/// What a command says.
struct Told {
    text: String,
    json: Value,
}

/// Does what was typed below `sync budgets`.
///
/// # Errors
/// When what was typed fits nothing that the ledger knows, or when the store or the folder of lists fails; then nothing
/// was changed.
pub async fn budgets(setting: Setting<'_>, typed: &Budgets) -> anyhow::Result<Ended> {
    let told = match typed {
        Budgets::Baseline(typed) => baseline::baseline(setting, typed).await?,
        Budgets::List(_) => list::list(setting).await?,
        Budgets::Write { batch, .. } => list::write(setting, batch).await?,
        Budgets::Confirm { batch, word, except } => told::confirm(setting, batch, word, except).await?,
        Budgets::Reject { batch, word, grant } => told::reject(setting, batch, word, grant).await?,
        Budgets::Doubtful(_) => list::doubtful(setting).await?,
        Budgets::Settle { grant, word, found } => told::settle(setting, grant, word, found).await?,
        Budgets::History { id, .. } => history::history(setting, id).await?,
        Budgets::Forget { id, word } => forget::forget(setting, id, word).await?,
    };
    let Told { text, json } = told;
    say(&if typed.look().json { json.to_string() } else { text.trim_end().to_owned() });
    Ok(Ended::Done)
}

/// The name of a list as somebody typed it, in full.
fn batch_id(typed: &str) -> anyhow::Result<BatchId> {
    match BatchId::parse(typed) {
        Some(id) => Ok(id),
        None => bail!(WrongUsage("BATCH: must be the 32 digits that `sync budgets list` shows")),
    }
}

/// The name of a grant as somebody typed it, in full.
fn grant_id(typed: &str) -> anyhow::Result<GrantId> {
    match GrantId::parse(typed) {
        Some(id) => Ok(id),
        None => bail!(WrongUsage("GRANT: must be the 32 digits that `sync budgets list` shows")),
    }
}

//! `sync budgets confirm`, `reject` and `settle`: a person tells what became of money that was handed over.
//!
//! In: the name of a list or of a grant, typed in full, and a person's name. Out: grants that came to their end. Never: a
//! word about a grant that is not open, or about one that a run is handing over right now.

use std::collections::BTreeSet;

use anyhow::bail;
use serde_json::json;
use sync_core::Euro;
use sync_core::budget::{GrantId, GrantRecord, GrantState};
use sync_core::ports::{Batch, Clock, Ledger, Store, ToldBy};

use super::alone::alone;
use super::{Told, batch_id, grant_id};
use crate::arguments::{Found, MoneyWord};
use crate::clock::MachineClock;
use crate::commands::{Setting, word};
use crate::next_step::NextStep;
use crate::show::{grant_json, is_tellable, wrapped};
use crate::store;

/// What stands in the list was given, but what is excepted.
pub(super) async fn confirm(
    setting: Setting<'_>,
    batch: &str,
    word: &MoneyWord,
    except: &[String],
) -> anyhow::Result<Told> {
    let except = named(except)?;
    let store = store::of_earlier_runs(setting.config).await?;
    let batch = open_list(setting, &store, batch).await?;
    let open = tellable(&batch, &except)?;
    let (left, given): (Vec<_>, Vec<_>) = open.into_iter().partition(|grant| except.contains(&grant.id));
    let told = tell(setting, &store, &given, GrantState::Given, word).await?;
    let left: Vec<_> = left.into_iter().map(|grant| grant.id.clone()).collect();
    let mut text = wrapped("", &format!("{told} of list {} were given; no run gives them again.", batch.id));
    if !left.is_empty() {
        text.push_str(&NextStep::with(setting.file).rest(&batch.id, &left));
    }
    let json = json!({ "batch": batch.id, "given": all_json(&given), "open": left });
    Ok(Told { text, json })
}

/// The list, or those grants of it, will never be carried out.
pub(super) async fn reject(
    setting: Setting<'_>,
    batch: &str,
    word: &MoneyWord,
    only: &[String],
) -> anyhow::Result<Told> {
    let only = named(only)?;
    let store = store::of_earlier_runs(setting.config).await?;
    let batch = open_list(setting, &store, batch).await?;
    let open = tellable(&batch, &only)?;
    let is_meant = |grant: &&GrantRecord| only.is_empty() || only.contains(&grant.id);
    let (refused, left): (Vec<_>, Vec<_>) = open.into_iter().partition(is_meant);
    let told = tell(setting, &store, &refused, GrantState::Refused, word).await?;
    let left: Vec<_> = left.into_iter().map(|grant| grant.id.clone()).collect();
    let told = format!(
        "{told} of list {} were not given. Runs hold them; to give the same later, approve it.",
        batch.id
    );
    let text = wrapped("", &told);
    let json = json!({ "batch": batch.id, "refused": all_json(&refused), "open": left });
    Ok(Told { text, json })
}

/// Somebody found out about a grant in doubt.
pub(super) async fn settle(
    setting: Setting<'_>,
    typed: &str,
    word: &MoneyWord,
    found: &Found,
) -> anyhow::Result<Told> {
    let id = grant_id(typed)?;
    let store = store::of_earlier_runs(setting.config).await?;
    let money = store.view(&setting.config.customer).await?.money;
    let Some(grant) = money.grants.iter().find(|grant| grant.id == id) else {
        bail!("the ledger knows no such grant of customer {}", setting.config.customer)
    };
    let state = if found.given { GrantState::Given } else { GrantState::Refused };
    match grant.state {
        GrantState::Doubtful => {}
        // It was surely not given; only that it never will be can be said.
        GrantState::NotDone if found.not_given => {}
        GrantState::HandedOver => {
            bail!("this grant stands in a list: sync budgets confirm or reject tells what became of it")
        }
        GrantState::Intended => bail!("the next run finds out what became of this grant; sync run"),
        GrantState::NotDone => bail!("this grant was surely not given; the next run hands it over"),
        GrantState::Given | GrantState::Refused => {
            bail!("this grant is not in doubt; sync budgets history shows who told what")
        }
    }
    let told = tell(setting, &store, &[grant], state, word).await?;
    let text = match state {
        GrantState::Given => format!("{told} was given; no run gives it again."),
        _ => format!("{told} was not given. Runs hold it; to give the same later, approve it."),
    };
    let text = wrapped("", &text);
    Ok(Told { text, json: json!({ "grant": id, "state": state }) })
}

fn named(typed: &[String]) -> anyhow::Result<BTreeSet<GrantId>> {
    typed.iter().map(|typed| grant_id(typed)).collect()
}

/// The list with this name, if something of it waits for a word.
async fn open_list(setting: Setting<'_>, store: &impl Store, typed: &str) -> anyhow::Result<Batch> {
    let (id, customer) = (batch_id(typed)?, &setting.config.customer);
    let Some(batch) = store.batch(customer, &id).await? else {
        bail!("no list with this name is kept for customer {customer}")
    };
    if !batch.grants.iter().any(|grant| is_tellable(&batch, grant)) {
        bail!("nothing of this list is open; sync budgets history shows who told what of each person")
    }
    Ok(batch)
}

/// The grants of the list of which a person can tell; among them all that were named.
fn tellable<'b>(batch: &'b Batch, named: &BTreeSet<GrantId>) -> anyhow::Result<Vec<&'b GrantRecord>> {
    let open: Vec<_> = batch.grants.iter().filter(|grant| is_tellable(batch, grant)).collect();
    if let Some(stranger) = named.iter().find(|id| open.iter().all(|grant| grant.id != **id)) {
        bail!("{stranger}: this list holds no such grant that is open");
    }
    if !named.is_empty() && open.iter().any(|grant| grant.state == GrantState::Intended) {
        bail!(
            "the run that wrote this list did not come to its end; sync run first, or tell of the whole list"
        );
    }
    Ok(open)
}

/// Remembers it, and says how much it is about.
async fn tell(
    setting: Setting<'_>,
    store: &impl Store,
    grants: &[&GrantRecord],
    state: GrantState,
    word: &MoneyWord,
) -> anyhow::Result<String> {
    let by = word::name(&word.by)?;
    let (customer, now) = (&setting.config.customer, MachineClock.now());
    let states: Vec<_> = grants.iter().map(|grant| (grant.id.clone(), state)).collect();
    let told = async { Ok(store.settle_grants(customer, &states, &ToldBy::Person(by), now).await?) };
    alone(setting, store, told).await?;
    let euro: Euro = grants.iter().map(|grant| grant.amount).sum();
    Ok(match grants.len() {
        1 => format!("1 grant, {euro} euro,"),
        count => format!("{count} grants, {euro} euro in all,"),
    })
}

fn all_json(grants: &[&GrantRecord]) -> serde_json::Value {
    grants.iter().map(|grant| grant_json(grant)).collect()
}

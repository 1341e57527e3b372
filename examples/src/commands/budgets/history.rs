//! `sync budgets history`: all that one employee was given. With `status`, the one place that shows who told.

use std::collections::BTreeSet;

use serde_json::json;
use sync_core::ports::{Ledger, MoneyLedger};

use super::Told;
use crate::commands::{Setting, person_id};
use crate::show::History;
use crate::store;

/// The grants of whoever has this record, under whatever records and accounts the ledger knows the person by.
pub(super) async fn history(setting: Setting<'_>, typed: &str) -> anyhow::Result<Told> {
    let id = person_id(typed, "ID: must be an employee id, or one with `nmbrs:rest:` before it")?;
    let customer = &setting.config.customer;
    let store = store::of_earlier_runs(setting.config).await?;
    let view = store.view(customer).await?;
    let kin = view.kin_of(&id);
    let grants = view.money.grants.iter().filter(|grant| {
        let by_account = grant.account.is_some_and(|account| kin.accounts.contains(&account));
        by_account || kin.records.contains(&grant.person)
    });
    let grants: Vec<_> = grants.collect();
    let ids: BTreeSet<_> = grants.iter().map(|grant| grant.id.clone()).collect();
    let vouched = kin.records.iter().any(|record| view.money.vouched.contains_key(record));
    let tellings = store.tellings(customer, &ids).await?;
    let history = History { grants, tellings };
    let mut text = match ids.len() {
        0 => format!("the ledger knows of no money that {id} was given\n"),
        _ => history.text(),
    };
    if !vouched {
        text.push_str("Nobody vouches for what this person was given besides; runs give nothing before.\n");
    }
    let json = json!({
        "records": kin.records,
        "accounts": kin.accounts,
        "vouched": vouched,
        "grants": history.json(),
    });
    Ok(Told { text, json })
}

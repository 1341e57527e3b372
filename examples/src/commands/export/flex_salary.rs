//! `sync export flex-salary`: salaries, for the import of Flex Salary. The one command that reads salaries.

use anyhow::bail;
use nmbrs_client::NmbrsSalaries;
use serde_json::json;
use sync_core::engine::Exports;
use sync_core::policy::{Policy, SalaryColumn};
use yourcampus_client::files::{FlexSalaryFile, FlexSalaryRow};

use super::{notes_json, word};
use crate::arguments::FlexSalaryArguments;
use crate::clock::MachineClock;
use crate::commands::{Setting, bars};
use crate::config::Interface;
use crate::exit::{Ended, WrongUsage};
use crate::terminal::say;
use crate::{connect, show, store};

pub(super) async fn flex_salary(setting: Setting<'_>, typed: &FlexSalaryArguments) -> anyhow::Result<Ended> {
    let config = setting.config;
    let column = column(&config.policy, typed.column.map(SalaryColumn::from))?;
    let store = store::to_look_at(config).await?;
    if config.nmbrs.interface == Interface::Soap {
        bail!(WrongUsage(
            "nmbrs.interface: salaries are read over REST only; a list of them has to wait for the migration"
        ));
    }
    let source = setting.rest().await?;
    let reader = connect::reader(&connect::target(&config.yourcampus)?);
    let salaries = NmbrsSalaries::new(source.client().clone());
    let mut exports = Exports::new(&source, &reader, &*store, &MachineClock);
    if let Some(bars) = bars(typed.json) {
        exports = exports.with_progress(bars);
    }
    let (policy, key) = (&config.policy, &config.fingerprint_key);
    let made = exports.flex_salaries(&salaries, column, &config.customer, policy, key).await?;
    let rows: Vec<FlexSalaryRow> = made.list.rows.iter().map(FlexSalaryRow::from).collect();
    let file = FlexSalaryFile::of(column.into(), &rows);
    let list = made.list.without(file.refused().iter().map(|(at, _)| *at));
    let became = word(file.put(&typed.out)?);
    if typed.json {
        let told = json!({
            "list": "flex_salary",
            "column": column.name(),
            "file": typed.out,
            "became": became,
            "rows": list.rows.len(),
            "notes": notes_json(&list.notes),
        });
        say(&told.to_string());
        return Ok(Ended::Done);
    }
    let mut text = show::facts([
        ("salaries", format!("{}, {became}", typed.out.display())),
        ("column", column.name().to_owned()),
        ("rows", list.rows.len().to_string()),
    ]);
    text.push_str(&show::export_notes(&list.notes));
    say(&text);
    Ok(Ended::Done)
}

/// The column that was asked for, or the only one that the policy chooses.
fn column(policy: &Policy, typed: Option<SalaryColumn>) -> anyhow::Result<SalaryColumn> {
    let Some(chosen) = &policy.salaries else {
        bail!(WrongUsage("policy.salaries: is missing; without it no salaries are read"));
    };
    let mut columns = chosen.columns();
    match (typed, columns.next(), columns.next()) {
        (Some(column), _, _) if chosen.types_of(column).is_some() => Ok(column),
        (Some(_), _, _) => bail!(WrongUsage("--column: policy.salaries does not choose it")),
        (None, Some(only), None) => Ok(only),
        (None, _, _) => bail!(WrongUsage("--column: is missing; policy.salaries chooses several")),
    }
}

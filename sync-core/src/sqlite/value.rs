//! How our values stand in the columns, and back.
//!
//! In: a value, or a column. Out: the other. Never: a column that is taken for something it does not say.

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, RowIndex, Transaction, named_params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Failure;
use crate::external_id::ExternalId;
use crate::id::CustomerId;
use crate::plan::PlanId;

/// The number under which the file knows a customer, if it does.
pub(super) fn customer(tx: &Transaction<'_>, customer: &CustomerId) -> Result<Option<i64>, Failure> {
    let mut select = tx.prepare_cached("SELECT id FROM customers WHERE name = :name")?;
    Ok(select.query_row(named_params! { ":name": customer.as_str() }, |row| row.get(0)).optional()?)
}

/// The number under which the file knows a customer from now on.
pub(super) fn customer_or_new(tx: &Transaction<'_>, name: &CustomerId) -> Result<i64, Failure> {
    if let Some(known) = customer(tx, name)? {
        return Ok(known);
    }
    let mut insert = tx.prepare_cached("INSERT INTO customers (name) VALUES (:name)")?;
    Ok(insert.insert(named_params! { ":name": name.as_str() })?)
}

/// An instant as text of one width.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

/// Sets and tables that are only ever read whole.
pub(super) fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|_| Failure::unreadable())
}

/// A number of ours as SQLite counts; what is beyond that was never kept.
pub(super) fn number(number: u64) -> Option<i64> {
    i64::try_from(number).ok()
}

/// How many there are.
pub(super) fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

pub(super) fn text<'r>(row: &'r Row<'_>, column: impl RowIndex) -> Result<&'r str, Failure> {
    row.get_ref(column)?.as_str().map_err(|_| Failure::unreadable())
}

pub(super) fn text_if_any(row: &Row<'_>, column: impl RowIndex) -> Result<Option<String>, Failure> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        value => value.as_str().map(|text| Some(text.to_owned())).map_err(|_| Failure::unreadable()),
    }
}

pub(super) fn instant_of(row: &Row<'_>, column: impl RowIndex) -> Result<DateTime<Utc>, Failure> {
    let at = DateTime::parse_from_rfc3339(text(row, column)?).map_err(|_| Failure::unreadable())?;
    Ok(at.to_utc())
}

pub(super) fn record_of(row: &Row<'_>, column: impl RowIndex) -> Result<ExternalId, Failure> {
    ExternalId::parse(text(row, column)?).map_err(|_| Failure::unreadable())
}

pub(super) fn plan_of(row: &Row<'_>, column: impl RowIndex) -> Result<PlanId, Failure> {
    PlanId::parse(text(row, column)?).ok_or_else(Failure::unreadable)
}

pub(super) fn json_of<T: DeserializeOwned>(row: &Row<'_>, column: impl RowIndex) -> Result<T, Failure> {
    serde_json::from_str(text(row, column)?).map_err(|_| Failure::unreadable())
}

pub(super) fn number_of(row: &Row<'_>, column: impl RowIndex) -> Result<u64, Failure> {
    u64::try_from(row.get::<_, i64>(column)?).map_err(|_| Failure::unreadable())
}

/// One of our names, as its own type reads it.
pub(super) fn name_of<T>(
    row: &Row<'_>,
    column: impl RowIndex,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Failure> {
    parse(text(row, column)?).ok_or_else(Failure::unreadable)
}

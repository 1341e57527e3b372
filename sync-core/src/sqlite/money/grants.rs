//! Rows of grants, and what was told of them.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, named_params};

use super::super::error::{Failure, SqliteError, SqliteErrorKind};
use super::super::value::{
    instant, instant_of, json, name_of, number, number_of, record_of, text, text_if_any,
};
use super::account_of;
use crate::budget::{Act, Budget, BudgetKind, Category, GrantId, GrantRecord, GrantState, Occasion};
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::id::AccountId;
use crate::ports::{PortErrorKind, Telling, ToldBy};

pub(super) const ALL: &str = "SELECT * FROM grants WHERE customer = :customer";

pub(super) const OF_BATCH: &str = "SELECT * FROM grants WHERE batch = :batch ORDER BY position";

const ON_ACCOUNTS: &str = "UPDATE grants SET interrupted = 1
     WHERE customer = :customer AND interrupted = 0
       AND account IN (SELECT value FROM json_each(:accounts))";

const OF_LINKED: &str = "UPDATE grants SET interrupted = 1
     WHERE customer = :customer AND interrupted = 0
       AND person IN (SELECT record FROM links
           WHERE customer = :customer AND account IN (SELECT value FROM json_each(:accounts)))";

const OF_PERSON: &str = "UPDATE grants SET interrupted = 1
     WHERE customer = :customer AND interrupted = 0
       AND person IN (SELECT :person
           UNION ALL SELECT same_as FROM aliases WHERE customer = :customer AND record = :person
           UNION ALL SELECT record FROM aliases WHERE customer = :customer AND same_as = :person)";

/// A row of a grant: its number, the batch that it stands in, and what it says.
pub(super) struct Kept {
    pub(super) row: i64,
    pub(super) batch: Option<i64>,
    pub(super) grant: GrantRecord,
}

/// Where a grant stands: in which batch, and there in which place.
pub(super) type Place = (i64, i64);

fn grant_of(row: &Row<'_>) -> Result<GrantRecord, Failure> {
    let kind = BudgetKind::parse(text(row, "kind")?).ok_or_else(Failure::unreadable)?;
    let category = Category::parse(text(row, "category")?).ok_or_else(Failure::unreadable)?;
    let occasion = Occasion::new(row.get("occasion")?).ok_or_else(Failure::unreadable)?;
    let mut grant = GrantRecord::given_before(
        name_of(row, "name", GrantId::parse)?,
        record_of(row, "person")?,
        account_of(row.get("account")?),
        Budget::new(kind, category),
        occasion,
        Euro::from_cents(number_of(row, "cents")?),
    );
    grant.act = Act::parse(text(row, "act")?).ok_or_else(Failure::unreadable)?;
    grant.from =
        text_if_any(row, "begins")?.map(|day| day.parse().map_err(|_| Failure::unreadable())).transpose()?;
    grant.state = GrantState::parse(text(row, "state")?).ok_or_else(Failure::unreadable)?;
    grant.interrupted = row.get("interrupted")?;
    grant.emptied = row.get("emptied")?;
    Ok(grant)
}

/// All grants of a customer, in the order in which they came.
pub(super) fn all(tx: &Transaction<'_>, customer: i64) -> Result<Vec<GrantRecord>, Failure> {
    let mut select = tx.prepare_cached(ALL)?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    let mut grants = Vec::new();
    while let Some(row) = rows.next()? {
        grants.push((row.get::<_, i64>("id")?, grant_of(row)?));
    }
    // Here, because an index in this order would be one more to write for each grant.
    grants.sort_unstable_by_key(|(number, _)| *number);
    Ok(grants.into_iter().map(|(_, grant)| grant).collect())
}

/// The grants of a batch, in its order.
pub(super) fn of_batch(tx: &Transaction<'_>, batch: i64) -> Result<Vec<GrantRecord>, Failure> {
    let mut select = tx.prepare_cached(OF_BATCH)?;
    let mut rows = select.query(named_params! { ":batch": batch })?;
    let mut grants = Vec::new();
    while let Some(row) = rows.next()? {
        grants.push(grant_of(row)?);
    }
    Ok(grants)
}

/// The grant of this name.
pub(super) fn named(tx: &Transaction<'_>, customer: i64, name: &GrantId) -> Result<Option<Kept>, Failure> {
    let mut select = tx.prepare_cached("SELECT * FROM grants WHERE customer = :customer AND name = :name")?;
    let mut rows = select.query(named_params! { ":customer": customer, ":name": name.as_str() })?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Kept { row: row.get("id")?, batch: row.get("batch")?, grant: grant_of(row)? }))
}

/// A new grant. Its name and its occasion must not have been used.
pub(super) fn insert(
    tx: &Transaction<'_>,
    customer: i64,
    grant: &GrantRecord,
    place: Option<Place>,
) -> Result<i64, Failure> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO grants (customer, name, person, account, kind, category, occasion, act, cents, begins, state,
                             batch, position)
         VALUES (:customer, :name, :person, :account, :kind, :category, :occasion, :act, :cents, :begins, :state,
                 :batch, :position)
         ON CONFLICT DO NOTHING
         RETURNING id",
    )?;
    let cents = number(grant.amount.cents()).ok_or(SqliteError::of(SqliteErrorKind::OutOfRange))?;
    let row = insert.query_row(
        named_params! {
            ":customer": customer,
            ":name": grant.id.as_str(),
            ":person": grant.person.as_str(),
            ":account": grant.account.map(AccountId::get),
            ":kind": grant.budget.kind.name(),
            ":category": grant.budget.category.as_str(),
            ":occasion": grant.occasion.get(),
            ":act": grant.act.name(),
            ":cents": cents,
            ":begins": grant.from.map(day),
            ":state": grant.state.name(),
            ":batch": place.map(|(batch, _)| batch),
            ":position": place.map(|(_, position)| position),
        },
        |row| row.get(0),
    );
    row.optional()?.ok_or(Failure::Rule(PortErrorKind::Conflict, "its occasion was used before"))
}

/// A grant that was surely not given is handed over again.
pub(super) fn insist(
    tx: &Transaction<'_>,
    row: i64,
    grant: &GrantRecord,
    (batch, position): Place,
) -> Result<(), Failure> {
    let mut update = tx.prepare_cached(
        "UPDATE grants SET account = :account, begins = :begins, state = :state, interrupted = 0, emptied = 0,
                           batch = :batch, position = :position
         WHERE id = :id",
    )?;
    update.execute(named_params! {
        ":id": row,
        ":account": grant.account.map(AccountId::get),
        ":begins": grant.from.map(day),
        ":state": grant.state.name(),
        ":batch": batch,
        ":position": position,
    })?;
    Ok(())
}

fn day(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// How a grant stands from now on.
pub(super) fn stands(tx: &Transaction<'_>, row: i64, state: GrantState) -> Result<(), Failure> {
    let mut update = tx.prepare_cached("UPDATE grants SET state = :state WHERE id = :id")?;
    update.execute(named_params! { ":id": row, ":state": state.name() })?;
    Ok(())
}

/// Who told what, and when.
pub(super) fn tell(
    tx: &Transaction<'_>,
    row: i64,
    state: GrantState,
    by: &ToldBy,
    at: DateTime<Utc>,
) -> Result<(), Failure> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO tellings (grant_id, number, state, told_by, told_at)
         VALUES (:grant, (SELECT coalesce(max(number), 0) + 1 FROM tellings WHERE grant_id = :grant),
                 :state, :by, :at)",
    )?;
    let by = match by {
        ToldBy::Run => None,
        ToldBy::Person(name) => Some(name.expose()),
    };
    insert.execute(named_params! { ":grant": row, ":state": state.name(), ":by": by, ":at": instant(at) })?;
    Ok(())
}

/// What was told of these grants, of each in the order in which it was told.
pub(super) fn tellings(
    tx: &Transaction<'_>,
    customer: i64,
    asked: &BTreeSet<GrantId>,
) -> Result<Vec<Telling>, Failure> {
    let mut select = tx.prepare_cached(
        "SELECT tellings.state, told_by, told_at FROM grants JOIN tellings ON grant_id = grants.id
         WHERE customer = :customer AND name = :name ORDER BY number",
    )?;
    let mut told = Vec::new();
    for grant in asked {
        let mut rows = select.query(named_params! { ":customer": customer, ":name": grant.as_str() })?;
        while let Some(row) = rows.next()? {
            let by = text_if_any(row, "told_by")?.map_or(ToldBy::Run, |name| ToldBy::Person(name.into()));
            let state = GrantState::parse(text(row, "state")?).ok_or_else(Failure::unreadable)?;
            told.push(Telling::new(grant.clone(), state, by, instant_of(row, "told_at")?));
        }
    }
    Ok(told)
}

/// Of the money on these accounts nobody knows what is left.
pub(super) fn interrupt_accounts(
    tx: &Transaction<'_>,
    customer: i64,
    accounts: &BTreeSet<AccountId>,
) -> Result<(), Failure> {
    if accounts.is_empty() {
        return Ok(());
    }
    let accounts = json(accounts)?;
    for sql in [ON_ACCOUNTS, OF_LINKED] {
        let mut update = tx.prepare_cached(sql)?;
        update.execute(named_params! { ":customer": customer, ":accounts": accounts })?;
    }
    Ok(())
}

/// Of this person's money nobody knows what is left.
pub(super) fn interrupt_person(
    tx: &Transaction<'_>,
    customer: i64,
    person: &ExternalId,
) -> Result<(), Failure> {
    let mut update = tx.prepare_cached(OF_PERSON)?;
    update.execute(named_params! { ":customer": customer, ":person": person.as_str() })?;
    Ok(())
}

/// The field of this one was seen empty.
pub(super) fn empty(tx: &Transaction<'_>, customer: i64, grant: &GrantId) -> Result<(), Failure> {
    let mut update = tx.prepare_cached(
        "UPDATE grants SET emptied = 1 WHERE customer = :customer AND name = :name AND emptied = 0",
    )?;
    update.execute(named_params! { ":customer": customer, ":name": grant.as_str() })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    /// Money is looked up for each person who leaves, and read in each run.
    #[test]
    fn grants_are_found_by_an_index() {
        let connection = Connection::open_in_memory().unwrap();
        for schema in [include_str!("../schema/v1.sql"), include_str!("../schema/v2.sql")] {
            connection.execute_batch(schema).unwrap();
        }
        for (sql, way) in [
            (super::ALL, "SEARCH grants USING INDEX grants_on_account (customer=?)"),
            (super::OF_BATCH, "SEARCH grants USING INDEX grants_of_batch (batch=?)"),
            (super::ON_ACCOUNTS, "SEARCH grants USING INDEX grants_on_account (customer=? AND account=?)"),
            (
                super::OF_LINKED,
                "SEARCH grants USING INDEX sqlite_autoindex_grants_2 (customer=? AND person=?)",
            ),
            (
                super::OF_PERSON,
                "SEARCH grants USING INDEX sqlite_autoindex_grants_2 (customer=? AND person=?)",
            ),
        ] {
            let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = explained.raw_query();
            let mut ways = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                ways.push(row.get::<_, String>("detail").unwrap());
            }
            assert!(ways.iter().any(|found| found == way), "{sql}: {ways:?}");
            assert!(
                !ways.iter().any(|way| way.starts_with("SCAN grants") || way.contains("TEMP B-TREE")),
                "{ways:?}"
            );
        }
    }
}

//! A person of whom nothing personal may stay.

use rusqlite::{Transaction, named_params};

use super::super::error::Failure;
use super::super::value::json;
use crate::ports::{Forgetting, PortErrorKind};

/// Before each statement: the records and the accounts that are the person's.
const WHOSE: &str = "WITH whose_record (id) AS (SELECT value FROM json_each(:records)),
                          whose_account (id) AS (SELECT value FROM json_each(:accounts))";

const OPEN: [&str; 2] = [
    "SELECT 1 FROM intents
     WHERE customer = :customer AND outcome IN ('open', 'doubtful')
       AND (person IN whose_record OR account IN whose_account)",
    // A list that is kept names the person, also when only grants of others in it are open.
    "SELECT 1 FROM grants LEFT JOIN batches ON batches.id = batch
     WHERE grants.customer = :customer AND (person IN whose_record OR account IN whose_account)
       AND (state IN ('intended', 'handed_over', 'doubtful') OR list IS NOT NULL)",
];

/// What goes without being counted, before the rows that it hangs on.
const BEFORE: [&str; 2] = [
    "DELETE FROM tellings WHERE grant_id IN
         (SELECT id FROM grants
          WHERE customer = :customer AND (person IN whose_record OR account IN whose_account))",
    // The limit over seven days counts the days on which access was taken away, and not from whom.
    "UPDATE intents SET person = 'nmbrs:rest:nobody', account = NULL
     WHERE customer = :customer AND outcome = 'done' AND action IN ('withdraw', 'offboard')
       AND (person IN whose_record OR account IN whose_account)",
];

const GONE: [&str; 6] = [
    "DELETE FROM grants
     WHERE customer = :customer AND (person IN whose_record OR account IN whose_account)",
    "DELETE FROM intents
     WHERE customer = :customer AND (person IN whose_record OR account IN whose_account)",
    "DELETE FROM links
     WHERE customer = :customer AND (record IN whose_record OR account IN whose_account)",
    "DELETE FROM aliases
     WHERE customer = :customer AND (record IN whose_record OR same_as IN whose_record)",
    "DELETE FROM failures WHERE customer = :customer AND person IN whose_record",
    "DELETE FROM vouched WHERE customer = :customer AND record IN whose_record",
];

const NO_LONGER_PROPOSED: &str = "UPDATE approvals SET proposals =
         (SELECT json_group_array(value) FROM json_each(proposals) WHERE value NOT IN whose_record)
     WHERE customer = :customer AND EXISTS
         (SELECT 1 FROM json_each(proposals) WHERE value IN whose_record)";

/// The person in the words of the statements.
struct Whose<'a> {
    tx: &'a Transaction<'a>,
    customer: i64,
    records: String,
    accounts: String,
}

impl Whose<'_> {
    fn is_there(&self, sql: &str) -> Result<bool, Failure> {
        let Self { tx, customer, records, accounts } = self;
        let mut select = tx.prepare(&format!("{WHOSE} {sql}"))?;
        Ok(select
            .exists(named_params! { ":customer": customer, ":records": records, ":accounts": accounts })?)
    }

    fn change(&self, sql: &str) -> Result<u64, Failure> {
        let Self { tx, customer, records, accounts } = self;
        let changed = tx.execute(
            &format!("{WHOSE} {sql}"),
            named_params! { ":customer": customer, ":records": records, ":accounts": accounts },
        )?;
        Ok(changed as u64)
    }
}

/// Leaves the tombstones, and says how many rows went.
pub(super) fn forget(tx: &Transaction<'_>, customer: i64, whom: &Forgetting) -> Result<u64, Failure> {
    if whom.tombstones.is_empty() {
        return Err(Failure::Rule(PortErrorKind::Fatal, "there is no tombstone"));
    }
    let (records, accounts) = (json(&whom.records)?, json(&whom.accounts)?);
    let whose = Whose { tx, customer, records, accounts };
    for sql in OPEN {
        if whose.is_there(sql)? {
            return Err(Failure::Rule(PortErrorKind::Conflict, "an intent, a grant or a list is open"));
        }
    }
    for sql in BEFORE {
        whose.change(sql)?;
    }
    let mut gone = forget_plans(tx, customer, whom)?;
    for sql in GONE {
        gone += whose.change(sql)?;
    }
    whose.change(NO_LONGER_PROPOSED)?;
    leave_tombstones(tx, customer, whom)?;
    Ok(gone)
}

/// Plans are bytes to SQLite, so that they are looked through here. An approval that waits on one of them goes with it.
fn forget_plans(tx: &Transaction<'_>, customer: i64, whom: &Forgetting) -> Result<u64, Failure> {
    let mut select = tx.prepare("SELECT id, file FROM plans WHERE customer = :customer")?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    let mut naming = Vec::new();
    while let Some(row) = rows.next()? {
        let file = row.get_ref("file")?.as_blob().map_err(|_| Failure::unreadable())?;
        if whom.may_be_named_in(file) {
            naming.push(row.get::<_, String>("id")?);
        }
    }
    let mut gone = 0;
    for sql in [
        "DELETE FROM plans WHERE customer = :customer AND id = :plan",
        "DELETE FROM approvals WHERE customer = :customer AND plan = :plan AND used_up = 0",
    ] {
        let mut delete = tx.prepare(sql)?;
        for plan in &naming {
            gone += delete.execute(named_params! { ":customer": customer, ":plan": plan })? as u64;
        }
    }
    Ok(gone)
}

fn leave_tombstones(tx: &Transaction<'_>, customer: i64, whom: &Forgetting) -> Result<(), Failure> {
    let mut insert = tx.prepare(
        "INSERT INTO tombstones (customer, fingerprint) VALUES (:customer, :fingerprint) ON CONFLICT DO NOTHING",
    )?;
    for fingerprint in &whom.tombstones {
        insert.execute(named_params! { ":customer": customer, ":fingerprint": fingerprint })?;
    }
    Ok(())
}

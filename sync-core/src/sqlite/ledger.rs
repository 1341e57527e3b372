//! Links, aliases, failures, intents and the last complete run.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params};

use super::SqliteStore;
use super::error::Failure;
use super::lease::held;
use super::money;
use super::value::{
    customer, instant, instant_of, json, json_of, number, number_of, plan_of, record_of, text,
};
use crate::external_id::ExternalId;
use crate::id::{AccountId, CompanyId, CustomerId};
use crate::ledger::{Failures, LastRun, LedgerView, Link};
use crate::plan::ActionKind;
use crate::ports::{
    Certain, CompletedRun, Intent, IntentId, LeaseId, Ledger, OpenIntent, Outcome, PortError, PortErrorKind,
};

const ALL_LINKS: &str =
    "SELECT record, account, company FROM links WHERE customer = :customer ORDER BY record";

const OPEN_INTENTS: &str = "SELECT id, plan, person, action, account, at FROM intents
     WHERE customer = :customer AND outcome IN ('open', 'doubtful')
     ORDER BY id";

const DEACTIVATIONS: &str = "SELECT at FROM intents
     WHERE customer = :customer
       AND action IN ('withdraw', 'offboard') AND outcome IN ('open', 'doubtful', 'done')
     ORDER BY at";

/// How the file spells what was last told of an intent.
const fn spelled(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Refused => "refused",
        Outcome::NotDone => "not_done",
        Outcome::Doubtful => "doubtful",
    }
}

/// Every row of one customer, in order of its key. The tables are kept in that order.
fn all<K: Ord, V>(
    tx: &Transaction<'_>,
    sql: &str,
    customer: i64,
    entry: impl Fn(&Row<'_>) -> Result<(K, V), Failure>,
) -> Result<BTreeMap<K, V>, Failure> {
    let mut select = tx.prepare_cached(sql)?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    let next = || match rows.next() {
        Ok(None) => None,
        Ok(Some(row)) => Some(entry(row)),
        Err(error) => Some(Err(error.into())),
    };
    std::iter::from_fn(next).collect()
}

fn view(tx: &Transaction<'_>, customer: i64) -> Result<LedgerView, Failure> {
    let links = all(
        tx,
        ALL_LINKS,
        customer,
        // By number, because there may be a million, and a name is looked up in each row.
        |row| Ok((record_of(row, 0)?, Link::new(AccountId::new(row.get(1)?), CompanyId::new(text(row, 2)?)))),
    )?;
    let aliases = all(
        tx,
        "SELECT record, same_as FROM aliases WHERE customer = :customer ORDER BY record",
        customer,
        |row| Ok((record_of(row, "record")?, record_of(row, "same_as")?)),
    )?;
    let failures = all(
        tx,
        "SELECT person, runs, last FROM failures WHERE customer = :customer ORDER BY person",
        customer,
        |row| Ok((record_of(row, "person")?, Failures::new(row.get("runs")?, instant_of(row, "last")?))),
    )?;
    let mut view = LedgerView {
        links,
        aliases,
        failures,
        last_run: last_run(tx, customer)?,
        deactivations: deactivations(tx, customer)?,
        money: money::money(tx, customer)?,
    };
    let open = open_intents(tx, customer)?;
    money::interrupt_by_open(&mut view, open.iter().map(|open| &open.intent));
    Ok(view)
}

fn last_run(tx: &Transaction<'_>, customer: i64) -> Result<Option<LastRun>, Failure> {
    let mut select = tx.prepare_cached("SELECT scope FROM last_runs WHERE customer = :customer")?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    rows.next()?.map(|row| Ok(LastRun::new(json_of(row, "scope")?))).transpose()
}

/// Whatever took access away, or may have.
fn deactivations(tx: &Transaction<'_>, customer: i64) -> Result<Vec<DateTime<Utc>>, Failure> {
    let mut select = tx.prepare_cached(DEACTIVATIONS)?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(instant_of(row, "at")?);
    }
    Ok(all)
}

fn intend(tx: &Transaction<'_>, customer: i64, intent: &Intent) -> Result<IntentId, Failure> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO intents (customer, plan, person, action, account, at, memory)
         VALUES (:customer, :plan, :person, :action, :account, :at,
                 (SELECT max(id) FROM memories WHERE customer = :customer))",
    )?;
    let id = insert.insert(named_params! {
        ":customer": customer,
        ":plan": intent.plan.as_str(),
        ":person": intent.person.as_str(),
        ":action": intent.action.name(),
        ":account": intent.account.map(AccountId::get),
        ":at": instant(intent.at),
    })?;
    u64::try_from(id).map(IntentId).map_err(|_| Failure::unreadable())
}

fn intent_of(row: &Row<'_>) -> Result<Intent, Failure> {
    let action = ActionKind::parse(text(row, "action")?).ok_or_else(Failure::unreadable)?;
    let account = row.get::<_, Option<i64>>("account")?.map(AccountId::new);
    Ok(Intent::new(plan_of(row, "plan")?, record_of(row, "person")?, action, account, instant_of(row, "at")?))
}

fn open_intents(tx: &Transaction<'_>, customer: i64) -> Result<Vec<OpenIntent>, Failure> {
    let mut select = tx.prepare_cached(OPEN_INTENTS)?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        open.push(OpenIntent::new(IntentId(number_of(row, "id")?), intent_of(row)?));
    }
    Ok(open)
}

fn settle(tx: &Transaction<'_>, name: &CustomerId, id: IntentId, outcome: &Outcome) -> Result<(), Failure> {
    let unknown = || Failure::Rule(PortErrorKind::Fatal, "it was never recorded");
    let customer = customer(tx, name)?.ok_or_else(unknown)?;
    let id = number(id.0).ok_or_else(unknown)?;
    let mut select = tx.prepare_cached(
        "SELECT plan, person, action, account, at, outcome, memory FROM intents
         WHERE id = :id AND customer = :customer",
    )?;
    let mut rows = select.query(named_params! { ":id": id, ":customer": customer })?;
    let row = rows.next()?.ok_or_else(unknown)?;
    match text(row, "outcome")? {
        "open" | "doubtful" => {}
        end if end == spelled(outcome) => return Ok(()),
        _ => return Err(Failure::Rule(PortErrorKind::Conflict, "it ended otherwise")),
    }
    let (intent, memory) = (intent_of(row)?, row.get::<_, Option<i64>>("memory")?);
    let mut update = tx.prepare_cached("UPDATE intents SET outcome = :outcome WHERE id = :id")?;
    update.execute(named_params! { ":id": id, ":outcome": spelled(outcome) })?;
    match outcome {
        Outcome::Done(certain) => {
            keep_links(tx, customer, &certain.links)?;
            keep_aliases(tx, customer, certain)?;
            if intent.action == ActionKind::Onboard {
                money::onboarded(tx, customer, memory, certain)?;
            }
            if intent.interrupts() {
                money::interrupted(tx, customer, &intent)?;
            }
            forget_failures(tx, customer, &intent.person)
        }
        Outcome::Refused => count_failure(tx, customer, &intent),
        Outcome::NotDone | Outcome::Doubtful => Ok(()),
    }
}

/// A link that stands already is not written again.
fn keep_links(
    tx: &Transaction<'_>,
    customer: i64,
    links: &BTreeMap<ExternalId, Link>,
) -> Result<(), Failure> {
    let mut upsert = tx.prepare_cached(
        "INSERT INTO links (customer, record, account, company)
         VALUES (:customer, :record, :account, :company)
         ON CONFLICT DO UPDATE SET account = excluded.account, company = excluded.company
         WHERE account <> excluded.account OR company <> excluded.company",
    )?;
    for (record, link) in links {
        upsert.execute(named_params! {
            ":customer": customer,
            ":record": record.as_str(),
            ":account": link.account.get(),
            ":company": link.company.as_str(),
        })?;
    }
    Ok(())
}

fn keep_aliases(tx: &Transaction<'_>, customer: i64, certain: &Certain) -> Result<(), Failure> {
    let mut upsert = tx.prepare_cached(
        "INSERT INTO aliases (customer, record, same_as) VALUES (:customer, :record, :same_as)
         ON CONFLICT DO UPDATE SET same_as = excluded.same_as",
    )?;
    for (record, same_as) in &certain.aliases {
        upsert.execute(named_params! {
            ":customer": customer,
            ":record": record.as_str(),
            ":same_as": same_as.as_str(),
        })?;
    }
    Ok(())
}

fn forget_failures(tx: &Transaction<'_>, customer: i64, person: &ExternalId) -> Result<(), Failure> {
    let mut delete =
        tx.prepare_cached("DELETE FROM failures WHERE customer = :customer AND person = :person")?;
    delete.execute(named_params! { ":customer": customer, ":person": person.as_str() })?;
    Ok(())
}

/// Once for each plan, because a run has one.
fn count_failure(tx: &Transaction<'_>, customer: i64, intent: &Intent) -> Result<(), Failure> {
    let mut upsert = tx.prepare_cached(
        "INSERT INTO failures (customer, person, runs, last, counted_plan)
         VALUES (:customer, :person, 1, :at, :plan)
         ON CONFLICT DO UPDATE SET
             runs = runs + (counted_plan <> excluded.counted_plan),
             last = max(last, excluded.last),
             counted_plan = excluded.counted_plan",
    )?;
    upsert.execute(named_params! {
        ":customer": customer,
        ":person": intent.person.as_str(),
        ":at": instant(intent.at),
        ":plan": intent.plan.as_str(),
    })?;
    Ok(())
}

fn complete(tx: &Transaction<'_>, customer: i64, run: &CompletedRun) -> Result<(), Failure> {
    if let Some(plan) = &run.approval {
        super::authorities::use_up(tx, customer, plan)?;
    }
    keep_links(tx, customer, &run.links)?;
    money::seen(tx, customer, &run.money)?;
    let mut upsert = tx.prepare_cached(
        "INSERT INTO last_runs (customer, scope) VALUES (:customer, :scope)
         ON CONFLICT DO UPDATE SET scope = excluded.scope",
    )?;
    upsert.execute(named_params! { ":customer": customer, ":scope": json(&run.seen.scope)? })?;
    Ok(())
}

#[async_trait]
impl Ledger for SqliteStore {
    async fn view(&self, name: &CustomerId) -> Result<LedgerView, PortError> {
        let name = name.clone();
        self.read("read the ledger", move |tx| match customer(tx, &name)? {
            Some(customer) => view(tx, customer),
            None => Ok(LedgerView::default()),
        })
        .await
    }

    async fn intend(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        intent: &Intent,
    ) -> Result<IntentId, PortError> {
        let (customer, intent) = (customer.clone(), intent.clone());
        self.write("record an intent", move |tx| intend(tx, held(tx, &customer, lease)?, &intent)).await
    }

    async fn open_intents(&self, name: &CustomerId) -> Result<Vec<OpenIntent>, PortError> {
        let name = name.clone();
        self.read("read the open intents", move |tx| match customer(tx, &name)? {
            Some(customer) => open_intents(tx, customer),
            None => Ok(Vec::new()),
        })
        .await
    }

    async fn settle(
        &self,
        customer: &CustomerId,
        intent: IntentId,
        outcome: &Outcome,
    ) -> Result<(), PortError> {
        let (customer, outcome) = (customer.clone(), outcome.clone());
        self.write_lazily("settle an intent", move |tx| settle(tx, &customer, intent, &outcome)).await
    }

    async fn complete(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        run: &CompletedRun,
    ) -> Result<(), PortError> {
        let (customer, run) = (customer.clone(), run.clone());
        self.write("complete a run", move |tx| complete(tx, held(tx, &customer, lease)?, &run)).await
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    /// What a run asks again and again must not become slower with the years.
    #[test]
    fn what_every_run_asks_is_found_by_an_index() {
        let connection = Connection::open_in_memory().unwrap();
        for schema in [include_str!("schema/v1.sql"), include_str!("schema/v2.sql")] {
            connection.execute_batch(schema).unwrap();
        }
        for (sql, way) in [
            (super::ALL_LINKS, "SEARCH links USING PRIMARY KEY (customer=?)"),
            (super::OPEN_INTENTS, "SEARCH intents USING INDEX intents_without_end (customer=?)"),
            (super::DEACTIVATIONS, "SEARCH intents USING INDEX deactivations (customer=?)"),
        ] {
            let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = explained.query([1]).unwrap();
            assert_eq!(rows.next().unwrap().unwrap().get::<_, String>("detail").unwrap(), way);
            assert!(rows.next().unwrap().is_none(), "and nothing is sorted: {sql}");
        }
    }
}

//! Memories of money, and who vouches for whom in them.

use std::collections::BTreeMap;

use rusqlite::{Row, Transaction, named_params};

use super::super::error::Failure;
use super::super::value::{count, instant, name_of, number, number_of, record_of, text_if_any};
use super::grants;
use crate::budget::{
    Baseline, Budget, CoveredPerson, Epoch, Founding, GrantId, GrantRecord, Imported, Mark, Occasion,
};
use crate::external_id::ExternalId;
use crate::id::{AccountId, CustomerId};
use crate::ledger::Vouched;
use crate::ports::{Certain, PortErrorKind, ToldBy};

pub(super) const PRESENT: &str = "SELECT id, epoch, accepted_epoch, accepted_sequence,
        (SELECT coalesce(max(sequence), 0) FROM batches WHERE memory = memories.id) AS sequence
     FROM memories WHERE customer = :customer ORDER BY id DESC LIMIT 1";

/// The present memory.
pub(super) struct Present {
    pub(super) row: i64,
    pub(super) epoch: Epoch,
    pub(super) sequence: u64,
    pub(super) accepted: Option<Mark>,
}

pub(super) fn present(tx: &Transaction<'_>, customer: i64) -> Result<Option<Present>, Failure> {
    let mut select = tx.prepare_cached(PRESENT)?;
    let mut rows = select.query(named_params! { ":customer": customer })?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (epoch, sequence) = (name_of(row, "epoch", Epoch::parse)?, number_of(row, "sequence")?);
    Ok(Some(Present { row: row.get("id")?, epoch, sequence, accepted: accepted(row)? }))
}

fn accepted(row: &Row<'_>) -> Result<Option<Mark>, Failure> {
    let Some(epoch) = text_if_any(row, "accepted_epoch")? else { return Ok(None) };
    let epoch = Epoch::parse(&epoch).ok_or_else(Failure::unreadable)?;
    Ok(Some(Mark::new(epoch, number_of(row, "accepted_sequence")?)))
}

/// The records that somebody vouches for in the present memory.
pub(super) fn vouched(
    tx: &Transaction<'_>,
    customer: i64,
    present: &Present,
) -> Result<BTreeMap<ExternalId, Vouched>, Failure> {
    let mut select = tx.prepare_cached(
        "SELECT record, made FROM vouched WHERE customer = :customer AND memory = :memory ORDER BY record",
    )?;
    let mut rows = select.query(named_params! { ":customer": customer, ":memory": present.row })?;
    let mut vouched = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let how = if row.get("made")? { Vouched::Onboarded } else { Vouched::Baseline };
        vouched.insert(record_of(row, "record")?, how);
    }
    Ok(vouched)
}

/// We made the account of these records. If that was begun in the present memory, their history is known in it.
pub(in super::super) fn onboarded(
    tx: &Transaction<'_>,
    customer: i64,
    begun_in: Option<i64>,
    certain: &Certain,
) -> Result<(), Failure> {
    let present = present(tx, customer)?.map(|present| present.row);
    let memory = begun_in.filter(|_| begun_in == present);
    let mut upsert = tx.prepare_cached(
        "INSERT INTO vouched (customer, record, memory, made) VALUES (:customer, :record, :memory, 1)
         ON CONFLICT DO UPDATE SET memory = coalesce(excluded.memory, memory), made = 1",
    )?;
    for record in certain.links.keys() {
        upsert.execute(
            named_params! { ":customer": customer, ":record": record.as_str(), ":memory": memory },
        )?;
    }
    Ok(())
}

/// Keeps who vouches for whom, and what was given before.
pub(super) fn keep(
    tx: &Transaction<'_>,
    customer: i64,
    name: &CustomerId,
    baseline: &Baseline,
) -> Result<(), Failure> {
    if let Some(founding) = &baseline.founds {
        found(tx, customer, founding)?;
    }
    let present =
        present(tx, customer)?.ok_or(Failure::Rule(PortErrorKind::Fatal, "nobody founded a memory yet"))?;
    note(tx, customer, &present, baseline)?;
    vouch(tx, customer, &present, baseline)?;
    let mut remember = tx
        .prepare_cached("DELETE FROM tombstones WHERE customer = :customer AND fingerprint = :fingerprint")?;
    for fingerprint in &baseline.remembered_again {
        remember.execute(named_params! { ":customer": customer, ":fingerprint": fingerprint })?;
    }
    let by = ToldBy::Person(baseline.by.clone());
    for import in baseline.given.iter().filter(|import| import.amount.cents() > 0) {
        let grant = imported(tx, customer, name, baseline, import)?;
        let row = grants::insert(tx, customer, &grant, None)?;
        grants::tell(tx, row, grant.state, &by, baseline.at)?;
    }
    Ok(())
}

fn found(tx: &Transaction<'_>, customer: i64, founding: &Founding) -> Result<(), Failure> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO memories (customer, epoch, accepted_epoch, accepted_sequence)
         VALUES (:customer, :epoch, :accepted_epoch, :accepted_sequence)
         ON CONFLICT DO NOTHING",
    )?;
    let accepted = founding.accepted.as_ref();
    let sequence = accepted.map(|mark| number(mark.sequence).ok_or_else(Failure::unreadable)).transpose()?;
    let founded = insert.execute(named_params! {
        ":customer": customer,
        ":epoch": founding.epoch.as_str(),
        ":accepted_epoch": accepted.map(|mark| mark.epoch.as_str()),
        ":accepted_sequence": sequence,
    })?;
    match founded {
        0 => Err(Failure::Rule(PortErrorKind::Conflict, "its memory was there before")),
        _ => Ok(()),
    }
}

/// Who said so.
fn note(tx: &Transaction<'_>, customer: i64, present: &Present, baseline: &Baseline) -> Result<(), Failure> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO baselines (customer, memory, founded, plan, given_by, given_at, people, imported)
         VALUES (:customer, :memory, :founded, :plan, :by, :at, :people, :imported)",
    )?;
    insert.execute(named_params! {
        ":customer": customer,
        ":memory": present.row,
        ":founded": baseline.founds.is_some(),
        ":plan": baseline.plan.as_str(),
        ":by": baseline.by.expose(),
        ":at": instant(baseline.at),
        ":people": count(baseline.people.len()),
        ":imported": count(baseline.given.len()),
    })?;
    Ok(())
}

fn vouch(tx: &Transaction<'_>, customer: i64, present: &Present, baseline: &Baseline) -> Result<(), Failure> {
    let mut upsert = tx.prepare_cached(
        "INSERT INTO vouched (customer, record, memory, made) VALUES (:customer, :record, :memory, 0)
         ON CONFLICT DO UPDATE SET memory = excluded.memory",
    )?;
    for record in baseline.people.values().flat_map(|person| &person.records) {
        upsert.execute(
            named_params! { ":customer": customer, ":record": record.as_str(), ":memory": present.row },
        )?;
    }
    Ok(())
}

/// A grant that a person says was given, on the occasion after those that are known of the person.
fn imported(
    tx: &Transaction<'_>,
    customer: i64,
    name: &CustomerId,
    baseline: &Baseline,
    import: &Imported,
) -> Result<GrantRecord, Failure> {
    let Imported { person, budget, amount } = import;
    let nobody = CoveredPerson::default();
    let covered = baseline.people.get(person).unwrap_or(&nobody);
    let mut last = last_on_account(tx, customer, budget, covered.account)?;
    for record in covered.records.iter().chain([person]) {
        last = last.max(last_of_record(tx, customer, budget, record)?);
    }
    let occasion = match last {
        Some(last) => Occasion::new(last).ok_or_else(Failure::unreadable)?.next(),
        None => Occasion::FIRST,
    };
    let id = GrantId::of(name, person, budget, occasion);
    Ok(GrantRecord::given_before(id, person.clone(), covered.account, budget.clone(), occasion, *amount))
}

fn last_of_record(
    tx: &Transaction<'_>,
    customer: i64,
    budget: &Budget,
    record: &ExternalId,
) -> Result<Option<u32>, Failure> {
    let mut last = tx.prepare_cached(
        "SELECT max(occasion) FROM grants
         WHERE customer = :customer AND person = :person AND kind = :kind AND category = :category",
    )?;
    Ok(last.query_row(
        named_params! {
            ":customer": customer,
            ":person": record.as_str(),
            ":kind": budget.kind.name(),
            ":category": budget.category.as_str(),
        },
        |row| row.get(0),
    )?)
}

fn last_on_account(
    tx: &Transaction<'_>,
    customer: i64,
    budget: &Budget,
    account: Option<AccountId>,
) -> Result<Option<u32>, Failure> {
    let Some(account) = account else { return Ok(None) };
    let mut last = tx.prepare_cached(
        "SELECT max(occasion) FROM grants
         WHERE customer = :customer AND account = :account AND kind = :kind AND category = :category",
    )?;
    Ok(last.query_row(
        named_params! {
            ":customer": customer,
            ":account": account.get(),
            ":kind": budget.kind.name(),
            ":category": budget.category.as_str(),
        },
        |row| row.get(0),
    )?)
}

//! Support takes a list of grants: reads it as a spreadsheet would, and types in line after line.
//!
//! In: the bytes of a list. Out: money on accounts, or why the list went back without a line of it being done. It does not
//! notice what it has done before: that is for whoever makes lists.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::budgets::{Act, BudgetKind, Giver, HandOver, Order};
use super::employee_body::plain_date;
use super::state::State;

const HEADER: [&str; 8] = ["email", "kind", "category", "act", "amount_eur", "from", "grant_id", "batch"];

/// What support says of a list that it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TakenList {
    /// Its lines, but for the header.
    pub lines: u64,
    /// How many of them were carried out.
    pub done: u64,
}

struct Line {
    email: String,
    grant_id: String,
    batch: String,
    order: Order,
}

/// Carries a list out, line by line.
pub(super) fn take(state: &mut State, bytes: &[u8]) -> Result<TakenList, String> {
    let lines = read(bytes)?;
    let accounts: BTreeMap<String, (i64, bool)> = state
        .accounts
        .iter()
        .rev()
        .filter_map(|account| Some((key(account.email.as_deref()?), (account.id, account.is_active))))
        .collect();
    let mut taken = TakenList { lines: 0, done: 0 };
    for Line { email, grant_id, batch, order } in lines {
        let account = accounts.get(&key(&email)).copied();
        let (grant_id, batch) = (Some(grant_id), Some(batch));
        let hand_over =
            HandOver { grant_id, batch, ..HandOver::new(Giver::Support, account.map(|(id, _)| id), order) };
        let is_done = state.budgets.carry_out(hand_over, account.is_some_and(|(_, is_active)| is_active));
        taken.lines += 1;
        taken.done += u64::from(is_done);
    }
    Ok(taken)
}

/// What makes two spellings one address.
pub(super) fn key(address: &str) -> String {
    address.trim().to_lowercase()
}

fn read(bytes: &[u8]) -> Result<Vec<Line>, String> {
    check_form(bytes)?;
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    if reader.headers().map_err(|error| error.to_string())? != HEADER.as_slice() {
        return Err("the header is not the one that was agreed".to_owned());
    }
    let mut lines = Vec::new();
    for (record, number) in reader.records().zip(2_u64..) {
        // What the library says of a line may quote it.
        let record = record.map_err(|_| format!("line {number} cannot be read"))?;
        lines.push(line(&record).map_err(|reason| format!("line {number}: {reason}"))?);
    }
    Ok(lines)
}

/// UTF-8 without BOM, every line ended by CRLF.
fn check_form(bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    if text.starts_with('\u{feff}') {
        return Err("begins with a BOM".to_owned());
    }
    let breaks = text.matches("\r\n").count();
    if !text.ends_with("\r\n") || text.matches(['\r', '\n']).count() != 2 * breaks {
        return Err("a line does not end in CRLF".to_owned());
    }
    Ok(())
}

fn line(record: &csv::StringRecord) -> Result<Line, &'static str> {
    let cells: Vec<&str> = record.iter().collect();
    let [email, kind, category, act, amount, from, grant_id, batch] = cells[..] else {
        return Err("not eight cells");
    };
    if cells.iter().any(|cell| is_formula(cell)) {
        return Err("the spreadsheet ran a formula");
    }
    let kind = match kind {
        "monthly" => BudgetKind::Monthly,
        "one-off" => BudgetKind::OneOff,
        _ => return Err("an unknown kind"),
    };
    let act = match act {
        "grant" => Act::Grant,
        "replace" => Act::Replace,
        "stop" => Act::Stop,
        _ => return Err("an unknown act"),
    };
    let cents = if amount.is_empty() { 0 } else { cents(amount).ok_or("the amount is not like 12.50")? };
    let from: Option<NaiveDate> =
        if from.is_empty() { None } else { Some(plain_date(from).ok_or("the day is not like 2026-07-01")?) };
    if email.is_empty() || grant_id.is_empty() || batch.is_empty() {
        return Err("a cell is empty");
    }
    let order = Order { kind, category: category.to_owned(), act, cents, from };
    match order.reason_to_refuse() {
        Some(reason) => Err(reason),
        None => Ok(Line {
            email: email.to_owned(),
            grant_id: grant_id.to_owned(),
            batch: batch.to_owned(),
            order,
        }),
    }
}

fn is_formula(cell: &str) -> bool {
    cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'])
}

fn cents(amount: &str) -> Option<u64> {
    let (euro, cents) = amount.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(euro) || !digits(cents) || cents.len() != 2 {
        return None;
    }
    euro.parse::<u64>().ok()?.checked_mul(100)?.checked_add(cents.parse().ok()?)
}

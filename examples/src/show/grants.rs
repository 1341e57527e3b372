//! Grants and lists as the ledger remembers them.
//!
//! In: what the ledger and the desk say. Out: ids, amounts, states, and the names of those who told, which only the
//! history shows. Never: an address; those stand in the list itself and nowhere else.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sync_core::Euro;
use sync_core::budget::{GrantId, GrantRecord, GrantState, Mark};
use sync_core::ledger::{DeskStanding, Money};
use sync_core::ports::{Batch, Telling, ToldBy};

use super::money::state_in_words;
use super::{short, wrapped};
use crate::next_step::NextStep;

/// Of more grants than this, the rest is only counted.
const MOST_GRANTS: usize = 20;

/// What is open: lists that nobody has confirmed, and grants in doubt.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "one command fills it")]
pub struct Open {
    /// The batches of which a grant is open.
    pub batches: Vec<List>,
    /// All that the ledger remembers of money, compared with the desk.
    pub money: Money,
}

/// A batch, and where its list lies, if it is one.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "a command fills it")]
pub struct List {
    /// The batch as the ledger keeps it.
    pub batch: Batch,
    /// Where its list lies.
    pub file: Option<ListFile>,
}

/// Where a list lies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "one command fills it")]
pub struct ListFile {
    /// Its path.
    pub path: PathBuf,
    /// Is it there?
    pub is_there: bool,
}

impl Open {
    /// For people.
    pub fn text(&self, next: NextStep<'_>) -> String {
        let mut text = wrapped("", &memory_in_words(&self.money));
        if self.batches.is_empty() {
            text.push_str("No list waits, and no grant is in doubt.\n");
        }
        for list in &self.batches {
            text.push('\n');
            text.push_str(&list.text(next));
        }
        let doubtful = grants_in_doubt(&self.money);
        if !doubtful.is_empty() {
            let _ = writeln!(text, "\n{}", next.doubtful(doubtful.len()));
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let batches = self.batches.iter().map(List::json);
        json!({ "memory": memory_json(&self.money), "batches": batches.collect::<Vec<_>>() })
    }
}

impl List {
    /// For people: where it lies, what of it is open, and what to type next.
    pub fn text(&self, next: NextStep<'_>) -> String {
        let mut text = batch_in_words(&self.batch, self.file.as_ref());
        if waits_for_a_word(&self.batch) {
            text.push_str(&next.list(&self.batch.id));
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let Self { batch, file } = self;
        json!({
            "batch": batch.id,
            "mark": batch.mark,
            "plan": batch.plan,
            "at": batch.at,
            "file": file.as_ref().map(|file| &file.path),
            "is_there": file.as_ref().map(|file| file.is_there),
            "grants": batch.grants.iter().map(grant_json).collect::<Vec<_>>(),
        })
    }
}

/// What the ledger remembers of money as a whole, for programs.
pub(crate) fn memory_json(money: &Money) -> Value {
    let standing = match money.desk {
        DeskStanding::Agrees => "agrees",
        DeskStanding::Ahead => "ahead",
        DeskStanding::OfAnother => "of_another",
        DeskStanding::Silent => "silent",
        _ => "not_asked",
    };
    let states: BTreeMap<_, _> = GrantState::ALL
        .into_iter()
        .map(|state| {
            let grants: Vec<_> = money.grants.iter().filter(|grant| grant.state == state).collect();
            let euro: Euro = grants.iter().map(|grant| grant.amount).sum();
            (state.name(), json!({ "grants": grants.len(), "euro": euro }))
        })
        .collect();
    json!({
        "epoch": money.epoch,
        "batches": money.sequence,
        "people_vouched_for": money.vouched.len(),
        "desk": standing,
        "grants": states,
    })
}

/// The same for people.
pub(crate) fn memory_in_words(money: &Money) -> String {
    if money.epoch.is_none() {
        return "Nobody has told yet what people were given before, so nobody is given anything: \
                sync budgets baseline, about the plan of a run"
            .to_owned();
    }
    let given: Euro =
        money.grants.iter().filter(|grant| grant.state == GrantState::Given).map(|grant| grant.amount).sum();
    let desk = match money.desk {
        DeskStanding::Ahead => {
            ". THE LEDGER IS OLDER than the folder of lists: restore the latest one, or sync budgets baseline"
        }
        DeskStanding::OfAnother => {
            ". ANOTHER LEDGER wrote the last list: restore that one, or sync budgets baseline"
        }
        DeskStanding::Silent => ". The folder of lists cannot be read, so nothing is given",
        _ => "",
    };
    format!(
        "{} records are vouched for; {} batches were handed over; {given} euro were given in {} grants of the \
         ledger{desk}",
        money.vouched.len(),
        money.sequence,
        money.grants.iter().filter(|grant| grant.state == GrantState::Given).count(),
    )
}

/// The grants of which nobody knows whether they were given.
pub(crate) fn grants_in_doubt(money: &Money) -> Vec<&GrantRecord> {
    money.grants.iter().filter(|grant| grant.state == GrantState::Doubtful).collect()
}

/// The same in words, with what to type when somebody found out.
pub(crate) fn doubtful_in_words(doubtful: &[&GrantRecord], next: NextStep<'_>) -> String {
    if doubtful.is_empty() {
        return "No grant is in doubt.\n".to_owned();
    }
    let found_out = "Look in the portal, or ask support, whether these were given; then tell, each by its id";
    format!("{}{}{}\n", wrapped("", found_out), grants(doubtful), next.settle())
}

/// Does a person tell what became of this batch? Of grants that were handed over one by one the desk is asked.
pub(crate) fn waits_for_a_word(batch: &Batch) -> bool {
    batch.grants.iter().any(|grant| is_tellable(batch, grant))
}

/// Can a person tell what became of this grant by telling what became of its list?
pub(crate) fn is_tellable(batch: &Batch, grant: &GrantRecord) -> bool {
    grant.state == GrantState::HandedOver || (batch.list.is_some() && grant.state.is_open())
}

fn batch_in_words(batch: &Batch, file: Option<&ListFile>) -> String {
    let open: Vec<_> = batch.grants.iter().filter(|grant| grant.state.is_open()).collect();
    let euro: Euro = open.iter().map(|grant| grant.amount).sum();
    let what = if batch.list.is_some() { "list" } else { "batch" };
    let told = format!(
        "{what} {} of {}: {} of {} grants are open, {euro} euro",
        batch.id,
        moment(batch.at),
        open.len(),
        batch.grants.len()
    );
    let mut text = wrapped("", &told);
    if let Some(ListFile { path, is_there }) = file {
        let there = if *is_there { "" } else { " (not there: somebody put it away)" };
        text.push_str(&wrapped("  ", &format!("{}{there}", path.display())));
    }
    text.push_str(&grants(&open));
    text
}

/// Grants, each with what has to be typed to name it.
pub(crate) fn grants(grants: &[&GrantRecord]) -> String {
    let mut text = String::new();
    for grant in grants.iter().take(MOST_GRANTS) {
        text.push_str(&super::hanging("  ", 4, &grant_in_words(grant)));
    }
    if let Some(more @ 1..) = grants.len().checked_sub(MOST_GRANTS) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  … and {more} more; --json shows every one");
    }
    text
}

/// One grant: its name, what it is about, and how it stands.
pub(crate) fn grant_in_words(grant: &GrantRecord) -> String {
    format!("{}: {}; it {}", grant.id, what(grant), state_in_words(grant.state))
}

fn what(grant: &GrantRecord) -> String {
    let from = grant.from.map_or_else(|| "at once".to_owned(), |day| format!("from {day}"));
    let account = grant.account.map(|account| format!(" on account {account}")).unwrap_or_default();
    let person = short(&grant.person);
    format!(
        "{} {} {} euro {from} to {person}{account}, occasion {}",
        grant.act.name(),
        grant.budget,
        grant.amount,
        grant.occasion.get()
    )
}

/// One grant, for programs.
pub(crate) fn grant_json(grant: &GrantRecord) -> Value {
    json!({
        "grant": grant.id,
        "person": grant.person,
        "account": grant.account,
        "kind": grant.budget.kind,
        "category": grant.budget.category,
        "occasion": grant.occasion,
        "act": grant.act,
        "amount": grant.amount,
        "from": grant.from,
        "state": grant.state,
        "interrupted": grant.interrupted,
        "emptied": grant.emptied,
    })
}

/// All that one person was given.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "one command fills it")]
pub struct History<'a> {
    /// The grants, in the order in which they were prepared or imported.
    pub grants: Vec<&'a GrantRecord>,
    /// What was told of them, in order.
    pub tellings: Vec<Telling>,
}

impl History<'_> {
    /// For people. Shows who told.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for grant in &self.grants {
            text.push_str(&super::hanging("", 2, &format!("{}: {}", grant.id, what(grant))));
            for telling in self.of(&grant.id) {
                let by = match &telling.by {
                    ToldBy::Run => "a run",
                    ToldBy::Person(name) => name.expose(),
                };
                let told = format!("{} {}, told by {by}", moment(telling.at), state_in_words(telling.state));
                text.push_str(&wrapped("    ", &told));
            }
            for (is_so, told) in [
                (grant.interrupted, "the account was inactive since; nobody knows what is left of it"),
                (grant.emptied, "the field was seen empty since"),
            ] {
                if is_so {
                    text.push_str(&wrapped("    ", told));
                }
            }
        }
        text
    }

    /// For programs. Shows who told.
    pub fn json(&self) -> Value {
        let grants = self.grants.iter().map(|grant| {
            let mut json = grant_json(grant);
            let told = self.of(&grant.id).map(|telling| {
                let by = match &telling.by {
                    ToldBy::Run => None,
                    ToldBy::Person(name) => Some(name.expose()),
                };
                json!({ "state": telling.state, "at": telling.at, "by": by })
            });
            if let Some(fields) = json.as_object_mut() {
                fields.insert("told".into(), told.collect());
            }
            json
        });
        Value::Array(grants.collect())
    }

    fn of<'h>(&'h self, grant: &'h GrantId) -> impl Iterator<Item = &'h Telling> {
        self.tellings.iter().filter(move |telling| telling.grant == *grant)
    }
}

/// A mark, as somebody compares it.
pub(crate) fn mark_in_words(mark: &Mark) -> String {
    format!("batch {} of memory {}", mark.sequence, mark.epoch)
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

//! One person: the fresh decision, what the store remembers, and what else of the run concerns the person.

use std::fmt::Write;

use serde_json::{Value, json};
use sync_core::budget::GrantRecord;
use sync_core::finding::Finding;
use sync_core::ledger::LedgerView;
use sync_core::plan::{Entry, PlanDocument, SavedEntry};
use sync_core::{AccountId, ExternalId};

use super::grants::{grant_in_words, grant_json};
use super::{brake_text, explanation, finding_text, short, wrapped};

/// All that is known about one person.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "one command fills it")]
pub struct Person<'a> {
    /// What is decided.
    pub entry: &'a Entry,
    /// The same as a file would hold it.
    pub saved: &'a SavedEntry,
    /// What is remembered of earlier runs.
    pub memory: &'a LedgerView,
    /// The plan as a whole.
    pub document: &'a PlanDocument,
}

impl Person<'_> {
    /// For people.
    pub fn text(&self) -> String {
        let mut text = explanation(self.saved);
        let remembered = self.remembered();
        if remembered.is_empty() {
            text.push_str(&wrapped("remembered  ", "nothing of earlier runs"));
        }
        for fact in &remembered {
            text.push_str(&wrapped("remembered  ", fact));
        }
        for finding in self.findings() {
            let [place, what] = finding_text(finding);
            text.push_str(&wrapped("   finding  ", &format!("{place}: {what}")));
        }
        for brake in &self.document.brakes {
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "{}",
                wrapped("   the run  ", &format!("waits by {}: {}", brake.rule(), brake_text(brake)))
            );
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let memory = self.memory;
        let links = memory.links.iter().filter(|(record, _)| self.has(record)).map(
            |(record, link)| json!({"record": record, "account": link.account, "company": link.company}),
        );
        let aliases = memory.aliases.iter().filter(|(later, first)| self.has(later) || self.has(first));
        let aliases = aliases.map(|(later, first)| json!({"record": later, "same_as": first}));
        let failures = memory.failures.get(&self.entry.person);
        let failures = failures.map(|failures| json!({"runs": failures.runs, "last": failures.last}));
        json!({
            "entry": self.saved.json(),
            "remembered": {
                "links": links.collect::<Vec<_>>(),
                "aliases": aliases.collect::<Vec<_>>(),
                "failures": failures,
                "grants": self.grants().map(grant_json).collect::<Vec<_>>(),
            },
            "findings": self.findings().collect::<Vec<_>>(),
            "brakes": self.document.brakes,
        })
    }

    fn remembered(&self) -> Vec<String> {
        let memory = self.memory;
        let links = memory.links.iter().filter(|(record, _)| self.has(record)).map(|(record, link)| {
            format!("record {} of company {} has account {}", short(record), link.company, link.account)
        });
        let aliases = memory.aliases.iter().filter(|(later, first)| self.has(later) || self.has(first));
        let aliases = aliases.map(|(later, first)| {
            format!("record {} is of the same person as {}", short(later), short(first))
        });
        let failures = memory.failures.get(&self.entry.person).map(|failures| {
            format!(
                "YourCampus refused the person's writes in {} runs in a row, the last at {}",
                failures.runs,
                failures.last.format("%Y-%m-%d %H:%M UTC")
            )
        });
        let grants = self.grants().map(grant_in_words);
        links.chain(aliases).chain(failures).chain(grants).collect()
    }

    /// What the person was given, under whatever record or account the store knows the person by.
    fn grants(&self) -> impl Iterator<Item = &GrantRecord> {
        let kin = self.memory.kin_of(&self.entry.person);
        let account = self.entry.account.map(|account| account.id);
        self.memory.money.grants.iter().filter(move |grant| {
            let by_account =
                grant.account.is_some_and(|id| kin.accounts.contains(&id) || account == Some(id));
            by_account || kin.records.contains(&grant.person) || self.has(&grant.person)
        })
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        let account: Option<AccountId> = self.entry.account.map(|account| account.id);
        self.document.findings.iter().filter(move |finding| match finding {
            Finding::UnreadableRecord { record, .. }
            | Finding::PlaceholderBirthday { record }
            | Finding::ContractOver { record } => self.has(record),
            Finding::UnreadableAccount { account: unreadable, .. } => account == Some(*unreadable),
            _ => false,
        })
    }

    fn has(&self, record: &ExternalId) -> bool {
        self.entry.records.iter().any(|other| other.id == *record)
    }
}

//! The money that accounts of this world have, and the diary of all that was ever handed over: the witness.
//!
//! In: orders, as support, a service or an administrator carries them out. Out: what runs, what was given, what ended, and
//! everything that should never have happened, counted. Never: a hand-over that is put right. An order that comes twice is
//! carried out twice, as a person would who has hundreds of lines to type.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// All money of all accounts. Empty to begin with; nothing that the API does adds to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Budgets {
    /// What each account has and had, by its id.
    pub accounts: BTreeMap<i64, Purse>,
    /// Every order that was carried out or could not be, in order.
    pub hand_overs: Vec<HandOver>,
    /// How often each grant was given, by its id.
    pub times_given: BTreeMap<String, u64>,
    /// How often a grant was given that had been given before.
    pub repetitions: u64,
    /// Accounts that ever had two monthly budgets at once.
    pub had_two_monthly: BTreeSet<i64>,
    /// Orders for an address that no account has.
    pub unknown_addresses: u64,
    /// Orders for an account that was not active.
    pub inactive_accounts: u64,
    /// What the service desk was told of the ledger whose grant it gave last.
    pub service_mark: Option<ServiceMark>,
}

/// How far the ledger had come that sent a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ServiceMark {
    /// The name of its memory.
    pub epoch: String,
    /// The number of its latest batch.
    pub sequence: u64,
}

/// What one account has and had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Purse {
    /// The monthly budgets that run. More than one is a mistake.
    pub monthly: Vec<Budget>,
    /// The one-off budgets it was given and still has.
    pub one_off: Vec<Budget>,
    /// What it had when it was deactivated. Nothing brings it back.
    pub cancelled: Vec<Budget>,
}

/// One budget of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Budget {
    /// The benefit category's code.
    pub category: String,
    /// How much, in euro cents; of a monthly budget, each month.
    pub cents: u64,
    /// The grant that gave it; `None` for one given by hand.
    pub grant_id: Option<String>,
}

/// What somebody was told to do with a budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Order {
    /// Monthly or once.
    pub kind: BudgetKind,
    /// The benefit category's code.
    pub category: String,
    /// What to do.
    #[serde(default)]
    pub act: Act,
    /// How much, in euro cents; 0 for a stop.
    #[serde(default)]
    pub cents: u64,
    /// The day from which it counts. It is kept and not waited for.
    #[serde(default)]
    pub from: Option<NaiveDate>,
}

/// How often a budget is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum BudgetKind {
    /// Each month.
    Monthly,
    /// Once.
    OneOff,
}

/// What to do with a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Act {
    /// Give it.
    #[default]
    Grant,
    /// End the monthly one of this category and give this one.
    Replace,
    /// End the monthly one of this category.
    Stop,
}

/// One order and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HandOver {
    /// Who carried it out.
    pub by: Giver,
    /// The name that whoever ordered it gave it; `None` by hand.
    pub grant_id: Option<String>,
    /// The batch that it came with, if any.
    pub batch: Option<String>,
    /// The account; `None` if none has the address.
    pub account: Option<i64>,
    /// What was ordered.
    pub order: Order,
    /// Whether it was carried out: an unknown or inactive account gets nothing.
    pub done: bool,
}

/// Who carries out orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Giver {
    /// Support, from a list.
    Support,
    /// The service desk.
    Service,
    /// An administrator, in the portal.
    Administrator,
}

impl Order {
    /// A budget to be given.
    pub fn grant(kind: BudgetKind, category: impl Into<String>, cents: u64) -> Self {
        Self { kind, category: category.into(), act: Act::Grant, cents, from: None }
    }

    /// Why nobody could carry this out, if so.
    pub(super) fn reason_to_refuse(&self) -> Option<&'static str> {
        match (self.kind, self.act, self.cents) {
            _ if self.category.trim().is_empty() => Some("no category"),
            (BudgetKind::OneOff, Act::Replace | Act::Stop, _) => Some("a one-off can only be granted"),
            (_, Act::Stop, 1..) => Some("a stop has no amount"),
            (_, Act::Grant | Act::Replace, 0) => Some("no amount"),
            _ => None,
        }
    }
}

impl HandOver {
    /// An order for this account, or for nobody, before anything is done about it.
    pub(super) fn new(by: Giver, account: Option<i64>, order: Order) -> Self {
        Self { by, grant_id: None, batch: None, account, order, done: false }
    }
}

impl Budgets {
    /// Carries out an order for an active account; writes down any. Says whether it was carried out.
    pub(super) fn carry_out(&mut self, mut hand_over: HandOver, is_active: bool) -> bool {
        match hand_over.account {
            None => self.unknown_addresses += 1,
            Some(_) if !is_active => self.inactive_accounts += 1,
            Some(account) => {
                hand_over.done = true;
                self.count(hand_over.grant_id.as_deref());
                self.assign(account, &hand_over);
            }
        }
        let done = hand_over.done;
        self.hand_overs.push(hand_over);
        done
    }

    /// Whoever is deactivated loses everything.
    pub(super) fn cancel(&mut self, account: i64) {
        if let Some(purse) = self.accounts.get_mut(&account) {
            purse.cancelled.append(&mut purse.monthly);
            purse.cancelled.append(&mut purse.one_off);
        }
    }

    /// What this giver gave under this name, the first time.
    pub(super) fn given(&self, by: Giver, grant_id: &str) -> Option<&HandOver> {
        if !self.times_given.contains_key(grant_id) {
            return None;
        }
        let mut done = self.hand_overs.iter().filter(|known| known.done && known.by == by);
        done.find(|known| known.grant_id.as_deref() == Some(grant_id))
    }

    fn count(&mut self, grant_id: Option<&str>) {
        if let Some(id) = grant_id {
            let times = self.times_given.entry(id.to_owned()).or_default();
            *times += 1;
            self.repetitions += u64::from(*times > 1);
        }
    }

    fn assign(&mut self, account: i64, hand_over: &HandOver) {
        let HandOver { order: Order { kind, category, act, cents, .. }, grant_id, .. } = hand_over;
        let purse = self.accounts.entry(account).or_default();
        let budget = || Budget { category: category.clone(), cents: *cents, grant_id: grant_id.clone() };
        if matches!(act, Act::Replace | Act::Stop) {
            purse.monthly.retain(|running| running.category != *category);
        }
        match (kind, act) {
            (_, Act::Stop) => {}
            (BudgetKind::Monthly, _) => purse.monthly.push(budget()),
            (BudgetKind::OneOff, _) => purse.one_off.push(budget()),
        }
        if purse.monthly.len() > 1 {
            self.had_two_monthly.insert(account);
        }
    }
}

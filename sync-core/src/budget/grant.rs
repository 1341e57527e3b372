//! What a plan says about one budget of one person, and what the ledger remembers of a grant.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::key::{Budget, BudgetKind, Category, GrantId, Occasion};
use super::reason::BudgetReason;
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::id::AccountId;

/// What the budget fields say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every rule must decide about every case")]
pub enum Wish {
    /// No field of this name, or it is not filled.
    Empty,
    /// This much; zero says that there shall be none.
    Amount(Euro),
    /// Something that is no amount in euro with at most two decimals (X1).
    Unreadable,
    /// Both brands' fields, or two records in service, say different things (U-25).
    Conflict,
}

/// What a desk is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "a desk must know what to do about every case")]
pub enum Act {
    /// Give it: a one-off, or the first monthly budget.
    Grant,
    /// End the running monthly budget of this category and begin this one.
    Replace,
    /// End the running monthly budget of this category.
    Stop,
}

impl Act {
    /// How plans and lists spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Replace => "replace",
            Self::Stop => "stop",
        }
    }

    /// Reads it as plans and lists spell it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Grant, Self::Replace, Self::Stop].into_iter().find(|act| act.name() == text)
    }
}

/// One hand-over of money, as planned. Its fields stand in canonical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Grant {
    /// What the desk shall do.
    pub act: Act,
    /// How much; a month's amount of a monthly budget, zero for a stop.
    pub amount: Euro,
    /// From which day on; none for at once.
    pub from: Option<NaiveDate>,
    /// Its name.
    pub id: GrantId,
    /// The how manieth of this person's budget.
    pub occasion: Occasion,
}

impl Grant {
    /// A grant at once; set [`from`](Self::from) for a later one.
    pub const fn new(id: GrantId, occasion: Occasion, act: Act, amount: Euro) -> Self {
        Self { act, amount, from: None, id, occasion }
    }
}

/// What happens to one budget of one person, and why. Its fields stand in canonical order.
///
/// Amounts stand in it: whoever approves money has to see how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BudgetNote {
    /// The category.
    pub category: Category,
    /// Monthly or one-off.
    pub kind: BudgetKind,
    /// What happens.
    pub outcome: BudgetOutcome,
    /// Why.
    pub reason: BudgetReason,
    /// What the ledger says was given last and still counts, if anything.
    pub was: Option<Euro>,
    /// What the fields say.
    pub wish: Wish,
}

impl BudgetNote {
    /// Which budget.
    pub fn budget(&self) -> Budget {
        Budget::new(self.kind, self.category.clone())
    }

    /// What moves, or would if somebody approved it.
    pub const fn grant(&self) -> Option<&Grant> {
        match &self.outcome {
            BudgetOutcome::Give { grant } => Some(grant),
            BudgetOutcome::Hold { proposal } => proposal.as_ref(),
            BudgetOutcome::Open { .. } | BudgetOutcome::Later | BudgetOutcome::Nothing => None,
        }
    }
}

/// What happens to one budget of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum BudgetOutcome {
    /// It is given, for the first time. A mandate covers it (R7).
    Give {
        /// What is handed over.
        grant: Grant,
    },
    /// Nothing happens until a person has looked.
    Hold {
        /// What is handed over if somebody approves it.
        proposal: Option<Grant>,
    },
    /// An earlier grant of this budget has not come to its end.
    Open {
        /// Which.
        grant: GrantId,
        /// How it stands.
        state: GrantState,
    },
    /// Not yet (X2).
    Later,
    /// All is as it should be.
    Nothing,
}

/// How a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every reader of money must decide about every case")]
pub enum GrantState {
    /// It was about to be handed over; nobody knows whether it was.
    Intended,
    /// It stands in a list that was written; a person tells what became of it.
    HandedOver,
    /// It was given.
    Given,
    /// It was surely not given, and this occasion is over.
    Refused,
    /// It was surely not given, and may be handed over again under the same name.
    NotDone,
    /// Nobody knows; a person finds out.
    Doubtful,
}

impl GrantState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Intended, Self::HandedOver, Self::Given, Self::Refused, Self::NotDone, Self::Doubtful];

    /// How plans and stores spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::HandedOver => "handed_over",
            Self::Given => "given",
            Self::Refused => "refused",
            Self::NotDone => "not_done",
            Self::Doubtful => "doubtful",
        }
    }

    /// Reads it as plans and stores spell it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }

    /// Is it still to be found out, or to be told, what became of it?
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Intended | Self::HandedOver | Self::Doubtful)
    }

    /// May a grant that stands so come to stand as `next`? The same again always may.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Intended | Self::Doubtful => next != Self::Intended || self == next,
            Self::HandedOver => {
                matches!(next, Self::HandedOver | Self::Given | Self::Refused | Self::Doubtful)
            }
            // Only a new hand-over makes it an intention again.
            Self::NotDone => matches!(next, Self::NotDone | Self::Refused),
            Self::Given | Self::Refused => self == next,
        }
    }
}

/// A grant as the ledger remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrantRecord {
    /// Its name.
    pub id: GrantId,
    /// Whose, by the record that stood for the person then.
    pub person: ExternalId,
    /// On which account; none for one that a baseline imported for somebody without.
    pub account: Option<AccountId>,
    /// Which budget.
    pub budget: Budget,
    /// The how manieth.
    pub occasion: Occasion,
    /// What was asked for.
    pub act: Act,
    /// How much.
    pub amount: Euro,
    /// From which day on; none for at once.
    pub from: Option<NaiveDate>,
    /// How it stands.
    pub state: GrantState,
    /// Was the account deactivated, or seen inactive, since? Then nobody knows what is left of it (U-16).
    pub interrupted: bool,
    /// Was the field seen empty, or at zero, since? Then the same amount in it is a new wish (O5).
    pub emptied: bool,
}

impl GrantRecord {
    /// A grant of this person's budget that is about to be handed over.
    pub fn intended(person: ExternalId, account: AccountId, budget: Budget, grant: &Grant) -> Self {
        let Grant { act, amount, from, id, occasion } = grant.clone();
        let (state, interrupted, emptied) = (GrantState::Intended, false, false);
        let account = Some(account);
        Self { id, person, account, budget, occasion, act, amount, from, state, interrupted, emptied }
    }

    /// A grant of which a person says that it was given.
    pub const fn given_before(
        id: GrantId,
        person: ExternalId,
        account: Option<AccountId>,
        budget: Budget,
        occasion: Occasion,
        amount: Euro,
    ) -> Self {
        let (act, state, from) = (Act::Grant, GrantState::Given, None);
        let (interrupted, emptied) = (false, false);
        Self { id, person, account, budget, occasion, act, amount, from, state, interrupted, emptied }
    }
}

//! What the ledger remembers of one budget of one person, and what stands now by it.
//!
//! In: rows, in the order in which they were prepared or imported, and the account that the person has. Out: what was
//! given last and still counts, what is open, and which occasion is the next. Never: a row that counts as nothing
//! because it was given on another account, before a relink, or under another of the person's records.

use chrono::NaiveDate;

use super::grant::{Act, GrantRecord, GrantState};
use super::key::Occasion;
use crate::euro::Euro;
use crate::id::AccountId;

/// The rows of one budget of one person.
#[derive(Debug, Default)]
pub(super) struct History<'a> {
    /// By occasion; where two share one, as they were remembered.
    rows: Vec<&'a GrantRecord>,
    account: Option<AccountId>,
}

/// How a monthly budget stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Monthly {
    /// None was given.
    Never,
    /// It runs with this amount.
    Runs(Euro),
    /// It ended, or ends on this day.
    Ended(Option<NaiveDate>),
    /// The account was inactive since, or is another one now: nobody knows what is left of this amount.
    Interrupted(Euro),
    /// Two people's histories became one person's, and nobody can say what ended what.
    Tangled,
}

/// How a one-off stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OneOff {
    /// None was given.
    Never,
    /// Given: the last one, and all since the field was empty last.
    Given {
        last: Euro,
        together: Euro,
        /// The field was seen empty or at zero since.
        emptied: bool,
    },
    /// The account was inactive since, or is another one now.
    Interrupted(Euro),
}

impl<'a> History<'a> {
    /// These rows of one budget, for somebody who has this account.
    pub(super) fn of(mut rows: Vec<&'a GrantRecord>, account: Option<AccountId>) -> Self {
        rows.sort_by_key(|row| row.occasion);
        Self { rows, account }
    }

    /// The latest grant of which nobody knows, or has told, what became of it.
    pub(super) fn open(&self) -> Option<&'a GrantRecord> {
        self.rows.iter().rev().find(|row| row.state.is_open()).copied()
    }

    /// The latest grant.
    pub(super) fn latest(&self) -> Option<&'a GrantRecord> {
        self.rows.last().copied()
    }

    /// Was any grant refused, or not done on another account, so that none is a first one any more?
    pub(super) fn was_turned_down(&self) -> bool {
        self.rows.iter().any(|row| row.state == GrantState::Refused || self.is_elsewhere(row))
    }

    /// Was it surely not given, and is this the account that it was meant for? Then it comes again under its name.
    pub(super) fn is_to_be_repeated(&self, row: &GrantRecord) -> bool {
        row.state == GrantState::NotDone && !self.is_elsewhere(row)
    }

    /// The occasion that no row has used.
    pub(super) fn next_occasion(&self) -> Occasion {
        self.latest().map_or(Occasion::FIRST, |row| row.occasion.next())
    }

    /// What was surely given, or surely ended.
    fn given(&self) -> impl DoubleEndedIterator<Item = &'a GrantRecord> + '_ {
        let counts = |row: &&GrantRecord| row.act == Act::Stop || row.amount > Euro::default();
        self.rows.iter().copied().filter(|row| row.state == GrantState::Given).filter(counts)
    }

    pub(super) fn monthly(&self) -> Monthly {
        let Some(last) = self.given().next_back() else { return Monthly::Never };
        if self.is_tangled() {
            Monthly::Tangled
        } else if last.act == Act::Stop {
            Monthly::Ended(last.from)
        } else if last.interrupted || self.is_elsewhere(last) {
            Monthly::Interrupted(last.amount)
        } else {
            Monthly::Runs(last.amount)
        }
    }

    /// Does a monthly budget run today, or may it?
    pub(super) fn may_run(&self, today: NaiveDate) -> bool {
        let by_what_was_given = match self.monthly() {
            Monthly::Never => false,
            Monthly::Ended(from) => from.is_some_and(|from| from > today),
            Monthly::Runs(_) | Monthly::Interrupted(_) | Monthly::Tangled => true,
        };
        by_what_was_given || self.open().is_some()
    }

    pub(super) fn oneoff(&self) -> OneOff {
        let Some(last) = self.given().next_back() else { return OneOff::Never };
        if last.interrupted || self.is_elsewhere(last) {
            return OneOff::Interrupted(last.amount);
        }
        let before = self.given().rev().skip(1).take_while(|row| !row.emptied);
        let together = std::iter::once(last).chain(before).map(|row| row.amount).sum();
        OneOff::Given { last: last.amount, together, emptied: last.emptied }
    }

    /// The last one-off that was given, unless it is known that its field was emptied since.
    pub(super) fn not_emptied_yet(&self) -> Option<&'a GrantRecord> {
        self.given().next_back().filter(|row| !row.emptied)
    }

    /// What deactivating the account now cancels of one-offs.
    pub(super) fn cancelled_oneoffs(&self) -> Euro {
        self.given().filter(|row| !row.interrupted && !self.is_elsewhere(row)).map(|row| row.amount).sum()
    }

    /// Was it meant for another account than the person has now?
    fn is_elsewhere(&self, row: &GrantRecord) -> bool {
        row.account.is_some() && row.account != self.account
    }

    /// One history counts its occasions through. Two that became one begin both at the first.
    fn is_tangled(&self) -> bool {
        let twice = self.rows.windows(2).any(|two| matches!(two, [a, b] if a.occasion == b.occasion));
        let mut people = self.given().map(|row| &row.person);
        let first = people.next();
        twice && people.any(|person| Some(person) != first)
    }
}

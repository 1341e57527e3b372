//! In which order the rules about money are asked. The first that applies decides.
//!
//! In: one person with the decision about the account, the ledger's money, the policy and the day. Out: for each budget
//! one [`BudgetNote`]. Never: money for anybody whose account is not certain, active and seen by this very plan; a first
//! grant to anybody of whom nobody vouches; a second monthly budget; an occasion that was used.

use chrono::NaiveDate;

use super::grant::{Act, BudgetNote, BudgetOutcome, Grant, GrantRecord, GrantState, Wish};
use super::history::{History, Monthly, OneOff};
use super::key::{Budget, BudgetKind, GrantId};
use super::reason::BudgetReason;
use super::remembered::{Known, Remembered};
use super::table::{self, Move, Step};
use super::wish::wishes;
use crate::decision::{Decision, NothingReason, Planned};
use crate::euro::Euro;
use crate::id::AccountId;
use crate::ledger::{DeskStanding, LedgerView};
use crate::person::{Address, Person};
use crate::plan::Run;
use crate::policy::{Budgets, OnboardingGift};

/// All that the rules look at besides the person.
#[derive(Debug)]
pub(crate) struct Rules<'a> {
    policy: &'a Budgets,
    ledger: &'a LedgerView,
    remembered: Remembered<'a>,
    run: &'a Run<'a>,
    /// The date that it is in Amsterdam.
    today: NaiveDate,
    /// The first 1st of a month after it.
    next: NaiveDate,
}

/// One person, and what the plan says of the account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payee<'p, 'a> {
    pub(crate) person: &'p Person<'a>,
    pub(crate) decision: &'p Decision,
    /// The account, if it is the person's for certain.
    pub(crate) account: Option<AccountId>,
    /// Another person of the source has the same name and birthday.
    pub(crate) is_like_another: bool,
}

/// What the rules say of one person.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// By budget.
    pub(crate) notes: Vec<BudgetNote>,
    /// One-offs that were given and whose fields are empty, or at zero, for the first time since.
    pub(crate) emptied: Vec<GrantId>,
    /// What deactivating the account now cancels.
    pub(crate) cancelled: Euro,
}

/// One budget of one person: what the fields say of it, and what the ledger does.
struct Case<'a> {
    budget: Budget,
    wish: Wish,
    history: History<'a>,
}

/// What counts for all budgets of one person.
struct Whole<'p, 'a> {
    payee: &'p Payee<'p, 'a>,
    /// Why nothing is given now that does not lie with money.
    late: Option<(BudgetOutcome, BudgetReason)>,
    /// Why nothing is given that lies with what is remembered.
    stop: Option<BudgetReason>,
}

/// What happens to one budget, and why.
type Ruling = (BudgetOutcome, BudgetReason);

impl<'a> Rules<'a> {
    pub(crate) fn new(
        policy: &'a Budgets,
        ledger: &'a LedgerView,
        run: &'a Run<'a>,
        today: NaiveDate,
    ) -> Self {
        let (remembered, next) = (Remembered::of(ledger), table::next_first(today));
        Self { policy, ledger, remembered, run, today, next }
    }

    /// What happens to each budget of one person.
    pub(crate) fn of_person(&self, payee: &Payee<'_, 'a>) -> Noted {
        let known = self.remembered.known(payee.person.ids(), payee.account);
        let rows = self.remembered.rows(&known);
        let cases = cases(wishes(payee.person, self.today), rows, payee.account);
        if cases.is_empty() {
            return Noted::default();
        }
        let whole = Whole { payee, late: late(payee), stop: self.stop(&known) };
        let monthly = cases.iter().filter(|case| self.may_be_monthly(case)).count();
        let mut noted = Noted::default();
        for case in cases {
            let has_other_monthly = monthly > usize::from(self.may_be_monthly(&case));
            let (outcome, reason) = self.judge(&case, &whole, has_other_monthly);
            if reason == BudgetReason::OneOffEmptied {
                noted.emptied.extend(case.history.not_emptied_yet().map(|row| row.id.clone()));
            }
            let (was, cancelled) = case.stands();
            noted.cancelled = [noted.cancelled, cancelled].into_iter().sum();
            let Case { budget: Budget { kind, category }, wish, .. } = case;
            noted.notes.push(BudgetNote { category, kind, outcome, reason, was, wish });
        }
        noted
    }

    fn is_listed(&self, case: &Case<'_>) -> bool {
        self.policy.categories.contains(&case.budget.category)
    }

    /// Does, or may, this budget come every month? Then there is no other that does.
    fn may_be_monthly(&self, case: &Case<'_>) -> bool {
        case.budget.kind == BudgetKind::Monthly
            && ((self.is_listed(case) && case.wish.may_want()) || case.history.may_run(self.today))
    }

    /// Why no money may move whatever the budget, as far as it lies with what is remembered.
    fn stop(&self, known: &Known<'_>) -> Option<BudgetReason> {
        match self.ledger.money.desk {
            DeskStanding::NotAsked => Some(BudgetReason::NoDesk),
            DeskStanding::Silent => Some(BudgetReason::DeskSilent),
            DeskStanding::Ahead => Some(BudgetReason::LedgerOlder),
            DeskStanding::OfAnother => Some(BudgetReason::LedgerForeign),
            DeskStanding::Agrees if !self.remembered.tombstones(known, self.run.key).is_empty() => {
                Some(BudgetReason::Forgotten)
            }
            DeskStanding::Agrees if !self.remembered.is_vouched(known) => Some(BudgetReason::NoBaseline),
            DeskStanding::Agrees => None,
        }
    }

    fn judge(&self, case: &Case<'_>, whole: &Whole<'_, '_>, has_other_monthly: bool) -> Ruling {
        // Whatever else is the case: this field gives nothing.
        if case.wish.is_filled() && !self.is_listed(case) {
            return hold(BudgetReason::UnlistedCategory);
        }
        if let Some(late) = &whole.late {
            return case.history.open().map_or_else(|| late.clone(), open);
        }
        if let Some(stop) = whole.stop {
            return hold(stop);
        }
        let wish = match case.wish {
            Wish::Empty => None,
            Wish::Amount(amount) if amount > self.policy.maximum(case.budget.kind) => {
                return hold(BudgetReason::OverMaximum);
            }
            Wish::Amount(amount) => Some(amount),
            Wish::Unreadable => return hold(BudgetReason::Unreadable),
            Wish::Conflict => return hold(BudgetReason::Disagrees),
        };
        if let Some(row) = case.history.open() {
            return open(row);
        }
        let step = match case.budget.kind {
            BudgetKind::Monthly => table::monthly(wish, case.history.monthly(), self.next),
            BudgetKind::OneOff => table::oneoff(wish, case.history.oneoff(), self.policy),
        };
        match step {
            Step::Leave(reason) => (BudgetOutcome::Nothing, reason),
            Step::Ask(reason) => hold(reason),
            Step::Move(step) => {
                let begins_monthly = case.budget.kind == BudgetKind::Monthly && step.act != Act::Stop;
                if begins_monthly && has_other_monthly {
                    hold(BudgetReason::SecondMonthly)
                } else if begins_monthly && step.is_first && self.policy.onboarding == OnboardingGift::Monthly
                {
                    // Whoever made the account: what nobody has told of was given by onboarding.
                    hold(BudgetReason::OnboardingGaveMonthly)
                } else {
                    self.hand_over(case, whole.payee, &step)
                }
            }
        }
    }

    /// Names a hand-over, and says whose word it needs.
    fn hand_over(&self, case: &Case<'_>, payee: &Payee<'_, '_>, step: &Move) -> Ruling {
        match payee.person.address() {
            Address::Valid(address) if address.is_fit_for_lists() => {}
            _ => return hold(BudgetReason::UnfitAddress),
        }
        let latest = case.history.latest();
        let (id, occasion) = match latest {
            Some(row) if case.history.is_to_be_repeated(row) => {
                if (row.act, row.amount) != (step.act, step.amount) {
                    return hold(BudgetReason::AmountMoved);
                }
                (row.id.clone(), row.occasion)
            }
            _ => {
                let occasion = case.history.next_occasion();
                let person = payee.person.external_id();
                (GrantId::of(self.run.customer, person, &case.budget, occasion), occasion)
            }
        };
        let Move { act, amount, from, .. } = *step;
        let grant = Grant { act, amount, from, id, occasion };
        let is_first = step.is_first && !case.history.was_turned_down();
        let was_refused = latest.is_some_and(|row| row.state == GrantState::Refused);
        let reason = if was_refused || (step.is_first && !is_first) {
            BudgetReason::Rejected
        } else if is_first && payee.is_like_another {
            BudgetReason::LikeAnother
        } else if is_first {
            return (BudgetOutcome::Give { grant }, step.reason);
        } else {
            step.reason
        };
        (BudgetOutcome::Hold { proposal: Some(grant) }, reason)
    }
}

impl Case<'_> {
    /// What was given last and still counts, and how much of what was given ends with the account.
    fn stands(&self) -> (Option<Euro>, Euro) {
        match self.budget.kind {
            BudgetKind::Monthly => match self.history.monthly() {
                Monthly::Runs(amount) => (Some(amount), amount),
                Monthly::Interrupted(amount) => (Some(amount), Euro::default()),
                Monthly::Never | Monthly::Ended(_) | Monthly::Tangled => (None, Euro::default()),
            },
            BudgetKind::OneOff => {
                let was = match self.history.oneoff() {
                    OneOff::Given { last, .. } | OneOff::Interrupted(last) => Some(last),
                    OneOff::Never => None,
                };
                (was, self.history.cancelled_oneoffs())
            }
        }
    }
}

/// Every budget that is wished for or remembered, in order.
fn cases(wishes: Vec<(Budget, Wish)>, rows: Vec<&GrantRecord>, account: Option<AccountId>) -> Vec<Case<'_>> {
    let filled = wishes.into_iter().filter(|(_, wish)| wish.is_filled());
    let mut cases: Vec<(Budget, Wish, Vec<&GrantRecord>)> =
        filled.map(|(budget, wish)| (budget, wish, Vec::new())).collect();
    for row in rows {
        match cases.iter_mut().find(|(budget, ..)| *budget == row.budget) {
            Some((.., rows)) => rows.push(row),
            None => cases.push((row.budget.clone(), Wish::Empty, vec![row])),
        }
    }
    cases.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let case = |(budget, wish, rows)| Case { budget, wish, history: History::of(rows, account) };
    cases.into_iter().map(case).collect()
}

/// Why nothing is given now to somebody who is not in service with an account that is active and certain (X2).
fn late(payee: &Payee<'_, '_>) -> Option<Ruling> {
    match payee.decision {
        Decision::Update { .. } | Decision::Nothing { reason: NothingReason::UpToDate }
            if payee.account.is_some() =>
        {
            None
        }
        Decision::Onboard { .. } | Decision::Planned { what: Planned::Onboard | Planned::Begin, .. } => {
            Some((BudgetOutcome::Later, BudgetReason::NotOnboarded))
        }
        Decision::Update { .. } | Decision::Hold { .. } => Some(hold(BudgetReason::PersonHeld)),
        Decision::Offboard(_)
        | Decision::Planned { what: Planned::Offboard, .. }
        | Decision::Skip { .. }
        | Decision::Nothing { .. } => Some((BudgetOutcome::Nothing, BudgetReason::NotTakingPart)),
    }
}

const fn hold(reason: BudgetReason) -> Ruling {
    (BudgetOutcome::Hold { proposal: None }, reason)
}

fn open(row: &GrantRecord) -> Ruling {
    let reason = match row.state {
        GrantState::Intended => BudgetReason::BeingHandedOver,
        GrantState::HandedOver => BudgetReason::AwaitsConfirmation,
        GrantState::Doubtful | GrantState::Given | GrantState::Refused | GrantState::NotDone => {
            BudgetReason::Doubtful
        }
    };
    (BudgetOutcome::Open { grant: row.id.clone(), state: row.state }, reason)
}

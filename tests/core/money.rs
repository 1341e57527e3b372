//! Money in worlds: budget fields, a policy that gives, and what the ledger remembers of earlier grants.
//!
//! In: names, amounts and budgets as people write them. Out: worlds, and what their plans say of money in one line.
//! Never: a desk or a baseline that nobody put there but [`giving`] and [`anna`].

use sync_core::budget::{
    Act, Budget, BudgetKind, BudgetNote, BudgetOutcome, Category, Epoch, Grant, GrantId, GrantRecord,
    GrantState, Occasion,
};
use sync_core::ledger::{DeskStanding, Vouched};
use sync_core::policy::{Budgets, OnboardingGift};
use sync_core::{AccountId, Euro, Plan};

use crate::world::{Person, World, account, customer, day, entry_of, id, person, world};

pub(crate) fn euro(text: &str) -> Euro {
    text.parse().unwrap()
}

/// Such as `monthly all`.
pub(crate) fn budget(text: &str) -> Budget {
    let (kind, category) = text.split_once(' ').unwrap();
    Budget::new(BudgetKind::parse(kind).unwrap(), Category::parse(category).unwrap())
}

pub(crate) fn epoch(digit: char) -> Epoch {
    Epoch::parse(&digit.to_string().repeat(32)).unwrap()
}

/// `all` and `health`, at most 100 euro a month and 1000 euro once.
pub(crate) fn budgets() -> Budgets {
    let categories = ["all", "health"].map(|code| Category::parse(code).unwrap());
    Budgets::new(categories, euro("100"), euro("1000"), OnboardingGift::Nothing)
}

/// A world that gives budgets, with a memory that a baseline founded and a desk that agrees with it.
pub(crate) fn giving() -> World {
    let mut world = world().budgets(|budgets| budgets);
    world.policy.limits.euro = Some(euro("100000"));
    world.ledger.money.epoch = Some(epoch('1'));
    world.ledger.money.desk = DeskStanding::Agrees;
    world
}

/// Such a world where anna, whom a baseline covers, has account 7 and these fields.
pub(crate) fn anna(fields: &[(&str, &str)]) -> World {
    giving().employing("anna", 7, fields)
}

impl Person {
    /// The field of this budget, of the present brand, holds this.
    pub(crate) fn budget(self, budget: &str, value: &str) -> Self {
        let name = format!("alleo_{}_budget", budget.replace(' ', "_"));
        self.field(&name, Some(value))
    }
}

impl World {
    /// With these budgets.
    pub(crate) fn budgets(mut self, change: impl FnOnce(Budgets) -> Budgets) -> Self {
        self.policy.budgets = Some(change(self.policy.budgets.take().unwrap_or_else(budgets)));
        self
    }

    /// A person with an account that agrees, with these fields, whom a baseline covers.
    pub(crate) fn employing(self, name: &str, number: i64, fields: &[(&str, &str)]) -> Self {
        let employee =
            fields.iter().fold(person(name), |person, (budget, value)| person.budget(budget, value));
        self.with(employee).having(account(number).of(name)).link(name, number).vouched(name)
    }

    /// A baseline covers this record.
    pub(crate) fn vouched(mut self, name: &str) -> Self {
        self.ledger.money.vouched.insert(id(name), Vouched::Baseline);
        self
    }

    /// We made the account of this record, in the present memory.
    pub(crate) fn onboarded(mut self, name: &str) -> Self {
        self.ledger.money.vouched.insert(id(name), Vouched::Onboarded);
        self
    }

    pub(crate) fn desk(mut self, standing: DeskStanding) -> Self {
        self.ledger.money.desk = standing;
        self
    }

    /// The ledger remembers these grants too.
    pub(crate) fn granted(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.ledger.money.grants.extend(rows.into_iter().map(|Row(row)| row));
        self
    }
}

/// A grant of an earlier run.
#[derive(Debug, Clone)]
pub(crate) struct Row(pub(crate) GrantRecord);

/// The first grant of this budget to this record, on this account; given, unless told otherwise.
pub(crate) fn row(name: &str, number: i64, of: &str, amount: &str) -> Row {
    let budget = budget(of);
    let id = GrantId::of(&customer(), &id(name), &budget, Occasion::FIRST);
    let grant = Grant::new(id, Occasion::FIRST, Act::Grant, euro(amount));
    let mut row = GrantRecord::intended(crate::world::id(name), AccountId::new(number), budget, &grant);
    row.state = GrantState::Given;
    Row(row)
}

impl Row {
    pub(crate) fn occasion(mut self, number: u32) -> Self {
        let row = &mut self.0;
        row.occasion = Occasion::new(number).unwrap();
        row.id = GrantId::of(&customer(), &row.person, &row.budget, row.occasion);
        self
    }

    pub(crate) fn is(mut self, state: GrantState) -> Self {
        self.0.state = state;
        self
    }

    /// From this day on another amount.
    pub(crate) fn replacing(mut self, from: &str) -> Self {
        self.0.act = Act::Replace;
        self.0.from = Some(day(from));
        self
    }

    /// It ends on this day.
    pub(crate) fn stopping(mut self, from: &str) -> Self {
        self.0.act = Act::Stop;
        self.0.amount = Euro::default();
        self.0.from = Some(day(from));
        self
    }

    /// The account was inactive since.
    pub(crate) fn interrupted(mut self) -> Self {
        self.0.interrupted = true;
        self
    }

    /// The field was empty since.
    pub(crate) fn emptied(mut self) -> Self {
        self.0.emptied = true;
        self
    }

    /// Imported for somebody of whom no account was known.
    pub(crate) fn without_account(mut self) -> Self {
        self.0.account = None;
        self
    }
}

/// What the plan says of this budget of this person.
pub(crate) fn note_of<'p>(plan: &'p Plan, name: &str, of: &str) -> Option<&'p BudgetNote> {
    let wanted = budget(of);
    entry_of(plan, name).budgets.iter().find(|note| note.budget() == wanted)
}

/// A note in one line, such as `give/monthly_first: grant 50.00 #1` or `hold/no_baseline`.
pub(crate) fn told(note: &BudgetNote) -> String {
    let code = note.reason.code();
    let moves = |grant: &Grant| {
        let from = grant.from.map(|from| format!(" from {from}")).unwrap_or_default();
        format!("{code}: {} {} #{}{from}", grant.act.name(), grant.amount, grant.occasion.get())
    };
    match &note.outcome {
        BudgetOutcome::Give { grant } => format!("give/{}", moves(grant)),
        BudgetOutcome::Hold { proposal: Some(grant) } => format!("hold/{}", moves(grant)),
        BudgetOutcome::Hold { proposal: None } => format!("hold/{code}"),
        BudgetOutcome::Open { state, .. } => format!("open/{code}: {}", state.name()),
        BudgetOutcome::Later => format!("later/{code}"),
        BudgetOutcome::Nothing => format!("nothing/{code}"),
        other => panic!("an outcome without a word in the tests: {other:?}"),
    }
}

/// All that the plan says of a person's money, each note with its budget.
pub(crate) fn all_told(world: &World, name: &str) -> Vec<String> {
    let plan = world.plan();
    let notes = entry_of(&plan, name).budgets.iter();
    notes.map(|note| format!("{}: {}", note.budget(), told(note))).collect()
}

/// What happens to this budget of this person, by this rule, and that the rule is explained in words of its own.
#[track_caller]
pub(crate) fn check_budget(world: &World, name: &str, of: &str, rule: &str, expected: &str) {
    let plan = world.plan();
    let note = note_of(&plan, name, of).unwrap_or_else(|| panic!("nothing is said of {name}'s {of}"));
    assert_eq!(told(note), expected, "what happens to {name}'s {of}");
    let advice = note.reason.advice();
    assert_eq!(advice.rule, rule, "the rule behind {}", note.reason.code());
    assert!(!advice.what.is_empty());
    let is_held = matches!(note.outcome, BudgetOutcome::Hold { .. } | BudgetOutcome::Open { .. });
    assert_eq!(!advice.then.is_empty(), is_held, "what a person can do about {}", note.reason.code());
}

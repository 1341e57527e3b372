//! What may never be true of money, in words of its own.
//!
//! In: what the desk was asked for and what came of it, the office and the platform at that time, and what people said.
//! Out: nothing, or what is broken. Never: a rule of the core; it knows human beings, money and days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sync_core::AccountId;
use sync_core::budget::GrantState;
use sync_core::ledger::LedgerView;
use sync_core::record::EmployeeType;

use crate::office::{Human, Office, same_text};
use crate::platform::{Platform, What};
use crate::witness::{Gift, Habit, Row, Witness, rows_of};

pub(crate) type Broken = String;

/// One budget of one human being: kind and category.
pub(crate) type Purse = (Human, String, String);

/// A monthly budget that really runs, or ran.
#[derive(Debug, Clone)]
struct Monthly {
    account: AccountId,
    category: String,
    cents: u64,
    begins: NaiveDate,
    /// From this day on it is over.
    ends: Option<NaiveDate>,
}

#[derive(Debug, Default)]
pub(crate) struct Law {
    /// Does the platform end all budgets of an account that loses access?
    cancels: bool,
    /// Does the platform give a monthly budget to everybody for whom it makes an account?
    gives_on_creation: bool,
    /// Accounts of which it is known what the platform gave them by itself.
    accounts: BTreeSet<AccountId>,
    /// How much of what the witness saw was judged.
    asked: usize,
    gifts: usize,
    /// Names that were used for each purse since a person told last, and `by hand` for what the person told of.
    names: BTreeMap<Purse, BTreeSet<String>>,
    /// What a person agreed to by name: the grant and its amount.
    approved: BTreeSet<(String, u64)>,
    running: BTreeMap<Human, Vec<Monthly>>,
    /// Category and cents of each one-off that was really given.
    oneoffs: BTreeMap<Human, Vec<(String, u64)>>,
    /// How many memories were founded.
    pub(crate) memory: u32,
    /// In which memory and under which name money was given.
    given: BTreeSet<(u32, String)>,
    /// What was interesting, for those who count.
    pub(crate) classes: BTreeSet<String>,
}

fn demand(holds: bool, broken: impl FnOnce() -> Broken) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(broken()) }
}

/// An amount as people write it: whole euros, or with one or two decimals.
fn cents(text: &str) -> Option<u64> {
    let (euros, rest) = text.trim().split_once([',', '.']).unwrap_or((text.trim(), "00"));
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let rest = if rest.len() == 1 { format!("{rest}0") } else { rest.to_owned() };
    (is_number(euros) && is_number(&rest) && rest.len() == 2)
        .then(|| euros.parse::<u64>().unwrap() * 100 + rest.parse::<u64>().unwrap())
}

/// Do all records in service that share some address name such an amount for this budget, whatever the brand, or none?
fn is_wished(office: &Office, row: &Row, human: Human, fits: impl Fn(u64) -> bool) -> bool {
    let part = format!("_{}_{}_budget", row.kind, row.category);
    let in_service: Vec<_> =
        office.of_human(human).filter(|record| record.is_type(&EmployeeType::Payroll)).collect();
    in_service.iter().any(|one| {
        let together = in_service.iter().filter(|other| same_text(other.email(), one.email()));
        let fields = together.flat_map(|record| &record.row.extra_fields);
        let named = fields.filter(|field| field.name.ends_with(&part));
        let texts = named.filter_map(|field| field.value.as_ref()).map(|value| value.expose().trim());
        let filled: Vec<_> = texts.filter(|text| !text.is_empty()).map(cents).collect();
        !filled.is_empty() && filled.into_iter().all(|cents| cents.is_some_and(&fits))
    })
}

impl Law {
    pub(crate) fn of(cancels: bool, gives_on_creation: bool) -> Self {
        Self { cancels, gives_on_creation, ..Self::default() }
    }

    pub(crate) fn saw(&mut self, class: &str) {
        self.classes.insert(class.to_owned());
    }

    /// This was given by somebody's hand, and nobody told the ledger yet.
    pub(crate) fn given_by_hand(
        &mut self,
        human: Human,
        account: AccountId,
        (purse, cents): (Purse, u64),
        on: NaiveDate,
    ) {
        let (_, kind, category) = &purse;
        if kind == "monthly" {
            let monthly = Monthly { account, category: category.clone(), cents, begins: on, ends: None };
            self.running.entry(human).or_default().push(monthly);
        } else {
            self.oneoffs.entry(human).or_default().push((category.clone(), cents));
        }
        self.names.entry(purse).or_default().insert("by hand".to_owned());
    }

    pub(crate) fn approved(&mut self, id: &str, cents: u64) {
        self.approved.insert((id.to_owned(), cents));
    }

    /// A person told the whole truth; from now on occasions count from there, in a new memory or the old one.
    pub(crate) fn vouched(&mut self, truth: impl IntoIterator<Item = Purse>, founded: bool) {
        self.names.clear();
        for purse in truth {
            self.names.entry(purse).or_default().insert("by hand".to_owned());
        }
        self.memory += u32::from(founded);
    }

    /// What the platform did to budgets by itself.
    pub(crate) fn looks_at(&mut self, platform: &Platform, today: NaiveDate) {
        for write in platform.writes.iter().filter(|write| write.what == What::Create) {
            let owner = platform.accounts.get(&write.account).and_then(|standing| standing.owner);
            if let Some(human) =
                owner.filter(|_| self.accounts.insert(write.account) && self.gives_on_creation)
            {
                let (account, category) = (write.account, "all".to_owned());
                let given = Monthly { account, category, cents: 1000, begins: today, ends: None };
                self.running.entry(human).or_default().push(given);
            }
        }
        for monthly in self.running.values_mut().flatten() {
            let standing = platform.accounts.get(&monthly.account);
            let is_over = standing.is_none_or(|it| self.cancels && !it.account.active);
            if is_over && monthly.ends.is_none_or(|end| end > today) {
                monthly.ends = Some(today);
            }
        }
    }

    /// What a run asked the desk for, whether or not it arrived.
    pub(crate) fn judges_asking(
        &mut self,
        witness: &Witness,
        office: &Office,
        (before, after): (&Platform, &Platform),
        today: NaiveDate,
    ) -> Result<(), Broken> {
        let new = witness.asked[self.asked..].to_vec();
        self.asked = witness.asked.len();
        for row in new {
            let told = |what: &str| format!("{what}: {row:?}");
            let owner = after.accounts.get(&row.account).and_then(|standing| standing.owner);
            let human = office.human_of(row.person.as_str());
            demand(human.is_some() && owner == human, || told("money for somebody else's account"))?;
            let human = human.unwrap();
            let is_active = |platform: &Platform| {
                platform.accounts.get(&row.account).is_some_and(|standing| standing.account.active)
            };
            demand(is_active(before) && is_active(after), || told("money for an account without access"))?;
            let works = office.of_human(human).any(|record| {
                record.is_type(&EmployeeType::Payroll)
                    && record.row.employments.iter().any(|it| it.start.is_some_and(|start| start <= today))
            });
            demand(works, || told("money for somebody who is not in service"))?;
            let fits = |wish| match row.act.as_str() {
                "stop" => wish == 0,
                "grant" if row.kind == "oneoff" => wish >= row.cents && row.cents > 0,
                _ => wish == row.cents && row.cents > 0,
            };
            demand(is_wished(office, &row, human, fits), || told("no field says so"))?;
            demand(row.category != "fun" && row.cents <= 50_000, || told("not what the customer allows"))?;
            let purse = (human, row.kind.clone(), row.category.clone());
            let names = self.names.entry(purse).or_default();
            let is_first = names.iter().all(|name| *name == row.id);
            let is_approved = self.approved.contains(&(row.id.clone(), row.cents));
            demand(is_first || is_approved, || told("not the first, and nobody agreed to it"))?;
            names.insert(row.id.clone());
            self.saw(match row.act.as_str() {
                "stop" => "stopped",
                "replace" => "replaced",
                _ if is_first => "first",
                _ => "again",
            });
        }
        Ok(())
    }

    /// What really came of it.
    pub(crate) fn judges_gifts(&mut self, witness: &Witness, platform: &Platform) -> Result<(), Broken> {
        let new = witness.gifts[self.gifts..].to_vec();
        self.gifts = witness.gifts.len();
        for gift in new {
            let told = |what: &str| format!("{what}: {gift:?}");
            demand(self.given.insert((self.memory, gift.row.id.clone())), || told("given twice"))?;
            let human = platform.accounts.get(&gift.row.account).and_then(|standing| standing.owner);
            let human = human.ok_or_else(|| told("given to nobody"))?;
            if gift.row.kind == "monthly" {
                self.monthly(human, &gift).map_err(|what| told(&what))?;
            } else {
                self.oneoffs.entry(human).or_default().push((gift.row.category.clone(), gift.row.cents));
            }
        }
        Ok(())
    }

    fn monthly(&mut self, human: Human, Gift { row, on }: &Gift) -> Result<(), Broken> {
        let day = row.from.unwrap_or(*on);
        let by_itself = self.gives_on_creation;
        let all = self.running.entry(human).or_default();
        // A platform that gives one with every account gives two to whoever has two: not by our hand.
        let counts = |monthly: &&Monthly| !by_itself || monthly.account == row.account;
        if row.act != "grant" {
            for monthly in all.iter_mut().filter(|monthly| monthly.category == row.category) {
                monthly.ends = Some(monthly.ends.map_or(day, |end| end.min(day)));
            }
        }
        if row.act != "stop" {
            let runs = |monthly: &&Monthly| monthly.ends.is_none_or(|end| end > day);
            let other = all.iter().filter(counts).find(runs);
            demand(other.is_none(), || format!("a second monthly budget beside {other:?}"))?;
            let category = row.category.clone();
            let (account, cents) = (row.account, row.cents);
            all.push(Monthly { account, category, cents, begins: day, ends: None });
        }
        let runs_now = |it: &&Monthly| it.begins <= *on && it.ends.is_none_or(|end| end > *on);
        let now = all.iter().filter(counts).filter(runs_now).count();
        demand(now <= 1, || format!("{now} monthly budgets at once"))
    }

    /// Whatever reached the desk from this memory can be seen in it, and it does not claim what never was.
    pub(crate) fn judges_ledger(
        &self,
        witness: &Witness,
        ledger: &LedgerView,
        handed_here: &BTreeMap<String, u32>,
    ) -> Result<(), Broken> {
        let rows: BTreeMap<&str, GrantState> =
            ledger.money.grants.iter().map(|row| (row.id.as_str(), row.state)).collect();
        let with_support: BTreeSet<String> =
            witness.waiting_files().flat_map(|file| rows_of(&file.bytes)).map(|row| row.id).collect();
        for (id, memory) in handed_here {
            let state = rows.get(id.as_str()).copied();
            let told = |what: &str| format!("{what}: {id} stands as {state:?}");
            let state = state.ok_or_else(|| told("handed over and not remembered"))?;
            let is_given = self.given.contains(&(*memory, id.clone()));
            match state {
                // A service that knows the name from a memory that was lost gives nothing, and says that it did.
                GrantState::Given => {
                    demand(is_given || witness.gave(id), || told("not given, and the ledger says it was"))?;
                }
                GrantState::Refused => demand(!is_given, || told("given, and the ledger says it was not"))?,
                // Should it come late, it and its repetition are given once.
                GrantState::NotDone => demand(!is_given || witness.habit == Habit::LooksUp, || {
                    told("given, and the ledger says it may be again")
                })?,
                GrantState::Intended | GrantState::HandedOver | GrantState::Doubtful => {}
            }
            let may_still_come = with_support.contains(id);
            demand(!may_still_come || state.is_open(), || told("with support, and not told as open"))?;
        }
        Ok(())
    }

    /// The truth about everything that this human being was given and still has: kind, category and cents.
    pub(crate) fn truth(&self, human: Human, today: NaiveDate) -> Vec<(&'static str, &str, u64)> {
        let monthly = self.running.get(&human).into_iter().flatten();
        let runs = monthly.filter(|it| it.ends.is_none_or(|end| end > today));
        let oneoffs = self.oneoffs.get(&human).into_iter().flatten();
        let oneoffs = oneoffs.map(|(category, cents)| ("oneoff", category.as_str(), *cents));
        runs.map(|it| ("monthly", it.category.as_str(), it.cents)).chain(oneoffs).collect()
    }
}

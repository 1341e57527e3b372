//! Plays a story: events, a run, a person, another run, support in the evening; and lets the [law](crate::law) look.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use futures_util::FutureExt;
use sync_core::account::Account;
use sync_core::authority::{Approval, Mandate};
use sync_core::budget::{
    Baseline, BaselineError, BaselineWord, Budget, BudgetKind, Category, GrantId, GrantState, Imported,
};
use sync_core::engine::{EngineError, MemoryStore, RunReport, Verdict};
use sync_core::plan::{ActionKind, SavedPlan};
use sync_core::policy::{Budgets, Limits, OnboardingGift};
use sync_core::ports::{Authorities, KeptPlan, MoneyLedger, RunStore, ToldBy};
use sync_core::record::{EmployeeRecord, EmployeeType};
use sync_core::{AccountId, CompanyId, Euro, ExternalId, Participation, Pii, Policy, Run};

use crate::law::{Broken, Law};
use crate::office::{Human, Office};
use crate::platform::Platform;
use crate::stage::{At, Fault, HOME, Stage, customer, done_at_once, key};
use crate::story::{BRANDS, BUDGETS, Beginning, Day, Event, Old, Says, Story, Support};
use crate::witness::Desk;

const COMPANIES: [&str; 2] = ["acme", "beta"];

pub(crate) type Ended = Option<Result<RunReport, EngineError>>;

/// A story on its way.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) stage: Stage,
    pub(crate) desk: Desk,
    pub(crate) law: Law,
    /// The plan that a person would look at.
    pub(crate) latest: Option<SavedPlan>,
    /// What arrived at the desk from this ledger, and in which memory.
    handed_here: BTreeMap<String, u32>,
    copy: Option<Copy>,
    /// Does whoever approves a plan agree to what it shows as gone, too?
    pub(crate) accepts_smaller_scope: bool,
    /// What support did and has not told yet.
    untold: Vec<(GrantId, GrantState)>,
    /// How much of what arrived was noted.
    arrived: usize,
}

/// A copy of the ledger, as a backup is.
#[derive(Debug)]
struct Copy {
    store: MemoryStore,
    handed_here: BTreeMap<String, u32>,
}

fn policy(beginning: &Beginning) -> Policy {
    let categories = ["all", "health"].map(|code| Category::parse(code).unwrap());
    let most = Euro::from_cents(50_000);
    let budgets = Budgets::new(categories, most, most, beginning.gift)
        .with_changed_oneoff(beginning.changed)
        .with_refilled_oneoff(beginning.refilled);
    let mut limits = Limits::DEFAULT;
    limits.euro = Some(Euro::from_cents(10_000_000));
    Policy::new(HOME, Participation::Everyone).with_budgets(budgets).with_limits(limits)
}

fn morning() -> DateTime<Utc> {
    "2026-01-05T10:00:00Z".parse().unwrap()
}

pub(crate) fn field(brand: usize, budget: usize) -> String {
    let (kind, category) = BUDGETS[budget];
    format!("{}_{kind}_{category}_budget", BRANDS[brand])
}

fn person_of_support() -> ToldBy {
    ToldBy::Person(Pii::new("Sam van Support".to_owned()))
}

impl Play {
    /// A customer, with accounts for everybody, a mandate, and, if the story says so, a baseline.
    pub(crate) fn of(beginning: &Beginning) -> Result<Self, Broken> {
        let mut office = Office::default();
        office.over_soap = beginning.over_soap;
        let brand = usize::from(!beginning.old_brand);
        let fields = [0, 1, 2, 3, 4].map(|budget| field(brand, budget));
        for company in COMPANIES.iter().take(beginning.companies) {
            office.opens(company, &fields.each_ref().map(String::as_str));
        }
        let start = morning().date_naive() - Days::new(200);
        let mut platform = Platform::default();
        for n in 0..beginning.people {
            let company = CompanyId::new(COMPANIES[n % beginning.companies]);
            let at = office.joins(&company, start);
            if beginning.strangers.contains(&n) {
                let account = account_like(&office.records[at].row);
                platform.made_elsewhere(account, Some(office.records[at].human));
            }
        }
        let stage = Stage::new(office, platform, policy(beginning), morning());
        let desk = Desk::new(beginning.habit, stage.shared());
        let mut play = Self {
            stage,
            desk,
            law: Law::of(beginning.cancels, beginning.gift == OnboardingGift::Monthly),
            latest: None,
            handed_here: BTreeMap::new(),
            copy: None,
            accepts_smaller_scope: true,
            untold: Vec::new(),
            arrived: 0,
        };
        play.run()?;
        play.says(Says::Confirms);
        play.run()?;
        play.says(Says::Approves);
        play.run()?;
        play.before_us(beginning);
        for (who, budget, value) in &beginning.wishes {
            if *who < beginning.people {
                play.happens(&Event::Says { who: *who, brand: 0, budget: *budget, value: *value });
            }
        }
        if beginning.vouched {
            play.run()?;
            play.says(Says::Vouches);
        }
        Ok(play)
    }

    /// What was given by hand before there was a sync, to people who have an account.
    fn before_us(&mut self, beginning: &Beginning) {
        let (office, platform, today) = (self.stage.office(), self.stage.platform(), self.today());
        for (who, budget) in &beginning.before {
            let Some(record) = office.records.get(*who) else { continue };
            let mut accounts = platform.accounts.iter();
            let own = accounts.find(|(_, standing)| standing.owner == Some(record.human));
            let (kind, category) = BUDGETS[*budget];
            let has_monthly = self.law.truth(record.human, today).iter().any(|(kind, ..)| *kind == "monthly");
            if let Some((account, _)) = own
                && !(kind == "monthly" && has_monthly)
            {
                let purse = (record.human, kind.to_owned(), category.to_owned());
                self.law.given_by_hand(record.human, *account, (purse, 5000), today);
            }
        }
    }

    pub(crate) fn told(story: &Story) -> Result<Self, Broken> {
        let mut play = Self::of(&story.beginning)?;
        for day in &story.days {
            play.day(day)?;
        }
        Ok(play)
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.stage.time().date_naive()
    }

    pub(crate) fn next_day(&mut self, after: i64) {
        let next = (self.today() + Days::new(after.unsigned_abs())).and_time(morning().time()).and_utc();
        self.stage.set_time(next.max(self.stage.time()));
    }

    fn day(&mut self, day: &Day) -> Result<(), Broken> {
        self.next_day(day.after);
        for event in &day.events {
            self.happens(event);
        }
        let ended = self.run_meeting(day.fault)?;
        self.stage.pass(TimeDelta::minutes(20));
        let waits = matches!(&ended, Some(Ok(report)) if matches!(report.verdict, Verdict::Waits(_)));
        self.says(if waits && day.says == Says::Nothing { Says::Confirms } else { day.says });
        for event in &day.meanwhile {
            self.happens(event);
        }
        self.run_meeting(day.second_fault)?;
        self.evening(day.support)
    }

    /// One run, and after a crash another as soon as the lease has ended.
    pub(crate) fn run_meeting(&mut self, fault: Option<(At, Fault)>) -> Result<Ended, Broken> {
        if let Some((at, fault)) = fault {
            self.stage.order(at, fault);
        }
        let ended = self.run()?;
        if ended.is_some() {
            return Ok(ended);
        }
        self.law.saw("crash");
        self.run_after_crash()
    }

    pub(crate) fn run_after_crash(&mut self) -> Result<Ended, Broken> {
        match self.run()? {
            Some(Err(EngineError::Busy { until })) => {
                self.stage.set_time(until);
                self.run()
            }
            ended => Ok(ended),
        }
    }

    /// One run, judged.
    pub(crate) fn run(&mut self) -> Result<Ended, Broken> {
        // Two plans of one second are one plan, and one plan is approved once.
        self.stage.pass(TimeDelta::seconds(30));
        let before = self.stage.platform();
        let ended = self.stage.daily_of(&self.stage.sync_run().with_desk(&self.desk));
        if let Some(Ok(report)) = &ended {
            self.latest = Some(SavedPlan::open(&report.plan.to_file()).unwrap());
            self.notes_classes();
        }
        self.judged(&before)?;
        self.stage.forget_calls();
        Ok(ended)
    }

    /// What was interesting about the latest plan.
    fn notes_classes(&mut self) {
        let plan = self.latest.as_ref().unwrap();
        for note in plan.entries().flat_map(|(_, entry)| entry.notes()) {
            let reason = note.get("reason").and_then(serde_json::Value::as_str).unwrap_or_default();
            if !self.law.classes.contains(reason) {
                self.law.classes.insert(reason.to_owned());
            }
        }
    }

    /// Looks without doing anything.
    pub(crate) fn dry_run(&mut self) {
        let (policy, customer, key) = (self.stage.policy(), customer(), key());
        let planned =
            self.stage.dry_run().with_desk(&self.desk).plan(&customer, &policy, &key).now_or_never();
        let plan = planned.unwrap().unwrap().plan;
        let kept = KeptPlan::new(plan.id().clone(), plan.as_of(), plan.to_file());
        done_at_once(self.stage.store().keep_plan(&customer, &kept)).unwrap();
        self.latest = Some(SavedPlan::open(&kept.file).unwrap());
    }

    /// Somebody was forgotten: of what was handed over for that person, the ledger knows nothing any more.
    pub(crate) fn forgot(&mut self) {
        self.handed_here.clear();
    }

    fn judged(&mut self, before: &Platform) -> Result<(), Broken> {
        let (office, after, today) = (self.stage.office(), self.stage.platform(), self.today());
        self.law.looks_at(&after, today);
        let witness = self.desk.witness();
        for id in &witness.arrived[self.arrived..] {
            self.handed_here.insert(id.clone(), self.law.memory);
        }
        self.arrived = witness.arrived.len();
        self.law.judges_asking(&witness, &office, (before, &after), today)?;
        self.law.judges_gifts(&witness, &after)?;
        self.law.judges_ledger(&witness, &self.stage.view(), &self.handed_here)
    }

    /// What support does, and what it tells.
    pub(crate) fn evening(&mut self, support: Support) -> Result<(), Broken> {
        let (platform, today) = (self.stage.platform(), self.today());
        self.desk.witness().mail_arrives(today);
        let told = match support {
            Support::Nothing => Vec::new(),
            Support::WorksOff { .. } => self.desk.witness().works_off_files(&platform, today),
            Support::ThrowsAway { .. } => self.desk.witness().throws_files_away(),
        };
        self.untold.extend(told);
        if matches!(support, Support::WorksOff { tells: true } | Support::ThrowsAway { tells: true }) {
            self.support_tells();
        }
        self.judged(&platform)
    }

    fn support_tells(&mut self) {
        let (store, now) = (self.stage.store(), self.stage.time());
        for told in std::mem::take(&mut self.untold) {
            // A ledger that does not know it, or knows better, refuses.
            let told = [told];
            _ = done_at_once(store.settle_grants(&customer(), &told, &person_of_support(), now));
        }
    }

    /// What a person does about the latest plan.
    pub(crate) fn says(&mut self, says: Says) {
        let by = Pii::new("Ans de Beheerder".to_owned());
        let now = self.stage.time();
        match says {
            Says::Nothing => {}
            Says::Confirms => {
                let Some(plan) = self.latest.clone() else { return };
                if let Ok(mandate) = Mandate::confirming(&plan, &self.stage.policy(), by, now) {
                    done_at_once(self.stage.store().give_mandate(&mandate)).unwrap();
                }
                self.approves(&plan, BTreeSet::new());
            }
            Says::Approves => {
                let Some(plan) = self.latest.clone() else { return };
                let mut people = self.sensible_proposals(&plan);
                people.extend(
                    plan.budget_proposals().into_iter().filter(|person| !is_like_another(&plan, person)),
                );
                self.approves(&plan, people);
            }
            Says::Vouches => self.vouches(),
            Says::Settles => self.settles(),
        }
    }

    fn approves(&mut self, plan: &SavedPlan, people: BTreeSet<ExternalId>) {
        for person in &people {
            let proposals =
                plan.entry(person).unwrap().notes().filter_map(|it| it.pointer("/outcome/proposal"));
            for proposal in proposals.filter(|proposal| !proposal.is_null()) {
                let text = |key| proposal.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
                let amount: Euro = text("amount").parse().unwrap();
                self.law.approved(text("id"), amount.cents());
            }
        }
        let approval = Approval::of(plan.id().clone(), self.stage.time()).with_proposals(people);
        let approval = if self.accepts_smaller_scope { approval.accepting_smaller_scope() } else { approval };
        done_at_once(self.stage.store().approve(&customer(), &approval)).unwrap();
    }

    /// Proposals that somebody who knows the people would agree to: nobody gives an account to another human being.
    fn sensible_proposals(&self, plan: &SavedPlan) -> BTreeSet<ExternalId> {
        let (office, platform) = (self.stage.office(), self.stage.platform());
        let makes_sense = |person: &ExternalId| {
            let human = office.human_of(person.as_str());
            let entry = plan.entry(person).unwrap().json();
            let old = entry.pointer("/decision/proposal/same_as").and_then(|old| old.as_str());
            let account = account_of(entry).and_then(|account| platform.accounts.get(&account));
            let is_owner = account.is_none_or(|standing| standing.owner.is_none() || standing.owner == human);
            is_owner && old.is_none_or(|old| office.human_of(old) == human)
        };
        let kinds = [ActionKind::Adopt, ActionKind::Activate, ActionKind::Relink, ActionKind::Withdraw];
        plan.proposals(&kinds).into_iter().filter(makes_sense).collect()
    }

    /// A person goes through the desk's papers, settles what waits, and tells what everybody was given.
    fn vouches(&mut self) {
        let Some(plan) = self.latest.clone() else { return };
        let (office, today) = (self.stage.office(), self.today());
        {
            let mut witness = self.desk.witness();
            witness.mail_arrives(today);
            let told = witness.throws_files_away();
            self.untold.extend(told);
        }
        let platform = self.stage.platform();
        self.law.judges_gifts(&self.desk.witness(), &platform).unwrap();
        self.support_tells();
        self.settles();
        let (customer, key) = (customer(), key());
        let ledger = self.stage.view();
        let run = Run::new(&customer, self.stage.time(), &key);
        let (mut these, mut only, mut truth) = (Vec::new(), BTreeSet::new(), Vec::new());
        for (person, _) in plan.entries() {
            let Some(human) = office.human_of(person.as_str()) else { continue };
            only.insert(person.clone());
            for (kind, category, cents) in self.law.truth(human, today) {
                let budget =
                    Budget::new(BudgetKind::parse(kind).unwrap(), Category::parse(category).unwrap());
                these.push(Imported::new(person.clone(), budget, Euro::from_cents(cents)));
                truth.push((human, kind.to_owned(), category.to_owned()));
            }
        }
        let mark = self.desk.witness().mark();
        loop {
            let by = Pii::new("Ans de Beheerder".to_owned());
            let word = BaselineWord::These(these.clone());
            match Baseline::confirming(&plan, &word, &only, (&ledger, mark.as_ref()), &run, by) {
                Ok(baseline) => {
                    let founds = baseline.founds.is_some();
                    if done_at_once(self.stage.store().keep_baseline(&customer, &baseline)).is_ok() {
                        self.law.vouched(truth, founds);
                        self.law.saw("vouched");
                    }
                    return;
                }
                Err(BaselineError::NoAccount(person)) if only.remove(&person) => {
                    // Of somebody without an account nobody can tell anything.
                    let human = office.human_of(person.as_str());
                    truth.retain(|(whose, ..)| Some(*whose) != human);
                    these.retain(|import| import.person != person);
                }
                Err(_) => return,
            }
        }
    }

    /// A person finds out what became of everything that is open.
    fn settles(&mut self) {
        let now = self.stage.time();
        let open = self.stage.view().money.grants;
        for grant in open.into_iter().filter(|grant| grant.state == GrantState::Doubtful) {
            self.law.saw("doubtful");
            let is_given = {
                let mut witness = self.desk.witness();
                witness.mail_arrives(now.date_naive());
                witness.gave(grant.id.as_str())
            };
            let state = if is_given { GrantState::Given } else { GrantState::Refused };
            let told = [(grant.id, state)];
            done_at_once(self.stage.store().settle_grants(&customer(), &told, &person_of_support(), now))
                .unwrap();
        }
    }

    /// Days without faults on which a person agrees to everything and support works everything off.
    pub(crate) fn settles_down(&mut self) -> Result<(), Broken> {
        for _round in 0..5 {
            self.next_day(1);
            self.run_after_crash()?;
            let forgot = |plan: &SavedPlan| {
                let notes = plan.entries().flat_map(|(_, entry)| entry.notes());
                let reasons = notes.filter_map(|note| note.get("reason").and_then(|it| it.as_str()));
                reasons.into_iter().any(|it| ["no_baseline", "ledger_older", "ledger_foreign"].contains(&it))
            };
            if self.latest.as_ref().is_some_and(forgot) {
                self.says(Says::Vouches);
            }
            self.run()?;
            self.says(Says::Settles);
            self.says(Says::Confirms);
            self.run()?;
            self.says(Says::Approves);
            self.run()?;
            self.evening(Support::WorksOff { tells: true })?;
        }
        Ok(())
    }

    fn joins_with_account(&mut self, company: usize) {
        let today = self.today();
        self.stage.in_office(|office| at_the_office(office, &Event::Joins { company }, today));
        let office = self.stage.office();
        let new = office.records.last().unwrap();
        self.stage.in_platform(|platform| {
            platform.made_elsewhere(account_like(&new.row), Some(new.human));
        });
        if let Some(account) = self.account_of_human(new.human) {
            let purse = (new.human, "oneoff".to_owned(), "all".to_owned());
            self.law.given_by_hand(new.human, account, (purse, 5000), today);
        }
    }

    /// Has this human being an account that nobody manages yet?
    fn is_unmanaged(&self, human: Human) -> bool {
        let platform = self.stage.platform();
        platform.accounts.values().any(|it| it.owner == Some(human) && it.ours.is_none())
    }

    fn account_of_human(&self, human: Human) -> Option<AccountId> {
        let platform = self.stage.platform();
        platform.accounts.iter().find(|(_, it)| it.owner == Some(human)).map(|(id, _)| *id)
    }

    pub(crate) fn happens(&mut self, event: &Event) {
        let today = self.today();
        match *event {
            Event::JoinsWithAccount { company } => self.joins_with_account(company),
            Event::LedgerIsLost => {
                self.law.saw("lost");
                self.stage.remember_with(Arc::new(MemoryStore::new()));
                self.handed_here.clear();
            }
            Event::LedgerIsCopied => {
                self.copy =
                    Some(Copy { store: self.stage.store().clone(), handed_here: self.handed_here.clone() });
            }
            Event::CopyIsRestored => {
                if let Some(copy) = self.copy.take() {
                    self.law.saw("restored");
                    self.stage.remember_with(Arc::new(copy.store));
                    self.handed_here = copy.handed_here;
                }
            }
            Event::AccountSwitched { account, active } => self.stage.in_platform(|platform| {
                if let Some(id) = picked(platform, account) {
                    platform.edited(id, |standing| standing.account.active = active);
                }
            }),
            Event::AccountRemoved { account } => {
                let office = self.stage.office();
                let is_hidden = |human| office.records.iter().any(|it| it.human == human && it.hidden);
                self.stage.in_platform(|platform| {
                    // Nobody could know whose money it was if neither account nor record were left, or nobody managed it.
                    let is_known = |id: &AccountId| {
                        platform.accounts[id].ours.is_some()
                            && !platform.accounts[id].owner.is_some_and(is_hidden)
                    };
                    if let Some(id) = picked(platform, account).filter(is_known) {
                        platform.remove(id);
                    }
                });
            }
            Event::ReturnsAnew { who, old, .. } => {
                let office = self.stage.office();
                let human = office.records[who % office.records.len()].human;
                // Nobody could know who comes back if neither account nor record were left.
                if (self.account_of_human(human).is_some() && !self.is_unmanaged(human)) || old == Old::Stays
                {
                    self.stage.in_office(|office| at_the_office(office, event, today));
                }
            }
            Event::ChangesAddress { who } => {
                let office = self.stage.office();
                // An account that nobody manages is known by its address alone.
                if !self.is_unmanaged(office.records[who % office.records.len()].human) {
                    self.stage.in_office(|office| at_the_office(office, event, today));
                }
            }
            _ => self.stage.in_office(|office| at_the_office(office, event, today)),
        }
        let platform = self.stage.platform();
        self.law.looks_at(&platform, today);
    }
}

/// Is the question whether this is another human being at all? Here it never is: whoever is asked says no.
fn is_like_another(plan: &SavedPlan, person: &ExternalId) -> bool {
    let mut notes = plan.entry(person).unwrap().notes();
    notes.any(|note| note.get("reason").is_some_and(|reason| reason == "like_another"))
}

/// An account that somebody made for this person, and that nobody manages.
fn account_like(row: &EmployeeRecord) -> Account {
    let mut account = Account::new(AccountId::new(0), HOME, true);
    account.email.clone_from(&row.personal.business_email);
    account.first_name.clone_from(&row.personal.first_name);
    account.last_name.clone_from(&row.personal.last_name);
    account.birthday.clone_from(&row.personal.birthday);
    account
}

fn picked(platform: &Platform, number: usize) -> Option<AccountId> {
    let ids: Vec<AccountId> = platform.accounts.keys().copied().collect();
    ids.get(number % ids.len().max(1)).copied()
}

fn account_of(entry: &serde_json::Value) -> Option<AccountId> {
    entry.pointer("/account/id").and_then(serde_json::Value::as_i64).map(AccountId::new)
}

fn at_the_office(office: &mut Office, event: &Event, today: NaiveDate) {
    let companies: Vec<CompanyId> = office.companies.keys().cloned().collect();
    let company = |number: usize| companies[number % companies.len()].clone();
    let count = office.records.len();
    match *event {
        Event::Joins { company: at } => {
            let new = office.joins(&company(at), today);
            let name = own_field(office, &company(at), 0);
            office.records[new].set_field(&name, Some("50"));
        }
        Event::Says { who, brand, budget, value } => {
            let at = office.records[who % count].row.company.clone();
            let own = own_field(office, &at, budget);
            let other = BRANDS.iter().position(|it| own.starts_with(it)).map_or(0, |it| 1 - it);
            let name = if brand == 0 { own } else { field(other, budget) };
            office.records[who % count].set_field(&name, value);
        }
        Event::Rebrands { company: at } => rebrands(office, &company(at)),
        Event::Leaves { who } => {
            office.records[who % count].turns(EmployeeType::FormerPayroll);
            office.records[who % count].ends(today - Days::new(1));
        }
        Event::Returns { who } => {
            let record = &mut office.records[who % count];
            record.turns(EmployeeType::Payroll);
            record.hidden = false;
            if !record.works_on(today) {
                record.row.employments.push(sync_core::record::Employment::starting(today));
            }
        }
        Event::ReturnsAnew { who, company: at, old: becomes, new_address } => {
            let old = who % count;
            let new = office.joins_again(old, &company(at), today);
            match becomes {
                Old::Closes => {
                    office.records[old].turns(EmployeeType::FormerPayroll);
                    office.records[old].ends(today - Days::new(1));
                }
                Old::Vanishes => office.records[old].hidden = true,
                Old::Stays => {}
            }
            if new_address && becomes != Old::Stays {
                let address = office.new_address(office.records[new].human);
                office.records[new].row.personal.business_email = Some(Pii::new(address));
            }
        }
        Event::ChangesAddress { who } => {
            let address = office.new_address(office.records[who % count].human);
            office.records[who % count].row.personal.business_email = Some(Pii::new(address));
        }
        _ => {}
    }
}

/// How this company names the field of a budget.
fn own_field(office: &Office, company: &CompanyId, budget: usize) -> String {
    let fields = &office.companies[company].fields;
    let names = [field(0, budget), field(1, budget)];
    names.into_iter().find(|name| fields.contains(name)).unwrap()
}

/// The company's fields get the other brand's names, with all that is in them.
fn rebrands(office: &mut Office, company: &CompanyId) {
    let renamed = |name: &str| match name.split_once('_') {
        Some(("yourcampus", rest)) => format!("alleo_{rest}"),
        Some((_, rest)) => format!("yourcampus_{rest}"),
        None => name.to_owned(),
    };
    let fields = &mut office.companies.get_mut(company).unwrap().fields;
    *fields = fields.iter().map(|name| renamed(name)).collect();
    for record in office.records.iter_mut().filter(|record| record.row.company == *company) {
        for field in &mut record.row.extra_fields {
            field.name = renamed(&field.name);
        }
    }
}

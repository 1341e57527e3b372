//! Plays a story: events, the daily run, a person, the run again; and lets the [law](crate::law) look at every run.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sync_core::account::Account;
use sync_core::authority::{Approval, Mandate};
use sync_core::engine::{EngineError, RunReport, Verdict};
use sync_core::plan::{ActionKind, SavedPlan};
use sync_core::policy::Route;
use sync_core::ports::{Authorities, RunStore};
use sync_core::record::EmployeeType;
use sync_core::{AccountId, CompanyId, ExternalId, Participation, Pii, Placement, Policy};

use crate::law::{Broken, Law, Word};
use crate::office::{Human, Office, Shown};
use crate::platform::Platform;
use crate::stage::{AWAY, At, Fault, HOME, Stage, customer, done_at_once};
use crate::story::{Beginning, Day, Event, Mark, Says, Story};

const COMPANIES: [&str; 3] = ["acme", "beta", "gamma"];
/// The administrator's own address.
pub(crate) const PROTECTED: &str = "admin@acme.example";

/// A story on its way.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) stage: Stage,
    pub(crate) law: Law,
    /// The plan that a person would look at.
    pub(crate) latest: Option<SavedPlan>,
    /// Did the latest run wait for a person?
    pub(crate) waits: bool,
    /// Faults are left out: the undisturbed twin of a story.
    pub(crate) undisturbed: bool,
}

/// How a run ended.
pub(crate) type Ended = Option<Result<RunReport, EngineError>>;

pub(crate) fn policy(beginning: &Beginning) -> Policy {
    let placement = if beginning.routes {
        let table = [("Noord", HOME), ("Zuid", AWAY)];
        Placement::ByFilterField(
            table.into_iter().map(|(value, to)| (Route::of(value).unwrap(), to)).collect(),
        )
    } else {
        Placement::One(HOME)
    };
    let externals = beginning.externals_take_part.then_some(EmployeeType::External);
    Policy::placing(placement, Participation::Everyone).with_in_service(externals).with_protected([PROTECTED])
}

pub(crate) fn morning() -> DateTime<Utc> {
    "2026-01-05T10:00:00Z".parse().unwrap()
}

impl Play {
    pub(crate) fn of(beginning: &Beginning) -> Self {
        let mut office = Office::default();
        for company in COMPANIES.iter().take(beginning.companies) {
            let fields: &[&str] = match (beginning.routes, beginning.access_field) {
                (true, true) => &["alleo_access", "alleo_filter"],
                (true, false) => &["alleo_filter"],
                (false, true) => &["alleo_access"],
                (false, false) => &[],
            };
            office.opens(company, fields);
        }
        let mut platform = Platform::default();
        platform.habits = beginning.habits;
        let mut play = Self {
            stage: Stage::new(office, platform, policy(beginning), morning()),
            law: Law::default(),
            latest: None,
            waits: false,
            undisturbed: false,
        };
        for n in 0..beginning.people {
            play.happens(&Event::Joins { company: n, in_days: -200 });
        }
        for who in &beginning.strangers {
            let carrying = Mark::None;
            play.happens(&Event::AccountMade {
                with_address_of: *who,
                stranger: false,
                carrying,
                active: true,
            });
        }
        let mut admin = Account::new(AccountId::new(0), HOME, true);
        admin.email = Some(Pii::new(PROTECTED.to_owned()));
        play.stage.in_platform(|platform| platform.made_elsewhere(admin, None));
        play
    }

    /// The whole story.
    pub(crate) fn told(story: &Story) -> Result<Self, Broken> {
        let mut play = Self::of(&story.beginning);
        for day in &story.days {
            play.day(day)?;
        }
        Ok(play)
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.stage.time().date_naive()
    }

    pub(crate) fn day(&mut self, day: &Day) -> Result<(), Broken> {
        let next = (self.today() + Days::new(day.after.unsigned_abs())).and_time(morning().time()).and_utc();
        self.stage.set_time(next.max(self.stage.time()));
        for event in &day.events {
            self.happens(event);
        }
        self.run_meeting(day.fault)?;
        self.stage.pass(TimeDelta::minutes(20));
        self.says(day.says);
        if day.runs_again {
            self.stage.pass(TimeDelta::minutes(20));
            self.run_meeting(day.second_fault)?;
        }
        Ok(())
    }

    /// One run, and after a crash another as soon as the lease has ended.
    fn run_meeting(&mut self, fault: Option<(At, Fault)>) -> Result<Ended, Broken> {
        if let Some((at, fault)) = fault.filter(|_| !self.undisturbed) {
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
                self.law.saw("busy");
                self.stage.set_time(until);
                self.run()
            }
            ended => Ok(ended),
        }
    }

    /// One run, judged.
    pub(crate) fn run(&mut self) -> Result<Ended, Broken> {
        let (office, before, policy, now) =
            (self.stage.office(), self.stage.platform(), self.stage.policy(), self.stage.time());
        self.stage.in_platform(|platform| platform.writes.clear());
        let sent = self.stage.calls("write").len();
        let ended = self.stage.daily();
        let after = self.stage.platform();
        if let Some(Ok(report)) = &ended {
            self.waits = matches!(report.verdict, Verdict::Waits(_));
            self.latest = Some(SavedPlan::open(&report.plan.to_file()).unwrap());
            if let Verdict::Applied(applied) = &report.verdict
                && applied.stopped.is_none()
                && applied.unsettled.is_none()
            {
                let sent = self.stage.calls("write").len() - sent;
                assert_eq!(report.writes, sent as u64, "the report counts the writes");
            }
        }
        self.law.judges(&office, &before, &after, &policy, now, &ended)?;
        let known = self.law.known();
        self.stage.in_platform(|platform| platform.remembered.extend(known));
        self.stage.forget_calls();
        Ok(ended)
    }

    /// What a person says about the latest plan.
    pub(crate) fn says(&mut self, says: Says) {
        let by = Pii::new("Ans de Beheerder".to_owned());
        let now = self.stage.time();
        match says {
            Says::Nothing => {}
            Says::Revokes => {
                done_at_once(self.stage.store().revoke_mandate(&customer(), &by, now)).unwrap();
                self.law.mandate_revoked();
            }
            Says::ChangesPolicy(which) => self.stage.set_policy(|policy| changed(policy, which)),
            Says::Confirms { smaller_scope } => {
                let Some(plan) = self.latest.clone() else { return };
                let policy = self.stage.policy();
                if let Ok(mandate) = Mandate::confirming(&plan, &policy, by, now) {
                    done_at_once(self.stage.store().give_mandate(&mandate)).unwrap();
                    self.law.mandate_given(&policy, &plan);
                }
                self.approves(&plan, BTreeSet::new(), smaller_scope);
            }
            Says::Approves { proposals } => {
                let Some(plan) = self.latest.clone() else { return };
                let people = if proposals { self.sensible_proposals(&plan) } else { BTreeSet::new() };
                self.approves(&plan, people, false);
            }
            Says::ApprovesOne(which) => {
                let Some(plan) = self.latest.clone() else { return };
                let people = self.sensible_proposals(&plan);
                let one = people.iter().nth(which % people.len().max(1)).cloned();
                self.approves(&plan, one.into_iter().collect(), false);
            }
        }
    }

    fn approves(&mut self, plan: &SavedPlan, people: BTreeSet<ExternalId>, smaller_scope: bool) {
        let now = self.stage.time();
        let mut approval = Approval::of(plan.id().clone(), now).with_proposals(people.clone());
        if smaller_scope {
            approval = approval.accepting_smaller_scope();
        }
        done_at_once(self.stage.store().approve(&customer(), &approval)).unwrap();
        let adopted = self.adopted(plan, &people);
        self.stage.in_platform(|platform| {
            for (account, human) in adopted {
                platform.accounts.get_mut(&account).unwrap().owner = Some(human);
            }
        });
        let (office, policy) = (self.stage.office(), self.stage.policy());
        self.law.approved(Word { plan: plan.clone(), people, smaller_scope, given_at: now, office, policy });
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
        let everything = [ActionKind::Adopt, ActionKind::Activate, ActionKind::Relink, ActionKind::Withdraw];
        plan.proposals(&everything).into_iter().filter(makes_sense).collect()
    }

    /// Accounts of nobody that an approval gives to somebody.
    fn adopted(&self, plan: &SavedPlan, people: &BTreeSet<ExternalId>) -> BTreeMap<AccountId, Human> {
        let (office, platform) = (self.stage.office(), self.stage.platform());
        let adopts = people.iter().filter_map(|person| {
            let entry = plan.entry(person).unwrap();
            (entry.proposed() == Some(ActionKind::Adopt)).then_some(())?;
            Some((account_of(entry.json())?, office.human_of(person.as_str())?))
        });
        adopts.filter(|(account, _)| platform.accounts.contains_key(account)).collect()
    }

    /// Everything that a person can agree to is agreed to, until nothing more is written.
    pub(crate) fn settles_down(&mut self) -> Result<(), Broken> {
        self.undisturbed = true;
        self.stage.in_platform(|platform| platform.grudges.clear());
        for _round in 0..6 {
            self.run_after_crash()?;
            self.stage.pass(TimeDelta::seconds(30));
            self.says(Says::Approves { proposals: true });
            self.stage.pass(TimeDelta::seconds(30));
            self.run()?;
            self.stage.pass(TimeDelta::seconds(30));
        }
        Ok(())
    }

    pub(crate) fn happens(&mut self, event: &Event) {
        let today = self.today();
        let stage = &self.stage;
        match event {
            Event::AccountMade { .. }
            | Event::AccountSwitched { .. }
            | Event::AccountRenamed { .. }
            | Event::AccountReaddressed { .. }
            | Event::AccountMarked { .. }
            | Event::AccountRemoved { .. }
            | Event::Grudge { .. } => at_the_target(stage, event),
            Event::StoreIsPurged { older_than_days } => {
                // Not what an approval of today still needs.
                let before = stage.time() - TimeDelta::days((*older_than_days).max(2));
                done_at_once(stage.store().purge(&customer(), before)).unwrap();
            }
            _ => stage.in_office(|office| at_the_office(office, event, today)),
        }
    }
}

fn account_of(entry: &serde_json::Value) -> Option<AccountId> {
    entry.pointer("/account/id").and_then(serde_json::Value::as_i64).map(AccountId::new)
}

fn changed(mut policy: Policy, which: u8) -> Policy {
    match which {
        0 => policy.with_language("nl"),
        1 => policy.with_language("en"),
        2 | 3 => {
            let by_field = which == 2;
            policy.participation =
                if by_field { Participation::ByAccessField } else { Participation::Everyone };
            policy
        }
        4 => policy.with_in_service([EmployeeType::External]),
        _ => policy.with_in_service([]),
    }
}

fn shifted(today: NaiveDate, days: i64) -> NaiveDate {
    today + TimeDelta::days(days)
}

fn at_the_office(office: &mut Office, event: &Event, today: NaiveDate) {
    let companies: Vec<CompanyId> = office.companies.keys().cloned().collect();
    let company = |number: &usize| companies[number % companies.len()].clone();
    let count = office.records.len();
    let pick = |who: &usize| who % count.max(1);
    if count == 0 && !matches!(event, Event::Joins { .. }) {
        return;
    }
    match event {
        Event::Joins { company: at, in_days } => _ = joined(office, &company(at), shifted(today, *in_days)),
        Event::JoinsSharing { company: at, address_of } => {
            let address = office.records[pick(address_of)].row.personal.business_email.clone();
            let new = joined(office, &company(at), today);
            office.records[new].row.personal.business_email = address;
        }
        Event::TwinJoins { of, company: at } => {
            let old = office.records[pick(of)].row.personal.clone();
            let new = joined(office, &company(at), today);
            let personal = &mut office.records[new].row.personal;
            personal.last_name = old.last_name;
            personal.birthday = old.birthday;
            personal.first_name = Some(Pii::new(format!("Tweeling{new}")));
        }
        Event::Leaves { who, last_day_in } => {
            let record = &mut office.records[pick(who)];
            record.turns(EmployeeType::FormerPayroll);
            if let Some(days) = last_day_in {
                record.ends(shifted(today, *days));
            }
        }
        Event::GetsLastDay { who, in_days } => office.records[pick(who)].ends(shifted(today, *in_days)),
        Event::Returns { who, in_days } => {
            let record = &mut office.records[pick(who)];
            let start = shifted(today, *in_days);
            record.turns(EmployeeType::Payroll);
            if !record.works_on(today) {
                record.row.employments.push(sync_core::record::Employment::starting(start));
            }
        }
        Event::ReturnsAnew { who, company: at, in_days, new_address, old_closes } => {
            let old = pick(who);
            let new = office.joins_again(old, &company(at), shifted(today, *in_days));
            if *old_closes {
                office.records[old].turns(EmployeeType::FormerPayroll);
                office.records[old].ends(today + TimeDelta::days(-1));
            }
            if *new_address {
                let address = office.new_address(office.records[new].human);
                office.records[new].row.personal.business_email = Some(Pii::new(address));
            }
        }
        Event::ChangesName { who, last } => {
            let at = pick(who);
            let renamed = format!("Nieuw{at}-{}", office.humans);
            let personal = &mut office.records[at].row.personal;
            let name = if *last { &mut personal.last_name } else { &mut personal.first_name };
            *name = Some(Pii::new(renamed));
        }
        Event::ChangesBirthday { who } => {
            let personal = &mut office.records[pick(who)].row.personal;
            let other = personal.birthday.as_ref().map(|birthday| *birthday.expose() + Days::new(1));
            personal.birthday = other.map(Pii::new);
        }
        Event::ChangesAddress { who } => {
            let at = pick(who);
            let address = office.new_address(office.records[at].human);
            office.records[at].row.personal.business_email = Some(Pii::new(address));
        }
        Event::TakesAddressOf { who, other } => {
            let address = office.records[pick(other)].row.personal.business_email.clone();
            let left = office.new_address(office.records[pick(other)].human);
            office.records[pick(other)].row.personal.business_email = Some(Pii::new(left));
            office.records[pick(who)].row.personal.business_email = address;
        }
        Event::SwapsAddresses { who, other } => {
            let address = |office: &Office, at: usize| office.records[at].row.personal.business_email.clone();
            let (one, two) = (address(office, pick(who)), address(office, pick(other)));
            office.records[pick(who)].row.personal.business_email = two;
            office.records[pick(other)].row.personal.business_email = one;
        }
        Event::GetsProtectedAddress { who } => {
            office.records[pick(who)].row.personal.business_email = Some(Pii::new(PROTECTED.to_owned()));
        }
        Event::LosesAddress { who } => office.records[pick(who)].row.personal.business_email = None,
        Event::TurnsInto { who, employee_type } => office.records[pick(who)].turns(employee_type.clone()),
        Event::Field { company: at, name, there } => {
            let fields = &mut office.companies.get_mut(&company(at)).unwrap().fields;
            _ = if *there { fields.insert((*name).to_owned()) } else { fields.remove(*name) };
        }
        Event::Says { who, name, value } => office.records[pick(who)].set_field(name, *value),
        Event::Vanishes { who } => office.records[pick(who)].hidden = true,
        Event::Reappears { who } => office.records[pick(who)].hidden = false,
        Event::Company { company: at, shown } => {
            office.companies.get_mut(&company(at)).unwrap().shown = *shown;
            if office.companies.values().all(|company| company.shown == Shown::Gone) {
                office.companies.values_mut().for_each(|company| company.shown = Shown::Whole);
            }
        }
        Event::Row { who, garbled } => office.garble(pick(who), *garbled),
        _ => {}
    }
}

/// Somebody new, with an answer in every field that is there.
fn joined(office: &mut Office, company: &CompanyId, start: NaiveDate) -> usize {
    let fields = office.companies[company].fields.clone();
    let new = office.joins(company, start);
    for name in fields {
        let value = if name.ends_with("access") { "ja" } else { "Noord" };
        office.records[new].set_field(&name, Some(value));
    }
    new
}

fn at_the_target(stage: &Stage, event: &Event) {
    let office = stage.office();
    let count = office.records.len();
    if count == 0 {
        return;
    }
    let record = |who: &usize| &office.records[who % count];
    let marked = |mark: &Mark| match mark {
        Mark::None => None,
        Mark::Foreign => Some("afas:4711".to_owned()),
        Mark::OursOf(who) => Some(record(who).row.id.as_str().to_owned()),
    };
    // Whoever gives an account that nobody manages an id of ours says whose it is.
    let declared = |mark: &Mark| match mark {
        Mark::OursOf(who) => Some(record(who).human),
        _ => None,
    };
    stage.in_platform(|platform| {
        let ids: Vec<AccountId> = platform.accounts.keys().copied().collect();
        let pick = |number: &usize| ids.get(number % ids.len().max(1)).copied();
        match event {
            Event::AccountMade { with_address_of, stranger, carrying, active } => {
                let of = record(with_address_of);
                let mut account = Account::new(AccountId::new(0), HOME, *active);
                account.email.clone_from(&of.row.personal.business_email);
                account.first_name = Some(Pii::new("Zomaar".to_owned()));
                account.last_name = of.row.personal.last_name.clone().filter(|_| !stranger);
                account.external_id = marked(carrying);
                let owner = declared(carrying).or((!stranger).then_some(of.human));
                platform.made_elsewhere(account, owner);
            }
            Event::AccountSwitched { account, active } => {
                if let Some(id) = pick(account) {
                    platform.edited(id, |standing| standing.account.active = *active);
                }
            }
            Event::AccountRenamed { account } => {
                if let Some(id) = pick(account) {
                    platform.edited(id, |standing| {
                        standing.account.first_name = Some(Pii::new("Bijnaam".to_owned()));
                    });
                }
            }
            Event::AccountReaddressed { account } => {
                if let Some(id) = pick(account) {
                    let address = format!("elders{id}@acme.example");
                    platform.edited(id, |standing| standing.account.email = Some(Pii::new(address)));
                }
            }
            Event::AccountMarked { account, mark } => {
                if let Some(id) = pick(account) {
                    platform.edited(id, |standing| {
                        standing.account.external_id = marked(mark);
                        if standing.ours.is_none() {
                            standing.owner = declared(mark).or(standing.owner);
                        }
                    });
                }
            }
            Event::AccountRemoved { account } => {
                if let Some(id) = pick(account) {
                    platform.remove(id);
                }
            }
            Event::Grudge { who, held } => {
                let human = record(who).human;
                _ = if *held { platform.grudges.insert(human) } else { platform.grudges.remove(&human) };
            }
            _ => {}
        }
    });
}

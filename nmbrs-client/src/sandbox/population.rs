//! Makes a world of Dutch-looking people, the same one for the same numbers.
//!
//! In: how many employee records, a seed, the day it is. Out: two debtors with three companies, and exactly that many
//! records, each telling a [`Story`]. Two people share an address only where the story says so.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime};
use fastrand::Rng;

use super::names::{COMPANIES, DEBTORS, FIRST_NAMES, LAST_NAMES, PRIVATE_DOMAIN};
use super::salary;
use super::story::Story;
use super::world::{
    Company, Contract, Debtor, Employee, Employment, ExtraFieldDefinition, Login, Period, PersonalInfo, World,
};

/// Fields every seeded company has beside the one for access: name and type.
const OTHER_FIELDS: [(&str, &str); 5] = [
    ("Maat bedrijfskleding", "text"),
    ("BHV-certificaat", "textDate"),
    ("yourcampus_filter", "text"),
    ("alleo_monthly_all_budget", "decimal"),
    ("alleo_oneoff_all_budget", "decimal"),
];

/// Access fields by company: the first uses the old brand, the second fills both, the third has moved on.
const ACCESS_FIELDS: [&[&str]; 3] =
    [&["yourcampus_access"], &["yourcampus_access", "alleo_access"], &["alleo_access"]];

/// The company that has both access fields.
const BOTH_BRANDS: usize = 1;

/// What to seed; [`World::dutch`] covers the usual case.
#[derive(Clone, Debug)]
pub struct Setup {
    people: usize,
    seed: u64,
    today: NaiveDate,
    access_field: bool,
    legal_variation: bool,
    login: Login,
}

impl Setup {
    /// `people` employee records made from `seed`, with dates around `today`.
    pub fn new(people: usize, seed: u64, today: NaiveDate) -> Self {
        Self { people, seed, today, access_field: true, legal_variation: true, login: Login::Client }
    }

    /// No company defines an access field; the stories about it stay, without a value.
    pub fn without_access_field(mut self) -> Self {
        self.access_field = false;
        self
    }

    /// Every answer in its plainest form.
    pub fn without_legal_variation(mut self) -> Self {
        self.legal_variation = false;
        self
    }

    /// Another kind of login.
    pub fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }

    /// The world.
    pub fn build(self) -> World {
        Settling::new(self).settle()
    }
}

impl World {
    /// `people` employee records over two debtors and three companies, seen through a client login.
    ///
    /// From 40 records on every [`Story`] is told at least once; fewer records tell as many as fit, in the order of
    /// [`Story::BY_IMPORTANCE`]. All further records are [`Story::Ordinary`].
    pub fn dutch(people: usize, seed: u64, today: NaiveDate) -> Self {
        Setup::new(people, seed, today).build()
    }
}

/// A world in the making.
struct Settling {
    setup: Setup,
    rng: Rng,
    world: World,
    taken: BTreeSet<String>,
    next_number: i64,
}

impl Settling {
    fn new(setup: Setup) -> Self {
        let mut rng = Rng::with_seed(setup.seed);
        let mut world = World::empty(setup.seed, setup.today);
        world.legal_variation = setup.legal_variation;
        world.login = setup.login;
        world.debtors =
            DEBTORS.iter().map(|(number, name)| Debtor::new(guid(&mut rng), *number, *name)).collect();
        for (position, (debtor, number, name, _)) in COMPANIES.iter().enumerate() {
            let debtor_id = world.debtors.get(*debtor).map(|one| one.debtor_id.clone()).unwrap_or_default();
            let mut company = Company::new(guid(&mut rng), *number, *name, debtor_id);
            let access = if setup.access_field { access_fields(position) } else { &[] };
            let fields = access.iter().map(|name| (*name, "yesNo")).chain(OTHER_FIELDS);
            company.extra_fields =
                fields.map(|(name, kind)| ExtraFieldDefinition::new(guid(&mut rng), name, kind)).collect();
            world.companies.push(company);
        }
        Self { setup, rng, world, taken: BTreeSet::new(), next_number: 1001 }
    }

    fn settle(mut self) -> World {
        let mut told_before: Option<Employee> = None;
        for story in cast(self.setup.people) {
            let position = self.company_for(story);
            let employee = match (&told_before, story) {
                (Some(first), Story::SharedAddressB) => self.neighbour_of(first, position),
                (Some(first), second) if second.is_second_half() => {
                    self.other_record_of(first, second, position)
                }
                _ => self.newcomer(story, position),
            };
            told_before = Some(employee.clone());
            if let Some(company) = self.world.companies.get_mut(position) {
                company.employees.push(employee);
            }
        }
        for company in &mut self.world.companies {
            self.rng.shuffle(&mut company.employees);
        }
        salary::seed(&mut self.world);
        self.world.number_everything();
        self.world
    }

    fn company_for(&mut self, story: Story) -> usize {
        match story {
            Story::TwoCompaniesA | Story::ActiveAndFormerA | Story::RehireOld | Story::RehireNew => 0,
            Story::AccessConflict | Story::TwoCompaniesB => BOTH_BRANDS,
            Story::ActiveAndFormerB => 2,
            _ => match self.rng.u8(0..10) {
                0..5 => 0,
                5..8 => 1,
                _ => 2,
            },
        }
    }

    /// Somebody new, as the story wants them.
    fn newcomer(&mut self, story: Story, position: usize) -> Employee {
        let hired = self.past_day(200, 5000);
        let info = self.personal_info(hired, position);
        let mut employee = self.record(info, hired, story, position);
        self.tell(story, &mut employee);
        employee
    }

    /// A different person with the address of `first`.
    fn neighbour_of(&mut self, first: &Employee, position: usize) -> Employee {
        let mut employee = self.newcomer(Story::SharedAddressB, position);
        let shared = first.personal_infos.last().and_then(|info| info.business_email.clone());
        let first_birth = first.personal_infos.last().and_then(|info| info.birth_date);
        for info in &mut employee.personal_infos {
            info.business_email.clone_from(&shared);
            if info.birth_date == first_birth {
                info.birth_date = info.birth_date.and_then(|day| day.checked_add_days(Days::new(400)));
            }
        }
        employee
    }

    /// A second record of the same person.
    fn other_record_of(&mut self, first: &Employee, story: Story, position: usize) -> Employee {
        let hired = match story {
            Story::RehireNew => self.past_day(10, 90),
            _ => self.past_day(500, 900),
        };
        let mut info = match first.personal_infos.last() {
            Some(info) => info.clone(),
            None => self.personal_info(hired, position),
        };
        info.personal_info_id = guid(&mut self.rng);
        "payroll".clone_into(&mut info.employee_type);
        info.period = Period::of(hired);
        info.created_at = at_office_hours(hired);
        let mut employee = self.record(info, hired, story, position);
        self.tell(story, &mut employee);
        employee
    }

    fn personal_info(&mut self, hired: NaiveDate, position: usize) -> PersonalInfo {
        let (first, first_plain) = self.rng.choice(FIRST_NAMES).unwrap_or_default();
        let (prefix, last, last_plain) = self.rng.choice(LAST_NAMES).unwrap_or_default();
        let local = self.free_local_part(&format!("{first_plain}.{last_plain}"));
        let domain = COMPANIES.get(position).map_or(PRIVATE_DOMAIN, |(.., domain)| domain);

        let mut info = PersonalInfo::new(guid(&mut self.rng), first, last, at_office_hours(hired));
        info.prefix = Some(prefix.to_owned()).filter(|text| !text.is_empty());
        info.initials = first.chars().next().map(|letter| format!("{letter}."));
        info.first_name_in_full = self.rng.bool().then(|| format!("{first} Maria"));
        info.birth_date = NaiveDate::from_yo_opt(self.rng.i32(1961..2004), self.rng.u32(1..=365));
        info.business_email = Some(format!("{local}@{domain}"));
        info.private_email = self.rng.bool().then(|| format!("{local}@{PRIVATE_DOMAIN}"));
        info
    }

    fn free_local_part(&mut self, wanted: &str) -> String {
        let mut local = wanted.to_owned();
        let mut number = 2;
        while !self.taken.insert(local.clone()) {
            local = format!("{wanted}{number}");
            number += 1;
        }
        local
    }

    /// A record on payroll with one employment, one contract and the ordinary extra fields.
    fn record(&mut self, info: PersonalInfo, hired: NaiveDate, story: Story, position: usize) -> Employee {
        let entered = at_office_hours(hired);
        let mut employee = Employee::new(guid(&mut self.rng), self.next_number, info, story);
        self.next_number += 1;

        let mut employment = Employment::new(guid(&mut self.rng), hired, entered);
        employment.seniority_date =
            (self.rng.u8(0..4) == 0).then(|| hired.checked_sub_months(Months::new(14))).flatten();
        employee.employments.push(employment);

        let mut contract = Contract::new(guid(&mut self.rng), hired, entered);
        contract.hours_per_week = self.rng.choice([16, 24, 32, 36, 40]).unwrap_or(40);
        contract.trial_period = hired.checked_add_months(Months::new(1)).filter(|_| self.rng.bool());
        employee.contracts.push(contract);

        if self.setup.access_field {
            for name in access_fields(position) {
                employee.set_extra_field(name, Some("true"));
            }
        }
        self.fill_other_fields(&mut employee);
        self.add_history(&mut employee);
        employee
    }

    fn fill_other_fields(&mut self, employee: &mut Employee) {
        if self.rng.u8(0..3) == 0 {
            let size = self.rng.choice(["S", "M", "L", "XL"]);
            employee.set_extra_field("Maat bedrijfskleding", size);
        }
        if employee.story == Story::Ordinary && self.rng.u8(0..5) == 0 {
            let amount = self.rng.choice(["25,00", "12.50", "50", "100,00"]);
            employee.set_extra_field("alleo_monthly_all_budget", amount);
        }
        if employee.story == Story::Ordinary && self.rng.u8(0..8) == 0 {
            employee.set_extra_field("alleo_oneoff_all_budget", Some("150,00"));
        }
    }

    /// Gives most people an older entry from before they were on payroll, without a business address.
    fn add_history(&mut self, employee: &mut Employee) {
        if self.rng.u8(0..3) == 0 {
            return;
        }
        if let Some(mut older) = self.older_entry(employee) {
            "newHire".clone_into(&mut older.employee_type);
            older.business_email = None;
            employee.personal_infos.insert(0, older);
        }
    }

    /// A copy of the first entry, entered two months earlier.
    fn older_entry(&mut self, employee: &Employee) -> Option<PersonalInfo> {
        let mut older = employee.personal_infos.first()?.clone();
        let day = older.created_at.date().checked_sub_months(Months::new(2))?;
        older.personal_info_id = guid(&mut self.rng);
        older.created_at = at_office_hours(day);
        older.period = Period::of(day);
        Some(older)
    }

    fn tell(&mut self, story: Story, employee: &mut Employee) {
        match story {
            Story::Leaver | Story::ActiveAndFormerB | Story::RehireOld => {
                become_type(employee, "formerPayroll");
                let last_day = self.past_day(95, 190);
                end(employee, last_day);
            }
            Story::LeaverWithoutAccess => {
                become_type(employee, "formerPayroll");
                let last_day = self.past_day(30, 190);
                end(employee, last_day);
                answer_access(employee, Some("false"));
            }
            Story::LeaverNoEndDate => become_type(employee, "formerPayroll"),
            Story::LeaverEndsAhead => {
                become_type(employee, "formerPayroll");
                end(employee, self.day_ahead(30));
            }
            Story::FutureLeaver => end(employee, self.day_ahead(60)),
            Story::FutureStarter => start(employee, self.day_ahead(20)),
            Story::EndedButOnPayroll => {
                let last_day = self.past_day(10, 60);
                end(employee, last_day);
            }
            Story::NoEmployment => employee.employments.clear(),
            Story::RehireSameId => self.interrupt(employee),
            Story::NewHire => {
                become_type(employee, "newHire");
                start(employee, self.day_ahead(25));
            }
            Story::Applicant => never_employed(employee, "applicant"),
            Story::RejectedApplicant => never_employed(employee, "rejectedApplicant"),
            Story::External => become_external(employee, "external"),
            Story::FormerExternal => {
                become_external(employee, "formerExternal");
                let last_day = self.past_day(30, 190);
                end(employee, last_day);
            }
            Story::UnknownType => become_type(employee, "intern"),
            Story::MissingEmail => current(employee, |info| info.business_email = None),
            Story::MalformedEmail => {
                current(employee, |info| info.business_email = Some("geen e-mail".to_owned()));
            }
            Story::MissingLastName => current(employee, |info| info.last_name.clear()),
            Story::SentinelBirthday => {
                current(employee, |info| info.birth_date = NaiveDate::from_ymd_opt(1, 1, 1));
            }
            Story::NameChanged => {
                self.change_later(employee, |info| "Oudenaam".clone_into(&mut info.last_name));
            }
            Story::EmailChanged => self.change_later(employee, |info| {
                info.business_email = info.business_email.take().map(|address| format!("oud.{address}"));
            }),
            Story::AccessNo | Story::AccessWithdrawn => answer_access(employee, Some("false")),
            Story::AccessEmpty => answer_access(employee, None),
            Story::AccessUnreadable => answer_access(employee, Some("misschien")),
            Story::AccessConflict if self.setup.access_field => {
                employee.set_extra_field("alleo_access", Some("false"));
            }
            Story::FilterFilled => employee.set_extra_field("yourcampus_filter", Some("Amsterdam")),
            Story::Ordinary
            | Story::AccountByHand
            | Story::AccessConflict
            | Story::ForeignExternalId
            | Story::SharedAddressA
            | Story::SharedAddressB
            | Story::TwoCompaniesA
            | Story::TwoCompaniesB
            | Story::ActiveAndFormerA
            | Story::RehireNew => {}
        }
    }

    /// Splits the service in two employments with a gap of half a year between them.
    fn interrupt(&mut self, employee: &mut Employee) {
        let back = self.past_day(40, 150);
        let left = back.checked_sub_months(Months::new(6)).unwrap_or(back);
        let begun = left.checked_sub_months(Months::new(30)).unwrap_or(left);
        start(employee, begun);
        end(employee, left);
        let entered = at_office_hours(back);
        employee.employments.push(Employment::new(guid(&mut self.rng), back, entered));
        employee.contracts.push(Contract::new(guid(&mut self.rng), back, entered));
    }

    /// Puts an entry of last month in front of the current one, so that the newest holds the new value.
    fn change_later(&mut self, employee: &mut Employee, former: impl FnOnce(&mut PersonalInfo)) {
        let Some(mut changed) = employee.personal_infos.last().cloned() else { return };
        let day = self.past_day(5, 25);
        changed.personal_info_id = guid(&mut self.rng);
        changed.created_at = at_office_hours(day);
        changed.period = Period::of(day);
        current(employee, former);
        employee.personal_infos.push(changed);
    }

    fn past_day(&mut self, least: u64, most: u64) -> NaiveDate {
        let days = Days::new(self.rng.u64(least..=most));
        self.setup.today.checked_sub_days(days).unwrap_or(self.setup.today)
    }

    fn day_ahead(&self, days: u64) -> NaiveDate {
        self.setup.today.checked_add_days(Days::new(days)).unwrap_or(self.setup.today)
    }
}

/// The stories of a world of this size, pairs one after the other.
fn cast(people: usize) -> Vec<Story> {
    let mut stories = Vec::with_capacity(people);
    for story in Story::BY_IMPORTANCE.into_iter().filter(|story| !story.is_second_half()) {
        let room = people - stories.len();
        let told: Vec<_> = [Some(story), story.second_half()].into_iter().flatten().collect();
        if told.len() <= room {
            stories.extend(told);
        }
    }
    stories.resize(people, Story::Ordinary);
    stories
}

fn access_fields(position: usize) -> &'static [&'static str] {
    ACCESS_FIELDS.get(position).copied().unwrap_or_default()
}

fn current(employee: &mut Employee, change: impl FnOnce(&mut PersonalInfo)) {
    if let Some(info) = employee.personal_infos.last_mut() {
        change(info);
    }
}

fn become_type(employee: &mut Employee, employee_type: &str) {
    employee_type.clone_into(&mut employee.employee_type);
    current(employee, |info| employee_type.clone_into(&mut info.employee_type));
}

fn become_external(employee: &mut Employee, employee_type: &str) {
    become_type(employee, employee_type);
    employee.contracts.clear();
}

fn never_employed(employee: &mut Employee, employee_type: &str) {
    become_external(employee, employee_type);
    employee.employments.clear();
    employee.extra_fields.clear();
}

fn start(employee: &mut Employee, first_day: NaiveDate) {
    if let Some(employment) = employee.employments.last_mut() {
        employment.start_date = Some(first_day);
        employment.seniority_date = None;
    }
    if let Some(contract) = employee.contracts.last_mut() {
        contract.start_date = Some(first_day);
        contract.trial_period = None;
    }
}

fn end(employee: &mut Employee, last_day: NaiveDate) {
    if let Some(employment) = employee.employments.last_mut() {
        employment.end_date = Some(last_day);
    }
    if let Some(contract) = employee.contracts.last_mut() {
        contract.end_date = Some(last_day);
        contract.indefinite = false;
    }
}

fn answer_access(employee: &mut Employee, answer: Option<&str>) {
    for field in employee.extra_fields.iter_mut().filter(|field| field.name.ends_with("_access")) {
        field.value = answer.map(str::to_owned);
    }
}

/// Moments when somebody at the office enters data: the minute follows from the day.
fn at_office_hours(day: NaiveDate) -> NaiveDateTime {
    let minute = day.ordinal() % 60;
    day.and_time(NaiveTime::from_hms_opt(10, minute, 18).unwrap_or_default())
}

fn guid(rng: &mut Rng) -> String {
    let bits = rng.u128(..);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        bits >> 96,
        (bits >> 80) & 0xffff,
        (bits >> 64) & 0x0fff,
        0x8000 | ((bits >> 48) & 0x3fff),
        bits & 0xffff_ffff_ffff
    )
}

//! Worlds in two lines: who is on payroll, which accounts there are, what the ledger remembers.
//!
//! In: names of people. Out: both snapshots, through the public builders, and the plan. Never: a default
//! that could hide a rule; a plain person is on payroll, complete, and has nothing to hold.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use sync_core::account::{Account, UnreadableAccount};
use sync_core::decision::{Decision, Planned};
use sync_core::ledger::{Failures, LastRun, LedgerView, Link};
use sync_core::plan::Entry;
use sync_core::policy::{Limit, Limits, Placement, Route};
use sync_core::record::{
    Contract, EmployeeRecord, EmployeeType, Employment, ExtraField, FieldDefinition, Listed, SourceCompany,
    Unreadable,
};
use sync_core::snapshot::{
    AccountState, Complete, Listing, Resource, Row, SourceRows, SourceSnapshot, SourceSnapshotBuilder,
    TargetSnapshot, TargetSnapshotBuilder,
};
use sync_core::{
    AccountId, CompanyId, CustomerId, DebtorId, ExternalId, FingerprintKey, Participation, Pii, Plan, Policy,
    Run, TargetCompanyId, plan,
};

/// Noon in Amsterdam, midsummer, far from every border.
pub(crate) const NOW: &str = "2026-06-15T10:00:00Z";
pub(crate) const HOME: TargetCompanyId = TargetCompanyId::new(10);

pub(crate) fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn id(name: &str) -> ExternalId {
    ExternalId::rest(name).unwrap()
}

pub(crate) fn customer() -> CustomerId {
    CustomerId::new("acme-group")
}

pub(crate) fn key() -> FingerprintKey {
    FingerprintKey::new(*b"a key of one customer").unwrap()
}

fn pii(text: impl Into<String>) -> Pii<String> {
    Pii::new(text.into())
}

/// One record of the source.
#[derive(Debug, Clone)]
pub(crate) struct Person(pub(crate) EmployeeRecord);

/// On payroll at `acme` since 2020, with everything an account needs.
pub(crate) fn person(name: &str) -> Person {
    let mut record = EmployeeRecord::new(id(name), CompanyId::new("acme"));
    record.listed = Listed::new(Some(1), Some(EmployeeType::Payroll));
    record.personal.first_name = Some(pii(format!("First {name}")));
    record.personal.last_name = Some(pii(format!("Last {name}")));
    record.personal.business_email = Some(pii(format!("{name}@acme.example")));
    record.personal.birthday = Some(Pii::new(day("1990-05-17")));
    record.employments = vec![Employment::starting(day("2020-01-01"))];
    Person(record)
}

impl Person {
    pub(crate) fn of_type(mut self, employee_type: Option<EmployeeType>) -> Self {
        self.0.listed = Listed::new(Some(1), employee_type);
        self
    }

    /// Left at the end of March.
    pub(crate) fn former(self) -> Self {
        self.of_type(Some(EmployeeType::FormerPayroll)).employed("2020-01-01", Some("2026-03-31"))
    }

    pub(crate) fn at(mut self, company: &str) -> Self {
        self.0.company = CompanyId::new(company);
        self
    }

    pub(crate) fn email(mut self, address: &str) -> Self {
        self.0.personal.business_email = Some(pii(address));
        self
    }

    pub(crate) fn without_email(mut self) -> Self {
        self.0.personal.business_email = None;
        self
    }

    pub(crate) fn private_email(mut self, address: &str) -> Self {
        self.0.personal.private_email = Some(pii(address));
        self
    }

    pub(crate) fn first(mut self, name: Option<&str>) -> Self {
        self.0.personal.first_name = name.map(|name| Pii::new(name.to_owned()));
        self
    }

    pub(crate) fn prefix(mut self, prefix: Option<&str>) -> Self {
        self.0.personal.prefix = prefix.map(|prefix| Pii::new(prefix.to_owned()));
        self
    }

    pub(crate) fn last(mut self, name: Option<&str>) -> Self {
        self.0.personal.last_name = name.map(|name| Pii::new(name.to_owned()));
        self
    }

    pub(crate) fn born(mut self, birthday: Option<&str>) -> Self {
        self.0.personal.birthday = birthday.map(|birthday| Pii::new(day(birthday)));
        self
    }

    /// In service in this period only.
    pub(crate) fn employed(mut self, start: &str, end: Option<&str>) -> Self {
        self.0.employments.clear();
        self.and_employed(start, end)
    }

    pub(crate) fn and_employed(mut self, start: &str, end: Option<&str>) -> Self {
        let employment = Employment::starting(day(start));
        self.0.employments.push(end.map_or(employment, |end| employment.ending(day(end))));
        self
    }

    pub(crate) fn without_employment(mut self) -> Self {
        self.0.employments.clear();
        self
    }

    pub(crate) fn contract(mut self, start: &str, end: Option<&str>) -> Self {
        self.0.contracts.push(Contract::new(Some(day(start)), end.map(day)));
        self
    }

    pub(crate) fn field(mut self, name: &str, value: Option<&str>) -> Self {
        self.0.extra_fields.push(ExtraField::new(name, value.map(str::to_owned)));
        self
    }

    pub(crate) fn field_from(mut self, name: &str, value: &str, start: &str) -> Self {
        self.0.extra_fields.push(ExtraField::new(name, Some(value.to_owned())).from(day(start)));
        self
    }

    /// The row of personal information cannot be read.
    pub(crate) fn unreadable(mut self) -> Self {
        self.0.unreadable.push(Unreadable::new("info[0].birthInfo.birthDate", "not a date"));
        self
    }
}

/// One account of the target.
#[derive(Debug, Clone)]
pub(crate) struct Acc(pub(crate) Account);

/// An active account that is nobody's yet.
pub(crate) fn account(number: i64) -> Acc {
    let mut account = Account::new(AccountId::new(number), HOME, true);
    account.email = Some(pii(format!("account-{number}@elsewhere.example")));
    Acc(account)
}

impl Acc {
    /// It carries the id of this plain person and agrees with the source.
    pub(crate) fn of(self, name: &str) -> Self {
        self.like(&person(name))
    }

    /// It carries the id of this record and agrees with the source.
    pub(crate) fn like(mut self, Person(record): &Person) -> Self {
        let personal = &record.personal;
        self.0.external_id = Some(record.id.as_str().to_owned());
        self.0.email.clone_from(&personal.business_email);
        self.0.first_name.clone_from(&personal.first_name);
        self.0.prefix.clone_from(&personal.prefix);
        self.0.last_name.clone_from(&personal.last_name);
        self.0.birthday.clone_from(&personal.birthday);
        self.0.work_anniversary = record.employments.iter().filter_map(|e| e.start).min().map(Pii::new);
        self
    }

    pub(crate) fn carrying(mut self, external_id: Option<&str>) -> Self {
        self.0.external_id = external_id.map(str::to_owned);
        self
    }

    pub(crate) fn inactive(mut self) -> Self {
        self.0.active = false;
        self
    }

    pub(crate) fn email(mut self, address: &str) -> Self {
        self.0.email = Some(pii(address));
        self
    }

    pub(crate) fn first(mut self, name: Option<&str>) -> Self {
        self.0.first_name = name.map(|name| Pii::new(name.to_owned()));
        self
    }

    pub(crate) fn prefix(mut self, prefix: Option<&str>) -> Self {
        self.0.prefix = prefix.map(|prefix| Pii::new(prefix.to_owned()));
        self
    }

    /// It lives in this company of the target.
    pub(crate) const fn living_in(mut self, company: TargetCompanyId) -> Self {
        self.0.company = company;
        self
    }

    pub(crate) fn last(mut self, name: Option<&str>) -> Self {
        self.0.last_name = name.map(|name| Pii::new(name.to_owned()));
        self
    }

    pub(crate) fn born(mut self, birthday: Option<&str>) -> Self {
        self.0.birthday = birthday.map(|birthday| Pii::new(day(birthday)));
        self
    }
}

/// Both sides, the ledger, the policy and the instant.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) companies: BTreeMap<CompanyId, BTreeSet<FieldDefinition>>,
    /// The debtors of those companies that have one.
    pub(crate) debtors: BTreeMap<CompanyId, DebtorId>,
    pub(crate) records: Vec<EmployeeRecord>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) unreadable_accounts: Vec<AccountId>,
    /// The companies of the target that the keys see.
    pub(crate) target_companies: Vec<TargetCompanyId>,
    pub(crate) ledger: LedgerView,
    pub(crate) policy: Policy,
    pub(crate) now: DateTime<Utc>,
}

/// One company `acme`, seen by an earlier run, where everyone takes part and nobody works yet.
pub(crate) fn world() -> World {
    let world = World {
        companies: BTreeMap::new(),
        debtors: BTreeMap::new(),
        records: Vec::new(),
        accounts: Vec::new(),
        unreadable_accounts: Vec::new(),
        target_companies: vec![HOME],
        ledger: LedgerView::default(),
        policy: Policy::new(HOME, Participation::Everyone),
        now: at(NOW),
    };
    world.company("acme", &[]).remembers("acme", &[])
}

impl World {
    pub(crate) fn company(mut self, name: &str, fields: &[&str]) -> Self {
        let fields = fields.iter().map(|name| FieldDefinition::new(*name, "yesNo")).collect();
        self.companies.insert(CompanyId::new(name), fields);
        self
    }

    /// This company belongs to this debtor.
    pub(crate) fn debtor(mut self, company: &str, debtor: &str) -> Self {
        self.debtors.insert(CompanyId::new(company), DebtorId::new(debtor));
        self
    }

    /// A company as the source announces it.
    pub(crate) fn announced(&self, company: &CompanyId) -> SourceCompany {
        let announced = SourceCompany::new(company.clone());
        match self.debtors.get(company) {
            Some(debtor) => announced.with_debtor(debtor.clone()),
            None => announced,
        }
    }

    pub(crate) fn without_company(mut self, name: &str) -> Self {
        self.companies.remove(&CompanyId::new(name));
        self.records.retain(|record| record.company.as_str() != name);
        self
    }

    pub(crate) fn with(mut self, Person(record): Person) -> Self {
        self.companies.entry(record.company.clone()).or_default();
        self.records.push(record);
        self
    }

    pub(crate) fn having(mut self, Acc(account): Acc) -> Self {
        self.accounts.push(account);
        self
    }

    /// A person and an account that agree.
    pub(crate) fn synced(self, name: &str, number: i64) -> Self {
        self.with(person(name)).having(account(number).of(name))
    }

    /// `count` synced people with accounts from 1000 on.
    pub(crate) fn crowd(self, count: u32) -> Self {
        (0..count).fold(self, |world, n| world.synced(&format!("crowd-{n:05}"), 1000 + i64::from(n)))
    }

    pub(crate) fn unreadable_account(mut self, number: i64) -> Self {
        self.unreadable_accounts.push(AccountId::new(number));
        self
    }

    pub(crate) fn link(self, name: &str, number: i64) -> Self {
        self.link_at(name, number, "acme")
    }

    pub(crate) fn link_at(mut self, name: &str, number: i64, company: &str) -> Self {
        let link = Link::new(AccountId::new(number), CompanyId::new(company));
        self.ledger.links.insert(id(name), link);
        self
    }

    /// The last run saw this company with these fields.
    pub(crate) fn remembers(mut self, company: &str, fields: &[&str]) -> Self {
        let seen = fields.iter().map(|field| (*field).to_owned()).collect();
        self.ledger.last_run.get_or_insert_with(LastRun::default).scope.insert(CompanyId::new(company), seen);
        self
    }

    /// No run was ever completed, and the ledger is empty.
    pub(crate) fn without_memory(mut self) -> Self {
        self.ledger = LedgerView::default();
        self
    }

    pub(crate) fn deactivated(mut self, instants: &[&str]) -> Self {
        self.ledger.deactivations.extend(instants.iter().map(|instant| at(instant)));
        self
    }

    pub(crate) fn policy(mut self, change: impl FnOnce(Policy) -> Policy) -> Self {
        self.policy = change(self.policy);
        self
    }

    pub(crate) fn by_access_field(mut self) -> Self {
        self.policy.participation = Participation::ByAccessField;
        self
    }

    /// Limits that no test of another rule runs into.
    pub(crate) fn unlimited(mut self) -> Self {
        let mut limits = Limits::default();
        limits.deactivations = Limit::new(100, u32::MAX, u32::MAX);
        limits.creations = limits.deactivations;
        limits.updates = limits.deactivations;
        limits.email_changes = limits.deactivations;
        limits.activations = limits.deactivations;
        self.policy.limits = limits;
        self
    }

    pub(crate) fn now(mut self, instant: &str) -> Self {
        self.now = at(instant);
        self
    }

    /// One list of one company, as an adapter would read it.
    pub(crate) fn rows(&self, company: &CompanyId, resource: Resource) -> SourceRows {
        let records = || self.records.iter().filter(|record| record.company == *company);
        match resource {
            Resource::Employees => {
                let listed = records().filter(|record| record.listed != Listed::default());
                SourceRows::Employees(whole(
                    listed.map(|record| Row::readable(record.id.clone(), record.listed.clone())),
                ))
            }
            Resource::Personal => {
                SourceRows::Personal(whole(records().map(|record| match record.unreadable.first() {
                    Some(problem) => Row::unreadable(record.id.clone(), problem.clone()),
                    None => Row::readable(record.id.clone(), record.personal.clone()),
                })))
            }
            Resource::Employments => SourceRows::Employments(whole(
                records().map(|record| Row::readable(record.id.clone(), record.employments.clone())),
            )),
            Resource::Contracts => SourceRows::Contracts(whole(
                records().map(|record| Row::readable(record.id.clone(), record.contracts.clone())),
            )),
            Resource::FieldDefinitions => {
                let definitions = self.companies.get(company).into_iter().flatten();
                SourceRows::FieldDefinitions(whole(
                    definitions.map(|field| Row::readable(format!("id of {}", field.name), field.clone())),
                ))
            }
            Resource::ExtraFields => SourceRows::ExtraFields(whole(
                records().map(|record| Row::readable(record.id.clone(), record.extra_fields.clone())),
            )),
            other => panic!("no test world has a list of {other}"),
        }
    }

    /// One list of accounts, as an adapter would read it.
    pub(crate) fn account_rows(
        &self,
        company: TargetCompanyId,
        state: AccountState,
    ) -> Listing<Row<AccountId, Account>> {
        let active = state == AccountState::Active;
        let readable = self
            .accounts
            .iter()
            .filter(|account| account.active == active && account.company == company)
            .map(|account| Row::readable(account.id, account.clone()));
        let unreadable = self.unreadable_accounts.iter().filter(|_| active && company == HOME);
        let unreadable =
            unreadable.map(|number| Row::unreadable(*number, Unreadable::new("birthday", "not a date")));
        whole(readable.chain(unreadable))
    }

    pub(crate) fn source(&self) -> Complete<SourceSnapshot> {
        let companies = self.companies.keys().cloned().map(SourceCompany::new).collect();
        let mut builder = SourceSnapshotBuilder::announce(companies);
        for company in self.companies.keys() {
            for resource in Resource::ALL {
                builder.put(company, self.rows(company, resource)).unwrap();
            }
        }
        builder.finish().unwrap()
    }

    pub(crate) fn target(&self) -> Complete<TargetSnapshot> {
        let companies = self.policy.target_companies();
        let mut builder = TargetSnapshotBuilder::announce(companies.iter().copied());
        for company in companies {
            for state in AccountState::ALL {
                builder.put(company, state, self.account_rows(company, state)).unwrap();
            }
        }
        builder.finish().unwrap()
    }

    /// People are placed by the filter field, with this table.
    pub(crate) fn routes(mut self, routes: &[(&str, TargetCompanyId)]) -> Self {
        let route = |(value, company): &(&str, TargetCompanyId)| (Route::of(value).unwrap(), *company);
        self.policy.placement = Placement::ByFilterField(routes.iter().map(route).collect());
        self.target_companies = self.policy.target_companies().into_iter().collect();
        self
    }

    /// Somebody said that these two records are of one person: the later, and the one whose id the account carries.
    pub(crate) fn alias(mut self, later: &str, carried: &str) -> Self {
        self.ledger.aliases.insert(id(later), id(carried));
        self
    }

    /// The target refused this person's writes in so many runs, the last time then.
    pub(crate) fn refused(mut self, name: &str, runs: u32, last: &str) -> Self {
        self.ledger.failures.insert(id(name), Failures::new(runs, at(last)));
        self
    }

    pub(crate) fn plan(&self) -> Plan {
        let (customer, key) = (customer(), key());
        let run = Run::new(&customer, self.now, &key);
        plan(&self.source(), &self.target(), &self.ledger, &self.policy, &run)
    }
}

fn whole<R>(rows: impl Iterator<Item = R>) -> Listing<R> {
    let rows: Vec<R> = rows.collect();
    let total = Some(rows.len() as u64);
    Listing::new(rows, total)
}

/// The unreadable accounts of a snapshot, for comparisons.
pub(crate) fn unreadable_account(number: i64) -> UnreadableAccount {
    UnreadableAccount::new(AccountId::new(number), Unreadable::new("birthday", "not a date"))
}

/// The entry of the person who has this record.
#[track_caller]
pub(crate) fn entry_of<'p>(plan: &'p Plan, name: &str) -> &'p Entry {
    let wanted = id(name);
    let mut entries =
        plan.document().entries.iter().filter(|entry| entry.records.iter().any(|record| record.id == wanted));
    let entry = entries.next().unwrap_or_else(|| panic!("{name} is not in the plan"));
    assert!(entries.next().is_none(), "{name} is in the plan twice");
    entry
}

/// A decision in one word, such as `onboard`, `planned/offboard` or `hold/rehire`.
pub(crate) fn code(decision: &Decision) -> String {
    match decision {
        Decision::Onboard { .. } => "onboard".to_owned(),
        Decision::Update { .. } => "update".to_owned(),
        Decision::Offboard(_) => "offboard".to_owned(),
        Decision::Hold { reason, .. } => format!("hold/{}", reason.code()),
        Decision::Planned { what: Planned::Onboard, .. } => "planned/onboard".to_owned(),
        Decision::Planned { what: Planned::Offboard, .. } => "planned/offboard".to_owned(),
        Decision::Planned { what: Planned::Begin, .. } => "planned/begin".to_owned(),
        Decision::Skip { reason } => format!("skip/{}", reason.code()),
        Decision::Nothing { reason } => format!("nothing/{}", reason.code()),
        other => panic!("a decision without a word in the tests: {other:?}"),
    }
}

#[track_caller]
pub(crate) fn decision_of(world: &World, name: &str) -> String {
    code(&entry_of(&world.plan(), name).decision)
}

#[track_caller]
pub(crate) fn check(world: &World, name: &str, expected: &str) {
    assert_eq!(decision_of(world, name), expected, "the decision about {name}");
}

/// The brakes of a plan, each in a few words.
pub(crate) fn brakes_of(world: &World) -> Vec<String> {
    let plan = world.plan();
    let brakes = serde_json::to_value(&plan.document().brakes).unwrap();
    let words = |brake: &serde_json::Value| {
        let text = |key: &str| brake[key].as_str().map(str::to_owned);
        let amount = |key: &str| brake[key].as_str().map(str::to_owned);
        let number = |key: &str| brake[key].as_u64().map(|n| n.to_string()).or_else(|| amount(key));
        let parts = [text("brake"), text("company"), text("field"), text("what")];
        let numbers = [number("planned"), number("recent"), number("allowed")];
        parts.into_iter().chain(numbers).flatten().collect::<Vec<_>>().join(" ")
    };
    brakes.as_array().unwrap().iter().map(words).collect()
}

#[track_caller]
pub(crate) fn check_brakes(world: &World, expected: &[&str]) {
    assert_eq!(brakes_of(world), expected, "the brakes of the plan");
}

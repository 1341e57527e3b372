//! One made-up customer of any size, for the benches that plan.
//!
//! In: how many people, and how many of a hundred changed since the last run. Out: both sides and what is remembered,
//! made through the public builders. Never: chance, or a real person.

use chrono::NaiveDate;
use sync_core::account::Account;
use sync_core::budget::{
    Act, Budget, BudgetKind, Category, Epoch, Grant, GrantId, GrantRecord, GrantState, Occasion,
};
use sync_core::ledger::{DeskStanding, LastRun, LedgerView, Link, Vouched};
use sync_core::record::{
    Contract, EmployeeRecord, EmployeeType, Employment, ExtraField, FieldDefinition, Listed, SourceCompany,
};
use sync_core::snapshot::{
    AccountState, Complete, Listing, Row, SourceSnapshot, SourceSnapshotBuilder, TargetSnapshot,
    TargetSnapshotBuilder,
};
use sync_core::{AccountId, CompanyId, CustomerId, Euro, ExternalId, Pii, TargetCompanyId};

/// The company of the target in which all accounts live.
pub(crate) const HOME: TargetCompanyId = TargetCompanyId::new(1);

/// The source's companies, over which the people are spread.
const COMPANIES: u32 = 3;

/// Both sides and what is remembered.
pub(crate) struct Customer {
    /// The payroll's side.
    pub(crate) source: Complete<SourceSnapshot>,
    /// The platform's side.
    pub(crate) target: Complete<TargetSnapshot>,
    /// What earlier runs left.
    pub(crate) ledger: LedgerView,
}

impl Customer {
    /// Everybody has an account that was synced, and so many of a hundred changed since: by turns somebody is new,
    /// left, has another name, another address, or none.
    pub(crate) fn settled(people: u32, percent: u32) -> Self {
        let source = source(people, |n| change(n, percent));
        let companies: Vec<CompanyId> = (0..COMPANIES).map(company).collect();
        let known = || (0..people).filter(|n| change(*n, percent) != Change::New);
        let accounts = known().map(|n| Row::readable(account_id(n), account_of(n, &record(n, Change::None))));
        let target = target(accounts.collect());
        let mut ledger = LedgerView::default();
        ledger.links = known()
            .zip(companies.iter().cycle())
            .map(|(n, company)| (id(n), Link::new(account_id(n), company.clone())))
            .collect();
        ledger.last_run = Some(LastRun::default());
        Self { source, target, ledger }
    }

    /// The same with nothing changed, and with budgets: everybody has a monthly budget that runs, and a one-off in the
    /// field, which was given to everybody but so many of a hundred.
    pub(crate) fn with_budgets(people: u32, percent: u32) -> Self {
        let wishes = |n| {
            let mut record = record(n, Change::None);
            record.extra_fields = vec![
                ExtraField::new("alleo_monthly_all_budget", Some("50,00".to_owned())),
                ExtraField::new("alleo_oneoff_all_budget", Some("100".to_owned())),
            ];
            record
        };
        let mut customer = Self { source: source_of(people, wishes), ..Self::settled(people, 0) };
        let money = &mut customer.ledger.money;
        money.epoch = Epoch::parse(&"1".repeat(32));
        money.desk = DeskStanding::Agrees;
        money.vouched = (0..people).map(|n| (id(n), Vouched::Baseline)).collect();
        let is_given = |n: &u32| n % 100 >= percent;
        let monthly = (0..people).map(|n| given(n, BudgetKind::Monthly, 5_000));
        money.grants = monthly
            .chain((0..people).filter(is_given).map(|n| given(n, BudgetKind::OneOff, 10_000)))
            .collect();
        customer
    }

    /// Nobody has an account, and nothing is remembered.
    pub(crate) fn new(people: u32) -> Self {
        Self {
            source: source(people, |_| Change::None),
            target: target(Vec::new()),
            ledger: LedgerView::default(),
        }
    }
}

/// What happened to somebody since the last run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    New,
    Left,
    Name,
    Address,
    NoAddress,
}

fn change(n: u32, percent: u32) -> Change {
    if percent == 0 || n % 100 >= percent {
        return Change::None;
    }
    match n % 100 % 5 {
        0 => Change::New,
        1 => Change::Left,
        2 => Change::Name,
        3 => Change::Address,
        _ => Change::NoAddress,
    }
}

fn company(n: u32) -> CompanyId {
    CompanyId::new(format!("company-{}", n % COMPANIES))
}

fn account_id(n: u32) -> AccountId {
    AccountId::new(1_000_000 + i64::from(n))
}

/// Ids in no order, as they come from the source.
fn id(n: u32) -> ExternalId {
    let mixed = u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (high, low) = (mixed >> 32, mixed & 0xffff_ffff);
    ExternalId::rest(&format!("{high:08x}-79a3-4452-8e1d-{low:08x}{:04x}", n % 0x1_0000)).unwrap()
}

fn record(n: u32, change: Change) -> EmployeeRecord {
    let start: NaiveDate = "2019-04-01".parse().unwrap();
    let end: NaiveDate = "2026-05-31".parse().unwrap();
    let left = change == Change::Left;
    let employee_type = if left { EmployeeType::FormerPayroll } else { EmployeeType::Payroll };
    let employment = Employment::starting(start);
    let mut record = EmployeeRecord::new(id(n), company(n));
    record.listed = Listed::new(Some(n.into()), Some(employee_type));
    let personal = &mut record.personal;
    let first_name = if change == Change::Name { "Other" } else { "First" };
    personal.first_name = Some(text(format!("{first_name}{n}")));
    personal.last_name = Some(text(format!("Lást{n}")));
    personal.birthday = Some(Pii::new(start - chrono::Days::new(9_000 + u64::from(n % 10_000))));
    personal.business_email = match change {
        Change::NoAddress => None,
        Change::Address => Some(text(format!("last.first{n}@example.nl"))),
        _ => Some(text(format!("first.last{n}@example.nl"))),
    };
    record.employments = vec![if left { employment.ending(end) } else { employment }];
    record.contracts = vec![Contract::new(Some(start), left.then_some(end))];
    record
}

/// Without room to grow, as a decoder leaves it.
fn text(text: String) -> Pii<String> {
    Pii::new(text.into_boxed_str().into_string())
}

fn account_of(n: u32, record: &EmployeeRecord) -> Account {
    let mut account = Account::new(account_id(n), HOME, true);
    account.email.clone_from(&record.personal.business_email);
    account.first_name.clone_from(&record.personal.first_name);
    account.last_name.clone_from(&record.personal.last_name);
    account.birthday.clone_from(&record.personal.birthday);
    account.work_anniversary =
        record.employments.first().and_then(|employment| employment.start).map(Pii::new);
    account.external_id = Some(record.id.as_str().to_owned());
    account
}

/// A budget that was given to somebody.
fn given(n: u32, kind: BudgetKind, cents: u64) -> GrantRecord {
    let budget = Budget::new(kind, Category::parse("all").unwrap());
    let grant_id = GrantId::of(&CustomerId::new("large"), &id(n), &budget, Occasion::FIRST);
    let grant = Grant::new(grant_id, Occasion::FIRST, Act::Grant, Euro::from_cents(cents));
    let mut row = GrantRecord::intended(id(n), account_id(n), budget, &grant);
    row.state = GrantState::Given;
    row
}

fn source(people: u32, change: impl Fn(u32) -> Change) -> Complete<SourceSnapshot> {
    source_of(people, |n| record(n, change(n)))
}

fn source_of(people: u32, record: impl Fn(u32) -> EmployeeRecord) -> Complete<SourceSnapshot> {
    let companies = (0..COMPANIES).map(|n| SourceCompany::new(company(n))).collect();
    let mut builder = SourceSnapshotBuilder::announce(companies);
    for first in 0..COMPANIES {
        let here = (first..people).step_by(COMPANIES as usize);
        let fields = vec![FieldDefinition::new("alleo_monthly_all_budget", "number")];
        builder.put_records(&company(first), fields, here.map(&record).collect()).unwrap();
    }
    builder.finish().unwrap()
}

fn target(accounts: Vec<Row<AccountId, Account>>) -> Complete<TargetSnapshot> {
    let mut builder = TargetSnapshotBuilder::announce([HOME]);
    builder.put(HOME, AccountState::Active, Listing::new(accounts, None)).unwrap();
    builder.put(HOME, AccountState::Inactive, Listing::new(Vec::new(), Some(0))).unwrap();
    builder.finish().unwrap()
}

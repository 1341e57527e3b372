//! What exists in the pretended Nmbrs: plain data, free to edit between requests.
//!
//! Nothing here knows HTTP or the vendor's JSON; the `wire` module beside it writes that. The JSON of these types is
//! the sandbox's own and is what `control("GET", "state", …)` returns.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::numbers::Numbers;
use super::salary::Salary;
use super::story::Story;

/// Everything the sandbox can be asked for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct World {
    /// The calendar day the data was made for; decides which history entry is the current one.
    pub today: NaiveDate,
    /// Decides every choice among the legal forms of an answer.
    pub seed: u64,
    /// Whether answers vary within what the vendor allows (null, missing or `""`, extra keys, odd page links).
    /// Off, every answer takes its plainest form.
    pub legal_variation: bool,
    /// What kind of login gave consent.
    pub login: Login,
    /// The scopes of that consent, as they are now; a consent given on the authorize page has its own.
    pub granted_scopes: Vec<String>,
    /// The customers.
    pub debtors: Vec<Debtor>,
    /// Their companies, in the order the API lists them.
    pub companies: Vec<Company>,
    /// The whole numbers that SOAP has for all of them.
    #[serde(default)]
    pub(super) soap_numbers: Numbers,
}

/// The kind of login behind the consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Login {
    /// A client login: debtors and companies answer, however many debtors there are. The sources contradict each other
    /// on a consent for several debtors; [`Login::MultiDebtor`] is the other reading, seen on a live tenant.
    Client,
    /// A company login: everything under `/api/debtors` is refused with 403.
    CompanyOnly,
    /// One consent for several debtors: `/api/companies` is refused with 403, code 40306.
    MultiDebtor,
}

/// A customer of the payroll vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Debtor {
    /// GUID, lower case.
    pub debtor_id: String,
    /// A number, but text on the wire.
    pub number: String,
    /// Name of the customer.
    pub name: String,
}

/// One employer of a debtor with everybody it ever had on record.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Company {
    /// GUID, lower case.
    pub company_id: String,
    /// A number, but text on the wire.
    pub number: String,
    /// Name of the employer.
    pub name: String,
    /// The debtor it belongs to.
    pub debtor_id: String,
    /// The customer's own fields.
    pub extra_fields: Vec<ExtraFieldDefinition>,
    /// Its employee records, in the order the API lists them.
    pub employees: Vec<Employee>,
}

/// A field the customer added to the employee record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExtraFieldDefinition {
    /// GUID, lower case.
    pub extra_field_id: String,
    /// As the customer typed it.
    pub name: String,
    /// One of `text`, `decimal`, `number`, `date`, `yesNo`, `textDate`.
    pub extra_field_type: String,
}

/// One employee record; a person can have several.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Employee {
    /// GUID, lower case.
    pub employee_id: String,
    /// Set by the customer, not unique.
    pub employee_number: i64,
    /// The type in the company's current payroll period.
    pub employee_type: String,
    /// Why the record is here; never sent over the API.
    pub story: Story,
    /// Mutations of the personal data, oldest first.
    pub personal_infos: Vec<PersonalInfo>,
    /// Periods in service, oldest first.
    pub employments: Vec<Employment>,
    /// Contracts, oldest first.
    pub contracts: Vec<Contract>,
    /// Salaries, oldest first.
    pub salaries: Vec<Salary>,
    /// Values of the customer's own fields.
    pub extra_fields: Vec<ExtraFieldValue>,
}

/// Personal data as it stood from some payroll period on.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PersonalInfo {
    /// GUID, lower case.
    pub personal_info_id: String,
    /// Name the person is called by.
    pub first_name: Option<String>,
    /// Given names in full.
    pub first_name_in_full: Option<String>,
    /// Surname prefix such as `van der`.
    pub prefix: Option<String>,
    /// Initials with dots.
    pub initials: Option<String>,
    /// Surname without prefix; required by the vendor, but can be empty.
    pub last_name: String,
    /// The type at the time of this entry.
    pub employee_type: String,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Date of death.
    pub deceased_on: Option<NaiveDate>,
    /// Address at work.
    pub business_email: Option<String>,
    /// Address at home.
    pub private_email: Option<String>,
    /// First payroll period it holds for.
    pub period: Period,
    /// When it was entered.
    pub created_at: NaiveDateTime,
}

/// A monthly payroll period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Period {
    /// Calendar year.
    pub year: i32,
    /// 1 to 12.
    pub period: u32,
}

/// A period in service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Employment {
    /// GUID, lower case.
    pub employment_id: String,
    /// First day.
    pub start_date: Option<NaiveDate>,
    /// Last day.
    pub end_date: Option<NaiveDate>,
    /// Base of the work anniversary, if it is not the first day.
    pub seniority_date: Option<NaiveDate>,
    /// When it was entered.
    pub created_at: NaiveDateTime,
    /// When it was last changed.
    pub changed_at: NaiveDateTime,
}

/// An employment contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contract {
    /// GUID, lower case.
    pub contract_id: String,
    /// First day.
    pub start_date: Option<NaiveDate>,
    /// End of the trial period.
    pub trial_period: Option<NaiveDate>,
    /// Last day.
    pub end_date: Option<NaiveDate>,
    /// Permanent rather than fixed term.
    pub indefinite: bool,
    /// Hours per week.
    pub hours_per_week: u32,
    /// When it was entered.
    pub created_at: NaiveDateTime,
}

/// What one employee has in one of the customer's own fields.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExtraFieldValue {
    /// Name of the field in the employee's company.
    pub name: String,
    /// Always text, whatever the type of the field.
    pub value: Option<String>,
    /// The date of a `textDate` field.
    pub start_date: Option<NaiveDate>,
}

/// The scopes a world is granted unless a test takes some away.
pub const DEFAULT_SCOPES: [&str; 6] = [
    "offline_access",
    "company.info.read",
    "employee.info.read",
    "employee.employment.read",
    "user.info.read",
    "debtor.info.read",
];

impl World {
    /// A world with nobody in it, a client login, and all scopes of [`DEFAULT_SCOPES`].
    pub fn empty(seed: u64, today: NaiveDate) -> Self {
        Self {
            today,
            seed,
            legal_variation: true,
            login: Login::Client,
            granted_scopes: DEFAULT_SCOPES.iter().map(ToString::to_string).collect(),
            debtors: Vec::new(),
            companies: Vec::new(),
            soap_numbers: Numbers::default(),
        }
    }

    /// The number that SOAP has for the debtor, company, employee or extra field with this GUID.
    ///
    /// It is given when a sandbox starts with the world, or after a change to it, and stays as long as the sandbox
    /// lives; nobody else gets it, also when the record is taken out.
    pub fn soap_number(&self, guid: &str) -> Option<i32> {
        let numbers = &self.soap_numbers;
        let of_people = numbers.employee(guid).or_else(|| numbers.extra_field(guid));
        of_people.or_else(|| numbers.company(guid)).or_else(|| numbers.debtor(guid))
    }

    /// The record that has this number in SOAP, with its company.
    pub fn employee_by_soap_number(&self, number: i32) -> Option<(&Company, &Employee)> {
        let guid = self.soap_numbers.employee_guid(number)?;
        self.employees().find(|(_, employee)| employee.employee_id == guid)
    }

    /// The company that has this number in SOAP.
    pub fn company_by_soap_number(&self, number: i32) -> Option<&Company> {
        self.company(self.soap_numbers.company_guid(number)?)
    }

    /// The debtor that has this number in SOAP.
    pub fn debtor_by_soap_number(&self, number: i32) -> Option<&Debtor> {
        let guid = self.soap_numbers.debtor_guid(number)?;
        self.debtors.iter().find(|debtor| debtor.debtor_id == guid)
    }

    /// Every employee record with its company.
    pub fn employees(&self) -> impl Iterator<Item = (&Company, &Employee)> {
        self.companies.iter().flat_map(|company| company.employees.iter().map(move |one| (company, one)))
    }

    /// The record with this id.
    pub fn employee(&self, employee_id: &str) -> Option<&Employee> {
        self.employees().map(|(_, employee)| employee).find(|employee| employee.employee_id == employee_id)
    }

    /// The record with this id, to be changed.
    pub fn employee_mut(&mut self, employee_id: &str) -> Option<&mut Employee> {
        self.companies
            .iter_mut()
            .flat_map(|company| company.employees.iter_mut())
            .find(|employee| employee.employee_id == employee_id)
    }

    /// All records seeded for one story.
    pub fn telling(&self, story: Story) -> impl Iterator<Item = &Employee> {
        self.employees().map(|(_, employee)| employee).filter(move |employee| employee.story == story)
    }

    /// The company with this id.
    pub fn company(&self, company_id: &str) -> Option<&Company> {
        self.companies.iter().find(|company| company.company_id == company_id)
    }

    /// Takes a record out of the world; `false` if there was none.
    pub fn remove_employee(&mut self, employee_id: &str) -> bool {
        let before = self.employees().count();
        for company in &mut self.companies {
            company.employees.retain(|employee| employee.employee_id != employee_id);
        }
        self.employees().count() < before
    }

    /// Takes a company and everybody in it out of the world; `false` if there was none.
    pub fn remove_company(&mut self, company_id: &str) -> bool {
        let before = self.companies.len();
        self.companies.retain(|company| company.company_id != company_id);
        self.companies.len() < before
    }
}

impl Debtor {
    /// A customer.
    pub fn new(debtor_id: impl Into<String>, number: impl Into<String>, name: impl Into<String>) -> Self {
        Self { debtor_id: debtor_id.into(), number: number.into(), name: name.into() }
    }
}

impl Company {
    /// A company without fields or employees.
    pub fn new(
        company_id: impl Into<String>,
        number: impl Into<String>,
        name: impl Into<String>,
        debtor_id: impl Into<String>,
    ) -> Self {
        Self {
            company_id: company_id.into(),
            number: number.into(),
            name: name.into(),
            debtor_id: debtor_id.into(),
            extra_fields: Vec::new(),
            employees: Vec::new(),
        }
    }

    /// The definition with this name.
    pub fn extra_field(&self, name: &str) -> Option<&ExtraFieldDefinition> {
        self.extra_fields.iter().find(|definition| definition.name == name)
    }
}

impl ExtraFieldDefinition {
    /// A definition; `extra_field_type` as on the wire.
    pub fn new(
        extra_field_id: impl Into<String>,
        name: impl Into<String>,
        extra_field_type: impl Into<String>,
    ) -> Self {
        Self {
            extra_field_id: extra_field_id.into(),
            name: name.into(),
            extra_field_type: extra_field_type.into(),
        }
    }
}

impl Employee {
    /// A record that holds one entry of personal data and nothing else.
    pub fn new(
        employee_id: impl Into<String>,
        employee_number: i64,
        info: PersonalInfo,
        story: Story,
    ) -> Self {
        Self {
            employee_id: employee_id.into(),
            employee_number,
            employee_type: info.employee_type.clone(),
            story,
            personal_infos: vec![info],
            employments: Vec::new(),
            contracts: Vec::new(),
            salaries: Vec::new(),
            extra_fields: Vec::new(),
        }
    }

    /// The entry of personal data that holds on `today`: the latest period that has begun, of those the one entered
    /// last; before the first period, the first entry.
    pub fn current_info(&self, today: NaiveDate) -> Option<&PersonalInfo> {
        let now = Period::of(today);
        self.personal_infos
            .iter()
            .filter(|info| info.period <= now)
            .max_by_key(|info| (info.period, info.created_at))
            .or_else(|| self.personal_infos.first())
    }

    /// What the employee has in the field of this name.
    pub fn extra_field(&self, name: &str) -> Option<&ExtraFieldValue> {
        self.extra_fields.iter().find(|field| field.name == name)
    }

    /// Fills a field, or empties it with `None`.
    pub fn set_extra_field(&mut self, name: &str, value: Option<&str>) {
        let value = value.map(str::to_owned);
        if let Some(field) = self.extra_fields.iter_mut().find(|field| field.name == name) {
            field.value = value;
        } else {
            self.extra_fields.push(ExtraFieldValue { name: name.to_owned(), value, start_date: None });
        }
    }
}

impl PersonalInfo {
    /// An entry with a first and a last name, of payroll type; everything else absent.
    pub fn new(
        personal_info_id: impl Into<String>,
        first_name: impl Into<String>,
        last_name: impl Into<String>,
        created_at: NaiveDateTime,
    ) -> Self {
        Self {
            personal_info_id: personal_info_id.into(),
            first_name: Some(first_name.into()),
            first_name_in_full: None,
            prefix: None,
            initials: None,
            last_name: last_name.into(),
            employee_type: "payroll".to_owned(),
            birth_date: None,
            deceased_on: None,
            business_email: None,
            private_email: None,
            period: Period::of(created_at.date()),
            created_at,
        }
    }
}

impl Period {
    /// The monthly period a day falls in.
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), period: day.month() }
    }
}

impl Employment {
    /// An open-ended employment.
    pub fn new(employment_id: impl Into<String>, start_date: NaiveDate, created_at: NaiveDateTime) -> Self {
        Self {
            employment_id: employment_id.into(),
            start_date: Some(start_date),
            end_date: None,
            seniority_date: None,
            created_at,
            changed_at: created_at,
        }
    }
}

impl Contract {
    /// A permanent full-time contract.
    pub fn new(contract_id: impl Into<String>, start_date: NaiveDate, created_at: NaiveDateTime) -> Self {
        Self {
            contract_id: contract_id.into(),
            start_date: Some(start_date),
            trial_period: None,
            end_date: None,
            indefinite: true,
            hours_per_week: 40,
            created_at,
        }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("today", &self.today)
            .field("seed", &self.seed)
            .field("login", &self.login)
            .field("companies", &self.companies)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Company {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Company")
            .field("company_id", &self.company_id)
            .field("employees", &self.employees.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Employee")
            .field("employee_id", &self.employee_id)
            .field("employee_type", &self.employee_type)
            .field("story", &self.story)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PersonalInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonalInfo")
            .field("personal_info_id", &self.personal_info_id)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ExtraFieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtraFieldValue").field("name", &self.name).finish_non_exhaustive()
    }
}

//! The client: one function for each operation, and nothing else that sends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::builder::SoapClientBuilder;
use super::call::{Call, Until};
use super::credentials::Credentials;
use super::domain::Domain;
use super::envelope::Arguments;
use super::list::Records;
use super::operation::Operation;
use super::reading::Reading;
use super::records::{
    Department, EmployeeTypeId, EmployeeTypeName, Environment, Function, Manager, PayrollPeriod, Schedule,
    ServiceInterval, Text,
};
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{CompanyId, DebtorId, EmployeeId};
use crate::meter::{Counters, RequestMeter, Stats, Unmetered};
use crate::model::{
    Company, Contract, Debtor, Employee, Employment, ExtraFieldValue, PerEmployee, PersonalInfo, Salary,
};
use crate::observer::Watch;
use crate::pace::Pace;
use crate::retry::RetryPolicy;
use crate::transport::{Base, Transport};

/// Reads from Nmbrs over SOAP with one login. Cheap to clone; clones share connections, pace, counters and the domain.
///
/// Ids are the vendor's numbers, as text (`EmployeeId::new("500101")`): other ids than over REST. An id that is no whole
/// number above 0 is [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), and nothing is sent.
#[derive(Clone)]
pub struct SoapClient(pub(super) Arc<Shared>);

/// What all clones of a client share.
pub(super) struct Shared {
    pub(super) transport: Transport,
    pub(super) base: Base,
    pub(super) credentials: Credentials,
    pub(super) domain: OnceCell<Domain>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) retry: RetryPolicy,
    pub(super) pace: Pace,
    pub(super) watch: Watch,
    pub(super) counters: Counters,
    pub(super) timeout: Duration,
    pub(super) whole_company_timeout: Duration,
    pub(super) longest_record: usize,
}

impl SoapClient {
    /// The vendor's live host.
    pub const LIVE: &'static str = "https://api.nmbrs.nl";

    /// The vendor's sandbox. It takes a token that was made in the live environment, a day later.
    pub const SANDBOX: &'static str = "https://api-sandbox.nmbrs.nl";

    /// Starts a set-up.
    pub fn builder(credentials: Credentials) -> SoapClientBuilder {
        SoapClientBuilder::new(credentials)
    }

    /// The environment of the login: as configured, or asked for once by `DebtorService.Environment_Get` and kept.
    ///
    /// # Errors
    /// Whatever ended the asking; [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the answer names no
    /// sub-domain, and then it must be configured.
    pub async fn domain(&self) -> Result<Domain> {
        self.domain_metered(&Unmetered).await
    }

    /// As [`SoapClient::domain`], asking `meter` first for the one request, if there will be one.
    ///
    /// # Errors
    /// As [`SoapClient::domain`], and [`ErrorKind::CeilingReached`](crate::ErrorKind::CeilingReached) when the meter
    /// refuses.
    pub async fn domain_metered(&self, meter: &dyn RequestMeter) -> Result<Domain> {
        self.0.domain(meter).await
    }

    /// `DebtorService.List_GetAll`: the debtors that the login may see.
    pub fn debtors(&self) -> Records<Debtor> {
        Records::new(self, Operation::Debtors)
    }

    /// `DebtorService.Debtor_IsOwner`: whether the login is the owner. A test of the connection that touches no personal
    /// data.
    ///
    /// # Errors
    /// Whatever ended the reading; [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the answer does not say.
    pub async fn is_owner(&self) -> Result<bool> {
        let operation = Operation::IsOwner;
        let text = Records::<Text>::new(self, operation).one_metered(&Unmetered).await?;
        match text.and_then(|text| text.0).as_deref() {
            Some("true" | "1") => Ok(true),
            Some("false" | "0") => Ok(false),
            _ => Err(undecodable(operation, "the result is neither true nor false")),
        }
    }

    /// `DebtorService.Department_GetList`: the departments that a debtor has.
    pub fn debtor_departments(&self, debtor: &DebtorId) -> Records<Department> {
        Records::of(self, Operation::DebtorDepartments, debtor.as_str())
    }

    /// `DebtorService.Function_GetList`: the functions that a debtor has.
    pub fn debtor_functions(&self, debtor: &DebtorId) -> Records<Function> {
        Records::of(self, Operation::DebtorFunctions, debtor.as_str())
    }

    /// `DebtorService.Manager_GetList`: the managers of a debtor.
    pub fn debtor_managers(&self, debtor: &DebtorId) -> Records<Manager> {
        Records::of(self, Operation::DebtorManagers, debtor.as_str())
    }

    /// `CompanyService.List_GetAll`: the companies that the login may see. None of them names its debtor.
    pub fn companies(&self) -> Records<Company> {
        Records::new(self, Operation::Companies)
    }

    /// `CompanyService.List_GetByDebtor`: the companies of one debtor. The answer does not repeat whose they are, and
    /// neither do the rows.
    pub fn companies_of(&self, debtor: &DebtorId) -> Records<Company> {
        Records::of(self, Operation::CompaniesByDebtor, debtor.as_str())
    }

    /// `CompanyService.Company_GetCurrentPeriod`: the payroll period in which a company is. `None` if it is in none.
    ///
    /// # Errors
    /// Whatever ended the reading; [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the text is no period.
    pub async fn current_period(&self, company: &CompanyId) -> Result<Option<PayrollPeriod>> {
        self.current_period_metered(company, &Unmetered).await
    }

    /// As [`SoapClient::current_period`], asking `meter` first.
    ///
    /// # Errors
    /// As [`SoapClient::current_period`], and [`ErrorKind::CeilingReached`](crate::ErrorKind::CeilingReached) when the
    /// meter refuses.
    pub async fn current_period_metered(
        &self,
        company: &CompanyId,
        meter: &dyn RequestMeter,
    ) -> Result<Option<PayrollPeriod>> {
        let operation = Operation::CurrentPeriod;
        let text = Records::<Text>::of(self, operation, company.as_str()).one_metered(meter).await?;
        let Some(text) = text.and_then(|text| text.0) else { return Ok(None) };
        let period = PayrollPeriod::read(&text);
        period.map(Some).ok_or_else(|| undecodable(operation, "the result is no payroll period"))
    }

    /// `CompanyService.Company_GetCurrentByEmployeeId`: the company of one employee. `None` if there is none.
    ///
    /// # Errors
    /// Whatever ended the reading; [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the answer cannot be read.
    pub async fn company_of_employee(&self, employee: &EmployeeId) -> Result<Option<Company>> {
        Records::of(self, Operation::CompanyOfEmployee, employee.as_str()).one_metered(&Unmetered).await
    }

    /// `EmployeeService.EmployeeType_GetList`: the types that an employee can have, under the numbers of this environment.
    pub fn employee_types(&self) -> Records<EmployeeTypeName> {
        Records::new(self, Operation::EmployeeTypes)
    }

    /// `EmployeeService.List_GetByCompany`: the employees of a company who have this type *now*. Rows carry an id and a
    /// number; names stand in [`SoapClient::personal_info`].
    pub fn employees(&self, company: &CompanyId, employee_type: EmployeeTypeId) -> Records<Employee> {
        Records::of_type(self, Operation::Employees, company.as_str(), employee_type)
    }

    /// `EmployeeService.List_GetByDebtor`: the same of all companies of a debtor. The rows do not say which.
    pub fn employees_of_debtor(&self, debtor: &DebtorId, employee_type: EmployeeTypeId) -> Records<Employee> {
        Records::of_type(self, Operation::EmployeesByDebtor, debtor.as_str(), employee_type)
    }

    /// `EmployeeService.PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany`: names, birthdays and addresses of everybody,
    /// as history, with entries of the future.
    pub fn personal_info(&self, company: &CompanyId) -> Records<PerEmployee<PersonalInfo>> {
        Records::of(self, Operation::PersonalInfo, company.as_str())
    }

    /// `EmployeeService.Employment_GetAll_AllEmployeesByCompany`: periods in service of everybody.
    pub fn employments(&self, company: &CompanyId) -> Records<PerEmployee<Employment>> {
        Records::of(self, Operation::Employments, company.as_str())
    }

    /// `EmployeeService.Contract_GetAll_AllEmployeesByCompany`: contracts of everybody. Of several entries with the same
    /// `ContractID` only the one recorded last is given.
    pub fn contracts(&self, company: &CompanyId) -> Records<PerEmployee<Contract>> {
        Records::of(self, Operation::Contracts, company.as_str())
    }

    /// `EmployeeService.Contract_GetCurrentPeriod`: the contract that one employee has now.
    pub fn current_contract(&self, employee: &EmployeeId) -> Records<PerEmployee<Contract>> {
        Records::of(self, Operation::CurrentContract, employee.as_str())
    }

    /// `EmployeeService.Contract_GetAll`: the contracts of one employee.
    pub fn contracts_of(&self, employee: &EmployeeId) -> Records<Contract> {
        Records::of(self, Operation::ContractsOfEmployee, employee.as_str())
    }

    /// `EmployeeService.Service_GetList`: periods in service of one employee, with the seniority date.
    pub fn services(&self, employee: &EmployeeId) -> Records<ServiceInterval> {
        Records::of(self, Operation::Services, employee.as_str())
    }

    /// `EmployeeService.Salary_GetAll_AllEmployeesByCompany`: salaries of everybody, as history. Nothing of this crate
    /// reads them unless it is called; only an export that a customer asked for should.
    pub fn salaries(&self, company: &CompanyId) -> Records<PerEmployee<Salary>> {
        Records::of(self, Operation::Salaries, company.as_str())
    }

    /// `EmployeeService.ExtraFields_GetList`: what one employee has in the customer's own fields. There is no such list
    /// of a company. Free text can hold anything: keep only the fields you need.
    pub fn extra_fields(&self, employee: &EmployeeId) -> Records<ExtraFieldValue> {
        Records::of(self, Operation::ExtraFields, employee.as_str())
    }

    /// `EmployeeService.ExtraFieldsWithStartDate_GetList`: the same with those fields that have a date beside them. How
    /// the vendor spells its answer is not known; try it on one employee before relying on it.
    pub fn extra_fields_with_start_date(&self, employee: &EmployeeId) -> Records<ExtraFieldValue> {
        Records::of(self, Operation::ExtraFieldsWithStartDate, employee.as_str())
    }

    /// `EmployeeService.Department_GetAll_AllEmployeesByCompany`: departments of everybody, as history.
    pub fn departments(&self, company: &CompanyId) -> Records<PerEmployee<Department>> {
        Records::of(self, Operation::Departments, company.as_str())
    }

    /// `EmployeeService.Function_GetAll_AllEmployeesByCompany_V2`: functions of everybody, as history.
    pub fn functions(&self, company: &CompanyId) -> Records<PerEmployee<Function>> {
        Records::of(self, Operation::Functions, company.as_str())
    }

    /// `EmployeeService.Schedule_GetAll_AllEmployeesByCompany`: working hours of everybody, as history.
    pub fn schedules(&self, company: &CompanyId) -> Records<PerEmployee<Schedule>> {
        Records::of(self, Operation::Schedules, company.as_str())
    }

    /// `EmployeeService.Manager_GetCurrent`: the manager of one employee. `None` if there is none. There is no such list
    /// of a company.
    ///
    /// # Errors
    /// Whatever ended the reading; [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the answer cannot be read.
    pub async fn manager(&self, employee: &EmployeeId) -> Result<Option<Manager>> {
        let manager = Records::<Manager>::of(self, Operation::Manager, employee.as_str());
        Ok(manager.one_metered(&Unmetered).await?.filter(|manager| !manager.is_nobody()))
    }

    /// What this client (all its clones together) has sent so far.
    pub fn stats(&self) -> Stats {
        self.0.counters.stats(0)
    }
}

impl Shared {
    async fn domain(&self, meter: &dyn RequestMeter) -> Result<Domain> {
        self.domain.get_or_try_init(|| self.ask_for_domain(meter)).await.cloned()
    }

    async fn ask_for_domain(&self, meter: &dyn RequestMeter) -> Result<Domain> {
        let operation = Operation::Environment;
        let reading = Reading::<Environment>::of;
        let call = Call { operation, arguments: Arguments::NONE, domain: None, reading };
        let rows = self.read_metered(&call, Until::End, meter).await?.rows;
        let named = rows.into_iter().find_map(|row| Domain::new(row.readable()?.0.as_ref()?).ok());
        named.ok_or_else(|| {
            Error::new(ErrorKind::Configuration, operation.qualified_name())
                .detail("the answer names no sub-domain; configure the domain")
        })
    }
}

fn undecodable(operation: Operation, detail: &'static str) -> Error {
    Error::new(ErrorKind::Decode, operation.qualified_name()).detail(detail)
}

impl fmt::Debug for SoapClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoapClient").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

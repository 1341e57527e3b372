//! What can be asked over SOAP: the vendor's read operations, and nothing that writes.
//!
//! The names are in the vendor's spelling, misspelt or not. An operation that is not here is one that this service has
//! never heard of.

use super::answering::{Answer, Answering};
use super::{companies, debtors, employees, history, per_employee};

/// A service at an address of its own, with a namespace of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Service {
    Debtor,
    Company,
    Employee,
}

/// Whom a request is about, with the exact spelling of the parameter that says so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Login,
    /// All debtors of the login.
    Debtors,
    Debtor(&'static str),
    Company(&'static str),
    Employee(&'static str),
}

/// One operation.
pub(in crate::sandbox) struct Operation {
    pub(super) service: Service,
    pub(super) name: &'static str,
    pub(super) about: About,
    /// Whether `EmployeeType` is a parameter as well.
    pub(super) typed: bool,
    /// Whether the header is the one with the domain.
    pub(super) with_domain: bool,
    /// Whether the answer stands in an element of its own within the response.
    pub(super) wrapped: bool,
    pub(super) answer: fn(&Answering<'_>) -> Answer,
}

impl Service {
    const ALL: [Self; 3] = [Self::Debtor, Self::Company, Self::Employee];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Debtor => "DebtorService",
            Self::Company => "CompanyService",
            Self::Employee => "EmployeeService",
        }
    }

    /// Names no address: it is the same wherever the service stands.
    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::Debtor => "https://api.nmbrs.nl/soap/v3/DebtorService",
            Self::Company => "https://api.nmbrs.nl/soap/v3/CompanyService",
            Self::Employee => "https://api.nmbrs.nl/soap/v3/EmployeeService",
        }
    }

    /// The service at this path.
    pub(super) fn at(path: &str) -> Option<Self> {
        let name = path.strip_prefix("/soap/v3/")?.strip_suffix(".asmx")?;
        Self::ALL.into_iter().find(|service| service.name() == name)
    }
}

impl Operation {
    const fn new(
        service: Service,
        name: &'static str,
        about: About,
        answer: fn(&Answering<'_>) -> Answer,
    ) -> Self {
        Self { service, name, about, typed: false, with_domain: true, wrapped: true, answer }
    }

    const fn typed(self) -> Self {
        Self { typed: true, ..self }
    }

    const fn without_domain(self) -> Self {
        Self { with_domain: false, ..self }
    }

    const fn unwrapped(self) -> Self {
        Self { wrapped: false, ..self }
    }

    /// The operation of this service with this name.
    pub(super) fn of(service: Service, name: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|one| one.service == service && one.name == name)
    }

    /// The operation with this qualified name.
    pub(in crate::sandbox) fn named(qualified: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|one| one.qualified_name() == qualified)
    }

    /// Service and operation, such as `CompanyService.List_GetAll`: operations are unique only within their service.
    pub(in crate::sandbox) fn qualified_name(&self) -> String {
        format!("{}.{}", self.service.name(), self.name)
    }
}

use About::{Company as OfCompany, Debtor as OfDebtor, Debtors, Employee as OfEmployee, Login};
use Service::{Company, Debtor, Employee};

/// Everything that is answered. `CompanyID` and `CompanyId` are two parameters, and each operation knows one.
static OPERATIONS: [Operation; 26] = [
    Operation::new(Debtor, "Environment_Get", Login, debtors::environment).without_domain(),
    Operation::new(Debtor, "List_GetAll", Debtors, debtors::list),
    Operation::new(Debtor, "Debtor_IsOwner", Login, debtors::is_owner),
    Operation::new(Debtor, "Department_GetList", OfDebtor("DebtorId"), debtors::departments),
    Operation::new(Debtor, "Function_GetList", OfDebtor("DebtorId"), debtors::functions),
    Operation::new(Debtor, "Manager_GetList", OfDebtor("DebtorId"), debtors::managers),
    Operation::new(Company, "List_GetAll", Login, companies::list),
    Operation::new(Company, "List_GetByDebtor", OfDebtor("DebtorId"), companies::list),
    Operation::new(Company, "Company_GetCurrentPeriod", OfCompany("CompanyId"), companies::current_period),
    Operation::new(
        Company,
        "Company_GetCurrentByEmployeeId",
        OfEmployee("EmployeeId"),
        companies::of_employee,
    ),
    Operation::new(Employee, "EmployeeType_GetList", Login, employees::types),
    Operation::new(Employee, "List_GetByCompany", OfCompany("CompanyId"), employees::list).typed(),
    Operation::new(Employee, "List_GetByDebtor", OfDebtor("DebtorId"), employees::list).typed(),
    Operation::new(
        Employee,
        "PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany",
        OfCompany("CompanyID"),
        employees::personal_infos,
    ),
    Operation::new(
        Employee,
        "Employment_GetAll_AllEmployeesByCompany",
        OfCompany("CompanyID"),
        history::employments,
    ),
    Operation::new(
        Employee,
        "Contract_GetAll_AllEmployeesByCompany",
        OfCompany("CompanyID"),
        history::contracts,
    ),
    Operation::new(
        Employee,
        "Contract_GetCurrentPeriod",
        OfEmployee("EmployeeId"),
        per_employee::current_contract,
    )
    .unwrapped(),
    Operation::new(Employee, "Contract_GetAll", OfEmployee("EmployeeId"), per_employee::contracts),
    Operation::new(Employee, "Service_GetList", OfEmployee("EmployeeId"), per_employee::services),
    Operation::new(
        Employee,
        "Salary_GetAll_AllEmployeesByCompany",
        OfCompany("CompanyID"),
        history::salaries,
    ),
    Operation::new(Employee, "ExtraFields_GetList", OfEmployee("EmployeeId"), per_employee::extra_fields),
    Operation::new(
        Employee,
        "ExtraFieldsWithStartDate_GetList",
        OfEmployee("EmployeeId"),
        per_employee::extra_fields_with_start_date,
    ),
    Operation::new(
        Employee,
        "Department_GetAll_AllEmployeesByCompany",
        OfCompany("CompanyID"),
        history::departments,
    ),
    Operation::new(
        Employee,
        "Function_GetAll_AllEmployeesByCompany_V2",
        OfCompany("CompanyID"),
        history::functions,
    ),
    Operation::new(
        Employee,
        "Schedule_GetAll_AllEmployeesByCompany",
        OfCompany("CompanyID"),
        history::schedules,
    ),
    Operation::new(Employee, "Manager_GetCurrent", OfEmployee("EmployeeId"), per_employee::manager),
];

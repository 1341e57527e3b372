//! The closed list of what can be asked over SOAP.
//!
//! Each entry is one read operation of the vendor, with the exact spelling of its name and of its parameters: a
//! parameter in the wrong case is no error there, it is silently 0. Nothing here changes data, nothing here carries the
//! social security number (BSN), and no function takes an operation's name as text.

use std::fmt;

/// A service, each at an address and in a namespace of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Debtors, and the environment of the login.
    Debtor,
    /// Companies.
    Company,
    /// Employees.
    Employee,
}

impl Service {
    /// The vendor's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debtor => "DebtorService",
            Self::Company => "CompanyService",
            Self::Employee => "EmployeeService",
        }
    }

    /// Its namespace: an identifier, the same on the vendor's sandbox.
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Debtor => "https://api.nmbrs.nl/soap/v3/DebtorService",
            Self::Company => "https://api.nmbrs.nl/soap/v3/CompanyService",
            Self::Employee => "https://api.nmbrs.nl/soap/v3/EmployeeService",
        }
    }

    /// The path below the host.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Debtor => "/soap/v3/DebtorService.asmx",
            Self::Company => "/soap/v3/CompanyService.asmx",
            Self::Employee => "/soap/v3/EmployeeService.asmx",
        }
    }
}

/// Names the parameters of an operation, in the spelling and the order of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameters {
    None,
    /// One id under this name.
    Id(&'static str),
    /// An id under this name, then `EmployeeType`.
    IdAndType(&'static str),
}

/// Where the records stand in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Records {
    /// Each child of the result is one.
    Children,
    /// The result itself is one; without it there is none.
    Whole,
    /// As `Children`, or, without a result around them, the children of the response.
    ChildrenWithOrWithoutResult,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident = $service:ident . $name:literal, $parameters:expr, $records:ident;)+) => {
        /// One read operation of the Nmbrs SOAP API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Operation { $($(#[$doc])* $variant,)+ }

        impl Operation {
            /// Every operation there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The service that answers it.
            pub const fn service(self) -> Service {
                match self { $(Self::$variant => Service::$service),+ }
            }

            /// The vendor's own name of the operation, unique only within its service.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Service and operation, for people: `EmployeeService.List_GetByCompany`.
            pub const fn qualified_name(self) -> &'static str {
                match self { $(Self::$variant => concat!(stringify!($service), "Service.", $name)),+ }
            }

            /// The value of the header `SOAPAction`, in its quotes.
            pub(crate) const fn soap_action(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!(
                        "\"https://api.nmbrs.nl/soap/v3/", stringify!($service), "Service/", $name, "\""
                    )),+
                }
            }

            /// The element that holds the answer.
            pub(crate) const fn response_element(self) -> &'static str {
                match self { $(Self::$variant => concat!($name, "Response")),+ }
            }

            /// The element in it that holds the result.
            pub(crate) const fn result_element(self) -> &'static str {
                match self { $(Self::$variant => concat!($name, "Result")),+ }
            }

            pub(crate) const fn parameters(self) -> Parameters {
                match self { $(Self::$variant => $parameters),+ }
            }

            pub(crate) const fn records(self) -> Records {
                match self { $(Self::$variant => Records::$records),+ }
            }
        }
    };
}

// The casing is the vendor's: `CompanyID` and `CompanyId` are two parameters.
operations! {
    /// The environment of the login; alone in taking a header without a domain.
    Environment = Debtor."Environment_Get", Parameters::None, Whole;
    /// The debtors that the login may see.
    Debtors = Debtor."List_GetAll", Parameters::None, Children;
    /// Whether the login is the owner; touches no personal data.
    IsOwner = Debtor."Debtor_IsOwner", Parameters::None, Whole;
    /// The departments that a debtor has.
    DebtorDepartments = Debtor."Department_GetList", Parameters::Id("DebtorId"), Children;
    /// The functions that a debtor has.
    DebtorFunctions = Debtor."Function_GetList", Parameters::Id("DebtorId"), Children;
    /// The managers of a debtor.
    DebtorManagers = Debtor."Manager_GetList", Parameters::Id("DebtorId"), Children;
    /// The companies that the login may see.
    Companies = Company."List_GetAll", Parameters::None, Children;
    /// The companies of one debtor.
    CompaniesByDebtor = Company."List_GetByDebtor", Parameters::Id("DebtorId"), Children;
    /// The payroll period in which a company is now.
    CurrentPeriod = Company."Company_GetCurrentPeriod", Parameters::Id("CompanyId"), Whole;
    /// The company of one employee.
    CompanyOfEmployee = Company."Company_GetCurrentByEmployeeId", Parameters::Id("EmployeeId"), Whole;
    /// The types that an employee can have, with the numbers this environment gives them.
    EmployeeTypes = Employee."EmployeeType_GetList", Parameters::None, Children;
    /// The employees of a company who have one type.
    Employees = Employee."List_GetByCompany", Parameters::IdAndType("CompanyId"), Children;
    /// The employees of a debtor who have one type.
    EmployeesByDebtor = Employee."List_GetByDebtor", Parameters::IdAndType("DebtorId"), Children;
    /// Names, birthdays and addresses of a whole company, as history, without the BSN.
    PersonalInfo = Employee."PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany", Parameters::Id("CompanyID"), Children;
    /// Periods in service of a whole company.
    Employments = Employee."Employment_GetAll_AllEmployeesByCompany", Parameters::Id("CompanyID"), Children;
    /// Contracts of a whole company.
    Contracts = Employee."Contract_GetAll_AllEmployeesByCompany", Parameters::Id("CompanyID"), Children;
    /// The contract that one employee has now.
    CurrentContract = Employee."Contract_GetCurrentPeriod", Parameters::Id("EmployeeId"), ChildrenWithOrWithoutResult;
    /// The contracts of one employee.
    ContractsOfEmployee = Employee."Contract_GetAll", Parameters::Id("EmployeeId"), Children;
    /// Periods in service of one employee, with the seniority date.
    Services = Employee."Service_GetList", Parameters::Id("EmployeeId"), Children;
    /// Salaries of a whole company, as history.
    Salaries = Employee."Salary_GetAll_AllEmployeesByCompany", Parameters::Id("CompanyID"), Children;
    /// The customer's own fields of one employee.
    ExtraFields = Employee."ExtraFields_GetList", Parameters::Id("EmployeeId"), Children;
    /// The same with those fields that have a date beside them.
    ExtraFieldsWithStartDate = Employee."ExtraFieldsWithStartDate_GetList", Parameters::Id("EmployeeId"), Children;
    /// Departments of a whole company's employees, as history.
    Departments = Employee."Department_GetAll_AllEmployeesByCompany", Parameters::Id("CompanyID"), Children;
    /// Functions of a whole company's employees, as history.
    Functions = Employee."Function_GetAll_AllEmployeesByCompany_V2", Parameters::Id("CompanyID"), Children;
    /// Working hours of a whole company's employees, as history.
    Schedules = Employee."Schedule_GetAll_AllEmployeesByCompany", Parameters::Id("CompanyID"), Children;
    /// The manager of one employee; there is no such list of a company.
    Manager = Employee."Manager_GetCurrent", Parameters::Id("EmployeeId"), Whole;
}

impl Operation {
    /// Whether the answer holds everybody of a company, however many they are.
    pub(crate) fn reads_a_whole_company(self) -> bool {
        self.parameters() == Parameters::Id("CompanyID")
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.qualified_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words in the names of operations that change something (§1.7 of our reference).
    const CHANGING: [&str; 10] =
        ["insert", "update", "delete", "set_", "stop", "clear", "upload", "remove", "transition", "batch"];

    /// Names, or parts of names, of operations whose answers carry the BSN, or documents that may show it.
    const BSN_CARRIERS: [&str; 9] = [
        "personalinfo_get",
        "personalinfocontractsalaryaddress",
        "report",
        "payslip",
        "salarydocuments",
        "journal",
        "wagetax",
        "svw",
        "absence",
    ];

    #[test]
    fn r10_every_soap_operation_only_reads_and_none_carries_the_bsn() {
        for operation in Operation::ALL {
            let name = operation.name().to_lowercase();
            assert!(name.contains("get") || name == "debtor_isowner", "{operation}");
            assert!(CHANGING.iter().all(|word| !name.contains(word)), "{operation} may change data");
            assert!(BSN_CARRIERS.iter().all(|word| !name.contains(word)), "{operation} may carry the BSN");
        }
    }

    #[test]
    fn names_are_unique_within_a_service_and_qualified_among_all() {
        let mut names: Vec<_> = Operation::ALL.iter().map(|it| it.qualified_name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Operation::ALL.len());
        for operation in Operation::ALL {
            let service = operation.service();
            assert_eq!(operation.qualified_name(), format!("{}.{}", service.name(), operation.name()));
            assert_eq!(operation.soap_action(), format!("\"{}/{}\"", service.namespace(), operation.name()));
            assert_eq!(service.path(), format!("/soap/v3/{}.asmx", service.name()));
        }
    }

    #[test]
    fn lists_of_whole_companies_spell_the_company_with_a_capital_d_and_no_others_do() {
        for operation in Operation::ALL {
            let of_all = operation.service() == Service::Employee
                && operation.name().contains("AllEmployeesByCompany");
            assert_eq!(operation.reads_a_whole_company(), of_all, "{operation}");
        }
    }
}

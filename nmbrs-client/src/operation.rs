//! The closed list of what this client can ask.
//!
//! Each entry is one read operation of the vendor, with its path and the scopes that open it. There is no way to
//! name another: nothing here changes data, nothing here carries the social security number (BSN), and no
//! function of the crate takes a path or an operation name as text.

use std::fmt;

use crate::scope::Scope;

/// One read operation of the Nmbrs REST API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `getDebtors`
    Debtors,
    /// `getCompanies`
    Companies,
    /// `getCompaniesByDebtor`
    CompaniesByDebtor,
    /// `getUserInfo`
    UserInfo,
    /// `getEmployeesByCompany`
    Employees,
    /// `getEmployeePersonalInfoByCompany`
    PersonalInfo,
    /// `getEmploymentsByCompany`
    Employments,
    /// `getContractsByCompany`
    Contracts,
    /// `getSalariesByCompany`
    Salaries,
    /// `getextrafieldSettings`
    ExtraFieldDefinitions,
    /// `getEmployeesExtraFields`
    ExtraFieldValues,
}

static COMPANY_INFO: [Scope; 2] = [Scope::COMPANY_INFO_READ, Scope::COMPANY_INFO];
static EMPLOYEE_INFO: [Scope; 2] = [Scope::EMPLOYEE_INFO_READ, Scope::EMPLOYEE_INFO];
static EMPLOYMENT: [Scope; 2] = [Scope::EMPLOYEE_EMPLOYMENT_READ, Scope::EMPLOYEE_EMPLOYMENT];
static USER_INFO: [Scope; 1] = [Scope::USER_INFO_READ];

impl Operation {
    /// Every operation there is.
    pub const ALL: [Self; 11] = [
        Self::Debtors,
        Self::Companies,
        Self::CompaniesByDebtor,
        Self::UserInfo,
        Self::Employees,
        Self::PersonalInfo,
        Self::Employments,
        Self::Contracts,
        Self::Salaries,
        Self::ExtraFieldDefinitions,
        Self::ExtraFieldValues,
    ];

    /// The vendor's own name of the operation (`operationId` of its OpenAPI).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debtors => "getDebtors",
            Self::Companies => "getCompanies",
            Self::CompaniesByDebtor => "getCompaniesByDebtor",
            Self::UserInfo => "getUserInfo",
            Self::Employees => "getEmployeesByCompany",
            Self::PersonalInfo => "getEmployeePersonalInfoByCompany",
            Self::Employments => "getEmploymentsByCompany",
            Self::Contracts => "getContractsByCompany",
            Self::Salaries => "getSalariesByCompany",
            Self::ExtraFieldDefinitions => "getextrafieldSettings",
            Self::ExtraFieldValues => "getEmployeesExtraFields",
        }
    }

    /// The HTTP method: always `GET`.
    pub const fn method(self) -> &'static str {
        "GET"
    }

    /// The path below the API host, spelt exactly as the vendor spells it; `{…}` stands for the parent's id.
    pub const fn path_template(self) -> &'static str {
        match self {
            Self::Debtors => "/api/debtors",
            Self::Companies => "/api/companies",
            Self::CompaniesByDebtor => "/api/debtors/{debtorId}/companies",
            Self::UserInfo => "/api/user/info",
            Self::Employees => "/api/companies/{companyId}/employees",
            Self::PersonalInfo => "/api/companies/{companyId}/employees/personalinfo",
            Self::Employments => "/api/companies/{companyId}/employees/employments",
            Self::Contracts => "/api/companies/{companyId}/employees/contracts",
            Self::Salaries => "/api/companies/{companyId}/employees/salaries",
            Self::ExtraFieldDefinitions => "/api/companies/{companyId}/extrafieldSettings",
            Self::ExtraFieldValues => "/api/companies/{companyId}/employees/extraFields",
        }
    }

    /// The scopes of which any one opens the operation; the read-only one first.
    pub fn scopes(self) -> &'static [Scope] {
        self.opened_by().1
    }

    /// The one scope to ask consent for: it opens the operation and gives no right to change anything.
    pub fn least_scope(self) -> &'static Scope {
        self.opened_by().0
    }

    /// The read-only scope, and all scopes of which any one is enough.
    fn opened_by(self) -> (&'static Scope, &'static [Scope]) {
        match self {
            Self::Debtors | Self::Companies | Self::CompaniesByDebtor | Self::ExtraFieldDefinitions => {
                (&COMPANY_INFO[0], &COMPANY_INFO)
            }
            Self::UserInfo => (&USER_INFO[0], &USER_INFO),
            Self::Employees | Self::PersonalInfo | Self::ExtraFieldValues => {
                (&EMPLOYEE_INFO[0], &EMPLOYEE_INFO)
            }
            // The vendor opens salaries with the scope of employments; there is none that opens the one without the other.
            Self::Employments | Self::Contracts | Self::Salaries => (&EMPLOYMENT[0], &EMPLOYMENT),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An operation together with the parent its path names: all that is needed to address a list.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) operation: Operation,
    pub(crate) path: String,
}

impl Endpoint {
    /// An operation without a parent.
    pub(crate) fn root(operation: Operation) -> Self {
        Self { operation, path: operation.path_template().to_owned() }
    }

    /// An operation below the parent with this id. The id's type has made sure that it is a plain path segment.
    pub(crate) fn below(operation: Operation, parent: &str) -> Self {
        let template = operation.path_template();
        let path = match (template.split_once('{'), template.split_once('}')) {
            (Some((before, _)), Some((_, after))) => format!("{before}{parent}{after}"),
            _ => template.to_owned(),
        };
        Self { operation, path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Path fragments and names of every operation of the vendor that carries or may show the BSN.
    const BSN_CARRIERS: [&str; 9] = [
        "privateinfo",
        "socialsecurity",
        "bsn",
        "payslip",
        "annualstatement",
        "document",
        "sepa",
        "journal",
        "wagetax",
    ];

    #[test]
    fn every_operation_only_reads_and_none_carries_the_bsn() {
        for operation in Operation::ALL {
            assert_eq!(operation.method(), "GET");
            assert!(operation.name().starts_with("get"), "{operation}");
            let spelling = format!("{}{}", operation.name(), operation.path_template()).to_lowercase();
            for carrier in BSN_CARRIERS {
                assert!(!spelling.contains(carrier), "{operation} may carry the BSN");
            }
        }
    }

    #[test]
    fn every_operation_has_a_read_only_scope_and_a_distinct_path() {
        let mut paths: Vec<_> = Operation::ALL.iter().map(|o| o.path_template()).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), Operation::ALL.len());
        for operation in Operation::ALL {
            assert!(operation.least_scope().only_reads(), "{operation}");
            assert_eq!(operation.scopes().first(), Some(operation.least_scope()), "{operation}");
        }
    }

    #[test]
    fn the_parent_takes_the_place_of_its_parameter() {
        let endpoint = Endpoint::below(Operation::PersonalInfo, "c-1");
        assert_eq!(endpoint.path, "/api/companies/c-1/employees/personalinfo");
        assert_eq!(Endpoint::root(Operation::Debtors).path, "/api/debtors");
    }
}

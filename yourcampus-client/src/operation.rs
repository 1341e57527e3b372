//! The closed list of calls this client can make: names, methods, and whether a call can change anything.
//!
//! There is no free-form call. What is not in this list cannot be sent.

use std::fmt;

/// One entry of the Customer API, the token endpoint included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// `POST /oauth/token`.
    Token,
    /// `GET /companies`.
    ListCompanies,
    /// `GET /companies/{company}/groups`.
    ListCompanyGroups,
    /// `GET /companies/{company}/employees`.
    ListEmployees,
    /// `GET /companies/{company}/employees/{employee}`.
    GetEmployee,
    /// `POST /companies/{company}/employees`.
    CreateEmployee,
    /// `PATCH /companies/{company}/employees/{employee}`.
    UpdateEmployee,
    /// `POST /companies/{company}/employees/{employee}/activate`.
    ActivateEmployee,
    /// `POST /companies/{company}/employees/{employee}/deactivate`.
    DeactivateEmployee,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Patch,
}

impl Operation {
    /// The name the vendor's SDK gives to the call; for logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "oauth_token",
            Self::ListCompanies => "list_companies",
            Self::ListCompanyGroups => "list_company_groups",
            Self::ListEmployees => "list_employees",
            Self::GetEmployee => "get_employee",
            Self::CreateEmployee => "create_employee",
            Self::UpdateEmployee => "update_employee",
            Self::ActivateEmployee => "activate_employee",
            Self::DeactivateEmployee => "deactivate_employee",
        }
    }

    /// True for the four calls that change an account. Repeating one of them is never harmless.
    pub const fn is_write(self) -> bool {
        match self {
            Self::Token
            | Self::ListCompanies
            | Self::ListCompanyGroups
            | Self::ListEmployees
            | Self::GetEmployee => false,
            Self::CreateEmployee
            | Self::UpdateEmployee
            | Self::ActivateEmployee
            | Self::DeactivateEmployee => true,
        }
    }

    pub(crate) const fn method(self) -> Method {
        match self {
            Self::ListCompanies | Self::ListCompanyGroups | Self::ListEmployees | Self::GetEmployee => {
                Method::Get
            }
            Self::Token | Self::CreateEmployee | Self::ActivateEmployee | Self::DeactivateEmployee => {
                Method::Post
            }
            Self::UpdateEmployee => Method::Patch,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

//! The scopes of the identity service: what an application can be given, and what is advertised beyond that.

/// What a partner application can ask for: the 25 scopes of the vendor's OpenAPI, and `nmbrs`, which opens nothing.
const GIVEN: [&str; 26] = [
    "company.document.read",
    "company.info",
    "company.info.read",
    "company.leave.read",
    "company.payrollsettings.read",
    "debtor.info.read",
    "document.read",
    "employee.bankaccount",
    "employee.bankaccount.read",
    "employee.document",
    "employee.document.read",
    "employee.employment",
    "employee.employment.read",
    "employee.info",
    "employee.info.read",
    "employee.leave",
    "employee.leave.read",
    "employee.orgstructure",
    "employee.orgstructure.read",
    "employee.payment",
    "employee.payment.read",
    "employee.payrollsettings",
    "employee.payrollsettings.read",
    "nmbrs",
    "offline_access",
    "user.info.read",
];

/// What the discovery document names although a partner application that asks for it is refused.
const ADVERTISED_ONLY: [&str; 3] = ["company.payrollsettings", "openid", "profile"];

/// Whether a partner application can be given this scope.
pub(super) fn can_be_given(scope: &str) -> bool {
    GIVEN.contains(&scope)
}

/// What the discovery document names.
pub(super) fn advertised() -> Vec<&'static str> {
    GIVEN.into_iter().chain(ADVERTISED_ONLY).collect()
}

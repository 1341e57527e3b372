//! What a consent must open for a run, what is missing of it, and whose consent it is.

use nmbrs_client::model::UserInfo;
use nmbrs_client::{Listing, NmbrsSalaries, NmbrsSource, Operation, Scope};
use sync_core::Policy;

/// What this customer's commands read of Nmbrs: salaries only if the policy asks for them.
pub fn operations(policy: &Policy) -> Vec<Operation> {
    let salaries: &[Operation] = if policy.salaries.is_some() { NmbrsSalaries::OPERATIONS } else { &[] };
    [NmbrsSource::OPERATIONS, salaries].concat()
}

/// The least scopes of those operations that none of the granted ones opens, and `offline_access` if it is not granted.
pub fn missing(granted: &[Scope], operations: &[Operation]) -> Vec<Scope> {
    let is_open = |operation: &Operation| operation.scopes().iter().any(|scope| granted.contains(scope));
    let closed = operations.iter().filter(|operation| !is_open(operation));
    let mut missing: Vec<_> = closed.map(|operation| operation.least_scope().clone()).collect();
    if !granted.contains(&Scope::OFFLINE_ACCESS) {
        missing.push(Scope::OFFLINE_ACCESS);
    }
    missing.sort_unstable();
    missing.dedup();
    missing
}

/// Their names, for a sentence.
pub fn listed(scopes: &[Scope]) -> String {
    scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(", ")
}

/// The users behind a consent, by their ids: a name would be personal.
pub fn users(users: &Listing<UserInfo>) -> String {
    let users = users.rows.iter().filter_map(|row| row.readable());
    users.map(|user| format!("{} of debtor {}", user.user, user.debtor)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use sync_core::policy::{Salaries, SalaryColumn};
    use sync_core::salary::SalaryType;
    use sync_core::{Participation, TargetCompanyId};

    use super::*;

    #[test]
    fn salaries_are_asked_for_only_by_a_policy_that_wants_them() {
        let plain = Policy::new(TargetCompanyId::new(7), Participation::Everyone);
        assert_eq!(operations(&plain), NmbrsSource::OPERATIONS);
        let salaried =
            plain.with_salaries(Salaries::filling(SalaryColumn::Primary, [SalaryType::GrossParttime]));
        assert_eq!(operations(&salaried).last(), Some(&Operation::Salaries));
    }

    #[test]
    fn what_no_granted_scope_opens_is_missing() {
        let granted = [Scope::COMPANY_INFO_READ, Scope::OFFLINE_ACCESS];
        let missing = missing(&granted, NmbrsSource::OPERATIONS);
        assert_eq!(missing, [Scope::EMPLOYEE_EMPLOYMENT_READ, Scope::EMPLOYEE_INFO_READ]);
    }

    #[test]
    fn a_wider_scope_opens_what_the_least_one_does() {
        let granted =
            [Scope::COMPANY_INFO, Scope::EMPLOYEE_INFO, Scope::EMPLOYEE_EMPLOYMENT, Scope::OFFLINE_ACCESS];
        assert_eq!(missing(&granted, NmbrsSource::OPERATIONS), []);
    }

    #[test]
    fn without_offline_access_a_grant_lasts_an_hour_only() {
        assert_eq!(missing(&[], &[]), [Scope::OFFLINE_ACCESS]);
    }
}

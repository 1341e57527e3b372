//! This client as the account ports of `sync-core`: values of the core come in, values of the core go out.
//!
//! No rule lives here. An error is translated by what follows from it, and whatever may have been done is `Doubtful`,
//! never anything milder.

use std::sync::Arc;

use async_trait::async_trait;
use sync_core::account::Account;
use sync_core::change::{AccountChange, NewAccount};
use sync_core::ports::{
    AccountReader, AccountWriter, CreateRequest, ListAccounts, PortError, PortErrorKind, RequestMeter,
    StateRequest, TargetCompany, UpdateRequest,
};
use sync_core::record::Unreadable;
use sync_core::snapshot::{AccountState, Listing, Row};
use sync_core::{AccountId, Pii, TargetCompanyId};

use crate::api::{CustomerApiRead, CustomerApiWrite, EmployeeFilter};
use crate::employee::Employee;
use crate::employee_edit::{EmployeeEdit, Patch};
use crate::error::{Error, ErrorKind};
use crate::id::{CompanyId, EmployeeId};
use crate::listing::all_employees;
use crate::meter::{self, CeilingReached};
use crate::new_employee::NewEmployee;
use crate::row;
use crate::writable::FieldError;

/// Reads accounts for the core, over any implementation of [`CustomerApiRead`]. It can write nothing.
#[derive(Debug, Clone)]
pub struct YourCampusReader {
    api: Arc<dyn CustomerApiRead>,
}

/// Writes accounts for the core, over any implementation of [`CustomerApiWrite`]. It can read nothing.
#[derive(Debug, Clone)]
pub struct YourCampusWriter {
    api: Arc<dyn CustomerApiWrite>,
}

impl YourCampusReader {
    /// Reads through `api`, usually an [`HttpReader`](crate::HttpReader).
    pub fn new(api: impl CustomerApiRead + 'static) -> Self {
        Self { api: Arc::new(api) }
    }
}

impl YourCampusWriter {
    /// Writes through `api`, usually an [`HttpWriter`](crate::HttpWriter).
    pub fn new(api: impl CustomerApiWrite + 'static) -> Self {
        Self { api: Arc::new(api) }
    }
}

#[async_trait]
impl AccountReader for YourCampusReader {
    async fn companies(&self, meter: &RequestMeter) -> Result<Vec<TargetCompany>, PortError> {
        meter.reserve(1)?;
        let companies = self.api.companies().await.map_err(port_error)?;
        meter.answered();
        let company = |company: crate::Company| {
            TargetCompany::new(TargetCompanyId::new(company.id.get()), company.name)
        };
        Ok(companies.into_iter().map(company).collect())
    }

    async fn accounts(
        &self,
        request: &ListAccounts,
        meter: &RequestMeter,
    ) -> Result<Listing<Row<AccountId, Account>>, PortError> {
        let filter = match request.state {
            AccountState::Active => EmployeeFilter::active(),
            AccountState::Inactive => EmployeeFilter::inactive(),
        };
        let company = CompanyId::new(request.company.get());
        let meter = CoreMeter(meter);
        let listing = all_employees(self.api.as_ref(), company, filter).with_meter(&meter);
        let rows = listing.all().await.map_err(port_error)?;
        // A verified listing has exactly as many distinct ids as the server says there are.
        let total = u64::try_from(rows.len()).ok();
        Ok(Listing::new(rows.into_iter().map(|row| account_row(request.company, row)).collect(), total))
    }
}

#[async_trait]
impl AccountWriter for YourCampusWriter {
    async fn create(&self, request: &CreateRequest) -> Result<Account, PortError> {
        let new = new_employee(&request.account).map_err(|error| refused("create account", error))?;
        let created = self.api.create(CompanyId::new(request.company.get()), &new).await;
        stored(request.company, created)
    }

    async fn update(&self, request: &UpdateRequest) -> Result<Account, PortError> {
        let edit = employee_edit(&request.change).map_err(|error| refused("update account", error))?;
        let (company, employee) = address(request.company, request.account);
        stored(request.company, self.api.edit(company, employee, &edit).await)
    }

    async fn deactivate(&self, request: &StateRequest) -> Result<Account, PortError> {
        let (company, employee) = address(request.company, request.account);
        stored(request.company, self.api.deactivate(company, employee).await)
    }

    async fn activate(&self, request: &StateRequest) -> Result<Account, PortError> {
        let (company, employee) = address(request.company, request.account);
        stored(request.company, self.api.activate(company, employee).await)
    }
}

/// The core's meter behind the client's own.
#[derive(Debug)]
struct CoreMeter<'m>(&'m RequestMeter);

impl meter::RequestMeter for CoreMeter<'_> {
    fn reserve(&self, requests: u64) -> Result<(), CeilingReached> {
        self.0.reserve(requests).map_err(|reached| CeilingReached::new(reached.ceiling))
    }

    fn answered(&self) {
        self.0.answered();
    }
}

fn address(company: TargetCompanyId, account: AccountId) -> (CompanyId, EmployeeId) {
    (CompanyId::new(company.get()), EmployeeId::new(account.get()))
}

fn stored(company: TargetCompanyId, result: Result<Employee, Error>) -> Result<Account, PortError> {
    result.map(|employee| account(company, employee)).map_err(port_error)
}

fn account_row(company: TargetCompanyId, row: row::Row<Employee>) -> Row<AccountId, Account> {
    match row {
        row::Row::Readable(employee) => {
            Row::readable(AccountId::new(employee.id.get()), account(company, employee))
        }
        row::Row::Unreadable(row) => {
            Row::unreadable(AccountId::new(row.id.get()), Unreadable::new(row.field, row.reason.to_string()))
        }
    }
}

fn account(company: TargetCompanyId, employee: Employee) -> Account {
    let mut account = Account::new(AccountId::new(employee.id.get()), company, employee.is_active);
    account.email = employee.email.map(Pii::new);
    account.first_name = employee.first_name.map(Pii::new);
    account.prefix = employee.prefix.map(Pii::new);
    account.last_name = employee.last_name.map(Pii::new);
    account.birthday = employee.birthday.map(Pii::new);
    account.work_anniversary = employee.work_anniversary.map(Pii::new);
    account.external_id = employee.external_id;
    account
}

fn new_employee(new: &NewAccount) -> Result<NewEmployee, FieldError> {
    let mut draft = NewEmployee::draft(new.email.expose(), new.first_name.expose(), new.last_name.expose())
        .external_id(new.external_id.as_str());
    if let Some(prefix) = &new.prefix {
        draft = draft.prefix(prefix.expose());
    }
    if let Some(date) = &new.birthday {
        draft = draft.birthday(*date.expose());
    }
    if let Some(date) = &new.work_anniversary {
        draft = draft.work_anniversary(*date.expose());
    }
    if let Some(language) = &new.language {
        draft = draft.language(language);
    }
    draft.check()
}

/// Only what the change names is set; nothing is ever cleared, because the core has no way to ask for it.
fn employee_edit(change: &AccountChange) -> Result<EmployeeEdit, FieldError> {
    fn patch<T: Clone>(value: Option<&Pii<T>>) -> Patch<T> {
        value.map_or(Patch::Keep, |value| Patch::Set(value.expose().clone()))
    }
    let mut draft = EmployeeEdit::draft()
        .prefix(patch(change.prefix.as_ref()))
        .birthday(patch(change.birthday.as_ref()))
        .work_anniversary(patch(change.work_anniversary.as_ref()));
    if let Some(address) = &change.email {
        draft = draft.email(address.expose());
    }
    if let Some(name) = &change.first_name {
        draft = draft.first_name(name.expose());
    }
    if let Some(name) = &change.last_name {
        draft = draft.last_name(name.expose());
    }
    if let Some(id) = &change.external_id {
        draft = draft.external_id(Patch::Set(id.as_str().to_owned()));
    }
    draft.check()
}

/// A value the client would not send: nothing was done, and the same value fails again.
fn refused(operation: &str, error: FieldError) -> PortError {
    PortError::new(PortErrorKind::Refused, operation).with_source(error)
}

/// What follows from an error, the most careful reading first.
fn port_error(error: Error) -> PortError {
    let kind = if error.is_write() && error.may_have_been_sent() {
        PortErrorKind::Doubtful
    } else if error.is_retryable() {
        PortErrorKind::Retryable { at: error.retry_at() }
    } else {
        match error.kind() {
            ErrorKind::Conflict => PortErrorKind::Conflict,
            ErrorKind::Incomplete => PortErrorKind::Incomplete,
            ErrorKind::CeilingReached => PortErrorKind::Ceiling,
            ErrorKind::Unauthorized => PortErrorKind::ConsentLost,
            ErrorKind::NotFound | ErrorKind::Invalid | ErrorKind::EmptyEdit => PortErrorKind::Refused,
            _ => PortErrorKind::Fatal,
        }
    };
    PortError::new(kind, error.operation()).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    fn translated(kind: ErrorKind, operation: Operation) -> PortErrorKind {
        port_error(Error::new(kind, operation)).kind()
    }

    #[test]
    fn r13_whatever_may_have_been_done_is_doubtful() {
        let open = [
            ErrorKind::Timeout,
            ErrorKind::Interrupted,
            ErrorKind::Server,
            ErrorKind::UnexpectedStatus,
            ErrorKind::Decode,
            ErrorKind::TooLarge,
        ];
        for kind in open {
            for write in [
                Operation::CreateEmployee,
                Operation::UpdateEmployee,
                Operation::ActivateEmployee,
                Operation::DeactivateEmployee,
            ] {
                assert_eq!(translated(kind, write), PortErrorKind::Doubtful, "{kind:?} of {write}");
            }
            assert_ne!(translated(kind, Operation::ListEmployees), PortErrorKind::Doubtful, "{kind:?}");
        }
    }

    #[test]
    fn every_other_error_is_what_follows_from_it() {
        let later = PortErrorKind::Retryable { at: None };
        let table = [
            (ErrorKind::Connect, Operation::CreateEmployee, later),
            (ErrorKind::RateLimited, Operation::CreateEmployee, later),
            (ErrorKind::Deadline, Operation::CreateEmployee, later),
            (ErrorKind::Conflict, Operation::CreateEmployee, PortErrorKind::Conflict),
            (ErrorKind::Invalid, Operation::CreateEmployee, PortErrorKind::Refused),
            (ErrorKind::EmptyEdit, Operation::UpdateEmployee, PortErrorKind::Refused),
            (ErrorKind::NotFound, Operation::UpdateEmployee, PortErrorKind::Refused),
            (ErrorKind::Unauthorized, Operation::CreateEmployee, PortErrorKind::ConsentLost),
            (ErrorKind::Forbidden, Operation::CreateEmployee, PortErrorKind::Fatal),
            (ErrorKind::Server, Operation::ListEmployees, later),
            (ErrorKind::Incomplete, Operation::ListEmployees, PortErrorKind::Incomplete),
            (ErrorKind::CeilingReached, Operation::ListEmployees, PortErrorKind::Ceiling),
            (ErrorKind::Decode, Operation::ListEmployees, PortErrorKind::Fatal),
        ];
        for (kind, operation, expected) in table {
            assert_eq!(translated(kind, operation), expected, "{kind:?} of {operation}");
        }
    }
}

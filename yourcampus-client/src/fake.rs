//! The Customer API in memory, for the tests of those who embed this crate. No network, no clock, no surprises.
//!
//! Where the interface leaves something open, the fake takes the harshest reading: a repeated activation and any
//! address in use, whatever its case, are conflicts; unknown companies, employees and groups are refused.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::api::{CustomerApiRead, CustomerApiWrite, EmployeeFilter, EmployeePage, PageRequest};
use crate::employee::{Company, CompanyGroup, Employee};
use crate::employee_edit::{EmployeeEdit, Patch};
use crate::error::{Error, ErrorKind, FieldProblem};
use crate::id::{CompanyGroupId, CompanyId, EmployeeId};
use crate::new_employee::NewEmployee;
use crate::operation::Operation;
use crate::row::Row;

/// A Customer API in memory. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct FakeCustomerApi {
    state: Arc<Mutex<State>>,
}

/// The reading half of a [`FakeCustomerApi`].
#[derive(Debug, Clone)]
pub struct FakeReader(FakeCustomerApi);

/// The writing half of a [`FakeCustomerApi`].
#[derive(Debug, Clone)]
pub struct FakeWriter(FakeCustomerApi);

#[derive(Debug, Default)]
struct State {
    companies: BTreeMap<CompanyId, FakeCompany>,
    last_id: i64,
    calls: Vec<Operation>,
    faults: VecDeque<Fault>,
}

#[derive(Debug, Default)]
struct FakeCompany {
    name: String,
    groups: BTreeMap<CompanyGroupId, String>,
    employees: BTreeMap<EmployeeId, Employee>,
}

#[derive(Debug, Clone)]
struct Fault {
    operation: Operation,
    kind: ErrorKind,
    is_after_effect: bool,
}

impl FakeCustomerApi {
    /// A platform without companies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a company and gives its number.
    pub fn add_company(&self, name: impl Into<String>) -> CompanyId {
        let mut state = self.state();
        let id = CompanyId::new(state.next_id());
        state.companies.insert(id, FakeCompany { name: name.into(), ..FakeCompany::default() });
        id
    }

    /// Adds a group to a company and gives its number; `None` for an unknown company.
    pub fn add_group(&self, company: CompanyId, name: impl Into<String>) -> Option<CompanyGroupId> {
        let mut state = self.state();
        let id = CompanyGroupId::new(state.next_id());
        state.companies.get_mut(&company)?.groups.insert(id, name.into());
        Some(id)
    }

    /// All accounts of a company by number; none for an unknown company.
    pub fn employees(&self, company: CompanyId) -> Vec<Employee> {
        self.state()
            .companies
            .get(&company)
            .map(|c| c.employees.values().cloned().collect())
            .unwrap_or_default()
    }

    /// Every call so far, failed ones included, in order.
    pub fn calls(&self) -> Vec<Operation> {
        self.state().calls.clone()
    }

    /// Number of calls so far that write.
    pub fn writes(&self) -> usize {
        self.state().calls.iter().filter(|operation| operation.is_write()).count()
    }

    /// Makes the next `operation` fail with `kind` and do nothing.
    pub fn fail_next(&self, operation: Operation, kind: ErrorKind) {
        self.state().faults.push_back(Fault { operation, kind, is_after_effect: false });
    }

    /// Makes the next `operation` take effect and its answer get lost: an `Interrupted` that may have been sent.
    pub fn lose_next_answer(&self, operation: Operation) {
        let kind = ErrorKind::Interrupted;
        self.state().faults.push_back(Fault { operation, kind, is_after_effect: true });
    }

    /// The half that reads, and can write nothing.
    pub fn reader(&self) -> FakeReader {
        FakeReader(self.clone())
    }

    /// The half that writes, and can read nothing.
    pub fn writer(&self) -> FakeWriter {
        FakeWriter(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `effect` as one call, with whatever fault was ordered for it.
    fn call<T>(
        &self,
        operation: Operation,
        effect: impl FnOnce(&mut State) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut state = self.state();
        state.calls.push(operation);
        let index = state.faults.iter().position(|fault| fault.operation == operation);
        let fault = index.and_then(|index| state.faults.remove(index));
        match fault {
            None => effect(&mut state),
            Some(fault) if fault.is_after_effect => {
                effect(&mut state)?;
                Err(Error::new(fault.kind, operation))
            }
            Some(fault) => Err(Error::new(fault.kind, operation)),
        }
    }
}

impl State {
    fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    fn company(&mut self, operation: Operation, id: CompanyId) -> Result<&mut FakeCompany, Error> {
        self.companies.get_mut(&id).ok_or_else(|| refuse(operation, 404))
    }

    /// 409 if another account than `own` has this address, in any case and in any company.
    fn check_address(
        &self,
        operation: Operation,
        address: &str,
        own: Option<EmployeeId>,
    ) -> Result<(), Error> {
        let address = address.to_lowercase();
        let mut others = self.companies.values().flat_map(|company| company.employees.values());
        let is_taken = others.any(|other| {
            Some(other.id) != own && other.email.as_ref().is_some_and(|email| email.to_lowercase() == address)
        });
        if is_taken { Err(refuse(operation, 409)) } else { Ok(()) }
    }
}

impl FakeCompany {
    fn employee(&mut self, operation: Operation, id: EmployeeId) -> Result<&mut Employee, Error> {
        self.employees.get_mut(&id).ok_or_else(|| refuse(operation, 404))
    }

    /// The group's name, or 422 if there is no such group.
    fn group_name(&self, operation: Operation, id: CompanyGroupId) -> Result<String, Error> {
        let unknown =
            FieldProblem { path: "body.company_group_id".to_owned(), code: "value_error".to_owned() };
        self.groups.get(&id).cloned().ok_or_else(|| refuse(operation, 422).with_fields(vec![unknown]))
    }
}

#[async_trait]
impl CustomerApiRead for FakeReader {
    async fn companies(&self) -> Result<Vec<Company>, Error> {
        self.0.call(Operation::ListCompanies, |state| {
            let company = |(id, company): (&CompanyId, &FakeCompany)| Company {
                id: *id,
                name: Some(company.name.clone()),
            };
            Ok(state.companies.iter().map(company).collect())
        })
    }

    async fn groups(&self, company: CompanyId) -> Result<Vec<CompanyGroup>, Error> {
        let operation = Operation::ListCompanyGroups;
        self.0.call(operation, |state| {
            let group =
                |(id, name): (&CompanyGroupId, &String)| CompanyGroup { id: *id, name: Some(name.clone()) };
            Ok(state.company(operation, company)?.groups.iter().map(group).collect())
        })
    }

    async fn employees_page(&self, company: CompanyId, page: &PageRequest) -> Result<EmployeePage, Error> {
        let operation = Operation::ListEmployees;
        self.0.call(operation, |state| {
            let employees = state.company(operation, company)?.employees.values();
            let selected: Vec<_> =
                employees.filter(|employee| is_selected(page.filter(), employee)).collect();
            let [skip, limit] =
                [page.skip(), page.limit()].map(|rows| usize::try_from(rows).unwrap_or(usize::MAX));
            let rows =
                selected.iter().skip(skip).take(limit).map(|row| Row::Readable((*row).clone())).collect();
            Ok(EmployeePage::new(rows, u64::try_from(selected.len()).unwrap_or(u64::MAX)))
        })
    }

    async fn employee(&self, company: CompanyId, employee: EmployeeId) -> Result<Employee, Error> {
        let operation = Operation::GetEmployee;
        self.0.call(operation, |state| {
            state.company(operation, company)?.employee(operation, employee).cloned()
        })
    }
}

#[async_trait]
impl CustomerApiWrite for FakeWriter {
    async fn create(&self, company: CompanyId, new: &NewEmployee) -> Result<Employee, Error> {
        let operation = Operation::CreateEmployee;
        self.0.call(operation, |state| {
            let target = state.company(operation, company)?;
            let group = new.draft.company_group_id;
            let group_name = group.map(|group| target.group_name(operation, group)).transpose()?;
            state.check_address(operation, new.email(), None)?;
            let id = EmployeeId::new(state.next_id());
            let employee = account(id, new, group_name);
            state.company(operation, company)?.employees.insert(id, employee.clone());
            Ok(employee)
        })
    }

    async fn edit(
        &self,
        company: CompanyId,
        employee: EmployeeId,
        edit: &EmployeeEdit,
    ) -> Result<Employee, Error> {
        let operation = Operation::UpdateEmployee;
        if edit.is_empty() {
            return Err(Error::new(ErrorKind::EmptyEdit, operation));
        }
        self.0.call(operation, |state| {
            let target = state.company(operation, company)?;
            target.employee(operation, employee)?;
            let group_name = match edit.draft.company_group_id {
                Patch::Keep => Patch::Keep,
                Patch::Clear => Patch::Clear,
                Patch::Set(group) => Patch::Set(target.group_name(operation, group)?),
            };
            if let Patch::Set(address) = &edit.draft.email {
                state.check_address(operation, address, Some(employee))?;
            }
            let account = state.company(operation, company)?.employee(operation, employee)?;
            change(account, edit, &group_name);
            Ok(account.clone())
        })
    }

    async fn activate(&self, company: CompanyId, employee: EmployeeId) -> Result<Employee, Error> {
        self.switch(Operation::ActivateEmployee, company, employee, true)
    }

    async fn deactivate(&self, company: CompanyId, employee: EmployeeId) -> Result<Employee, Error> {
        self.switch(Operation::DeactivateEmployee, company, employee, false)
    }
}

impl FakeWriter {
    fn switch(
        &self,
        operation: Operation,
        company: CompanyId,
        employee: EmployeeId,
        is_active: bool,
    ) -> Result<Employee, Error> {
        self.0.call(operation, |state| {
            let account = state.company(operation, company)?.employee(operation, employee)?;
            if account.is_active == is_active {
                return Err(refuse(operation, 409));
            }
            account.is_active = is_active;
            Ok(account.clone())
        })
    }
}

fn is_selected(filter: &EmployeeFilter, employee: &Employee) -> bool {
    let is_found = |text: &String| {
        let text = text.to_lowercase();
        let fields = [&employee.email, &employee.first_name, &employee.last_name];
        fields.into_iter().flatten().any(|field| field.to_lowercase().contains(&text))
    };
    filter.is_active.is_none_or(|wanted| wanted == employee.is_active)
        && filter.company_group.is_none_or(|wanted| Some(wanted) == employee.company_group_id)
        && filter.search.as_ref().is_none_or(is_found)
}

fn account(id: EmployeeId, new: &NewEmployee, group_name: Option<String>) -> Employee {
    let new = new.draft.clone();
    Employee {
        id,
        is_active: true,
        email: Some(new.email),
        first_name: Some(new.first_name),
        last_name: Some(new.last_name),
        prefix: new.prefix,
        language: new.language,
        private_email: new.private_email,
        company_group_id: new.company_group_id,
        group_name,
        external_id: new.external_id,
        birthday: new.birthday,
        work_anniversary: new.work_anniversary,
        registration_date: None,
        offboarding_date: None,
        last_active_date: None,
    }
}

fn change(account: &mut Employee, edit: &EmployeeEdit, group_name: &Patch<String>) {
    fn apply<T: Clone>(field: &mut Option<T>, patch: &Patch<T>) {
        match patch {
            Patch::Keep => {}
            Patch::Clear => *field = None,
            Patch::Set(value) => *field = Some(value.clone()),
        }
    }
    let edit = &edit.draft;
    apply(&mut account.email, &edit.email);
    apply(&mut account.first_name, &edit.first_name);
    apply(&mut account.last_name, &edit.last_name);
    apply(&mut account.prefix, &edit.prefix);
    apply(&mut account.language, &edit.language);
    apply(&mut account.company_group_id, &edit.company_group_id);
    apply(&mut account.group_name, group_name);
    apply(&mut account.birthday, &edit.birthday);
    apply(&mut account.work_anniversary, &edit.work_anniversary);
    apply(&mut account.private_email, &edit.private_email);
    apply(&mut account.external_id, &edit.external_id);
}

fn refuse(operation: Operation, status: u16) -> Error {
    Error::new(ErrorKind::of_status(status), operation).with_status(status)
}

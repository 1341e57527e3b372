//! The two traits over HTTP: which path, which body, and what must be in the answer.
//!
//! An answer about another employee than the one asked for is refused, however well it reads.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::Value;

use crate::api::{CustomerApiRead, CustomerApiWrite, EmployeePage, PageRequest};
use crate::client::{Call, Core, Reply};
use crate::employee::{Company, CompanyGroup, Employee, read_named, read_row};
use crate::employee_edit::EmployeeEdit;
use crate::error::{Error, ErrorKind};
use crate::id::{CompanyGroupId, CompanyId, EmployeeId};
use crate::new_employee::NewEmployee;
use crate::operation::Operation;
use crate::row::Row;
use crate::transport::Body;

/// Reads over HTTP; made by [`HttpCustomerApi::reader`](crate::HttpCustomerApi::reader). Clones are cheap.
///
/// It has no way to write; [`HttpWriter`] shows the same lines compile there.
///
/// ```compile_fail,E0599
/// use yourcampus_client::{CompanyId, CustomerApiWrite, EmployeeId, HttpReader};
///
/// async fn switch_off(reader: HttpReader, company: CompanyId, employee: EmployeeId) {
///     let _ = reader.deactivate(company, employee).await;
/// }
/// ```
#[derive(Debug, Clone)]
pub struct HttpReader {
    core: Arc<Core>,
}

/// Writes over HTTP; made by [`HttpCustomerApi::writer`](crate::HttpCustomerApi::writer). Clones are cheap.
///
/// ```no_run
/// use yourcampus_client::{CompanyId, CustomerApiWrite, EmployeeId, HttpWriter};
///
/// async fn switch_off(writer: HttpWriter, company: CompanyId, employee: EmployeeId) {
///     let _ = writer.deactivate(company, employee).await;
/// }
/// ```
#[derive(Debug, Clone)]
pub struct HttpWriter {
    core: Arc<Core>,
}

impl HttpReader {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }
}

impl HttpWriter {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    async fn write(
        &self,
        operation: Operation,
        path: String,
        body: Body,
        expected: Option<EmployeeId>,
    ) -> Result<Employee, Error> {
        let reply = self.core.call(Call { operation, path, query: Vec::new(), body, skip: None }).await?;
        read_employee(&reply, expected)
    }
}

#[async_trait]
impl CustomerApiRead for HttpReader {
    async fn companies(&self) -> Result<Vec<Company>, Error> {
        let reply = self.core.call(get(Operation::ListCompanies, "companies".to_owned())).await?;
        let company = |(id, name)| Company { id: CompanyId::new(id), name };
        Ok(read_all_named(&reply)?.into_iter().map(company).collect())
    }

    async fn groups(&self, company: CompanyId) -> Result<Vec<CompanyGroup>, Error> {
        let call = get(Operation::ListCompanyGroups, format!("companies/{company}/groups"));
        let reply = self.core.call(call).await?;
        let group = |(id, name)| CompanyGroup { id: CompanyGroupId::new(id), name };
        Ok(read_all_named(&reply)?.into_iter().map(group).collect())
    }

    async fn employees_page(&self, company: CompanyId, page: &PageRequest) -> Result<EmployeePage, Error> {
        let mut call = get(Operation::ListEmployees, format!("companies/{company}/employees"));
        call.query = page_query(page);
        call.skip = Some(page.skip());
        read_page(&self.core.call(call).await?)
    }

    async fn employee(&self, company: CompanyId, employee: EmployeeId) -> Result<Employee, Error> {
        let reply = self.core.call(get(Operation::GetEmployee, employee_path(company, employee))).await?;
        read_employee(&reply, Some(employee))
    }
}

#[async_trait]
impl CustomerApiWrite for HttpWriter {
    async fn create(&self, company: CompanyId, new: &NewEmployee) -> Result<Employee, Error> {
        let operation = Operation::CreateEmployee;
        let body = json_body(operation, new.to_json())?;
        self.write(operation, format!("companies/{company}/employees"), body, None).await
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
        let body = json_body(operation, edit.to_json())?;
        self.write(operation, employee_path(company, employee), body, Some(employee)).await
    }

    async fn activate(&self, company: CompanyId, employee: EmployeeId) -> Result<Employee, Error> {
        let path = format!("{}/activate", employee_path(company, employee));
        self.write(Operation::ActivateEmployee, path, Body::Empty, Some(employee)).await
    }

    async fn deactivate(&self, company: CompanyId, employee: EmployeeId) -> Result<Employee, Error> {
        let path = format!("{}/deactivate", employee_path(company, employee));
        self.write(Operation::DeactivateEmployee, path, Body::Empty, Some(employee)).await
    }
}

fn get(operation: Operation, path: String) -> Call {
    Call { operation, path, query: Vec::new(), body: Body::Empty, skip: None }
}

fn employee_path(company: CompanyId, employee: EmployeeId) -> String {
    format!("companies/{company}/employees/{employee}")
}

/// `skip` and `limit` always; a filter only if it is set, never as an empty parameter.
fn page_query(page: &PageRequest) -> Vec<(&'static str, String)> {
    let mut query = vec![("skip", page.skip().to_string()), ("limit", page.limit().to_string())];
    let filter = page.filter();
    query.extend(filter.is_active.map(|flag| ("is_active", flag.to_string())));
    query.extend(filter.company_group.map(|group| ("company_group_id", group.to_string())));
    query.extend(filter.search.clone().filter(|text| !text.is_empty()).map(|text| ("search", text)));
    query
}

fn json_body(operation: Operation, json: Result<Bytes, serde_json::Error>) -> Result<Body, Error> {
    json.map(Body::Json).map_err(|_| {
        Error::new(ErrorKind::Configuration, operation).with_context("the body cannot be written")
    })
}

fn read_all_named(reply: &Reply) -> Result<Vec<(i64, Option<String>)>, Error> {
    let rows =
        reply.json.as_array().ok_or_else(|| reply.reject(ErrorKind::Decode, "the answer is no array"))?;
    let read = |(index, row): (usize, &Value)| {
        read_named(row)
            .map_err(|(field, why)| reply.reject(ErrorKind::Decode, format!("[{index}].{field} is {why}")))
    };
    rows.iter().enumerate().map(read).collect()
}

fn read_page(reply: &Reply) -> Result<EmployeePage, Error> {
    let decode = |context| reply.reject(ErrorKind::Decode, context);
    let rows = reply
        .json
        .get("data")
        .and_then(Value::as_array)
        .ok_or_else(|| decode("`data` is missing or no array"))?;
    let count = reply
        .json
        .get("count")
        .and_then(Value::as_u64)
        .ok_or_else(|| decode("`count` is missing or no number"))?;
    let read = |(index, row): (usize, &Value)| {
        let no_id =
            |(field, why)| reply.reject(ErrorKind::Incomplete, format!("data[{index}].{field} is {why}"));
        read_row(row).map_err(no_id)
    };
    Ok(EmployeePage::new(rows.iter().enumerate().map(read).collect::<Result<_, _>>()?, count))
}

/// The one employee of an answer, and the one that was asked for.
fn read_employee(reply: &Reply, expected: Option<EmployeeId>) -> Result<Employee, Error> {
    let misread = |field, why| reply.reject(ErrorKind::Decode, format!("{field} is {why}"));
    match read_row(&reply.json) {
        Ok(Row::Readable(employee)) if expected.is_none_or(|id| id == employee.id) => Ok(employee),
        Ok(Row::Readable(_)) => Err(reply.reject(ErrorKind::Decode, "the answer is about another employee")),
        Ok(Row::Unreadable(row)) => Err(misread(row.field, row.reason)),
        Err((field, why)) => Err(misread(field, why)),
    }
}

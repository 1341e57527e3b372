//! This client as the source of `sync-core`.
//!
//! The core's requests come in, whole lists in the core's own terms go out, the same as over REST. What SOAP tells
//! otherwise is settled here and nowhere else:
//!
//! | file | settles |
//! |---|---|
//! | `types` | which number each type of employee has, by its text and never by a guess |
//! | `cache` | one reading for several of the core's lists: who is of which type, and the extra fields of whom |
//! | `in_force` | which entry of a history counts in the company's payroll period |
//! | `fields` | definitions and values of extra fields, from the answers about single people |
//!
//! What can never happen: a call that fails and passes for an empty list (R1), or a person in two lists of types.

mod cache;
mod fields;
mod in_force;
mod types;

pub use self::types::TypesUnclear;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sync_core::ExternalId;
use sync_core::ports::{self, EmployeeSource, PortError, PortErrorKind, RowsRequest};
use sync_core::record::{self, Listed, SourceCompany};
use sync_core::snapshot::{Listing, Resource, SourceRows};

use self::cache::{EmployeeRow, OfCompany, Run, Types};
use self::fields::CompanyFields;
use self::in_force::in_force;
use super::client::SoapClient;
use super::list::Records;
use super::operation::Operation;
use super::records::EmployeeTypeId;
use crate::error::{Error, ErrorKind};
use crate::id::{CompanyId, DebtorId, EmployeeId, InvalidId};
use crate::meter::RequestMeter as _;
use crate::model::{Company, Employee, ExtraFieldValue, PerEmployee};
use crate::row::{Record, Row, Unreadable, id_of};
use crate::source::{
    CoreMeter, CoreRow, contracts, core_row, employments, personal_of, port_error, source_company,
};

/// The fault of a person of whom the login may see nothing. That is a finding about the person, not about the run.
const NO_RIGHT_TO_EMPLOYEE: u32 = 2003;

/// People whose extra fields are asked for at once. The client bounds what is in flight; this only keeps it busy.
const PEOPLE_AT_ONCE: usize = 32;

/// By which of the vendor's two operations extra fields are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExtraFieldsCall {
    /// `ExtraFields_GetList`, whose answer is published. It leaves out fields that have a date beside the text, or their
    /// dates.
    #[default]
    Plain,
    /// `ExtraFieldsWithStartDate_GetList`, which gives all of them in an answer that nobody has published.
    WithStartDate,
}

/// Whose extra fields are read. Each person is one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExtraFieldsOf {
    /// People of the types in service. A leaver whose access field says no is then offboarded like all leavers, where a
    /// run over REST holds such a person (U-31): nobody has read that field.
    #[default]
    InService,
    /// Former employees too, however long ago they left.
    Everyone,
}

/// Nmbrs over SOAP, as [`EmployeeSource`].
///
/// Ids are `nmbrs:soap:<domain>:<number>`, and companies have their numbers: other ids than over REST, so that a customer
/// who goes over has to be migrated. Clones share what they have read.
///
/// It gives the same people as REST, with less of some: people of types that are not asked for have no type, people who
/// are not in service have no extra fields, and a field that nobody in service has is not defined.
#[derive(Debug, Clone)]
pub struct SoapSource {
    client: SoapClient,
    /// Payroll, former payroll, then the others.
    types: Vec<record::EmployeeType>,
    told: BTreeMap<record::EmployeeType, i32>,
    by_debtor: bool,
    extra_fields: ExtraFieldsCall,
    extra_fields_of: ExtraFieldsOf,
    run: Arc<Run>,
}

impl SoapSource {
    /// What a sync reads, and therefore what the user template of the login has to allow.
    pub const OPERATIONS: &[Operation] = &[
        // Only without a configured domain.
        Operation::Environment,
        Operation::Companies,
        // These two answer in its place if debtors are chosen.
        Operation::Debtors,
        Operation::CompaniesByDebtor,
        Operation::EmployeeTypes,
        Operation::CurrentPeriod,
        Operation::Employees,
        Operation::PersonalInfo,
        Operation::Employments,
        Operation::Contracts,
        // One of these two.
        Operation::ExtraFields,
        Operation::ExtraFieldsWithStartDate,
    ];

    /// Reads through this client people on payroll, and people who were.
    pub fn new(client: SoapClient) -> Self {
        Self {
            client,
            types: vec![record::EmployeeType::Payroll, record::EmployeeType::FormerPayroll],
            told: BTreeMap::new(),
            by_debtor: false,
            extra_fields: ExtraFieldsCall::default(),
            extra_fields_of: ExtraFieldsOf::default(),
            run: Arc::default(),
        }
    }

    /// With people of this type, who are in service too as the policy sees it. One more call for each company.
    pub fn also_reading(mut self, employee_type: record::EmployeeType) -> Self {
        if !self.types.contains(&employee_type) {
            self.types.push(employee_type);
        }
        self
    }

    /// With the number of a type in this environment, as a person told it: for environments whose texts nobody
    /// understands. A number whose text says something else is refused all the same.
    pub fn with_type_id(mut self, employee_type: record::EmployeeType, id: EmployeeTypeId) -> Self {
        self.told.insert(employee_type, id.get());
        self
    }

    /// Lists the companies debtor by debtor, so that each is known to be of which: for policies that choose debtors.
    pub fn by_debtor(mut self) -> Self {
        self.by_debtor = true;
        self
    }

    /// Reads extra fields by this operation.
    pub fn extra_fields(mut self, call: ExtraFieldsCall) -> Self {
        self.extra_fields = call;
        self
    }

    /// Whose extra fields are read. Default [`ExtraFieldsOf::InService`].
    pub fn extra_fields_of(mut self, whose: ExtraFieldsOf) -> Self {
        self.extra_fields_of = whose;
        self
    }

    /// The client, for its counters.
    pub fn client(&self) -> &SoapClient {
        &self.client
    }

    /// The types to ask for, with their numbers; asked for once in a run.
    async fn types(&self, meter: &ports::RequestMeter) -> Result<Types, PortError> {
        let mut known = self.run.types.lock().await;
        if let Some(types) = &*known {
            return Ok(Arc::clone(types));
        }
        let rows = read(self.client.employee_types(), meter).await?;
        let operation = Operation::EmployeeTypes.qualified_name();
        let listed = rows.into_iter().map(|row| match row {
            Row::Readable(row) => Ok((row.id.get(), row.description.unwrap_or_default())),
            // It may be the one for payroll.
            Row::Unreadable(_) => Err(PortError::new(PortErrorKind::Incomplete, operation)),
        });
        let listed = listed.collect::<Result<Vec<_>, _>>()?;
        let types = types::resolve(&listed, &self.types, &self.told)
            .map_err(|unclear| PortError::new(PortErrorKind::Fatal, operation).with_source(unclear))?;
        Ok(Arc::clone(known.insert(types.into())))
    }

    async fn all_companies(&self, meter: &ports::RequestMeter) -> Result<Vec<CompanyRow>, PortError> {
        let rows = read(self.client.companies(), meter).await?;
        Ok(rows.into_iter().map(|row| company_row(row, None)).collect())
    }

    async fn companies_by_debtor(&self, meter: &ports::RequestMeter) -> Result<Vec<CompanyRow>, PortError> {
        let mut companies = Vec::new();
        for debtor in read(self.client.debtors(), meter).await? {
            // A debtor whose name cannot be read is still the debtor with that id.
            let id = id_of(&debtor);
            let debtor = DebtorId::new(id.as_str())
                .map_err(|invalid| refused(Operation::Debtors.qualified_name(), invalid))?;
            let rows = read(self.client.companies_of(&debtor), meter).await?;
            companies.extend(rows.into_iter().map(|row| company_row(row, Some(&debtor))));
        }
        Ok(companies)
    }

    /// Everybody of the types that are asked for, each once; asked for once in a run.
    async fn employees<'c>(
        &self,
        company: &CompanyId,
        known: &'c mut OfCompany,
        meter: &ports::RequestMeter,
    ) -> Result<&'c [EmployeeRow], PortError> {
        if known.employees.is_none() {
            let mut rows = Vec::new();
            for (employee_type, id) in &*self.types(meter).await? {
                let list = self.client.employees(company, EmployeeTypeId::new(*id));
                let listed = |row: Employee| Ok(Listed::new(row.number, Some(employee_type.clone())));
                rows.extend(self.employee_rows(list, meter, listed).await?);
            }
            known.employees = Some(each_once(rows)?);
        }
        Ok(known.employees.as_deref().unwrap_or_default())
    }

    /// The extra fields of everybody who is in service; asked for once in a run.
    async fn fields<'c>(
        &self,
        company: &CompanyId,
        known: &'c mut OfCompany,
        meter: &ports::RequestMeter,
    ) -> Result<&'c CompanyFields, PortError> {
        if known.fields.is_none() {
            let listed = self.employees(company, known, meter).await?;
            let people: Vec<_> = listed
                .iter()
                .filter(|row| is_asked_about(row, self.extra_fields_of))
                .map(|row| row.id.clone())
                .collect();
            meter.reserve(people.len() as u64)?;
            let people: Vec<_> = stream::iter(people)
                .map(|id| self.fields_of(id, meter))
                .buffered(PEOPLE_AT_ONCE)
                .try_collect()
                .await?;
            known.fields = Some(CompanyFields::of(people));
        }
        known.fields.as_ref().ok_or_else(|| PortError::new(PortErrorKind::Fatal, "read extra fields"))
    }

    /// What one person has. The meter has let this through already.
    async fn fields_of(
        &self,
        id: ExternalId,
        meter: &ports::RequestMeter,
    ) -> Result<(ExternalId, fields::OfPerson), PortError> {
        let number = id.as_str().rsplit(':').next().unwrap_or_default();
        let employee = EmployeeId::new(number).map_err(|invalid| refused("read extra fields", invalid))?;
        let list = match self.extra_fields {
            ExtraFieldsCall::Plain => self.client.extra_fields(&employee),
            ExtraFieldsCall::WithStartDate => self.client.extra_fields_with_start_date(&employee),
        };
        let fields = match list.all().await {
            Ok(rows) => rows.into_iter().map(readable).collect(),
            Err(error) if error.code() == Some(NO_RIGHT_TO_EMPLOYEE) => {
                Err(record::Unreadable::new("extra fields", "the login has no right to this employee (2003)"))
            }
            Err(error) => return Err(port_error(error)),
        };
        CoreMeter(meter).answered();
        Ok((id, fields))
    }

    /// A list of employees, each row under the id that an account carries.
    async fn employee_rows<T: Record, U>(
        &self,
        list: Records<T>,
        meter: &ports::RequestMeter,
        content: impl Fn(T) -> Result<U, record::Unreadable>,
    ) -> Result<Vec<CoreRow<ExternalId, U>>, PortError> {
        let operation = list.operation().qualified_name();
        let domain = self.client.domain_metered(&CoreMeter(meter)).await.map_err(port_error)?;
        let rows = read(list, meter).await?.into_iter().map(|row| {
            // An id that no account could carry is as good as none: nobody can say whose row it is.
            let number = id_of(&row).as_str().parse().ok();
            let id = number.and_then(|number| ExternalId::soap(domain.as_str(), number).ok());
            let id = id.ok_or_else(|| PortError::new(PortErrorKind::Incomplete, operation))?;
            Ok(core_row(id, row, &content))
        });
        rows.collect()
    }
}

#[async_trait]
impl EmployeeSource for SoapSource {
    fn call_formula(&self) -> &'static str {
        if self.by_debtor {
            "1 for the environment unless its domain is configured + 1 for the types of employees + 1 for the debtors + \
             1 for each debtor + (4 + the number of types that are asked for) for each company + 1 for each person whose \
             extra fields are asked for"
        } else {
            "1 for the environment unless its domain is configured + 1 for the types of employees + 1 for the \
             companies + (4 + the number of types that are asked for) for each company + 1 for each person whose extra \
             fields are asked for"
        }
    }

    async fn companies(
        &self,
        meter: &ports::RequestMeter,
    ) -> Result<Listing<CoreRow<sync_core::CompanyId, SourceCompany>>, PortError> {
        self.run.forget().await;
        // First, because without these nothing that follows is of any use.
        self.client.domain_metered(&CoreMeter(meter)).await.map_err(port_error)?;
        self.types(meter).await?;
        let rows = if self.by_debtor {
            self.companies_by_debtor(meter).await
        } else {
            self.all_companies(meter).await
        };
        rows.map(whole)
    }

    async fn rows(
        &self,
        request: &RowsRequest,
        meter: &ports::RequestMeter,
    ) -> Result<SourceRows, PortError> {
        let company = CompanyId::new(request.company.as_str())
            .map_err(|invalid| refused("read a company's lists", invalid))?;
        let client = &self.client;
        Ok(match request.resource {
            Resource::Employees => {
                let known = self.run.company(&company);
                let mut known = known.lock().await;
                let rows = self.employees(&company, &mut known, meter).await?;
                SourceRows::Employees(whole(rows.to_vec()))
            }
            Resource::Personal => {
                let current = client.current_period_metered(&company, &CoreMeter(meter)).await;
                let current = current.map_err(port_error)?.map(|current| current.period);
                let personal = |history: PerEmployee<_>| {
                    in_force(&history.entries, current, |info| personal_of(info, request.private_email))
                };
                let rows = self.employee_rows(client.personal_info(&company), meter, personal).await?;
                SourceRows::Personal(whole(rows))
            }
            Resource::Employments => {
                let rows =
                    self.employee_rows(client.employments(&company), meter, |row| Ok(employments(row)));
                SourceRows::Employments(whole(rows.await?))
            }
            Resource::Contracts => {
                let rows = self.employee_rows(client.contracts(&company), meter, |row| Ok(contracts(row)));
                SourceRows::Contracts(whole(rows.await?))
            }
            Resource::FieldDefinitions => {
                let known = self.run.company(&company);
                let mut known = known.lock().await;
                let fields = self.fields(&company, &mut known, meter).await?;
                SourceRows::FieldDefinitions(whole(fields.definitions.clone()))
            }
            Resource::ExtraFields => {
                let known = self.run.company(&company);
                let mut known = known.lock().await;
                let fields = self.fields(&company, &mut known, meter).await?;
                SourceRows::ExtraFields(whole(fields.values.clone()))
            }
            unknown => return Err(PortError::new(PortErrorKind::Refused, format!("read {unknown}"))),
        })
    }
}

type CompanyRow = CoreRow<sync_core::CompanyId, SourceCompany>;

/// SOAP tells no totals: an answer is whole when it ended as it should, which the client sees to.
fn whole<R>(rows: Vec<R>) -> Listing<R> {
    Listing::new(rows, None)
}

async fn read<T: Send + 'static>(
    list: Records<T>,
    meter: &ports::RequestMeter,
) -> Result<Vec<Row<T>>, PortError> {
    list.all_metered(&CoreMeter(meter)).await.map_err(port_error)
}

fn company_row(row: Row<Company>, debtor: Option<&DebtorId>) -> CompanyRow {
    let id = sync_core::CompanyId::new(id_of(&row).as_str());
    let debtor = debtor.map(|debtor| sync_core::DebtorId::new(debtor.as_str()));
    core_row(id, row, |company| {
        let mut company = source_company(company);
        company.debtor = debtor;
        Ok(company)
    })
}

/// Whoever stands in two lists changed the type while they were read, and nobody can say to which: so must all be read
/// anew, before anything is built on them.
fn each_once(mut rows: Vec<EmployeeRow>) -> Result<Vec<EmployeeRow>, PortError> {
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows.dedup();
    let is_twice = rows.windows(2).any(|pair| matches!(pair, [one, other] if one.id == other.id));
    if is_twice {
        let error = Error::new(ErrorKind::Incomplete, Operation::Employees.qualified_name());
        return Err(port_error(error.detail("somebody stands in the lists of two types")));
    }
    Ok(rows)
}

/// Nobody says of which type somebody is whose row cannot be read; such a person is asked about too.
fn is_asked_about(row: &EmployeeRow, whose: ExtraFieldsOf) -> bool {
    let listed = row.content.as_ref().ok();
    whose == ExtraFieldsOf::Everyone
        || listed.is_none_or(|listed| listed.employee_type != Some(record::EmployeeType::FormerPayroll))
}

fn readable(row: Row<ExtraFieldValue>) -> Result<ExtraFieldValue, record::Unreadable> {
    match row {
        Row::Readable(row) => Ok(row),
        Row::Unreadable(Unreadable { at, why, .. }) => Err(record::Unreadable::new(at, why.to_string())),
    }
}

fn refused(context: &'static str, invalid: InvalidId) -> PortError {
    PortError::new(PortErrorKind::Refused, context).with_source(invalid)
}

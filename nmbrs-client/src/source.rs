//! This client as the source of `sync-core`.
//!
//! The core's requests come in, whole verified lists in the core's own terms go out. A row that cannot be read stays a
//! row with its id; a date that stands for "not set" is not set; of extra fields only those that concern the core are
//! kept. Nothing is decided here, and nothing is read that no rule of the core consumes.

use async_trait::async_trait;
use chrono::NaiveDate;
use sync_core::ports::{self, EmployeeSource, PortError, PortErrorKind, RowsRequest};
use sync_core::record::{self, FieldDefinition, Listed, Personal, SourceCompany};
use sync_core::snapshot::{self, Resource, SourceRows};
use sync_core::{ExternalId, extra_fields};

use crate::client::NmbrsClient;
use crate::error::{Error, ErrorKind};
use crate::id::CompanyId;
use crate::list::{List, Listing};
use crate::meter::{CeilingReached, RequestMeter};
use crate::model::{
    Company, Contract, Employee, EmployeeType, Employment, ExtraFieldDefinition, ExtraFieldValue, InForce,
    PerEmployee, PersonalInfo, SourceDate,
};
use crate::operation::Operation;
use crate::pii::Pii;
use crate::row::{Record, Row, Unreadable, id_of};

pub(crate) type CoreRow<I, T> = snapshot::Row<I, T>;

/// Nmbrs over REST, as [`EmployeeSource`].
#[derive(Debug, Clone)]
pub struct NmbrsSource(NmbrsClient);

impl NmbrsSource {
    /// What a sync reads, and therefore what [`Scope::least_for`](crate::Scope::least_for) has to ask consent for.
    pub const OPERATIONS: &[Operation] = &[
        Operation::Companies,
        // These two answer in its place if the consent covers several debtors.
        Operation::Debtors,
        Operation::CompaniesByDebtor,
        Operation::Employees,
        Operation::PersonalInfo,
        Operation::Employments,
        Operation::Contracts,
        Operation::ExtraFieldDefinitions,
        Operation::ExtraFieldValues,
    ];

    /// Reads through this client.
    pub fn new(client: NmbrsClient) -> Self {
        Self(client)
    }

    /// The client, for its counters.
    pub fn client(&self) -> &NmbrsClient {
        &self.0
    }
}

#[async_trait]
impl EmployeeSource for NmbrsSource {
    fn call_formula(&self) -> &'static str {
        "pages(companies) + the sum over companies of pages(employees) + pages(personal info) + pages(employments) \
         + pages(contracts) + pages(extra field definitions) + pages(extra fields), where pages(N) = max(1, N/100 \
         rounded up); if the consent covers several debtors, 1 + pages(debtors) + the sum over debtors of \
         pages(companies) stands in the place of pages(companies)"
    }

    async fn companies(
        &self,
        meter: &ports::RequestMeter,
    ) -> Result<snapshot::Listing<CoreRow<sync_core::CompanyId, SourceCompany>>, PortError> {
        let listing = self.0.companies_visible_metered(&CoreMeter(meter)).await.map_err(port_error)?;
        let rows = listing.rows.into_iter().map(|row| {
            let id = sync_core::CompanyId::new(id_of(&row).as_str());
            core_row(id, row, |company| Ok(source_company(company)))
        });
        Ok(snapshot::Listing::new(rows.collect(), listing.total))
    }

    async fn rows(
        &self,
        request: &RowsRequest,
        meter: &ports::RequestMeter,
    ) -> Result<SourceRows, PortError> {
        let company = CompanyId::new(request.company.as_str()).map_err(|invalid| {
            PortError::new(PortErrorKind::Refused, "read a company's lists").with_source(invalid)
        })?;
        let client = &self.0;
        match request.resource {
            Resource::Employees => employee_rows(client.employees(&company), meter, |row| Ok(listed(row)))
                .await
                .map(SourceRows::Employees),
            Resource::Personal => {
                let personal = |history| personal(&history, request.private_email);
                employee_rows(client.personal_info(&company), meter, personal).await.map(SourceRows::Personal)
            }
            Resource::Employments => {
                employee_rows(client.employments(&company), meter, |row| Ok(employments(row)))
                    .await
                    .map(SourceRows::Employments)
            }
            Resource::Contracts => employee_rows(client.contracts(&company), meter, |row| Ok(contracts(row)))
                .await
                .map(SourceRows::Contracts),
            Resource::FieldDefinitions => definition_rows(client.extra_field_definitions(&company), meter)
                .await
                .map(SourceRows::FieldDefinitions),
            Resource::ExtraFields => {
                employee_rows(client.extra_field_values(&company), meter, |row| Ok(steering_fields(row)))
                    .await
                    .map(SourceRows::ExtraFields)
            }
            unknown => Err(PortError::new(PortErrorKind::Refused, format!("read {unknown}"))),
        }
    }
}

/// The core's meter, as this client's.
pub(crate) struct CoreMeter<'a>(pub(crate) &'a ports::RequestMeter);

impl RequestMeter for CoreMeter<'_> {
    fn reserve(&self, requests: u64) -> Result<(), CeilingReached> {
        self.0.reserve(requests).map_err(|reached| {
            let reserved = reached.wanted.saturating_sub(requests);
            CeilingReached::new(requests, reached.ceiling.saturating_sub(reserved))
        })
    }

    fn answered(&self) {
        self.0.answered();
    }
}

async fn read<T>(list: List<T>, meter: &ports::RequestMeter) -> Result<Listing<T>, PortError>
where
    T: PartialEq + Send + 'static,
{
    list.all_metered(&CoreMeter(meter)).await.map_err(port_error)
}

/// A list of employees, each row under the id that an account carries.
pub(crate) async fn employee_rows<T: Record, U>(
    list: List<T>,
    meter: &ports::RequestMeter,
    content: impl Fn(T) -> Result<U, record::Unreadable>,
) -> Result<snapshot::Listing<CoreRow<ExternalId, U>>, PortError> {
    let operation = list.operation();
    let listing = read(list, meter).await?;
    let rows = listing.rows.into_iter().map(|row| {
        // An id that no account could carry is as good as none: nobody can say whose row it is.
        let id = ExternalId::rest(id_of(&row).as_str()).map_err(|not_ours| {
            PortError::new(PortErrorKind::Incomplete, operation.name()).with_source(not_ours)
        })?;
        Ok(core_row(id, row, &content))
    });
    Ok(snapshot::Listing::new(rows.collect::<Result<_, PortError>>()?, listing.total))
}

async fn definition_rows(
    list: List<ExtraFieldDefinition>,
    meter: &ports::RequestMeter,
) -> Result<snapshot::Listing<CoreRow<String, FieldDefinition>>, PortError> {
    let listing = read(list, meter).await?;
    let rows = listing.rows.into_iter().map(|row| core_row(id_of(&row).as_str().to_owned(), row, definition));
    Ok(snapshot::Listing::new(rows.collect(), listing.total))
}

pub(crate) fn core_row<I, T, U>(
    id: I,
    row: Row<T>,
    content: impl FnOnce(T) -> Result<U, record::Unreadable>,
) -> CoreRow<I, U> {
    let content = match row {
        Row::Readable(row) => content(row),
        Row::Unreadable(Unreadable { at, why, .. }) => Err(record::Unreadable::new(at, why.to_string())),
    };
    match content {
        Ok(content) => CoreRow::readable(id, content),
        Err(problem) => CoreRow::unreadable(id, problem),
    }
}

pub(crate) fn source_company(company: Company) -> SourceCompany {
    let mut source = SourceCompany::new(sync_core::CompanyId::new(company.id.as_str()));
    source.debtor = company.debtor.map(|debtor| sync_core::DebtorId::new(debtor.as_str()));
    source.name = company.name;
    source
}

fn listed(employee: Employee) -> Listed {
    Listed::new(employee.number, employee.employee_type.map(employee_type))
}

fn employee_type(of: EmployeeType) -> record::EmployeeType {
    match of {
        EmployeeType::Applicant => record::EmployeeType::Applicant,
        EmployeeType::NewHire => record::EmployeeType::NewHire,
        EmployeeType::Payroll => record::EmployeeType::Payroll,
        EmployeeType::FormerPayroll => record::EmployeeType::FormerPayroll,
        EmployeeType::External => record::EmployeeType::External,
        EmployeeType::FormerExternal => record::EmployeeType::FormerExternal,
        EmployeeType::RejectedApplicant => record::EmployeeType::RejectedApplicant,
        EmployeeType::Other(text) => record::EmployeeType::Other(text),
    }
}

fn personal(
    history: &PerEmployee<PersonalInfo>,
    private_email: bool,
) -> Result<Personal, record::Unreadable> {
    match history.in_force() {
        InForce::Nothing => Ok(Personal::default()),
        InForce::Entry(info) => Ok(personal_of(info, private_email)),
        InForce::Tied => {
            let problem = "several entries of the same period and moment say different things";
            Err(record::Unreadable::new("info", problem))
        }
    }
}

/// What the core reads of one entry; the private address only if it has a consumer.
pub(crate) fn personal_of(info: &PersonalInfo, private_email: bool) -> Personal {
    let mut personal = Personal::default();
    personal.first_name = core_text(info.name.first.as_ref());
    personal.prefix = core_text(info.name.prefix.as_ref());
    personal.last_name = core_text(info.name.last.as_ref());
    personal.business_email = core_text(info.business_email.as_ref());
    personal.private_email = core_text(info.private_email.as_ref().filter(|_| private_email));
    // A placeholder goes on as written: that it counts as missing, and is told, is the core's rule.
    personal.birthday = info.birthday.expose().as_written().map(sync_core::Pii::new);
    personal
}

fn core_text(text: Option<&Pii<String>>) -> Option<sync_core::Pii<String>> {
    text.map(|text| sync_core::Pii::new(text.expose().clone()))
}

pub(crate) fn employments(history: PerEmployee<Employment>) -> Vec<record::Employment> {
    let entries = history.entries.into_iter().map(|entry| {
        let mut employment = record::Employment::default();
        employment.start = day(entry.start);
        employment.end = day(entry.end);
        employment.seniority = day(entry.seniority);
        employment
    });
    entries.collect()
}

pub(crate) fn contracts(history: PerEmployee<Contract>) -> Vec<record::Contract> {
    let entries = history.entries.into_iter();
    entries.map(|entry| record::Contract::new(day(entry.start), day(entry.end))).collect()
}

pub(crate) fn day(date: SourceDate) -> Option<NaiveDate> {
    date.day()
}

fn definition(definition: ExtraFieldDefinition) -> Result<FieldDefinition, record::Unreadable> {
    let name = definition.name.ok_or_else(|| record::Unreadable::new("name", "it is missing"))?;
    Ok(FieldDefinition::new(name, definition.field_type.as_ref().map_or("", |kind| kind.as_str())))
}

/// Free text of other fields can hold anything, so it is dropped here.
fn steering_fields(values: PerEmployee<ExtraFieldValue>) -> Vec<record::ExtraField> {
    let fields = values.entries.into_iter().filter_map(|entry| {
        let name = entry.definition.name.filter(|name| extra_fields::concerns_us(name))?;
        let mut field = record::ExtraField::new(name, entry.value.text().map(str::to_owned));
        field.start = day(entry.start);
        Some(field)
    });
    fields.collect()
}

/// What the engine must do next. Reading changes nothing, so nothing is ever doubtful.
pub(crate) fn port_error(error: Error) -> PortError {
    let kind = match error.kind() {
        ErrorKind::Incomplete => PortErrorKind::Incomplete,
        ErrorKind::CeilingReached => PortErrorKind::Ceiling,
        ErrorKind::ConsentLost => PortErrorKind::ConsentLost,
        _ if error.is_retryable() => PortErrorKind::Retryable { at: error.retry_at() },
        ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Invalid => PortErrorKind::Refused,
        _ => PortErrorKind::Fatal,
    };
    PortError::new(kind, error.operation()).with_source(error)
}

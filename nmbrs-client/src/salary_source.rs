//! This client as the salaries of `sync-core`.
//!
//! A type of its own beside [`NmbrsSource`](crate::NmbrsSource), so that whoever is given the one cannot read with the
//! other. The entry in force goes out, in the core's terms; the rest of the history stays here.

use async_trait::async_trait;
use chrono::NaiveDate;
use sync_core::ports::{self, PortError, PortErrorKind, SalarySource};
use sync_core::snapshot::{Listing, Row};
use sync_core::{ExternalId, record, salary};

use crate::client::NmbrsClient;
use crate::id::CompanyId;
use crate::model::{PerEmployee, Salary, SalaryInForce, SalaryType};
use crate::operation::Operation;
use crate::source::employee_rows;

/// Salaries of Nmbrs over REST, as [`SalarySource`].
#[derive(Debug, Clone)]
pub struct NmbrsSalaries(NmbrsClient);

impl NmbrsSalaries {
    /// What it reads. With the vendor's scopes of today a consent that lets a sync read employments opens it, too.
    pub const OPERATIONS: &[Operation] = &[Operation::Salaries];

    /// Reads through this client.
    pub fn new(client: NmbrsClient) -> Self {
        Self(client)
    }
}

#[async_trait]
impl SalarySource for NmbrsSalaries {
    async fn salaries(
        &self,
        company: &sync_core::CompanyId,
        day: NaiveDate,
        meter: &ports::RequestMeter,
    ) -> Result<Listing<Row<ExternalId, Option<salary::Salary>>>, PortError> {
        let company = CompanyId::new(company.as_str()).map_err(|invalid| {
            PortError::new(PortErrorKind::Refused, "read a company's salaries").with_source(invalid)
        })?;
        employee_rows(self.0.salaries(&company), meter, |history| in_force(&history, day)).await
    }
}

fn in_force(
    history: &PerEmployee<Salary>,
    day: NaiveDate,
) -> Result<Option<salary::Salary>, record::Unreadable> {
    match history.in_force(day) {
        SalaryInForce::Nothing => Ok(None),
        SalaryInForce::Entry(entry) => of_core(entry).map(Some),
        SalaryInForce::Unclear => {
            Err(record::Unreadable::new("salaries", "nobody can say which of the entries counts"))
        }
    }
}

fn of_core(entry: &Salary) -> Result<salary::Salary, record::Unreadable> {
    let amount = entry.amount.map(|amount| amount.expose().to_decimal().parse());
    let amount = amount
        .transpose()
        .map_err(|problem: salary::NoWage| record::Unreadable::new("salaries.value", problem.to_string()))?;
    Ok(salary::Salary::new(entry.salary_type.as_ref().map(type_of), amount))
}

fn type_of(of: &SalaryType) -> salary::SalaryType {
    match of {
        SalaryType::GrossFulltime => salary::SalaryType::GrossFulltime,
        SalaryType::GrossParttime => salary::SalaryType::GrossParttime,
        SalaryType::GrossHourly => salary::SalaryType::GrossHourly,
        other => salary::SalaryType::Other(other.as_str().to_owned()),
    }
}

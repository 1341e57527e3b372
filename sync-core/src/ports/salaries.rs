//! Salaries, apart from everything else of payroll.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{PortError, RequestMeter};
use crate::external_id::ExternalId;
use crate::id::CompanyId;
use crate::salary::Salary;
use crate::snapshot::{Listing, Row};

/// A payroll system from which salaries are read.
///
/// A port of its own: whoever plans or applies is given an [`EmployeeSource`](super::EmployeeSource), which cannot read
/// them, so that salaries are read for the list that a customer asked for and for nothing else. An implementation keeps
/// its promises: whole lists, each checked against its own total, the meter asked first, and a row that cannot be read
/// reported by its id.
#[async_trait]
pub trait SalarySource: Send + Sync {
    /// What is in force on `day` for each employee of the company, whole; `None` for those of whom payroll has nothing
    /// in force. Where nobody can say which of several entries counts, the row is unreadable.
    ///
    /// # Errors
    /// [`PortError`]; nothing was changed in any case.
    async fn salaries(
        &self,
        company: &CompanyId,
        day: NaiveDate,
        meter: &RequestMeter,
    ) -> Result<Listing<Row<ExternalId, Option<Salary>>>, PortError>;
}

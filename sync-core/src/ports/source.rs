//! The payroll side: it can be read, and no more (R10).

use async_trait::async_trait;

use super::{PortError, RequestMeter};
use crate::id::CompanyId;
use crate::record::SourceCompany;
use crate::snapshot::{Listing, Resource, Row, SourceRows};

/// Which list of which company to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowsRequest {
    /// The company.
    pub company: CompanyId,
    /// The list.
    pub resource: Resource,
    /// Whether private e-mail addresses have a consumer. If not, the adapter drops them while decoding.
    pub private_email: bool,
}

impl RowsRequest {
    /// Asks for one list, without private addresses.
    pub const fn new(company: CompanyId, resource: Resource) -> Self {
        Self { company, resource, private_email: false }
    }

    /// With private e-mail addresses.
    pub const fn with_private_email(mut self, wanted: bool) -> Self {
        self.private_email = wanted;
        self
    }
}

/// A payroll system from which employees are read.
///
/// An implementation reads whole lists, checks each against its own total
/// ([`Incomplete`](super::PortErrorKind::Incomplete) otherwise; the caller reads once more), asks the meter before
/// it sends, and reports a row that it cannot read as such, by its id. Of extra fields it keeps only those
/// whose name [`extra_fields::concerns_us`](crate::extra_fields::concerns_us).
#[async_trait]
pub trait EmployeeSource: Send + Sync {
    /// How the number of requests follows from the number of companies and people, for a person to read
    /// before the first request is sent.
    fn call_formula(&self) -> &'static str;

    /// All companies that the sign-in sees.
    ///
    /// # Errors
    /// [`PortError`]; nothing was changed in any case.
    async fn companies(
        &self,
        meter: &RequestMeter,
    ) -> Result<Listing<Row<CompanyId, SourceCompany>>, PortError>;

    /// One list of one company, whole. The variant of the answer is the resource that was asked for.
    ///
    /// # Errors
    /// [`PortError`]; nothing was changed in any case.
    async fn rows(&self, request: &RowsRequest, meter: &RequestMeter) -> Result<SourceRows, PortError>;
}

//! The Customer API as two traits. Whoever holds a reader can write nothing; whoever holds a writer can read nothing.
//!
//! Both are object-safe, so a service can put its own implementation behind them; this crate has two, over HTTP and
//! in memory.

use std::fmt;

use async_trait::async_trait;

use crate::employee::{Company, CompanyGroup, Employee};
use crate::employee_edit::EmployeeEdit;
use crate::error::Error;
use crate::id::{CompanyGroupId, CompanyId, EmployeeId};
use crate::new_employee::NewEmployee;
use crate::row::Row;

/// The half that reads. Calls are repeated where that may help.
#[async_trait]
pub trait CustomerApiRead: Send + Sync + fmt::Debug {
    /// All companies the keys give access to. Not paged.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind) of a read; one company that cannot be read fails the call.
    async fn companies(&self) -> Result<Vec<Company>, Error>;

    /// All groups of a company. Not paged.
    ///
    /// # Errors
    /// As for [`companies`](CustomerApiRead::companies); `NotFound` for an unknown company.
    async fn groups(&self, company: CompanyId) -> Result<Vec<CompanyGroup>, Error>;

    /// One page of the employees of a company. See [`all_employees`](crate::all_employees) for all of them.
    ///
    /// A row that cannot be read is in the page as [`Row::Unreadable`].
    ///
    /// # Errors
    /// `Incomplete` if a row has not even a readable id; otherwise any kind of a read.
    async fn employees_page(&self, company: CompanyId, page: &PageRequest) -> Result<EmployeePage, Error>;

    /// One employee.
    ///
    /// # Errors
    /// `NotFound` if there is none; `Decode` if the answer cannot be read or is about somebody else.
    async fn employee(&self, company: CompanyId, employee: EmployeeId) -> Result<Employee, Error>;
}

/// The half that writes. No call is ever repeated once a byte of it may have left.
///
/// After an error with [`may_have_been_sent`](Error::may_have_been_sent) the account may have been changed: settle it
/// by a verified listing.
#[async_trait]
pub trait CustomerApiWrite: Send + Sync + fmt::Debug {
    /// Makes an account. Assume that it invites the employee at once and may grant onboarding budgets.
    ///
    /// # Errors
    /// `Conflict` if the address is in use; `Invalid` with the refused fields; any other kind of a write.
    async fn create(&self, company: CompanyId, new: &NewEmployee) -> Result<Employee, Error>;

    /// Changes an account.
    ///
    /// # Errors
    /// `EmptyEdit`, without any request, if nothing would change; otherwise as for [`create`](CustomerApiWrite::create).
    async fn edit(
        &self,
        company: CompanyId,
        employee: EmployeeId,
        edit: &EmployeeEdit,
    ) -> Result<Employee, Error>;

    /// Activates an account now. Look first whether it is inactive: what a repetition does is not known.
    ///
    /// # Errors
    /// Any kind of a write.
    async fn activate(&self, company: CompanyId, employee: EmployeeId) -> Result<Employee, Error>;

    /// Deactivates an account now. Assume that it cancels the employee's budgets for good.
    ///
    /// # Errors
    /// Any kind of a write.
    async fn deactivate(&self, company: CompanyId, employee: EmployeeId) -> Result<Employee, Error>;
}

/// Which employees a listing is about. By default: no filter, which may or may not include inactive accounts (that is
/// not known): to be sure of all, list the active and the inactive ones.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct EmployeeFilter {
    /// Only active (`true`) or only inactive (`false`) accounts.
    pub is_active: Option<bool>,
    /// Only the members of this group.
    pub company_group: Option<CompanyGroupId>,
    /// Free text; which fields it is compared with is not known, so decide nothing on it.
    pub search: Option<String>,
}

impl EmployeeFilter {
    /// Active accounts only.
    pub fn active() -> Self {
        Self { is_active: Some(true), ..Self::default() }
    }

    /// Inactive accounts only.
    pub fn inactive() -> Self {
        Self { is_active: Some(false), ..Self::default() }
    }

    /// Only the members of this group.
    pub fn with_company_group(mut self, group: CompanyGroupId) -> Self {
        self.company_group = Some(group);
        self
    }

    /// Only what this text finds.
    pub fn with_search(mut self, text: impl Into<String>) -> Self {
        self.search = Some(text.into());
        self
    }
}

/// Without the search text, which is a name or an address.
impl fmt::Debug for EmployeeFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmployeeFilter")
            .field("is_active", &self.is_active)
            .field("company_group", &self.company_group)
            .field("has_search", &self.search.is_some())
            .finish()
    }
}

/// The largest page that is asked for, in rows. The server's own maximum is not known.
pub const MAX_PAGE: u64 = 100;

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    skip: u64,
    limit: u64,
    filter: EmployeeFilter,
}

impl PageRequest {
    /// The first [`MAX_PAGE`] rows of what `filter` selects.
    pub fn first(filter: EmployeeFilter) -> Self {
        Self { skip: 0, limit: MAX_PAGE, filter }
    }

    /// Leaves out this many rows at the beginning.
    pub fn with_skip(mut self, rows: u64) -> Self {
        self.skip = rows;
        self
    }

    /// Asks for at most this many rows; brought into 1 to [`MAX_PAGE`].
    pub fn with_limit(mut self, rows: u64) -> Self {
        self.limit = rows.clamp(1, MAX_PAGE);
        self
    }

    /// Rows left out at the beginning.
    pub fn skip(&self) -> u64 {
        self.skip
    }

    /// Rows asked for.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Which employees.
    pub fn filter(&self) -> &EmployeeFilter {
        &self.filter
    }
}

/// One page as the server gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmployeePage {
    /// Its rows, in the server's order, of which nothing is promised.
    pub rows: Vec<Row<Employee>>,
    /// The number of rows over all pages, as this page states it.
    pub count: u64,
}

impl EmployeePage {
    /// A page, for those who implement [`CustomerApiRead`] themselves.
    pub fn new(rows: Vec<Row<Employee>>, count: u64) -> Self {
        Self { rows, count }
    }

    pub(crate) fn len(&self) -> u64 {
        u64::try_from(self.rows.len()).unwrap_or(u64::MAX)
    }
}

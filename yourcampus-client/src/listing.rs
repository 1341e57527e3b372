//! All employees of a company: lazily page by page, or at once with proof that they are all there.
//!
//! Works over any [`CustomerApiRead`]. A verified listing never returns part of the rows: either as many distinct ids as
//! every page said there are, or `Incomplete`. Whether to read again is the caller's decision.

use std::collections::BTreeSet;

use futures_core::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::api::{CustomerApiRead, EmployeeFilter, EmployeePage, MAX_PAGE, PageRequest};
use crate::employee::Employee;
use crate::error::{Error, ErrorKind};
use crate::id::{CompanyId, EmployeeId};
use crate::meter::RequestMeter;
use crate::operation::Operation;
use crate::row::Row;

/// A listing of all employees that `filter` selects. Nothing is read yet.
pub fn all_employees(
    reader: &dyn CustomerApiRead,
    company: CompanyId,
    filter: EmployeeFilter,
) -> Listing<'_> {
    Listing { reader, company, filter, page_size: MAX_PAGE, concurrency: 4, max_pages: 10_000, meter: None }
}

/// A listing that is still to be read; see [`all_employees`].
#[derive(Debug, Clone)]
pub struct Listing<'a> {
    reader: &'a dyn CustomerApiRead,
    company: CompanyId,
    filter: EmployeeFilter,
    page_size: u64,
    concurrency: usize,
    max_pages: u64,
    meter: Option<&'a dyn RequestMeter>,
}

impl<'a> Listing<'a> {
    /// Rows per page, 1 to 100 (default 100).
    pub fn with_page_size(mut self, rows: u64) -> Self {
        self.page_size = rows.clamp(1, MAX_PAGE);
        self
    }

    /// Pages read at once by [`Listing::all`] after the first (default 4, at least 1).
    pub fn with_concurrency(mut self, pages: usize) -> Self {
        self.concurrency = pages.max(1);
        self
    }

    /// Ends with `Incomplete` rather than read more pages than this (default 10,000).
    pub fn with_max_pages(mut self, pages: u64) -> Self {
        self.max_pages = pages;
        self
    }

    /// Asks this meter before each request.
    pub fn with_meter(mut self, meter: &'a dyn RequestMeter) -> Self {
        self.meter = Some(meter);
        self
    }

    /// The pages one after the other. The next is read only when it is asked for. Not verified.
    ///
    /// Goes on by as many rows as a page had, so that short pages do no harm; ends at an empty page or when the
    /// latest `count` is reached. After an error the stream ends.
    pub fn pages(self) -> BoxStream<'a, Result<EmployeePage, Error>> {
        let start = Some(Position::default());
        stream::unfold((self, start), |(listing, position)| async move {
            let position = position?;
            let result = listing.page_after(&position).await;
            let next = result.as_ref().ok().and_then(|page| position.after(page));
            Some((result, (listing, next)))
        })
        .boxed()
    }

    /// The rows one after the other, as lazily as [`Listing::pages`]. Not verified.
    pub fn rows(self) -> BoxStream<'a, Result<Row<Employee>, Error>> {
        self.pages().map_ok(|page| stream::iter(page.rows.into_iter().map(Ok))).try_flatten().boxed()
    }

    /// All rows, verified: every page states the same `count`, and there are exactly that many distinct ids.
    ///
    /// The first page tells how many there are; the others are then read several at once. If the server does not fill
    /// a page before the last, the rest is walked page by page.
    ///
    /// # Errors
    /// `Incomplete` if pages disagree, ids are repeated or missing, or there are too many pages; `CeilingReached` if
    /// the meter refuses; any error of a page.
    pub async fn all(self) -> Result<Vec<Row<Employee>>, Error> {
        let mut found = Found::begin(self.page_after(&Position::default()).await?);
        let is_full = found.len() == self.page_size;
        if is_full && found.len() < found.count {
            self.read_filled_pages(&mut found).await?;
        }
        self.walk(&mut found).await?;
        found.verified()
    }

    /// Reads the pages behind the first at once, and keeps them up to the first that is not filled.
    async fn read_filled_pages(&self, found: &mut Found) -> Result<(), Error> {
        let pages = found.count.div_ceil(self.page_size);
        if pages > self.max_pages {
            return Err(incomplete("there are more pages than allowed"));
        }
        self.reserve(pages - 1)?;
        let reads = (1..pages).map(|page| self.read(page * self.page_size));
        let mut read: Vec<_> = stream::iter(reads).buffered(self.concurrency).try_collect().await?;
        let filled = read.iter().take_while(|page| page.len() == self.page_size).count();
        // The page after the filled ones is kept as well: it is the last, or the one the walk goes on from.
        read.truncate(filled + 1);
        for page in read {
            found.add(page)?;
        }
        found.pages_read = pages;
        Ok(())
    }

    /// Goes on from what was found until `count` is reached; an empty page before that ends the listing.
    async fn walk(&self, found: &mut Found) -> Result<(), Error> {
        while found.len() < found.count && !found.is_at_empty_page {
            let position = Position { skip: found.len(), pages_read: found.pages_read };
            found.add(self.page_after(&position).await?)?;
            found.pages_read += 1;
        }
        Ok(())
    }

    async fn page_after(&self, position: &Position) -> Result<EmployeePage, Error> {
        if position.pages_read >= self.max_pages {
            return Err(incomplete("there are more pages than allowed"));
        }
        self.reserve(1)?;
        self.read(position.skip).await
    }

    async fn read(&self, skip: u64) -> Result<EmployeePage, Error> {
        let request = PageRequest::first(self.filter.clone()).with_skip(skip).with_limit(self.page_size);
        let page = self.reader.employees_page(self.company, &request).await?;
        if let Some(meter) = self.meter {
            meter.answered();
        }
        Ok(page)
    }

    fn reserve(&self, requests: u64) -> Result<(), Error> {
        let Some(meter) = self.meter else { return Ok(()) };
        meter.reserve(requests).map_err(|reached| {
            Error::new(ErrorKind::CeilingReached, Operation::ListEmployees).with_source(reached)
        })
    }
}

/// How far a walk has come.
#[derive(Debug, Default)]
struct Position {
    skip: u64,
    pages_read: u64,
}

impl Position {
    /// Where to go on behind `page`; `None` if it was the last.
    fn after(&self, page: &EmployeePage) -> Option<Self> {
        let skip = self.skip + page.len();
        let is_last = page.rows.is_empty() || skip >= page.count;
        (!is_last).then_some(Self { skip, pages_read: self.pages_read + 1 })
    }
}

/// The rows of a verified listing so far, and what all pages must agree on.
#[derive(Debug)]
struct Found {
    rows: Vec<Row<Employee>>,
    count: u64,
    pages_read: u64,
    is_at_empty_page: bool,
}

impl Found {
    fn begin(first: EmployeePage) -> Self {
        Self { is_at_empty_page: first.rows.is_empty(), rows: first.rows, count: first.count, pages_read: 1 }
    }

    fn len(&self) -> u64 {
        u64::try_from(self.rows.len()).unwrap_or(u64::MAX)
    }

    fn add(&mut self, page: EmployeePage) -> Result<(), Error> {
        if page.count != self.count {
            return Err(incomplete("the count changed between two pages"));
        }
        self.is_at_empty_page = page.rows.is_empty();
        self.rows.extend(page.rows);
        Ok(())
    }

    fn verified(self) -> Result<Vec<Row<Employee>>, Error> {
        let ids: BTreeSet<EmployeeId> = self.rows.iter().map(id_of).collect();
        if u64::try_from(ids.len()).ok() != Some(self.count) || ids.len() != self.rows.len() {
            return Err(incomplete("the distinct ids are not as many as the stated count"));
        }
        Ok(self.rows)
    }
}

fn id_of(row: &Row<Employee>) -> EmployeeId {
    match row {
        Row::Readable(employee) => employee.id,
        Row::Unreadable(row) => row.id,
    }
}

fn incomplete(context: &'static str) -> Error {
    Error::new(ErrorKind::Incomplete, Operation::ListEmployees).with_context(context)
}

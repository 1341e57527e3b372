//! Reading a list: page by page, row by row, or whole and verified.
//!
//! [`List::all`] is the one to decide on: what it returns is complete as far as the server's own numbers can show.
//! It can never return part of a list: a page that fails, a total that changes, a row that comes twice with different
//! content, or a count that does not add up is an error. Pages are addressed by number; links are never followed.

use std::fmt;

use futures_core::stream::BoxStream;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::client::NmbrsClient;
use crate::error::{Error, ErrorKind, Incomplete, Result};
use crate::gather::{Differs, Gathered};
use crate::meter::{RequestMeter, Unmetered};
use crate::operation::{Endpoint, Operation};
use crate::page::{NoPage, Page, decode};
use crate::row::{Record, Row};

/// Reads a body as the page of this number, asked for with this many rows.
type Decode<T> = fn(u32, u32, &[u8]) -> Result<Page<T>, NoPage>;

/// A list that can be read. Nothing is sent before one of its reading functions is polled.
#[derive(Clone)]
pub struct List<T> {
    client: NmbrsClient,
    endpoint: Endpoint,
    decode: Decode<T>,
}

/// A complete list.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Listing<T> {
    /// Every row once, in the order of the pages.
    pub rows: Vec<Row<T>>,
    /// The total the server announced, equal to the number of rows; `None` if it announced none, and then completeness
    /// rests on the walk through the pages alone.
    pub total: Option<u64>,
    /// Pages read.
    pub pages: u32,
}

impl<T> List<T> {
    pub(crate) fn new(client: &NmbrsClient, endpoint: Endpoint) -> Self
    where
        T: Record,
    {
        Self { client: client.clone(), endpoint, decode: decode::<T> }
    }

    /// The operation that gives this list.
    pub fn operation(&self) -> Operation {
        self.endpoint.operation
    }

    async fn page(&self, number: u32) -> Result<Page<T>> {
        let client = &self.client.0;
        if number > client.max_pages {
            return Err(self.incomplete(Incomplete::TooManyPages { ceiling: client.max_pages }));
        }
        let answer = client.get_page(&self.endpoint, number).await?;
        (self.decode)(number, client.page_size, &answer.body).map_err(|no_page| {
            let error = match no_page {
                NoPage::Undecodable(detail) => self.error(ErrorKind::Decode).detail(detail),
                NoPage::Incomplete(how) => self.incomplete(how),
            };
            error.status_of(answer.status, answer.request_id)
        })
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.endpoint.operation.name())
    }

    fn incomplete(&self, how: Incomplete) -> Error {
        self.error(ErrorKind::Incomplete).disagrees(how)
    }

    fn reserve(&self, meter: &dyn RequestMeter, requests: u64) -> Result<()> {
        meter.reserve(requests).map_err(|refusal| self.error(ErrorKind::CeilingReached).caused_by(refusal))
    }
}

impl<T: PartialEq + Send + 'static> List<T> {
    /// Reads the pages one after another. The stream ends after the last page or the first error. A stream verifies
    /// nothing across pages; [`List::all`] does.
    pub fn by_page(self) -> BoxStream<'static, Result<Page<T>>> {
        let first = Some((self, 1));
        stream::try_unfold(first, |next| async {
            let Some((list, number)) = next else { return Ok(None) };
            let page = list.page(number).await?;
            let next = page.has_next().then(|| (list, number + 1));
            Ok::<_, Error>(Some((page, next)))
        })
        .boxed()
    }

    /// Reads the rows one after another, pages as they are needed. As [`List::by_page`], it verifies nothing across
    /// pages: a list that changes meanwhile can repeat or miss rows.
    pub fn by_item(self) -> BoxStream<'static, Result<Row<T>>> {
        self.by_page().map_ok(|page| stream::iter(page.rows.into_iter().map(Ok))).try_flatten().boxed()
    }

    /// Reads the whole list and verifies it. Page 1 comes first and tells how many there are; the rest come side by
    /// side, as many at a time as the client allows.
    ///
    /// # Errors
    /// [`ErrorKind::Incomplete`] when the list disagrees with itself; the caller decides whether to read it again.
    /// [`ErrorKind::Decode`] for an answer that is no page; otherwise whatever ended the reading of a page.
    pub async fn all(self) -> Result<Listing<T>> {
        self.all_metered(&Unmetered).await
    }

    /// As [`List::all`], asking `meter` before anything is sent: for 1 request, then for the rest at once. Where the
    /// server does not say how many pages there are, it asks for one at a time.
    ///
    /// # Errors
    /// As [`List::all`], and [`ErrorKind::CeilingReached`] when the meter refuses.
    pub async fn all_metered(self, meter: &dyn RequestMeter) -> Result<Listing<T>> {
        self.reserve(meter, 1)?;
        let first = self.metered_page(1, meter).await?;
        let rest = match first.pages {
            Some(pages) => self.side_by_side(pages, meter).await?,
            None => self.one_by_one(&first, meter).await?,
        };
        self.verified(first, rest)
    }

    async fn metered_page(&self, number: u32, meter: &dyn RequestMeter) -> Result<Page<T>> {
        let page = self.page(number).await?;
        meter.answered();
        Ok(page)
    }

    /// Pages 2 to `pages`, in order.
    async fn side_by_side(&self, pages: u32, meter: &dyn RequestMeter) -> Result<Vec<Page<T>>> {
        if pages > self.client.0.max_pages {
            return Err(self.incomplete(Incomplete::TooManyPages { ceiling: self.client.0.max_pages }));
        }
        let rest = 2..=pages;
        if rest.is_empty() {
            return Ok(Vec::new());
        }
        self.reserve(meter, u64::from(pages) - 1)?;
        // Unordered, so that one slow page holds up no other; sorted at the end.
        let mut pages: Vec<_> = stream::iter(rest)
            .map(|number| self.metered_page(number, meter))
            .buffer_unordered(self.client.0.pace.in_flight())
            .try_collect()
            .await?;
        pages.sort_unstable_by_key(|page| page.number);
        Ok(pages)
    }

    /// The pages after `first`, as long as there is word of another.
    async fn one_by_one(&self, first: &Page<T>, meter: &dyn RequestMeter) -> Result<Vec<Page<T>>> {
        let mut pages = Vec::new();
        let (mut has_next, mut number) = (first.has_next(), 1);
        while has_next {
            number += 1;
            self.reserve(meter, 1)?;
            let page = self.metered_page(number, meter).await?;
            has_next = page.has_next();
            pages.push(page);
        }
        Ok(pages)
    }

    fn verified(&self, first: Page<T>, rest: Vec<Page<T>>) -> Result<Listing<T>> {
        let total = first.total;
        let mut gathered = Gathered::new();
        let mut pages = 0;
        for page in std::iter::once(first).chain(rest) {
            if page.total != total {
                return Err(self.incomplete(Incomplete::TotalChanged { page: page.number }));
            }
            if let Some(answered) = page.stated_number.filter(|stated| *stated != u64::from(page.number)) {
                return Err(self.incomplete(Incomplete::OtherPage { asked: page.number, answered }));
            }
            let number = page.number;
            gathered
                .add(page.ids.into_iter().zip(page.rows))
                .map_err(|Differs| self.incomplete(Incomplete::RepeatedRowDiffers { page: number }))?;
            pages += 1;
        }
        let rows = gathered.into_rows();
        let read = rows.len() as u64;
        match total {
            Some(announced) if announced != read => {
                Err(self.incomplete(Incomplete::Count { announced, read }))
            }
            _ => Ok(Listing { rows, total, pages }),
        }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("operation", &self.endpoint.operation).finish_non_exhaustive()
    }
}

//! Pages: which rows of a listing a request gets, and the envelope the vendor puts around them.

use serde_json::{Map, Value, json};

use super::exchange::Request;
use super::refusal::Refusal;
use super::variation::Variation;

/// The largest page the vendor gives.
const LARGEST: u64 = 100;

/// The page size when none is asked for.
const USUAL: u64 = 20;

/// Rows that can be written one by one, so that a page costs what it holds.
pub(super) struct Listing<'w> {
    pub(super) len: usize,
    pub(super) row: Box<dyn Fn(usize) -> Option<Value> + 'w>,
}

impl<'w> Listing<'w> {
    pub(super) fn of<T: 'w>(items: Vec<T>, write: impl Fn(&T) -> Value + 'w) -> Self {
        Self { len: items.len(), row: Box::new(move |index| items.get(index).map(&write)) }
    }
}

/// What of a listing is asked for.
#[derive(Clone, Copy)]
pub(super) struct PageRequest {
    number: u64,
    size: u64,
}

/// How a fault disturbs a page.
#[derive(Clone, Copy, Default)]
pub(super) struct Disturbance {
    /// The page begins one row late, as if a row before it had moved behind it.
    pub(super) begin_late: bool,
    /// The first row is the last one of the page before.
    pub(super) repeat_row: bool,
    /// The number of records announced instead of the true one.
    pub(super) total: Option<u64>,
}

impl PageRequest {
    /// Reads `pageNumber` and `pageSize` within the vendor's limits.
    pub(super) fn read(request: &Request) -> Result<Self, Refusal> {
        let number = whole_number(request, "pageNumber")?.unwrap_or(1);
        let size = whole_number(request, "pageSize")?.unwrap_or(USUAL);
        if number < 1 {
            return Err(Refusal::Parameter("pageNumber", "The page number needs to be 1 or more."));
        }
        if !(1..=LARGEST).contains(&size) {
            return Err(Refusal::Parameter("pageSize", "The page size needs to be between 1 and 100."));
        }
        Ok(Self { number, size })
    }

    /// The rows of this page.
    pub(super) fn rows(self, listing: &Listing<'_>, disturbance: Disturbance) -> Vec<Value> {
        let first = usize::try_from((self.number - 1).saturating_mul(self.size)).unwrap_or(usize::MAX);
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let begin = first.saturating_add(usize::from(disturbance.begin_late));
        let end = begin.saturating_add(size).min(listing.len);
        let mut rows: Vec<Value> = (begin..end).filter_map(|index| (listing.row)(index)).collect();
        if disturbance.repeat_row
            && let (Some(earlier), Some(slot)) = (first.checked_sub(1), rows.first_mut())
            && let Some(row) = (listing.row)(earlier)
        {
            *slot = row;
        }
        rows
    }

    /// The envelope around these rows. `link` is the absolute address of the listing, without a query.
    pub(super) fn envelope(self, rows: &[Value], total: u64, link: &str, vary: Variation) -> Value {
        let pages = match total.div_ceil(self.size) {
            0 => vary.roll(link, "pages of nothing", 2),
            pages => pages,
        };
        let last = pages.max(1);
        let links = Links { base: link, size: self.size, vary };
        let mut pagination = Map::from_iter([
            ("pageNumber".to_owned(), json!(self.number)),
            ("pageSize".to_owned(), json!(self.size)),
            ("firstPage".to_owned(), json!(links.to(1))),
            ("lastPage".to_owned(), json!(links.to(last))),
            ("totalPages".to_owned(), json!(pages)),
            ("totalRecords".to_owned(), json!(total)),
        ]);
        links.put(&mut pagination, "nextPage", Some(self.number + 1).filter(|next| *next <= last));
        links.put(&mut pagination, "previousPage", (self.number > 1).then(|| self.number - 1));
        json!({ "pagination": pagination, "data": rows })
    }
}

/// Writes links to pages as carelessly as the vendor's examples do.
struct Links<'a> {
    base: &'a str,
    size: u64,
    vary: Variation,
}

impl Links<'_> {
    fn to(&self, number: u64) -> String {
        let Self { base, size, .. } = self;
        match self.vary.roll(base, "links", 4) {
            2 => format!("{base}?pageNumber={number}"),
            3 => match base.rsplit_once('/') {
                Some((parent, _)) => format!("{parent}/{{endpoint}}?pageNumber={number}"),
                None => format!("{base}?pageNumber={number}"),
            },
            _ => format!("{base}?pageNumber={number}&pageSize={size}"),
        }
    }

    /// A link, or one of the three ways to say that there is none.
    fn put(&self, pagination: &mut Map<String, Value>, name: &str, page: Option<u64>) {
        let link = match (page, self.vary.roll(self.base, name, 4)) {
            (Some(number), _) => json!(self.to(number)),
            (None, 1) => return,
            (None, 2) => json!(""),
            (None, _) => Value::Null,
        };
        pagination.insert(name.to_owned(), link);
    }
}

fn whole_number(request: &Request, name: &'static str) -> Result<Option<u64>, Refusal> {
    let Some(text) = request.parameter(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Refusal::Parameter(name, "The parameter needs to be a whole number."))
}

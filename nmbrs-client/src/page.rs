//! One page of a list.
//!
//! The body of a 2xx answer comes in; a [`Page`] goes out, or the word that the body is no page. `data` must be there
//! and must be an array: nothing but an array can mean "nobody". `pagination` may be missing; if it is there its
//! numbers must be numbers. Links are never followed, only looked at for whether there are more pages.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Incomplete;
use crate::model::scalar::Scalar;
use crate::object::Object;
use crate::row::{Record, Row, read};

/// One page as the server gave it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// Its number as asked for, from 1.
    pub number: u32,
    /// Its rows, in the server's order.
    pub rows: Vec<Row<T>>,
    /// Rows in all pages, if the server says.
    pub total: Option<u64>,
    /// Pages in all, if the server says.
    pub pages: Option<u32>,
    /// The ids of `rows`, one each.
    pub(crate) ids: Vec<crate::id::RowId>,
    /// The number the server gave it.
    pub(crate) stated_number: Option<u64>,
    link: NextLink,
    /// How many rows a full page has, for the pages asked for here.
    full: usize,
}

/// What the server says about a page after this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NextLink {
    /// There is one.
    More,
    /// There is none.
    End,
    /// The server does not say.
    Silent,
}

/// Why a body is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoPage {
    /// It cannot be read; in our own words.
    Undecodable(String),
    /// A row of it has no readable id.
    Incomplete(Incomplete),
}

impl<T> Page<T> {
    /// Whether another page must be read: by the number of pages if the server says it; else by its link to the next;
    /// else a page that is not full is the last.
    pub(crate) fn has_next(&self) -> bool {
        match (self.pages, self.link) {
            (Some(pages), _) => self.number < pages,
            (None, NextLink::More) => true,
            (None, NextLink::End) => false,
            (None, NextLink::Silent) => self.rows.len() >= self.full,
        }
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pagination: Option<Object<Pagination<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Pagination<'a> {
    #[serde(borrow)]
    page_number: Scalar<'a>,
    #[serde(borrow)]
    page_size: Scalar<'a>,
    #[serde(borrow)]
    total_pages: Scalar<'a>,
    #[serde(borrow)]
    total_records: Scalar<'a>,
    #[serde(borrow, deserialize_with = "even_if_null")]
    next_page: Option<Scalar<'a>>,
}

/// Keeps `null` (there is no next page) apart from a missing key (the server does not say).
fn even_if_null<'a, D: serde::Deserializer<'a>>(decoder: D) -> Result<Option<Scalar<'a>>, D::Error> {
    Scalar::deserialize(decoder).map(Some)
}

impl Pagination<'_> {
    fn count(value: &Scalar<'_>, at: &str) -> Result<Option<u64>, NoPage> {
        let number = value.integer(at).ok().map(|n| n.map(u64::try_from).transpose().ok());
        number.flatten().ok_or_else(|| NoPage::Undecodable(format!("at pagination.{at}")))
    }

    fn link(&self) -> NextLink {
        match self.next_page {
            None => NextLink::Silent,
            Some(Scalar::Absent) => NextLink::End,
            Some(_) => NextLink::More,
        }
    }
}

/// Reads the body of page `number`, asked for with `page_size` rows.
pub(crate) fn decode<T: Record>(number: u32, page_size: u32, body: &[u8]) -> Result<Page<T>, NoPage> {
    let Object(envelope): Object<Envelope<'_>> =
        serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let data = envelope.data.ok_or_else(|| NoPage::Undecodable("there is no data".to_owned()))?;
    let raw_rows: Vec<&RawValue> =
        serde_json::from_str(data.get()).map_err(|_| NoPage::Undecodable("data is not a list".to_owned()))?;

    let (mut rows, mut ids) = (Vec::with_capacity(raw_rows.len()), Vec::with_capacity(raw_rows.len()));
    for (index, raw) in raw_rows.into_iter().enumerate() {
        let (id, row) = read(raw.get())
            .ok_or(NoPage::Incomplete(Incomplete::RowWithoutId { page: number, row: index + 1 }))?;
        ids.push(id);
        rows.push(row);
    }

    let Object(pagination) = envelope.pagination.unwrap_or_default();
    let pages = Pagination::count(&pagination.total_pages, "totalPages")?;
    let stated_size = Pagination::count(&pagination.page_size, "pageSize")?.filter(|size| *size > 0);
    let full = stated_size.map_or(u64::from(page_size), |size| size.min(u64::from(page_size)));
    Ok(Page {
        number,
        rows,
        total: Pagination::count(&pagination.total_records, "totalRecords")?,
        pages: pages.map(|pages| u32::try_from(pages).unwrap_or(u32::MAX)),
        ids,
        stated_number: Pagination::count(&pagination.page_number, "pageNumber")?,
        link: pagination.link(),
        full: usize::try_from(full).unwrap_or(usize::MAX),
    })
}

/// The decoder's own message may hold a value; the position holds none.
fn unreadable(error: &serde_json::Error) -> NoPage {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Data => "the JSON has another shape",
        _ => "it is not JSON",
    };
    NoPage::Undecodable(format!("{what}, at line {} column {}", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Debtor;

    fn page(body: &str) -> Result<Page<Debtor>, NoPage> {
        decode(1, 2, body.as_bytes())
    }

    #[test]
    fn only_a_list_is_data() {
        for body in [
            "{}",
            r#"{"data":null}"#,
            r#"{"data":{}}"#,
            r#"{"data":"x"}"#,
            "[]",
            "",
            "null",
            r#"{"data":[]"#,
            "<html>",
            r#"{"data":[],"pagination":{"totalRecords":"many"}}"#,
            r#"{"data":[],"pagination":{"totalPages":-1}}"#,
            r#"{"data":[],"pagination":7}"#,
        ] {
            assert!(matches!(page(body), Err(NoPage::Undecodable(_))), "{body}");
        }
        assert_eq!(page(r#"{"data":[]}"#).unwrap().rows, []);
    }

    #[test]
    fn a_row_whose_id_cannot_be_read_ends_the_page() {
        let lost = NoPage::Incomplete(Incomplete::RowWithoutId { page: 1, row: 2 });
        for row in ["{}", "null", "7", r#"{"debtorId":null}"#, r#"{"debtorId":"a/b"}"#, r#"{"debtorId":[]}"#]
        {
            let body = format!(r#"{{"data":[{{"debtorId":"d-1"}},{row}]}}"#);
            assert_eq!(page(&body), Err(lost.clone()), "{row}");
        }
    }

    #[test]
    fn an_error_about_a_body_quotes_nothing_of_it() {
        let Err(NoPage::Undecodable(text)) = page(r#"{"data":[],"pagination":"Seeded"}"#) else { panic!() };
        assert!(!text.contains("Seeded"), "{text}");
    }

    #[test]
    fn whether_there_is_more_is_said_by_pages_then_by_link_then_by_a_full_page() {
        let rows = |n: usize| vec![r#"{"debtorId":"d"}"#; n].join(",");
        for (rows, pagination, more) in [
            (rows(1), r#","pagination":{"totalPages":2}"#, true),
            (rows(2), r#","pagination":{"totalPages":1,"nextPage":"https://x"}"#, false),
            (rows(0), r#","pagination":{"totalPages":0}"#, false),
            (rows(2), r#","pagination":{"nextPage":null}"#, false),
            (rows(2), r#","pagination":{"nextPage":""}"#, false),
            (rows(1), r#","pagination":{"nextPage":"https://x"}"#, true),
            (rows(2), r#","pagination":null"#, true),
            (rows(2), "", true),
            (rows(1), "", false),
            (rows(1), r#","pagination":{"pageSize":1}"#, true),
        ] {
            let body = format!(r#"{{"data":[{rows}]{pagination}}}"#);
            assert_eq!(page(&body).unwrap().has_next(), more, "{body}");
        }
    }
}

//! All employees of a company: lazily, or verified against the server's own totals.

use std::sync::Mutex;

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};
use yourcampus_client::{
    CeilingReached, CompanyGroupId, Employee, EmployeeFilter, Error, ErrorKind, HttpReader, Listing,
    RequestMeter, Row, all_employees,
};

use crate::stage::{COMPANY, EMPLOYEES, Stage, account, ok, page};

/// A platform with accounts 1 to `count` that never gives more than `fills` rows.
async fn platform(count: i64, fills: i64) -> Stage {
    let stage = Stage::new().await;
    let respond = move |request: &Request| {
        let (skip, limit) = skip_and_limit(request);
        let ids = (skip + 1)..=(skip + limit.min(fills)).min(count);
        ResponseTemplate::new(200).set_body_json(page(ids, count.unsigned_abs()))
    };
    Mock::given(method("GET")).and(path(EMPLOYEES)).respond_with(respond).mount(&stage.server).await;
    stage
}

fn skip_and_limit(request: &Request) -> (i64, i64) {
    let number = |name: &str| {
        request
            .url
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.parse().unwrap())
            .unwrap()
    };
    (number("skip"), number("limit"))
}

async fn skips(stage: &Stage) -> Vec<i64> {
    let mut skips: Vec<_> =
        stage.requests(EMPLOYEES).await.iter().map(|request| skip_and_limit(request).0).collect();
    skips.sort_unstable();
    skips
}

fn everybody(reader: &HttpReader) -> Listing<'_> {
    all_employees(reader, COMPANY, EmployeeFilter::default())
}

fn ids(rows: &[Row<Employee>]) -> Vec<i64> {
    rows.iter().map(|row| row.readable().unwrap().id.get()).collect()
}

async fn all(stage: &Stage) -> Result<Vec<Row<Employee>>, Error> {
    everybody(&stage.api.reader()).all().await
}

#[tokio::test]
async fn pages_are_100_100_and_50_of_250() {
    let stage = platform(250, 100).await;
    let reader = stage.api.reader();
    let sizes: Vec<_> =
        everybody(&reader).pages().map_ok(|page| page.rows.len()).try_collect().await.unwrap();
    assert_eq!(sizes, [100, 100, 50]);
    assert_eq!(skips(&stage).await, [0, 100, 200]);
}

#[tokio::test]
async fn seven_and_none_take_one_request() {
    for count in [7, 0] {
        let stage = platform(count, 100).await;
        let reader = stage.api.reader();
        let rows: Vec<_> = everybody(&reader).rows().try_collect().await.unwrap();
        assert_eq!(i64::try_from(rows.len()).unwrap(), count);
        assert_eq!(skips(&stage).await, [0]);
    }
}

#[tokio::test]
async fn the_next_page_is_read_only_when_it_is_needed() {
    let stage = platform(250, 100).await;
    let reader = stage.api.reader();
    let mut rows = everybody(&reader).rows();
    for _ in 0..100 {
        rows.next().await.unwrap().unwrap();
    }
    assert_eq!(skips(&stage).await, [0]);
    rows.next().await.unwrap().unwrap();
    assert_eq!(skips(&stage).await, [0, 100]);
}

#[tokio::test]
async fn filters_are_repeated_on_every_page() {
    let stage = platform(250, 100).await;
    let reader = stage.api.reader();
    let filter = EmployeeFilter::active().with_company_group(CompanyGroupId::new(9)).with_search("x");
    all_employees(&reader, COMPANY, filter).all().await.unwrap();
    let requests = stage.requests(EMPLOYEES).await;
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert!(request.url.query().unwrap().ends_with("is_active=true&company_group_id=9&search=x"));
    }
}

#[tokio::test]
async fn a_verified_listing_takes_exactly_as_many_requests_as_there_are_pages() {
    for (count, pages) in [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3), (1000, 10)] {
        let stage = platform(count, 100).await;
        assert_eq!(ids(&all(&stage).await.unwrap()), (1..=count).collect::<Vec<_>>());
        assert_eq!(stage.requests(EMPLOYEES).await.len(), pages, "{count} rows");
    }
}

#[tokio::test]
async fn a_server_with_smaller_pages_is_walked() {
    let stage = platform(25, 10).await;
    assert_eq!(ids(&all(&stage).await.unwrap()), (1..=25).collect::<Vec<_>>());
    assert_eq!(skips(&stage).await, [0, 10, 20]);
}

/// Answers by `skip`; whatever is not listed is an empty page of the same count.
async fn by_skip(count: u64, pages: Vec<(i64, Value)>) -> Stage {
    let stage = Stage::new().await;
    let respond = move |request: &Request| {
        let skip = skip_and_limit(request).0;
        let found = pages.iter().find(|(at, _)| *at == skip).map(|(_, page)| page.clone());
        ResponseTemplate::new(200).set_body_json(found.unwrap_or_else(|| page([], count)))
    };
    Mock::given(method("GET")).and(path(EMPLOYEES)).respond_with(respond).mount(&stage.server).await;
    stage
}

#[tokio::test]
async fn a_short_page_in_the_middle_is_walked_on_from_its_end() {
    let pages = vec![
        (0, page(1..=100, 250)),
        (100, page(101..=150, 250)),
        (200, page(201..=250, 250)),
        (150, page(151..=250, 250)),
    ];
    let stage = by_skip(250, pages).await;
    assert_eq!(ids(&all(&stage).await.unwrap()), (1..=250).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_does_not_add_up_is_incomplete() {
    let table = [
        ("the count changes", vec![(0, page(1..=100, 150)), (100, page(101..=150, 151))]),
        ("a row moved between pages", vec![(0, page(1..=100, 150)), (100, page(100..=149, 150))]),
        ("a page is missing", vec![(0, page(1..=100, 150))]),
        ("the first page is empty", vec![(0, page([], 150))]),
        ("more rows than stated", vec![(0, page(1..=50, 49))]),
        ("rows, but none stated", vec![(0, page(1..=50, 0))]),
        ("a row twice on one page", vec![(0, json!({"data": [account(1), account(1)], "count": 2}))]),
    ];
    for (what, pages) in table {
        let stage = by_skip(150, pages).await;
        let error = all(&stage).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Incomplete, "{what}");
    }
}

#[tokio::test]
async fn a_server_that_ignores_skip_is_found_out() {
    let stage = Stage::new().await;
    stage.script("GET", EMPLOYEES, (0..9).map(|_| ok(page(1..=100, 300)))).await;
    assert!(all(&stage).await.unwrap_err().is_incomplete());
    assert_eq!(stage.requests(EMPLOYEES).await.len(), 3);
}

#[tokio::test]
async fn the_number_of_pages_is_bounded() {
    for fills in [100, 10] {
        let stage = platform(1000, fills).await;
        let reader = stage.api.reader();
        let error = everybody(&reader).with_max_pages(5).all().await.unwrap_err();
        assert!(error.is_incomplete());
        assert!(stage.requests(EMPLOYEES).await.len() <= 5);
    }
}

#[tokio::test]
async fn an_unreadable_row_counts_by_its_id() {
    let stage = by_skip(2, vec![(0, json!({"data": [account(1), {"id": 2}], "count": 2}))]).await;
    let rows = all(&stage).await.unwrap();
    assert!(matches!(&rows[..], [Row::Readable(_), Row::Unreadable(_)]));
}

#[derive(Debug)]
struct Ceiling {
    limit: u64,
    asked: Mutex<Vec<u64>>,
}

impl RequestMeter for Ceiling {
    fn reserve(&self, requests: u64) -> Result<(), CeilingReached> {
        let mut asked = self.asked.lock().unwrap();
        asked.push(requests);
        if asked.iter().sum::<u64>() > self.limit { Err(CeilingReached::new(self.limit)) } else { Ok(()) }
    }
}

#[tokio::test]
async fn the_meter_is_asked_for_one_and_then_for_the_rest() {
    let stage = platform(250, 100).await;
    let reader = stage.api.reader();
    let meter = Ceiling { limit: 3, asked: Mutex::default() };
    everybody(&reader).with_meter(&meter).all().await.unwrap();
    assert_eq!(*meter.asked.lock().unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_meter_that_refuses_ends_the_listing_before_the_request() {
    let stage = platform(250, 100).await;
    let reader = stage.api.reader();
    let meter = Ceiling { limit: 2, asked: Mutex::default() };
    let error = everybody(&reader).with_meter(&meter).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CeilingReached);
    assert_eq!(skips(&stage).await, [0]);
}

//! Reading a whole list: in how many waves, how often asked, and what makes it incomplete.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::TryStreamExt;
use nmbrs_client::auth::MemoryTokenStore;
use nmbrs_client::{CeilingReached, ErrorKind, Incomplete, NmbrsClient, PacePolicy, RequestMeter, Row};
use serde_json::{Value, json};
use tokio::sync::Notify;
use wiremock::matchers::{method, query_param};
use wiremock::{Mock, MockServer};

use crate::raw_server::{json_answer, page_number, serve};
use crate::stage::{Stage, authorizer, clock, debtor, grant, ok, page};

async fn says_page(api: &MockServer, number: u32, body: &Value) {
    Mock::given(method("GET"))
        .and(query_param("pageNumber", number.to_string()))
        .respond_with(ok(body))
        .mount(api)
        .await;
}

async fn listed(
    pages: &[Value],
) -> (Stage, nmbrs_client::Result<nmbrs_client::Listing<nmbrs_client::model::Debtor>>) {
    let stage = Stage::new().await;
    for (number, body) in (1..).zip(pages) {
        says_page(&stage.api, number, body).await;
    }
    let result = stage.client().debtors().all().await;
    (stage, result)
}

async fn incomplete(pages: &[Value]) -> Option<Incomplete> {
    let error = listed(pages).await.1.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    error.incomplete()
}

fn ids(rows: &[Row<nmbrs_client::model::Debtor>]) -> Vec<&str> {
    rows.iter().map(|row| row.readable().unwrap().id.as_str()).collect()
}

#[tokio::test]
async fn pages_are_put_together_in_their_order() {
    let (stage, listing) = listed(&[
        page(1, 3, 5, &[debtor("a"), debtor("b")]),
        page(2, 3, 5, &[debtor("c"), debtor("d")]),
        page(3, 3, 5, &[debtor("e")]),
    ])
    .await;
    let listing = listing.unwrap();
    assert_eq!(ids(&listing.rows), ["a", "b", "c", "d", "e"]);
    assert_eq!((listing.total, listing.pages, stage.api_requests().await), (Some(5), 3, 3));
}

#[tokio::test]
async fn a_row_on_two_pages_is_one_row_if_it_says_the_same() {
    let pages =
        |second: Value| [page(1, 2, 3, &[debtor("a"), debtor("b")]), page(2, 2, 3, &[second, debtor("c")])];
    let (_, listing) = listed(&pages(debtor("b"))).await;
    assert_eq!(ids(&listing.unwrap().rows), ["a", "b", "c"]);
    let differs = json!({ "debtorId": "b", "name": "other" });
    assert_eq!(incomplete(&pages(differs)).await, Some(Incomplete::RepeatedRowDiffers { page: 2 }));
}

#[tokio::test]
async fn fewer_or_more_rows_than_announced_are_incomplete() {
    for (announced, rows) in
        [(3, vec![debtor("a"), debtor("b")]), (1, vec![debtor("a"), debtor("b")]), (1, vec![])]
    {
        let read = rows.len() as u64;
        let how = incomplete(&[page(1, 1, announced, &rows)]).await;
        assert_eq!(how, Some(Incomplete::Count { announced: announced as u64, read }));
    }
}

#[tokio::test]
async fn a_total_that_changes_between_pages_is_incomplete() {
    let pages = [page(1, 2, 2, &[debtor("a")]), page(2, 2, 3, &[debtor("b")])];
    assert_eq!(incomplete(&pages).await, Some(Incomplete::TotalChanged { page: 2 }));
}

#[tokio::test]
async fn another_page_than_the_one_asked_for_is_incomplete() {
    let pages = [page(1, 2, 2, &[debtor("a")]), page(1, 2, 2, &[debtor("b")])];
    assert_eq!(incomplete(&pages).await, Some(Incomplete::OtherPage { asked: 2, answered: 1 }));
}

#[tokio::test]
async fn a_row_without_a_readable_id_is_incomplete() {
    let pages = [page(1, 1, 2, &[debtor("a"), json!({ "name": "nobody" })])];
    assert_eq!(incomplete(&pages).await, Some(Incomplete::RowWithoutId { page: 1, row: 2 }));
}

#[tokio::test]
async fn more_pages_than_allowed_are_refused_before_they_are_read() {
    let stage = Stage::new().await;
    stage.api_says(ok(&page(1, 4, 400, &[debtor("a")]))).await;
    let error = stage.client_with(|b| b.max_pages(3)).debtors().all().await.unwrap_err();
    assert_eq!(error.incomplete(), Some(Incomplete::TooManyPages { ceiling: 3 }));
    assert_eq!(stage.api_requests().await, 1);
}

#[tokio::test]
async fn an_endless_walk_ends_at_the_ceiling() {
    let stage = Stage::new().await;
    stage.api_says(ok(&json!({ "data": [debtor("a")], "pagination": { "nextPage": "x" } }))).await;
    let error = stage.client_with(|b| b.max_pages(3)).debtors().all().await.unwrap_err();
    assert_eq!(error.incomplete(), Some(Incomplete::TooManyPages { ceiling: 3 }));
    assert_eq!(stage.api_requests().await, 3);
}

#[tokio::test]
async fn without_pagination_the_walk_ends_with_a_page_that_is_not_full() {
    let stage = Stage::new().await;
    says_page(&stage.api, 1, &json!({ "data": [debtor("a"), debtor("b")] })).await;
    says_page(&stage.api, 2, &json!({ "data": [debtor("c")] })).await;
    let listing = stage.client_with(|b| b.page_size(2)).debtors().all().await.unwrap();
    assert_eq!(ids(&listing.rows), ["a", "b", "c"]);
    assert_eq!((listing.total, listing.pages), (None, 2));
}

#[tokio::test]
async fn a_page_that_fails_fails_the_list() {
    let stage = Stage::new().await;
    says_page(&stage.api, 1, &page(1, 2, 2, &[debtor("a")])).await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn streams_give_the_same_rows_page_by_page() {
    let stage = Stage::new().await;
    says_page(&stage.api, 1, &page(1, 2, 3, &[debtor("a"), debtor("b")])).await;
    says_page(&stage.api, 2, &page(2, 2, 3, &[debtor("c")])).await;
    let rows: Vec<_> = stage.client().debtors().by_item().try_collect().await.unwrap();
    assert_eq!(ids(&rows), ["a", "b", "c"]);
    let pages: Vec<_> = stage.client().debtors().by_page().try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|page| (page.number, page.rows.len())).collect::<Vec<_>>(), [(1, 2), (2, 1)]);
}

/// Grants up to a number, and remembers what it was asked for.
struct Ceiling {
    left: AtomicU64,
    asked: Mutex<Vec<u64>>,
}

impl RequestMeter for Ceiling {
    fn reserve(&self, requests: u64) -> Result<(), CeilingReached> {
        self.asked.lock().unwrap().push(requests);
        let left = self.left.load(Ordering::SeqCst);
        let rest = left.checked_sub(requests).ok_or_else(|| CeilingReached::new(requests, left))?;
        self.left.store(rest, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn a_meter_is_asked_for_one_and_then_for_the_rest_and_what_it_refuses_is_not_sent() {
    for (left, requests) in [(0, 0), (2, 1), (3, 3)] {
        let stage = Stage::new().await;
        for number in 1..=3 {
            says_page(&stage.api, number, &page(number, 3, 3, &[debtor(&format!("d-{number}"))])).await;
        }
        let meter = Ceiling { left: AtomicU64::new(left), asked: Mutex::default() };
        let result = stage.client().debtors().all_metered(&meter).await;
        assert_eq!(stage.api_requests().await, requests, "{left} left");
        match result {
            Ok(_) => assert_eq!((left, &*meter.asked.lock().unwrap()), (3, &vec![1, 2])),
            Err(error) => assert_eq!((error.kind(), left < 3), (ErrorKind::CeilingReached, true)),
        }
    }
}

fn client(url: &str, in_flight: usize) -> NmbrsClient {
    let clock = clock();
    let authorizer =
        authorizer("http://127.0.0.1:9", Arc::new(MemoryTokenStore::new(grant())), clock.clone());
    NmbrsClient::builder("key-0", authorizer)
        .rest_url(url)
        .clock(clock)
        .pace(PacePolicy::default().in_flight(in_flight))
        .build()
        .unwrap()
}

fn one_row(number: u32, pages: u32) -> Vec<u8> {
    json_answer(&page(number, pages, pages as usize, &[debtor(&format!("d-{number}"))]), 0)
}

/// Answers nobody until as many wait as may be under way, then all at once: one wave.
#[derive(Default)]
struct Waves {
    state: Mutex<(usize, usize, u32)>,
    released: Notify,
}

#[tokio::test]
async fn the_pages_after_the_first_are_read_in_full_waves() {
    const PAGES: u32 = 14;
    const IN_FLIGHT: usize = 4;
    let waves = Arc::new(Waves::default());
    let server = Arc::clone(&waves);
    let url = serve(move |head| {
        let waves = Arc::clone(&server);
        async move {
            let number = page_number(&head);
            if number > 1 {
                let released = waves.released.notified();
                tokio::pin!(released);
                released.as_mut().enable();
                let is_full = {
                    let (waiting, answered, count) = &mut *waves.state.lock().unwrap();
                    *waiting += 1;
                    let expected = IN_FLIGHT.min(PAGES as usize - 1 - *answered);
                    let is_full = *waiting == expected;
                    if is_full {
                        *answered += *waiting;
                        *waiting = 0;
                        *count += 1;
                    }
                    is_full
                };
                if is_full { waves.released.notify_waiters() } else { released.await }
            }
            one_row(number, PAGES)
        }
    })
    .await;
    // If a wave were not full the server would wait for ever.
    let list = client(&url, IN_FLIGHT).debtors().all();
    let listing =
        tokio::time::timeout(Duration::from_secs(30), list).await.expect("a wave was not full").unwrap();
    assert_eq!(listing.rows.len(), PAGES as usize);
    assert_eq!(waves.state.lock().unwrap().2, (PAGES - 1).div_ceil(4));
}

#[tokio::test]
async fn one_slow_page_holds_up_no_other() {
    const PAGES: u32 = 12;
    let answered = Arc::new(Mutex::new(BTreeSet::new()));
    let all_others = Arc::new(Notify::new());
    let url = serve(move |head| {
        let (answered, all_others) = (Arc::clone(&answered), Arc::clone(&all_others));
        async move {
            let number = page_number(&head);
            if number == 2 {
                all_others.notified().await;
            } else {
                let mut answered = answered.lock().unwrap();
                answered.insert(number);
                if answered.len() == PAGES as usize - 1 {
                    all_others.notify_one();
                }
            }
            one_row(number, PAGES)
        }
    })
    .await;
    let list = client(&url, 3).debtors().all();
    let listing =
        tokio::time::timeout(Duration::from_secs(30), list).await.expect("page 2 held others up").unwrap();
    assert_eq!(listing.rows.len(), PAGES as usize);
}

//! The listing: pages, filters, order.

use serde_json::json;

use crate::asking::{Reply, Stage, crowd, two_companies};

/// Turns pages the way the official SDK does: by the rows that came, until `count`.
async fn pages(stage: &Stage) -> Vec<Reply> {
    let (mut pages, mut skip) = (Vec::new(), 0);
    loop {
        let page = stage.get(&format!("/companies/10/employees?skip={skip}&limit=100")).await;
        let (rows, count) = (page.ids().len(), page.body["count"].as_u64().unwrap());
        if rows == 0 {
            return pages;
        }
        pages.push(page);
        skip += rows;
        if skip as u64 >= count {
            return pages;
        }
    }
}

#[tokio::test]
async fn pages_of_a_hundred_hold_every_row_once_and_the_count_of_all() {
    for (people, sizes, requests) in
        [(250, vec![100, 100, 50], 3), (7, vec![7], 1), (100, vec![100], 1), (0, vec![], 1)]
    {
        let stage = Stage::of(crowd(people)).await;
        let pages = pages(&stage).await;
        assert_eq!(pages.iter().map(|page| page.ids().len()).collect::<Vec<_>>(), sizes);
        assert!(pages.iter().all(|page| page.body["count"] == people));
        let ids: Vec<i64> = pages.iter().flat_map(Reply::ids).collect();
        assert_eq!(ids, (1..=people).collect::<Vec<_>>());
        assert_eq!(stage.sandbox.requests().len(), requests);
    }
}

#[tokio::test]
async fn a_page_has_thirty_rows_unless_asked_otherwise() {
    let stage = Stage::of(crowd(40)).await;
    assert_eq!(stage.get("/companies/10/employees").await.ids().len(), 30);
    assert_eq!(stage.get("/companies/10/employees?skip=35").await.ids(), [36, 37, 38, 39, 40]);
    assert_eq!(stage.get("/companies/10/employees?skip=40").await.body, json!({ "data": [], "count": 40 }));
}

#[tokio::test]
async fn filters_choose_rows_and_count_only_those() {
    let stage = Stage::of(two_companies()).await;
    for (query, ids) in [
        ("", vec![1, 2]),
        ("?is_active=true", vec![1]),
        ("?is_active=false", vec![2]),
        ("?company_group_id=11", vec![1]),
        ("?company_group_id=12", vec![]),
        ("?search=BERG", vec![1]),
        ("?search=eerste.example", vec![1, 2]),
        ("?search=a+b%2B%C3%A9%40x", vec![]),
    ] {
        let page = stage.get(&format!("/companies/10/employees{query}")).await;
        assert_eq!(page.ids(), ids, "{query}");
        assert_eq!(page.body["count"], ids.len(), "{query}");
    }
}

#[tokio::test]
async fn a_shuffled_listing_has_an_order_of_its_own_and_still_every_row_once() {
    let stage = Stage::of(crowd(250).with_shuffle(5)).await;
    let ids: Vec<i64> = pages(&stage).await.iter().flat_map(Reply::ids).collect();
    let again: Vec<i64> = pages(&stage).await.iter().flat_map(Reply::ids).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, again);
    assert_ne!(ids, sorted);
    assert_eq!(sorted, (1..=250).collect::<Vec<_>>());
}

#[tokio::test]
async fn companies_and_groups_are_plain_arrays() {
    let stage = Stage::of(two_companies()).await;
    let companies = stage.get("/companies").await.body;
    assert_eq!(companies, json!([{ "id": 10, "name": "Eerste B.V." }, { "id": 20, "name": null }]));
    assert_eq!(stage.get("/companies/10/groups").await.body, json!([{ "id": 11, "name": "Kantoor" }]));
}

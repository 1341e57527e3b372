//! Which companies a login may see, by kind of login.

use nmbrs_client::ErrorKind;
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::stage::{Stage, debtor, ok, only_page, refusal};

fn company(id: &str) -> Value {
    json!({ "companyId": id, "number": "1", "name": "C", "debtorId": "d-1" })
}

async fn answers(stage: &Stage, at: &str, answer: ResponseTemplate) {
    Mock::given(path(at)).respond_with(answer).mount(&stage.api).await;
}

#[tokio::test]
async fn a_company_login_that_may_not_list_debtors_sees_its_companies() {
    let stage = Stage::new().await;
    answers(&stage, "/api/companies", ok(&only_page(&[company("c-1"), company("c-2")]))).await;
    answers(&stage, "/api/debtors", refusal(403, 40303)).await;
    let listing = stage.client().companies_visible().await.unwrap();
    assert_eq!((listing.rows.len(), listing.total, stage.api_requests().await), (2, Some(2), 1));
}

#[tokio::test]
async fn a_consent_for_several_debtors_goes_debtor_by_debtor_and_counts_each_company_once() {
    let stage = Stage::new().await;
    answers(&stage, "/api/companies", refusal(403, 40306)).await;
    answers(&stage, "/api/debtors", ok(&only_page(&[debtor("d-1"), debtor("d-2")]))).await;
    answers(&stage, "/api/debtors/d-1/companies", ok(&only_page(&[company("c-1"), company("c-2")]))).await;
    answers(&stage, "/api/debtors/d-2/companies", ok(&only_page(&[company("c-2"), company("c-3")]))).await;
    let listing = stage.client().companies_visible().await.unwrap();
    let ids: Vec<_> = listing.rows.iter().map(|row| row.readable().unwrap().id.as_str()).collect();
    assert_eq!(ids, ["c-1", "c-2", "c-3"]);
    assert_eq!((listing.pages, listing.total), (3, None));
}

#[tokio::test]
async fn another_refusal_of_companies_is_no_reason_to_ask_for_debtors() {
    let stage = Stage::new().await;
    answers(&stage, "/api/companies", refusal(403, 40303)).await;
    let error = stage.client().companies_visible().await.unwrap_err();
    assert_eq!((error.kind(), stage.api_requests().await), (ErrorKind::Forbidden, 1));
}

#[tokio::test]
async fn a_debtor_whose_companies_cannot_be_read_fails_the_whole() {
    let stage = Stage::new().await;
    answers(&stage, "/api/companies", refusal(403, 40306)).await;
    answers(&stage, "/api/debtors", ok(&only_page(&[debtor("d-1"), debtor("d-2")]))).await;
    answers(&stage, "/api/debtors/d-1/companies", ok(&only_page(&[company("c-1")]))).await;
    answers(&stage, "/api/debtors/d-2/companies", refusal(500, 50001)).await;
    assert_eq!(stage.client().companies_visible().await.unwrap_err().kind(), ErrorKind::Server);
}

//! No secret and no personal value in anything that can be printed.

use std::sync::Arc;

use nmbrs_client::NmbrsClient;
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::stage::{Stage, company, ok, only_page, start};

const SEED: &str = "Seeded";

#[tokio::test]
async fn debug_of_everything_that_holds_a_secret_shows_none() {
    let tokens = TokenSet::new("Seeded-a", start()).with_refresh("Seeded-r");
    let app = AppCredentials::new("Seeded-id", "Seeded-secret");
    let store = Arc::new(MemoryTokenStore::new(tokens.clone()));
    let authorizer = Authorizer::builder(app.clone(), store.clone()).proxy("http://u:Seeded@127.0.0.1:9");
    let built = Authorizer::builder(app.clone(), store.clone()).build().unwrap();
    let builder = NmbrsClient::builder("Seeded-key", built.clone());
    let client = NmbrsClient::builder("Seeded-key", built.clone()).build().unwrap();
    let list = client.employees(&company());
    for printed in [
        format!("{tokens:?}"),
        format!("{app:?}"),
        format!("{store:?}"),
        format!("{authorizer:?}"),
        format!("{built:?}"),
        format!("{builder:?}"),
        format!("{client:?}"),
        format!("{list:?}"),
    ] {
        assert!(!printed.contains(SEED), "{printed}");
    }
}

#[tokio::test]
async fn debug_of_a_listing_shows_no_name_address_or_birthday() {
    let stage = Stage::new().await;
    let row = json!({
        "employeeId": "e-1",
        "info": [{
            "basicInfo": { "firstName": SEED, "lastName": SEED, "prefix": SEED, "initials": SEED },
            "birthInfo": { "birthDate": "1987-06-05T00:00:00Z", "nationality": { "description": SEED } },
            "contactInfo": { "businessEmail": SEED, "privateEmail": SEED, "privatePhone": SEED },
            "partnerInfo": { "partnerName": SEED },
        }],
    });
    stage.api_says(ok(&only_page(&[row]))).await;
    let listing = stage.client().personal_info(&company()).all().await.unwrap();
    let printed = format!("{listing:?}");
    assert!(listing.rows[0].readable().is_some());
    assert!(!printed.contains(SEED) && !printed.contains("1987"), "{printed}");
}

#[tokio::test]
async fn an_error_about_an_answer_quotes_nothing_of_it() {
    for body in [
        format!(r#"{{"data": "{SEED}"}}"#),
        format!(r#"{{"data": [], "pagination": "{SEED}"}}"#),
        format!(r#"{{"data": [{{"employeeId": {{"{SEED}": 1}}}}]}}"#),
        format!("<html>{SEED}</html>"),
        format!(r#"{{"data": [{{"employeeId": "{SEED} with blanks"}}]}}"#),
    ] {
        let stage = Stage::new().await;
        stage.api_says(ResponseTemplate::new(200).set_body_raw(body, "application/json")).await;
        let error = stage.client().employees(&company()).all().await.unwrap_err();
        let printed = format!("{error} {error:?} {error:#?}");
        assert!(!printed.contains(SEED), "{printed}");
    }
}

#[tokio::test]
async fn an_unreadable_row_keeps_its_place_and_none_of_its_values() {
    let stage = Stage::new().await;
    let info =
        json!([{ "basicInfo": { "lastName": { SEED: SEED } }, "contactInfo": { "businessEmail": SEED } }]);
    stage.api_says(ok(&only_page(&[json!({ "employeeId": "e-1", "info": info })]))).await;
    let listing = stage.client().personal_info(&company()).all().await.unwrap();
    let row = listing.rows[0].unreadable().unwrap();
    assert_eq!(row.at, "info[0].basicInfo.lastName");
    assert!(!format!("{listing:?}").contains(SEED));
}

#[tokio::test]
async fn a_failed_connection_names_no_query() {
    let stage = Stage::new().await;
    let client =
        stage.client_with(|b| b.rest_url("http://127.0.0.1:9").retry(nmbrs_client::RetryPolicy::never()));
    let error = client.debtors().all().await.unwrap_err();
    let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
    let printed: String =
        causes.map(|cause| format!("{cause} {cause:?}")).chain([format!("{error:?}")]).collect();
    assert!(!printed.contains("pageNumber") && !printed.contains("access-0"), "{printed}");
}

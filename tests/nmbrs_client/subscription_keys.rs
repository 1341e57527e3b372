//! Two subscription keys: which one is sent, when the other one is tried, and what a 401 may cost.

use nmbrs_client::{ErrorKind, NmbrsClient};
use serde_json::json;
use wiremock::matchers::header;
use wiremock::{Mock, ResponseTemplate};

use crate::stage::{Stage, new_tokens, ok, only_page, refusal};

const KEY: &str = "x-subscription-key";

/// How the gateway refuses a key, without any word of the vendor.
fn gateways_401() -> ResponseTemplate {
    let body = json!({ "statusCode": 401, "message": "Access denied due to invalid subscription key." });
    ResponseTemplate::new(401).set_body_json(body)
}

/// Every key but this one is refused like this.
async fn accepts_only(stage: &Stage, key: &str, refusal: ResponseTemplate) {
    let good = Mock::given(header(KEY, key)).respond_with(ok(&only_page(&[])));
    good.with_priority(1).mount(&stage.api).await;
    stage.api_says(refusal).await;
}

fn client(stage: &Stage) -> NmbrsClient {
    stage.client_with(|b| b.secondary_subscription_key("key-1"))
}

/// Key and token of every request so far.
async fn shown(stage: &Stage) -> Vec<(String, String)> {
    let requests = stage.api.received_requests().await.unwrap();
    let value = |request: &wiremock::Request, name: &str| {
        request.headers.get(name).unwrap().to_str().unwrap().trim_start_matches("Bearer ").to_owned()
    };
    requests.iter().map(|request| (value(request, KEY), value(request, "authorization"))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(key, token)| ((*key).to_owned(), (*token).to_owned())).collect()
}

#[tokio::test]
async fn a_401_of_the_gateway_tries_the_other_key_before_a_refresh_and_keeps_it() {
    let stage = Stage::new().await;
    accepts_only(&stage, "key-1", gateways_401()).await;
    let client = client(&stage);
    for _ in 0..2 {
        client.debtors().all().await.unwrap();
    }
    let expected = [("key-0", "access-0"), ("key-1", "access-0"), ("key-1", "access-0")];
    assert_eq!(shown(&stage).await, pairs(&expected));
    assert_eq!(stage.token_forms().await.len(), 0, "no refresh token was spent for a key");
}

#[tokio::test]
async fn a_401_that_stays_after_a_new_token_tries_the_other_key() {
    let stage = Stage::new().await;
    stage.identity_says(1, new_tokens(1)).await;
    accepts_only(&stage, "key-1", refusal(401, 40102)).await;
    let client = client(&stage);
    client.debtors().all().await.unwrap();
    client.debtors().all().await.unwrap();
    let expected =
        [("key-0", "access-0"), ("key-0", "access-1"), ("key-1", "access-1"), ("key-1", "access-1")];
    assert_eq!(shown(&stage).await, pairs(&expected));
}

#[tokio::test]
async fn when_no_key_works_a_call_has_tried_each_thing_once_and_begins_with_the_first_again() {
    for (answer, sends) in [
        (gateways_401(), [("key-0", "access-0"), ("key-1", "access-0"), ("key-1", "access-1")]),
        (refusal(401, 40102), [("key-0", "access-0"), ("key-0", "access-1"), ("key-1", "access-1")]),
    ] {
        let stage = Stage::new().await;
        stage.identity_says(1, new_tokens(1)).await;
        stage.api_says(answer).await;
        let client = client(&stage);
        let error = client.debtors().all().await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unauthorized, false));
        assert_eq!(shown(&stage).await, pairs(&sends));
        let _still_refused = client.debtors().all().await;
        assert_eq!(shown(&stage).await[3].0, "key-0");
    }
}

#[tokio::test]
async fn a_key_that_is_changed_back_is_found_again() {
    let stage = Stage::new().await;
    let client = client(&stage);
    for good in ["key-1", "key-0"] {
        stage.api.reset().await;
        accepts_only(&stage, good, gateways_401()).await;
        client.debtors().all().await.unwrap();
        assert_eq!(shown(&stage).await.last().unwrap().0, good);
    }
}

#[tokio::test]
async fn a_single_key_that_is_refused_costs_one_refresh_and_one_replay() {
    let stage = Stage::new().await;
    stage.identity_says(1, new_tokens(1)).await;
    stage.api_says(gateways_401()).await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthorized, Some(401)));
    assert_eq!(shown(&stage).await, pairs(&[("key-0", "access-0"), ("key-0", "access-1")]));
}

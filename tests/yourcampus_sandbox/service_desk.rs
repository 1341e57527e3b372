//! The service desk gives once for each name, tells what it gave, and is hit by the same faults as the API.

use serde_json::{Value, json};
use yourcampus_client::sandbox::{Effect, Fault, Giver};

use crate::asking::{Reply, Stage, read, two_companies};

const ID: &str = "0123456789abcdef0123456789abcdef";

fn one_off(email: &str) -> Value {
    json!({ "email": email, "kind": "oneoff", "category": "all", "act": "grant", "cents": 1250, "from": null })
}

/// `None` if the answer was lost.
async fn put(stage: &Stage, id: &str, grant: &Value) -> Option<Reply> {
    let url = format!("{}/grants/{id}", stage.sandbox.desk_url());
    let request = reqwest::Client::new().put(url).header("Content-Type", "application/json");
    read(request.body(grant.to_string())).await.ok()
}

async fn get(stage: &Stage, id: &str) -> Option<Reply> {
    read(reqwest::Client::new().get(format!("{}/grants/{id}", stage.sandbox.desk_url()))).await.ok()
}

fn times_given(stage: &Stage) -> u64 {
    stage.sandbox.state().budgets.times_given.get(ID).copied().unwrap_or(0)
}

#[tokio::test]
async fn a_name_is_given_once_and_told_from_then_on() {
    let stage = Stage::of(two_companies()).await;
    assert_eq!(get(&stage, ID).await.unwrap().status, 404);
    let first = put(&stage, ID, &one_off("anna@eerste.example")).await.unwrap();
    assert_eq!((first.status, &first.body["account"]), (201, &json!(1)));
    let again = put(&stage, ID, &one_off("anna@eerste.example")).await.unwrap();
    assert_eq!((again.status, &again.body), (200, &first.body));
    let known = get(&stage, ID).await.unwrap();
    assert_eq!((known.status, &known.body), (200, &first.body));

    let budgets = stage.sandbox.state().budgets;
    assert_eq!((times_given(&stage), budgets.repetitions), (1, 0));
    assert_eq!(budgets.hand_overs[0].by, Giver::Service);
    assert_eq!(budgets.accounts[&1].one_off[0].cents, 1250);
}

#[tokio::test]
async fn the_desk_keeps_the_mark_of_the_grant_that_it_gave_last() {
    let stage = Stage::of(two_companies()).await;
    let mark = || async {
        read(reqwest::Client::new().get(format!("{}/mark", stage.sandbox.desk_url()))).await.unwrap()
    };
    assert_eq!(mark().await.status, 404);
    let marked = |email: &str, sequence: u64| {
        let mut grant = one_off(email);
        grant["mark"] = json!({ "epoch": "e", "sequence": sequence });
        grant
    };
    put(&stage, ID, &marked("anna@eerste.example", 1)).await.unwrap();
    put(&stage, "second", &marked("nobody@eerste.example", 2)).await.unwrap();
    put(&stage, ID, &marked("anna@eerste.example", 3)).await.unwrap();
    assert_eq!(mark().await.body, json!({ "epoch": "e", "sequence": 1 }), "the others gave nothing");
}

#[tokio::test]
async fn another_grant_under_a_known_name_is_refused() {
    let stage = Stage::of(two_companies()).await;
    put(&stage, ID, &one_off("anna@eerste.example")).await.unwrap();
    for (field, value) in
        [("cents", json!(1251)), ("email", json!("cato@tweede.example")), ("category", json!("health"))]
    {
        let mut other = one_off("anna@eerste.example");
        other[field] = value;
        assert_eq!(put(&stage, ID, &other).await.unwrap().status, 409, "{field}");
    }
    assert_eq!(times_given(&stage), 1);
}

#[tokio::test]
async fn what_cannot_be_given_is_refused_and_never_given() {
    let stage = Stage::of(two_companies()).await;
    let mut no_amount = one_off("anna@eerste.example");
    no_amount["cents"] = json!(0);
    let mut unknown_field = one_off("anna@eerste.example");
    unknown_field["currency"] = json!("USD");
    for refused in [
        one_off("nobody@eerste.example"),
        one_off("bram@eerste.example"),
        no_amount,
        unknown_field,
        json!([]),
    ] {
        assert_eq!(put(&stage, ID, &refused).await.unwrap().status, 422, "{refused}");
        assert_eq!(get(&stage, ID).await.unwrap().status, 404);
    }
    assert_eq!(times_given(&stage), 0);
}

#[tokio::test]
async fn a_fault_before_gives_nothing_and_one_after_has_given() {
    for (effect, status, given) in [
        (Effect::status(503), Some(503), 0),
        (Effect::Reset, None, 0),
        (Effect::status_after(), Some(502), 1),
        (Effect::ResetAfter, None, 1),
        (Effect::CutBody, None, 1),
    ] {
        let stage = Stage::of(two_companies()).await;
        stage.sandbox.inject(Fault::new(effect.clone()).on_path("/desk/v1").on_method("PUT"));
        let answer = put(&stage, ID, &one_off("anna@eerste.example")).await;
        assert_eq!(answer.map(|answer| answer.status), status, "{effect:?}");
        assert_eq!(times_given(&stage), given, "{effect:?}");
        let known = get(&stage, ID).await.unwrap().status;
        assert_eq!(known, if given == 1 { 200 } else { 404 }, "{effect:?}");
        put(&stage, ID, &one_off("anna@eerste.example")).await.unwrap();
        assert_eq!(times_given(&stage), 1, "{effect:?}");
    }
}

#[tokio::test]
async fn the_desk_stands_beside_the_api_and_is_no_part_of_it() {
    let stage = Stage::of(two_companies()).await;
    assert_eq!(stage.get("/desk/v1/grants/x").await.status, 404, "nothing of it below the API's base");
    assert_eq!(stage.get("/grants/x").await.status, 404);
    let url = stage.sandbox.desk_url();
    for (method, path, status) in
        [("DELETE", "/grants/x", 405), ("GET", "/grants", 404), ("GET", "/grants/a/b", 404)]
    {
        let request = reqwest::Client::new().request(method.parse().unwrap(), format!("{url}{path}"));
        assert_eq!(read(request).await.unwrap().status, status, "{method} {path}");
    }
}

//! The legal ways in which a target may answer other than it was sent, or leave things out.

use serde_json::json;
use yourcampus_client::sandbox::{Account, EmptyText, MissingVsNull, Normalisation, State};

use crate::asking::{Stage, crowd, two_companies};

async fn stored_by(normalisation: Normalisation) -> Account {
    let stage = Stage::of(two_companies().with_normalisation(normalisation)).await;
    let body = json!({
        "email": "Dirk@EERSTE.Example", "first_name": " Zoe\u{308} ", "last_name": "Dam", "prefix": "",
        "private_email": "D@Thuis.Example", "external_id": null,
    });
    let reply = stage.send("POST", "/companies/10/employees", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    stage.sandbox.state().account(4).unwrap().clone()
}

#[tokio::test]
async fn a_plain_target_stores_what_was_sent() {
    let account = stored_by(Normalisation::default()).await;
    assert_eq!(account.email.as_deref(), Some("Dirk@EERSTE.Example"));
    assert_eq!(account.first_name.as_deref(), Some(" Zoe\u{308} "));
    assert_eq!((account.prefix.as_deref(), account.external_id), (Some(""), None));
}

#[tokio::test]
async fn each_liberty_changes_what_it_is_about_and_nothing_else() {
    let domains = stored_by(Normalisation::default().lower_casing_domains()).await;
    assert_eq!(domains.email.as_deref(), Some("Dirk@eerste.example"));
    assert_eq!(domains.private_email.as_deref(), Some("D@thuis.example"));
    assert_eq!(domains.first_name.as_deref(), Some(" Zoe\u{308} "));

    let trimmed = stored_by(Normalisation::default().trimming()).await;
    assert_eq!(trimmed.first_name.as_deref(), Some("Zoe\u{308}"));
    assert_eq!(trimmed.email.as_deref(), Some("Dirk@EERSTE.Example"));

    let composed = stored_by(Normalisation::default().composing()).await;
    assert_eq!(composed.first_name.as_deref(), Some(" Zoë "));
}

#[tokio::test]
async fn empty_and_null_may_become_each_other() {
    let to_null = stored_by(Normalisation::default().with_empty_text(EmptyText::BecomesNull)).await;
    assert_eq!((to_null.prefix, to_null.external_id), (None, None));
    let from_null = stored_by(Normalisation::default().with_empty_text(EmptyText::FromNull)).await;
    assert_eq!((from_null.prefix.as_deref(), from_null.external_id.as_deref()), (Some(""), Some("")));
}

#[tokio::test]
async fn an_edit_normalises_what_it_sends_and_leaves_the_rest() {
    let stage = Stage::of(two_companies().with_normalisation(Normalisation::all())).await;
    stage.sandbox.edit(|state| state.accounts[0].external_id = Some(" as seeded ".to_owned()));
    stage.send("PATCH", "/companies/10/employees/1", &json!({ "prefix": " ", "last_name": " Dam " })).await;
    let account = stage.sandbox.state().account(1).unwrap().clone();
    assert_eq!((account.prefix, account.last_name.as_deref()), (None, Some("Dam")));
    assert_eq!(account.external_id.as_deref(), Some(" as seeded "));
}

#[tokio::test]
async fn a_field_without_a_value_is_shown_as_the_variation_says() {
    let row_of = async |variation: MissingVsNull, id: i64| {
        let stage = Stage::of(crowd(6).with_missing_vs_null(variation)).await;
        stage.get(&format!("/companies/10/employees/{id}")).await.body.as_object().unwrap().clone()
    };
    let nulls = row_of(MissingVsNull::Nulls, 1).await;
    assert_eq!(nulls.len(), 16);
    assert!(nulls["prefix"].is_null());

    let absent = row_of(MissingVsNull::Absent, 1).await;
    assert_eq!(absent.keys().collect::<Vec<_>>(), ["id", "is_active"]);

    let extra = row_of(MissingVsNull::ExtraKeys, 1).await;
    assert_eq!(extra.len(), 18);
    assert!(nulls.keys().all(|key| extra.contains_key(key)));

    let (odd, even, third) = (
        row_of(MissingVsNull::Mixed, 1).await,
        row_of(MissingVsNull::Mixed, 2).await,
        row_of(MissingVsNull::Mixed, 3).await,
    );
    assert!(odd.len() < 16 && odd.values().any(serde_json::Value::is_null));
    assert_ne!(odd.keys().collect::<Vec<_>>(), even.keys().collect::<Vec<_>>());
    assert!(third.contains_key("undocumented_text"));
}

#[tokio::test]
async fn a_value_that_is_there_is_shown_in_every_variation() {
    for variation in
        [MissingVsNull::Nulls, MissingVsNull::Absent, MissingVsNull::ExtraKeys, MissingVsNull::Mixed]
    {
        let stage = Stage::of(two_companies().with_missing_vs_null(variation)).await;
        let row = stage.get("/companies/10/employees/1").await.body;
        assert_eq!(
            (&row["email"], &row["prefix"]),
            (&json!("anna@eerste.example"), &json!("van der")),
            "{variation:?}"
        );
    }
}

#[test]
fn a_state_survives_its_json() {
    let state =
        two_companies().with_rate_limit(600, 60).with_normalisation(Normalisation::all()).with_shuffle(3);
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
}

//! People of several companies of the target, placed by the filter field (U-6).

use nmbrs_client::sandbox::Story;
use serde_json::json;

use crate::stage::{Stage, account_of, ordinary, telling};

const ROUTES: &str =
    "participation = \"by_access_field\"\nlanguage = \"nl\"\nroutes = { Noord = 7, Zuid = 9 }\n";

#[tokio::test]
async fn whoever_has_a_route_gets_an_account_there_and_everybody_else_is_held() {
    let stage = Stage::of(60).await;
    stage.write_config(ROUTES);
    let text = std::fs::read_to_string(stage.config()).unwrap();
    std::fs::write(stage.config(), text.replace("company = 7\n", "")).unwrap();
    let (world, target) = (stage.world().await, stage.target().await);
    let (with, without) = ordinary(&world, &target);
    let route = async |employee_id: &str, value: &str| {
        stage.change_person(employee_id, json!({"extra_fields": {"yourcampus_filter": value}})).await;
    };
    let id = |story| telling(&world, story).employee_id.clone();
    let (two, of_one) = (id(Story::TwoCompaniesA), id(Story::TwoCompaniesB));
    route(&with[0].employee_id, "Zuid").await;
    route(&with[1].employee_id, "Oost").await;
    route(&with[2].employee_id, "Noord").await;
    route(&with[3].employee_id, "No\u{7}ord").await;
    route(&without[0].employee_id, " Zuid ").await;
    route(&two, "Noord").await;
    route(&of_one, "Zuid").await;
    let plan = stage.plan(2).await;
    for (employee_id, reason) in [
        (&with[0].employee_id, "move_company"),
        (&with[1].employee_id, "route_unknown"),
        (&with[2].employee_id, "up_to_date"),
        (&with[3].employee_id, "route_unreadable"),
        (&with[4].employee_id, "route_missing"),
        (&two, "route_conflict"),
    ] {
        assert_eq!(plan.decision_about(employee_id)["reason"], reason, "{employee_id}");
    }
    let decision = plan.decision_about(&without[0].employee_id);
    assert_eq!((&decision["kind"], &decision["company"]), (&json!("onboard"), &json!(9)));

    stage.begin().await;
    let after = stage.target().await;
    let company = |employee_id: &str| account_of(&after, employee_id).map(|account| account.company);
    assert_eq!(company(&without[0].employee_id), Some(9));
    assert_eq!(company(&with[0].employee_id), Some(7), "nobody is moved");
}

//! Who does not take part, who waits, and of whom nothing needs to be done.

use nmbrs_client::sandbox::Story;
use serde_json::json;

use crate::stage::{Stage, account_of, ordinary, telling};

#[tokio::test]
async fn people_who_do_not_take_part_are_skipped_with_the_reason() {
    let stage = Stage::of(60).await;
    let (world, target) = (stage.world().await, stage.target().await);
    let protected = ordinary(&world, &target).0[0];
    let address = json!(protected.personal_infos.last().unwrap().business_email);
    stage.write_config(&format!("participation = \"by_access_field\"\nprotected = [{address}]\n"));
    let plan = stage.plan(2).await;
    for (story, reason) in [
        (Story::AccessNo, "access_no"),
        (Story::NewHire, "other_type"),
        (Story::Applicant, "other_type"),
        (Story::External, "other_type"),
        (Story::FormerExternal, "other_type"),
        (Story::RejectedApplicant, "other_type"),
        (Story::UnknownType, "other_type"),
    ] {
        let decision = plan.decision_about(&telling(&world, story).employee_id);
        assert_eq!((&decision["kind"], &decision["reason"]), (&json!("skip"), &json!(reason)), "{story:?}");
    }
    let decision = plan.decision_about(&protected.employee_id);
    assert_eq!((&decision["kind"], &decision["reason"]), (&json!("skip"), &json!("protected")));
}

#[tokio::test]
async fn people_of_whom_nothing_needs_to_be_done_are_told_why() {
    let stage = Stage::of(60).await;
    let (world, target) = (stage.world().await, stage.target().await);
    let (with, without) = ordinary(&world, &target);
    let left = json!({"employee_type": "formerPayroll", "end_date": (world.today - chrono::Days::new(40)).to_string()});
    stage.change_person(&without[0].employee_id, left.clone()).await;
    stage.change_person(&with[1].employee_id, left).await;
    let account = account_of(&target, &with[1].employee_id).unwrap().id;
    stage.change_account(account, json!({"is_active": false})).await;
    let plan = stage.plan(2).await;
    for (employee, reason) in
        [(with[0], "up_to_date"), (without[0], "left_without_account"), (with[1], "already_inactive")]
    {
        let decision = plan.decision_about(&employee.employee_id);
        assert_eq!((&decision["kind"], &decision["reason"]), (&json!("nothing"), &json!(reason)));
    }
}

#[tokio::test]
async fn first_and_last_days_ahead_are_waited_for() {
    let stage = Stage::of(60).await;
    let world = stage.world().await;
    let plan = stage.plan(2).await;
    let starter = plan.decision_about(&telling(&world, Story::FutureStarter).employee_id);
    assert_eq!((&starter["kind"], &starter["what"]), (&json!("planned"), &json!("onboard")));
    let leaver = plan.decision_about(&telling(&world, Story::LeaverEndsAhead).employee_id);
    assert_eq!((&leaver["kind"], &leaver["what"]), (&json!("planned"), &json!("offboard")));
}

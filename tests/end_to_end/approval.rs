//! What an approval covers, and what it does not (R7, R8).

use serde_json::{Value, json};

use crate::stage::{Stage, account_of, ordinary};

#[tokio::test]
async fn r7_an_edited_plan_file_is_refused() {
    let stage = Stage::of(40).await;
    let plan = stage.plan(2).await;
    let mut saved: Value = serde_json::from_slice(&std::fs::read(&plan.file).unwrap()).unwrap();
    saved["plan"]["entries"].as_array_mut().unwrap().pop();
    std::fs::write(&plan.file, saved.to_string()).unwrap();
    let ran = stage.apply(&plan).await.ends_with_code(1);
    assert!(ran.stderr.contains("does not belong to its hash"), "{}", ran.stderr);
    assert_eq!(stage.writes().await, 0);
}

#[tokio::test]
async fn r7_an_approval_of_another_plan_is_refused() {
    let stage = Stage::of(40).await;
    let plan = stage.plan(2).await;
    let ran = stage.apply_with(&plan, &"0".repeat(64)).await.ends_with_code(1);
    assert!(ran.stderr.contains("the approval is for another plan"), "{}", ran.stderr);
    assert!(ran.stderr.contains("sync plan --out"), "what to type next: {}", ran.stderr);
    let ran = stage.apply_with(&plan, "yes").await.ends_with_code(64);
    assert!(ran.stderr.contains("--approve"), "{}", ran.stderr);
    assert_eq!(stage.writes().await, 0);
}

#[tokio::test]
async fn r7_a_plan_of_another_policy_is_refused() {
    let stage = Stage::of(40).await;
    let plan = stage.plan(2).await;
    stage.write_config("participation = \"everyone\"\nlanguage = \"nl\"\n");
    let ran = stage.apply(&plan).await.ends_with_code(1);
    assert!(ran.stderr.contains("under another policy"), "{}", ran.stderr);
    assert_eq!(stage.writes().await, 0);
}

#[tokio::test]
async fn r8_somebody_who_changed_after_the_approval_is_skipped_and_the_others_are_done() {
    let stage = Stage::of(60).await;
    let plan = stage.plan(2).await;
    let (world, before) = (stage.world().await, stage.target().await);
    let (_, without) = ordinary(&world, &before);
    stage.change_person(&without[0].employee_id, json!({"first_name": "Hernoemd"})).await;

    let applied = stage.apply(&plan).await.ends_with_code(0).json();
    assert_eq!(applied["skipped"], 1);
    assert_eq!(applied["done"], Value::from(plan.actions() - 1));
    assert_eq!(stage.writes().await as u64, plan.actions() - 1);
    let after = stage.target().await;
    assert!(account_of(&after, &without[0].employee_id).is_none());
    for employee in &without[1..] {
        assert!(account_of(&after, &employee.employee_id).is_some());
    }
    assert_eq!(stage.plan(2).await.actions(), 1, "the next plan shows what was skipped");
}

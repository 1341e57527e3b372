//! Writing that goes wrong: no write is repeated, and one listing says what became of it (R13).

use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn r13_a_creation_whose_answer_is_lost_is_settled_by_one_listing() {
    for effect in [
        json!({"kind": "reset_after"}),
        json!({"kind": "status_after", "status": 502}),
        json!({"kind": "cut_body"}),
    ] {
        assert_settled(effect).await;
    }
}

#[tokio::test]
async fn r13_a_conflict_with_our_own_account_counts_as_done() {
    assert_settled(json!({"kind": "status_after", "status": 409})).await;
}

#[tokio::test]
async fn r13_a_creation_that_was_not_carried_out_is_left_and_not_repeated() {
    for effect in [json!({"kind": "reset"}), json!({"kind": "status", "status": 409})] {
        let stage = Stage::of(60).await;
        let plan = stage.plan(2).await;
        let creations = plan.of_kind("onboard").len() as u64;
        stage.target_fault(json!({"method": "POST", "path_contains": "/employees", "effect": effect})).await;
        let applied = stage.apply(&plan).await.ends_with_code(1).json();
        assert_eq!(applied["left"], 1, "{effect}");
        assert_eq!(stage.target().await.created_count, creations - 1, "{effect}");
        assert_eq!(posts(&stage).await, creations, "{effect}: each was sent once");

        let next = stage.plan(2).await;
        assert_eq!(next.of_kind("onboard").len(), 1, "{effect}: the next run sees it");
    }
}

/// The first creation is carried out and its answer spoiled.
async fn assert_settled(effect: Value) {
    let stage = Stage::of(60).await;
    let plan = stage.plan(2).await;
    let creations = plan.of_kind("onboard").len() as u64;
    assert!(creations > 1);
    stage.forget_requests().await;
    stage.target_fault(json!({"method": "POST", "path_contains": "/employees", "effect": effect})).await;
    let applied = stage.apply(&plan).await.ends_with_code(0).json();
    assert_eq!(applied["left"], 0, "{effect}");
    assert_eq!(stage.target().await.created_count, creations, "{effect}: no second account");
    assert_eq!(posts(&stage).await, creations, "{effect}: each was sent once");
    let reads = stage.target_requests().await.iter().filter(|request| request["method"] == "GET").count();
    assert_eq!(reads, 2 * 3, "{effect}: companies and both lists, before writing and once after");
    stage.plan(0).await;
}

/// How many creations the target was asked for.
async fn posts(stage: &Stage) -> u64 {
    let log = stage.target_requests().await;
    let is_creation = |request: &&Value| {
        request["method"] == "POST" && request["path"].as_str().unwrap().ends_with("/employees")
    };
    log.iter().filter(is_creation).count() as u64
}

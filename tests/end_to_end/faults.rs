//! Reading that goes wrong: what passes is read again, what stays ends the run, and nothing is ever taken for empty
//! (R1).

use serde_json::{Value, json};

use crate::stage::{Stage, path};

/// People enough for a company with more than one page.
const SEVERAL_PAGES: usize = 260;

#[tokio::test]
async fn r1_source_pages_that_stay_bad_end_the_run_without_a_plan() {
    for effect in [
        json!({"kind": "cut_body"}),
        json!({"kind": "change_total", "total_records": 7}),
        json!({"kind": "change_total", "total_records": 0}),
        json!({"kind": "moved_rows"}),
        json!({"kind": "drop_row_id"}),
        json!({"kind": "wrong_content_type"}),
        html_with(200),
        json!({"kind": "status", "status": 200, "body": "{}"}),
        json!({"kind": "status", "status": 200, "body": "[]"}),
        json!({"kind": "status", "status": 204}),
        json!({"kind": "status", "status": 403, "code": 40304}),
    ] {
        let stage = Stage::of(40).await;
        let fault = json!({"path_contains": "/employees/personalinfo", "times": null, "effect": effect});
        stage.source_fault(fault).await;
        assert_no_plan(&stage, "source", &effect).await;
    }
}

#[tokio::test]
async fn r1_rows_that_repeat_on_a_second_page_end_the_run_without_a_plan() {
    let stage = Stage::of(SEVERAL_PAGES).await;
    let effect = json!({"kind": "repeat_rows"});
    let fault = json!({"path_contains": "/employments", "page": 2, "times": null, "effect": effect});
    stage.source_fault(fault).await;
    assert_no_plan(&stage, "source", &effect).await;
}

#[tokio::test]
async fn r1_target_pages_that_stay_bad_end_the_run_without_a_plan() {
    for effect in [
        json!({"kind": "cut_body"}),
        json!({"kind": "change_count", "by": 1}),
        json!({"kind": "change_count", "by": -1}),
        json!({"kind": "repeat_rows"}),
        json!({"kind": "drop_row_id"}),
        json!({"kind": "wrong_content_type"}),
        html_with(200),
        json!({"kind": "status", "status": 200, "body": "{}"}),
        json!({"kind": "status", "status": 403}),
    ] {
        let stage = Stage::of(40).await;
        let fault = json!({"path_contains": "/employees", "times": null, "effect": effect});
        stage.target_fault(fault).await;
        assert_no_plan(&stage, "target", &effect).await;
    }
}

#[tokio::test]
async fn r1_a_source_page_that_goes_wrong_once_is_read_again_and_changes_nothing() {
    let stage = Stage::of(40).await;
    let before = stage.target().await;
    let undisturbed = stage.plan(2).await;
    for effect in [
        json!({"kind": "cut_body"}),
        json!({"kind": "reset"}),
        json!({"kind": "change_total", "total_records": 7}),
        json!({"kind": "moved_rows"}),
        throttled(Some("0")),
        throttled(Some("1")),
        throttled(None),
        json!({"kind": "status", "status": 503}),
    ] {
        stage.source_fault(json!({"path_contains": "/employees/contracts", "effect": effect})).await;
        assert_same_decisions(&stage, &undisturbed.document, &effect).await;
    }
    assert!(stage.target().await == before);
}

#[tokio::test]
async fn r1_a_target_page_that_goes_wrong_once_is_read_again_and_changes_nothing() {
    let stage = Stage::of(40).await;
    let before = stage.target().await;
    let undisturbed = stage.plan(2).await;
    for effect in [
        json!({"kind": "cut_body"}),
        json!({"kind": "reset"}),
        json!({"kind": "change_count", "by": 1}),
        json!({"kind": "repeat_rows"}),
        throttled(Some("0")),
        throttled(None),
        json!({"kind": "status", "status": 503}),
    ] {
        stage.target_fault(json!({"path_contains": "/employees", "effect": effect})).await;
        assert_same_decisions(&stage, &undisturbed.document, &effect).await;
    }
    assert!(stage.target().await == before);
}

#[tokio::test]
async fn r1_rows_that_repeat_once_on_a_second_page_are_read_again() {
    let stage = Stage::of(SEVERAL_PAGES).await;
    let undisturbed = stage.plan(2).await;
    let effect = json!({"kind": "repeat_rows"});
    stage.source_fault(json!({"path_contains": "/employments", "page": 2, "effect": effect})).await;
    assert_same_decisions(&stage, &undisturbed.document, &effect).await;
}

#[tokio::test]
async fn r1_an_apply_that_cannot_read_writes_nothing() {
    let stage = Stage::of(40).await;
    let plan = stage.plan(2).await;
    let fault = json!({"path_contains": "/extraFields", "times": null, "effect": {"kind": "change_total", "total_records": 1}});
    stage.source_fault(fault).await;
    stage.apply(&plan).await.ends_with_code(1);
    assert_eq!(stage.writes().await, 0);
}

async fn assert_no_plan(stage: &Stage, side: &str, effect: &Value) {
    let file = stage.folder.path("plan.json");
    let ran = stage.sync(&["plan", "--config", &path(&stage.config()), "--out", &path(&file)]).await;
    assert_eq!(ran.code, 1, "{effect}: {}", ran.stderr);
    // What reading takes is said before the first request; nothing of a plan may follow.
    let before_reading = ["reading takes", "at most"];
    let said = ran.stdout.lines().map(str::trim_start);
    let facts = said.filter(|line| before_reading.iter().any(|fact| line.starts_with(fact))).count();
    assert!(facts == 2 && !ran.stdout.contains("people in"), "{effect}: {}", ran.stdout);
    let told = ran.stderr.contains(side) || ran.stderr.contains("not complete");
    assert!(told, "{effect}: {}", ran.stderr);
    assert!(!file.exists(), "{effect}");
    assert_eq!(stage.writes().await, 0, "{effect}");
}

/// The next plan decides the same, and takes more requests than the one after it, so that the fault was met.
async fn assert_same_decisions(stage: &Stage, undisturbed: &Value, effect: &Value) {
    stage.forget_requests().await;
    let plan = stage.plan(2).await;
    let disturbed = requests(stage).await;
    assert!(plan.document["entries"] == undisturbed["entries"], "{effect}");
    stage.forget_requests().await;
    stage.plan(2).await;
    let afterwards = requests(stage).await;
    assert!(disturbed > afterwards, "{effect}: {disturbed} requests, then {afterwards}");
}

async fn requests(stage: &Stage) -> usize {
    stage.source_requests().await.len() + stage.target_requests().await.len()
}

fn html_with(status: u16) -> Value {
    json!({
        "kind": "status",
        "status": status,
        "headers": {"content-type": "text/html"},
        "body": "<html><body>maintenance</body></html>",
    })
}

fn throttled(retry_after: Option<&str>) -> Value {
    let headers = retry_after.map_or(json!({}), |seconds| json!({"retry-after": seconds}));
    json!({"kind": "status", "status": 429, "headers": headers})
}

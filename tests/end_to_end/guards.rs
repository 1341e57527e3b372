//! The brakes, seen over HTTP: a company that is suddenly empty, too many leavers, a scope that shrank.

use nmbrs_client::sandbox::{Company, World};
use serde_json::json;

use crate::in_process::after_a_run;
use crate::stage::{Stage, account_of, ordinary};

#[tokio::test]
async fn r3_a_company_that_is_suddenly_empty_blocks_the_run() {
    let stage = Stage::of(60).await;
    let earlier = stage.plan(2).await;
    for employee in &smallest(&stage.world().await).employees {
        stage.remove_person(&employee.employee_id).await;
    }
    // Both are read before the second plan takes the file's place.
    let applied = stage.apply(&earlier).await.ends_with_code(3);
    assert!(applied.stderr.contains("R3"), "{}", applied.stderr);
    let plan = stage.plan(3).await;
    assert_eq!(plan.document["brakes"][0]["brake"], "empty_company");
    stage.apply(&plan).await.ends_with_code(3);
    assert_eq!(stage.writes().await, 0);
}

#[tokio::test]
async fn r4_too_many_leavers_wait_for_an_approval_of_the_plan_that_shows_them() {
    let stage = Stage::of(60).await;
    let earlier = stage.plan(2).await;
    let (world, target) = (stage.world().await, stage.target().await);
    let (with, _) = ordinary(&world, &target);
    assert!(with.len() > 6);
    let left = json!({"employee_type": "formerPayroll", "end_date": (world.today - chrono::Days::new(40)).to_string()});
    for employee in &with {
        stage.change_person(&employee.employee_id, left.clone()).await;
    }
    let applied = stage.apply(&earlier).await.ends_with_code(3);
    assert!(applied.stderr.contains("R4"), "{}", applied.stderr);
    assert_eq!(stage.writes().await, 0, "the earlier approval did not show so many");

    let plan = stage.plan(3).await;
    let brakes: Vec<_> = plan.document["brakes"].as_array().unwrap().iter().map(|it| &it["brake"]).collect();
    assert_eq!(brakes, ["first_run", "over_limit"]);
    assert_eq!(stage.writes().await, 0);
    stage.apply(&plan).await.ends_with_code(0);
    let after = stage.target().await;
    for employee in with {
        assert!(!account_of(&after, &employee.employee_id).unwrap().is_active);
    }
}

#[tokio::test]
async fn r26_a_company_that_was_there_in_the_last_run_blocks_this_one() {
    let stage = Stage::of(40).await;
    let gone = smallest(&stage.world().await).company_id.clone();
    let memory = || after_a_run([(gone.as_str(), &[][..])]);
    assert_eq!(stage.plan_with_memory(memory()).await["brakes"], json!([]));
    stage.remove_company(&gone).await;
    let document = stage.plan_with_memory(memory()).await;
    let brakes = document["brakes"].as_array().unwrap();
    assert!(brakes.contains(&json!({"brake": "company_gone", "company": gone})), "{brakes:?}");
}

#[tokio::test]
async fn r26_an_extra_field_that_was_there_in_the_last_run_blocks_this_one() {
    let stage = Stage::with(&["--people", "40", "--without-access-field"]).await;
    let company = smallest(&stage.world().await).company_id.clone();
    let memory = |field: &'static str| after_a_run([(company.as_str(), &[field][..])]);
    assert_eq!(stage.plan_with_memory(memory("yourcampus_filter")).await["brakes"], json!([]));
    let document = stage.plan_with_memory(memory("yourcampus_access")).await;
    let gone = json!([{"brake": "field_gone", "company": company, "field": "yourcampus_access"}]);
    assert_eq!(document["brakes"], gone);
}

fn smallest(world: &World) -> &Company {
    world.companies.iter().min_by_key(|company| company.employees.len()).unwrap()
}

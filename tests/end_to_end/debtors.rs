//! Chosen debtors, seen over HTTP: whose companies take part, what is told of the others, and what a slip does.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stage::{Stage, path};

fn choosing(debtors: &[&str]) -> String {
    format!("participation = \"by_access_field\"\nlanguage = \"nl\"\ndebtors = {debtors:?}\n")
}

#[tokio::test]
async fn only_companies_of_chosen_debtors_take_part_and_the_others_are_told() {
    let stage = Stage::of(60).await;
    let world = stage.world().await;
    let chosen = &world.debtors[0].debtor_id;
    let (ours, others): (Vec<_>, Vec<_>) =
        world.companies.iter().partition(|company| company.debtor_id == *chosen);
    assert!(!ours.is_empty() && !others.is_empty());
    stage.write_config(&choosing(&[chosen]));
    let plan = stage.plan(2).await;

    let entries = plan.document["entries"].as_array().unwrap().iter();
    let records = entries.flat_map(|entry| entry["records"].as_array().unwrap());
    let companies: BTreeSet<_> = records.map(|record| record["company"].as_str().unwrap()).collect();
    assert_eq!(companies, ours.iter().map(|company| company.company_id.as_str()).collect());
    let left_out =
        |company: &str, debtor: &str| json!({"finding": "left_out", "company": company, "debtor": debtor});
    for company in others {
        let told = left_out(&company.company_id, &company.debtor_id);
        assert!(plan.document["findings"].as_array().unwrap().contains(&told), "{told}");
        let read = stage.source_requests().await;
        let is_about = |request: &Value| request["path"].as_str().unwrap().contains(&company.company_id);
        assert!(!read.iter().any(is_about), "nothing else of it was read");
    }
}

#[tokio::test]
async fn a_debtor_that_nobody_sees_ends_the_run_before_anybody_is_read() {
    let stage = Stage::of(20).await;
    let typo = "11111111-1111-4111-8111-111111111111";
    stage.write_config(&choosing(&[typo]));
    let ran = stage.sync(&["plan", "--config", &path(&stage.config())]).await.ends_with_code(1);
    assert!(ran.stderr.contains(&format!("sees no company of the chosen debtor {typo}")), "{}", ran.stderr);
    let read = stage.source_requests().await;
    assert!(!read.iter().any(|request| request["path"].as_str().unwrap().contains("/employees")), "{read:?}");
    let told = stage.check(&["--json"]).await.ends_with_code(1);
    assert!(told.stdout.contains(&format!("of the chosen debtor {typo}")), "{}", told.stdout);
}

//! The demo: `sync` without a command. It has no other process to be compared with; that what it does is right is
//! proved elsewhere here, on the same code.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::binaries::binaries;
use crate::command_line::assert_fit_for_people;
use crate::process::run;

#[tokio::test]
async fn the_demo_ignores_the_environment_and_gives_the_same_twice() {
    let nonsense = [
        "ALLEO_ACCESS_KEY",
        "ALLEO_SECRET_KEY",
        "ALLEO_BASE_URL",
        "NMBRS_CLIENT_SECRET",
        "NMBRS_ACCESS_TOKEN",
        "NMBRS_SUBSCRIPTION_KEY",
        "SYNC_FINGERPRINT_KEY",
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "ALL_PROXY",
    ];
    let nonsense = nonsense.map(|name| (name.to_owned(), "http://127.0.0.1:1/nonsense".to_owned()));
    let arguments = ["--people", "60", "--seed", "7", "--json"];
    let first = run(&binaries().sync, &arguments, &BTreeMap::new()).await.ends_with_code(0);
    let second = run(&binaries().sync, &arguments, &BTreeMap::from(nonsense)).await.ends_with_code(0);
    assert_eq!(first.stdout, second.stdout);
    let json = first.json();
    assert_eq!((json["second_run_actions"].as_u64(), json["second_run_writes"].as_u64()), (Some(0), Some(0)));
    assert!(json["applied"].as_u64() > Some(0));
    assert_eq!(json["applied"], json["target_writes"]);
    let days = json["days"].as_array().unwrap();
    let typed: Vec<Vec<_>> = days.iter().map(|day| words(day, "typed")).collect();
    let verdicts: Vec<Vec<_>> = days.iter().map(|day| words(day, "verdict")).collect();
    assert_eq!(typed[0], ["run", "confirm", "run", "run", "budgets baseline"]);
    assert_eq!(verdicts[0], ["waits", "done", "done"]);
    assert_eq!((&typed[1], &days[1]["steps"][0]["done"]), (&vec!["run", "budgets confirm"], &json!(3)));
    let (given, support) = (&days[1]["steps"][0]["grants"], &json["support"]);
    assert!(given.as_u64() > Some(3), "{given}");
    assert_eq!((&support["given"], &days[1]["steps"][1]["count"]), (given, given));
    assert_eq!((&support["twice"], &support["two_monthly"]), (&json!(0), &json!(0)));
    assert_ne!(support["cancelled"], "0.00");
    assert_eq!(days[2]["steps"][0]["grants"], 0, "a quiet day");
    assert_eq!(days[4]["steps"][0]["money"]["proposals"], 1, "another amount waits");
    assert_eq!((&typed[2], &days[2]["steps"][0]["writes"]), (&vec!["run"], &json!(0)));
    assert_eq!(days[3]["steps"][0]["brakes"][0]["brake"], "over_limit");
    assert_eq!((&typed[3], &verdicts[3]), (&vec!["run", "approve", "run"], &vec!["waits", "done"]));
    assert_eq!((&typed[4], &days[4]["steps"][2]["done"]), (&vec!["run", "approve", "run"], &json!(1)));
}

fn words<'d>(day: &'d Value, key: &str) -> Vec<&'d str> {
    day["steps"].as_array().unwrap().iter().filter_map(|step| step[key].as_str()).collect()
}

#[tokio::test]
async fn the_demo_ends_well_with_any_number_of_people() {
    for people in ["0", "1", "2", "13", "40"] {
        let ran = run(&binaries().sync, &["--people", people, "--json"], &BTreeMap::new()).await;
        assert_eq!(ran.ends_with_code(0).json()["second_run_actions"], 0, "{people}");
    }
}

#[tokio::test]
async fn the_demo_is_fit_for_people() {
    let ran = run(&binaries().sync, &["--people", "60"], &BTreeMap::new()).await.ends_with_code(0);
    assert_fit_for_people(&ran);
    assert!(ran.stdout.contains("Second run: 0 actions, 0 writes."));
}

//! The demo: `sync` without a command. It has no other process to be compared with; that what it does is right is
//! proved elsewhere here, on the same code.

use std::collections::BTreeMap;

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
}

#[tokio::test]
async fn the_demo_is_fit_for_people() {
    let ran = run(&binaries().sync, &["--people", "60"], &BTreeMap::new()).await.ends_with_code(0);
    assert_fit_for_people(&ran);
    assert!(ran.stdout.contains("Second run: 0 actions, 0 writes."));
}

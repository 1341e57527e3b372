//! `sync check`: what it says of a connection that works and of each that does not, and that it reads nobody.

use serde_json::{Value, json};

use crate::command_line::assert_fit_for_people;
use crate::process::Ran;
use crate::signing_in::IN_A_FILE;
use crate::stage::{Stage, path};

impl Stage {
    pub(crate) async fn check(&self, flags: &[&str]) -> Ran {
        let config = path(&self.config());
        self.sync(&[&["check", "--config", &config], flags].concat()).await
    }

    /// The verdict and the words of each check.
    async fn checks(&self, code: i32) -> Vec<(String, String, String)> {
        let report = self.check(&["--json"]).await.ends_with_code(code).json();
        assert_eq!(report["ok"], json!(code == 0));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |check: &Value| {
            let words = format!("{} {}", text(&check["found"]), text(&check["do"]));
            (text(&check["check"]), text(&check["verdict"]), words)
        };
        report["checks"].as_array().unwrap().iter().map(line).collect()
    }
}

/// Those checks that found a problem.
fn problems(checks: &[(String, String, String)]) -> Vec<&str> {
    checks.iter().filter(|(_, verdict, _)| verdict == "problem").map(|(check, ..)| check.as_str()).collect()
}

#[track_caller]
fn words_of<'c>(checks: &'c [(String, String, String)], name: &str) -> &'c str {
    &checks
        .iter()
        .find(|(check, ..)| check == name)
        .unwrap_or_else(|| panic!("no check {name}: {checks:?}"))
        .2
}

#[tokio::test]
async fn a_connection_that_works_has_no_problems() {
    let stage = Stage::of(60).await;
    stage.keep_grants(IN_A_FILE);
    stage.sign_in(&["--user"]).await.ends_with_code(0);
    let checks = stage.checks(0).await;
    assert_eq!(problems(&checks), [""; 0]);
    assert!(words_of(&checks, "companies").contains("3 visible, 3 take part, of 2 debtors"));
    for company in &stage.world().await.companies {
        let words = words_of(&checks, &format!("company {}", company.company_id));
        assert!(words.starts_with("takes part; it has ") && words.contains("_access"), "{words}");
    }
    assert!(words_of(&checks, "user").contains(" of debtor "));
    let ran = stage.check(&[]).await.ends_with_code(0);
    assert_fit_for_people(&ran);
    assert!(ran.stdout.contains("getEmployeesByCompany (employee.info.read)"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("Nothing stands in the way of a run.\n"), "{}", ran.stdout);
}

#[tokio::test]
async fn a_check_reads_nobody() {
    let stage = Stage::of(60).await;
    stage.keep_grants(IN_A_FILE);
    stage.sign_in(&["--user"]).await.ends_with_code(0);
    stage.forget_requests().await;
    stage.check(&[]).await.ends_with_code(0);
    let paths = async |log: &str| -> Vec<String> {
        let log = stage.get(log).await;
        log.as_array().unwrap().iter().map(|request| request["path"].as_str().unwrap().to_owned()).collect()
    };
    let (source, target) = (paths("/nmbrs/requests").await, paths("/yourcampus/requests").await);
    assert!(source.iter().any(|path| path.ends_with("/extrafieldSettings")), "{source:?}");
    assert!(!target.is_empty());
    for path in source.iter().chain(&target) {
        assert!(!path.contains("/employees"), "{path}");
    }
    assert_eq!(stage.writes().await, 0);
}

#[tokio::test]
async fn a_missing_grant_keeps_no_other_check_from_being_made() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    let checks = stage.checks(1).await;
    assert_eq!(problems(&checks), ["grant"]);
    assert!(words_of(&checks, "grant").contains("sync sign-in --config "));
    assert!(words_of(&checks, "YourCampus company").contains("is visible"));
}

#[tokio::test]
async fn a_lost_consent_is_known_before_anything_is_sent() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    stage.sign_in(&[]).await.ends_with_code(0);
    stage.sandbox.control("DELETE", "/nmbrs/consent", &Value::Null).await;
    let checks = stage.checks(1).await;
    assert!(problems(&checks).contains(&"companies"), "the token itself looked good: {checks:?}");
    stage.forget_requests().await;
    let checks = stage.checks(1).await;
    assert_eq!(problems(&checks), ["grant"]);
    assert!(words_of(&checks, "grant").contains("the consent is lost since "));
    assert_eq!(stage.get("/nmbrs/requests").await, json!([]), "not even the identity server was asked");
}

#[tokio::test]
async fn a_scope_that_is_missing_is_a_problem() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    let granted = json!({"decision": "grant", "scopes": ["company.info.read", "offline_access"]});
    stage.sandbox.control("POST", "/nmbrs/consent", &granted).await;
    stage.sign_in(&[]).await.ends_with_code(0);
    let checks = stage.checks(1).await;
    assert_eq!(problems(&checks), ["scopes"]);
    assert!(
        words_of(&checks, "scopes").starts_with("missing: employee.employment.read, employee.info.read;")
    );
}

#[tokio::test]
async fn a_token_that_was_handed_over_says_nothing_of_its_scopes() {
    let checks = Stage::of(1).await.checks(0).await;
    assert!(words_of(&checks, "scopes").starts_with("the server did not say"));
}

#[tokio::test]
async fn a_company_without_the_access_field_is_a_problem_when_it_decides() {
    let stage = Stage::with(&["--people", "20", "--without-access-field"]).await;
    let checks = stage.checks(1).await;
    assert_eq!(problems(&checks).len(), stage.world().await.companies.len());
    assert!(
        checks.iter().any(|(.., words)| words.contains("no access field: everybody in it would be held"))
    );
    stage.write_config("participation = \"everyone\"\n");
    assert_eq!(problems(&stage.checks(0).await), [""; 0]);
}

#[tokio::test]
async fn wrong_keys_are_told_each_on_its_own_side() {
    let stage = Stage::of(1).await;
    let wrong = |name: &str| format!("{name} = {{ command = [\"echo\", \"wrong\"] }}\n");
    stage.keep_grants(IN_A_FILE);
    stage.sign_in(&[]).await.ends_with_code(0);
    stage.write_tokens(&format!("{IN_A_FILE}{}", wrong("subscription_key")));
    let checks = stage.checks(1).await;
    assert_eq!(problems(&checks), ["companies"]);
    assert!(words_of(&checks, "companies").contains("look at nmbrs.subscription_key"));

    let stage = Stage::of(1).await;
    let text = std::fs::read_to_string(stage.config()).unwrap();
    let wrong = text.replace("[yourcampus]\n", &format!("[yourcampus]\n{}", wrong("secret_key")));
    std::fs::write(stage.config(), wrong).unwrap();
    let checks = stage.checks(1).await;
    assert_eq!(problems(&checks), ["YourCampus sign-in"]);
    assert!(words_of(&checks, "YourCampus sign-in").contains("look at yourcampus.access_key and secret_key"));
}

#[tokio::test]
async fn a_company_that_the_keys_do_not_see_is_a_problem() {
    let stage = Stage::of(1).await;
    let text = std::fs::read_to_string(stage.config()).unwrap();
    std::fs::write(stage.config(), text.replace("company = 7", "company = 8")).unwrap();
    let checks = stage.checks(1).await;
    assert_eq!(problems(&checks), ["YourCampus company"]);
    assert!(words_of(&checks, "YourCampus company").starts_with("company 8 is not visible; visible are: 7"));
}

#[cfg(unix)]
#[tokio::test]
async fn secrets_come_from_files_and_commands_too() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::of(1).await;
    let secret = stage.environment()["NMBRS_ACCESS_TOKEN"].clone();
    let file = stage.folder.path("token.toml");
    std::fs::write(&file, format!("{secret}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    stage.write_tokens("access_token = { file = \"token.toml\" }\n");
    assert_eq!(problems(&stage.checks(0).await), [""; 0]);
    stage.write_tokens(&format!("access_token = {{ command = [\"cat\", {:?}] }}\n", path(&file)));
    assert_eq!(problems(&stage.checks(0).await), [""; 0]);
}

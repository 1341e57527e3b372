//! From SOAP to REST by the operator's commands, over both sandboxes: money was given over SOAP, and after the migration
//! runs over REST find everybody, make nobody an account and give nothing.

use serde_json::{Value, json};

use crate::money_stage::{NAME, policy};
use crate::process::Ran;
use crate::stage::{Stage, path};

impl Stage {
    /// Both interfaces are configured, and daily runs read this one.
    fn reads_over(&self, interface: &str) {
        let nmbrs = &self.sandbox.line["nmbrs"];
        self.write_tokens(&format!(
            "interface = \"{interface}\"\naccess_token = {{ env = \"NMBRS_ACCESS_TOKEN\" }}\n\
             [nmbrs.soap]\nurl = {}\nusername = {}\ntoken = {{ env = \"NMBRS_SOAP_TOKEN\" }}\ndomain = {}\n\
             [nmbrs.soap.limits]\nspacing_ms = 0\n",
            nmbrs["soap_url"], nmbrs["soap_username"], nmbrs["soap_domain"],
        ));
        self.write_config(&policy("100000,00"));
    }

    /// Every account of ours carries the name that SOAP gives to its record.
    async fn accounts_are_of_soap(&self) {
        let (world, target) = (self.world().await, self.target().await);
        let domain = self.sandbox.line["nmbrs"]["soap_domain"].as_str().unwrap().to_owned();
        for account in target.accounts {
            let guid = account.external_id.as_deref().and_then(|id| id.strip_prefix("nmbrs:rest:"));
            let number = guid.and_then(|guid| world.soap_number(guid));
            if let Some(number) = number {
                let old = format!("nmbrs:soap:{domain}:{number}");
                self.change_account(account.id, json!({ "external_id": old })).await;
            }
        }
    }

    async fn migrate(&self, flags: &[&str]) -> Ran {
        self.sync(&[&["migrate", "--config", &path(&self.config())], flags].concat()).await
    }

    async fn carry_out(&self, plan: &str) -> Value {
        self.migrate(&["--approve", plan, "--by", NAME, "--json"]).await.ends_with_code(0).json()
    }
}

/// Accounts by id, and what they carry.
async fn carried(stage: &Stage) -> Vec<(i64, Option<String>)> {
    stage.target().await.accounts.into_iter().map(|account| (account.id, account.external_id)).collect()
}

#[tokio::test]
async fn r11_from_soap_to_rest_nobody_gets_a_second_account_or_a_second_grant() {
    let stage = Stage::of(40).await;
    stage.make_grants_folder();
    stage.reads_over("soap");
    stage.accounts_are_of_soap().await;
    stage.fill_everybody().await;
    stage.begin().await;
    let run = stage.daily(2).await;
    stage.baseline(&run, &["--nothing-else"]).await.ends_with_code(0);
    stage.pay().await;
    stage.daily(2).await;
    let books = stage.books().await;
    let before = carried(&stage).await;

    let shown = stage.migrate(&[]).await.ends_with_code(2);
    crate::command_line::assert_fit_for_people(&shown);
    let plan = stage.migrate(&["--json"]).await.ends_with_code(2).json();
    assert!(plan["moved"].as_u64().unwrap() > 15, "{plan:#}");
    assert_eq!(carried(&stage).await, before, "a look changes nothing");
    // Whoever lacks an address is taken by word; who is left, is left knowingly.
    let plan = stage.migrate(&["--likely", "--leave-held", "--json"]).await.ends_with_code(2).json();
    assert_eq!(plan["ends_soap"], true, "{plan:#}");
    let done = stage.carry_out(plan["plan_id"].as_str().unwrap()).await;
    assert_eq!((&done["ended"], &done["marks_left"]), (&json!(true), &json!(0)), "{done:#}");
    assert_eq!(done["marked"], plan["marks"]);
    assert_eq!(done["target_writes"], plan["marks"], "one update for each account");
    let after = carried(&stage).await;
    assert_eq!(before.len(), after.len());
    let changed = before.iter().zip(&after).filter(|(one, other)| one != other).count();
    assert_eq!(json!(changed), plan["marks"]);

    // SOAP is over, and the mandate was for SOAP; no ordinary run has told so yet.
    let status = stage.sync(&["status", "--config", &path(&stage.config()), "--json"]).await;
    assert_eq!(status.ends_with_code(0).json()["mandate"]["holds"], Value::Null);
    stage.daily(3).await;
    stage.reads_over("rest");
    let run = stage.daily(2).await;
    assert_eq!((&run["verdict"], &run["actions"]["onboard"]), (&json!("waits"), &json!(0)), "{run:#}");
    assert_eq!(run["actions"]["offboard"], 0);
    stage.confirm(&run, &[]).await.ends_with_code(0);
    let run = stage.daily(2).await;
    assert_eq!((&run["actions"]["onboard"], &run["target_writes"]), (&json!(0), &json!(0)), "{run:#}");
    assert_eq!((&run["money"]["grants"], &run["money"]["proposals"]), (&json!(0), &json!(0)), "{run:#}");
    assert_eq!(stage.books().await, books);
    assert_eq!(carried(&stage).await, after);

    let again = stage.migrate(&["--json"]).await.ends_with_code(0).json();
    assert_eq!(again["nothing_to_do"], true, "{again:#}");
}

#[tokio::test]
async fn a_migration_that_was_typed_wrongly_ends_with_64_and_asks_nobody() {
    let stage = Stage::of(20).await;
    let hash = "a".repeat(64);
    let only_rest = stage.migrate(&[]).await.ends_with_code(64);
    assert!(only_rest.stderr.contains("nmbrs.soap"), "{}", only_rest.stderr);
    stage.reads_over("soap");
    stage.make_grants_folder();
    for (flags, told) in [
        (vec!["--same", "1=2"], "--same"),
        (vec!["--same", "nmbrs:soap:a:1"], "--same"),
        (vec!["--same", "nmbrs:soap:a:1=x", "--same", "nmbrs:soap:a:2=x"], "--same"),
        (vec!["--approve", "abc", "--by", NAME], "--approve"),
        (vec!["--approve", &hash], "--by"),
        (vec!["--approve", &hash, "--by", " "], "--by"),
        (vec!["--approve", &hash, "--by", NAME, "--likely"], "--likely"),
        (vec!["--take-over"], "--approve"),
    ] {
        let ran = stage.migrate(&flags).await.ends_with_code(64);
        assert!(ran.stderr.contains(told), "{flags:?}: {}", ran.stderr);
    }
    assert!(stage.source_requests().await.is_empty());
}

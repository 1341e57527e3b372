//! `sync run` from the first day on: what waits, what a person's word lifts, and what happens without anybody.

use nmbrs_client::sandbox::Story;
use serde_json::{Value, json};
use yourcampus_client::sandbox::State;

use crate::oracle::expected;
use crate::process::Ran;
use crate::stage::{Stage, account_of, ordinary, path, telling};

/// Whose word the tests give. It must be shown by `status` and nowhere else.
const NAME: &str = "Operateur Zonderling";

impl Stage {
    /// `sync NAME --config … ARGUMENTS`.
    pub(crate) async fn command(&self, name: &str, arguments: &[&str]) -> Ran {
        let config = path(&self.config());
        let arguments: Vec<&str> =
            [name, "--config", &config].into_iter().chain(arguments.iter().copied()).collect();
        let ran = self.sync(&arguments).await;
        if name != "status" {
            for (stream, text) in ran.streams() {
                assert!(!text.contains("Zonderling"), "the operator's name stands in {stream} of {name}");
            }
        }
        ran
    }

    /// `sync run --json`, which must end with this code.
    pub(crate) async fn daily(&self, code: i32) -> Value {
        self.command("run", &["--json"]).await.ends_with_code(code).json()
    }

    /// `sync confirm`, and the run that it allows. Proposals wait for another word, hence code 2.
    pub(crate) async fn begin(&self) -> Value {
        let first = self.daily(2).await;
        self.confirm(&first, &[]).await.ends_with_code(0);
        self.daily(2).await
    }

    /// `sync confirm` of the plan of a run.
    pub(crate) async fn confirm(&self, run: &Value, flags: &[&str]) -> Ran {
        self.give("confirm", run, flags).await
    }

    /// `sync approve` of the plan of a run.
    pub(crate) async fn approve(&self, run: &Value, flags: &[&str]) -> Ran {
        self.give("approve", run, flags).await
    }

    async fn give(&self, command: &str, run: &Value, flags: &[&str]) -> Ran {
        let plan = run["plan_id"].as_str().unwrap();
        let arguments: Vec<&str> = [plan, "--by", NAME].into_iter().chain(flags.iter().copied()).collect();
        self.command(command, &arguments).await
    }
}

fn brakes(run: &Value) -> Vec<&str> {
    run["brakes"].as_array().unwrap().iter().map(|brake| brake["brake"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_first_run_waits_the_confirmed_one_applies_and_the_next_does_nothing() {
    let stage = Stage::of(60).await;
    let (world, before) = (stage.world().await, stage.target().await);
    let first = stage.daily(2).await;
    assert_eq!((&first["verdict"], &first["target_writes"]), (&json!("waits"), &json!(0)));
    assert_eq!(brakes(&first), ["first_run"]);
    assert_eq!(stage.writes().await, 0);
    assert!(stage.target().await == before);

    let confirmed = stage.confirm(&first, &[]).await.ends_with_code(0);
    assert!(
        confirmed.stdout.contains("may grant") && confirmed.stdout.contains("unknown, to"),
        "{confirmed:?}"
    );
    assert_eq!(stage.writes().await, 0, "a word is no deed");

    let company = stage.sandbox.line["yourcampus"]["company"].as_i64().unwrap();
    let expected = expected(&world, &before, company);
    let second = stage.daily(2).await;
    let changes = expected.new.len() + expected.changed + expected.deactivated;
    assert_eq!((&second["verdict"], &second["done"]), (&json!("done"), &Value::from(changes)));
    assert_eq!(stage.writes().await, changes);
    let after = stage.target().await;
    assert_eq!(after.created_count, expected.new.len() as u64);

    stage.forget_requests().await;
    let third = stage.daily(2).await;
    assert_eq!((&third["verdict"], &third["done"]), (&json!("done"), &json!(0)));
    assert_eq!(stage.writes().await, 0);
    assert!(stage.target().await == after);
}

#[tokio::test]
async fn r7_what_is_ordinary_is_done_by_the_mandate_every_day() {
    let stage = Stage::of(60).await;
    stage.begin().await;
    let (world, target) = (stage.world().await, stage.target().await);
    let (with, _) = ordinary(&world, &target);
    let yesterday = (world.today - chrono::Days::new(1)).to_string();
    stage.change_person(&with[0].employee_id, json!({"last_name": "Hernoemd"})).await;
    let left = json!({"employee_type": "formerPayroll", "end_date": yesterday});
    stage.change_person(&with[1].employee_id, left).await;
    stage.forget_requests().await;
    let run = stage.daily(2).await;
    assert_eq!(
        (&run["done"], &run["actions"]),
        (&json!(2), &json!({"onboard": 0, "update": 1, "offboard": 1}))
    );
    assert_eq!(stage.writes().await, 2);
    let after = stage.target().await;
    assert_eq!(account_of(&after, &with[0].employee_id).unwrap().last_name.as_deref(), Some("Hernoemd"));
    assert!(!account_of(&after, &with[1].employee_id).unwrap().is_active);
}

#[tokio::test]
async fn r7_a_changed_policy_ends_the_mandate_until_it_is_confirmed() {
    let stage = Stage::of(60).await;
    stage.begin().await;
    let (world, target) = (stage.world().await, stage.target().await);
    let (with, _) = ordinary(&world, &target);
    stage.change_person(&with[0].employee_id, json!({"last_name": "Hernoemd"})).await;
    stage.write_config(
        "participation = \"by_access_field\"\nlanguage = \"nl\"\nprotected = [\"iemand@elders.example\"]\n",
    );
    stage.forget_requests().await;
    let waits = stage.daily(2).await;
    assert!(waits["because"].as_str().unwrap().contains("mandate has ended"), "{waits}");
    assert_eq!(stage.writes().await, 0);
    let told = stage.command("status", &[]).await.ends_with_code(0);
    let words = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("ENDED: the policy changed since") && words.contains("sync confirm"), "{words}");
    stage.confirm(&waits, &[]).await.ends_with_code(0);
    assert_eq!(stage.daily(2).await["done"], 1);
    assert_eq!(stage.daily(2).await["done"], 0, "and holds on");
}

#[tokio::test]
async fn r4_over_a_limit_waits_and_an_approval_lifts_it_once() {
    let stage = Stage::of(60).await;
    stage.begin().await;
    let (world, target) = (stage.world().await, stage.target().await);
    let (with, _) = ordinary(&world, &target);
    let (many, more) = with.split_at(with.len() - 1);
    assert!(many.len() > 4);
    let left = json!({"employee_type": "formerPayroll", "end_date": (world.today - chrono::Days::new(40)).to_string()});
    for employee in many {
        stage.change_person(&employee.employee_id, left.clone()).await;
    }
    stage.forget_requests().await;
    let blocked = stage.command("run", &[]).await.ends_with_code(3);
    assert!(
        blocked.stdout.contains("R4") && blocked.stdout.contains("  sync approve "),
        "{}",
        blocked.stdout
    );
    let blocked = stage.daily(3).await;
    assert_eq!(brakes(&blocked), ["over_limit"]);
    assert_eq!(stage.writes().await, 0);

    stage.approve(&blocked, &[]).await.ends_with_code(0);
    assert_eq!(stage.daily(2).await["done"], Value::from(many.len()));
    for employee in more {
        stage.change_person(&employee.employee_id, left.clone()).await;
    }
    assert_eq!(brakes(&stage.daily(3).await), ["over_limit"], "the approval was for that plan, once");
    let again = stage.approve(&blocked, &[]).await.ends_with_code(1);
    assert!(again.stderr.contains("a run has used that up"), "{}", again.stderr);
    assert!(again.stderr.contains("  sync run "), "{}", again.stderr);
}

#[tokio::test]
async fn r18_an_account_is_adopted_only_when_somebody_says_so() {
    let stage = Stage::of(60).await;
    let world = stage.world().await;
    let by_hand = telling(&world, Story::AccountByHand);
    let first = stage.daily(2).await;
    assert_eq!(first["proposals"]["adopt"], 1);
    stage.confirm(&first, &[]).await.ends_with_code(0);
    let done = stage.daily(2).await;
    assert!(account_of(&stage.target().await, &by_hand.employee_id).is_none(), "confirmed without --adopt");
    stage.approve(&done, &["--adopt"]).await.ends_with_code(0);
    assert_eq!(stage.daily(2).await["done"], 1);
    assert!(account_of(&stage.target().await, &by_hand.employee_id).is_some());
    assert_eq!(stage.daily(2).await["proposals"]["adopt"], Value::Null);

    let other = Stage::of(60).await;
    let first = other.daily(2).await;
    let confirmed = other.confirm(&first, &["--adopt"]).await.ends_with_code(0);
    assert!(confirmed.stdout.contains("with 1 adoptions"), "{}", confirmed.stdout);
    other.daily(2).await;
    let by_hand = telling(&other.world().await, Story::AccountByHand).employee_id.clone();
    assert!(account_of(&other.target().await, &by_hand).is_some());
}

#[tokio::test]
async fn r17_a_person_who_is_back_gets_access_when_somebody_approves_it_for_this_person() {
    let stage = Stage::of(60).await;
    let (world, target) = (stage.world().await, stage.target().await);
    let back = telling(&world, Story::RehireSameId);
    let done = stage.begin().await;
    assert!(done["proposals"]["activate"].as_u64() >= Some(2));
    let of = |state: &State| account_of(state, &back.employee_id).unwrap().is_active;
    assert!(!of(&target) && !of(&stage.target().await));
    stage.forget_requests().await;
    stage.approve(&done, &["--person", &back.employee_id]).await.ends_with_code(0);
    let run = stage.daily(2).await;
    assert_eq!(run["verdict"], "done", "{run}");
    assert!(of(&stage.target().await), "{run}");
    assert_eq!(stage.writes().await as u64, run["target_writes"].as_u64().unwrap());
    assert!(run["proposals"]["activate"].as_u64() >= Some(1), "the others wait on");

    let nobody = stage.approve(&run, &["--person", "11111111-1111-4111-8111-111111111111"]).await;
    assert!(nobody.ends_with_code(1).stderr.contains("the plan does not know"));
    let settled = &ordinary(&world, &target).0[0].employee_id;
    let nothing = stage.approve(&run, &["--person", settled]).await.ends_with_code(1);
    assert!(nothing.stderr.contains("proposes nothing"), "{}", nothing.stderr);
}

#[tokio::test]
async fn r26_a_company_that_is_gone_blocks_until_somebody_says_that_it_is_meant_to_be() {
    let stage = Stage::of(60).await;
    stage.begin().await;
    let world = stage.world().await;
    let smallest = world.companies.iter().min_by_key(|company| company.employees.len()).unwrap();
    stage.remove_company(&smallest.company_id).await;
    stage.forget_requests().await;
    let blocked = stage.daily(3).await;
    assert_eq!(brakes(&blocked), ["company_gone"]);
    for refused in [stage.confirm(&blocked, &[]).await, stage.approve(&blocked, &[]).await] {
        let refused = refused.ends_with_code(1);
        assert!(refused.stderr.contains("--smaller-scope"), "{}", refused.stderr);
    }
    stage.daily(3).await;
    stage.confirm(&blocked, &["--smaller-scope"]).await.ends_with_code(0);
    let active = |state: &State| state.accounts.iter().filter(|account| account.is_active).count();
    let before = active(&stage.target().await);
    stage.daily(2).await;
    assert_eq!(active(&stage.target().await), before, "nobody is deactivated for that");
    assert_eq!(brakes(&stage.daily(2).await), [""; 0]);
}

#[tokio::test]
async fn r3_a_company_that_is_suddenly_empty_is_never_confirmed() {
    let stage = Stage::of(60).await;
    stage.begin().await;
    let world = stage.world().await;
    let smallest = world.companies.iter().min_by_key(|company| company.employees.len()).unwrap();
    for employee in &smallest.employees {
        stage.remove_person(&employee.employee_id).await;
    }
    stage.forget_requests().await;
    let blocked = stage.daily(3).await;
    assert_eq!(brakes(&blocked), ["empty_company"]);
    for refused in [stage.confirm(&blocked, &["--smaller-scope"]).await, stage.approve(&blocked, &[]).await] {
        let refused = refused.ends_with_code(1);
        assert!(refused.stderr.contains("no approval lifts this: set it right first"), "{}", refused.stderr);
    }
    stage.daily(3).await;
    assert_eq!(stage.writes().await, 0);
}

#[tokio::test]
async fn a_revoked_mandate_allows_nothing_and_status_tells_all_of_it() {
    let stage = Stage::of(40).await;
    let first = stage.daily(2).await;
    let told = stage.command("status", &[]).await.ends_with_code(0);
    for part in ["mandate  none", "waits", "  sync confirm --config "] {
        assert!(told.stdout.contains(part), "«{part}» in\n{}", told.stdout);
    }
    stage.confirm(&first, &[]).await.ends_with_code(0);
    let told = stage.command("status", &[]).await.ends_with_code(0);
    for part in [NAME, "Approvals that no run has used up", "  sync run --config "] {
        assert!(told.stdout.contains(part), "«{part}» in\n{}", told.stdout);
    }
    let json = stage.command("status", &["--json"]).await.ends_with_code(0).json();
    assert_eq!((&json["mandate"]["by"], &json["mandate"]["holds"]), (&json!(NAME), &json!(true)));
    assert_eq!(json["approvals"][0]["plan"], first["plan_id"]);
    assert_eq!((&json["lease_until"], &json["open_intents"]), (&Value::Null, &json!([])));
    stage.daily(2).await;
    let json = stage.command("status", &["--json"]).await.json();
    assert_eq!(json["approvals"], json!([]));
    assert_eq!(json["runs"][0]["ended"][1], "done");

    let ended = stage.command("revoke", &["--by", NAME]).await.ends_with_code(0);
    assert!(ended.stdout.contains("The mandate has ended"));
    let again = stage.command("revoke", &["--by", NAME]).await.ends_with_code(0);
    assert!(again.stdout.contains("There was no mandate"));
    let waits = stage.daily(2).await;
    assert!(waits["because"].as_str().unwrap().contains("nobody has confirmed"), "{waits}");
}

#[tokio::test]
async fn r22_person_says_why_and_what_is_remembered_and_changes_nothing() {
    let stage = Stage::of(60).await;
    let (world, target) = (stage.world().await, stage.target().await);
    let new = ordinary(&world, &target).1[0].employee_id.clone();
    let of = |story| telling(&world, story).employee_id.clone();
    for (id, parts) in [
        (new.clone(), &["onboard", "unset", "nothing of earlier runs", "R4"][..]),
        (of(Story::NameChanged), &["update", "last_name", "before"]),
        (of(Story::Leaver), &["offboard", "R2", "former payroll", "last day"]),
        (of(Story::RehireSameId), &["hold", "rehire", "activate, if it is approved"]),
        (of(Story::SentinelBirthday), &["placeholder"]),
    ] {
        let ran = stage.command("person", &[&id]).await.ends_with_code(0);
        for part in parts {
            assert!(ran.stdout.contains(part), "«{part}» in\n{}", ran.stdout);
        }
        crate::command_line::assert_fit_for_people(&ran);
    }
    assert_eq!(stage.writes().await, 0);
    assert_eq!(stage.folder.contents().len(), 1, "no ledger is made for a look");
    stage.begin().await;
    let told = stage.command("person", &[&new, "--json"]).await.ends_with_code(0).json();
    assert_eq!(told["entry"]["decision"]["reason"], "up_to_date");
    let account = account_of(&stage.target().await, &new).unwrap().id;
    assert_eq!(told["remembered"]["links"][0]["account"], account);
    assert_eq!(told["brakes"], json!([]));
}

#[tokio::test]
async fn r25_only_one_persons_part_of_the_plan_is_done() {
    let stage = Stage::of(60).await;
    let (world, before) = (stage.world().await, stage.target().await);
    let new = &ordinary(&world, &before).1[0].employee_id;
    let first = stage.daily(2).await;
    stage.confirm(&first, &[]).await.ends_with_code(0);
    let run = stage.command("run", &["--only", new, "--json"]).await.ends_with_code(2).json();
    assert_eq!(run["done"], 1);
    assert_eq!(stage.writes().await, 1);
    assert!(account_of(&stage.target().await, new).is_some());
    let rest = stage.daily(2).await;
    assert_eq!(rest["left"], 0);
    assert!(rest["done"].as_u64() > Some(1), "the approval was not used up by one person: {rest}");
}

#[tokio::test]
async fn reports_of_runs_are_fit_for_people() {
    let stage = Stage::of(60).await;
    crate::command_line::assert_fit_for_people(&stage.command("run", &[]).await.ends_with_code(2));
    let first = stage.daily(2).await;
    crate::command_line::assert_fit_for_people(&stage.confirm(&first, &["--adopt"]).await.ends_with_code(0));
    crate::command_line::assert_fit_for_people(&stage.command("status", &[]).await);
    crate::command_line::assert_fit_for_people(&stage.command("run", &[]).await.ends_with_code(2));
    crate::command_line::assert_fit_for_people(&stage.command("status", &[]).await);
    let purged = stage.command("purge", &["--older-than", "1"]).await.ends_with_code(0);
    assert!(purged.stdout.starts_with("0 rows"), "{}", purged.stdout);
}

#[tokio::test]
async fn every_word_has_to_be_right() {
    let stage = Stage::of(20).await;
    let none = "0".repeat(64);
    let by = ["--by", NAME];
    let early = stage.command("status", &[]).await.ends_with_code(1);
    assert!(early.stderr.contains("sync run makes it"), "{}", early.stderr);
    let first = stage.daily(2).await;
    let plan = first["plan_id"].as_str().unwrap();
    for command in ["confirm", "approve"] {
        for (arguments, code, told) in [
            (&[plan][..], 64, "--by"),
            (&[plan, "--by", " "], 64, "--by: must be the name of a person"),
            (&by[..], 64, "<HASH>"),
            (&[&plan[..12], "--by", NAME], 64, "64 hex digits"),
            (&[none.as_str(), "--by", NAME], 1, "no plan with this hash is kept"),
        ] {
            let ran = stage.command(command, arguments).await;
            assert_eq!(ran.code, code, "{command} {arguments:?}: {}", ran.stderr);
            assert!(ran.stderr.contains(told), "{command} {arguments:?}: {}", ran.stderr);
        }
    }
    for (command, arguments, told) in [
        ("approve", &[plan, "--by", NAME, "--person", "a b"][..], "--person: must be an employee id"),
        ("confirm", &[plan, "--by", NAME, "--activate"], "--activate"),
        ("approve", &[plan, "--by", NAME, "--smaller-scope"], "--smaller-scope"),
        ("run", &["--only", "a b"], "--only: must be an employee id"),
        ("person", &["a b"], "ID: must be an employee id"),
        ("person", &[], "<ID>"),
        ("revoke", &[], "--by"),
        ("revoke", &["--by", ""], "--by"),
        ("purge", &["--older-than", "0"], "--older-than"),
        ("purge", &["--older-than", "soon"], "--older-than"),
        ("status", &["--nonsense"], "--nonsense"),
    ] {
        let ran = stage.command(command, arguments).await.ends_with_code(64);
        assert!(ran.stderr.contains(told), "{command} {arguments:?}: {}", ran.stderr);
    }
    let unknown = stage.command("person", &["11111111-1111-4111-8111-111111111111"]).await.ends_with_code(1);
    assert!(unknown.stderr.contains("no such employee"), "{}", unknown.stderr);
}

#[tokio::test]
async fn without_a_store_only_looking_works() {
    let stage = Stage::of(20).await;
    let text = std::fs::read_to_string(stage.config()).unwrap();
    std::fs::write(stage.config(), text.replace("[store]\npath = \"ledger.sqlite\"\n", "")).unwrap();
    let hash = "0".repeat(64);
    for (command, arguments) in [
        ("run", &[][..]),
        ("confirm", &[hash.as_str(), "--by", NAME]),
        ("approve", &[hash.as_str(), "--by", NAME]),
        ("revoke", &["--by", NAME]),
        ("status", &[]),
        ("purge", &["--older-than", "1"]),
    ] {
        let ran = stage.command(command, arguments).await.ends_with_code(64);
        assert!(ran.stderr.contains("store.path: is missing"), "{command}: {}", ran.stderr);
    }
    let plan = stage.plan(2).await;
    assert_eq!(plan.document["brakes"], json!([{"brake": "first_run"}]), "nothing is known of earlier runs");
    let ran = stage.apply(&plan).await.ends_with_code(64);
    assert!(ran.stderr.contains("store.path: is missing"), "{}", ran.stderr);
    assert_eq!(stage.writes().await, 0);
}

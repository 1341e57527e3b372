//! Every way to lose the memory of money: the ledger, an older ledger, the folder of lists. Nothing is given for it.

use serde_json::{Value, json};

use crate::money_stage::{GRANTS, MONTHLY, ONE_OFF, lines, notes_of, policy, wanted, with_field};
use crate::stage::{STORE, Stage};

/// All files of the ledger.
fn ledger_files(stage: &Stage) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(stage.folder.path(".")).unwrap().map(|file| file.unwrap().path());
    let is_ledger =
        |file: &std::path::PathBuf| file.file_name().unwrap().to_str().unwrap().starts_with(STORE);
    files.filter(is_ledger).collect()
}

fn lose_the_ledger(stage: &Stage) {
    for file in ledger_files(stage) {
        std::fs::remove_file(file).unwrap();
    }
}

/// Why budgets are held.
#[track_caller]
fn held(run: &Value) -> Vec<&str> {
    assert_eq!((&run["grants"], &run["lists"], &run["money"]["grants"]), (&json!([]), &json!([]), &json!(0)));
    run["money"]["held"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn r11_a_lost_ledger_gives_nothing_until_somebody_vouches_anew() {
    let stage = Stage::with_a_baseline().await;
    stage.pay().await;
    let before = stage.books().await;
    lose_the_ledger(&stage);
    let first = stage.daily(2).await;
    stage.confirm(&first, &[]).await.ends_with_code(0);
    let run = stage.daily(2).await;
    assert_eq!(held(&run), ["ledger_foreign"]);
    let told = stage.command("run", &[]).await.ends_with_code(2);
    for part in ["ledger_foreign", "--as-filled"] {
        assert!(told.stdout.contains(part), "«{part}» in\n{}", told.stdout);
    }
    let refused = stage.baseline(&run, &["--nothing-else"]).await.ends_with_code(1);
    assert!(refused.stderr.contains("more was handed over than this ledger remembers"), "{}", refused.stderr);

    let kept = stage.baseline(&run, &["--as-filled", "--json"]).await.ends_with_code(0).json();
    assert_eq!(kept["imported"].as_array().unwrap().len(), before.times_given.len());
    assert!(kept["founds"]["accepted"].is_object(), "{kept}");
    let run = stage.daily(2).await;
    assert_eq!(held(&run), [""; 0]);
    assert_eq!(stage.books().await, before);
}

#[tokio::test]
async fn r11_a_restored_backup_that_is_older_than_the_lists_gives_nothing() {
    let stage = Stage::with_a_baseline().await;
    // A copy keeps who may read it.
    let backup = |file: &std::path::PathBuf| file.with_extension("backup");
    let files = ledger_files(&stage);
    for file in &files {
        std::fs::copy(file, backup(file)).unwrap();
    }
    stage.pay().await;
    lose_the_ledger(&stage);
    for file in &files {
        std::fs::rename(backup(file), file).unwrap();
    }
    let run = stage.daily(2).await;
    assert_eq!(held(&run), ["ledger_older"]);
    let told = stage.budgets("list", &[]).await.ends_with_code(0);
    assert!(told.stdout.contains("THE LEDGER IS OLDER"), "{}", told.stdout);
    let lists = stage.lists();
    stage.daily(2).await;
    assert_eq!(stage.lists(), lists);
}

#[tokio::test]
async fn r11_without_the_folder_nothing_is_given_and_the_run_says_so() {
    let stage = Stage::with_a_baseline().await;
    std::fs::remove_dir(stage.folder.path(GRANTS)).unwrap();
    let run = stage.daily(1).await;
    assert_eq!(held(&run), ["desk_silent"]);
    assert!(!stage.folder.path(GRANTS).exists(), "it is never made on the way");
    let checks = stage.check(&["--json"]).await.json();
    let check = checks["checks"].as_array().unwrap().iter().find(|it| it["check"] == "folder of grants");
    assert_eq!(check.unwrap()["verdict"], "problem");
    assert!(check.unwrap()["do"].as_str().unwrap().contains("mkdir -m 700"));

    stage.make_grants_folder();
    let checks = stage.check(&["--json"]).await.json();
    let check = checks["checks"].as_array().unwrap().iter().find(|it| it["check"] == "folder of grants");
    assert_eq!(check.unwrap()["verdict"], "ok");
    assert_eq!(stage.daily(2).await["lists"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_place_for_lists_budgets_are_planned_and_held() {
    let policy = policy("1000,00");
    let stage = Stage::with_money_under(policy.split_once("[budgets]").unwrap().0).await;
    let run = stage.daily(2).await;
    assert_eq!(held(&run), ["no_desk"]);
    let checks = stage.check(&["--json"]).await.json();
    let check = checks["checks"].as_array().unwrap().iter().find(|it| it["check"] == "folder of grants");
    assert!(check.unwrap()["found"].as_str().unwrap().contains("no_desk"), "{checks}");
}

#[tokio::test]
async fn a_baseline_from_a_file_vouches_for_those_in_it_and_for_nobody_else() {
    let (stage, run) = Stage::with_money().await;
    let (world, target) = (stage.world().await, stage.target().await);
    let people = with_field(&world, &target, MONTHLY);
    let file = stage.folder.path("baseline.csv");
    let amount = people[0].extra_fields.iter().find(|it| it.name == MONTHLY).unwrap().value.clone().unwrap();
    // One has what the field says, one has nothing of it; of all others nobody says anything.
    let text = format!(
        "employee,kind,category,amount\n{},monthly,all,\"{amount}\"\nnmbrs:rest:{},monthly,all,0\n",
        people[0].employee_id, people[1].employee_id
    );
    std::fs::write(&file, text).unwrap();
    let flags = ["--file", file.to_str().unwrap(), "--json"];
    let kept = stage.baseline(&run, &flags).await.ends_with_code(0).json();
    assert_eq!(
        (kept["vouched"].as_array().unwrap().len(), kept["imported"].as_array().unwrap().len()),
        (2, 1)
    );
    let run = stage.daily(2).await;
    let list = std::fs::read(run["lists"][0]["file"].as_str().unwrap()).unwrap();
    let email = people[1].personal_infos.last().unwrap().business_email.clone().unwrap();
    assert!(
        lines(&list).iter().all(|line| line.0 == email || line.1 == "one-off"),
        "{:?}",
        lines(&list).len()
    );
    assert!(lines(&list).iter().any(|line| line.0 == email && line.1 == "monthly"));
    let told = notes_of(&stage, people[0]).await;
    let monthly = told.iter().find(|note| note["kind"] == "monthly").unwrap();
    assert_eq!(monthly["reason"], "monthly_same");
    let others = with_field(&world, &target, ONE_OFF);
    let other = others
        .into_iter()
        .find(|it| people[..2].iter().all(|one| one.employee_id != it.employee_id))
        .unwrap();
    let told = notes_of(&stage, other).await;
    assert!(told.iter().all(|note| note["reason"] == "no_baseline"), "{told:?}");
    // More people can be vouched for later, in the same memory.
    let run = stage.daily(2).await;
    let flags = ["--nothing-else", "--person", &other.employee_id, "--json"];
    let kept = stage.baseline(&run, &flags).await.ends_with_code(0).json();
    assert_eq!((&kept["founds"], kept["vouched"].as_array().unwrap().len()), (&Value::Null, 1));
}

#[tokio::test]
async fn as_filled_gives_nothing_until_a_field_changes() {
    let (stage, run) = Stage::with_money().await;
    let wanted = wanted(&stage.world().await, &stage.target().await);
    let kept = stage.baseline(&run, &["--as-filled", "--json"]).await.ends_with_code(0).json();
    assert_eq!(kept["imported"].as_array().unwrap().len(), wanted.len());
    assert_eq!(held(&stage.daily(2).await), [""; 0]);
    assert!(stage.lists().is_empty());
}

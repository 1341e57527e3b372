//! What is typed about money and does not fit, and what must not come out of any of it.

use serde_json::json;

use crate::money_stage::{GRANTS, NAME};
use crate::stage::{STORE, Stage, path};

#[tokio::test]
async fn every_word_about_money_has_to_be_right() {
    let (stage, run) = Stage::with_money().await;
    let plan = run["plan_id"].as_str().unwrap();
    let (hash, id) = ("0".repeat(64), "0".repeat(32));
    let file = path(&stage.folder.path("baseline.csv"));
    std::fs::write(&file, "employee,kind,category,amount\na b,monthly,all,1\nx,monthly,al,1\n").unwrap();
    let by = ["--by", NAME];
    for (what, arguments, code, told) in [
        ("baseline", &["--plan", plan, "--nothing-else"][..], 64, "--by"),
        ("baseline", &["--plan", plan, "--by", " ", "--nothing-else"], 64, "--by: must be the name"),
        ("baseline", &["--plan", plan, by[0], by[1]], 64, "--nothing-else"),
        ("baseline", &["--plan", plan, by[0], by[1], "--nothing-else", "--as-filled"], 64, "--as-filled"),
        ("baseline", &[by[0], by[1], "--nothing-else"], 64, "--plan"),
        ("baseline", &["--plan", &plan[..12], by[0], by[1], "--nothing-else"], 64, "64 hex digits"),
        ("baseline", &["--plan", &hash, by[0], by[1], "--nothing-else"], 1, "no plan with this hash"),
        ("baseline", &["--plan", plan, by[0], by[1], "--nothing-else", "--person", "a b"], 64, "--person"),
        (
            "baseline",
            &["--plan", plan, by[0], by[1], "--nothing-else", "--person", "a"],
            1,
            "is not in the plan",
        ),
        ("baseline", &["--plan", plan, by[0], by[1], "--file", &file], 1, "line 2: employee: must be"),
        ("baseline", &["--plan", plan, by[0], by[1], "--file", &file], 1, "line 3: category: must be one of"),
        ("baseline", &["--plan", plan, by[0], by[1], "--file", "/nowhere.csv"], 1, "/nowhere.csv"),
        ("confirm", &["abc", by[0], by[1]], 64, "BATCH: must be the 32 digits"),
        ("confirm", &[&id], 64, "--by"),
        ("confirm", &[&id, by[0], by[1]], 1, "no list with this name"),
        ("confirm", &[&id, by[0], by[1], "--except", "x"], 64, "GRANT: must be the 32 digits"),
        ("reject", &[&id, by[0], by[1]], 1, "no list with this name"),
        ("reject", &[by[0], by[1]], 64, "<BATCH>"),
        ("write", &[&id], 1, "no list with this name"),
        ("settle", &["x", by[0], by[1], "--given"], 64, "GRANT: must be the 32 digits"),
        ("settle", &[&id, by[0], by[1]], 64, "--given"),
        ("settle", &[&id, by[0], by[1], "--given", "--not-given"], 64, "--not-given"),
        ("settle", &[&id, by[0], by[1], "--given"], 1, "the ledger knows no such grant"),
        ("history", &["a b"], 64, "ID: must be an employee id"),
        ("forget", &["a b", by[0], by[1]], 64, "ID: must be an employee id"),
        ("forget", &["a"], 64, "--by"),
        ("nonsense", &[], 64, "nonsense"),
    ] {
        let ran = stage.budgets(what, arguments).await;
        assert_eq!(ran.code, code, "{what} {arguments:?}: {}\n{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(told), "{what} {arguments:?}: {}", ran.stderr);
    }
    let list = stage.budgets("list", &["--json"]).await.ends_with_code(0).json();
    assert_eq!((&list["memory"]["epoch"], &list["batches"]), (&json!(null), &json!([])), "nothing was kept");
}

#[tokio::test]
async fn a_word_about_the_wrong_list_or_grant_changes_nothing() {
    let stage = Stage::with_a_baseline().await;
    let run = stage.daily(2).await;
    let batch = run["lists"][0]["batch"].as_str().unwrap();
    let grant = run["lists"][0]["grants"][0]["grant"].as_str().unwrap();
    let stranger = "0".repeat(32);
    for (what, arguments, told) in [
        ("confirm", &[batch, "--except", &stranger][..], "this list holds no such grant"),
        ("reject", &[batch, "--grant", &stranger], "this list holds no such grant"),
        ("settle", &[grant, "--given"], "sync budgets confirm or reject"),
    ] {
        let ran = stage.word(what, arguments).await.ends_with_code(1);
        assert!(ran.stderr.contains(told), "{what}: {}", ran.stderr);
    }
    let early = stage.word("forget", &[run["lists"][0]["grants"][0]["person"].as_str().unwrap()]).await;
    assert!(early.ends_with_code(1).stderr.contains("nothing was forgotten"));
    let open = stage.budgets("list", &["--json"]).await.json();
    assert_eq!(open["memory"]["grants"]["handed_over"]["grants"], run["grants"].as_array().unwrap().len());
    stage.word("confirm", &[batch]).await.ends_with_code(0);
    for what in ["confirm", "reject"] {
        let ran = stage.word(what, &[batch]).await.ends_with_code(1);
        assert!(ran.stderr.contains("nothing of this list is open"), "{}", ran.stderr);
    }
    let ran = stage.word("settle", &[grant, "--not-given"]).await.ends_with_code(1);
    assert!(ran.stderr.contains("this grant is not in doubt"), "{}", ran.stderr);
}

#[tokio::test]
async fn r23_at_trace_amounts_and_ids_are_told_and_nobody_is_named_but_in_the_list() {
    let stage = Stage::with_a_baseline().await;
    let config = path(&stage.config());
    let trace = |arguments: Vec<String>| {
        let (stage, config) = (&stage, &config);
        async move {
            let mut all = vec!["--config", config, "--log", "trace"];
            let (command, rest) = arguments.split_first().unwrap();
            let words: Vec<&str> = command.split(' ').collect();
            all.splice(0..0, words);
            all.extend(rest.iter().map(String::as_str));
            stage.sync(&all).await
        }
    };
    let run = trace(vec!["run".to_owned()]).await.ends_with_code(2);
    assert!(run.stderr.contains("TRACE"));
    let open = stage.budgets("list", &["--json"]).await.json();
    let list = &open["batches"][0];
    let (batch, file) = (list["batch"].as_str().unwrap(), list["file"].as_str().unwrap());
    assert!(run.stdout.contains(batch), "{}", run.stdout);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for file in [std::path::PathBuf::from(file), stage.folder.path(STORE)] {
            let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", file.display());
        }
    }
    let person = list["grants"][0]["person"].as_str().unwrap();
    trace(vec!["budgets list".to_owned()]).await.ends_with_code(0);
    trace(vec!["budgets history".to_owned(), person.to_owned()]).await.ends_with_code(0);
    let told = trace(vec!["person".to_owned(), person.to_owned()]).await.ends_with_code(0);
    assert!(told.stdout.contains(list["grants"][0]["amount"].as_str().unwrap()));
    let word = vec!["budgets confirm".to_owned(), batch.to_owned(), "--by".to_owned(), NAME.to_owned()];
    trace(word).await.ends_with_code(0);

    // Once all is told, the ledger holds no address either.
    std::fs::remove_dir_all(stage.folder.path(GRANTS)).unwrap();
    stage.search_the_ledger().await;
}

//! The life of a budget, as whole processes: nobody vouches, somebody does, a list is written, support carries it out,
//! somebody says so; and all that must not happen in between.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::money_stage::{
    GRANTS, MONTHLY, NAME, ONE_OFF, grant_ids, lines, notes_of, policy, wanted, with_field,
};
use crate::stage::{STORE, Stage, account_of};

#[tokio::test]
async fn r11_nothing_is_given_before_somebody_vouches_and_then_everything_once() {
    let (stage, run) = Stage::with_money().await;
    let wanted = wanted(&stage.world().await, &stage.target().await);
    assert!(wanted.len() > 3, "there is something to give");
    assert_eq!(run["money"]["grants"], 0);
    assert_eq!(run["money"]["held"], json!({ "no_baseline": wanted.len() }));
    assert_eq!((&run["grants"], &run["lists"]), (&json!([]), &json!([])));
    assert!(stage.lists().is_empty());
    let told = stage.command("run", &[]).await.ends_with_code(2);
    assert!(told.stdout.contains("  sync budgets baseline --config "), "{}", told.stdout);

    let kept = stage.baseline(&run, &["--nothing-else", "--json"]).await.ends_with_code(0).json();
    assert_eq!((&kept["imported"], &kept["euro"]), (&json!([]), &json!("0.00")));
    assert!(kept["vouched"].as_array().unwrap().len() > 10, "{kept}");
    assert!(stage.lists().is_empty(), "a word is no money");

    let run = stage.daily(2).await;
    assert_eq!(run["grants"].as_array().unwrap().len(), wanted.len());
    let list = &run["lists"][0];
    let bytes = std::fs::read(list["file"].as_str().unwrap()).unwrap();
    assert_eq!(lines(&bytes), wanted);
    assert_eq!(stage.lists().len(), 1);

    let again = stage.daily(2).await;
    assert_eq!((&again["grants"], &again["money"]["open"]), (&json!([]), &json!(wanted.len())));
    assert_eq!(stage.lists().len(), 1);

    let batch = list["batch"].as_str().unwrap();
    stage.support_takes(&bytes).await;
    let confirmed = stage.word("confirm", &[batch, "--json"]).await.ends_with_code(0).json();
    assert_eq!(
        (confirmed["given"].as_array().unwrap().len(), &confirmed["open"]),
        (wanted.len(), &json!([]))
    );
    let quiet = stage.daily(2).await;
    assert_eq!((&quiet["grants"], &quiet["money"]["open"]), (&json!([]), &json!(0)));
    assert_eq!(quiet["money"]["grants"], 0, "{quiet}");
    let books = stage.books().await;
    assert_eq!((books.times_given.len(), books.repetitions), (wanted.len(), 0));
    assert!(books.had_two_monthly.is_empty());
}

#[tokio::test]
async fn r11_a_list_is_written_once_and_again_only_when_a_person_asks_byte_for_byte() {
    let stage = Stage::with_a_baseline().await;
    let run = stage.daily(2).await;
    let (file, batch) =
        (run["lists"][0]["file"].as_str().unwrap(), run["lists"][0]["batch"].as_str().unwrap());
    let bytes = std::fs::read(file).unwrap();
    std::fs::remove_file(file).unwrap();
    stage.daily(2).await;
    assert!(stage.lists().is_empty(), "somebody put it away; a second one could be carried out, too");
    let open = stage.budgets("list", &["--json"]).await.ends_with_code(0).json();
    assert_eq!(
        (&open["batches"][0]["batch"], &open["batches"][0]["is_there"]),
        (&json!(batch), &json!(false))
    );
    stage.budgets("write", &[batch]).await.ends_with_code(0);
    assert_eq!(std::fs::read(file).unwrap(), bytes);
    stage.word("confirm", &[batch]).await.ends_with_code(0);
    let late = stage.budgets("write", &[batch]).await.ends_with_code(1);
    assert!(late.stderr.contains("this list is not open"), "{}", late.stderr);
}

#[tokio::test]
async fn r11_what_was_rejected_is_held_and_given_again_under_another_name_when_approved() {
    let stage = Stage::with_a_baseline().await;
    let run = stage.daily(2).await;
    let first = std::fs::read(run["lists"][0]["file"].as_str().unwrap()).unwrap();
    let batch = run["lists"][0]["batch"].as_str().unwrap();
    stage.word("reject", &[batch]).await.ends_with_code(0);
    let held = stage.daily(2).await;
    let count = lines(&first).len();
    assert_eq!(held["grants"], json!([]));
    assert_eq!(
        (&held["money"]["held"]["rejected"], &held["money"]["proposals"]),
        (&json!(count), &json!(count))
    );
    let told = stage.command("run", &[]).await.ends_with_code(2);
    assert!(told.stdout.contains(" --by NAME --budgets"), "{}", told.stdout);
    stage.approve(&held, &["--budgets"]).await.ends_with_code(0);
    let run = stage.pay().await;
    let second = std::fs::read(run["lists"][0]["file"].as_str().unwrap()).unwrap();
    assert_eq!(lines(&first), lines(&second));
    assert!(grant_ids(&first).is_disjoint(&grant_ids(&second)));
    let books = stage.books().await;
    assert_eq!((books.times_given.len(), books.repetitions), (count, 0));
    assert_eq!(stage.daily(2).await["grants"], json!([]));
}

#[tokio::test]
async fn a_part_of_a_list_can_be_left_out_and_told_later() {
    let stage = Stage::with_a_baseline().await;
    let run = stage.daily(2).await;
    let list = &run["lists"][0];
    let batch = list["batch"].as_str().unwrap();
    let grants = list["grants"].as_array().unwrap();
    let (late, never) = (grants[0]["grant"].as_str().unwrap(), grants[1]["grant"].as_str().unwrap());
    let told = stage.word("confirm", &[batch, "--except", late, "--except", never]).await.ends_with_code(0);
    assert!(told.stdout.contains(&format!("--grant {late}")), "{}", told.stdout);
    let open = stage.budgets("list", &["--json"]).await.json();
    assert_eq!(open["memory"]["grants"]["handed_over"]["grants"], 2);
    stage.word("reject", &[batch, "--grant", never]).await.ends_with_code(0);
    stage.word("confirm", &[batch]).await.ends_with_code(0);
    let open = stage.budgets("list", &["--json"]).await.json();
    assert_eq!(open["batches"], json!([]));
    assert_eq!(open["memory"]["grants"]["refused"]["grants"], 1);
    assert_eq!(open["memory"]["grants"]["given"]["grants"], grants.len() - 1);
}

#[tokio::test]
async fn m3_m4_another_amount_waits_is_approved_for_one_person_and_never_tops_up() {
    let stage = Stage::with_a_baseline().await;
    stage.pay().await;
    let (world, target) = (stage.world().await, stage.target().await);
    let people = with_field(&world, &target, MONTHLY);
    let (more, none) = (people[0], people[1]);
    stage.fill(more, MONTHLY, Some("111,00")).await;
    stage.fill(none, MONTHLY, Some("0")).await;
    let run = stage.daily(2).await;
    assert_eq!((&run["grants"], &run["money"]["proposals"]), (&json!([]), &json!(2)));
    stage.approve(&run, &["--person", &more.employee_id]).await.ends_with_code(0);
    let run = stage.pay().await;
    assert_eq!(run["grants"][0]["grant"]["act"], "replace");
    assert_eq!(run["money"]["proposals"], 2, "of the plan; one was approved");
    let still = stage.daily(2).await;
    assert_eq!(still["money"]["proposals"], 1);
    stage.approve(&still, &["--budgets"]).await.ends_with_code(0);
    assert_eq!(stage.pay().await["grants"][0]["grant"]["act"], "stop");
    let books = stage.books().await;
    let purse = |employee: &nmbrs_client::sandbox::Employee| {
        let account = account_of(&target, &employee.employee_id).unwrap().id;
        books.accounts[&account].monthly.iter().map(|budget| budget.cents).collect::<Vec<_>>()
    };
    assert_eq!((purse(more), purse(none)), (vec![11_100], vec![]));
    assert_eq!((books.repetitions, books.had_two_monthly.len()), (0, 0));
    assert_eq!(stage.daily(2).await["money"]["proposals"], 0);
}

#[tokio::test]
async fn m6_two_monthly_fields_of_one_person_give_neither() {
    let stage = Stage::with_a_baseline().await;
    let (world, target) = (stage.world().await, stage.target().await);
    let person = with_field(&world, &target, MONTHLY)[0];
    stage.define("alleo_monthly_health_budget").await;
    stage.confirm(&stage.daily(2).await, &[]).await.ends_with_code(0);
    stage.fill(person, "alleo_monthly_health_budget", Some("10")).await;
    let notes = notes_of(&stage, person).await;
    let reasons: BTreeSet<_> = notes
        .iter()
        .filter(|note| note["kind"] == "monthly")
        .map(|note| (note["category"].as_str().unwrap(), note["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(reasons, [("all", "second_monthly"), ("health", "second_monthly")].into());
    let told = stage.command("person", &[&person.employee_id]).await.ends_with_code(0);
    for part in ["monthly health", "M6", "leave one field filled"] {
        assert!(told.stdout.contains(part), "«{part}» in\n{}", told.stdout);
    }
}

#[tokio::test]
async fn r11_a_renamed_field_gives_nothing_again() {
    let stage = Stage::with_a_baseline().await;
    stage.pay().await;
    let (world, target) = (stage.world().await, stage.target().await);
    stage.define("yourcampus_monthly_all_budget").await;
    for person in with_field(&world, &target, MONTHLY) {
        let amount = person.extra_fields.iter().find(|it| it.name == MONTHLY).unwrap().value.clone();
        stage.fill(person, "yourcampus_monthly_all_budget", amount.as_deref()).await;
        stage.fill(person, MONTHLY, None).await;
    }
    stage.confirm(&stage.daily(2).await, &[]).await.ends_with_code(0);
    let run = stage.daily(2).await;
    assert_eq!((&run["grants"], &run["money"]["grants"]), (&json!([]), &json!(0)));
    assert_eq!(run["money"]["proposals"], 0);
}

#[tokio::test]
async fn r4_more_euro_than_the_limit_waits_for_a_person() {
    let stage = Stage::with_money_under(&policy("50,00")).await;
    let run = stage.daily(2).await;
    stage.baseline(&run, &["--nothing-else"]).await.ends_with_code(0);
    let blocked = stage.daily(3).await;
    assert_eq!((&blocked["brakes"][0]["brake"], &blocked["lists"]), (&json!("over_euro"), &json!([])));
    let told = stage.command("run", &[]).await.ends_with_code(3);
    assert!(told.stdout.contains("  sync approve --config "), "{}", told.stdout);
    stage.approve(&blocked, &[]).await.ends_with_code(0);
    let run = stage.daily(2).await;
    assert_eq!(run["lists"].as_array().unwrap().len(), 1, "{run}");
}

#[tokio::test]
async fn u16_a_leavers_budgets_are_counted_as_cancelled_and_history_tells_all_of_it() {
    let stage = Stage::with_a_baseline().await;
    stage.pay().await;
    let (world, target) = (stage.world().await, stage.target().await);
    let leaver = with_field(&world, &target, MONTHLY)[0];
    let yesterday = (world.today - chrono::Days::new(1)).to_string();
    let left = json!({ "employee_type": "formerPayroll", "end_date": yesterday });
    stage.change_person(&leaver.employee_id, left).await;
    let run = stage.daily(2).await;
    assert_ne!(run["money"]["cancelled"], "0.00", "{run}");
    let account = account_of(&target, &leaver.employee_id).unwrap().id;
    let purse = stage.books().await.accounts[&account].clone();
    assert!(purse.monthly.is_empty() && !purse.cancelled.is_empty());
    let told = stage.budgets("history", &[&leaver.employee_id, "--json"]).await.ends_with_code(0).json();
    let grant = &told["grants"][0];
    assert_eq!((&grant["state"], &grant["interrupted"]), (&json!("given"), &json!(true)));
    let steps: Vec<_> = grant["told"].as_array().unwrap().iter().map(|it| it["state"].clone()).collect();
    assert_eq!(steps, ["intended", "handed_over", "given"]);
    assert_eq!(grant["told"][2]["by"], NAME);
    let text = stage.budgets("history", &[&leaver.employee_id]).await.ends_with_code(0);
    crate::command_line::assert_fit_for_people(&text);
    assert!(text.stdout.contains(NAME), "{}", text.stdout);

    let early = stage.word("forget", &[&leaver.employee_id]).await.ends_with_code(1);
    assert!(early.stderr.contains("Nmbrs still shows this person"), "{}", early.stderr);
    stage.remove_person(&leaver.employee_id).await;
    stage.word("forget", &[&leaver.employee_id]).await.ends_with_code(0);
    let told = stage.budgets("history", &[&leaver.employee_id, "--json"]).await.ends_with_code(0).json();
    assert_eq!(told["grants"], json!([]));
}

#[tokio::test]
async fn o3_a_changed_one_off_waits_and_gives_the_difference_when_approved() {
    let stage = Stage::with_a_baseline().await;
    stage.pay().await;
    let (world, target) = (stage.world().await, stage.target().await);
    let person = with_field(&world, &target, ONE_OFF)[0];
    stage.fill(person, ONE_OFF, Some("180,00")).await;
    let run = stage.daily(2).await;
    assert_eq!((&run["grants"], &run["money"]["proposed"]), (&json!([]), &json!("30.00")));
    let account = account_of(&target, &person.employee_id).unwrap().id;
    let had = || async { stage.books().await.accounts[&account].one_off.len() };
    assert_eq!(had().await, 1);
    stage.approve(&run, &["--budgets"]).await.ends_with_code(0);
    stage.pay().await;
    assert_eq!(had().await, 2);
    assert_eq!(stage.daily(2).await["money"]["proposals"], 0);
}

#[tokio::test]
async fn reports_of_money_are_fit_for_people() {
    let (stage, run) = Stage::with_money().await;
    let fit = |ran: &crate::process::Ran| crate::command_line::assert_fit_for_people(ran);
    fit(&stage.baseline(&run, &["--nothing-else"]).await.ends_with_code(0));
    fit(&stage.command("run", &[]).await.ends_with_code(2));
    fit(&stage.command("status", &[]).await.ends_with_code(0));
    fit(&stage.budgets("list", &[]).await.ends_with_code(0));
    fit(&stage.budgets("doubtful", &[]).await.ends_with_code(0));
    let open = stage.budgets("list", &["--json"]).await.json();
    let batch = open["batches"][0]["batch"].as_str().unwrap().to_owned();
    fit(&stage.budgets("write", &[&batch]).await.ends_with_code(0));
    fit(&stage.word("reject", &[&batch]).await.ends_with_code(0));
    let run = stage.daily(2).await;
    fit(&stage.approve(&run, &["--budgets"]).await.ends_with_code(0));
    let status = stage.command("status", &["--json"]).await.ends_with_code(0).json();
    assert_eq!(status["money"]["desk"], "agrees");
    assert_eq!(stage.folder.path(STORE).exists(), stage.folder.path(GRANTS).exists());
    assert_ne!(status["latest_plan"]["money"], Value::Null);
}

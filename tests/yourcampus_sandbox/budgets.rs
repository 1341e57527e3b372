//! The witness of money: support does what a list says, as often as it says so, and everything is written down.

use serde_json::{Value, json};
use yourcampus_client::sandbox::{Giver, Purse, Sandbox};

use crate::asking::{Stage, two_companies};

const HEADER: &str = "email,kind,category,act,amount_eur,from,grant_id,batch\r\n";

/// A list of these lines, each without its batch.
fn list(lines: &[&str]) -> Vec<u8> {
    let rows = lines.iter().flat_map(|line| [*line, ",b1\r\n"]);
    std::iter::once(HEADER).chain(rows).collect::<String>().into_bytes()
}

fn taken(sandbox: &Sandbox, lines: &[&str]) -> (u64, u64) {
    let taken = sandbox.take_grant_list(&list(lines)).unwrap();
    (taken.lines, taken.done)
}

fn purse(sandbox: &Sandbox, account: i64) -> Purse {
    sandbox.state().budgets.accounts.get(&account).cloned().unwrap_or_default()
}

/// Category and cents of the monthly budgets that run.
fn monthly(sandbox: &Sandbox, account: i64) -> Vec<(String, u64)> {
    purse(sandbox, account).monthly.into_iter().map(|budget| (budget.category, budget.cents)).collect()
}

#[tokio::test]
async fn support_gives_what_a_list_says_to_whom_has_the_address_in_any_case() {
    let Stage { sandbox, .. } = Stage::of(two_companies()).await;
    let lines = [
        "Anna@Eerste.example,monthly,all,grant,50.00,2026-04-01,g1",
        "anna@eerste.example,one-off,health,grant,0.05,,g2",
        "cato@tweede.example,one-off,all,grant,1234.50,,g3",
    ];
    assert_eq!(taken(&sandbox, &lines), (3, 3));
    assert_eq!(monthly(&sandbox, 1), [("all".to_owned(), 5000)]);
    assert_eq!(purse(&sandbox, 1).one_off[0].cents, 5);
    assert_eq!(purse(&sandbox, 3).one_off[0].grant_id.as_deref(), Some("g3"));
    let budgets = sandbox.state().budgets;
    let diary: Vec<_> = budgets.hand_overs.iter().map(|it| (it.account, it.order.cents, it.by)).collect();
    assert_eq!(
        diary,
        [(Some(1), 5000, Giver::Support), (Some(1), 5, Giver::Support), (Some(3), 123_450, Giver::Support)]
    );
    assert_eq!((budgets.repetitions, budgets.had_two_monthly.len()), (0, 0));
}

#[tokio::test]
async fn support_does_not_notice_that_it_has_had_a_list_before() {
    let Stage { sandbox, .. } = Stage::of(two_companies()).await;
    for _ in 0..3 {
        taken(&sandbox, &["anna@eerste.example,one-off,all,grant,10.00,,g1"]);
    }
    taken(&sandbox, &["anna@eerste.example,one-off,all,grant,10.00,,g2"]);
    let budgets = sandbox.state().budgets;
    assert_eq!((budgets.repetitions, budgets.times_given["g1"], budgets.times_given["g2"]), (2, 3, 1));
    assert_eq!(purse(&sandbox, 1).one_off.len(), 4);
}

#[tokio::test]
async fn support_replaces_and_stops_within_a_category_and_a_second_monthly_budget_is_remembered() {
    let Stage { sandbox, .. } = Stage::of(two_companies()).await;
    let had_two = || sandbox.state().budgets.had_two_monthly.into_iter().collect::<Vec<_>>();
    taken(&sandbox, &["anna@eerste.example,monthly,all,grant,50.00,2026-04-01,g1"]);
    taken(&sandbox, &["anna@eerste.example,monthly,all,replace,60.00,2026-05-01,g2"]);
    assert_eq!((monthly(&sandbox, 1), had_two()), (vec![("all".to_owned(), 6000)], vec![]));
    taken(&sandbox, &["anna@eerste.example,monthly,health,grant,5.00,2026-05-01,g3"]);
    assert_eq!((monthly(&sandbox, 1).len(), had_two()), (2, vec![1]));
    taken(&sandbox, &["anna@eerste.example,monthly,all,stop,,2026-06-01,g4"]);
    assert_eq!((monthly(&sandbox, 1), had_two()), (vec![("health".to_owned(), 500)], vec![1]));
}

#[tokio::test]
async fn nobody_and_the_inactive_get_nothing_and_are_counted() {
    let Stage { sandbox, .. } = Stage::of(two_companies()).await;
    let lines = [
        "nobody@eerste.example,one-off,all,grant,10.00,,g1",
        "bram@eerste.example,one-off,all,grant,10.00,,g2",
    ];
    assert_eq!(taken(&sandbox, &lines), (2, 0));
    let budgets = sandbox.state().budgets;
    assert_eq!((budgets.unknown_addresses, budgets.inactive_accounts, budgets.repetitions), (1, 1, 0));
    assert!(budgets.accounts.is_empty() && budgets.times_given.is_empty());
    assert!(budgets.hand_overs.iter().all(|hand_over| !hand_over.done));
}

#[tokio::test]
async fn deactivating_takes_all_money_and_activating_brings_nothing_back() {
    let stage = Stage::of(two_companies()).await;
    let lines = [
        "anna@eerste.example,monthly,all,grant,50.00,2026-04-01,g1",
        "anna@eerste.example,one-off,all,grant,10.00,,g2",
        "cato@tweede.example,one-off,all,grant,10.00,,g3",
    ];
    taken(&stage.sandbox, &lines);
    assert_eq!(stage.post("/companies/10/employees/1/deactivate").await.status, 200);
    assert_eq!(stage.post("/companies/10/employees/1/activate").await.status, 200);
    let after = purse(&stage.sandbox, 1);
    assert_eq!((after.monthly.len(), after.one_off.len(), after.cancelled.len()), (0, 0, 2));
    assert_eq!(purse(&stage.sandbox, 3).one_off.len(), 1);

    stage.control("PATCH", "accounts/3", &json!({ "is_active": false }));
    assert_eq!(purse(&stage.sandbox, 3).cancelled.len(), 1, "also behind the API's back");
}

#[tokio::test]
async fn an_account_that_is_removed_or_switched_off_by_an_edit_loses_its_money_too() {
    let Stage { sandbox, .. } = Stage::of(two_companies()).await;
    taken(
        &sandbox,
        &["anna@eerste.example,one-off,all,grant,1.00,,g1", "cato@tweede.example,one-off,all,grant,1.00,,g2"],
    );
    sandbox.edit(|state| {
        state.accounts.retain(|account| account.id != 3);
        state.accounts[0].is_active = false;
    });
    assert_eq!([purse(&sandbox, 1), purse(&sandbox, 3)].map(|purse| purse.cancelled.len()), [1, 1]);
}

#[tokio::test]
async fn an_administrator_gives_by_hand_and_the_director_sees_everything() {
    let stage = Stage::of(two_companies()).await;
    let monthly = json!({ "kind": "monthly", "category": "all", "cents": 5000 });
    let (status, purse) = stage.control("POST", "accounts/1/budgets", &monthly);
    assert_eq!((status, &purse["monthly"][0]["cents"]), (201, &json!(5000)));
    let (status, answer) = stage.sandbox.control(
        "POST",
        "grant-list",
        &list(&["anna@eerste.example,monthly,all,grant,50.00,2026-04-01,g1"]),
    );
    assert_eq!((status, answer), (200, json!({ "lines": 1, "done": 1 })));
    let budgets = &stage.control("GET", "state", &Value::Null).1["budgets"];
    assert_eq!(budgets["had_two_monthly"], json!([1]));
    assert_eq!(budgets["accounts"]["1"]["monthly"].as_array().unwrap().len(), 2);
    assert_eq!(budgets["hand_overs"][0]["by"], "administrator");
    assert_eq!(budgets["hand_overs"][1]["grant_id"], "g1");

    for (path, order, status) in [
        ("accounts/9/budgets", monthly.clone(), 404),
        ("accounts/2/budgets", monthly, 422),
        ("accounts/1/budgets", json!({ "kind": "monthly", "category": "all" }), 422),
        ("accounts/1/budgets", json!({ "kind": "oneoff", "category": "all", "act": "stop" }), 422),
    ] {
        assert_eq!(stage.control("POST", path, &order).0, status, "{path} {order}");
    }
}

#[tokio::test]
async fn a_list_with_anything_wrong_in_it_goes_back_whole() {
    let Stage { sandbox, .. } = Stage::of(two_companies()).await;
    let before = sandbox.state();
    let fine = "anna@eerste.example,one-off,all,grant,10.00,,g1";
    let line = |line: &str| String::from_utf8(list(&[fine, line])).unwrap();
    let whole = String::from_utf8(list(&[fine])).unwrap();
    for bad in [
        String::new(),
        "email\r\n".to_owned(),
        whole.replace("\r\n", "\n"),
        whole.trim_end().to_owned(),
        format!("\u{feff}{whole}"),
        whole.replace("amount_eur", "amount"),
        whole.replace(',', ";"),
        line("=cmd|'/c calc'!A1,one-off,all,grant,10.00,,g2"),
        line("\" ＋x@eerste.example\",one-off,all,grant,10.00,,g2"),
        line("cato@tweede.example,weekly,all,grant,10.00,,g2"),
        line("cato@tweede.example,one-off,,grant,10.00,,g2"),
        line("cato@tweede.example,one-off,all,stop,,,g2"),
        line("cato@tweede.example,monthly,all,stop,10.00,,g2"),
        line("cato@tweede.example,one-off,all,grant,,,g2"),
        line("cato@tweede.example,one-off,all,grant,0.00,,g2"),
        line("cato@tweede.example,one-off,all,grant,\"10,00\",,g2"),
        line("cato@tweede.example,one-off,all,grant,10.0,,g2"),
        line("cato@tweede.example,one-off,all,grant,10.00,1-7-2026,g2"),
        line("cato@tweede.example,one-off,all,grant,10.00,,"),
        line("cato@tweede.example,one-off,all,grant,10.00,g2"),
    ] {
        let reason = sandbox.take_grant_list(bad.as_bytes()).unwrap_err();
        assert!(!reason.contains("eerste") && !reason.contains("tweede"), "{reason}");
    }
    assert_eq!(sandbox.state(), before);
    assert!(sandbox.take_grant_list(b"\xff\r\n").is_err());
}

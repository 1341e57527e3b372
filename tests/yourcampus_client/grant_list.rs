//! The list for support, read back by a reader that is not ours.

use chrono::NaiveDate;
use proptest::prelude::*;
use yourcampus_client::files::{BudgetKind, GrantAct, GrantListProblem, GrantRow, grant_list};

const BATCH: &str = "b0000000000000000000000000000000";

/// The cells of each line after the header, as a reader of RFC 4180 takes them.
pub(crate) fn cells(list: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().from_reader(list);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,8}(\\+[a-z]{1,4})?@[a-z]{2,6}\\.nl",
        2 => "[ \u{a0}]{0,2}[=+@\"',;|%＝＠ -]{0,2}[a-zé]{0,4}[\",\r\n\t ]{0,2}",
        1 => any::<String>(),
    ]
}

fn rows() -> impl Strategy<Value = GrantRow> {
    let acts = prop_oneof![
        (1..1_000_000_u64).prop_map(|cents| (BudgetKind::OneOff, GrantAct::Grant { cents })),
        (1..1_000_000_u64).prop_map(|cents| (BudgetKind::Monthly, GrantAct::Grant { cents })),
        (1..1_000_000_u64).prop_map(|cents| (BudgetKind::Monthly, GrantAct::Replace { cents })),
        Just((BudgetKind::Monthly, GrantAct::Stop)),
    ];
    (0..40_u128, texts(), texts(), acts, proptest::option::of(0..40_000_u64)).prop_map(
        |(id, email, category, (kind, act), from)| {
            let row = GrantRow::new(format!("{id:032x}"), email, kind, category, act);
            match from {
                Some(days) => row.starting(NaiveDate::default() + chrono::Days::new(days)),
                None => row,
            }
        },
    )
}

fn begins_like_a_formula(cell: &str) -> bool {
    cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

proptest! {
    #[test]
    fn r23_a_list_says_exactly_what_it_was_given_and_no_formula_or_there_is_none(
        rows in proptest::collection::vec(rows(), 0..4),
    ) {
        if let Ok(list) = grant_list(BATCH, &rows) {
            let mut written: Vec<_> = cells(&list).iter().map(|cells| (cells[0].clone(), cells[2].clone(), cells[6].clone())).collect();
            let mut given: Vec<_> =
                rows.iter().map(|row| (row.email.clone(), row.category.clone(), row.grant_id.clone())).collect();
            written.sort();
            given.sort();
            prop_assert_eq!(written, given);
            for cell in cells(&list).into_iter().flatten() {
                prop_assert!(!begins_like_a_formula(&cell), "{cell}");
                prop_assert!(!cell.chars().any(char::is_control), "{cell:?}");
            }
        } else {
            let alone = |row: &GrantRow| grant_list(BATCH, std::slice::from_ref(row)).is_ok();
            let fits = rows.iter().all(alone);
            prop_assert!(!fits || rows.len() > 1, "a list of one row is refused for that row");
        }
    }

    #[test]
    fn the_order_of_the_rows_is_all_the_same(rows in proptest::collection::vec(rows(), 0..6), by in 0..6_usize) {
        let mut turned = rows.clone();
        turned.rotate_left(by.min(rows.len()));
        let (one, other) = (grant_list(BATCH, &rows), grant_list(BATCH, &turned));
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if one.is_ok() {
            prop_assert_eq!(one, other);
        }
    }
}

#[test]
fn r11_a_stop_says_no_amount_and_a_change_is_no_second_budget() {
    let id = |digit: char| String::from(digit).repeat(32);
    let row = |digit, act| GrantRow::new(id(digit), "zoe@acme.nl", BudgetKind::Monthly, "all", act);
    let list =
        grant_list(BATCH, &[row('1', GrantAct::Stop), row('2', GrantAct::Replace { cents: 1 })]).unwrap();
    assert_eq!(cells(&list)[0][4], "");
    let twice = [row('1', GrantAct::Grant { cents: 1 }), row('2', GrantAct::Replace { cents: 1 })];
    assert_eq!(grant_list(BATCH, &twice).unwrap_err().problem, GrantListProblem::SecondMonthly);
}

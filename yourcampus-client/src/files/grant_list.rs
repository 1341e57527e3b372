//! The list of budgets that support assigns in bulk: what is to be given to whom, as CSV.
//!
//! In: the rows of one hand-over. Out: exact bytes, in the order of addresses and then grant ids, so that the same rows
//! in any order give the same file. Never: one grant twice in a list, two monthly budgets beginning for one address, an
//! amount of nothing, or a row that is changed to fit; one row that cannot stand refuses the list.
//!
//! Documented of such a list are the user's e-mail address, monthly or one-off, and the benefit category, "among other
//! items". All else about it (the other columns, their names and order) is ours, and has to be agreed with support.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;

use super::sheet::{CellError, Sheet};

/// The header of a list. What a person acts on comes first, what we need to find it again last.
const HEADER: [&str; 8] = ["email", "kind", "category", "act", "amount_eur", "from", "grant_id", "batch"];

/// How many hexadecimal digits an id of ours has.
const ID_DIGITS: usize = 32;

/// How many of them are enough in the name of a file.
const SHORT_ID_DIGITS: usize = 12;

/// How often a budget is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BudgetKind {
    /// On the 1st of each month; in a list `monthly`.
    Monthly,
    /// Once; in a list `one-off`.
    OneOff,
}

/// What support is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrantAct {
    /// Give a one-off budget, or begin a monthly one; in a list `grant`.
    Grant {
        /// How much, in euro cents.
        cents: u64,
    },
    /// End the monthly budget of this category and begin one of another amount; in a list `replace`.
    Replace {
        /// How much from then on, in euro cents.
        cents: u64,
    },
    /// End the monthly budget of this category; in a list `stop`, without an amount.
    Stop,
}

/// One thing that support is to do, once. `Debug` prints neither address nor amount.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrantRow {
    /// Whose budget: the address of the account, to the letter.
    pub email: String,
    /// Monthly or once.
    pub kind: BudgetKind,
    /// The benefit category's code, such as `all` or `health`.
    pub category: String,
    /// What to do.
    pub act: GrantAct,
    /// The day from which it counts; without one, the day on which support does it.
    pub from: Option<NaiveDate>,
    /// Names this grant wherever it is talked about: 32 hexadecimal digits in lower case.
    pub grant_id: String,
}

impl GrantRow {
    /// A row without a day from which it counts.
    pub fn new(
        grant_id: impl Into<String>,
        email: impl Into<String>,
        kind: BudgetKind,
        category: impl Into<String>,
        act: GrantAct,
    ) -> Self {
        Self {
            email: email.into(),
            kind,
            category: category.into(),
            act,
            from: None,
            grant_id: grant_id.into(),
        }
    }

    /// Counts from this day.
    pub const fn starting(mut self, from: NaiveDate) -> Self {
        self.from = Some(from);
        self
    }

    fn begins_monthly(&self) -> bool {
        self.kind == BudgetKind::Monthly && self.act.cents().is_some()
    }
}

impl fmt::Debug for GrantRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrantRow").field("grant_id", &self.grant_id).finish_non_exhaustive()
    }
}

impl GrantAct {
    const fn word(self) -> &'static str {
        match self {
            Self::Grant { .. } => "grant",
            Self::Replace { .. } => "replace",
            Self::Stop => "stop",
        }
    }

    const fn cents(self) -> Option<u64> {
        match self {
            Self::Grant { cents } | Self::Replace { cents } => Some(cents),
            Self::Stop => None,
        }
    }
}

impl BudgetKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::OneOff => "one-off",
        }
    }
}

/// A list that must not be handed over. Names the grant, never the address or the amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("grant {grant_id}: {problem}")]
#[non_exhaustive]
pub struct GrantListError {
    /// The first grant that is in the way, as far as its id is one.
    pub grant_id: String,
    /// What is wrong with it.
    pub problem: GrantListProblem,
}

/// Why a list must not be handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantListProblem {
    /// The grant's or the batch's id is not 32 hexadecimal digits in lower case.
    #[error("an id is not 32 hexadecimal digits in lower case")]
    Id,
    /// Nobody's address, or no category.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// An amount of 0. Money ends by [`GrantAct::Stop`] only.
    #[error("the amount is 0")]
    NoAmount,
    /// Only monthly budgets can be replaced or stopped.
    #[error("a one-off budget can be neither replaced nor stopped")]
    NotMonthly,
    /// The list has this grant already.
    #[error("it is in the list twice")]
    Twice,
    /// The list begins another monthly budget for the same address.
    #[error("another monthly budget begins for the same address")]
    SecondMonthly,
    /// A text cannot stand in a file.
    #[error(transparent)]
    Cell(CellError),
}

/// The whole list: a header and a line for each row.
///
/// ```
/// use yourcampus_client::files::{BudgetKind, GrantAct, GrantRow, grant_list};
///
/// let batch = "b5e1c0de0000000000000000000000b1";
/// let rows = [
///     GrantRow::new("0f9d5c1b2a3e4f60718293a4b5c6d7e8", "zoe@acme.nl", BudgetKind::Monthly, "all", GrantAct::Grant { cents: 5000 })
///         .starting("2026-07-01".parse()?),
///     GrantRow::new("aa00000000000000000000000000bb11", "jan@acme.nl", BudgetKind::OneOff, "health", GrantAct::Grant { cents: 1250 }),
/// ];
/// let bytes = grant_list(batch, &rows)?;
/// assert_eq!(
///     String::from_utf8(bytes)?,
///     "email,kind,category,act,amount_eur,from,grant_id,batch\r\n\
///      jan@acme.nl,one-off,health,grant,12.50,,aa00000000000000000000000000bb11,b5e1c0de0000000000000000000000b1\r\n\
///      zoe@acme.nl,monthly,all,grant,50.00,2026-07-01,0f9d5c1b2a3e4f60718293a4b5c6d7e8,b5e1c0de0000000000000000000000b1\r\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`GrantListError`], which names the first grant that cannot stand. No part of the list is made then.
pub fn grant_list(batch: &str, rows: &[GrantRow]) -> Result<Vec<u8>, GrantListError> {
    let mut rows: Vec<&GrantRow> = rows.iter().collect();
    rows.sort_by_key(|row| (&row.email, &row.grant_id));
    refuse_repetitions(&rows)?;
    let mut sheet = Sheet::new(HEADER);
    for row in rows {
        push(&mut sheet, batch, row).map_err(|problem| refused(row, problem))?;
    }
    Ok(sheet.into_bytes())
}

/// The name under which a list lies in its folder, such as `grants_7_b5e1c0de0000.csv`.
pub fn grant_list_name(sequence: u64, batch: &str) -> String {
    let short: String = batch.chars().take(SHORT_ID_DIGITS).collect();
    format!("grants_{sequence}_{short}.csv")
}

/// Whether this could be the name of a list.
#[cfg(feature = "sync")]
pub(super) fn is_grant_list_name(name: &str) -> bool {
    name.strip_suffix(".csv").is_some_and(|stem| stem.starts_with("grants_"))
}

fn push(sheet: &mut Sheet<8>, batch: &str, row: &GrantRow) -> Result<(), GrantListProblem> {
    check(batch, row)?;
    let amount = row.act.cents().map(in_euro).unwrap_or_default();
    let from = row.from.map(|day| day.to_string()).unwrap_or_default();
    let kind = row.kind.word();
    let cells = [&row.email, kind, &row.category, row.act.word(), &amount, &from, &row.grant_id, batch];
    sheet.push(cells).map_err(GrantListProblem::Cell)
}

fn check(batch: &str, row: &GrantRow) -> Result<(), GrantListProblem> {
    if !is_id(batch) || !is_id(&row.grant_id) {
        return Err(GrantListProblem::Id);
    }
    for (column, text) in [("email", &row.email), ("category", &row.category)] {
        if text.trim().is_empty() {
            return Err(GrantListProblem::Empty(column));
        }
    }
    match (row.kind, row.act) {
        (_, GrantAct::Grant { cents: 0 } | GrantAct::Replace { cents: 0 }) => Err(GrantListProblem::NoAmount),
        (BudgetKind::OneOff, GrantAct::Replace { .. } | GrantAct::Stop) => Err(GrantListProblem::NotMonthly),
        _ => Ok(()),
    }
}

/// Support is not asked to notice what we could have noticed.
fn refuse_repetitions(rows: &[&GrantRow]) -> Result<(), GrantListError> {
    let (mut grants, mut with_monthly) = (BTreeSet::new(), BTreeSet::new());
    for row in rows {
        if !grants.insert(&row.grant_id) {
            return Err(refused(row, GrantListProblem::Twice));
        }
        if row.begins_monthly() && !with_monthly.insert(row.email.trim().to_lowercase()) {
            return Err(refused(row, GrantListProblem::SecondMonthly));
        }
    }
    Ok(())
}

/// What stands in the place of an id but is none may be anything, also somebody's address.
fn refused(row: &GrantRow, problem: GrantListProblem) -> GrantListError {
    let grant_id = if is_id(&row.grant_id) { row.grant_id.clone() } else { "without an id".to_owned() };
    GrantListError { grant_id, problem }
}

fn is_id(text: &str) -> bool {
    text.len() == ID_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// With a dot and two decimals, and nothing between thousands.
fn in_euro(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::CellProblem;

    const BATCH: &str = "b0000000000000000000000000000000";
    const FIFTY: GrantAct = GrantAct::Grant { cents: 5000 };

    fn id(digit: char) -> String {
        String::from(digit).repeat(ID_DIGITS)
    }

    fn row(digit: char, email: &str) -> GrantRow {
        GrantRow::new(id(digit), email, BudgetKind::OneOff, "all", FIFTY)
    }

    fn monthly(digit: char, email: &str, act: GrantAct) -> GrantRow {
        GrantRow { kind: BudgetKind::Monthly, act, ..row(digit, email) }
    }

    fn problem(rows: &[GrantRow]) -> GrantListProblem {
        grant_list(BATCH, rows).unwrap_err().problem
    }

    #[test]
    fn the_same_rows_in_any_order_are_the_same_bytes() {
        let rows = [row('3', "b@x.nl"), row('1', "b@x.nl"), row('2', "a@x.nl")];
        let [third, first, second] = rows.clone();
        let list = grant_list(BATCH, &rows).unwrap();
        assert_eq!(list, grant_list(BATCH, &[first, second, third]).unwrap());
        let text = String::from_utf8(list).unwrap();
        let order: Vec<char> = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(6).unwrap().chars().next().unwrap())
            .collect();
        assert_eq!(order, ['2', '1', '3']);
    }

    #[test]
    fn euro_have_two_decimals_and_days_are_iso() {
        assert_eq!([1, 50, 1250, 123_456_789].map(in_euro), ["0.01", "0.50", "12.50", "1234567.89"]);
        let from = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
        let stop = monthly('1', "a@x.nl", GrantAct::Stop).starting(from);
        let text = String::from_utf8(grant_list(BATCH, &[stop]).unwrap()).unwrap();
        assert_eq!(
            text.lines().nth(1).unwrap(),
            format!("a@x.nl,monthly,all,stop,,2026-07-01,{},{BATCH}", id('1'))
        );
    }

    #[test]
    fn r11_one_grant_stands_in_a_list_once() {
        assert_eq!(problem(&[row('1', "a@x.nl"), row('1', "b@x.nl")]), GrantListProblem::Twice);
        assert_eq!(problem(&[row('1', "a@x.nl"), row('1', "a@x.nl")]), GrantListProblem::Twice);
    }

    #[test]
    fn r11_one_address_begins_one_monthly_budget_in_a_list() {
        let replace = GrantAct::Replace { cents: 1 };
        let first = monthly('1', "a@x.nl", FIFTY);
        for act in [FIFTY, replace] {
            let second = GrantRow { category: "health".to_owned(), ..monthly('2', "A@x.nl", act) };
            assert_eq!(problem(&[first.clone(), second]), GrantListProblem::SecondMonthly);
        }
        let fine = [first, monthly('2', "a@x.nl", GrantAct::Stop), row('3', "a@x.nl"), row('4', "a@x.nl")];
        assert!(grant_list(BATCH, &fine).is_ok());
    }

    #[test]
    fn a_row_that_makes_no_sense_refuses_the_list() {
        let zero = GrantAct::Grant { cents: 0 };
        for (bad, expected) in [
            (GrantRow { grant_id: "1".to_owned(), ..row('1', "a@x.nl") }, GrantListProblem::Id),
            (GrantRow { grant_id: id('A'), ..row('1', "a@x.nl") }, GrantListProblem::Id),
            (row('1', " "), GrantListProblem::Empty("email")),
            (GrantRow { category: String::new(), ..row('1', "a@x.nl") }, GrantListProblem::Empty("category")),
            (GrantRow { act: zero, ..row('1', "a@x.nl") }, GrantListProblem::NoAmount),
            (monthly('1', "a@x.nl", GrantAct::Replace { cents: 0 }), GrantListProblem::NoAmount),
            (GrantRow { act: GrantAct::Stop, ..row('1', "a@x.nl") }, GrantListProblem::NotMonthly),
            (
                GrantRow { act: GrantAct::Replace { cents: 1 }, ..row('1', "a@x.nl") },
                GrantListProblem::NotMonthly,
            ),
        ] {
            assert_eq!(problem(&[row('9', "fine@x.nl"), bad]), expected);
        }
        assert_eq!(grant_list("b", &[row('1', "a@x.nl")]).unwrap_err().problem, GrantListProblem::Id);
    }

    #[test]
    fn r23_an_address_that_is_a_formula_refuses_the_list_and_is_not_named() {
        for address in ["=cmd|x!a@x.nl", "+a@x.nl", " -a@x.nl", "＠a@x.nl"] {
            let error = grant_list(BATCH, &[row('9', "fine@x.nl"), row('1', address)]).unwrap_err();
            let cell = CellError { column: "email", problem: CellProblem::Formula };
            assert_eq!(error, GrantListError { grant_id: id('1'), problem: GrantListProblem::Cell(cell) });
            assert!(!format!("{error} {error:?}").contains("x.nl"));
        }
    }

    #[test]
    fn no_address_and_no_amount_is_printed() {
        let printed = format!("{:?}", row('1', "a@x.nl"));
        assert!(!printed.contains("x.nl") && !printed.contains("5000"), "{printed}");
        let misplaced = GrantRow { grant_id: "a@x.nl".to_owned(), ..row('1', "b@x.nl") };
        assert!(!grant_list(BATCH, &[misplaced]).unwrap_err().to_string().contains("x.nl"));
    }

    #[test]
    fn a_list_is_named_by_its_number_and_its_batch() {
        assert_eq!(grant_list_name(7, "0123456789abcdef0123456789abcdef"), "grants_7_0123456789ab.csv");
    }
}

//! The file of `sync budgets baseline --file`: what was given, one line for each budget of each employee.
//!
//! In: CSV with the header `employee,kind,category,amount`, and which categories the policy lists. Out: all that it says,
//! or all that is wrong with it at once, each with its line. Never: a line that is skipped or repaired, or a value of the
//! file in a message; it may be the wrong file, with names in it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use anyhow::Context;
use csv::StringRecord;
use sync_core::budget::{Budget, BudgetKind, Category, Imported};
use sync_core::{Euro, ExternalId};

const HEADER: [&str; 4] = ["employee", "kind", "category", "amount"];

/// All that is wrong with one file.
#[derive(Debug, PartialEq, Eq)]
struct Wrong(Vec<(u64, &'static str)>);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing was kept")?;
        self.0.iter().try_for_each(|(line, problem)| write!(f, "\n  line {line}: {problem}"))
    }
}

impl std::error::Error for Wrong {}

/// Reads the file.
pub(super) fn read(path: &Path, listed: impl Fn(&Category) -> bool) -> anyhow::Result<Vec<Imported>> {
    let name = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(name)?;
    parse(&bytes, listed).with_context(name)
}

fn parse(bytes: &[u8], listed: impl Fn(&Category) -> bool) -> Result<Vec<Imported>, Wrong> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let (mut imported, mut wrong, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut is_header = true;
    for row in rows.records() {
        let line = match &row {
            Ok(row) => row.position().map_or(0, csv::Position::line),
            Err(error) => error.position().map_or(0, csv::Position::line),
        };
        let told = match row {
            Err(_) => Err("is no CSV in UTF-8"),
            Ok(row) if is_header && row == HEADER[..] => Ok(None),
            Ok(_) if is_header => Err("must be the header employee,kind,category,amount"),
            Ok(row) => entry(&row, &listed).map(Some),
        };
        is_header = false;
        match told {
            Ok(Some(entry)) if !seen.insert((entry.person.clone(), entry.budget.clone())) => {
                wrong.push((line, "this budget of this employee stands twice"));
            }
            Ok(entry) => imported.extend(entry),
            Err(problem) => wrong.push((line, problem)),
        }
    }
    if is_header {
        wrong.push((1, "must be the header employee,kind,category,amount"));
    } else if wrong.is_empty() && imported.is_empty() {
        wrong.push((2, "is missing: a file that says nothing of anybody vouches for nobody"));
    }
    if wrong.is_empty() { Ok(imported) } else { Err(Wrong(wrong)) }
}

fn entry(row: &StringRecord, listed: impl Fn(&Category) -> bool) -> Result<Imported, &'static str> {
    let cells: Vec<&str> = row.iter().collect();
    let [employee, kind, category, amount] = cells[..] else { return Err("must have four cells") };
    let person = ExternalId::parse(employee)
        .or_else(|_| ExternalId::rest(employee))
        .map_err(|_| "employee: must be an employee id, or one with `nmbrs:rest:` before it")?;
    let kind = BudgetKind::parse(kind).ok_or("kind: must be monthly or oneoff")?;
    // A slip of the pen here would vouch for the person and leave the budget that was given open to be given again.
    let category = Category::parse(category)
        .filter(listed)
        .ok_or("category: must be one of policy.budgets.categories")?;
    let amount: Euro =
        amount.parse().map_err(|_| "amount: must be euro with at most two decimals, such as 12.50; or 0")?;
    Ok(Imported::new(person, Budget::new(kind, category), amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Result<Vec<Imported>, Wrong> {
        super::parse(bytes, |category| ["all", "health"].contains(&category.as_str()))
    }

    #[test]
    fn every_line_is_read_exactly() {
        let text = "employee,kind,category,amount\n\
                    a-1,monthly,all,25.00\nnmbrs:rest:a-1,oneoff,health,\"12,5\"\nb-2,oneoff,all,0\n";
        let read = parse(text.as_bytes()).unwrap();
        let told: Vec<_> = read
            .iter()
            .map(|it| (it.person.as_str().to_owned(), it.budget.to_string(), it.amount.cents()))
            .collect();
        let expected =
            [("a-1", "monthly all", 2500), ("a-1", "oneoff health", 1250), ("b-2", "oneoff all", 0)];
        let expected =
            expected.map(|(id, budget, cents)| (format!("nmbrs:rest:{id}"), budget.to_owned(), cents));
        assert_eq!(told, expected);
    }

    #[test]
    fn the_mark_that_spreadsheets_put_before_a_text_is_no_part_of_it() {
        let read = parse(b"\xef\xbb\xbfemployee,kind,category,amount\na,monthly,all,1\n").unwrap();
        assert_eq!(read.len(), 1);
    }

    #[test]
    fn all_that_is_wrong_is_told_with_its_line_and_without_its_value() {
        let text = "employee,kind,category,amount\n\
                    Jan de Vries,monthly,all,1\na,weekly,all,1\na,monthly,al,1\na,monthly,all,-1\na,monthly,all,1.000\n\
                    a,monthly,all\na,monthly,all,1\nnmbrs:rest:a,monthly,all,2\n";
        let told = parse(text.as_bytes()).unwrap_err().to_string();
        for part in [
            "line 2: employee: must be",
            "line 3: kind: must be",
            "line 4: category: must be",
            "line 5: amount: must be",
            "line 6: amount: must be",
            "line 7: must have four cells",
            "line 9: this budget of this employee stands twice",
        ] {
            assert!(told.contains(part), "missing «{part}» in\n{told}");
        }
        assert!(!told.contains("Vries") && !told.contains("weekly"), "{told}");
    }

    #[test]
    fn what_is_no_such_file_is_refused_whole() {
        for (text, told) in [
            (&b""[..], "line 1: must be the header"),
            (b"employee;kind;category;amount\n", "line 1: must be the header"),
            (b"employee,kind,category,amount\n", "line 2: is missing"),
            (b"employee,kind,category,amount\n\xff,monthly,all,1\n", "line 2: is no CSV"),
        ] {
            let wrong = parse(text).unwrap_err().to_string();
            assert!(wrong.contains(told), "«{told}» in\n{wrong}");
        }
    }
}

//! Words and tables for people, at most 100 columns wide.
//!
//! In: plans, saved entries, reports. Out: text. Never: a name, an address or a date of birth of an employee; people are
//! shown by the id of their record. Operators' names are shown by `status` alone.

mod explanation;
mod export;
mod grants;
mod json;
mod migration;
mod money;
mod person;
mod run;
mod saved;
mod status;

pub use explanation::explanation;
pub use export::{export_notes, roster_brake};
pub use grants::{History, List, ListFile, Open};
pub(crate) use grants::{
    doubtful_in_words, grant_json, grants_in_doubt, is_tellable, mark_in_words, waits_for_a_word,
};
pub use json::{applied_json, plan_json, run_json};
pub use migration::{migration, migration_json, moved, moved_json};
pub use person::Person;
pub use run::{counts_of_done, money_of, outcome, run};
pub use saved::{given, saved_plan};
pub use status::Status;

use std::fmt::Write;

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use sync_core::ExternalId;
use sync_core::decision::{Decision, Planned};
use sync_core::finding::Finding;
use sync_core::guard::Brake;
use sync_core::plan::{ActionKind, Entry, PlanDocument};

use self::money::Budgets;
use crate::next_step::is_blocked;

const COLUMNS: u16 = 100;
const MOST_ROWS: usize = 20;

/// A table with these headings.
pub(crate) fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(COLUMNS);
    table.set_header(headings.to_vec());
    table
}

/// Breaks a text at blanks so that it fits; `first` stands before the first line, as many blanks before the others.
pub(crate) fn wrapped(first: &str, text: &str) -> String {
    hanging(first, first.chars().count(), text)
}

/// The same, with `indent` blanks before the others.
pub(crate) fn hanging(first: &str, indent: usize, text: &str) -> String {
    let columns = usize::from(COLUMNS);
    let mut out = first.to_owned();
    let mut column = first.chars().count();
    let mut is_first = true;
    for word in text.split(' ') {
        let width = word.chars().count();
        if !is_first && column + 1 + width > columns {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if !is_first {
            out.push(' ');
            column += 1;
        }
        is_first = false;
        out.push_str(word);
        column += width;
    }
    out.push('\n');
    out
}

/// An id without the words that all ids share; `explain` takes this form too.
pub(crate) fn short(id: &ExternalId) -> String {
    let id = id.as_str();
    id.strip_prefix("nmbrs:rest:").unwrap_or(id).to_owned()
}

/// Facts, one a line, within the columns.
pub fn facts<const N: usize>(facts: [(&str, String); N]) -> String {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(COLUMNS);
    for (what, value) in facts {
        table.add_row([what.to_owned(), value]);
    }
    format!("{table}\n")
}

/// Everything a person needs to see of a plan before approving it.
pub fn plan(document: &PlanDocument) -> String {
    // As a file would hold it, so that a kept plan tells of money in the same words.
    let json = serde_json::to_value(document).unwrap_or_default();
    let budgets = Budgets::of(&json);
    let mut text = totals(document);
    text.push_str(&budgets.totals());
    let people = [actions(document), proposals(document), held(document)];
    let rest = [planned(document), findings(document), brakes_section(&document.brakes)];
    for section in people.into_iter().chain(budgets.sections()).chain(rest) {
        if !section.is_empty() {
            text.push('\n');
            text.push_str(&section);
        }
    }
    text
}

fn totals(document: &PlanDocument) -> String {
    let totals = &document.totals;
    let mut table = table(&["", "people"]);
    for (what, count) in [
        ("onboard: an account is created", totals.actions.onboard),
        ("update: fields are changed", totals.actions.update),
        ("offboard: the account is deactivated", totals.actions.offboard),
        ("held: a person must look first", totals.held.values().sum()),
        ("planned: waits for a day", totals.planned),
        ("skipped: does not take part", totals.skipped),
        ("nothing to do", totals.nothing),
    ] {
        table.add_row([what.to_owned(), count.to_string()]);
    }
    let may_grant = match totals.may_grant.euro {
        Some(euro) => format!("{euro} euro, at policy.onboarding_budget"),
        None => "unknown: policy.onboarding_budget is not set".to_owned(),
    };
    format!(
        "{} people in {} records, {} accounts, of which {} are managed and active\n{table}\n\
         may grant by itself, to {} accounts: {may_grant}\n",
        totals.people, totals.records, totals.accounts, totals.managed_active, totals.may_grant.accounts
    )
}

fn actions(document: &PlanDocument) -> String {
    let entries = document.actions();
    let rows = entries
        .iter()
        .filter_map(|entry| Some([kind_of(entry)?, short(&entry.person), account(entry), why(entry)]));
    section(
        "Actions, in the order in which they are done",
        &["action", "person", "account", "fields or evidence"],
        rows,
    )
}

fn proposals(document: &PlanDocument) -> String {
    let rows = document.entries.iter().filter_map(|entry| {
        let Decision::Hold { reason, proposal: Some(proposal), .. } = &entry.decision else { return None };
        let account = entry.account.map(|account| account.id.to_string()).unwrap_or_default();
        Some([proposal.action().to_string(), short(&entry.person), account, reason.code().to_owned()])
    });
    section("Waits for an approval by name or kind", &["action", "person", "account", "held because"], rows)
}

fn kind_of(entry: &Entry) -> Option<String> {
    ActionKind::of(&entry.decision).map(|kind| kind.to_string())
}

fn account(entry: &Entry) -> String {
    entry.account.map_or_else(|| "new".to_owned(), |account| account.id.to_string())
}

fn why(entry: &Entry) -> String {
    match &entry.decision {
        Decision::Onboard { fields, .. } | Decision::Update { fields } => {
            fields.iter().map(|change| change.field.name()).collect::<Vec<_>>().join(", ")
        }
        Decision::Offboard(offboard) => match offboard.evidence().last_day() {
            Some(day) => format!("former payroll, last day {day}"),
            None => "former payroll, no last day given".to_owned(),
        },
        _ => String::new(),
    }
}

fn held(document: &PlanDocument) -> String {
    let rows = document.totals.held.iter().map(|(reason, count)| {
        let advice = reason.advice();
        [count.to_string(), reason.code().to_owned(), advice.what.to_owned(), advice.then.to_owned()]
    });
    section("Held", &["people", "reason", "what is the case", "what to do"], rows)
}

fn planned(document: &PlanDocument) -> String {
    let coming = document.entries.iter().filter_map(|entry| match &entry.decision {
        Decision::Planned { what: Planned::Onboard, on } => Some((*on, "first day", entry)),
        Decision::Planned { what: Planned::Begin, on } => Some((*on, "begins; has an active account", entry)),
        Decision::Planned { what: Planned::Offboard, on } => Some((*on, "last day", entry)),
        _ => entry.leaves_on.map(|on| (on, "last day", entry)),
    });
    let mut coming: Vec<_> = coming.collect();
    coming.sort_by_key(|(on, _, entry)| (*on, &entry.person));
    let rows =
        coming.iter().map(|(on, what, entry)| [on.to_string(), (*what).to_owned(), short(&entry.person)]);
    section("Ahead", &["date", "what", "person"], rows)
}

fn findings(document: &PlanDocument) -> String {
    let rows = document.findings.iter().map(finding_text);
    section("Worth knowing", &["where", "what"], rows)
}

/// A finding in words: where, and what.
fn finding_text(finding: &Finding) -> [String; 2] {
    match finding {
        Finding::UnreadableRecord { record, unreadable } => {
            [short(record), format!("{}: {}", unreadable.field, unreadable.problem)]
        }
        Finding::UnreadableAccount { account, unreadable } => {
            [format!("account {account}"), format!("{}: {}", unreadable.field, unreadable.problem)]
        }
        Finding::NearMiss { company, field } => [
            format!("company {company}"),
            format!("the extra field «{field}» looks like one of ours but is not"),
        ],
        Finding::UnlistedCategory { company, field } => [
            format!("company {company}"),
            format!("the field «{field}» is of no category in policy.budgets.categories; it gives nothing"),
        ],
        Finding::Absent { account } => [
            format!("account {account}"),
            "managed and active, but payroll does not show the person; never offboarded for that".to_owned(),
        ],
        Finding::PlaceholderBirthday { record } => {
            [short(record), "the birthday is a placeholder and was read as missing".to_owned()]
        }
        Finding::ContractOver { record } => {
            [short(record), "the latest contract is over, but the employment goes on".to_owned()]
        }
        Finding::LeftOut { company, debtor: Some(debtor) } => {
            [format!("company {company}"), format!("takes no part: debtor {debtor} is not chosen")]
        }
        Finding::LeftOut { company, debtor: None } => [
            format!("company {company}"),
            "takes no part: Nmbrs does not say of which debtor it is, and debtors are chosen".to_owned(),
        ],
        _ => ["?".to_owned(), "a finding of a newer version".to_owned()],
    }
}

fn brakes_section(brakes: &[Brake]) -> String {
    let rows = brakes.iter().map(|brake| [brake.rule().to_owned(), brake_text(brake)]);
    // That nobody has looked at a first plan yet is no mishap.
    let heading = if is_blocked(brakes) { "BLOCKED by a guard" } else { "Waits for a person" };
    section(heading, &["rule", "what"], rows)
}

/// A brake in words.
pub fn brake_text(brake: &Brake) -> String {
    match brake {
        Brake::EmptyCompany { company } => {
            format!("source company {company} gave no employee at all, although it may have active accounts")
        }
        Brake::CompanyGone { company } => format!("source company {company} is not visible any more"),
        Brake::FieldGone { company, field } => {
            format!("source company {company} no longer defines the extra field «{field}»")
        }
        Brake::FirstRun => {
            "no run of this customer has come to its end yet: a person must see the plan".to_owned()
        }
        Brake::OverLimit { what, planned, recent, allowed } => {
            let recent =
                if *recent == 0 { String::new() } else { format!(" and {recent} done within seven days") };
            format!("{planned} {} planned{recent}, {allowed} allowed without an approval", what.name())
        }
        Brake::OverEuro { planned, allowed } => {
            format!("{planned} euro would be given, {allowed} allowed without an approval")
        }
        Brake::OverEuroCancelled { planned, allowed } => {
            format!("{planned} euro of budgets would be cancelled, {allowed} allowed without an approval")
        }
        _ => "a brake of a newer version".to_owned(),
    }
}

/// A heading and a table with all of these rows.
pub fn rows<const N: usize>(
    heading: &str,
    headings: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut table = table(headings);
    for row in rows {
        table.add_row(row);
    }
    format!("{heading}\n{table}\n")
}

/// A heading and a table of at most [`MOST_ROWS`] rows; nothing when there are none.
fn section<const N: usize>(
    heading: &str,
    headings: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let every = "`sync plan --out FILE` and `sync explain` show every one";
    section_telling(heading, headings, rows, every)
}

/// The same, telling what shows the rest.
fn section_telling<const N: usize>(
    heading: &str,
    headings: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
    every: &str,
) -> String {
    let mut table = table(headings);
    let mut count = 0;
    for row in rows {
        count += 1;
        if count <= MOST_ROWS {
            table.add_row(row);
        }
    }
    if count == 0 {
        return String::new();
    }
    let mut text = format!("{heading} ({count})\n{table}\n");
    if count > MOST_ROWS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "… and {} more; {every}", count - MOST_ROWS);
    }
    text
}

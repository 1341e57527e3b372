//! The tables as Markdown, and that what readers see is what the tests prove.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::class::Class;
use crate::rows::{self, Row};
use crate::subject::Subject;

const BEGIN: &str = "<!-- fault table: begin -->\n";
const END: &str = "<!-- fault table: end -->";
/// Set to write the tables instead of comparing them.
const UPDATE: &str = "UPDATE_FAULT_TABLE";

/// Compares the three documents with the tables, or writes them.
pub(crate) fn check() {
    let update = std::env::var_os(UPDATE).is_some();
    for (path, table) in [
        ("nmbrs-client/README.md", for_users_of_nmbrs()),
        ("yourcampus-client/README.md", for_users_of_yourcampus()),
        ("tests/http_faults/MATRIX.md", matrix()),
    ] {
        let path = root().join(path);
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (written, after) = rest.split_once(END).unwrap();
        if update {
            std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
        } else {
            assert_eq!(written, table, "{}: write it with {UPDATE}=1", path.display());
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn for_users_of_nmbrs() -> String {
    let mut table = String::from(
        "| what happened | a read is sent | a token refresh is sent | [`ErrorKind`] |\n|---|---|---|---|\n",
    );
    for class in Class::ALL {
        let (read, refresh) = (Subject::NmbrsRead, Subject::NmbrsToken);
        let kinds = kinds(class, &[read]);
        if kinds.is_empty() {
            continue;
        }
        let sends = |subject| match class {
            Class::Unauthorized if subject == read => "once, and once more with a new token".to_owned(),
            _ if self::kinds(class, &[subject]).is_empty() => "–".to_owned(),
            _ => times(class.sends(subject)),
        };
        let _ = writeln!(table, "| {} | {} | {} | {kinds} |", class.says(), sends(read), sends(refresh));
    }
    table
}

fn for_users_of_yourcampus() -> String {
    let mut table = String::from(
        "| what happened | a read is sent | a write is sent | `ErrorKind` | `may_have_been_sent` of the write |\n\
         |---|---|---|---|---|\n",
    );
    for class in Class::ALL {
        let (read, write) = (Subject::YourCampusRead, Subject::YourCampusWrite);
        let kinds = kinds(class, &[read, write]);
        if kinds.is_empty() {
            continue;
        }
        let sends = |subject| match class {
            Class::Unauthorized => "once, and once more with a new token".to_owned(),
            _ => times(class.sends(subject)),
        };
        let doubt = if class.is_open(write) { "**yes**" } else { "no" };
        let _ =
            writeln!(table, "| {} | {} | {} | {kinds} | {doubt} |", class.says(), sends(read), sends(write));
    }
    table
}

fn times(sends: usize) -> String {
    if sends == 1 { "once".to_owned() } else { format!("up to {sends} times") }
}

/// The kinds of error that faults of this class end in at these calls.
fn kinds(class: Class, subjects: &[Subject]) -> String {
    let mut kinds = Vec::new();
    for row in rows::all().chain(rows::every_status()).filter(|row| row.class == class) {
        for subject in subjects.iter().filter(|subject| row.subjects.contains(subject)) {
            let kind = format!("`{}`", row.kind(*subject));
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    kinds.join(", ")
}

fn matrix() -> String {
    let mut table = heading("Every status");
    let rows: Vec<_> = rows::every_status().collect();
    let statuses = rows.chunk_by(|one, next| one.name == next.name);
    let lines: Vec<_> = statuses.map(|rows| (&rows[0].name, cells(rows))).collect();
    for same in lines.chunk_by(|(_, one), (_, next)| one == next) {
        let ((first, cells), (last, _)) = (&same[0], &same[same.len() - 1]);
        let range = if first == last { (*first).clone() } else { format!("{first} to {last}") };
        let _ = writeln!(table, "| {range} |{cells}");
    }
    for group in rows::groups() {
        table.push_str(&heading(group.title));
        for row in group.rows {
            let _ = write!(table, "| {}", row.name);
            if let Some(gap) = row.gap.filter(|gap| *gap > 0) {
                let _ = write!(table, " (waits {gap} ms)");
            }
            let _ = writeln!(table, " |{}", cells(&[row]));
        }
    }
    table.push('\n');
    table
}

fn heading(title: &str) -> String {
    format!(
        "\n## {title}\n\n\
         | the server | Nmbrs read | Nmbrs refresh | YourCampus read | YourCampus write | YourCampus token |\n\
         |---|---|---|---|---|---|\n"
    )
}

/// One fault, of which each of `rows` says what follows for some calls.
fn cells(rows: &[Row]) -> String {
    let cell = |subject| {
        let row = rows.iter().find(|row| row.subjects.contains(&subject));
        row.map_or("–".to_owned(), |row| cell(row, subject))
    };
    Subject::ALL.map(|subject| format!(" {} |", cell(subject))).concat()
}

fn cell(row: &Row, subject: Subject) -> String {
    let class = row.class;
    let mut cell = format!("{} × {}", class.sends(subject), row.kind(subject));
    if class.is_retryable(subject) {
        cell.push_str(", later");
    }
    if class.is_open(subject) {
        cell.push_str(", open");
    }
    cell
}

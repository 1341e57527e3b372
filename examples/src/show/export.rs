//! Who is not in a list, or not as payroll would want, and why: by id.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sync_core::export::{Note, RosterBrake, Subject, Why};

use super::{MOST_ROWS, brake_text, short, wrapped};

/// All reasons, each with the people it is about.
pub fn export_notes(notes: &[Note]) -> String {
    let mut text = String::new();
    for (has_row, title) in [(false, "left out"), (true, "in the list, but")] {
        let mut by_reason: BTreeMap<Why, Vec<String>> = BTreeMap::new();
        for note in notes.iter().filter(|note| note.has_row == has_row) {
            by_reason.entry(note.why).or_default().push(shown(&note.about));
        }
        if by_reason.is_empty() {
            continue;
        }
        let people: usize = by_reason.values().map(Vec::len).sum();
        let _ = writeln!(text, "\n{title}: {people}");
        for (why, ids) in by_reason {
            let advice = why.advice();
            text.push_str(&wrapped("  ", &format!("{} ({}): {}", why.code(), ids.len(), advice.what)));
            if !advice.then.is_empty() {
                text.push_str(&wrapped("    → ", advice.then));
            }
            for id in ids.iter().take(MOST_ROWS) {
                let _ = writeln!(text, "    {id}");
            }
            if ids.len() > MOST_ROWS {
                let _ = writeln!(text, "    and {} more; --json tells all", ids.len() - MOST_ROWS);
            }
        }
    }
    text
}

/// Why a roster waits for a person, in words.
pub fn roster_brake(brake: &RosterBrake) -> String {
    match brake {
        RosterBrake::Plan(brake) => brake_text(brake),
        other => other.to_string(),
    }
}

fn shown(about: &Subject) -> String {
    match about {
        Subject::Person(id) => short(id),
        Subject::Account(_) => about.to_string(),
    }
}

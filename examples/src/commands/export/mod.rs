//! `sync export`: lists of both sides as files. Reads both sides and the store, and writes one file.

mod flex_salary;
mod roster;

use serde_json::{Value, json};
use sync_core::export::Note;
use yourcampus_client::files::Put;

use super::Setting;
use crate::arguments::Export;
use crate::exit::Ended;

/// Makes the list that was asked for.
///
/// # Errors
/// When one side or the store cannot be read, or the file cannot be put in place.
pub async fn export(setting: Setting<'_>, typed: &Export) -> anyhow::Result<Ended> {
    match typed {
        Export::Roster(typed) => roster::roster(setting, typed).await,
        Export::FlexSalary(typed) => flex_salary::flex_salary(setting, typed).await,
    }
}

/// What became of the file, in one word.
const fn word(put: Put) -> &'static str {
    match put {
        Put::New => "new",
        Put::Replaced => "replaced",
        Put::Untouched => "the same as before",
        _ => "written",
    }
}

fn notes_json(notes: &[Note]) -> Value {
    let note = |note: &Note| json!({ "about": note.about.to_string(), "why": note.why.code(), "has_row": note.has_row });
    notes.iter().map(note).collect()
}

//! What was done.

use sync_core::engine::{ActionResult, ApplyReport};

use super::{section, short};

/// What an apply did, and what it left.
pub fn applied(report: &ApplyReport) -> String {
    let mut text = format!(
        "{} of {} approved actions done with {} writes\n",
        report.done(),
        report.actions.len(),
        report.writes
    );
    let undone = report.actions.iter().filter_map(|action| {
        let what = match &action.result {
            ActionResult::Done(_) => return None,
            ActionResult::NotDone(error) => format!("not done: {}", chain(error)),
            ActionResult::Doubtful(error) => format!("DOUBTFUL: {}; the next run will see", chain(error)),
            ActionResult::NotTried => "not tried: the run ended before".to_owned(),
            _ => "a result of a newer version".to_owned(),
        };
        Some([action.action.to_string(), short(&action.person), what])
    });
    text.push_str(&section("Left undone", &["action", "person", "what became of it"], undone));
    let skipped = report.skipped.iter().map(|skipped| [skipped.action.to_string(), short(&skipped.person)]);
    text.push_str(&section(
        "Skipped: not in the approved plan, or changed since",
        &["action", "person"],
        skipped,
    ));
    if let Some(error) = &report.stopped {
        text.push_str("The run ended early: ");
        text.push_str(&chain(error));
    }
    if let Some(error) = &report.unsettled {
        text.push_str("Doubtful writes could not be settled: ");
        text.push_str(&chain(error));
    }
    text
}

/// An error with all that lies beneath.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut beneath = error.source();
    while let Some(error) = beneath {
        text.push_str(": ");
        text.push_str(&error.to_string());
        beneath = error.source();
    }
    text
}

//! The check of where money goes: the folder of lists, and what it took last.

use sync_core::budget::Category;
use sync_core::ports::PortErrorKind;

use super::report::Line;
use crate::advice::chain;
use crate::config::Config;
use crate::{desk, show};

const CHECK: &str = "folder of grants";

/// Can lists of grants be written? Nothing is said where the policy gives no money by fields.
pub(super) async fn desk(config: &Config) -> Option<Line> {
    let budgets = config.policy.budgets.as_ref()?;
    let Some(folder) = &config.grants else {
        let found = "there is none, so budgets are planned and all of them held (no_desk)";
        return Some(Line::problem(CHECK, found, "say budgets.folder"));
    };
    let folder = folder.display();
    if !config.grants.as_ref().is_some_and(|folder| folder.is_dir()) {
        let found = format!("{folder} is not there, so all budgets are held (desk_silent)");
        return Some(Line::problem(CHECK, found, format!("if it never was: mkdir -m 700 {folder}")));
    }
    let categories: Vec<_> = budgets.categories.iter().map(Category::as_str).collect();
    Some(match desk::mark(config).await {
        Ok(None) => {
            Line::ok(CHECK, format!("{folder} took nothing yet; categories: {}", categories.join(", ")))
        }
        Ok(Some(mark)) => Line::ok(CHECK, format!("{folder} took {} last", show::mark_in_words(&mark))),
        Err(error) => {
            let todo = match error.kind() {
                PortErrorKind::Fatal => "one folder belongs to one customer; put its mark.json back",
                _ => "look at its owner and its mode (700)",
            };
            Line::problem(CHECK, chain(&error), todo)
        }
    })
}

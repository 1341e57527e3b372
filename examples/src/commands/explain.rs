//! `sync explain`: why a saved plan decides about one employee as it does.

use std::path::Path;

use anyhow::bail;

use super::person_id;
use crate::exit::Ended;
use crate::terminal::say;
use crate::{plan_file, show};

/// Says why, from the file alone.
///
/// # Errors
/// When the file is no plan, or does not know the employee.
pub fn explain(plan: &Path, employee: &str) -> anyhow::Result<Ended> {
    let id = person_id(employee, "--employee: must be an employee id, or one with `nmbrs:rest:` before it")?;
    let plan = plan_file::open(plan)?;
    let Some(entry) = plan.entry(&id) else { bail!("the plan does not know {id}") };
    say(&show::explanation(entry));
    Ok(Ended::Done)
}

//! `[policy.salaries]`: which salaries are read, and which column of which list they fill.

use sync_core::policy::{Salaries, SalaryColumn};
use sync_core::salary::SalaryType;

use super::document::Section;

const OF_A_PERIOD: [(&str, SalaryType); 2] =
    [("gross_fulltime", SalaryType::GrossFulltime), ("gross_parttime", SalaryType::GrossParttime)];

const OF_AN_HOUR: [(&str, SalaryType); 1] = [("gross_hourly", SalaryType::GrossHourly)];

/// Reads the section below `policy`; `None` if there is none, or if what is wrong with it has been told.
pub(super) fn salaries(policy: &mut Section<'_>) -> Option<Salaries> {
    if !policy.has("salaries") {
        return None;
    }
    let mut section = policy.section("salaries");
    let mut chosen: Option<Salaries> = None;
    for column in SalaryColumn::ALL {
        let choices = match column {
            SalaryColumn::Primary | SalaryColumn::Secondary => OF_A_PERIOD.as_slice(),
            SalaryColumn::HourlyWage => OF_AN_HOUR.as_slice(),
        };
        let is_there = section.has(column.name());
        match section.optional_choices(column.name(), choices) {
            Some(types) if !types.is_empty() => {
                chosen = Some(match chosen.take() {
                    Some(salaries) => salaries.and(column, types),
                    None => Salaries::filling(column, types),
                });
            }
            Some(_) => section.problem(column.name(), "is empty; leave it out to read no salaries for it"),
            None if is_there => return None,
            None => {}
        }
    }
    if chosen.is_none() {
        section.problem("", "chooses no column; leave the section out to read no salaries");
    }
    section.close();
    chosen
}

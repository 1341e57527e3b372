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
    let (mut chosen, mut is_wrong) = (None::<Salaries>, false);
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
            Some(_) => {
                section.problem(column.name(), "is empty; leave it out to read no salaries for it");
                is_wrong = true;
            }
            // What is wrong with it has been told.
            None => is_wrong |= is_there,
        }
    }
    if chosen.is_none() && !is_wrong {
        section.problem("", "chooses no column; leave the section out to read no salaries");
    }
    section.close();
    chosen.filter(|_| !is_wrong)
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    use super::*;

    const LEAST: &str = "customer = \"c\"\n[nmbrs]\nclient_id = \"a\"\naccess_token = { env = \"A\" }\n[yourcampus]\n\
                         company = 7\n[policy]\nparticipation = \"everyone\"\n";

    fn read(section: &str) -> Result<Option<Salaries>, String> {
        let secret = |_: &str| Some("a secret of sixteen bytes".to_owned());
        let config = Config::parse("sync.toml", &format!("{LEAST}{section}"), secret);
        config.map(|config| config.policy.salaries).map_err(|problems| problems.to_string())
    }

    #[test]
    fn without_the_section_no_salaries_are_read() {
        assert_eq!(read(""), Ok(None));
    }

    #[test]
    fn each_column_takes_salaries_of_its_own_kind() {
        let text = "[policy.salaries]\nprimary = [\"gross_parttime\"]\nhourly_wage = [\"gross_hourly\"]\n";
        let expected = Salaries::filling(SalaryColumn::Primary, [SalaryType::GrossParttime])
            .and(SalaryColumn::HourlyWage, [SalaryType::GrossHourly]);
        assert_eq!(read(text), Ok(Some(expected)));
        for (section, told) in [
            (
                "primary = [\"gross_hourly\"]",
                "policy.salaries.primary: must be some of: gross_fulltime, gross_parttime",
            ),
            (
                "hourly_wage = [\"gross_parttime\"]",
                "policy.salaries.hourly_wage: must be some of: gross_hourly",
            ),
            ("secondary = []", "policy.salaries.secondary: is empty"),
            ("", "policy.salaries: chooses no column"),
            (
                "tertiary = []",
                "policy.salaries.tertiary: is not a key here; allowed: primary, secondary, hourly_wage",
            ),
        ] {
            let problems = read(&format!("[policy.salaries]\n{section}\n")).unwrap_err();
            assert!(problems.contains(told), "{section}: {problems}");
        }
    }
}

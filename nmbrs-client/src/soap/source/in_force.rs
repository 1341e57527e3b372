//! Which entry of a history counts in a payroll period.
//!
//! In: the entries of one person, and the period in which the company is now. Out: what the entry in force says. An
//! entry counts from its period on; of several that do, the latest does. Never: an entry of the future while there is
//! one of the present, and no choice where entries that may all be meant say different things.

use sync_core::record::{Personal, Unreadable};

use crate::model::{Period, PersonalInfo};

/// What is in force, as `content` reads it.
///
/// # Errors
/// [`Unreadable`] when nobody can say which entry is in force and they do not agree.
pub(crate) fn in_force(
    history: &[PersonalInfo],
    current: Option<Period>,
    content: impl Fn(&PersonalInfo) -> Personal,
) -> Result<Personal, Unreadable> {
    let candidates = match current {
        Some(current) => latest_begun(history, current).or_else(|| first_to_come(history)),
        None => Some(history.iter().collect()),
    };
    let mut said = candidates.into_iter().flatten().map(content);
    let Some(first) = said.next() else { return Ok(Personal::default()) };
    if said.all(|other| other == first) {
        return Ok(first);
    }
    Err(Unreadable::new(
        "EmployeePersonalInfos",
        match current {
            Some(_) => "several entries of the same period and moment say different things",
            None => "the company has no current period, and the entries say different things",
        },
    ))
}

/// The entries of the greatest period that has begun, of those the ones recorded last. An entry without a period has
/// always begun, and comes before all that have one.
fn latest_begun(history: &[PersonalInfo], current: Period) -> Option<Vec<&PersonalInfo>> {
    let begun = || history.iter().filter(|entry| entry.period.is_none_or(|period| period <= current));
    let key = |entry: &&PersonalInfo| (entry.period, entry.created_at);
    let latest = begun().map(|entry| key(&entry)).max()?;
    Some(begun().filter(|entry| key(entry) == latest).collect())
}

/// Where nothing has begun yet: the entries of the first period to come, of those the ones recorded last.
fn first_to_come(history: &[PersonalInfo]) -> Option<Vec<&PersonalInfo>> {
    let first = history.iter().map(|entry| entry.period).min()?;
    let of_first = || history.iter().filter(|entry| entry.period == first);
    let last = of_first().map(|entry| entry.created_at).max()?;
    Some(of_first().filter(|entry| entry.created_at == last).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PerEmployee;
    use crate::row::{Row, read};

    const MAY: Option<Period> = Some(Period { year: 2026, period: 5 });

    /// Name, year and period, moment.
    type Entry<'e> = (&'e str, Option<(i64, i64)>, Option<&'e str>);

    /// The JSON of REST is the shortest way to make entries.
    fn history(entries: &[Entry<'_>]) -> Vec<PersonalInfo> {
        let entries = entries.iter().map(|(name, period, created_at)| {
            let period = period.map(|(year, period)| serde_json::json!({ "year": year, "period": period }));
            serde_json::json!({ "basicInfo": { "lastName": name }, "period": period, "createdAt": created_at })
        });
        let json = serde_json::json!({ "employeeId": "1", "info": entries.collect::<Vec<_>>() }).to_string();
        match read::<PerEmployee<PersonalInfo>>(&json) {
            Some((_, Row::Readable(row))) => row.entries,
            other => panic!("{other:?}"),
        }
    }

    fn last_name(history: &[PersonalInfo], current: Option<Period>) -> Result<Option<String>, Unreadable> {
        let content = |info: &PersonalInfo| {
            let mut personal = Personal::default();
            personal.last_name =
                info.name.last.as_ref().map(|name| sync_core::Pii::new(name.expose().clone()));
            personal
        };
        in_force(history, current, content).map(|said| said.last_name.map(|name| name.expose().clone()))
    }

    /// In whatever order the entries stand.
    #[track_caller]
    fn check(entries: &[Entry<'_>], current: Option<Period>, expected: Option<&str>) {
        let mut history = history(entries);
        for _ in 0..entries.len().max(1) {
            assert_eq!(last_name(&history, current), Ok(expected.map(str::to_owned)), "{entries:?}");
            history.rotate_right(entries.len().min(1));
        }
    }

    const EARLY: Option<&str> = Some("2020-01-01T08:00:00");
    const LATE: Option<&str> = Some("2026-04-30T17:59:59.9");

    #[test]
    fn the_greatest_period_that_has_begun_is_in_force_and_none_of_the_future() {
        let old = ("old", Some((2025, 12)), LATE);
        let now = ("now", Some((2026, 5)), EARLY);
        let coming = ("coming", Some((2026, 6)), LATE);
        check(&[old, now, coming], MAY, Some("now"));
        check(&[old, coming], MAY, Some("old"));
    }

    #[test]
    fn of_one_period_the_entry_recorded_last_is_in_force_and_one_without_a_moment_comes_first() {
        let period = Some((2026, 1));
        check(&[("nobody knows when", period, None), ("early", period, EARLY)], MAY, Some("early"));
        check(&[("early", period, EARLY), ("late", period, LATE)], MAY, Some("late"));
    }

    #[test]
    fn an_entry_without_a_period_comes_before_all_that_have_begun() {
        let without = ("without", None, LATE);
        check(&[without, ("begun", Some((1999, 1)), None)], MAY, Some("begun"));
        check(&[without, ("coming", Some((2027, 1)), None)], MAY, Some("without"));
    }

    #[test]
    fn while_nothing_has_begun_the_first_to_come_counts() {
        let july = ("july", Some((2026, 7)), EARLY);
        check(
            &[july, ("corrected", Some((2026, 7)), LATE), ("august", Some((2026, 8)), LATE)],
            MAY,
            Some("corrected"),
        );
        check(&[], MAY, None);
    }

    #[test]
    fn entries_that_cannot_be_told_apart_must_agree() {
        let one = ("one", Some((2026, 1)), EARLY);
        check(&[one, one], MAY, Some("one"));
        assert!(last_name(&history(&[one, ("other", Some((2026, 1)), EARLY)]), MAY).is_err());
        assert!(
            last_name(&history(&[("a", Some((2026, 9)), None), ("b", Some((2026, 9)), None)]), MAY).is_err()
        );
    }

    #[test]
    fn without_a_current_period_nobody_can_choose_between_entries_that_differ() {
        let (one, again) = (("one", Some((2026, 1)), EARLY), ("one", Some((2026, 2)), LATE));
        check(&[one, again], None, Some("one"));
        assert!(last_name(&history(&[one, ("other", Some((2026, 2)), LATE)]), None).is_err());
        check(&[], None, None);
    }
}

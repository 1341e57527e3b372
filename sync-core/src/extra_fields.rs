//! Extra fields by which a customer steers the sync (§ access, filter, budgets).
//!
//! In: a company's definitions and one record's raw values. Out: a [`Reading`] of each steering field.
//! Never: a guess. Empty is not "no", what cannot be read is reported, and two brands' fields that
//! disagree are a conflict.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::budget::{Budget, BudgetKind, Category};
use crate::euro::Euro;
use crate::policy::Route;
use crate::record::{EmployeeRecord, ExtraField, FieldDefinition};

/// The names a field can begin with: the platform's name then and now.
const BRANDS: [&str; 2] = ["yourcampus", "alleo"];
const ACCESS: &str = "access";
const FILTER: &str = "filter";
const BUDGET: &str = "budget";

/// What a steering field says of one employee.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "every reader must decide about every case")]
pub enum Reading<T> {
    /// The company has no such field.
    NotInUse,
    /// The company has the field; it is not filled for this employee.
    Empty,
    /// It says this.
    Value(T),
    /// It says something that cannot be read.
    Unreadable,
    /// Both brands' fields are filled, or one field is filled twice for one day, and they say different things.
    Conflict,
}

/// Is this the name of a steering field? Exactly, after trimming; only values of such fields are kept.
pub fn concerns_us(name: &str) -> bool {
    match steering_part(name.trim()) {
        Some(ACCESS | FILTER) => true,
        Some(part) => is_budget(part),
        None => false,
    }
}

/// Does this name look like a steering field that was misspelled? Case, blanks and hyphens are where
/// people slip.
pub fn is_near_miss(name: &str) -> bool {
    let name = name.trim();
    let repaired: String =
        name.to_lowercase().chars().map(|c| if c == '-' || c == ' ' || c == '.' { '_' } else { c }).collect();
    !concerns_us(name) && (concerns_us(&repaired) || BRANDS.contains(&repaired.as_str()))
}

/// Names of steering fields that decide who takes part, where, and what is given; a run that relied on one of these
/// notices when it is gone (R26). Budget fields count whatever the policy lists: what was given by a field that is no
/// longer listed may still run, and the definition is all that tells what became of it.
pub fn relied_on(definitions: &BTreeSet<FieldDefinition>) -> BTreeSet<String> {
    definitions
        .iter()
        .map(|definition| definition.name.trim())
        .filter(|name| concerns_us(name))
        .map(str::to_owned)
        .collect()
}

/// Does the company have an access field, under either name?
pub fn has_access_field(definitions: &BTreeSet<FieldDefinition>) -> bool {
    definitions.iter().any(|definition| steering_part(definition.name.trim()) == Some(ACCESS))
}

/// Does the employee take part?
pub fn access(
    record: &EmployeeRecord,
    definitions: &BTreeSet<FieldDefinition>,
    today: NaiveDate,
) -> Reading<bool> {
    reading(record, definitions, today, ACCESS, |text| match text.to_lowercase().as_str() {
        "true" | "yes" | "ja" | "y" | "j" | "1" => Some(true),
        "false" | "no" | "nee" | "n" | "0" => Some(false),
        _ => None,
    })
}

/// In which company of the target does the employee belong, as the customer wrote it? A text with control
/// characters in it is none that anybody could have meant.
pub fn filter(
    record: &EmployeeRecord,
    definitions: &BTreeSet<FieldDefinition>,
    today: NaiveDate,
) -> Reading<Route> {
    let read = |text: &str| Route::of(text).filter(|route| !route.as_str().contains(char::is_control));
    reading(record, definitions, today, FILTER, read)
}

/// What the record's budget fields say, each budget once, however many fields of whichever brand are about it.
pub fn budgets(record: &EmployeeRecord, today: NaiveDate) -> Vec<(Budget, Reading<Euro>)> {
    let mut fields: Vec<(&str, &str, &ExtraField)> = Vec::new();
    for field in &record.extra_fields {
        let name = field.name.trim();
        fields.extend(steering_part(name).filter(|part| is_budget(part)).map(|part| (part, name, field)));
    }
    fields.sort_by_key(|(part, name, _)| (*part, *name));
    let said = |of_budget: &[(&str, &str, &ExtraField)]| {
        let of_names = of_budget.chunk_by(|one, other| one.1 == other.1);
        let in_force = of_names.flat_map(|same| in_force(same.iter().map(|(.., field)| *field), today));
        let reading = said(in_force, |text| text.parse().ok()).unwrap_or(Reading::NotInUse);
        Some((budget_of(of_budget.first()?.0)?, reading))
    };
    fields.chunk_by(|one, other| one.0 == other.0).filter_map(said).collect()
}

/// The budget that a field of this name is about, whatever its brand.
pub fn budget_named(name: &str) -> Option<Budget> {
    steering_part(name.trim()).and_then(budget_of)
}

/// Is this the name of a budget field whose category is none of these? So is one with a category that is no code (U-9).
pub fn is_unlisted_budget(name: &str, categories: &BTreeSet<Category>) -> bool {
    steering_part(name.trim())
        .filter(|part| is_budget(part))
        .is_some_and(|part| budget_of(part).is_none_or(|budget| !categories.contains(&budget.category)))
}

fn reading<T: PartialEq>(
    record: &EmployeeRecord,
    definitions: &BTreeSet<FieldDefinition>,
    today: NaiveDate,
    part: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Reading<T> {
    let defined = || definitions.iter().any(|definition| steering_part(definition.name.trim()) == Some(part));
    let of_brand = |brand: &'static str| {
        let named = move |field: &&ExtraField| part_of_brand(field.name.trim(), brand) == Some(part);
        in_force(record.extra_fields.iter().filter(named), today)
    };
    match said(BRANDS.into_iter().flat_map(of_brand), read) {
        Some(said) => said,
        None if defined() => Reading::Empty,
        None => Reading::NotInUse,
    }
}

/// What fields say together; `None` if there are none.
fn said<'a, T: PartialEq>(
    fields: impl Iterator<Item = &'a ExtraField>,
    read: impl Fn(&str) -> Option<T>,
) -> Option<Reading<T>> {
    let mut found: Option<T> = None;
    let (mut is_field, mut conflict) = (false, false);
    for field in fields {
        is_field = true;
        let text = field.value.as_ref().map_or("", |value| value.expose().trim());
        if text.is_empty() {
            continue;
        }
        match (read(text), &found) {
            // Whatever the others say, and in whichever order they stand.
            (None, _) => return Some(Reading::Unreadable),
            (Some(value), Some(other)) => conflict |= value != *other,
            (Some(value), None) => found = Some(value),
        }
    }
    match found {
        _ if conflict => Some(Reading::Conflict),
        Some(value) => Some(Reading::Value(value)),
        None => is_field.then_some(Reading::Empty),
    }
}

/// Of several values under one name, those whose day came last: more than one if they share the day, and
/// then nobody can say which is meant. A day in the future does not count yet.
fn in_force<'a>(
    named: impl Iterator<Item = &'a ExtraField> + Clone,
    today: NaiveDate,
) -> impl Iterator<Item = &'a ExtraField> {
    let begun = named.filter(move |field| field.start.is_none_or(|start| start <= today));
    let latest = begun.clone().map(|field| field.start).max();
    begun.filter(move |field| Some(field.start) == latest)
}

fn steering_part(name: &str) -> Option<&str> {
    BRANDS.iter().find_map(|brand| part_of_brand(name, brand))
}

fn part_of_brand<'n>(name: &'n str, brand: &str) -> Option<&'n str> {
    name.strip_prefix(brand)?.strip_prefix('_')
}

fn is_budget(part: &str) -> bool {
    kind_and_category(part).is_some()
}

fn budget_of(part: &str) -> Option<Budget> {
    let (kind, category) = kind_and_category(part)?;
    Some(Budget::new(kind, Category::parse(category)?))
}

fn kind_and_category(part: &str) -> Option<(BudgetKind, &str)> {
    let (kind, rest) = part.split_once('_')?;
    let category = rest.strip_suffix(BUDGET)?.strip_suffix('_')?;
    Some((BudgetKind::parse(kind)?, category)).filter(|(_, category)| !category.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CompanyId, ExternalId};

    fn today() -> NaiveDate {
        "2026-06-15".parse().unwrap()
    }

    fn record(fields: &[(&str, Option<&str>)]) -> EmployeeRecord {
        let mut record = EmployeeRecord::new(ExternalId::rest("a").unwrap(), CompanyId::new("c"));
        record.extra_fields =
            fields.iter().map(|(name, value)| ExtraField::new(*name, value.map(str::to_owned))).collect();
        record
    }

    fn defined(names: &[&str]) -> BTreeSet<FieldDefinition> {
        names.iter().map(|name| FieldDefinition::new(*name, "yesNo")).collect()
    }

    #[track_caller]
    fn check(fields: &[(&str, Option<&str>)], names: &[&str], expected: &Reading<bool>) {
        assert_eq!(access(&record(fields), &defined(names), today()), *expected);
    }

    #[test]
    fn yes_and_no_are_read_in_all_known_spellings() {
        for text in ["true", "TRUE", " yes", "Ja", "1", "j", "Y"] {
            check(&[("yourcampus_access", Some(text))], &["yourcampus_access"], &Reading::Value(true));
        }
        for text in ["false", "No", "nee ", "0", "N"] {
            check(&[("alleo_access", Some(text))], &["alleo_access"], &Reading::Value(false));
        }
    }

    #[test]
    fn u4_empty_is_not_no() {
        check(&[], &["yourcampus_access"], &Reading::Empty);
        check(&[("yourcampus_access", None)], &["yourcampus_access"], &Reading::Empty);
        check(&[("yourcampus_access", Some("  "))], &["yourcampus_access"], &Reading::Empty);
        check(&[], &["Maat"], &Reading::NotInUse);
    }

    #[test]
    fn anything_else_is_unreadable_and_never_a_no() {
        check(&[("yourcampus_access", Some("misschien"))], &[], &Reading::Unreadable);
    }

    #[test]
    fn u25_two_brands_that_agree_count_once_and_otherwise_conflict() {
        let both = |a, b| record(&[("yourcampus_access", Some(a)), ("alleo_access", Some(b))]);
        assert_eq!(access(&both("true", "ja"), &defined(&[]), today()), Reading::Value(true));
        assert_eq!(access(&both("true", "nee"), &defined(&[]), today()), Reading::Conflict);
    }

    #[test]
    fn the_latest_value_that_has_begun_counts() {
        let mut person = record(&[]);
        person.extra_fields = vec![
            ExtraField::new("yourcampus_access", Some("nee".into())).from("2026-01-01".parse().unwrap()),
            ExtraField::new("yourcampus_access", Some("ja".into())).from("2026-06-01".parse().unwrap()),
            ExtraField::new("yourcampus_access", Some("nee".into())).from("2026-06-16".parse().unwrap()),
        ];
        assert_eq!(access(&person, &defined(&[]), today()), Reading::Value(true));
    }

    #[test]
    fn what_cannot_be_read_comes_before_what_disagrees_in_whatever_order_it_stands() {
        for fields in [["ja", "nee", "Zqx"], ["Zqx", "nee", "ja"], ["nee", "Zqx", "ja"]] {
            check(&fields.map(|value| ("alleo_access", Some(value))), &[], &Reading::Unreadable);
        }
    }

    fn amount(cents: u64) -> Reading<Euro> {
        Reading::Value(Euro::from_cents(cents))
    }

    #[track_caller]
    fn check_budgets(fields: &[(&str, Option<&str>)], expected: &[(&str, Reading<Euro>)]) {
        let said = budgets(&record(fields), today());
        let said: Vec<_> =
            said.iter().map(|(budget, reading)| (budget.to_string(), reading.clone())).collect();
        let expected: Vec<_> =
            expected.iter().map(|(budget, reading)| ((*budget).to_owned(), reading.clone())).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn r11_a_budget_is_named_by_kind_and_category_and_never_by_the_brand() {
        for brand in BRANDS {
            let monthly = format!("{brand}_monthly_all_budget");
            let oneoff = format!(" {brand}_oneoff_health_care_budget ");
            check_budgets(
                &[(&monthly, Some("12,50")), (&oneoff, Some("0")), ("alleo_access", Some("ja"))],
                &[("monthly all", amount(1250)), ("oneoff health_care", amount(0))],
            );
        }
    }

    #[test]
    fn u25_budget_fields_of_both_brands_count_once_and_are_never_added_up() {
        let both = |a, b| [("yourcampus_oneoff_all_budget", Some(a)), ("alleo_oneoff_all_budget", Some(b))];
        check_budgets(&both("100", "100,00"), &[("oneoff all", amount(10_000))]);
        check_budgets(&both("100", "50"), &[("oneoff all", Reading::Conflict)]);
        check_budgets(&both("100", "0"), &[("oneoff all", Reading::Conflict)]);
        check_budgets(&both("100", " "), &[("oneoff all", amount(10_000))]);
    }

    #[test]
    fn x1_what_is_no_amount_with_at_most_two_decimals_is_unreadable() {
        for text in ["-5", "1.000", "12.345", "€ 5", "vijftig", "1e3", "50.0000"] {
            check_budgets(
                &[("alleo_monthly_all_budget", Some(text))],
                &[("monthly all", Reading::Unreadable)],
            );
        }
        check_budgets(&[("alleo_monthly_all_budget", None)], &[("monthly all", Reading::Empty)]);
    }

    #[test]
    fn a_budget_counts_from_its_day_on() {
        let mut person = record(&[]);
        person.extra_fields = vec![
            ExtraField::new("alleo_monthly_all_budget", Some("50".into()))
                .from("2026-06-15".parse().unwrap()),
            ExtraField::new("alleo_monthly_all_budget", Some("75".into()))
                .from("2026-06-16".parse().unwrap()),
            ExtraField::new("alleo_oneoff_all_budget", Some("9".into())).from("2026-06-16".parse().unwrap()),
        ];
        let said: Vec<_> = budgets(&person, today()).into_iter().map(|(_, reading)| reading).collect();
        assert_eq!(said, [amount(5000), Reading::NotInUse]);
    }

    #[test]
    fn u9_a_category_that_is_not_listed_is_told_by_the_name_of_its_field() {
        let listed = BTreeSet::from([Category::parse("all").unwrap()]);
        for (name, unlisted) in [
            ("alleo_monthly_all_budget", false),
            ("yourcampus_oneoff_health_budget", true),
            ("alleo_oneoff_two words_budget", true),
            ("alleo_access", false),
            ("Maat", false),
        ] {
            assert_eq!(is_unlisted_budget(name, &listed), unlisted, "{name}");
        }
    }

    #[test]
    fn names_match_exactly_and_near_misses_are_told() {
        for name in
            ["yourcampus_access", " alleo_filter ", "alleo_monthly_all_budget", "yourcampus_oneoff_x_budget"]
        {
            assert!(concerns_us(name) && !is_near_miss(name), "{name}");
        }
        for name in ["YourCampus_Access", "alleo access", "alleo", "yourcampus-filter"] {
            assert!(!concerns_us(name) && is_near_miss(name), "{name}");
        }
        for name in ["Maat bedrijfskleding", "alleo_monthly__budget", "alleo_weekly_all_budget"] {
            assert!(!concerns_us(name) && !is_near_miss(name), "{name}");
        }
    }
}

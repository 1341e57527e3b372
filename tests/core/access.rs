//! Who takes part (U-4, U-5, U-25, U-31).

use crate::world::{Person, World, account, check, person, world};

const NOW_AND_THEN: [&str; 2] = ["alleo_access", "yourcampus_access"];

fn in_use(fields: &[&str], anna: Person) -> World {
    world().crowd(12).company("acme", fields).with(anna.field("x_access", None)).by_field_of_others(fields)
}

impl World {
    /// The crowd says yes in every field, so that only the person under test is in question.
    fn by_field_of_others(mut self, fields: &[&str]) -> Self {
        for record in self.records.iter_mut().filter(|record| record.id.as_str().contains("crowd")) {
            let yes = |field: &&str| sync_core::record::ExtraField::new(*field, Some("yes".to_owned()));
            record.extra_fields = fields.iter().map(yes).collect();
        }
        self
    }
}

fn anna_says(values: &[(&str, Option<&str>)]) -> World {
    let anna = values.iter().fold(person("anna"), |anna, (name, value)| anna.field(name, *value));
    in_use(&NOW_AND_THEN, anna)
}

#[test]
fn u4_an_empty_answer_changes_nothing() {
    for empty in [None, Some(""), Some("  ")] {
        let world = anna_says(&[("alleo_access", empty)]);
        check(&world, "anna", "hold/access_unanswered");
        check(&world.having(account(7).of("anna").first(Some("Other"))), "anna", "hold/access_unanswered");
    }
    check(&anna_says(&[]), "anna", "hold/access_unanswered");
}

#[test]
fn u4_yes_and_no_are_read_tolerantly_and_nothing_else_is_a_no() {
    for yes in ["true", "YES", "ja", "1", " Ja "] {
        check(&anna_says(&[("alleo_access", Some(yes))]), "anna", "onboard");
    }
    for no in ["false", "No", "nee", "0"] {
        check(&anna_says(&[("alleo_access", Some(no))]), "anna", "skip/access_no");
    }
    for neither in ["maybe", "yes no", "2", "-"] {
        check(&anna_says(&[("alleo_access", Some(neither))]), "anna", "hold/access_unreadable");
    }
}

#[test]
fn u5_access_withdrawn_from_an_active_account_is_asked_about() {
    let no = || anna_says(&[("alleo_access", Some("no"))]);
    check(&no().having(account(7).of("anna")), "anna", "hold/access_withdrawn");
    check(&no().having(account(7).of("anna").inactive()), "anna", "skip/access_no");
    check(&no().having(account(7).of("anna").carrying(None)), "anna", "skip/access_no");
}

#[test]
fn u25_both_names_of_a_field_must_agree() {
    let says = |then, now| anna_says(&[("yourcampus_access", then), ("alleo_access", now)]);
    check(&says(Some("ja"), Some("yes")), "anna", "onboard");
    check(&says(None, Some("yes")), "anna", "onboard");
    check(&says(Some("no"), Some("yes")), "anna", "hold/access_conflict");
    check(&says(Some("yes"), Some("no")), "anna", "hold/access_conflict");
}

#[test]
fn u25_one_field_with_two_answers_for_one_day_is_a_conflict() {
    for (one, two) in [("no", "yes"), ("ja", "nee")] {
        let both = anna_says(&[("alleo_access", Some(one)), ("alleo_access", Some(two))]);
        check(&both, "anna", "hold/access_conflict");
        let dated = person("anna").field_from("alleo_access", one, "2026-01-01").field_from(
            "alleo_access",
            two,
            "2026-01-01",
        );
        check(&in_use(&NOW_AND_THEN, dated), "anna", "hold/access_conflict");
    }
    check(&anna_says(&[("alleo_access", Some("yes")), ("alleo_access", Some("ja"))]), "anna", "onboard");
}

#[test]
fn u4_the_latest_answer_counts_and_one_of_the_future_does_not_yet() {
    let says = |first, then| {
        let anna =
            person("anna").field_from("alleo_access", "no", first).field_from("alleo_access", "yes", then);
        in_use(&NOW_AND_THEN, anna)
    };
    check(&says("2026-01-01", "2026-06-15"), "anna", "onboard");
    check(&says("2026-01-01", "2026-06-16"), "anna", "skip/access_no");
    check(&says("2026-06-01", "2026-01-01"), "anna", "skip/access_no");
}

#[test]
fn u4_a_definition_that_cannot_be_read_onboards_nobody() {
    use sync_core::CompanyId;
    use sync_core::record::{SourceCompany, Unreadable};
    use sync_core::snapshot::{Listing, Resource, Row, SourceRows, SourceSnapshotBuilder};

    // It may be the definition of the access field, which would make every missing answer a question.
    let company = CompanyId::new("acme");
    let mut builder = SourceSnapshotBuilder::announce(vec![SourceCompany::new(company.clone())]);
    let problem = Row::unreadable("field 1".to_owned(), Unreadable::new("type", "not a text"));
    let rows = SourceRows::FieldDefinitions(Listing::new(vec![problem], Some(1)));
    let refused = builder.put(&company, rows).unwrap_err();
    assert!(refused.to_string().contains(&Resource::FieldDefinitions.to_string()), "{refused}");
    assert!(builder.finish().is_err());
}

#[test]
fn u31_a_leaver_without_access_is_asked_about() {
    let left = |value| {
        let anna = person("anna").former().field("alleo_access", Some(value));
        in_use(&NOW_AND_THEN, anna).having(account(7).of("anna"))
    };
    check(&left("no"), "anna", "hold/leaver_without_access");
    check(&left("yes"), "anna", "offboard");
    check(&left("maybe"), "anna", "hold/access_unreadable");
    let empty = in_use(&NOW_AND_THEN, person("anna").former()).having(account(7).of("anna"));
    check(&empty, "anna", "offboard");
}

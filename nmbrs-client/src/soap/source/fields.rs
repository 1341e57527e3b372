//! Extra fields of the people who were asked, as the two lists that the core reads: definitions, and values.
//!
//! In: what each person has, or why that cannot be read. Out: every field that anybody has, once, and one row for each
//! person. SOAP has no list of definitions, so a field that none of these people have does not exist here. Never: the
//! text of a field that does not concern the core.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::ExternalId;
use sync_core::extra_fields;
use sync_core::record::{ExtraField, FieldDefinition, Unreadable};
use sync_core::snapshot::Row;

use crate::model::{ExtraFieldDefinition, ExtraFieldValue};
use crate::source::day;

/// What one person has.
pub(crate) type OfPerson = Result<Vec<ExtraFieldValue>, Unreadable>;

/// Both lists of one company.
#[derive(Debug, Clone, Default)]
pub(crate) struct CompanyFields {
    pub(crate) definitions: Vec<Row<String, FieldDefinition>>,
    pub(crate) values: Vec<Row<ExternalId, Vec<ExtraField>>>,
}

impl CompanyFields {
    /// Of all these people.
    pub(crate) fn of(people: Vec<(ExternalId, OfPerson)>) -> Self {
        let fields = people.iter().filter_map(|(_, fields)| fields.as_ref().ok()).flatten();
        let definitions = definitions(fields.map(|field| &field.definition));
        let values = people.into_iter().map(|(id, fields)| match fields.and_then(steering) {
            Ok(fields) => Row::readable(id, fields),
            Err(problem) => Row::unreadable(id, problem),
        });
        Self { definitions, values: values.collect() }
    }
}

/// Each combination of number, name and kind once: a field that is renamed while it is read is there under both names.
fn definitions<'d>(met: impl Iterator<Item = &'d ExtraFieldDefinition>) -> Vec<Row<String, FieldDefinition>> {
    let mut of_id: BTreeMap<&str, BTreeSet<FieldDefinition>> = BTreeMap::new();
    for definition in met {
        let known = of_id.entry(definition.id.as_str()).or_default();
        if let Some(name) = &definition.name {
            let kind = definition.field_type.as_ref().map_or("", |kind| kind.as_str());
            known.insert(FieldDefinition::new(name, kind));
        }
    }
    let rows = of_id.into_iter().flat_map(|(id, known)| {
        // It may be the access field, and nobody could say so.
        let nameless = known.is_empty().then(|| Row::unreadable(id.to_owned(), nameless()));
        let named = known.into_iter().enumerate();
        let named = named.map(move |(nth, definition)| Row::readable(format!("{id}-{nth}"), definition));
        named.chain(nameless)
    });
    rows.collect()
}

/// The fields that concern the core. One without a name may be one of them.
fn steering(fields: Vec<ExtraFieldValue>) -> OfCore {
    let mut steering = Vec::new();
    for field in fields {
        let name = field.definition.name.ok_or_else(nameless)?;
        if extra_fields::concerns_us(&name) {
            let mut of_core = ExtraField::new(name, field.value.text().map(str::to_owned));
            of_core.start = day(field.start);
            steering.push(of_core);
        }
    }
    Ok(steering)
}

type OfCore = Result<Vec<ExtraField>, Unreadable>;

fn nameless() -> Unreadable {
    Unreadable::new("Name", "it is missing")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PerEmployee;
    use crate::row;

    /// Number, name, kind, value.
    type Field = (&'static str, Option<&'static str>, &'static str, Option<&'static str>);

    /// The JSON of REST is the shortest way to make fields.
    #[expect(clippy::unnecessary_wraps, reason = "what a person has, where it can be read")]
    fn fields(fields: &[Field]) -> OfPerson {
        let fields: Vec<_> = fields
            .iter()
            .map(|(id, name, kind, value)| {
                let definition =
                    serde_json::json!({ "extraFieldId": id, "name": name, "extraFieldType": kind });
                serde_json::json!({ "extraField": definition, "value": value })
            })
            .collect();
        let json = serde_json::json!({ "employeeId": "1", "extraFields": fields }).to_string();
        match row::read::<PerEmployee<ExtraFieldValue>>(&json) {
            Some((_, row::Row::Readable(row))) => Ok(row.entries),
            other => panic!("{other:?}"),
        }
    }

    fn of(people: Vec<OfPerson>) -> CompanyFields {
        CompanyFields::of((1..).map(|number| ExternalId::soap("d", number).unwrap()).zip(people).collect())
    }

    fn names(company: &CompanyFields) -> Vec<(&str, &str)> {
        let known = company.definitions.iter().map(|row| row.content.as_ref().unwrap());
        known.map(|definition| (definition.name.as_str(), definition.kind.as_str())).collect()
    }

    const ACCESS: Field = ("7", Some("alleo_access"), "YesNo", Some("ja"));
    const SIZE: Field = ("8", Some("Maat"), "Text", Some("M"));

    #[test]
    fn definitions_are_the_union_over_all_who_were_asked() {
        let company = of(vec![fields(&[ACCESS]), fields(&[]), fields(&[SIZE, ACCESS])]);
        assert_eq!(names(&company), [("alleo_access", "YesNo"), ("Maat", "Text")]);
        assert_eq!(of(vec![]).definitions, []);
    }

    #[test]
    fn a_field_that_is_renamed_meanwhile_is_there_under_both_names() {
        let renamed = ("7", Some("access"), "YesNo", Some("nee"));
        let company = of(vec![fields(&[ACCESS]), fields(&[renamed])]);
        assert_eq!(names(&company), [("access", "YesNo"), ("alleo_access", "YesNo")]);
        let ids: BTreeSet<_> = company.definitions.iter().map(|row| &row.id).collect();
        assert_eq!(ids.len(), 2);
    }

    #[test]
    fn everybody_who_was_asked_has_a_row_and_only_steering_fields_are_in_it() {
        let company = of(vec![fields(&[ACCESS, SIZE]), fields(&[])]);
        let rows: Vec<_> = company.values.into_iter().map(|row| row.content.unwrap()).collect();
        assert_eq!(rows, [vec![ExtraField::new("alleo_access", Some("ja".to_owned()))], vec![]]);
    }

    #[test]
    fn a_person_who_cannot_be_read_is_a_row_that_cannot_be_read() {
        let problem = Unreadable::new("extra fields", "no right to read them");
        let company = of(vec![Err(problem.clone()), fields(&[ACCESS])]);
        assert_eq!(company.values[0].content, Err(problem));
        assert_eq!(names(&company), [("alleo_access", "YesNo")]);
    }

    #[test]
    fn a_field_without_a_name_makes_its_row_unreadable_and_its_definition_unless_another_names_it() {
        let bare = ("7", None, "YesNo", Some("nee"));
        let company = of(vec![fields(&[bare])]);
        assert!(company.values[0].content.is_err());
        assert!(company.definitions[0].content.is_err());
        let company = of(vec![fields(&[bare]), fields(&[ACCESS])]);
        assert!(company.values[0].content.is_err());
        assert_eq!(names(&company), [("alleo_access", "YesNo")]);
    }
}

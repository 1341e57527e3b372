//! The same people over both interfaces: the same records, and the same decisions of the pure plan, but for what is
//! listed here. Everything else must be equal, and what is listed must be met.

use std::collections::{BTreeMap, BTreeSet};

use nmbrs_client::sandbox::{Story, World};
use nmbrs_client::soap::ExtraFieldsOf;
use serde_json::{Value, json};
use sync_core::engine::Planned;
use sync_core::record::{EmployeeRecord, EmployeeType, Listed};
use sync_core::{CompanyId, ExternalId};

use super::stage::{Customer, day, record, snapshot};

/// What differs, besides ids: the two interfaces number by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Differs {
    /// SOAP lists people by type, so that people of other types than those that are asked for have neither type nor
    /// number. Nothing is done about them over either interface; only the reason is another.
    NotListed,
    /// SOAP has extra fields person by person, and a run asks for those of people in service. Over REST a leaver whose
    /// access field says no, and who still has an account, is held; over SOAP nobody knows, and the leaver is offboarded
    /// like all leavers.
    NoFields,
    /// Fields without a value are there, or not, over both. No rule tells the two apart.
    BlankFields,
    /// SOAP has no definitions, so that a field exists only if somebody in service has it.
    NoDefinition,
}

const ALL: [Differs; 4] =
    [Differs::NotListed, Differs::NoFields, Differs::BlankFields, Differs::NoDefinition];

/// Worlds that tell every story, with all the variation that the vendor's answers may have.
fn worlds() -> impl Iterator<Item = World> {
    (1..=3).map(|seed| World::dutch(120, seed, day()))
}

fn guid_of(id: &ExternalId) -> &str {
    id.as_str().rsplit(':').next().unwrap()
}

fn without_blank_fields(record: &EmployeeRecord) -> EmployeeRecord {
    let mut record = record.clone();
    let is_filled = |text: &sync_core::Pii<String>| !text.expose().trim().is_empty();
    record.extra_fields.retain(|field| field.value.as_ref().is_some_and(is_filled));
    record
}

/// What SOAP must give where REST gives this.
fn expected_over_soap(over_rest: &EmployeeRecord, seen: &mut BTreeSet<Differs>) -> EmployeeRecord {
    let mut record = without_blank_fields(over_rest);
    let employee_type = record.listed.employee_type.clone();
    if !matches!(employee_type, Some(EmployeeType::Payroll | EmployeeType::FormerPayroll)) {
        record.listed = Listed::default();
        seen.insert(Differs::NotListed);
    }
    if employee_type != Some(EmployeeType::Payroll) && !record.extra_fields.is_empty() {
        record.extra_fields.clear();
        seen.insert(Differs::NoFields);
    }
    record
}

#[tokio::test]
async fn the_same_people_give_the_same_records_but_for_what_is_listed() {
    let mut seen = BTreeSet::new();
    for world in worlds() {
        let customer = Customer::of(world).await;
        let world = customer.sandbox.world();
        let soap = snapshot(&customer.soap()).await.unwrap();
        let rest = snapshot(&customer.rest()).await.unwrap();
        assert_eq!(soap.records().len(), rest.records().len());
        let guid_of_company = |id: &CompanyId| {
            let company = world.company_by_soap_number(id.as_str().parse().unwrap()).unwrap();
            CompanyId::new(&*company.company_id)
        };
        for over_rest in rest.records() {
            let story = world.employee(guid_of(&over_rest.id)).unwrap().story;
            let over_soap = record(&soap, &customer.soap_id(guid_of(&over_rest.id)));
            let expected = expected_over_soap(over_rest, &mut seen);
            let found = without_blank_fields(over_soap);
            if found.extra_fields.len() < over_soap.extra_fields.len() {
                seen.insert(Differs::BlankFields);
            }
            // Part by part: a whole record would hide most of what it prints, for it is personal.
            assert_eq!(guid_of_company(&found.company), expected.company, "{story:?}");
            assert_eq!(found.listed, expected.listed, "{story:?}");
            assert_eq!(found.personal, expected.personal, "{story:?}");
            assert_eq!(found.employments, expected.employments, "{story:?}");
            assert_eq!(found.contracts, expected.contracts, "{story:?}");
            assert_eq!(found.extra_fields, expected.extra_fields, "{story:?}");
            assert_eq!(found.unreadable, expected.unreadable, "{story:?}");
        }
        for (company, over_soap) in soap.definitions() {
            let over_rest = &rest.definitions()[&guid_of_company(company)];
            assert!(over_soap.is_subset(over_rest), "{over_soap:?}");
            if over_soap != over_rest {
                seen.insert(Differs::NoDefinition);
            }
        }
    }
    assert_eq!(seen, BTreeSet::from(ALL));
}

#[tokio::test]
async fn the_same_people_are_decided_about_alike_but_for_what_is_listed() {
    let mut seen = BTreeSet::new();
    for world in worlds() {
        let customer = Customer::of(world).await;
        let soap = customer.plan_over_soap(&customer.soap()).await.unwrap();
        let rest = customer.plan_over_rest().await.unwrap();
        assert_eq!(soap.plan.document().brakes, rest.plan.document().brakes);
        let (over_soap, over_rest) = (entries(&soap, &customer), entries(&rest, &customer));
        assert_eq!(over_soap.keys().collect::<Vec<_>>(), over_rest.keys().collect::<Vec<_>>());
        for (records, entry) in over_rest {
            let story = |id: &String| {
                customer.sandbox.world().employee(id.rsplit(':').next().unwrap()).unwrap().story
            };
            let stories: Vec<_> = records.iter().map(story).collect();
            let expected = expected_entry(entry, &stories, &mut seen);
            assert_eq!(over_soap[&records], expected, "{stories:?}");
        }
    }
    assert_eq!(seen, BTreeSet::from([Differs::NotListed, Differs::NoFields]));
}

#[tokio::test]
async fn u31_a_leaver_without_access_is_held_over_soap_too_where_everybodys_fields_are_read() {
    let mut held = 0;
    for world in worlds() {
        let customer = Customer::of(world).await;
        let everyone = customer.soap().extra_fields_of(ExtraFieldsOf::Everyone);
        let soap = customer.plan_over_soap(&everyone).await.unwrap();
        let rest = customer.plan_over_rest().await.unwrap();
        let without_access = |planned: &Planned| {
            let entries = entries(planned, &customer);
            let reasons =
                entries.into_iter().filter(|(_, it)| it["decision"]["reason"] == "leaver_without_access");
            reasons.map(|(records, _)| records).collect::<Vec<_>>()
        };
        assert_eq!(without_access(&soap), without_access(&rest));
        held += without_access(&soap).len();
    }
    assert!(held > 0);
}

/// What must be decided over SOAP about a person of whom REST says this.
fn expected_entry(mut entry: Value, stories: &[Story], seen: &mut BTreeSet<Differs>) -> Value {
    for record in entry["records"].as_array_mut().unwrap() {
        let employee_type = &mut record["employee_type"];
        if *employee_type != "payroll" && *employee_type != "former_payroll" {
            *employee_type = Value::Null;
        }
    }
    if entry["decision"] == json!({ "kind": "skip", "reason": "other_type" }) {
        entry["decision"]["reason"] = "no_type".into();
        seen.insert(Differs::NotListed);
    }
    if entry["decision"]["reason"] == "leaver_without_access" {
        assert_eq!(stories, [Story::LeaverWithoutAccess]);
        entry["decision"] = json!({ "kind": "offboard" });
        entry["step"] = 0.into();
        seen.insert(Differs::NoFields);
    }
    entry
}

/// The entries of a plan by the records they are about, in the ids of REST; without fingerprints, into which the id goes
/// that differs.
fn entries(planned: &Planned, customer: &Customer) -> BTreeMap<BTreeSet<String>, Value> {
    let (guids, world) = (customer.guids(), customer.sandbox.world());
    let mut document = serde_json::to_value(planned.plan.document()).unwrap();
    in_ids_of_rest(&mut document, &guids, &world);
    let entries = document["entries"].as_array().unwrap().iter();
    let by_records = entries.map(|entry| {
        let records = entry["records"].as_array().unwrap().iter();
        (records.map(|record| record["id"].as_str().unwrap().to_owned()).collect(), entry.clone())
    });
    by_records.collect()
}

fn in_ids_of_rest(value: &mut Value, guids: &BTreeMap<ExternalId, String>, world: &World) {
    match value {
        Value::String(text) => {
            if let Some(guid) = ExternalId::parse(text).ok().and_then(|id| guids.get(&id)) {
                *text = format!("nmbrs:rest:{guid}");
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| in_ids_of_rest(value, guids, world)),
        Value::Object(fields) => {
            fields.remove("value");
            if fields.get("kind") == Some(&"offboard".into()) {
                fields.remove("evidence");
            }
            for (key, value) in fields {
                let number = value.as_str().filter(|_| key == "company").and_then(|text| text.parse().ok());
                match number.and_then(|number| world.company_by_soap_number(number)) {
                    Some(company) => *value = Value::from(company.company_id.clone()),
                    None => in_ids_of_rest(value, guids, world),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

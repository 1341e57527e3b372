//! Every answer of every operation against the vendor's own schema, by somebody else's validator.
//!
//! The schemas are made stricter than the vendor's: an object may have no key they do not name. What the sandbox sends
//! all the same, because the vendor does or may, is on the list below with its reason; a line nobody uses fails too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Validator};
use nmbrs_client::sandbox::{Sandbox, Setup, World};
use serde_json::{Map, Value, json};

use crate::asking::{all_paths, read, today};

/// A deviation from the schema: how the place ends, what the validator complains about, and why it is legal, by section
/// of the vendor reference.
struct Legal(&'static str, &'static str, &'static str);

const LEGAL: [Legal; 23] = [
    Legal("", "unknown key recordVersion", "§2.8: new keys appear without notice"),
    Legal("", "unknown key labels", "§2.8: new keys appear without notice"),
    Legal("/ascription", "unknown key maritalStatus", "§7: in the vendor's example, not in its schema"),
    Legal("/salaryTable", "unknown key tableVersion", "§4.12: in the vendor's example, not in its schema"),
    Legal("/salaryTable", "unknown key automaticallyIncreaseStepPeriod", "§4.12: as tableVersion"),
    Legal("/type", "enum", "§2.8: enums are open"),
    Legal("/value", "type", "§2.4: numbers as text"),
    Legal("/employeeType", "enum", "§2.8: enums are open"),
    Legal("/birthCountry", "type", "§2.8: null in live data"),
    Legal("/endContractReason", "type", "§2.8: null in live data"),
    Legal("/createdAt", "type", "§2.8: null in live data"),
    Legal("/extraFields", "type", "§2.6: null inner arrays are to be expected everywhere"),
    Legal("/isDefault", "type", "§2.4: flags as text"),
    Legal("/indefinite", "type", "§2.4: flags as text"),
    Legal("/writtenContract", "type", "§2.4: flags as text"),
    Legal("/nextPage", "format uri", "§2.2: empty on the last page, or with an unfilled {endpoint}"),
    Legal("/previousPage", "format uri", "§2.2: as nextPage"),
    Legal("/firstPage", "format uri", "§2.2: an unfilled {endpoint}"),
    Legal("/lastPage", "format uri", "§2.2: an unfilled {endpoint}"),
    Legal("Date", "format date-time", "§2.5: empty, or without zone"),
    Legal("/trialPeriod", "format date-time", "§2.5: empty, or without zone"),
    Legal("/deceasedOn", "format date-time", "§2.5: empty"),
    Legal("Email", "format email", "§2.8: empty; customers also enter what is no address"),
];

#[tokio::test]
async fn every_answer_keeps_to_the_vendors_schema() {
    let Some(api) = VendorApi::load() else { return };
    let mut used = BTreeSet::new();
    for seed in 0..8 {
        let sandbox = Sandbox::start(World::dutch(60, seed, today())).await.unwrap();
        for (operation, path, page) in every_page(&sandbox).await {
            for complaint in api.complaints(operation, &page) {
                let excuse = LEGAL.iter().position(|legal| complaint.is_excused_by(legal));
                let excuse =
                    excuse.unwrap_or_else(|| panic!("seed {seed}, {operation} {path}: {complaint:?}"));
                used.insert(excuse);
            }
        }
    }
    let unused: Vec<_> = (0..LEGAL.len())
        .filter(|index| !used.contains(index))
        .map(|index| (LEGAL[index].0, LEGAL[index].2))
        .collect();
    assert!(unused.is_empty(), "nothing deviates like this any more: {unused:?}");
}

#[tokio::test]
async fn plain_answers_deviate_only_in_what_people_typed() {
    let Some(api) = VendorApi::load() else { return };
    let world = Setup::new(60, 3, today()).without_legal_variation().build();
    let sandbox = Sandbox::start(world).await.unwrap();
    for (operation, path, page) in every_page(&sandbox).await {
        for complaint in api.complaints(operation, &page) {
            let typed =
                ["/employeeType", "/businessEmail", "/type"].iter().any(|end| complaint.place.ends_with(end));
            assert!(typed, "{operation} {path}: {complaint:?}");
        }
    }
}

#[test]
fn a_misspelt_key_would_be_noticed() {
    let Some(api) = VendorApi::load() else { return };
    let page = json!({ "data": [{ "employeeId": "2fdb7514-d778-4fd7-8671-1f637f6f6a28", "contract": [] }] });
    assert_eq!(api.complaints("getContractsByCompany", &page).len(), 1);
}

/// All pages of all operations.
async fn every_page(sandbox: &Sandbox) -> Vec<(&'static str, String, Value)> {
    let mut pages = Vec::new();
    for (operation, path) in all_paths(&sandbox.world()) {
        for number in 1.. {
            let (status, page) = read(sandbox, &format!("{path}?pageNumber={number}&pageSize=17")).await;
            assert_eq!(status, 200, "{path}");
            let last = page["pagination"]["totalPages"].as_u64().unwrap();
            pages.push((operation, path.clone(), page));
            if number >= last {
                break;
            }
        }
    }
    pages
}

#[derive(Debug)]
struct Complaint {
    place: String,
    about: String,
}

impl Complaint {
    fn is_excused_by(&self, legal: &Legal) -> bool {
        self.about == legal.1 && self.place.ends_with(legal.0)
    }
}

/// The vendor's description, with a validator for the good answer of each operation.
struct VendorApi {
    validators: BTreeMap<String, Validator>,
}

impl VendorApi {
    /// `None` when the environment says to go without.
    fn load() -> Option<Self> {
        let path = std::env::var_os("NMBRS_OPENAPI").map_or_else(beside_the_checkout, PathBuf::from);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(_) if std::env::var_os("SKIP_OPENAPI").is_some_and(|value| value == "1") => {
                println!("SKIPPED: the vendor's OpenAPI is not at {}", path.display());
                return None;
            }
            Err(error) => panic!(
                "the vendor's OpenAPI is not at {}: {error}; set NMBRS_OPENAPI to its place, or SKIP_OPENAPI=1",
                path.display()
            ),
        };
        let document: Value = serde_saphyr::from_str(&text).expect("the vendor's OpenAPI is YAML");
        let components = converted(&document["components"]);
        let mut validators = BTreeMap::new();
        for item in document["paths"].as_object().unwrap().values() {
            let operation = &item["get"];
            let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
            if let (Some(name), Some(reference)) = (operation["operationId"].as_str(), schema.as_str()) {
                let root = json!({ "$ref": reference, "components": components });
                let options =
                    jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
                validators.insert(name.to_owned(), options.build(&root).unwrap());
            }
        }
        Some(Self { validators })
    }

    fn complaints(&self, operation: &str, page: &Value) -> Vec<Complaint> {
        let errors = self.validators[operation].iter_errors(page);
        errors
            .flat_map(|error| {
                let place = error.instance_path().to_string();
                let about = match error.kind() {
                    ValidationErrorKind::AdditionalProperties { unexpected } => {
                        unexpected.iter().map(|key| format!("unknown key {key}")).collect()
                    }
                    ValidationErrorKind::Format { format } => vec![format!("format {format}")],
                    _ => vec![error.kind().keyword().to_owned()],
                };
                about
                    .into_iter()
                    .map(move |about| Complaint { place: place.clone(), about })
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

fn beside_the_checkout() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/reference/nmbrs-openapi.yaml"))
}

/// An OpenAPI 3.0 schema as JSON Schema: `nullable` becomes a second type, and unknown keys are forbidden.
fn converted(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(converted).collect(),
        Value::Object(members) => {
            let mut out: Map<String, Value> = members
                .iter()
                .filter(|(key, _)| !["example", "x-examples", "nullable"].contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), converted(value)))
                .collect();
            if members.get("nullable") == Some(&json!(true)) {
                allow_null(&mut out);
            }
            if out.get("properties").is_some_and(Value::is_object) {
                out.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

fn allow_null(schema: &mut Map<String, Value>) {
    if let Some(kind) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
}

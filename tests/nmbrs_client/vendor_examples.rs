//! The vendor's own examples, served over HTTP and read by the client.
//!
//! The interface text is found through `NMBRS_OPENAPI`, else beside the repository. Operations for which the vendor
//! gives no example get one built of its schemas' own field examples.

use std::path::PathBuf;

use futures_util::{StreamExt, TryStreamExt};
use nmbrs_client::model::PerEmployee;
use nmbrs_client::{DebtorId, List, Operation, Row};
use serde_json::{Map, Value, json};
use wiremock::ResponseTemplate;

use crate::stage::{Stage, company, ok};

/// The interface text, or `None` if the check may be skipped.
fn openapi() -> Option<Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/reference/nmbrs-openapi.yaml");
    let path = std::env::var_os("NMBRS_OPENAPI").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_saphyr::from_str(&text).expect("the interface text is YAML")),
        Err(_) if std::env::var_os("SKIP_OPENAPI").is_some() => {
            println!("SKIPPED: there is no {}", path.display());
            None
        }
        Err(error) => panic!(
            "cannot read {}: {error}. Set NMBRS_OPENAPI to the vendor's interface text, or SKIP_OPENAPI=1",
            path.display()
        ),
    }
}

fn resolved<'a>(api: &'a Value, node: &'a Value) -> &'a Value {
    match node.get("$ref").and_then(Value::as_str) {
        Some(link) => {
            resolved(api, api.pointer(link.trim_start_matches('#')).expect("the link leads somewhere"))
        }
        None => node,
    }
}

fn json_answer(api: &Value, operation: Operation) -> &Value {
    let method = &api["paths"][operation.path_template()]["get"];
    assert_eq!(method["operationId"], operation.name());
    let content = &resolved(api, &method["responses"]["200"])["content"]["application/json"];
    assert!(content.is_object(), "{operation} answers JSON");
    content
}

fn vendor_examples(answer: &Value) -> Vec<Value> {
    let many = answer["examples"].as_object().into_iter().flat_map(Map::values).map(|e| e["value"].clone());
    many.chain(answer.get("example").cloned()).collect()
}

/// An instance of a schema, of the fields' own examples where they have one.
fn instance(api: &Value, schema: &Value) -> Value {
    let schema = resolved(api, schema);
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().filter_map(|part| instance(api, part).as_object().cloned());
        return Value::Object(parts.flatten().collect());
    }
    if let Some(fields) = schema["properties"].as_object() {
        return fields.iter().map(|(name, field)| (name.clone(), instance(api, field))).collect();
    }
    if let Some(word) = schema["enum"].as_array().and_then(|words| words.first()) {
        return word.clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("array"), _) => json!([instance(api, &schema["items"])]),
        (Some("string"), Some("date-time")) => json!("2021-01-01T09:29:18Z"),
        (Some("string"), Some("uuid")) => json!("492f6362-79a3-4452-8e1d-a83fbe5437c2"),
        (Some("integer" | "number"), _) => json!(1),
        (Some("boolean"), _) => json!(true),
        (Some("object"), _) => json!({}),
        _ => json!("string"),
    }
}

/// Rows and entries within them, of the first page.
async fn read<T>(list: List<T>, entries: fn(&T) -> usize) -> (usize, usize)
where
    T: PartialEq + Send + std::fmt::Debug + 'static,
{
    // Only one page: the vendor's examples announce 328 rows in ten pages and hold one.
    let pages: Vec<_> = list.by_page().take(1).try_collect().await.unwrap();
    let rows = &pages[0].rows;
    let readable: Vec<_> = rows.iter().filter_map(Row::readable).collect();
    assert_eq!(readable.len(), rows.len(), "{rows:?}");
    (rows.len(), readable.into_iter().map(entries).sum())
}

async fn read_by(operation: Operation, body: &Value) -> (usize, usize) {
    fn none<T>(_: &T) -> usize {
        0
    }
    fn entries<T>(row: &PerEmployee<T>) -> usize {
        row.entries.len()
    }
    let stage = Stage::new().await;
    stage.api_says(ok(body)).await;
    let (client, company) = (stage.client(), company());
    match operation {
        Operation::Debtors => read(client.debtors(), none).await,
        Operation::Companies => read(client.companies(), none).await,
        Operation::CompaniesByDebtor => read(client.companies_of(&DebtorId::new("d-1").unwrap()), none).await,
        Operation::UserInfo => read(client.user_info(), none).await,
        Operation::Employees => read(client.employees(&company), none).await,
        Operation::PersonalInfo => read(client.personal_info(&company), entries).await,
        Operation::Employments => read(client.employments(&company), entries).await,
        Operation::Contracts => read(client.contracts(&company), entries).await,
        Operation::Salaries => read(client.salaries(&company), entries).await,
        Operation::ExtraFieldDefinitions => read(client.extra_field_definitions(&company), none).await,
        Operation::ExtraFieldValues => read(client.extra_field_values(&company), entries).await,
        other => panic!("no reading for {other}"),
    }
}

/// The same two numbers, counted in the JSON.
fn counted(operation: Operation, body: &Value) -> (usize, usize) {
    let list = match operation {
        Operation::PersonalInfo => "info",
        Operation::Employments => "employments",
        Operation::Contracts => "contracts",
        Operation::Salaries => "salaries",
        Operation::ExtraFieldValues => "extraFields",
        _ => "",
    };
    let rows = body["data"].as_array().expect("the example has data");
    (rows.len(), rows.iter().map(|row| row[list].as_array().map_or(0, Vec::len)).sum())
}

#[tokio::test]
async fn every_example_of_the_vendor_is_read_without_an_unreadable_row() {
    let Some(api) = openapi() else { return };
    let mut with_example = 0;
    for operation in Operation::ALL {
        let examples = vendor_examples(json_answer(&api, operation));
        with_example += usize::from(!examples.is_empty());
        for example in examples {
            let (rows, entries) = counted(operation, &example);
            assert_ne!(rows, 0, "{operation}");
            assert_eq!(read_by(operation, &example).await, (rows, entries), "{operation}");
        }
    }
    assert_ne!(with_example, 0, "the vendor gives examples");
}

#[tokio::test]
async fn an_example_built_of_each_schema_is_read_without_an_unreadable_row() {
    let Some(api) = openapi() else { return };
    for operation in Operation::ALL {
        let example = instance(&api, &json_answer(&api, operation)["schema"]);
        let (rows, entries) = counted(operation, &example);
        assert_ne!(rows, 0, "{operation}");
        assert_eq!(read_by(operation, &example).await, (rows, entries), "{operation}");
    }
}

#[tokio::test]
async fn every_error_example_of_the_vendor_keeps_its_status_and_code() {
    let Some(api) = openapi() else { return };
    let responses = api["components"]["responses"].as_object().unwrap();
    let mut seen = 0;
    for (name, response) in responses {
        let Some(status) = name.strip_suffix("-error").and_then(|status| status.parse::<u16>().ok()) else {
            continue;
        };
        for example in vendor_examples(&response["content"]["application/json"]) {
            let stage = Stage::new().await;
            stage.api_says(ResponseTemplate::new(status).set_body_json(&example)).await;
            stage.identity_says(1, crate::stage::new_tokens(1)).await;
            let error = stage.client().debtors().all().await.unwrap_err();
            let code = example["code"].as_u64().and_then(|code| u32::try_from(code).ok());
            assert_eq!((error.status(), error.code()), (Some(status), code), "{name}");
            seen += 1;
        }
    }
    assert_ne!(seen, 0, "the vendor gives examples of errors");
}

//! How companies, groups and accounts look on the wire.
//!
//! In: the state. Out: JSON, where the state's `missing_vs_null` decides how a field without a value is shown. Nothing here
//! changes the state, and the same state always gives the same rows.

use serde_json::{Map, Value, json};

use super::account::Account;
use super::state::{Company, Group, MissingVsNull, State};

pub(super) fn company(state: &State, company: &Company) -> Value {
    named(state.missing_vs_null, company.id, company.name.as_deref())
}

pub(super) fn group(state: &State, group: &Group) -> Value {
    named(state.missing_vs_null, group.id, group.name.as_deref())
}

fn named(variation: MissingVsNull, id: i64, name: Option<&str>) -> Value {
    varied(variation, id, vec![("id", json!(id)), ("name", json!(name))])
}

/// The API's Employee.
pub(super) fn employee(state: &State, account: &Account) -> Value {
    let group_name = account
        .company_group_id
        .and_then(|group| state.group_of(account.company, group))
        .and_then(|group| group.name.as_deref());
    let fields = vec![
        ("id", json!(account.id)),
        ("is_active", json!(account.is_active)),
        ("email", json!(account.email)),
        ("first_name", json!(account.first_name)),
        ("last_name", json!(account.last_name)),
        ("prefix", json!(account.prefix)),
        ("language", json!(account.language)),
        ("private_email", json!(account.private_email)),
        ("company_group_id", json!(account.company_group_id)),
        ("group_name", json!(group_name)),
        ("external_id", json!(account.external_id)),
        ("birthday", json!(account.birthday)),
        ("work_anniversary", json!(account.work_anniversary)),
        ("registration_date", json!(account.registration_date)),
        ("offboarding_date", json!(account.offboarding_date)),
        ("last_active_date", json!(account.last_active_date)),
    ];
    varied(state.missing_vs_null, account.id, fields)
}

fn varied(variation: MissingVsNull, id: i64, fields: Vec<(&str, Value)>) -> Value {
    let mut row = Map::new();
    for (column, (name, value)) in (0_i64..).zip(fields) {
        let leave_out = match variation {
            MissingVsNull::Nulls | MissingVsNull::ExtraKeys => false,
            MissingVsNull::Absent => true,
            MissingVsNull::Mixed => (id + column).rem_euclid(2) == 0,
        };
        if !(value.is_null() && leave_out) {
            row.insert(name.to_owned(), value);
        }
    }
    let extra = match variation {
        MissingVsNull::Nulls | MissingVsNull::Absent => false,
        MissingVsNull::ExtraKeys => true,
        MissingVsNull::Mixed => id.rem_euclid(3) == 0,
    };
    if extra {
        row.insert("undocumented_text".to_owned(), json!("to be ignored"));
        row.insert("undocumented_object".to_owned(), json!({ "id": "not the row's id", "list": [null] }));
    }
    Value::Object(row)
}

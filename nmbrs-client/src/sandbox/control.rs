//! The control paths: what a scenario does to the sandbox from outside, as values.
//!
//! In: a method, a path and a JSON body. Out: a status and a JSON value; a binary can put HTTP around it. Nothing here
//! can be reached through the API's own port.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::fault::Fault;
use super::state::State;
use super::world::{Employee, Employment, Period};

type Reply = (u16, Value);

/// Carries out one control request.
pub(super) fn control(state: &mut State, method: &str, path: &str, body: &[u8]) -> Reply {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let done = match (method, segments.as_slice()) {
        ("GET", ["state"]) => as_json(200, &state.world),
        ("GET", ["requests"]) => as_json(200, &state.log),
        ("DELETE", ["requests"]) => {
            state.log.clear();
            Ok(NO_CONTENT)
        }
        ("POST", ["faults"]) => Fault::from_json(body).map_err(unusable).and_then(|fault| {
            state.faults.add(fault.clone());
            as_json(201, &fault)
        }),
        ("DELETE", ["faults"]) => {
            state.faults.clear();
            Ok(NO_CONTENT)
        }
        ("PATCH", ["people", employee_id]) => change_person(state, employee_id, body),
        ("DELETE", ["people", employee_id]) => removed(state.world.remove_employee(employee_id)),
        ("DELETE", ["companies", company_id]) => removed(state.world.remove_company(company_id)),
        ("POST", ["clock"]) => read::<ClockChange>(body).map(|change| {
            let now = state.identity.advance(change.advance_seconds);
            (200, json!({ "now_seconds": now }))
        }),
        ("POST", ["codes"]) => read::<Consent>(body).map(|consent| {
            let code = state.identity.new_code(&consent.redirect_uri);
            (201, json!({ "code": code }))
        }),
        _ => Err(not_found()),
    };
    done.unwrap_or_else(|refused| refused)
}

const NO_CONTENT: Reply = (204, Value::Null);

fn not_found() -> Reply {
    (404, json!({ "error": "there is no such thing" }))
}

fn unusable(reason: impl std::fmt::Display) -> Reply {
    (422, json!({ "error": reason.to_string() }))
}

fn as_json(status: u16, value: &impl serde::Serialize) -> Result<Reply, Reply> {
    match serde_json::to_value(value) {
        Ok(value) => Ok((status, value)),
        Err(error) => Err((500, json!({ "error": error.to_string() }))),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Reply> {
    serde_json::from_slice(body).map_err(unusable)
}

fn removed(was_there: bool) -> Result<Reply, Reply> {
    if was_there { Ok(NO_CONTENT) } else { Err(not_found()) }
}

/// Body of `POST clock`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: u64,
}

/// Body of `POST codes`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    redirect_uri: String,
}

/// Body of `PATCH people/{employeeId}`: what is left out stays, `null` empties.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct PersonChange {
    employee_type: Option<String>,
    #[serde(deserialize_with = "given")]
    first_name: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    prefix: Option<Option<String>>,
    last_name: Option<String>,
    #[serde(deserialize_with = "given")]
    birth_date: Option<Option<NaiveDate>>,
    #[serde(deserialize_with = "given")]
    business_email: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    private_email: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    start_date: Option<Option<NaiveDate>>,
    #[serde(deserialize_with = "given")]
    end_date: Option<Option<NaiveDate>>,
    #[serde(deserialize_with = "given")]
    seniority_date: Option<Option<NaiveDate>>,
    extra_fields: BTreeMap<String, Option<String>>,
}

/// Tells a given `null` from a key that is not there.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

fn change_person(state: &mut State, employee_id: &str, body: &[u8]) -> Result<Reply, Reply> {
    let company = state.world.employees().find(|(_, employee)| employee.employee_id == employee_id);
    let (company, employee) = company.ok_or_else(not_found)?;
    let change: PersonChange = read(body)?;
    if let Some(name) = change.extra_fields.keys().find(|name| company.extra_field(name).is_none()) {
        return Err(unusable(format!("the person's company has no extra field {name:?}")));
    }
    let dated = change.start_date.or(change.end_date).or(change.seniority_date).is_some();
    if dated && employee.employments.is_empty() && change.start_date.flatten().is_none() {
        return Err(unusable("without an employment, a start_date is needed"));
    }

    let at = state.world.today.and_time(NOON);
    let Some(employee) = state.world.employee_mut(employee_id) else { return Err(not_found()) };
    change.enter_personal_data(employee, at);
    if dated {
        change.enter_employment(employee, at);
    }
    for (name, value) in &change.extra_fields {
        employee.set_extra_field(name, value.as_deref());
    }
    as_json(200, employee)
}

const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

impl PersonChange {
    /// Adds an entry to the history, as the vendor does for every mutation.
    fn enter_personal_data(&self, employee: &mut Employee, at: NaiveDateTime) {
        let Some(mut entry) = employee.personal_infos.last().cloned() else { return };
        let before = entry.clone();
        replace(&mut entry.employee_type, self.employee_type.as_ref());
        replace(&mut employee.employee_type, self.employee_type.as_ref());
        replace(&mut entry.first_name, self.first_name.as_ref());
        replace(&mut entry.prefix, self.prefix.as_ref());
        replace(&mut entry.last_name, self.last_name.as_ref());
        replace(&mut entry.birth_date, self.birth_date.as_ref());
        replace(&mut entry.business_email, self.business_email.as_ref());
        replace(&mut entry.private_email, self.private_email.as_ref());
        if entry == before {
            return;
        }
        entry.personal_info_id = numbered_guid(&employee.employee_id, employee.personal_infos.len());
        entry.period = entry.period.max(Period::of(at.date()));
        entry.created_at = at.max(before.created_at + chrono::TimeDelta::seconds(1));
        employee.personal_infos.push(entry);
    }

    /// Changes the last employment and contract, or begins the first one.
    fn enter_employment(&self, employee: &mut Employee, at: NaiveDateTime) {
        if employee.employments.is_empty()
            && let Some(first_day) = self.start_date.flatten()
        {
            let id = numbered_guid(&employee.employee_id, 0x1000);
            employee.employments.push(Employment::new(id, first_day, at));
        }
        if let Some(employment) = employee.employments.last_mut() {
            replace(&mut employment.start_date, self.start_date.as_ref());
            replace(&mut employment.end_date, self.end_date.as_ref());
            replace(&mut employment.seniority_date, self.seniority_date.as_ref());
            employment.changed_at = at;
        }
        if let Some(contract) = employee.contracts.last_mut() {
            replace(&mut contract.start_date, self.start_date.as_ref());
            replace(&mut contract.end_date, self.end_date.as_ref());
            contract.indefinite = contract.end_date.is_none();
        }
    }
}

fn replace<T: Clone>(old: &mut T, new: Option<&T>) {
    if let Some(new) = new {
        old.clone_from(new);
    }
}

/// A GUID of the same family as the owner's, with a number at its end.
fn numbered_guid(owner: &str, number: usize) -> String {
    let kept = owner.get(..owner.len().saturating_sub(6)).unwrap_or(owner);
    format!("{kept}{number:06x}")
}

//! The control paths: what a scenario does to the sandbox from outside, as values.
//!
//! In: a method, a path and a JSON body. Out: a status and a JSON value; a binary can put HTTP around it. Nothing here
//! can be reached through the API's own port.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::consent::User;
use super::fault::Fault;
use super::person_change::{PersonChange, numbered_guid};
use super::state::State;
use super::subscription::Disabled;
use super::world::{ExtraFieldDefinition, Login};

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
        ("POST", ["companies", company_id, "fields"]) => define_field(state, company_id, body),
        ("POST", ["clock"]) => read::<ClockChange>(body).map(|change| {
            let now = state.identity.advance(change.advance_seconds);
            (200, json!({ "now_seconds": now }))
        }),
        ("POST", ["tokens"]) => read::<TokenRules>(body).map(|rules| {
            state.identity.set_access_lifetime(rules.access_lifetime_seconds);
            NO_CONTENT
        }),
        ("POST", ["codes"]) => read::<Return>(body).map(|wanted| {
            let code = state.identity.code_without_asking(wanted.redirect_uri);
            (201, json!({ "code": code }))
        }),
        ("POST", ["redirect_uris"]) => read::<Return>(body).and_then(|wanted| {
            state.identity.redirects_mut().register(&wanted.redirect_uri).map_err(unusable)?;
            Ok(NO_CONTENT)
        }),
        ("POST", ["consent"]) => read::<User>(body).and_then(|user| {
            user.check().map_err(unusable)?;
            state.identity.seat(user);
            Ok(NO_CONTENT)
        }),
        ("DELETE", ["consent"]) => {
            state.identity.consents_mut().withdraw();
            Ok(NO_CONTENT)
        }
        ("GET", ["grants"]) => Ok((200, state.identity.consents().report(&state.world.granted_scopes))),
        ("POST", ["login"]) => read::<LoginChange>(body).map(|change| {
            state.world.login = change.login;
            NO_CONTENT
        }),
        ("POST", ["operations"]) => read::<Template>(body).and_then(|change| {
            let switched = match &change {
                Template::Off(name) => state.soap.switch(name, false),
                Template::On(name) => state.soap.switch(name, true),
            };
            if switched { Ok(NO_CONTENT) } else { Err(unusable("there is no such operation")) }
        }),
        ("POST", ["subscription"]) => read::<KeyChange>(body).map(|change| {
            state.identity.subscription_mut().disable(change.disabled);
            NO_CONTENT
        }),
        _ => Err(not_found()),
    };
    state.world.number_everything();
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

/// Body of `POST companies/{companyId}/fields`: an extra field that the customer defines.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewField {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Body of `POST clock`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: u64,
}

/// Body of `POST tokens`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenRules {
    access_lifetime_seconds: u64,
}

/// Body of `POST codes` and `POST redirect_uris`: where a browser is sent back to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Return {
    redirect_uri: String,
}

/// Body of `POST login`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginChange {
    login: Login,
}

/// Body of `POST operations`: what becomes of one in the template of the SOAP login.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Template {
    Off(String),
    On(String),
}

/// Body of `POST subscription`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyChange {
    disabled: Disabled,
}

fn define_field(state: &mut State, company_id: &str, body: &[u8]) -> Result<Reply, Reply> {
    let NewField { name, kind } = read(body)?;
    let company = state.world.companies.iter_mut().find(|company| company.company_id == company_id);
    let company = company.ok_or_else(not_found)?;
    if company.extra_field(&name).is_some() {
        return Err(unusable("the company has an extra field of this name"));
    }
    let number = company.extra_fields.len();
    company.extra_fields.push(ExtraFieldDefinition::new(numbered_guid(company_id, number), name, kind));
    Ok(NO_CONTENT)
}

fn change_person(state: &mut State, employee_id: &str, body: &[u8]) -> Result<Reply, Reply> {
    let found = state.world.employees().find(|(_, employee)| employee.employee_id == employee_id);
    let (company, employee) = found.ok_or_else(not_found)?;
    let change: PersonChange = read(body)?;
    change.check(company, employee).map_err(unusable)?;
    let today = state.world.today;
    let employee = state.world.employee_mut(employee_id).ok_or_else(not_found)?;
    change.enter(employee, today);
    as_json(200, employee)
}

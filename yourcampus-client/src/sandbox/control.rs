//! The director's side: look at the state and the log, break things, change accounts behind the API's back, move the clock.
//!
//! In: a method, a path and a JSON body, as they would come over HTTP. Out: a status and a JSON value. Nothing here is logged,
//! limited, or touches the counters of the API.

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::budgets::{Giver, HandOver, Order};
use super::fault::Fault;
use super::grant_list;
use super::world::World;

/// Carries out one order of the director.
pub(super) fn answer(world: &mut World, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, segments.as_slice()) {
        ("GET", ["state"]) => shown(200, &world.state),
        ("GET", ["requests"]) => shown(200, &world.log),
        ("DELETE", ["requests"]) => (200, json!({ "cleared": world.log.drain(..).count() })),
        ("POST", ["faults"]) => inject(world, body),
        ("DELETE", ["faults"]) => (200, json!({ "cleared": world.faults.clear() })),
        ("POST", ["accounts"]) => add_account(world, body),
        ("PATCH", ["accounts", id]) => change_account(world, id, body),
        ("DELETE", ["accounts", id]) => remove_account(world, id),
        ("POST", ["grant-list"]) => match grant_list::take(&mut world.state, body) {
            Ok(taken) => shown(200, &taken),
            Err(reason) => refused(&reason),
        },
        ("POST", ["accounts", id, "budgets"]) => give_by_hand(world, id, body),
        ("POST", ["clock"]) => advance(world, body),
        _ => (404, json!({ "detail": "no such control path" })),
    }
}

fn inject(world: &mut World, body: &[u8]) -> (u16, Value) {
    match Fault::from_json(body) {
        Ok(fault) => {
            let answer = shown(201, &fault);
            world.faults.inject(fault);
            answer
        }
        Err(reason) => refused(&reason),
    }
}

fn add_account(world: &mut World, body: &[u8]) -> (u16, Value) {
    let read = object(body).and_then(|mut fields| {
        fields.entry("id").or_insert_with(|| json!(world.state.next_account_id()));
        account_from(world, Value::Object(fields))
    });
    match read {
        Ok(account) if world.state.account(account.id).is_some() => refused("an account with this id exists"),
        Ok(account) => {
            let answer = shown(201, &account);
            world.state.accounts.push(account);
            answer
        }
        Err(reason) => refused(&reason),
    }
}

fn change_account(world: &mut World, id: &str, body: &[u8]) -> (u16, Value) {
    let Some(before) = id.parse().ok().and_then(|id| world.state.account(id)) else {
        return no_account();
    };
    let id = before.id;
    let changed = object(body).and_then(|changes| {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(before) else {
            return Err("the account cannot be shown as JSON".to_owned());
        };
        fields.extend(changes);
        account_from(world, Value::Object(fields))
    });
    match changed {
        Ok(account) if account.id != id => refused("an id cannot change"),
        Ok(account) => {
            let answer = shown(200, &account);
            world.state.change(|state| {
                if let Some(stored) = state.account_mut(id) {
                    *stored = account;
                }
            });
            answer
        }
        Err(reason) => refused(&reason),
    }
}

fn remove_account(world: &mut World, id: &str) -> (u16, Value) {
    let Some(account) = id.parse().ok().and_then(|id| world.state.account(id)).cloned() else {
        return no_account();
    };
    world.state.change(|state| state.accounts.retain(|other| other.id != account.id));
    shown(200, &account)
}

/// What an administrator does in the portal, where no grant has a name.
fn give_by_hand(world: &mut World, id: &str, body: &[u8]) -> (u16, Value) {
    let Some(account) = id.parse().ok().and_then(|id| world.state.account(id)) else {
        return no_account();
    };
    let (id, is_active) = (account.id, account.is_active);
    let order: Order = match serde_json::from_slice(body) {
        Ok(order) => order,
        Err(error) => return refused(&error.to_string()),
    };
    if let Some(reason) = order.reason_to_refuse() {
        return refused(reason);
    }
    let budgets = &mut world.state.budgets;
    if !budgets.carry_out(HandOver::new(Giver::Administrator, Some(id), order), is_active) {
        return refused("the account is not active");
    }
    shown(201, &budgets.accounts.get(&id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

fn advance(world: &mut World, body: &[u8]) -> (u16, Value) {
    match serde_json::from_slice::<Advance>(body) {
        Ok(order) => {
            world.advance(order.advance_seconds);
            (200, json!({ "now": world.state.now }))
        }
        Err(error) => refused(&error.to_string()),
    }
}

fn object(body: &[u8]) -> Result<serde_json::Map<String, Value>, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn account_from(world: &World, fields: Value) -> Result<Account, String> {
    let account: Account = serde_json::from_value(fields).map_err(|error| error.to_string())?;
    if world.state.has_company(account.company) { Ok(account) } else { Err("no such company".to_owned()) }
}

fn shown(status: u16, value: &impl serde::Serialize) -> (u16, Value) {
    match serde_json::to_value(value) {
        Ok(value) => (status, value),
        Err(error) => (500, json!({ "detail": error.to_string() })),
    }
}

fn refused(reason: &str) -> (u16, Value) {
    (422, json!({ "detail": reason }))
}

fn no_account() -> (u16, Value) {
    (404, json!({ "detail": "no such account" }))
}

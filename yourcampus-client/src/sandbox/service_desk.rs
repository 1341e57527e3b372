//! A service's own desk for grants, as a customer's software house might have one. **Ours, not the vendor's**: YourCampus
//! has no such interface. It stands beside the API, under `/desk/v1`, asks for no token and knows no rate limit; the
//! faults on order hit it like any other request.
//!
//! In: a grant under a name that the caller chose. Out: the grant is given once for that name; what was given can be
//! looked up by it. A refused request gives nothing.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Complaint, Refusal};
use super::budgets::{Act, BudgetKind, Giver, HandOver, Order, ServiceMark};
use super::call::Call;
use super::grant_list::key;
use super::state::State;

/// Where it lives on the sandbox's origin.
pub(super) const BASE_PATH: &str = "/desk/v1";

/// The body of a PUT.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    email: String,
    kind: BudgetKind,
    category: String,
    act: Act,
    cents: u64,
    #[serde(default)]
    from: Option<NaiveDate>,
    #[serde(default)]
    mark: Option<ServiceMark>,
}

/// Answers what is asked of the desk; `None` for any other path.
pub(super) fn answer(state: &mut State, call: &Call) -> Option<Result<Answer, Refusal>> {
    let path = call.path.strip_prefix(BASE_PATH)?.strip_prefix('/')?;
    if path == "mark" && call.method == "GET" {
        let mark = state.budgets.service_mark.as_ref();
        return Some(
            mark.map(|mark| Answer::json(200, &json!(mark))).ok_or(Refusal::NotFound("Nothing given yet")),
        );
    }
    let id = path.strip_prefix("grants/").filter(|id| !id.is_empty() && !id.contains('/'));
    Some(match (call.method.as_str(), id) {
        ("PUT", Some(id)) => give(state, id, call),
        ("GET", Some(id)) => look_up(state, id, call),
        (_, Some(_)) => Err(Refusal::MethodNotAllowed),
        (_, None) => Err(Refusal::NotFound("Not Found")),
    })
}

/// The first time for a name it gives; from then on it tells what it gave. Another grant under the same name is refused.
fn give(state: &mut State, id: &str, call: &Call) -> Result<Answer, Refusal> {
    call.expect_query_of(&[])?;
    let wanted: Wanted = serde_json::from_value(call.json()?).map_err(|_| invalid("not a grant"))?;
    let Wanted { email, kind, category, act, cents, from, mark } = wanted;
    let order = Order { kind, category, act, cents, from };
    if let Some(reason) = order.reason_to_refuse() {
        return Err(invalid(reason));
    }
    let account = state
        .accounts
        .iter()
        .find(|account| account.email.as_deref().is_some_and(|known| key(known) == key(&email)));
    let (account, is_active) = account.map_or((None, false), |account| (Some(account.id), account.is_active));
    if let Some(given) = state.budgets.given(Giver::Service, id) {
        let same = given.order == order && given.account == account;
        return if same {
            Ok(shown(200, given))
        } else {
            Err(Refusal::Conflict("Another grant has this id"))
        };
    }
    let hand_over =
        HandOver { grant_id: Some(id.to_owned()), ..HandOver::new(Giver::Service, account, order) };
    let answer = shown(201, &hand_over).that_changed(true);
    if !state.budgets.carry_out(hand_over, is_active) {
        return Err(invalid("no active account has this address"));
    }
    if mark.is_some() {
        state.budgets.service_mark = mark;
    }
    Ok(answer)
}

fn look_up(state: &State, id: &str, call: &Call) -> Result<Answer, Refusal> {
    call.expect_query_of(&[])?;
    call.expect_no_body()?;
    state
        .budgets
        .given(Giver::Service, id)
        .map(|given| shown(200, given))
        .ok_or(Refusal::NotFound("Never given"))
}

fn shown(status: u16, given: &HandOver) -> Answer {
    let HandOver { grant_id, account, order, .. } = given;
    let body: Value = json!({ "id": grant_id, "account": account, "grant": order });
    Answer::json(status, &body)
}

fn invalid(reason: &str) -> Refusal {
    Refusal::one(Complaint::new(&["body"], reason, "value_error.grant"))
}

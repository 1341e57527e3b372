//! The listing of employees: filters, order, one page, and what faults do to it.
//!
//! In: the query. Out: `{"data": […], "count": …}`, where `count` is the number of rows over all pages. Unless a fault hits, the
//! pages of an unchanged state never repeat or leave out a row.

use serde_json::{Value, json};

use super::account::Account;
use super::answer::{Answer, Complaint, Refusal};
use super::call::Call;
use super::fault::Effect;
use super::row;
use super::state::State;

const DEFAULT_LIMIT: usize = 30;
const MAX_LIMIT: usize = 100;

/// Answers a listing of a company that exists.
pub(super) fn answer(
    state: &State,
    company: i64,
    call: &Call,
    effects: &[Effect],
) -> Result<Answer, Refusal> {
    let query = Query::of(call)?;
    let mut rows: Vec<&Account> =
        state.accounts.iter().filter(|account| account.company == company && query.wants(account)).collect();
    match state.shuffle {
        None => rows.sort_by_key(|account| account.id),
        Some(seed) => rows.sort_by_key(|account| scattered(seed, account.id)),
    }
    if effects.contains(&Effect::MovedRows) && !rows.is_empty() {
        rows.rotate_left(1);
    }

    let mut page: Vec<Value> =
        rows.iter().skip(query.skip).take(query.limit).map(|account| row::employee(state, account)).collect();
    if effects.contains(&Effect::RepeatRows) {
        let row_before = query.skip.checked_sub(1).and_then(|before| rows.get(before));
        repeat_a_row(&mut page, row_before.map(|account| row::employee(state, account)));
    }
    if let Some(Value::Object(first)) = page.first_mut() {
        if effects.contains(&Effect::UnreadableRow) {
            first.insert("is_active".to_owned(), json!("perhaps"));
        }
        if effects.contains(&Effect::DropRowId) {
            first.remove("id");
        }
    }
    Ok(Answer::json(200, &json!({ "data": page, "count": count(rows.len(), effects) })))
}

fn repeat_a_row(page: &mut [Value], row_before: Option<Value>) {
    match row_before {
        Some(before) => {
            if let Some(first) = page.first_mut() {
                *first = before;
            }
        }
        None => {
            if let [first, .., last] = page {
                last.clone_from(first);
            }
        }
    }
}

fn count(rows: usize, effects: &[Effect]) -> i64 {
    let off = effects.iter().map(|effect| if let Effect::ChangeCount { by } = effect { *by } else { 0 });
    off.fold(i64::try_from(rows).unwrap_or(i64::MAX), i64::saturating_add).max(0)
}

/// A place in the order of a seed: SplitMix64's finishing steps, which map different ids to different places.
fn scattered(seed: u64, id: i64) -> u64 {
    let mut x = id.cast_unsigned().wrapping_add(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

struct Query {
    skip: usize,
    limit: usize,
    is_active: Option<bool>,
    group: Option<i64>,
    search: Option<String>,
}

impl Query {
    fn of(call: &Call) -> Result<Self, Refusal> {
        call.expect_query_of(&["skip", "limit", "is_active", "company_group_id", "search"])?;
        let query = Self {
            skip: parsed(call, "skip", "an integer from 0 is expected")?.unwrap_or(0),
            limit: parsed(call, "limit", LIMIT_MSG)?.unwrap_or(DEFAULT_LIMIT),
            is_active: parsed(call, "is_active", "true or false is expected")?,
            group: parsed(call, "company_group_id", "an integer is expected")?,
            search: call.parameter("search").map(str::to_lowercase),
        };
        if !(1..=MAX_LIMIT).contains(&query.limit) {
            return Err(bad("limit", LIMIT_MSG));
        }
        if query.search.as_deref() == Some("") {
            return Err(bad("search", "a text is expected"));
        }
        Ok(query)
    }

    /// Which fields the real search looks at is unknown; here it is names and the business address.
    fn wants(&self, account: &Account) -> bool {
        let found = |search: &String| {
            [&account.first_name, &account.last_name, &account.email]
                .into_iter()
                .flatten()
                .any(|text| text.to_lowercase().contains(search))
        };
        self.is_active.is_none_or(|wanted| account.is_active == wanted)
            && self.group.is_none_or(|wanted| account.company_group_id == Some(wanted))
            && self.search.as_ref().is_none_or(found)
    }
}

const LIMIT_MSG: &str = "an integer from 1 to 100 is expected";

fn parsed<T: std::str::FromStr>(call: &Call, name: &str, msg: &str) -> Result<Option<T>, Refusal> {
    call.parameter(name).map(|text| text.parse().map_err(|_| bad(name, msg))).transpose()
}

fn bad(name: &str, msg: &str) -> Refusal {
    Refusal::one(Complaint::new(&["query", name], msg, "value_error.query"))
}

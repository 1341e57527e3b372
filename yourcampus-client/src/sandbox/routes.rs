//! The API's operations behind the token check: which path is which, and what each does to the state.
//!
//! In: a call that carries a living token. Out: its answer. A refused call never changes anything.

use super::account::Account;
use super::answer::{Answer, Complaint, Refusal};
use super::call::Call;
use super::employee_body::Fields;
use super::fault::Effect;
use super::listing;
use super::row;
use super::state::{Mail, MailKind, Reading, State};

/// Finds the operation and carries it out.
pub(super) fn answer(state: &mut State, call: &Call, effects: &[Effect]) -> Result<Answer, Refusal> {
    let segments = call.segments();
    match (call.method.as_str(), segments.as_slice()) {
        ("GET", ["companies"]) => companies(state, call),
        ("GET", ["companies", company, "groups"]) => groups(state, known_company(state, company)?, call),
        ("GET", ["companies", company, "employees"]) => {
            let company = known_company(state, company)?;
            call.expect_no_body()?;
            listing::answer(state, company, call, effects)
        }
        ("POST", ["companies", company, "employees"]) => create(state, known_company(state, company)?, call),
        ("GET", ["companies", company, "employees", employee]) => {
            let account = known_account(state, company, employee)?;
            call.expect_query_of(&[])?;
            call.expect_no_body()?;
            Ok(Answer::json(200, &row::employee(state, account)))
        }
        ("PATCH", ["companies", company, "employees", employee]) => {
            let account = known_account(state, company, employee)?.clone();
            edit(state, account, call)
        }
        ("POST", ["companies", company, "employees", employee, switch @ ("activate" | "deactivate")]) => {
            let id = known_account(state, company, employee)?.id;
            set_active(state, id, *switch == "activate", call)
        }
        (
            _,
            ["companies"]
            | ["companies", _, "groups" | "employees"]
            | ["companies", _, "employees", _]
            | ["companies", _, "employees", _, "activate" | "deactivate"],
        ) => Err(Refusal::MethodNotAllowed),
        _ => Err(Refusal::NotFound("Not Found")),
    }
}

fn companies(state: &State, call: &Call) -> Result<Answer, Refusal> {
    call.expect_query_of(&[])?;
    call.expect_no_body()?;
    let rows = state.companies.iter().map(|company| row::company(state, company)).collect();
    Ok(Answer::json(200, &serde_json::Value::Array(rows)))
}

fn groups(state: &State, company: i64, call: &Call) -> Result<Answer, Refusal> {
    call.expect_query_of(&[])?;
    call.expect_no_body()?;
    let groups = state.groups.iter().filter(|group| group.company == company);
    let rows = groups.map(|group| row::group(state, group)).collect();
    Ok(Answer::json(200, &serde_json::Value::Array(rows)))
}

fn create(state: &mut State, company: i64, call: &Call) -> Result<Answer, Refusal> {
    call.expect_query_of(&[])?;
    let fields = Fields::of_create(call.json()?)?;
    check_group(state, company, &fields)?;
    let mut account = Account::new(state.next_account_id(), company).with_registration_date(state.now);
    fields.store(&mut account, state.normalisation);
    check_address_is_free(state, &account)?;

    let answer = Answer::json(201, &row::employee(state, &account)).that_changed(true);
    state.created_count += 1;
    state.mails.push(Mail { account: account.id, kind: MailKind::Invitation });
    state.accounts.push(account);
    Ok(answer)
}

fn edit(state: &mut State, mut account: Account, call: &Call) -> Result<Answer, Refusal> {
    call.expect_query_of(&[])?;
    let fields = Fields::of_edit(call.json()?)?;
    check_group(state, account.company, &fields)?;
    if !account.is_active && state.inactive_edit == Reading::Refused {
        return Err(Refusal::Conflict("Employee is not active"));
    }
    let before = account.clone();
    fields.store(&mut account, state.normalisation);
    check_address_is_free(state, &account)?;

    if account.email != before.email {
        state.mails.push(Mail { account: account.id, kind: MailKind::EmailChange });
    }
    let answer = Answer::json(200, &row::employee(state, &account)).that_changed(account != before);
    if let Some(stored) = state.account_mut(account.id) {
        *stored = account;
    }
    Ok(answer)
}

/// Whether the real `activate` clears the offboarding date is unknown; here it stays.
fn set_active(state: &mut State, id: i64, active: bool, call: &Call) -> Result<Answer, Refusal> {
    call.expect_query_of(&[])?;
    call.expect_no_body()?;
    let (now, repeated) = (state.now, state.repeated_switch);
    let account = state.account_mut(id).ok_or(NO_EMPLOYEE)?;
    let changes = account.is_active != active;
    if !changes && repeated == Reading::Refused {
        let detail = if active { "Employee is already active" } else { "Employee is already inactive" };
        return Err(Refusal::Conflict(detail));
    }
    account.is_active = active;
    if changes && !active {
        account.offboarding_date = Some(now);
    }
    let account = account.clone();
    if !active {
        state.budgets.cancel(id);
    }
    let kind = if active { MailKind::Activation } else { MailKind::Deactivation };
    state.mails.push(Mail { account: id, kind });
    Ok(Answer::json(200, &row::employee(state, &account)).that_changed(changes))
}

const NO_EMPLOYEE: Refusal = Refusal::NotFound("Employee not found");

fn known_company(state: &State, segment: &str) -> Result<i64, Refusal> {
    let id = path_id(segment, "company_id")?;
    if state.has_company(id) { Ok(id) } else { Err(Refusal::NotFound("Company not found")) }
}

fn known_account<'a>(state: &'a State, company: &str, employee: &str) -> Result<&'a Account, Refusal> {
    let company = known_company(state, company)?;
    state.account_in(company, path_id(employee, "employee_id")?).ok_or(NO_EMPLOYEE)
}

fn path_id(segment: &str, name: &str) -> Result<i64, Refusal> {
    segment.parse().map_err(|_| {
        Refusal::one(Complaint::new(&["path", name], "value is not a valid integer", "type_error.integer"))
    })
}

fn check_group(state: &State, company: i64, fields: &Fields) -> Result<(), Refusal> {
    match fields.group() {
        Some(group) if state.group_of(company, group).is_none() => Err(Refusal::one(Complaint::new(
            &["body", "company_group_id"],
            "no such group in this company",
            "value_error.group",
        ))),
        _ => Ok(()),
    }
}

/// An address is taken if any other account of any company has it, in any case, active or not.
fn check_address_is_free(state: &State, account: &Account) -> Result<(), Refusal> {
    let key = |account: &Account| account.email.as_deref().map(|email| email.trim().to_lowercase());
    let wanted = key(account);
    let taken =
        wanted.is_some() && state.accounts.iter().any(|other| other.id != account.id && key(other) == wanted);
    if taken { Err(Refusal::Conflict("Email address already exists")) } else { Ok(()) }
}

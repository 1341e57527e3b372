//! Was it done? (R13)
//!
//! In: an action, and an account as the target shows it. Out: yes or no. The same question is asked of the
//! answer to a write and of a listing after a doubtful one.

use std::collections::BTreeMap;

use crate::account::{Account, Ownership};
use crate::authority::AuthorisedAction;
use crate::change::AccountChange;
use crate::decision::Payload;
use crate::email::EmailKey;
use crate::id::AccountId;
use crate::person::clean;
use crate::plan::ActionKind;

/// Does this account show that the action was done?
pub(super) fn shows(action: &AuthorisedAction, account: &Account) -> bool {
    if action.account().is_some_and(|meant| meant != account.id) {
        return false;
    }
    match (action.kind(), &action.payload) {
        (ActionKind::Onboard, _) => match account.ownership() {
            Ownership::Ours(id) => action.records().iter().any(|(record, _)| *record == id),
            Ownership::Unclaimed | Ownership::Foreign => false,
        },
        (ActionKind::Update | ActionKind::Adopt | ActionKind::Relink, Some(Payload::Change(change))) => {
            holds(account, change)
        }
        (ActionKind::Update | ActionKind::Adopt | ActionKind::Relink, _) => false,
        (ActionKind::Activate, _) => account.active,
        (ActionKind::Offboard | ActionKind::Withdraw, _) => !account.active,
    }
}

/// The account of a listing that shows that the action was done.
pub(super) fn find<'a>(
    action: &AuthorisedAction,
    accounts: &'a BTreeMap<AccountId, Account>,
) -> Option<&'a Account> {
    match action.account() {
        Some(id) => accounts.get(&id).filter(|account| shows(action, account)),
        None => accounts.values().find(|account| shows(action, account)),
    }
}

/// Does the account hold every value of the change, up to what targets normalise?
fn holds(account: &Account, change: &AccountChange) -> bool {
    let email = change.email.as_ref().is_none_or(|wanted| {
        account.email.as_ref().is_some_and(|stored| EmailKey::of(stored.expose()) == *wanted.key())
    });
    let text = |wanted: &Option<_>, stored: &Option<_>| {
        wanted.is_none() || clean(wanted.as_ref()) == clean(stored.as_ref())
    };
    let date = |wanted: &Option<_>, stored: &Option<_>| wanted.is_none() || wanted == stored;
    let marked =
        change.external_id.as_ref().is_none_or(|id| account.ownership() == Ownership::Ours(id.clone()));
    email
        && marked
        && text(&change.first_name, &account.first_name)
        && text(&change.prefix, &account.prefix)
        && text(&change.last_name, &account.last_name)
        && date(&change.birthday, &account.birthday)
        && date(&change.work_anniversary, &account.work_anniversary)
}

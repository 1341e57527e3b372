//! What became of writes whose run crashed (R12, R13).
//!
//! In: intents that have not ended, and the run's own complete readings, which are younger. Out: for each how it ended,
//! as far as the readings show. Never: a second write because of an old intent; the fresh plan alone says what to do.

use std::collections::BTreeMap;

use super::writing::certain;
use crate::account::{Account, Ownership};
use crate::plan::{ActionKind, PlanDocument};
use crate::ports::{Certain, Intent, Outcome};
use crate::snapshot::TargetSnapshot;

/// How an intent of an earlier run ended; none where the readings do not show the account, so that it stays open.
pub(super) fn outcome(intent: &Intent, plan: &PlanDocument, target: &TargetSnapshot) -> Option<Outcome> {
    let account = match intent.account {
        Some(id) => target.account(id)?,
        // It was for the ledger only, and that does not know of it.
        None if intent.action == ActionKind::Relink => return Some(Outcome::NotDone),
        None => match target.accounts().iter().find(|account| carries_id_of(account, intent)) {
            Some(account) => account,
            // A creation that nobody can see did not happen; an unreadable row might be it.
            None => return target.unreadable().is_empty().then_some(Outcome::NotDone),
        },
    };
    let shown = match intent.action {
        ActionKind::Onboard | ActionKind::Adopt | ActionKind::Relink => carries_id_of(account, intent),
        ActionKind::Activate => account.active,
        ActionKind::Offboard | ActionKind::Withdraw => !account.active,
        // What it was to change is not kept. If it is still missing, the fresh plan holds it.
        ActionKind::Update => false,
    };
    if !shown {
        return Some(Outcome::NotDone);
    }
    let entry =
        plan.entries.iter().find(|entry| entry.records.iter().any(|record| record.id == intent.person));
    let links = entry.map_or_else(BTreeMap::new, |entry| {
        certain(account.id, entry.records.iter().map(|record| (&record.id, &record.company)))
    });
    Some(Outcome::Done(Certain::links(links)))
}

fn carries_id_of(account: &Account, intent: &Intent) -> bool {
    matches!(account.ownership(), Ownership::Ours(id) if id == intent.person)
}

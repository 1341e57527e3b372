//! The brakes of a run (R3, R4, R26).
//!
//! In: how many actions of each kind, and what both sides and the ledger show. Out: the brakes that were
//! pulled. Never: a decision about one person; the guard looks at the whole.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::extra_fields::relied_on;
use crate::id::{AccountId, CompanyId};
use crate::ledger::LedgerView;
use crate::plan::{ActionKind, Totals};
use crate::policy::{Limits, Policy};
use crate::snapshot::SourceSnapshot;

/// One brake that was pulled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "brake", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Brake {
    /// R3: a company gave no record of any type, although it has, or may have, managed active accounts.
    EmptyCompany {
        /// The company.
        company: CompanyId,
    },
    /// R26: a company that was there, or that the policy names, is not there.
    CompanyGone {
        /// The company.
        company: CompanyId,
    },
    /// R26: an extra field that the last complete run relied on is not there.
    FieldGone {
        /// The company.
        company: CompanyId,
        /// The name of the field.
        field: String,
    },
    /// R4: no run of this customer has come to its end yet, so that a person has to see the first plan.
    FirstRun,
    /// R4: more of something than a run may hold without a person's approval.
    OverLimit {
        /// Of what.
        what: Limited,
        /// How many the plan holds.
        planned: u64,
        /// How many of them were already done within seven days; only deactivations are counted so.
        recent: u64,
        /// How many are allowed.
        allowed: u64,
    },
    /// R4: first grants, and what creations and activations may grant by themselves, are more than a run may give.
    OverEuro {
        /// What is granted, and may be granted at the policy's onboarding budget.
        planned: Euro,
        /// How much is allowed.
        allowed: Euro,
    },
    /// R4: deactivations cancel more money than a run may.
    OverEuroCancelled {
        /// How much the ledger knows that they cancel.
        planned: Euro,
        /// How much is allowed.
        allowed: Euro,
    },
}

/// What is counted against a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Limited {
    /// Accounts that lose access.
    Deactivations,
    /// New accounts.
    Creations,
    /// Accounts whose fields change.
    Updates,
    /// Accounts whose address changes.
    EmailChanges,
    /// Accounts that are proposed to get access again.
    Activations,
}

impl Limited {
    /// The plural, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deactivations => "deactivations",
            Self::Creations => "creations",
            Self::Updates => "updates",
            Self::EmailChanges => "e-mail changes",
            Self::Activations => "activations",
        }
    }
}

impl Brake {
    /// Can no approval lift it? Then something has to be set right first, or, where it
    /// [is about scope](Self::is_about_scope), a person has to say that it is meant to be so.
    pub const fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::FirstRun | Self::OverLimit { .. } | Self::OverEuro { .. } | Self::OverEuroCancelled { .. }
        )
    }

    /// Is it about something that was there and is gone? Then a person can confirm that it is meant to be gone.
    pub const fn is_about_scope(&self) -> bool {
        matches!(self, Self::CompanyGone { .. } | Self::FieldGone { .. })
    }

    /// The requirement behind it.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::EmptyCompany { .. } => "R3",
            Self::FirstRun
            | Self::OverLimit { .. }
            | Self::OverEuro { .. }
            | Self::OverEuroCancelled { .. } => "R4",
            Self::CompanyGone { .. } | Self::FieldGone { .. } => "R26",
        }
    }
}

/// What the guard looks at.
pub(crate) struct Overview<'a> {
    pub(crate) source: &'a SourceSnapshot,
    pub(crate) ledger: &'a LedgerView,
    pub(crate) policy: &'a Policy,
    pub(crate) totals: &'a Totals,
    pub(crate) managed_active: &'a [&'a Account],
    /// Managed active accounts of whom the source says nothing.
    pub(crate) absent: &'a [AccountId],
}

/// All brakes that are pulled, in a fixed order.
pub(crate) fn brakes(overview: &Overview<'_>) -> Vec<Brake> {
    let mut brakes = empty_companies(overview);
    brakes.extend(shrunken_scope(overview));
    brakes.extend(limits(overview));
    brakes.sort();
    brakes
}

fn empty_companies(overview: &Overview<'_>) -> Vec<Brake> {
    let records = overview.source.records();
    let filled: BTreeSet<_> = records.iter().map(|record| &record.company).collect();
    // Somebody who moved to another company is missing from none.
    let is_here = |id: &ExternalId| records.binary_search_by(|record| record.id.cmp(id)).is_ok();
    let empty: Vec<_> = overview
        .source
        .companies()
        .iter()
        .map(|company| &company.id)
        .filter(|company| !filled.contains(company))
        .collect();
    if empty.is_empty() {
        return Vec::new();
    }
    let managed: BTreeSet<_> = overview.managed_active.iter().map(|account| account.id).collect();
    let missed: BTreeSet<&CompanyId> = overview
        .ledger
        .links
        .iter()
        .filter(|(_, link)| empty.contains(&&link.company))
        .filter(|(record, link)| managed.contains(&link.account) && !is_here(record))
        .map(|(_, link)| &link.company)
        .collect();
    // An absent account whose company the ledger does not know may belong to any empty company.
    let linked: BTreeSet<_> = overview.ledger.links.values().map(|link| link.account).collect();
    let of_unknown_company = overview.absent.iter().any(|account| !linked.contains(account));
    empty
        .into_iter()
        .filter(|company| of_unknown_company || missed.contains(company))
        .map(|company| Brake::EmptyCompany { company: company.clone() })
        .collect()
}

fn shrunken_scope(overview: &Overview<'_>) -> Vec<Brake> {
    let definitions = overview.source.definitions();
    let mut brakes = Vec::new();
    for company in overview.policy.companies.iter().flatten() {
        if !definitions.contains_key(company) {
            brakes.push(Brake::CompanyGone { company: company.clone() });
        }
    }
    // What the policy leaves out did not shrink in silence: the policy's hash tells of it. A company whose debtor is
    // suddenly unknown did.
    let of_another_debtor: BTreeSet<_> =
        overview.source.left_out().iter().filter(|it| it.debtor.is_some()).map(|it| &it.id).collect();
    let chosen = |company: &CompanyId| {
        overview.policy.chooses_company(company) && !of_another_debtor.contains(company)
    };
    let remembered = overview.ledger.last_run.iter().flat_map(|run| &run.scope);
    for (company, fields) in remembered.filter(|(company, _)| chosen(company)) {
        match definitions.get(company).map(relied_on) {
            None if !brakes.contains(&Brake::CompanyGone { company: company.clone() }) => {
                brakes.push(Brake::CompanyGone { company: company.clone() });
            }
            None => {}
            Some(present) => brakes.extend(
                fields
                    .difference(&present)
                    .map(|field| Brake::FieldGone { company: company.clone(), field: field.clone() }),
            ),
        }
    }
    brakes
}

/// More than half of a small company trips.
const fn half(accounts: u64) -> u64 {
    accounts / 2
}

/// How many of so many managed active accounts a run may deactivate.
pub(crate) fn most_deactivations(limits: &Limits, managed: u64) -> u64 {
    if managed < 10 { half(managed) } else { limits.deactivations.of(managed) }
}

fn limits(overview: &Overview<'_>) -> Vec<Brake> {
    let Totals { managed_active: managed, recent_deactivations: recent, actions, .. } = *overview.totals;
    let limits = &overview.policy.limits;
    // Those of the last week were managed and active too when it began.
    let deactivations = most_deactivations(limits, managed + recent);
    let over = |what, planned: u64, recent: u64, allowed: u64| {
        (planned > 0 && planned + recent > allowed).then_some(Brake::OverLimit {
            what,
            planned,
            recent,
            allowed,
        })
    };
    let first_run = overview.ledger.is_first_run().then_some(Brake::FirstRun);
    let creations = if overview.ledger.is_first_run() { u64::MAX } else { limits.creations.of(managed) };
    let brakes = [
        first_run,
        over(Limited::Deactivations, actions.offboard, recent, deactivations),
        over(Limited::Creations, actions.onboard, 0, creations),
        over(Limited::Updates, actions.update, 0, limits.updates.of(managed)),
        over(Limited::EmailChanges, overview.totals.email_changes, 0, limits.email_changes.of(managed)),
        over(
            Limited::Activations,
            overview.totals.proposed(ActionKind::Activate),
            0,
            limits.activations.of(managed),
        ),
        over_euro(overview),
        over_euro_cancelled(overview),
    ];
    brakes.into_iter().flatten().collect()
}

/// First grants, and what accounts that are created or activated may be granted by themselves. Where nobody knows the
/// latter it counts for nothing here, and the totals show it as unknown (U-15).
fn over_euro(overview: &Overview<'_>) -> Option<Brake> {
    let allowed = overview.policy.limits.euro?;
    let granted = overview.totals.money.as_ref().map(|money| money.granted);
    let by_itself = overview.totals.may_grant.euro;
    let planned = [granted, by_itself].into_iter().flatten().sum();
    (planned > allowed && !overview.ledger.is_first_run()).then_some(Brake::OverEuro { planned, allowed })
}

fn over_euro_cancelled(overview: &Overview<'_>) -> Option<Brake> {
    let (money, allowed) = (overview.totals.money.as_ref()?, overview.policy.limits.euro_cancelled?);
    let planned = money.cancelled;
    let is_over = planned > allowed && !overview.ledger.is_first_run();
    is_over.then_some(Brake::OverEuroCancelled { planned, allowed })
}

/// For how many days deactivations count towards their limit (R4).
pub(crate) const COUNTED_DAYS: i64 = 7;

/// Deactivations of the last seven days: they count towards the limit of this run.
pub(crate) fn recent_deactivations(ledger: &LedgerView, as_of: DateTime<Utc>) -> u64 {
    let week_ago = as_of - TimeDelta::days(COUNTED_DAYS);
    ledger.deactivations.iter().filter(|at| **at > week_ago).count() as u64
}

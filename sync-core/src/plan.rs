//! The plan: what a run would do, as a value (R5).
//!
//! In: both snapshots, the ledger view, the policy, and the run's customer, instant and fingerprint key.
//! Out: a [`Plan`] whose canonical bytes and hash are the same on every machine and for every order of the
//! inputs. Never: I/O, a clock, chance, an error at run time, or a personal value in the bytes.

mod document;
mod findings;
mod money;
mod saved;

pub use document::{
    AccountNote, ActionCounts, ActionKind, Entry, HoldCounts, MayGrant, MoneyTotals, PlanDocument,
    RecordNote, SCHEMA, Totals,
};
pub use saved::{SavedEntry, SavedPlan, SavedPlanError};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::addresses::{Claim, steps};
use crate::budget::GrantId;
use crate::calendar::amsterdam_date;
use crate::canonical;
use crate::decision::{Decided, Decision, Facts, HoldReason, Payload, decide};
use crate::digest::{source_digest, target_digest};
use crate::email::{EmailAddress, EmailKey};
use crate::external_id::ExternalId;
use crate::extra_fields::relied_on;
use crate::fingerprint::FingerprintKey;
use crate::guard::{Overview, brakes, recent_deactivations};
use crate::id::{AccountId, CompanyId, CustomerId};
use crate::in_turn::InTurn;
use crate::ledger::LedgerView;
use crate::likeness::Likenesses;
use crate::matching::{AccountIndex, Level, Match, sorted};
use crate::person::{Person, people};
use crate::policy::Policy;
use crate::snapshot::{Complete, SourceSnapshot, TargetSnapshot};

/// The hash of a plan's canonical bytes: 64 hex digits. An approval names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(Box<str>);

impl PlanId {
    /// Reads an id as somebody typed it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_hash = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_hash.then(|| Self(text.into()))
    }

    /// The hash of a document, separated by what it is.
    pub(crate) fn of<T: Serialize>(domain: &str, document: &T) -> Self {
        Self(canonical::digest(domain, document).into())
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose run it is, when, and under which key personal values are fingerprinted.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Run<'a> {
    /// The customer.
    pub customer: &'a CustomerId,
    /// The instant as of which everything is judged.
    pub as_of: DateTime<Utc>,
    /// The customer's key.
    pub key: &'a FingerprintKey,
}

impl<'a> Run<'a> {
    /// A run for this customer, as of this instant.
    pub const fn new(customer: &'a CustomerId, as_of: DateTime<Utc>, key: &'a FingerprintKey) -> Self {
        Self { customer, as_of, key }
    }
}

/// What a run would do. It cannot be made but by [`plan`], and it does not deserialise.
#[derive(Debug, Clone)]
pub struct Plan {
    id: PlanId,
    as_of: DateTime<Utc>,
    document: PlanDocument,
    payloads: BTreeMap<ExternalId, Payload>,
    payees: BTreeMap<ExternalId, EmailAddress>,
    emptied: BTreeSet<GrantId>,
}

impl Plan {
    /// The hash that names it.
    pub const fn id(&self) -> &PlanId {
        &self.id
    }

    /// The instant as of which everything was judged.
    pub const fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// All that may be shown and saved.
    pub const fn document(&self) -> &PlanDocument {
        &self.document
    }

    /// The canonical bytes that the hash is about.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        canonical::bytes(&self.document)
    }

    /// The file that a person looks at and approves: the document with its hash.
    pub fn to_file(&self) -> Vec<u8> {
        saved::file_bytes(&self.id, &self.document)
    }

    /// The addresses of those whose budgets move, or would if somebody approved it. Never serialised, never printed.
    pub(crate) const fn payees(&self) -> &BTreeMap<ExternalId, EmailAddress> {
        &self.payees
    }

    /// One-offs that were given and whose fields are empty or at zero now (O4).
    #[cfg_attr(not(feature = "engine"), expect(dead_code, reason = "only the engine remembers"))]
    pub(crate) const fn emptied(&self) -> &BTreeSet<GrantId> {
        &self.emptied
    }

    pub(crate) const fn payloads(&self) -> &BTreeMap<ExternalId, Payload> {
        &self.payloads
    }
}

/// What would a run do?
///
/// The one great function of this crate. It cannot fail: bad rows are findings, doubts are holds, and a
/// contradictory policy is refused by [`Policy::validate`] before anything is read.
pub fn plan(
    source: &Complete<SourceSnapshot>,
    target: &Complete<TargetSnapshot>,
    ledger: &LedgerView,
    policy: &Policy,
    run: &Run<'_>,
) -> Plan {
    let people = people(source, &ledger.aliases, policy, run.as_of);
    let index = AccountIndex::new(target, ledger);
    let found = index.assign(&people);
    let likenesses = Likenesses::of(&people, &found, target, &index);
    let other_names: BTreeSet<_> = people.iter().flat_map(Person::other_names).copied().collect();
    let linked_to_gone = linked_to_gone(ledger, source, &other_names);
    let facts = Facts {
        source,
        some_account_unreadable: !target.unreadable().is_empty(),
        likenesses: &likenesses,
        linked_to_gone: &linked_to_gone,
        failures: &ledger.failures,
        policy,
        key: run.key,
        as_of: run.as_of,
        today: amsterdam_date(run.as_of),
    };
    let mut entries = Vec::with_capacity(people.len());
    let mut payloads = BTreeMap::new();
    for (person, found) in people.iter().zip(&found) {
        let mut decided = decide(person, found, &facts);
        if let Some(payload) = decided.payload.take() {
            payloads.insert(entries.len(), payload);
        }
        entries.push(entry(person, found, decided));
    }
    take_addresses(&found, &index, &mut entries, &mut payloads);
    // Whoever is held only now is given nothing.
    let money = policy
        .budgets
        .as_ref()
        .map(|budgets| money::note_budgets(&mut entries, &people, &found, (budgets, ledger), run));

    let managed_active: Vec<&Account> =
        target.accounts().iter().filter(|account| account.active && index.is_managed(account)).collect();
    let absent = absent(&managed_active, source, &other_names, &found);
    let of_person = |(at, payload): (usize, Payload)| {
        let entry: &Entry = entries.get(at)?;
        Some((entry.person.clone(), payload))
    };
    let payloads = payloads.into_iter().filter_map(of_person).collect();
    let totals = Totals::new(
        &entries,
        (managed_active.len() as u64, target.accounts().len() as u64),
        recent_deactivations(ledger, run.as_of),
        policy.onboarding_budget,
        money.as_ref().map(|money| money.totals.clone()),
    );
    let overview = Overview {
        source,
        ledger,
        policy,
        totals: &totals,
        managed_active: &managed_active,
        absent: &absent,
    };
    let document = PlanDocument {
        schema: SCHEMA,
        customer: run.customer.clone(),
        policy: policy.hash(),
        scope: scope_hash(&scope(source)),
        source: source_digest(source, run.key),
        target: target_digest(target, run.key),
        as_of: run.as_of.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        brakes: brakes(&overview),
        findings: findings::findings(source, target, &absent, policy, run.as_of),
        totals,
        entries,
    };
    let id = PlanId::of("sync-core/plan/v1", &document);
    let money::Money { payees, emptied, .. } = money.unwrap_or_default();
    Plan { id, as_of: run.as_of, document, payloads, payees, emptied }
}

/// What the run is about: the source's companies, each with the names of the fields that steer the sync. The next run
/// notices when something of it is gone (R26), and a mandate holds for one scope.
pub(crate) fn scope(source: &SourceSnapshot) -> BTreeMap<CompanyId, BTreeSet<String>> {
    source.definitions().iter().map(|(company, fields)| (company.clone(), relied_on(fields))).collect()
}

pub(crate) fn scope_hash(scope: &BTreeMap<CompanyId, BTreeSet<String>>) -> String {
    canonical::digest("sync-core/scope/v1", scope)
}

/// Accounts that stand for a record of which the source says nothing any more. What it would have said, such
/// as "in service elsewhere", is unknown, and its absence must add no deactivation (R2). The other name of a record
/// that is here is no such record.
fn linked_to_gone(
    ledger: &LedgerView,
    source: &SourceSnapshot,
    other_names: &BTreeSet<&ExternalId>,
) -> BTreeSet<AccountId> {
    let mut records = InTurn::through(source.records().iter().map(|record| (&record.id, ())));
    let gone = ledger.links.iter().filter(|(id, _)| !records.has(id) && !other_names.contains(id));
    gone.map(|(_, link)| link.account).collect()
}

/// Holds whatever needs an address that stays taken, and gives actions their step.
fn take_addresses(
    found: &[Match<'_>],
    index: &AccountIndex<'_>,
    entries: &mut [Entry],
    payloads: &mut BTreeMap<usize, Payload>,
) {
    let is_action =
        |at: usize| entries.get(at).is_some_and(|entry| ActionKind::of(&entry.decision).is_some());
    let (actions, proposals): (Vec<Claim>, Vec<Claim>) = payloads
        .iter()
        .filter_map(|(at, payload)| claim(*at, payload, found.get(*at)?))
        .partition(|claim| is_action(claim.action));
    let holders = |key: &EmailKey| index.with_email(key).map(|account| account.id).collect();
    let steps = steps(&actions, holders);
    let others = |claim: &Claim| -> Vec<AccountId> {
        let holders = index.with_email(&claim.wants).map(|account| account.id);
        holders.filter(|holder| Some(*holder) != claim.account).collect()
    };
    let blocked = actions.iter().filter(|claim| !steps.contains_key(&claim.action));
    // A proposal may never be approved: it takes no address from others, leaves none to them, and waits for none.
    let taken = proposals.iter().filter(|claim| !others(claim).is_empty());
    for claim in blocked.chain(taken) {
        if let Some(entry) = entries.get_mut(claim.action) {
            entry.decision = Decision::hold_on(HoldReason::AddressTaken, others(claim));
            entry.step = None;
            payloads.remove(&claim.action);
        }
    }
    for (at, step) in steps {
        if let Some(entry) = entries.get_mut(at) {
            entry.step = Some(step);
        }
    }
}

/// The address that a decision would give to an account.
fn claim(action: usize, payload: &Payload, found: &Match<'_>) -> Option<Claim> {
    let (wants, account) = match (payload, found) {
        (Payload::Create(new), _) => (new.email.key().clone(), None),
        (Payload::Change(change), Match::One(account, _)) => {
            (change.email.as_ref()?.key().clone(), Some(account.id))
        }
        (Payload::Change(_), _) => return None,
    };
    Some(Claim { action, wants, account })
}

/// Managed active accounts of which no record of the source says anything. They come by id, and so they go.
fn absent(
    managed_active: &[&Account],
    source: &SourceSnapshot,
    other_names: &BTreeSet<&ExternalId>,
    found: &[Match<'_>],
) -> Vec<AccountId> {
    let matched = sorted(found.iter().filter_map(|found| found.certain().map(|account| account.id)));
    let mut matched = InTurn::through(matched.iter().map(|id| (*id, ())));
    let is_shown = |id: &str| source.records().binary_search_by(|record| record.id.as_str().cmp(id)).is_ok();
    let is_other_name = |id: &str| ExternalId::parse(id).is_ok_and(|id| other_names.contains(&id));
    let is_known = |id: &str| is_shown(id) || is_other_name(id);
    let is_absent =
        |account: &&&Account| !matched.has(&account.id) && !account.our_id().is_some_and(|id| is_known(&id));
    managed_active.iter().filter(is_absent).map(|account| account.id).collect()
}

fn entry(person: &Person<'_>, found: &Match<'_>, decided: Decided<'_>) -> Entry {
    let Decided { decision, leaves_on, likely, .. } = decided;
    let account = match found {
        Match::One(account, level) => Some((*account, *level)),
        _ => likely.map(|account| (account, Level::Likeness)),
    };
    let account = account.map(|(account, found_by)| AccountNote {
        id: account.id,
        company: account.company,
        active: account.active,
        found_by,
    });
    let step = ActionKind::of(&decision).map(|_| 0);
    let records = person
        .records()
        .iter()
        .map(|record| RecordNote {
            id: record.id.clone(),
            company: record.company.clone(),
            employee_type: record.listed.employee_type.clone(),
        })
        .collect();
    let budgets = Vec::new();
    Entry { person: person.external_id().clone(), records, account, budgets, decision, leaves_on, step }
}

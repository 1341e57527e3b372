//! From one interface of the source to the other without a second account or a second grant (R11, R14).
//!
//! In: complete snapshots of the same payroll read over SOAP and over REST, the target, the ledger, and a person's words.
//! Out: a [`MigrationPlan`]: which record over REST is which over SOAP, which account is marked with the new name, and who
//! is held and why. Never: I/O, a guess, an account that is not ours, one record for two, or a personal value in the
//! plan's bytes.
//!
//! Two records are one where e-mail address (of the policy's choice), birthday and employee number are all known and the
//! same, and nobody else on either side has those three. Whoever is not told apart by that is told apart by company, as
//! far as the certain pairs show which company is which; whoever lacks a value may be *likely*, which a person has to take
//! by word; and a person may name pairs. Everybody else is held, and nothing about them changes.
//!
//! What is moved is memory, not people: the ledger learns that the old name is another name of the new record, and the
//! account is marked with the new name. Rows never move; whatever was remembered under the old name is found by either
//! ([`Person::ids`](crate::person::Person::ids)).

mod approved;
mod document;
mod moving;
mod pairing;
mod reason;
mod saved;
mod words;

pub use approved::{ApprovedMigration, authorise};
#[cfg(feature = "engine")]
pub(crate) use approved::{Mark, Remember};
pub use document::{MigrationDecision, MigrationDocument, MigrationEntry, MigrationTotals, PairedBy, SCHEMA};
pub use reason::NotMoved;
pub use saved::{SavedMigration, SavedMigrationError};
pub use words::{NotOneToOne, Words};

use chrono::{DateTime, Utc};

use self::moving::Moves;
use self::pairing::Pairing;
use crate::canonical;
use crate::digest::{source_digest, target_digest};
use crate::guard::Brake;
use crate::id::CompanyId;
use crate::ledger::LedgerView;
use crate::plan::{PlanId, Run, scope, scope_hash};
use crate::policy::Policy;
use crate::snapshot::{Complete, SourceSnapshot, TargetSnapshot};

/// The domain that separates a migration's hash from every other.
const DOMAIN: &str = "sync-core/migration/v1";

/// What a migration would do. It cannot be made but by [`migrate`], and it does not deserialise.
#[derive(Debug, Clone)]
pub struct MigrationPlan {
    id: PlanId,
    as_of: DateTime<Utc>,
    document: MigrationDocument,
    moves: Moves,
}

impl MigrationPlan {
    /// The hash that names it.
    pub const fn id(&self) -> &PlanId {
        &self.id
    }

    /// The instant as of which everything was judged.
    pub const fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// All that may be shown and saved.
    pub const fn document(&self) -> &MigrationDocument {
        &self.document
    }

    /// The canonical bytes that the hash is about.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        canonical::bytes(&self.document)
    }

    /// The file that is kept, and that a person approves by its hash.
    pub fn to_file(&self) -> Vec<u8> {
        saved::file_bytes(&self.id, &self.document)
    }
}

/// What would moving from the old interface to the new one do?
///
/// The policy chooses the address by which people are compared. A pure function, which cannot fail: whatever is in doubt
/// is held, and whatever stands against the whole is a brake.
pub fn migrate(
    old: &Complete<SourceSnapshot>,
    new: &Complete<SourceSnapshot>,
    (target, ledger): (&Complete<TargetSnapshot>, &LedgerView),
    policy: &Policy,
    words: &Words,
    run: &Run<'_>,
) -> MigrationPlan {
    let pairing = Pairing::of(old, new, ledger, policy, words);
    let moves = Moves::of(&pairing, (old, new), (target, ledger), (policy, words), run);
    let entries = moves.entries();
    let totals = MigrationTotals::of(&entries, old.records().len(), new.records().len());
    let ended = is_ended(new, ledger);
    let document = MigrationDocument {
        schema: SCHEMA,
        customer: run.customer.clone(),
        policy: policy.hash(),
        words: words.clone(),
        old_scope: scope_hash(&scope(old)),
        new_scope: scope_hash(&scope(new)),
        old_source: source_digest(old, run.key),
        new_source: source_digest(new, run.key),
        target: target_digest(target, run.key),
        as_of: run.as_of.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        brakes: brakes(old, new, ledger, policy),
        companies: pairing.companies().clone(),
        ended,
        ends: !ended && (totals.left_behind == 0 || words.leave_held),
        totals,
        entries,
    };
    let id = PlanId::of(DOMAIN, &document);
    MigrationPlan { id, as_of: run.as_of, document, moves }
}

/// Was the last complete run one over the new interface already?
fn is_ended(new: &SourceSnapshot, ledger: &LedgerView) -> bool {
    let seen = ledger.last_run.as_ref().map(|run| &run.scope);
    seen.is_some_and(|scope| scope.keys().all(|company| new.definitions().contains_key(company)))
}

/// What stands against the whole migration. No approval lifts one of these: each says that the old interface does not
/// show what it showed, so that people would be left behind in silence.
fn brakes(old: &SourceSnapshot, new: &SourceSnapshot, ledger: &LedgerView, policy: &Policy) -> Vec<Brake> {
    let Some(last) = &ledger.last_run else { return vec![Brake::FirstRun] };
    let is_seen = |company: &&CompanyId| {
        old.definitions().contains_key(*company) || new.definitions().contains_key(*company)
    };
    let remembered = last.scope.keys().filter(|company| policy.chooses_company(company));
    let gone = remembered.filter(|company| !is_seen(company)).cloned();
    let mut brakes: Vec<Brake> = gone.map(|company| Brake::CompanyGone { company }).collect();
    let is_empty = |company: &CompanyId| old.records().iter().all(|record| record.company != *company);
    let has_people = |company: &CompanyId| ledger.links.values().any(|link| link.company == *company);
    let companies = old.companies().iter().map(|company| &company.id);
    let empty = companies.filter(|company| has_people(company) && is_empty(company)).cloned();
    brakes.extend(empty.map(|company| Brake::EmptyCompany { company }));
    brakes.sort();
    brakes
}

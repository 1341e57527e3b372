//! What every store has to do, one function for each rule of the ports.
//!
//! In: a store, as a service would use it. Out: nothing, or the first rule that it breaks. Never: a panic, a clock, or a
//! test framework; a service calls [`all`] from a test of its own.
//!
//! Each rule uses customers of its own, whose names begin with `conformance/`, so that all may run against one store,
//! one after the other or at the same time. The store must not have seen these customers before.
//!
//! ```
//! # #[cfg(feature = "engine")]
//! # async fn test() -> Result<(), sync_core::conformance::Broken> {
//! let store = sync_core::engine::MemoryStore::new();
//! sync_core::conformance::all(&store).await?;
//! # Ok(())
//! # }
//! ```
//!
//! A store that is to outlive its process is asked twice, before and after a restart:
//! [`durability::remember`] and [`durability::still_remembers`], and of money [`durability::remember_money`] and
//! [`durability::still_remembers_money`].

pub mod approvals;
pub mod baselines;
pub mod deactivations;
pub mod durability;
pub mod failures;
pub mod forgetting;
mod given;
pub mod grants;
pub mod intents;
pub mod interruptions;
pub mod isolation;
pub mod leases;
pub mod mandates;
pub mod retention;
pub mod runs;

use std::fmt;

use crate::external_id::NotOurs;
use crate::ports::{PortError, PortErrorKind, Store};

/// A rule that a store breaks.
#[derive(Debug)]
pub struct Broken {
    rule: &'static str,
    why: &'static str,
    source: Option<PortError>,
}

impl Broken {
    /// The name of the rule: that of its function.
    pub const fn rule(&self) -> &'static str {
        self.rule
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.why)
    }
}

impl std::error::Error for Broken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// Why a rule does not hold; the rule's name comes with [`rule`].
#[derive(Debug)]
struct Breach {
    why: &'static str,
    source: Option<PortError>,
}

impl From<PortError> for Breach {
    fn from(error: PortError) -> Self {
        Self { why: "a call failed that must not", source: Some(error) }
    }
}

impl From<NotOurs> for Breach {
    fn from(_: NotOurs) -> Self {
        Self { why: "the suite spells an id wrongly", source: None }
    }
}

/// Names what a rule found.
fn rule(name: &'static str, found: Result<(), Breach>) -> Result<(), Broken> {
    found.map_err(|Breach { why, source }| Broken { rule: name, why, source })
}

/// It is so, or the rule is broken for this reason.
const fn so(is_so: bool, why: &'static str) -> Result<(), Breach> {
    if is_so { Ok(()) } else { Err(Breach { why, source: None }) }
}

/// The call fails, and what follows is this.
fn fails<T>(answer: Result<T, PortError>, kind: PortErrorKind, why: &'static str) -> Result<(), Breach> {
    match answer {
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(Breach { why, source: Some(error) }),
        Ok(_) => Err(Breach { why, source: None }),
    }
}

/// Every rule, one after the other. `store` has not seen the suite's customers before.
///
/// # Errors
/// The first rule that is broken.
pub async fn all(store: &dyn Store) -> Result<(), Broken> {
    intents::stay_open_until_they_end(store).await?;
    intents::keep_their_end(store).await?;
    intents::of_nobody_cannot_be_settled(store).await?;
    intents::that_are_done_bring_links_and_aliases(store).await?;
    failures::count_once_for_each_plan(store).await?;
    failures::end_when_something_is_done(store).await?;
    deactivations::count_unless_they_surely_were_not_done(store).await?;
    leases::have_one_holder(store).await?;
    leases::end_at_their_instant(store).await?;
    leases::are_renewed_by_their_holder_only(store).await?;
    leases::are_given_back_by_their_holder_only(store).await?;
    leases::stop_whoever_was_overtaken(store).await?;
    leases::go_to_one_of_many(store).await?;
    mandates::come_back_as_they_were_given(store).await?;
    mandates::take_the_place_of_the_last(store).await?;
    mandates::end_when_they_are_revoked(store).await?;
    approvals::come_back_as_they_were_given(store).await?;
    approvals::of_one_plan_take_the_place_of_each_other(store).await?;
    approvals::are_used_up_by_a_complete_run(store).await?;
    runs::leave_what_they_saw(store).await?;
    runs::keep_their_end(store).await?;
    runs::are_told_latest_first(store).await?;
    runs::of_nobody_cannot_be_ended(store).await?;
    runs::keep_their_plans_byte_for_byte(store).await?;
    retention::forgets_what_is_old(store).await?;
    retention::spares_what_a_decision_rests_on(store).await?;
    grants::come_back_as_they_were_prepared(store).await?;
    grants::are_prepared_once(store).await?;
    grants::that_were_not_done_are_prepared_again(store).await?;
    grants::need_a_lease_and_a_memory(store).await?;
    grants::become_what_they_may(store).await?;
    grants::keep_what_was_told(store).await?;
    grants::are_never_purged(store).await?;
    baselines::found_memories(store).await?;
    baselines::import_after_what_is_known(store).await?;
    baselines::come_with_onboarding(store).await?;
    baselines::remember_again(store).await?;
    baselines::leave_open_what_is_open(store).await?;
    interruptions::come_with_lost_access(store).await?;
    interruptions::find_all_money_of_a_person(store).await?;
    interruptions::come_with_what_a_run_saw(store).await?;
    forgetting::leaves_tombstones_only(store).await?;
    forgetting::waits_for_what_is_open(store).await?;
    isolation::nobody_is_known_from_the_start(store).await?;
    isolation::customers_see_nothing_of_each_other(store).await?;
    isolation::names_are_told_apart(store).await
}

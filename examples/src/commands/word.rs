//! A person's word about a kept plan: what `sync confirm` and `sync approve` have in common.
//!
//! In: a hash, typed in full, and a name. Out: the plan with that hash, still young enough to be approved, and the
//! approval. Never: a plan that the person did not name; a part of a hash is refused, whatever it would be enough for.

use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use sync_core::authority::{Approval, VALID_HOURS};
use sync_core::guard::Brake;
use sync_core::ports::{Remembered, RunStore, Store};
use sync_core::{Pii, PlanId, SavedPlan};

use super::Setting;
use crate::arguments::Word;
use crate::exit::WrongUsage;
use crate::next_step::NextStep;

/// The plan that somebody is about to give their word for.
pub(super) async fn kept_plan(
    setting: Setting<'_>,
    store: &impl RunStore,
    hash: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<SavedPlan> {
    let Some(id) = PlanId::parse(hash) else {
        bail!(WrongUsage("HASH: must be the 64 hex digits that `sync run` showed"));
    };
    let again = NextStep::with(setting.file).run();
    let Some(kept) = store.plan(&setting.config.customer, &id).await? else {
        bail!(
            "no plan with this hash is kept for customer {}; to make one\n{again}",
            setting.config.customer
        );
    };
    let plan = SavedPlan::open(&kept.file).context("the kept plan cannot be read; sync run makes another")?;
    if plan.policy() != setting.config.policy.hash() {
        bail!("the plan was made under another policy than the present one; to make another\n{again}");
    }
    if now - plan.as_of() > TimeDelta::hours(VALID_HOURS) {
        bail!("the plan is older than {VALID_HOURS} hours; to make another\n{again}");
    }
    Ok(plan)
}

/// The name of whoever gives it.
pub(super) fn name(typed: &str) -> anyhow::Result<Pii<String>> {
    match typed.trim() {
        "" => bail!(WrongUsage("--by: must be the name of a person")),
        name => Ok(Pii::new(name.to_owned())),
    }
}

/// An approval of this plan in this person's name.
pub(super) fn approval(plan: &SavedPlan, word: &Word, now: DateTime<Utc>) -> anyhow::Result<Approval> {
    Ok(Approval::of(plan.id().clone(), now).by(name(&word.by)?))
}

/// Keeps an approval for the next run.
pub(super) async fn keep(
    setting: Setting<'_>,
    store: &impl Store,
    approval: &Approval,
) -> anyhow::Result<()> {
    match store.approve(&setting.config.customer, approval).await? {
        Remembered::Waits => Ok(()),
        Remembered::UsedUp => bail!(
            "this plan was approved before, and a run has used that up; to make another\n{}",
            NextStep::with(setting.file).run()
        ),
    }
}

/// The brakes of a kept plan.
pub(super) fn brakes(plan: &SavedPlan) -> anyhow::Result<Vec<Brake>> {
    let brakes = plan.json().get("brakes").cloned().unwrap_or_default();
    serde_json::from_value(brakes).context("the plan has brakes that this version does not know")
}

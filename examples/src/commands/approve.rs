//! `sync approve`: a person's word about one plan, and about those proposals that the person names.
//!
//! In: the hash of a kept plan, a name, and kinds of proposals or people. Out: an approval that the next run uses up.
//! Never: a proposal that nobody named.

use anyhow::bail;
use sync_core::ExternalId;
use sync_core::SavedPlan;
use sync_core::plan::ActionKind;
use sync_core::ports::Clock;

use super::{Setting, person_id, word};
use crate::arguments::Approve;
use crate::clock::MachineClock;
use crate::exit::Ended;
use crate::next_step::{NextStep, Release};
use crate::terminal::say;
use crate::{show, store};

/// Approves one kept plan.
///
/// # Errors
/// When there is no such plan, when it is too old or of another policy, when it proposes nothing for a person who was
/// named, when it has brakes that this word does not lift, or when the store fails.
pub async fn approve(setting: Setting<'_>, typed: &Approve) -> anyhow::Result<Ended> {
    let now = MachineClock.now();
    word::name(&typed.word.by)?;
    let store = store::of_earlier_runs(setting.config).await?;
    let plan = word::kept_plan(setting, &store, &typed.word.plan, now).await?;
    let mut proposals = plan.proposals(&kinds(typed));
    if typed.budgets {
        proposals.extend(plan.budget_proposals());
    }
    for id in &typed.person {
        proposals.insert(proposed_for(&plan, id)?);
    }
    let next = NextStep::with(setting.file);
    let brakes = word::brakes(&plan)?;
    say(&show::saved_plan(&plan, &brakes));
    if let Some(release @ (Release::SetRight | Release::Confirm { smaller_scope: true })) =
        Release::of(&brakes, true)
    {
        bail!("nothing was approved: {}", next.release(release, plan.id()));
    }

    let count = proposals.len();
    let approval = word::approval(&plan, &typed.word, now)?.with_proposals(proposals);
    word::keep(setting, &store, &approval).await?;
    say(&show::given(&format!(
        "Approved for 24 hours: the actions of this plan, and what it proposes for {count} people. To carry it out now"
    )));
    say(&next.run());
    Ok(Ended::Done)
}

fn kinds(typed: &Approve) -> Vec<ActionKind> {
    let flags = [
        (typed.adopt, ActionKind::Adopt),
        (typed.activate, ActionKind::Activate),
        (typed.relink, ActionKind::Relink),
        (typed.deactivate, ActionKind::Withdraw),
    ];
    flags.into_iter().filter_map(|(is_given, kind)| is_given.then_some(kind)).collect()
}

/// The person of the plan who has this record, if the plan proposes something.
fn proposed_for(plan: &SavedPlan, typed: &str) -> anyhow::Result<ExternalId> {
    let id = person_id(typed, "--person: must be an employee id, or one with `nmbrs:rest:` before it")?;
    let Some(entry) = plan.entry(&id) else { bail!("the plan does not know {id}") };
    let person = plan.entries().find(|(_, other)| *other == entry).map(|(person, _)| person.clone());
    let is_proposed =
        |person: &ExternalId| entry.proposed().is_some() || plan.budget_proposals().contains(person);
    match person.filter(is_proposed) {
        Some(person) => Ok(person),
        _ => bail!("the plan proposes nothing for {id}; sync person says what it decides"),
    }
}

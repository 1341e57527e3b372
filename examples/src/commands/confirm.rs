//! `sync confirm`: a person looked at a plan and lets it, and the ordinary runs after it, be carried out.
//!
//! In: the hash of a kept plan and a name. Out: an approval of that plan, and a mandate for the customer, the policy and
//! the scope that the plan was made for. Never: one of the two without what it stands on being shown first.

use anyhow::bail;
use sync_core::authority::Mandate;
use sync_core::plan::ActionKind;
use sync_core::ports::{Authorities, Clock};

use super::{Setting, word};
use crate::arguments::Confirm;
use crate::clock::MachineClock;
use crate::exit::Ended;
use crate::next_step::{NextStep, Release};
use crate::terminal::say;
use crate::{show, store};

/// Gives the mandate, and approves the plan that it is based on.
///
/// # Errors
/// When there is no such plan, when it is too old or of another policy, when it has brakes that this word does not
/// lift, or when the store fails.
pub async fn confirm(setting: Setting<'_>, typed: &Confirm) -> anyhow::Result<Ended> {
    let now = MachineClock.now();
    let by = word::name(&typed.word.by)?;
    let store = store::of_earlier_runs(setting.config).await?;
    let plan = word::kept_plan(setting, &store, &typed.word.plan, now).await?;
    let next = NextStep::with(setting.file);
    say(&show::saved_plan(&plan, &word::brakes(&plan)?));
    match Release::of(&word::brakes(&plan)?, false) {
        Some(Release::SetRight) => {
            bail!("nothing was confirmed: {}", next.release(Release::SetRight, plan.id()));
        }
        Some(release @ Release::Confirm { smaller_scope: true }) if !typed.smaller_scope => {
            bail!("nothing was confirmed: {}", next.release(release, plan.id()));
        }
        _ => {}
    }

    let mandate = Mandate::confirming(&plan, &setting.config.policy, by, now)?;
    let mut approval = word::approval(&plan, &typed.word, now)?;
    if typed.adopt {
        approval = approval.with_proposals(plan.proposals(&[ActionKind::Adopt]));
    }
    if typed.smaller_scope {
        approval = approval.accepting_smaller_scope();
    }
    let adoptions = approval.proposals.len();
    // The approval first: alone it lets this one plan be carried out, and no other.
    word::keep(setting, &store, &approval).await?;
    store.give_mandate(&mandate).await?;
    say(&show::given(&format!(
        "Confirmed: this plan for 24 hours, with {adoptions} adoptions; and ordinary runs until the policy or the \
         scope changes, or until sync revoke. To carry it out now"
    )));
    say(&next.run());
    Ok(Ended::Done)
}

//! `sync apply`: does what stands in a plan file that a person approves by its hash, and in a fresh plan.
//!
//! In: the file and the typed hash. Out: what was done. Never: anything by a mandate; this is one person's word about one
//! plan, and the store remembers that it was used.

use std::path::Path;

use anyhow::bail;
use sync_core::PlanId;
use sync_core::authority::{Approval, Refusal};
use sync_core::engine::Verdict;
use sync_core::ports::Clock;

use super::{Setting, bars, ended_early};
use crate::clock::MachineClock;
use crate::exit::{Ended, WrongUsage};
use crate::terminal::{say, tell};
use crate::{plan_file, show, store};

/// Applies one plan.
///
/// # Errors
/// When the file is no plan, when the approval does not cover a fresh plan, when one side or the store cannot be read,
/// or another run goes on; then nothing was written.
pub async fn apply(setting: Setting<'_>, plan: &Path, approve: &str, json: bool) -> anyhow::Result<Ended> {
    let Some(approve) = PlanId::parse(approve) else {
        bail!(WrongUsage("--approve: must be the 64 hex digits that `sync plan` showed"));
    };
    let approved = plan_file::open(plan)?;
    let store = store::to_run(setting.config).await?;
    let sides = setting.sides().await?;
    let mut run = sides.run(&store);
    if let Some(bars) = bars(json) {
        run = run.with_progress(bars);
    }
    let config = setting.config;
    let approval = Approval::of(approve, MachineClock.now());
    let report =
        run.approved(&config.customer, &config.policy, &config.fingerprint_key, &approved, approval).await;
    let report = report.map_err(ended_early)?;
    match &report.verdict {
        Verdict::Waits(Refusal::Braked(brakes)) => {
            for brake in brakes {
                tell(&format!("sync: blocked by {}: {}", brake.rule(), show::brake_text(brake)));
            }
            tell("sync: this plan does not show what the fresh one does; sync plan --out shows it");
            return Ok(Ended::Blocked);
        }
        Verdict::Waits(refusal) => {
            bail!("nothing was applied: {refusal}; sync plan --out makes a plan that can be approved")
        }
        _ => {}
    }
    say(&if json { show::applied_json(&report).to_string() } else { show::outcome(&report) });
    Ok(if report.is_complete() { Ended::Done } else { Ended::Failed })
}

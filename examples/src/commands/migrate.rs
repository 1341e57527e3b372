//! `sync migrate`: from SOAP to REST, without a second account or a second grant.
//!
//! In: both interfaces of one payroll, YourCampus, the store, and what a person says of pairs; then the hash of a kept
//! plan and a name. Out: first a plan, kept for a day; then what was done of it. Never: a write without the hash and the
//! name.

use anyhow::{Context, bail};
use chrono::TimeDelta;
use sync_core::authority::{Approval, Refusal, VALID_HOURS};
use sync_core::engine::{MigrationDryRun, MigrationRun, MigrationVerdict, Sources};
use sync_core::migration::{SavedMigration, Words};
use sync_core::ports::{Clock, EmployeeSource, KeptPlan, RunStore};
use sync_core::sqlite::SqliteStore;
use sync_core::{ExternalId, PlanId};

use super::{Setting, bars, ended_early, person_id, word};
use crate::arguments::Migrate;
use crate::clock::MachineClock;
use crate::config::Interface;
use crate::exit::{Ended, WrongUsage};
use crate::next_step::NextStep;
use crate::terminal::{say, tell};
use crate::{connect, show, store};

/// Plans a migration, or carries an approved one out.
///
/// # Errors
/// When one of the interfaces is not configured or what was typed cannot be meant, when one side or the store cannot be
/// read, when the approval does not cover a fresh plan, or another run goes on; then nothing was changed.
pub async fn migrate(setting: Setting<'_>, typed: &Migrate) -> anyhow::Result<Ended> {
    let words = words(typed)?;
    let approved = match &typed.approve {
        Some(hash) => Some((hash_of(hash)?, word::name(typed.by.as_deref().unwrap_or_default())?)),
        None => None,
    };
    // Both must be there before anything is asked.
    setting.config.nmbrs.rest()?;
    setting.config.nmbrs.soap()?;
    let store = store::of_earlier_runs(setting.config).await?;
    match approved {
        None => look(setting, &store, &words, typed.json).await,
        Some((hash, by)) => {
            let saved = kept(setting, &store, &hash).await?;
            let approval = Approval::of(hash, MachineClock.now()).by(by);
            carry_out(setting, &store, (&saved, &approval), typed).await
        }
    }
}

fn words(typed: &Migrate) -> anyhow::Result<Words> {
    const WRONG: &str =
        "--same: must be OLD=NEW, the id over SOAP (nmbrs:soap:DOMAIN:NUMBER) and the one over REST";
    let pair = |text: &String| -> anyhow::Result<(ExternalId, ExternalId)> {
        let Some((old, new)) = text.split_once('=') else { bail!(WrongUsage(WRONG)) };
        let Ok(old) = ExternalId::parse(old) else { bail!(WrongUsage(WRONG)) };
        Ok((old, person_id(new, WRONG)?))
    };
    let pairs: Vec<_> = typed.same.iter().map(pair).collect::<Result<_, _>>()?;
    match Words::none().taking_likely(typed.likely).leaving_held(typed.leave_held).naming(pairs) {
        Ok(words) => Ok(words),
        Err(_) => bail!(WrongUsage(
            "--same: each pair is one SOAP id and one REST id, and each id stands in one pair only"
        )),
    }
}

fn hash_of(typed: &str) -> anyhow::Result<PlanId> {
    match PlanId::parse(typed) {
        Some(hash) => Ok(hash),
        None => bail!(WrongUsage("--approve: must be the 64 hex digits that `sync migrate` showed")),
    }
}

/// Both interfaces, ready to be asked; nothing is sent yet.
async fn both(setting: Setting<'_>) -> anyhow::Result<[Box<dyn EmployeeSource>; 2]> {
    Ok([setting.source(Interface::Soap).await?, setting.source(Interface::Rest).await?])
}

/// Shows and keeps a plan.
async fn look(setting: Setting<'_>, store: &SqliteStore, words: &Words, json: bool) -> anyhow::Result<Ended> {
    let config = setting.config;
    let [old, new] = both(setting).await?;
    let reader = connect::reader(&connect::target(&config.yourcampus)?);
    let mut dry_run = MigrationDryRun::new(Sources::new(&*old, &*new), &reader, store, &MachineClock);
    if let Some(bars) = bars(json) {
        dry_run = dry_run.with_progress(bars);
    }
    let planned = dry_run.plan(&config.customer, &config.policy, &config.fingerprint_key, words).await?;
    let (plan, document) = (&planned.plan, planned.plan.document());
    let waits = document.brakes.is_empty() && document.does_something();
    if waits {
        let kept = KeptPlan::new(plan.id().clone(), plan.as_of(), plan.to_file());
        store.keep_plan(&config.customer, &kept).await?;
    }
    if json {
        say(&show::migration_json(&planned).to_string());
    } else {
        say(&show::migration(&planned));
        let then = NextStep::with(setting.file).after_migration_plan(waits.then(|| plan.id()), document);
        say(&if document.brakes.is_empty() { then } else { show::moved(None) });
    }
    Ok(if !document.brakes.is_empty() {
        Ended::Blocked
    } else if document.has_nothing_to_do() {
        Ended::Done
    } else {
        Ended::Pending
    })
}

/// The plan that a person approves.
async fn kept(setting: Setting<'_>, store: &SqliteStore, hash: &PlanId) -> anyhow::Result<SavedMigration> {
    let again = NextStep::with(setting.file).migrate("");
    let Some(kept) = store.plan(&setting.config.customer, hash).await? else {
        bail!(
            "no migration with this hash is kept for customer {}; to make one\n{again}",
            setting.config.customer
        );
    };
    let saved = SavedMigration::open(&kept.file).context("the kept plan cannot be carried out")?;
    if MachineClock.now() - saved.as_of() > TimeDelta::hours(VALID_HOURS) {
        bail!("the plan is older than {VALID_HOURS} hours; to make another\n{again}");
    }
    Ok(saved)
}

async fn carry_out(
    setting: Setting<'_>,
    store: &SqliteStore,
    (saved, approval): (&SavedMigration, &Approval),
    typed: &Migrate,
) -> anyhow::Result<Ended> {
    let config = setting.config;
    let [old, new] = both(setting).await?;
    let api = connect::target(&config.yourcampus)?;
    let (reader, writer) = (connect::reader(&api), connect::writer(&api));
    let mut run = MigrationRun::new(Sources::new(&*old, &*new), &reader, &writer, store, &MachineClock);
    if typed.take_over {
        run = run.taking_over();
    }
    if let Some(bars) = bars(typed.json) {
        run = run.with_progress(bars);
    }
    let report =
        run.approved(&config.customer, &config.policy, &config.fingerprint_key, saved, approval).await;
    let report = report.map_err(ended_early)?;
    match &report.verdict {
        MigrationVerdict::Waits(Refusal::Braked(brakes)) => {
            for brake in brakes {
                tell(&format!("sync: blocked by {}: {}", brake.rule(), show::brake_text(brake)));
            }
            return Ok(Ended::Blocked);
        }
        MigrationVerdict::Waits(refusal) => {
            bail!(
                "nothing was changed: {refusal}; to plan again\n{}",
                NextStep::with(setting.file).migrate("")
            )
        }
        _ => {}
    }
    say(&if typed.json { show::moved_json(&report).to_string() } else { show::moved(Some(&report)) });
    if !typed.json {
        say(&NextStep::with(setting.file).after_migration(&report, saved.id()));
    }
    Ok(if report.is_complete() { Ended::Done } else { Ended::Failed })
}

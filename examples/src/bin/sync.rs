//! The operator's tool: shows what a run would do, does what a person approved, and says why.
//!
//! Without arguments it runs the demo: both sandboxes on this machine, whatever the environment holds.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Parser;
use examples::advice::Advisor;
use examples::arguments::{Arguments, Command, DemoArguments};
use examples::check::check;
use examples::clock::MachineClock;
use examples::config::{Config, Problems};
use examples::demo::{Demo, plan_json};
use examples::exit::{Ended, WrongUsage};
use examples::grant::{GrantPlace, keep_alive, rotate_key, sign_out};
use examples::log;
use examples::progress::Bars;
use examples::sign_in::{Options, sign_in};
use examples::terminal::{say, tell};
use examples::{connect, plan_file, show};
use nmbrs_client::NmbrsSource;
use serde_json::json;
use sync_core::authority::{Approval, Refusal};
use sync_core::engine::{Apply, DryRun, EngineError, MemoryLedger};
use sync_core::plan::PlanDocument;
use sync_core::ports::{Clock, EmployeeSource, Progress};
use sync_core::{ExternalId, PlanId};

#[tokio::main]
async fn main() -> ExitCode {
    log::panics_tell_their_place_only();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no mistakes.
            let ended = if error.use_stderr() { Ended::WrongUsage } else { Ended::Done };
            return if error.print().is_ok() { ended.into() } else { Ended::Failed.into() };
        }
    };
    match run(arguments).await {
        Ok(ended) => ended.into(),
        Err(error) => {
            tell(&format!("sync: {error:#}"));
            let wrong_usage = error.is::<Problems>() || error.is::<WrongUsage>();
            if wrong_usage { Ended::WrongUsage.into() } else { Ended::Failed.into() }
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<Ended> {
    if let Some(level) = arguments.log {
        log::to_standard_error(level)?;
    }
    let Some(command) = arguments.command else { return demo(arguments.demo).await };
    let Some(path) = command.config().map(Path::to_owned) else { return without_config(&command) };
    let config = read_config(&path)?;
    let advisor = Advisor::new(&config, &path);
    let ended = with_config(command, &path, &config, &advisor).await;
    // What to do comes first; what happened, in full, after it.
    ended.map_err(|error| match error.chain().next().and_then(|error| advisor.known(error)) {
        Some(advice) => error.context(advice),
        None => error,
    })
}

fn without_config(command: &Command) -> anyhow::Result<Ended> {
    match command {
        Command::Explain { plan, employee } => explain(plan, employee),
        _ => bail!(WrongUsage("--config: is missing")),
    }
}

async fn with_config(
    command: Command,
    path: &Path,
    config: &Config,
    advisor: &Advisor<'_>,
) -> anyhow::Result<Ended> {
    match command {
        Command::SignIn { pushed, paste, replace, user, .. } => {
            sign_in(config, Options { pushed, paste, replace, user }).await?;
            Ok(Ended::Done)
        }
        Command::SignOut { .. } => Ok(said(&sign_out(config).await?)),
        Command::KeepAlive { .. } => Ok(said(&keep_alive(config).await?)),
        Command::RotateKey { .. } => Ok(said(&rotate_key(config).await?)),
        Command::Check { json, .. } => {
            let report = check(config, advisor).await?;
            say(&if json { report.json().to_string() } else { report.text() });
            Ok(if report.is_ok() { Ended::Done } else { Ended::Failed })
        }
        Command::Plan { out, json, .. } => plan(config, advisor, path, out.as_deref(), json).await,
        Command::Apply { plan, approve, json, .. } => apply(config, advisor, &plan, &approve, json).await,
        Command::Explain { plan, employee } => explain(&plan, &employee),
    }
}

fn said(told: &str) -> Ended {
    say(told);
    Ended::Done
}

async fn demo(DemoArguments { people, seed, json }: DemoArguments) -> anyhow::Result<Ended> {
    let seen = Demo::new(people, seed).run(bars(json)).await?;
    say(&if json { seen.json.to_string() } else { seen.text });
    Ok(match (seen.blocked, seen.settled) {
        (true, _) => Ended::Blocked,
        (false, true) => Ended::Done,
        (false, false) => Ended::Failed,
    })
}

async fn plan(
    config: &Config,
    advisor: &Advisor<'_>,
    path: &Path,
    out: Option<&Path>,
    json: bool,
) -> anyhow::Result<Ended> {
    let source = source_of(config, advisor).await?;
    let api = connect::target(&config.yourcampus)?;
    let (reader, ledger) = (connect::reader(&api), MemoryLedger::new());
    let dry_run = with_bars(DryRun::new(&source, &reader, &ledger, &MachineClock), json);
    if !json {
        say(&show::facts([
            ("reading takes", source.call_formula().to_owned()),
            ("at most", format!("{} requests to Nmbrs", config.policy.source_request_ceiling)),
        ]));
    }
    let planned = dry_run.plan(&config.customer, &config.policy, &config.fingerprint_key).await?;
    let document = planned.plan.document();
    if let Some(out) = out {
        plan_file::save(out, &planned.plan).with_context(|| out.display().to_string())?;
    }
    if json {
        let mut line = plan_json(planned.plan.id().as_str(), document);
        if let Some(fields) = line.as_object_mut() {
            fields.insert("source_requests".into(), json!(planned.source.pages));
            fields.insert("target_requests".into(), json!(planned.target.pages));
        }
        say(&line.to_string());
    } else {
        let (source, target) = (planned.source, planned.target);
        let again = |again: u64| {
            if again == 0 { String::new() } else { format!(" and {again} more to read lists again") }
        };
        say(&show::facts([
            ("took", format!("{} requests to Nmbrs{}", source.pages, again(source.again))),
            ("", format!("{} requests to YourCampus{}", target.pages, again(target.again))),
        ]));
        say(&show::plan(document));
        say(&format!("plan {}", planned.plan.id()));
        if let (Some(out), true) = (out, document.totals.actions.total() > 0 && !document.is_blocked()) {
            say(&format!(
                "to approve it:\n  sync apply --config {} --plan {} \\\n    --approve {}",
                path.display(),
                out.display(),
                planned.plan.id()
            ));
        }
    }
    Ok(ended(document))
}

fn ended(document: &PlanDocument) -> Ended {
    if !document.brakes.is_empty() {
        Ended::Blocked
    } else if document.totals.actions.total() > 0 {
        Ended::Pending
    } else {
        Ended::Done
    }
}

async fn apply(
    config: &Config,
    advisor: &Advisor<'_>,
    plan: &Path,
    approve: &str,
    json: bool,
) -> anyhow::Result<Ended> {
    if !config.is_on_loopback() {
        bail!(
            "this version writes to sandboxes on this machine only: real accounts need a ledger that outlives the \
             process, which comes with a later version. `sync plan` works on real systems."
        );
    }
    let Some(approve) = PlanId::parse(approve) else {
        bail!(WrongUsage("--approve: must be the 64 hex digits that `sync plan` showed"));
    };
    let approved = plan_file::open(plan)?;
    let source = source_of(config, advisor).await?;
    let api = connect::target(&config.yourcampus)?;
    let (reader, writer, ledger) = (connect::reader(&api), connect::writer(&api), MemoryLedger::new());
    let dry_run = with_bars(DryRun::new(&source, &reader, &ledger, &MachineClock), json);
    let approval = Approval::of(approve, MachineClock.now());
    let applied = Apply::new(dry_run, &writer)
        .apply(&config.customer, &config.policy, &config.fingerprint_key, &approved, approval)
        .await;
    let report = match applied {
        Err(EngineError::Refused(Refusal::Braked(brakes))) => {
            for brake in &brakes {
                tell(&format!("sync: blocked by {}: {}", brake.rule(), show::brake_text(brake)));
            }
            return Ok(Ended::Blocked);
        }
        applied => applied?,
    };
    if json {
        let done = report.done();
        let left = report.actions.len() - done;
        say(&json!({"plan_id": report.plan, "done": done, "left": left, "skipped": report.skipped.len(), "target_writes": report.writes}).to_string());
    } else {
        say(&show::applied(&report));
    }
    Ok(if report.is_complete() { Ended::Done } else { Ended::Failed })
}

fn explain(plan: &Path, employee: &str) -> anyhow::Result<Ended> {
    let id = ExternalId::parse(employee).or_else(|_| ExternalId::rest(employee.trim()));
    let Ok(id) = id else {
        bail!(WrongUsage("--employee: must be an employee id, or one with `nmbrs:rest:` before it"));
    };
    let plan = plan_file::open(plan)?;
    let Some(entry) = plan.entry(&id) else { bail!("the plan does not know {id}") };
    say(&show::explanation(entry));
    Ok(Ended::Done)
}

async fn source_of(config: &Config, advisor: &Advisor<'_>) -> anyhow::Result<NmbrsSource> {
    let place = GrantPlace::new(&config.customer, &config.nmbrs.tokens)?;
    if place.load().await?.is_none() {
        bail!("{}: there is no grant yet, {place}", advisor.first_sign_in());
    }
    connect::source(&config.nmbrs, connect::authorizer(&config.nmbrs, &place)?)
}

fn read_config(path: &Path) -> anyhow::Result<Config> {
    Ok(Config::read(path, |name| std::env::var(name).ok())?)
}

fn bars(quiet: bool) -> Option<Arc<dyn Progress>> {
    Bars::unless(quiet).map(|bars| bars as Arc<dyn Progress>)
}

fn with_bars(dry_run: DryRun<'_>, quiet: bool) -> DryRun<'_> {
    match bars(quiet) {
        Some(bars) => dry_run.with_progress(bars),
        None => dry_run,
    }
}

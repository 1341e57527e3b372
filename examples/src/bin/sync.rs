//! The operator's tool: shows what a run would do, does what a person approved, and says why.
//!
//! Without arguments it runs the demo: both sandboxes on this machine, whatever the environment holds.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use examples::advice::Advisor;
use examples::check::check;
use examples::clock::MachineClock;
use examples::config::{Config, Problems};
use examples::demo::{Demo, plan_json};
use examples::exit::{Ended, WrongUsage};
use examples::grant::{GrantPlace, keep_alive, rotate_key, sign_out};
use examples::log::{self, LogLevel};
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

/// Keeps YourCampus in step with Nmbrs. Without a command: a demo on two sandboxes.
#[derive(Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Exit codes: 0 nothing to do or done, 2 changes pending, 3 blocked by a guard, 1 error, 64 wrong usage"
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    demo: DemoArguments,
    /// Tell on standard error what is done: all that this level covers. Off unless given.
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<LogLevel>,
}

#[derive(Args)]
struct DemoArguments {
    /// Demo: employee records in Nmbrs.
    #[arg(long, default_value_t = 120)]
    people: usize,
    /// Demo: the seed of all chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Demo: print one JSON line instead of tables.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Lets a person consent in the browser, and keeps the grant where the configuration says.
    SignIn {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
        /// Push the request to Nmbrs first, so that the address shows no detail of it.
        #[arg(long)]
        pushed: bool,
        /// Read the address to which the browser was sent from standard input.
        #[arg(long)]
        paste: bool,
        /// Put the new grant in the place of one that lives.
        #[arg(long)]
        replace: bool,
        /// Ask to see who consented, too (user.info.read); no run needs it.
        #[arg(long)]
        user: bool,
    },
    /// Revokes the grant at Nmbrs and removes it here.
    SignOut {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
    },
    /// Renews a grant that nobody has used for 20 days; it would end after 30. For a daily timer.
    KeepAlive {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
    },
    /// Seals the grant with the key in `nmbrs.tokens.sealed_with`, so that older keys can be thrown away.
    RotateKey {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
    },
    /// Would a run work, and what would it read? Reads nobody's data.
    Check {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
        /// Print one JSON line instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Reads both sides and shows what a run would do. Writes nothing to either.
    Plan {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
        /// Where to save the plan for `apply` and `explain`.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Print one JSON line instead of tables.
        #[arg(long)]
        json: bool,
    },
    /// Reads both sides again and does what stands in the approved plan and in the fresh one.
    Apply {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
        /// The plan that a person looked at.
        #[arg(long)]
        plan: PathBuf,
        /// The hash of that plan, typed by the person who approves it.
        #[arg(long, value_name = "HASH")]
        approve: String,
        /// Print one JSON line instead of tables.
        #[arg(long)]
        json: bool,
    },
    /// Says why a saved plan decides about one employee as it does.
    Explain {
        /// The plan.
        #[arg(long)]
        plan: PathBuf,
        /// The employee's id: as Nmbrs gives it, or with `nmbrs:rest:` before it.
        #[arg(long, value_name = "ID")]
        employee: String,
    },
}

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
        Command::SignOut { .. } => done(sign_out(config).await?),
        Command::KeepAlive { .. } => done(keep_alive(config, advisor).await?),
        Command::RotateKey { .. } => done(rotate_key(config).await?),
        Command::Check { json, .. } => {
            let report = check(config, advisor).await?;
            say(&if json { report.json().to_string() } else { report.text() });
            Ok(if report.is_ok() { Ended::Done } else { Ended::Failed })
        }
        Command::Plan { out, json, .. } => plan(config, path, out.as_deref(), json).await,
        Command::Apply { plan, approve, json, .. } => apply(config, &plan, &approve, json).await,
        Command::Explain { plan, employee } => explain(&plan, &employee),
    }
}

fn done(told: String) -> anyhow::Result<Ended> {
    say(&told);
    Ok(Ended::Done)
}

impl Command {
    /// The configuration file of a command that has one.
    fn config(&self) -> Option<&Path> {
        match self {
            Self::SignIn { config, .. }
            | Self::SignOut { config }
            | Self::KeepAlive { config }
            | Self::RotateKey { config }
            | Self::Check { config, .. }
            | Self::Plan { config, .. }
            | Self::Apply { config, .. } => Some(config),
            Self::Explain { .. } => None,
        }
    }
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

async fn plan(config: &Config, path: &Path, out: Option<&Path>, json: bool) -> anyhow::Result<Ended> {
    let source = source_of(config)?;
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

async fn apply(config: &Config, plan: &Path, approve: &str, json: bool) -> anyhow::Result<Ended> {
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
    let source = source_of(config)?;
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

fn source_of(config: &Config) -> anyhow::Result<NmbrsSource> {
    let place = GrantPlace::new(&config.customer, &config.nmbrs.tokens);
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

//! The operator's tool: shows what a run would do, does what a person approved, and says why.
//!
//! Without arguments it runs the demo: both sandboxes on this machine, whatever the environment holds.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::Parser;
use examples::advice::Advisor;
use examples::arguments::{Arguments, Command, DemoArguments};
use examples::check::check;
use examples::commands::{self, Setting};
use examples::config::{Config, Problems};
use examples::demo::Demo;
use examples::exit::{Ended, WrongUsage};
use examples::grant::{keep_alive, rotate_key, sign_out};
use examples::log;
use examples::progress::Bars;
use examples::sign_in::{Options, sign_in};
use examples::terminal::{say, tell};
use sync_core::ports::Progress;

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
    let ended = with_config(command, Setting::new(&config, &path, &advisor)).await;
    // What to do comes first; what happened, in full, after it.
    ended.map_err(|error| match error.chain().next().and_then(|error| advisor.known(error)) {
        Some(advice) => error.context(advice),
        None => error,
    })
}

fn without_config(command: &Command) -> anyhow::Result<Ended> {
    match command {
        Command::Explain { plan, employee } => commands::explain(plan, employee),
        _ => bail!(WrongUsage("--config: is missing")),
    }
}

async fn with_config(command: Command, setting: Setting<'_>) -> anyhow::Result<Ended> {
    let config = setting.config;
    match command {
        Command::SignIn { pushed, paste, replace, user, .. } => {
            sign_in(config, Options { pushed, paste, replace, user }).await?;
            Ok(Ended::Done)
        }
        Command::SignOut { .. } => Ok(said(&sign_out(config).await?)),
        Command::KeepAlive { .. } => Ok(said(&keep_alive(config).await?)),
        Command::RotateKey { .. } => Ok(said(&rotate_key(config).await?)),
        Command::Check { json, .. } => {
            let report = check(config, setting.advisor).await?;
            say(&if json { report.json().to_string() } else { report.text() });
            Ok(if report.is_ok() { Ended::Done } else { Ended::Failed })
        }
        Command::Plan { out, json, .. } => commands::plan(setting, out.as_deref(), json).await,
        Command::Run { only, take_over, json, .. } => {
            commands::run(setting, commands::RunOptions { only, take_over, json }).await
        }
        Command::Confirm(typed) => commands::confirm(setting, &typed).await,
        Command::Approve(typed) => commands::approve(setting, &typed).await,
        Command::Budgets(typed) => commands::budgets(setting, &typed).await,
        Command::Revoke { by, .. } => commands::revoke(setting, &by).await,
        Command::Status { json, .. } => commands::status(setting, json).await,
        Command::Person { id, json, .. } => commands::person(setting, &id, json).await,
        Command::Apply { plan, approve, json, .. } => commands::apply(setting, &plan, &approve, json).await,
        Command::Migrate(typed) => Box::pin(commands::migrate(setting, &typed)).await,
        Command::Export(typed) => Box::pin(commands::export(setting, &typed)).await,
        Command::Purge { older_than, .. } => commands::purge(setting, older_than).await,
        Command::Explain { plan, employee } => commands::explain(&plan, &employee),
    }
}

fn said(told: &str) -> Ended {
    say(told);
    Ended::Done
}

async fn demo(DemoArguments { people, seed, json }: DemoArguments) -> anyhow::Result<Ended> {
    let bars = Bars::unless(json).map(|bars| bars as Arc<dyn Progress>);
    let seen = Demo::new(people, seed).run(bars).await?;
    say(&if json { seen.json.to_string() } else { seen.text });
    Ok(match (seen.blocked, seen.settled) {
        (true, _) => Ended::Blocked,
        (false, true) => Ended::Done,
        (false, false) => Ended::Failed,
    })
}

fn read_config(path: &Path) -> anyhow::Result<Config> {
    Ok(Config::read(path, |name| std::env::var(name).ok())?)
}

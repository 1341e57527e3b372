//! The command line of `sync`: what can be asked for. What comes of it is in the program.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::log::LogLevel;

/// Keeps YourCampus in step with Nmbrs. Without a command: a demo on two sandboxes.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Exit codes: 0 nothing to do or done, 2 changes pending, 3 blocked by a guard, 1 error, 64 wrong usage"
)]
pub struct Arguments {
    /// What to do; without it the demo.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What the demo shows.
    #[command(flatten)]
    pub demo: DemoArguments,
    /// Tell on standard error what is done: all that this level covers. Off unless given.
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log: Option<LogLevel>,
}

/// What the demo shows.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct DemoArguments {
    /// Demo: employee records in Nmbrs.
    #[arg(long, default_value_t = 120)]
    pub people: usize,
    /// Demo: the seed of all chance.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Demo: print one JSON line instead of tables.
    #[arg(long)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
#[expect(clippy::exhaustive_enums, reason = "the program must know what to do for each")]
pub enum Command {
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

impl Command {
    /// The configuration file of a command that has one.
    pub fn config(&self) -> Option<&Path> {
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

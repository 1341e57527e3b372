//! The command line of `sync`: what can be asked for. What comes of it is in the program.

mod budgets;
mod export;
mod migrate;

pub use budgets::{Baseline, Budgets, Found, Given, Look, Word as MoneyWord};
pub use export::{Column, Export, FlexSalaryArguments, RosterArguments};
pub use migrate::Migrate;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::log::LogLevel;

/// Keeps YourCampus in step with Nmbrs. Without a command: a demo on two sandboxes.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Exit codes: 0 nothing to do or done, 2 changes or a person's word pending, 3 blocked by a guard, \
                  1 error or partly done, 64 wrong usage"
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
    /// The daily run: reads both sides, plans, and does what the mandate and waiting approvals allow.
    Run {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
        /// Only this person's part of the plan: an employee's id. Such a run does not count as a complete one.
        #[arg(long, value_name = "ID")]
        only: Option<String>,
        /// Go on although another run seems to be under way, because you know that it crashed.
        #[arg(long)]
        take_over: bool,
        /// Print one JSON line instead of tables.
        #[arg(long)]
        json: bool,
    },
    /// Gives the mandate for daily runs, and approves the plan that it is based on.
    Confirm(Confirm),
    /// Approves one plan, over a limit too, and proposals of held people where you say so.
    Approve(Approve),
    /// Money that fields give: what was given, what is open, and a person's word about both.
    #[command(subcommand)]
    Budgets(Budgets),
    /// Ends the mandate: daily runs only plan from then on.
    Revoke {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
        /// Who ends it.
        #[arg(long, value_name = "NAME")]
        by: String,
    },
    /// Shows the mandate, approvals that wait, the last runs, and what to type next. Reads neither side.
    Status {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
        /// Print one JSON line instead of tables.
        #[arg(long)]
        json: bool,
    },
    /// Reads both sides and says what is decided about one person, and why. Changes nothing.
    Person {
        /// The employee's id: as Nmbrs gives it, or with `nmbrs:rest:` before it.
        id: String,
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
        /// Print one JSON line instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Reads both sides again and does what stands in the approved plan and in the fresh one, without any mandate.
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
    /// Moves from SOAP to REST: shows which record is which, and with `--approve` carries it out, once and for all.
    Migrate(Migrate),
    /// Writes a list of both sides as a file: for YourCampus' pick-up, or for its import of salaries.
    #[command(subcommand)]
    Export(Export),
    /// Forgets runs, plans and used approvals that are older than so many days.
    Purge {
        /// The configuration file (TOML).
        #[arg(long)]
        config: PathBuf,
        /// How many days to keep.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        older_than: u32,
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

/// Whose word it is, and about which plan.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct Word {
    /// The hash of the plan, as `sync run` showed it: all 64 digits.
    #[arg(value_name = "HASH")]
    pub plan: String,
    /// The configuration file (TOML).
    #[arg(long)]
    pub config: PathBuf,
    /// Who says so. Kept with the mandate and the approval, shown by `sync status`, and nowhere else.
    #[arg(long, value_name = "NAME")]
    pub by: String,
}

/// What `sync confirm` is told.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct Confirm {
    /// Whose word it is.
    #[command(flatten)]
    pub word: Word,
    /// Adopt the accounts that the plan proposes to adopt.
    #[arg(long)]
    pub adopt: bool,
    /// Companies and fields that the plan shows as gone are meant to be gone.
    #[arg(long)]
    pub smaller_scope: bool,
}

/// What `sync approve` is told. Without the flags it covers the plan's actions, and no proposal.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Approve {
    /// Whose word it is.
    #[command(flatten)]
    pub word: Word,
    /// Every adoption that the plan proposes.
    #[arg(long)]
    pub adopt: bool,
    /// Every activation that the plan proposes.
    #[arg(long)]
    pub activate: bool,
    /// Every relink that the plan proposes: two records are one person's.
    #[arg(long)]
    pub relink: bool,
    /// Every deactivation that the plan proposes of somebody who has not left.
    #[arg(long)]
    pub deactivate: bool,
    /// All money that the plan proposes: other amounts, ends, and what is given again.
    #[arg(long)]
    pub budgets: bool,
    /// What the plan proposes for this person, whatever it is, money too. May be given several times.
    #[arg(long, value_name = "ID")]
    pub person: Vec<String>,
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
            | Self::Run { config, .. }
            | Self::Revoke { config, .. }
            | Self::Status { config, .. }
            | Self::Person { config, .. }
            | Self::Apply { config, .. }
            | Self::Purge { config, .. } => Some(config),
            Self::Export(export) => Some(export.config()),
            Self::Confirm(confirm) => Some(&confirm.word.config),
            Self::Approve(approve) => Some(&approve.word.config),
            Self::Budgets(budgets) => Some(budgets.config()),
            Self::Migrate(migrate) => Some(&migrate.config),
            Self::Explain { .. } => None,
        }
    }
}

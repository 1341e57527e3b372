//! What `sync migrate` is told.

use std::path::PathBuf;

use clap::Args;

/// What `sync migrate` is told. Without `--approve` it only looks.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Migrate {
    /// The configuration file (TOML), with both `[nmbrs]` and `[nmbrs.soap]`.
    #[arg(long)]
    pub config: PathBuf,
    /// These two are the same employee, although the values do not show it: the id over SOAP as `sync migrate` shows it,
    /// and the one over REST. May be given several times.
    #[arg(long, value_name = "OLD=NEW")]
    pub same: Vec<String>,
    /// Take whoever agrees in number, birthday and last name where an address is missing, if there is only one.
    #[arg(long)]
    pub likely: bool,
    /// End the time of SOAP although people who are held have accounts in use. A run over REST may make such a one a second
    /// account: look at each of them first.
    #[arg(long)]
    pub leave_held: bool,
    /// Carry out the plan with this hash, all 64 digits, with the words that it was made with.
    #[arg(long, value_name = "HASH", requires = "by", conflicts_with_all = ["same", "likely", "leave_held"])]
    pub approve: Option<String>,
    /// Who approves it. Kept with the approval, and shown nowhere else.
    #[arg(long, value_name = "NAME", requires = "approve")]
    pub by: Option<String>,
    /// Go on although another run seems to be under way, because you know that it crashed.
    #[arg(long, requires = "approve")]
    pub take_over: bool,
    /// Print one JSON line instead of tables.
    #[arg(long)]
    pub json: bool,
}

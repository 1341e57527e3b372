//! What can be asked for below `sync budgets`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

/// What to do about money that fields give.
#[derive(Debug, Subcommand)]
#[expect(clippy::exhaustive_enums, reason = "the program must know what to do for each")]
pub enum Budgets {
    /// Says what people were given before the ledger knew of it. Nobody is given anything before somebody has.
    Baseline(Baseline),
    /// Shows the lists that nobody has confirmed yet, and what else is open. Reads neither side.
    List(Look),
    /// Writes the file of a list that is not confirmed once more, byte for byte the same.
    Write {
        /// The list, as `sync budgets list` shows it: all 32 digits.
        #[arg(value_name = "BATCH")]
        batch: String,
        /// Where it is looked at.
        #[command(flatten)]
        look: Look,
    },
    /// Support carried a list out: what stands in it was given.
    Confirm {
        /// The list, as `sync budgets list` shows it: all 32 digits.
        #[arg(value_name = "BATCH")]
        batch: String,
        /// Whose word it is.
        #[command(flatten)]
        word: Word,
        /// But not this grant: it stays open until somebody tells. May be given several times.
        #[arg(long, value_name = "GRANT")]
        except: Vec<String>,
    },
    /// A list was not carried out and never will be. To give the same later needs an approval, and has another id.
    Reject {
        /// The list, as `sync budgets list` shows it: all 32 digits.
        #[arg(value_name = "BATCH")]
        batch: String,
        /// Whose word it is.
        #[command(flatten)]
        word: Word,
        /// Only this grant of it. May be given several times.
        #[arg(long, value_name = "GRANT")]
        grant: Vec<String>,
    },
    /// Shows the grants of which nobody knows whether they were given. Reads neither side.
    Doubtful(Look),
    /// Says what somebody found out about such a grant.
    Settle {
        /// The grant, as `sync budgets doubtful` shows it: all 32 digits.
        #[arg(value_name = "GRANT")]
        grant: String,
        /// Whose word it is.
        #[command(flatten)]
        word: Word,
        /// What was found out.
        #[command(flatten)]
        found: Found,
    },
    /// Shows all that one employee was given: when, how much, how it stands, and who told. Reads neither side.
    History {
        /// The employee's id: as Nmbrs gives it, or with `nmbrs:rest:` before it.
        id: String,
        /// Where it is looked at.
        #[command(flatten)]
        look: Look,
    },
    /// Forgets all that is kept about somebody who is gone. What was given is not given again. Reads both sides first.
    Forget {
        /// The employee's id: as Nmbrs gave it, or with `nmbrs:rest:` before it.
        id: String,
        /// Whose word it is.
        #[command(flatten)]
        word: Word,
    },
}

/// Where to look, and how to tell.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct Look {
    /// The configuration file (TOML).
    #[arg(long)]
    pub config: PathBuf,
    /// Print one JSON line instead of tables.
    #[arg(long)]
    pub json: bool,
}

/// Whose word it is.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct Word {
    /// Where it is kept.
    #[command(flatten)]
    pub look: Look,
    /// Who says so. Kept with the grants, shown by `sync budgets history`, and nowhere else.
    #[arg(long, value_name = "NAME")]
    pub by: String,
}

/// What `sync budgets baseline` is told.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct Baseline {
    /// The hash of the plan that was looked at, as `sync run` showed it: all 64 digits.
    #[arg(long, value_name = "HASH")]
    pub plan: String,
    /// Whose word it is.
    #[command(flatten)]
    pub word: Word,
    /// What was given.
    #[command(flatten)]
    pub given: Given,
    /// Only for this person. May be given several times; without it for everybody in the plan.
    #[arg(long, value_name = "ID")]
    pub person: Vec<String>,
}

/// What was given before the ledger knew of it.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct Given {
    /// Nothing besides what the ledger remembers.
    #[arg(long)]
    pub nothing_else: bool,
    /// What the fields of the plan name has been given.
    #[arg(long)]
    pub as_filled: bool,
    /// What stands in this file: CSV with the header `employee,kind,category,amount`. Of people who are not in it nothing
    /// is said.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// What somebody found out about a doubtful grant.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct Found {
    /// It was given.
    #[arg(long)]
    pub given: bool,
    /// It was not given, and will not be. To give it later needs an approval, and has another id.
    #[arg(long)]
    pub not_given: bool,
}

impl Budgets {
    /// Where to look, and how to tell.
    pub const fn look(&self) -> &Look {
        match self {
            Self::List(look)
            | Self::Doubtful(look)
            | Self::Write { look, .. }
            | Self::History { look, .. } => look,
            Self::Baseline(Baseline { word, .. })
            | Self::Confirm { word, .. }
            | Self::Reject { word, .. }
            | Self::Settle { word, .. }
            | Self::Forget { word, .. } => &word.look,
        }
    }

    /// The configuration file.
    pub fn config(&self) -> &Path {
        &self.look().config
    }
}

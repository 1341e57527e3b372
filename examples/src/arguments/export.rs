//! What `sync export` is told.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use sync_core::policy::SalaryColumn;

/// Which list.
#[derive(Debug, Subcommand)]
#[expect(clippy::exhaustive_enums, reason = "the program must know what to do for each")]
pub enum Export {
    /// Everybody, for YourCampus' pick-up by FTP or SFTP: one file in a folder.
    Roster(RosterArguments),
    /// Salaries, for YourCampus' import of Flex Salary. Reads salaries, and only if the policy asks for them.
    FlexSalary(FlexSalaryArguments),
}

/// What `sync export roster` is told.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct RosterArguments {
    /// The configuration file (TOML).
    #[arg(long)]
    pub config: PathBuf,
    /// The folder of the pick-up; it must be there, and hold no other roster.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// You looked at exactly this roster, and it may take the place of the last one: the id that was shown.
    #[arg(long, value_name = "ID")]
    pub accept: Option<String>,
    /// Print one JSON line instead of text.
    #[arg(long)]
    pub json: bool,
}

/// What `sync export flex-salary` is told.
#[derive(Debug, Args)]
#[expect(clippy::exhaustive_structs, reason = "the parser fills it")]
pub struct FlexSalaryArguments {
    /// The configuration file (TOML).
    #[arg(long)]
    pub config: PathBuf,
    /// The file to write; an earlier list of salaries under that name is replaced.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Which column to fill, if the policy chooses several.
    #[arg(long)]
    pub column: Option<Column>,
    /// Print one JSON line instead of text.
    #[arg(long)]
    pub json: bool,
}

/// A column of the list of salaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(clippy::exhaustive_enums, reason = "the platform's list has these")]
pub enum Column {
    /// Primary Salary Source
    Primary,
    /// Secondary Salary Source
    Secondary,
    /// Gross Hourly Wage
    HourlyWage,
}

impl From<Column> for SalaryColumn {
    fn from(column: Column) -> Self {
        match column {
            Column::Primary => Self::Primary,
            Column::Secondary => Self::Secondary,
            Column::HourlyWage => Self::HourlyWage,
        }
    }
}

impl Export {
    /// The configuration file.
    pub fn config(&self) -> &Path {
        match self {
            Self::Roster(RosterArguments { config, .. })
            | Self::FlexSalary(FlexSalaryArguments { config, .. }) => config,
        }
    }
}

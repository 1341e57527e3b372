//! What the exit code of `sync` says, and the one error that decides about it.

use std::fmt;
use std::process::ExitCode;

/// How a command ended. The operator's page has the same table.
///
/// `migrate` without `--approve` ends as a plan, and with it as an apply.
///
/// | code | a run | an apply | a plan | any other command |
/// |---|---|---|---|---|
/// | 0 | all was done that there was | all was done that was approved | there is nothing to do | done |
/// | 1 | partly done, or failed | partly done, or failed | failed | failed |
/// | 2 | a person's word is needed, for all or for some of it | | changes are pending | |
/// | 3 | blocked by a guard | blocked by a guard | would be blocked by a guard | |
/// | 64 | wrong usage | wrong usage | wrong usage | wrong usage |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// Nothing to do, or all was done.
    Done,
    /// Something could not be done.
    Failed,
    /// Changes are pending, or wait for a person's word.
    Pending,
    /// A guard blocks the run.
    Blocked,
    /// The command line or the configuration is wrong.
    WrongUsage,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        Self::from(match ended {
            Ended::Done => 0,
            Ended::Failed => 1,
            Ended::Pending => 2,
            Ended::Blocked => 3,
            Ended::WrongUsage => 64,
        })
    }
}

/// The command line, or the configuration for this command, is wrong in a way that the parsers cannot see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongUsage(pub &'static str);

impl fmt::Display for WrongUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for WrongUsage {}

//! What the exit code of `sync` says.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// Nothing to do, or all was done.
    Done,
    /// Something could not be done.
    Failed,
    /// Changes are pending.
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

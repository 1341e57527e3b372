//! The one error of all ports: what the engine must do next, not what went wrong inside.

use std::error::Error as StdError;
use std::fmt;

use chrono::{DateTime, Utc};

type Source = Box<dyn StdError + Send + Sync>;

/// Why a port could not do what was asked. Its text and its sources hold no values.
#[derive(Debug)]
pub struct PortError {
    kind: PortErrorKind,
    context: String,
    source: Option<Source>,
}

/// What follows from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PortErrorKind {
    /// Nothing was done; the same call may succeed later.
    Retryable {
        /// Not before this instant, if the other side said so.
        at: Option<DateTime<Utc>>,
    },
    /// Nothing was done; the same call will fail again.
    Refused,
    /// Nothing was done; something else is in the way, such as an address that is taken.
    Conflict,
    /// It may or may not have been done. Only reading tells (R13).
    Doubtful,
    /// The other side no longer lets us in; a person must sign in again.
    ConsentLost,
    /// A list disagrees with itself. Reading it once more may help (R1).
    Incomplete,
    /// The call was not made because the run had used up its requests (R20).
    Ceiling,
    /// Another run holds a later lease; this one may write nothing more (R24).
    Overtaken,
    /// Nothing more can be done in this run.
    Fatal,
}

impl PortError {
    /// An error with the operation it happened in, such as `create account`. No values.
    pub fn new(kind: PortErrorKind, context: impl Into<String>) -> Self {
        Self { kind, context: context.into(), source: None }
    }

    /// With what lies beneath.
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What follows.
    pub const fn kind(&self) -> PortErrorKind {
        self.kind
    }

    /// May the call have had its effect?
    pub const fn may_have_been_done(&self) -> bool {
        matches!(self.kind, PortErrorKind::Doubtful)
    }

    /// Should the run end here, because every further call would fail too?
    pub const fn ends_the_run(&self) -> bool {
        matches!(
            self.kind,
            PortErrorKind::Retryable { .. }
                | PortErrorKind::ConsentLost
                | PortErrorKind::Ceiling
                | PortErrorKind::Overtaken
                | PortErrorKind::Fatal
        )
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            PortErrorKind::Retryable { at: Some(at) } => {
                return write!(
                    f,
                    "{}: not now, try again at {}",
                    self.context,
                    at.format("%Y-%m-%dT%H:%M:%SZ")
                );
            }
            PortErrorKind::Retryable { at: None } => "not now, try again later",
            PortErrorKind::Refused => "refused",
            PortErrorKind::Conflict => "in conflict with what is there",
            PortErrorKind::Doubtful => "may or may not have been done",
            PortErrorKind::ConsentLost => "consent lost, a person must sign in again",
            PortErrorKind::Incomplete => "the list disagrees with itself",
            PortErrorKind::Ceiling => "the run's request ceiling is reached",
            PortErrorKind::Overtaken => "another run of this customer has taken over",
            PortErrorKind::Fatal => "failed",
        };
        write!(f, "{}: {what}", self.context)
    }
}

impl StdError for PortError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

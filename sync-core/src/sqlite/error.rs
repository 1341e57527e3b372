//! What can be wrong with the store's file, and what a run makes of it.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use rusqlite::ErrorCode;

use crate::ports::{PortError, PortErrorKind};

/// Why the store's file could not be opened, read or written. Its text and its sources hold no values.
///
/// Whatever the kind: a call is kept whole or not at all. After [`Io`](SqliteErrorKind::Io) it may have been kept, as
/// after a crash; after every other kind it was not.
///
/// Inside a [`PortError`] it is the source: `error.source().and_then(|source| source.downcast_ref::<SqliteError>())`.
#[derive(Debug)]
pub struct SqliteError {
    kind: SqliteErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SqliteErrorKind {
    /// The file is there, but it is not a store of ours. It was left as it is.
    NotOurs,
    /// The file was made by a later version of this crate. It was left as it is.
    NewerVersion {
        /// The version of the file.
        found: i64,
        /// The latest version that this crate knows.
        known: i64,
    },
    /// Others than the owner can read the file, or one of those beside it. A person has to look who did, and make it
    /// 0600.
    OpenToOthers,
    /// The path leads to something else than a regular file, such as a link.
    NotAFile,
    /// The folder of the file is not there.
    NoFolder,
    /// The file or its folder cannot be written.
    ReadOnly,
    /// The disk is full.
    Full,
    /// Another process held the file for too long.
    Locked,
    /// The file's content is damaged.
    Corrupt,
    /// The file holds a value that this version cannot read.
    Unreadable,
    /// A value is out of the range that the store keeps, such as a plan of more than a gigabyte or a year of five
    /// digits.
    OutOfRange,
    /// The disk or the operating system failed.
    Io,
    /// The store's own thread is gone.
    Closed,
}

impl SqliteError {
    pub(super) const fn of(kind: SqliteErrorKind) -> Self {
        Self { kind, source: None }
    }

    fn with(kind: SqliteErrorKind, source: impl StdError + Send + Sync + 'static) -> Self {
        Self { kind, source: Some(Box::new(source)) }
    }

    /// What is wrong.
    pub const fn kind(&self) -> SqliteErrorKind {
        self.kind
    }
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            SqliteErrorKind::NotOurs => "the file is not a store of this program",
            SqliteErrorKind::NewerVersion { found, known } => {
                return write!(f, "the store's file is of version {found}, and this program knows {known}");
            }
            SqliteErrorKind::OpenToOthers => {
                "others can read the store's file; make it 0600, and those beside it too"
            }
            SqliteErrorKind::NotAFile => "the store's path leads to something else than a file",
            SqliteErrorKind::NoFolder => "the folder of the store's file is not there",
            SqliteErrorKind::ReadOnly => "the store's file or its folder cannot be written",
            SqliteErrorKind::Full => "the disk of the store's file is full",
            SqliteErrorKind::Locked => "another process held the store's file for too long",
            SqliteErrorKind::Corrupt => "the store's file is damaged",
            SqliteErrorKind::Unreadable => "the store's file holds what this version cannot read",
            SqliteErrorKind::OutOfRange => "a value is out of the range that the store keeps",
            SqliteErrorKind::Io => "the disk of the store's file failed",
            SqliteErrorKind::Closed => "the store's thread is gone",
        };
        f.write_str(what)
    }
}

impl StdError for SqliteError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error;
        let kind = match &error {
            Error::SqliteFailure(failure, _) | Error::SqlInputError { error: failure, .. } => {
                match failure.code {
                    ErrorCode::DiskFull => SqliteErrorKind::Full,
                    ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => SqliteErrorKind::Locked,
                    ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
                        SqliteErrorKind::ReadOnly
                    }
                    ErrorCode::NotADatabase => SqliteErrorKind::NotOurs,
                    ErrorCode::ConstraintViolation | ErrorCode::TooBig => SqliteErrorKind::OutOfRange,
                    // The statements are ours: if one does not fit the tables, somebody changed the tables.
                    ErrorCode::DatabaseCorrupt | ErrorCode::Unknown | ErrorCode::SchemaChanged => {
                        SqliteErrorKind::Corrupt
                    }
                    _ => SqliteErrorKind::Io,
                }
            }
            Error::InvalidPath(_) | Error::NulError(_) => SqliteErrorKind::NoFolder,
            _ => SqliteErrorKind::Unreadable,
        };
        Self::with(kind, error)
    }
}

impl From<io::Error> for SqliteError {
    fn from(error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => SqliteErrorKind::NoFolder,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => SqliteErrorKind::ReadOnly,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => SqliteErrorKind::Full,
            _ => SqliteErrorKind::Io,
        };
        Self::with(kind, error)
    }
}

/// Why a call was not kept.
#[derive(Debug)]
pub(super) enum Failure {
    /// A rule of the ports forbids it.
    Rule(PortErrorKind, &'static str),
    /// The file.
    File(SqliteError),
}

impl Failure {
    /// The file holds something that is not what this column says.
    pub(super) const fn unreadable() -> Self {
        Self::File(SqliteError::of(SqliteErrorKind::Unreadable))
    }

    /// What a caller of `what` is told.
    pub(super) fn told(self, what: &'static str) -> PortError {
        match self {
            Self::Rule(kind, why) => PortError::new(kind, format!("{what}: {why}")),
            Self::File(error) => {
                let kind = match error.kind() {
                    SqliteErrorKind::Locked => PortErrorKind::Retryable { at: None },
                    _ => PortErrorKind::Fatal,
                };
                PortError::new(kind, what).with_source(error)
            }
        }
    }
}

impl From<SqliteError> for Failure {
    fn from(error: SqliteError) -> Self {
        Self::File(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::File(error.into())
    }
}

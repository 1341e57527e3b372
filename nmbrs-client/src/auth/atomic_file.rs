//! A small private file that is never half written, and that processes change one at a time.
//!
//! In: a path and a decision about the whole content. Out: the content as it was, replaced or removed in one go and
//! safe from a crash. What can never happen: a reader who sees half a write, two writers at once, a write through a
//! link, a secret in a file others can read, or a folder that is made because a disk is not mounted.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How often, and how far apart, a file that another process is changing is tried. A change takes milliseconds.
const LOCK_TRIES: u32 = 1000;
const LOCK_WAIT: Duration = Duration::from_millis(10);

/// No content of ours comes near it.
const LARGEST: u64 = 1024 * 1024;

/// Only the owner may read and write.
const PRIVATE: u32 = 0o600;

/// What is wrong with the place of a file. Says nothing of its content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum FileError {
    #[error("{0} is not a regular file")]
    NotAFile(PathBuf),
    #[error(
        "{path} can be read by others (mode {mode:o}): make it {PRIVATE:o}, and treat its content as known"
    )]
    OpenToOthers { path: PathBuf, mode: u32 },
    #[error("{0} is larger than any file of this kind")]
    TooLarge(PathBuf),
    #[error("the folder of {0} does not exist")]
    NoFolder(PathBuf),
    #[error("another process has held the lock on {0} for too long")]
    Locked(PathBuf),
    #[error("{path} cannot be {action}")]
    Io { path: PathBuf, action: &'static str, source: io::Error },
}

impl FileError {
    /// Whether it stays until a person does something.
    pub(super) fn is_lasting(&self) -> bool {
        match self {
            Self::Locked(_) => false,
            Self::Io { source, .. } => source.kind() == io::ErrorKind::PermissionDenied,
            _ => true,
        }
    }

    /// Whether the change may have been made all the same.
    #[cfg(feature = "vault")]
    pub(super) fn is_in_doubt(&self) -> bool {
        matches!(self, Self::Io { action: "synced", .. })
    }
}

/// What is to become of a file.
pub(super) enum Change {
    /// It stays as it is.
    Keep,
    /// This takes its place.
    Write(Vec<u8>),
    /// It goes.
    Remove,
}

/// The content; `None` if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    let failed = |source| failure(path, "read", source);
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return if folder(path).is_dir() { Ok(None) } else { Err(FileError::NoFolder(path.to_owned())) };
        }
        Err(error) => return Err(failed(error)),
    };
    if !metadata.is_file() {
        return Err(FileError::NotAFile(path.to_owned()));
    }
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(FileError::OpenToOthers { path: path.to_owned(), mode });
    }
    let mut content = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut content)).map_err(failed)?;
    if content.len() as u64 > LARGEST { Err(FileError::TooLarge(path.to_owned())) } else { Ok(Some(content)) }
}

/// Decides about the content while nobody else can change it, and carries the decision out, durably.
pub(super) fn change<T, E: From<FileError>>(
    path: &Path,
    decide: impl FnOnce(Option<Vec<u8>>) -> Result<(Change, T), E>,
) -> Result<T, E> {
    // The lock lies beside the file, because the file itself is another one after each write. It ends with `_locked`.
    let _locked = lock(&beside(path, "lock"), LOCK_TRIES)?;
    let (change, result) = decide(read(path)?)?;
    match change {
        Change::Keep => {}
        Change::Write(content) => write(path, &content)?,
        Change::Remove => {
            fs::remove_file(path).map_err(|error| failure(path, "removed", error))?;
            sync_folder(path)?;
        }
    }
    Ok(result)
}

fn lock(path: &Path, tries: u32) -> Result<File, FileError> {
    let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(PRIVATE).open(path);
    let file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FileError::NoFolder(path.to_owned()),
        _ => failure(path, "opened", error),
    })?;
    for _ in 0..tries {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_WAIT),
            Err(TryLockError::Error(error)) => return Err(failure(path, "locked", error)),
        }
    }
    Err(FileError::Locked(path.to_owned()))
}

fn write(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let new = beside(path, "new");
    let failed = |source| failure(&new, "written", source);
    // What a crash has left half written is worth nothing; and a link somebody put there must not be followed.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&new).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&new, path).map_err(|error| failure(path, "replaced", error))?;
    sync_folder(path)
}

/// Until its folder is written, a renamed file may be the old one again after a crash.
fn sync_folder(path: &Path) -> Result<(), FileError> {
    let folder = folder(path);
    File::open(&folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| failure(&folder, "synced", error))
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn failure(path: &Path, action: &'static str, source: io::Error) -> FileError {
    FileError::Io { path: path.to_owned(), action, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_not_given_back_ends_in_an_error_that_may_pass() {
        let path = std::env::temp_dir().join(format!("nmbrs-client-{}.lock", std::process::id()));
        let held = lock(&path, 1).unwrap();
        let error = lock(&path, 2).unwrap_err();
        assert!(matches!(error, FileError::Locked(_)) && !error.is_lasting());
        drop(held);
        assert!(lock(&path, 1).is_ok());
        fs::remove_file(path).unwrap();
    }
}

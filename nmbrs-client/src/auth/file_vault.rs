//! A [`CredentialVault`] of files, for one machine (Unix): one file per credential, all in one folder.
//!
//! The vault keeps bytes it cannot read; the files are private all the same. As [`FileTokenStore`] it belongs on a
//! local disk.
//!
//! [`FileTokenStore`]: super::FileTokenStore

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sync_core::ports::{CredentialRef, CredentialVault, PortError, PortErrorKind, SealedCredential, Swapped};

use super::atomic_file::{self, Change, FileError};

/// The version of the files' form.
const SCHEMA: &str = "nmbrs-vault-file/v1";

/// Keeps sealed credentials in files of mode 0600 in one folder, which must exist.
#[derive(Debug, Clone)]
pub struct FileVault {
    folder: PathBuf,
}

impl FileVault {
    /// The vault in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        operation: &'static str,
        credential: &CredentialRef,
        work: impl FnOnce(&Path) -> Result<T, FileVaultError> + Send + 'static,
    ) -> Result<T, PortError> {
        let path = self.folder.join(file_name(credential));
        match tokio::task::spawn_blocking(move || work(&path)).await {
            Ok(done) => done.map_err(|error| PortError::new(error.kind(), operation).with_source(error)),
            Err(error) => Err(PortError::new(PortErrorKind::Doubtful, operation).with_source(error)),
        }
    }
}

#[async_trait]
impl CredentialVault for FileVault {
    async fn load(&self, credential: &CredentialRef) -> Result<Option<SealedCredential>, PortError> {
        self.on_disk("load credential", credential, |path| {
            atomic_file::read(path)?.map(|content| decode(&content)).transpose()
        })
        .await
    }

    async fn replace(
        &self,
        credential: &CredentialRef,
        expected: Option<u64>,
        sealed: &[u8],
    ) -> Result<Swapped, PortError> {
        let sealed = STANDARD.encode(sealed);
        self.on_disk("store credential", credential, move |path| {
            atomic_file::change(path, |content| {
                if generation(content)? != expected {
                    return Ok((Change::Keep, Swapped::Moved));
                }
                let next = expected.unwrap_or(0).saturating_add(1);
                let content = Content { schema: SCHEMA.to_owned(), generation: next, sealed };
                let content = serde_json::to_vec(&content).map_err(|_| FileVaultError::Malformed)?;
                Ok((Change::Write(content), Swapped::Done(next)))
            })
        })
        .await
    }

    async fn remove(&self, credential: &CredentialRef, expected: u64) -> Result<Swapped, PortError> {
        self.on_disk("remove credential", credential, move |path| {
            atomic_file::change(path, |content| {
                Ok(if generation(content)? == Some(expected) {
                    (Change::Remove, Swapped::Done(expected))
                } else {
                    (Change::Keep, Swapped::Moved)
                })
            })
        })
        .await
    }
}

/// Why a file cannot be used. Holds nothing of its content.
#[derive(Debug, thiserror::Error)]
enum FileVaultError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the file is of another version than {SCHEMA}")]
    UnknownVersion,
    #[error("the file holds no sealed credential")]
    Malformed,
}

impl FileVaultError {
    fn kind(&self) -> PortErrorKind {
        match self {
            Self::File(error) if error.is_lasting() => PortErrorKind::Refused,
            // A write that failed half way may have been done, if not durably.
            Self::File(error) if error.is_in_doubt() => PortErrorKind::Doubtful,
            Self::File(_) => PortErrorKind::Retryable { at: None },
            Self::UnknownVersion | Self::Malformed => PortErrorKind::Refused,
        }
    }
}

#[derive(Deserialize)]
struct Head {
    schema: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    schema: String,
    generation: u64,
    sealed: String,
}

/// Customer and name, each with no `.` in it, so that no other pair has the same file.
fn file_name(credential: &CredentialRef) -> String {
    format!("{}.{}.sealed", safe(credential.customer.as_str()), safe(&credential.name))
}

/// Everything but `a-z 0-9 _ -` as `%` and its number: no name leaves the folder, and no two become one where case
/// does not count.
fn safe(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    let spelled = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(spelled).collect()
}

fn decode(content: &[u8]) -> Result<SealedCredential, FileVaultError> {
    let Head { schema } = serde_json::from_slice(content).map_err(|_| FileVaultError::Malformed)?;
    if schema != SCHEMA {
        return Err(FileVaultError::UnknownVersion);
    }
    let read: Content = serde_json::from_slice(content).map_err(|_| FileVaultError::Malformed)?;
    let sealed = STANDARD.decode(read.sealed).map_err(|_| FileVaultError::Malformed)?;
    Ok(SealedCredential::new(sealed, read.generation))
}

/// A file that cannot be read is not overwritten either.
fn generation(content: Option<Vec<u8>>) -> Result<Option<u64>, FileVaultError> {
    content.map(|content| decode(&content).map(|stored| stored.generation)).transpose()
}

//! A grant in a file, for one machine (Unix).
//!
//! The grant is in **plaintext**: whoever can read the file has the consent. The file is 0600, and one that others can
//! read is refused. Processes of one machine may share it; a network file system may not keep the promises (locks,
//! renaming, syncing) this rests on. `VaultTokenStore` over a vault of files keeps the same
//! sealed.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::atomic_file::{self, Change, FileError};
use super::store::{Generation, Replaced, StoreError, StoredGrant, TokenStore};
use super::{Grant, UnreadableGrant};

/// The version of the file's form, which holds a grant in a form of its own.
const SCHEMA: &str = "nmbrs-token-file/v1";

/// Keeps a grant in a file of mode 0600, in plaintext. The folder must exist; beside the file lie `….lock`, and
/// `….new` while it is written.
#[derive(Debug, Clone)]
pub struct FileTokenStore {
    path: PathBuf,
}

impl FileTokenStore {
    /// The store in this file, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Works on the file where waiting for a disk or a lock holds nobody up. It goes on if the caller is gone.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, FileStoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        let done = tokio::task::spawn_blocking(move || work(&path)).await.map_err(StoreError::new)?;
        done.map_err(
            |error| if error.is_lasting() { StoreError::lasting(error) } else { StoreError::new(error) },
        )
    }
}

#[async_trait]
impl TokenStore for FileTokenStore {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        self.on_disk(|path| atomic_file::read(path)?.map(|content| decode(&content)).transpose()).await
    }

    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError> {
        let grant = grant.clone();
        self.on_disk(move |path| {
            atomic_file::change(path, |content| {
                let stands_at = generation(content)?;
                if stands_at != expected {
                    return Ok((Change::Keep, Replaced::Moved));
                }
                let next = match stands_at {
                    Some(Generation(last)) => Generation(last.wrapping_add(1)),
                    None => first_generation()?,
                };
                Ok((Change::Write(encode(&grant, next)?), Replaced::Done(next)))
            })
        })
        .await
    }

    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError> {
        self.on_disk(move |path| {
            atomic_file::change(path, |content| {
                let is_expected = generation(content)? == Some(expected);
                Ok(if is_expected {
                    (Change::Remove, Replaced::Done(expected))
                } else {
                    (Change::Keep, Replaced::Moved)
                })
            })
        })
        .await
    }
}

/// Why the file cannot be used. Holds nothing of its content.
#[derive(Debug, thiserror::Error)]
enum FileStoreError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the file is of another version than {SCHEMA}")]
    UnknownVersion,
    #[error("the file holds no readable grant")]
    Malformed,
    #[error("the file holds no readable grant")]
    Grant(#[from] UnreadableGrant),
    #[error("the operating system gives no random numbers")]
    NoRandomness(#[from] getrandom::Error),
}

impl FileStoreError {
    fn is_lasting(&self) -> bool {
        match self {
            Self::File(error) => error.is_lasting(),
            Self::NoRandomness(_) => false,
            _ => true,
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
    grant: Box<RawValue>,
}

/// Anywhere, so that a file that was removed and made anew is not mistaken for the old one.
fn first_generation() -> Result<Generation, FileStoreError> {
    Ok(Generation(getrandom::u32()?.into()))
}

fn encode(grant: &Grant, generation: Generation) -> Result<Vec<u8>, FileStoreError> {
    let malformed = |_| FileStoreError::Malformed;
    let grant = String::from_utf8(grant.to_bytes().expose_secret().to_vec())
        .map_err(|_| FileStoreError::Malformed)?;
    let grant = RawValue::from_string(grant).map_err(malformed)?;
    serde_json::to_vec(&Content { schema: SCHEMA.to_owned(), generation: generation.0, grant })
        .map_err(malformed)
}

fn decode(content: &[u8]) -> Result<StoredGrant, FileStoreError> {
    let Head { schema } = serde_json::from_slice(content).map_err(|_| FileStoreError::Malformed)?;
    if schema != SCHEMA {
        return Err(FileStoreError::UnknownVersion);
    }
    let read: Content = serde_json::from_slice(content).map_err(|_| FileStoreError::Malformed)?;
    let grant = Grant::from_bytes(read.grant.get().as_bytes())?;
    Ok(StoredGrant::new(grant, Generation(read.generation)))
}

/// A file that cannot be read is not overwritten either.
fn generation(content: Option<Vec<u8>>) -> Result<Option<Generation>, FileStoreError> {
    content.map(|content| decode(&content).map(|stored| stored.generation)).transpose()
}

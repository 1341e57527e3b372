//! A grant sealed in a [`CredentialVault`]: the vault keeps bytes it cannot read.
//!
//! The envelope is bound to its customer, its name and its generation, so that a row copied over another does not
//! open. A backup that is restored whole does open; it holds a spent refresh token and ends as a lost consent.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::ExposeSecret;
use sync_core::ports::{CredentialRef, CredentialVault, PortError, PortErrorKind, SealedCredential, Swapped};

use super::Grant;
use super::sealing::{KeyRing, Opened, Place, open, seal};
use super::store::{Generation, Replaced, StoreError, StoredGrant, TokenStore};

/// How often a grant that others change meanwhile is sealed anew.
const MAX_MOVES: u32 = 16;

/// Keeps a grant sealed in a vault.
pub struct VaultTokenStore {
    vault: Arc<dyn CredentialVault>,
    credential: CredentialRef,
    keys: KeyRing,
}

/// What became of [`VaultTokenStore::reseal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resealed {
    /// It was sealed with an older key; now it is sealed with the current one.
    Turned,
    /// It was sealed with the current key already.
    AlreadyCurrent,
    /// There is no grant.
    NoGrant,
}

impl VaultTokenStore {
    /// The grant that lies in `vault` as `credential`, sealed with a key of this ring.
    pub fn new(vault: Arc<dyn CredentialVault>, credential: CredentialRef, keys: KeyRing) -> Self {
        Self { vault, credential, keys }
    }

    /// Seals the grant with the ring's current key. Once this has been done for every credential, the older keys can
    /// be thrown away. Refreshes may go on meanwhile, in processes that have both keys.
    ///
    /// # Errors
    /// [`StoreError`]: the vault fails, or the grant cannot be opened.
    pub async fn reseal(&self) -> Result<Resealed, StoreError> {
        for _ in 0..MAX_MOVES {
            let Some(stored) = self.vault.load(&self.credential).await.map_err(failed)? else {
                return Ok(Resealed::NoGrant);
            };
            let opened = self.open(&stored)?;
            if opened.is_current {
                return Ok(Resealed::AlreadyCurrent);
            }
            let written = self.write(Some(stored.generation), opened.content.expose_secret()).await?;
            if let Replaced::Done(_) = written {
                return Ok(Resealed::Turned);
            }
        }
        Err(StoreError::new("the grant keeps changing"))
    }

    fn open(&self, stored: &SealedCredential) -> Result<Opened, StoreError> {
        open(&self.keys, self.place(stored.generation), &stored.sealed).map_err(StoreError::lasting)
    }

    async fn write(&self, expected: Option<u64>, content: &[u8]) -> Result<Replaced, StoreError> {
        let next =
            expected.unwrap_or(0).checked_add(1).ok_or_else(|| StoreError::lasting("no more generations"))?;
        let sealed = seal(&self.keys, self.place(next), content).map_err(StoreError::new)?;
        match self.vault.replace(&self.credential, expected, &sealed).await.map_err(failed)? {
            Swapped::Done(generation) if generation == next => Ok(Replaced::Done(Generation(next))),
            // Under any other number it would not open again.
            Swapped::Done(_) => Err(StoreError::lasting("the vault does not count generations as agreed")),
            _ => Ok(Replaced::Moved),
        }
    }

    fn place(&self, generation: u64) -> Place<'_> {
        Place { credential: &self.credential, generation }
    }
}

#[async_trait]
impl TokenStore for VaultTokenStore {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        let Some(stored) = self.vault.load(&self.credential).await.map_err(failed)? else { return Ok(None) };
        let opened = self.open(&stored)?;
        let grant = Grant::from_bytes(opened.content.expose_secret()).map_err(StoreError::lasting)?;
        Ok(Some(StoredGrant::new(grant, Generation(stored.generation))))
    }

    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError> {
        let content = grant.to_bytes();
        self.write(expected.map(|generation| generation.0), content.expose_secret()).await
    }

    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError> {
        match self.vault.remove(&self.credential, expected.0).await.map_err(failed)? {
            Swapped::Done(_) => Ok(Replaced::Done(expected)),
            _ => Ok(Replaced::Moved),
        }
    }
}

fn failed(error: PortError) -> StoreError {
    match error.kind() {
        PortErrorKind::Retryable { .. } | PortErrorKind::Doubtful => StoreError::new(error),
        _ => StoreError::lasting(error),
    }
}

impl fmt::Debug for VaultTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultTokenStore")
            .field("credential", &self.credential)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

//! Where sealed credentials live: bytes that only their owner can open (R23).
//!
//! In: a sealed credential and the generation it builds on. Out: the sealed bytes as they stand. Never: a key, a
//! token, or a write over another writer's unseen one. What is inside the bytes concerns neither the core nor the
//! vault; whoever seals binds the bytes to their customer, name and generation, so that none can be put elsewhere.

use std::fmt;

use async_trait::async_trait;

use super::PortError;
use crate::id::CustomerId;

/// Names one credential of one customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct CredentialRef {
    /// Whose it is.
    pub customer: CustomerId,
    /// What it opens, such as `nmbrs`. Not a secret.
    pub name: String,
}

impl CredentialRef {
    /// The credential with this name.
    pub fn new(customer: CustomerId, name: impl Into<String>) -> Self {
        Self { customer, name: name.into() }
    }
}

/// A credential as it lies in the vault. `Debug` shows how long it is and nothing of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SealedCredential {
    /// The bytes, as they were given.
    pub sealed: Vec<u8>,
    /// Counts the writes; 1 for the first.
    pub generation: u64,
}

impl SealedCredential {
    /// What a vault answers to `load`.
    pub const fn new(sealed: Vec<u8>, generation: u64) -> Self {
        Self { sealed, generation }
    }
}

impl fmt::Debug for SealedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedCredential")
            .field("bytes", &self.sealed.len())
            .field("generation", &self.generation)
            .finish()
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Swapped {
    /// Done, durably. For a write, the new generation; for a removal, the one that was removed.
    Done(u64),
    /// Another write came first. Nothing was changed.
    Moved,
}

/// Keeps sealed credentials, each under a generation.
///
/// Two calls that name the same generation must not both succeed, whatever process they come from. An implementation
/// makes each change durable before it answers.
#[async_trait]
pub trait CredentialVault: Send + Sync {
    /// The credential as it stands; `None` if there is none.
    ///
    /// # Errors
    /// [`PortError`]; nothing was changed in any case.
    async fn load(&self, credential: &CredentialRef) -> Result<Option<SealedCredential>, PortError>;

    /// Puts `sealed` in the place of generation `expected`; `None` means that there is none yet. The new generation
    /// is `expected + 1`, or 1 for the first.
    ///
    /// # Errors
    /// [`PortError`]; [`Doubtful`](super::PortErrorKind::Doubtful) when it is not known whether it was written.
    async fn replace(
        &self,
        credential: &CredentialRef,
        expected: Option<u64>,
        sealed: &[u8],
    ) -> Result<Swapped, PortError>;

    /// Takes generation `expected` away. What is stored under the same name afterwards counts from 1 again.
    ///
    /// # Errors
    /// [`PortError`]; [`Doubtful`](super::PortErrorKind::Doubtful) when it is not known whether it was removed.
    async fn remove(&self, credential: &CredentialRef, expected: u64) -> Result<Swapped, PortError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_credential_prints_no_content() {
        let printed = format!("{:?}", SealedCredential::new(b"seeded".to_vec(), 3));
        assert_eq!(printed, "SealedCredential { bytes: 6, generation: 3 }");
    }
}

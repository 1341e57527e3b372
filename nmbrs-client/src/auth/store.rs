//! Where a grant lives between runs.
//!
//! A store keeps one [`TokenSet`] per credential under a generation that changes with every write. A write names the
//! generation it builds on, and fails if another writer was first; so two processes can never overwrite each other's
//! refresh token unseen.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::TokenSet;

/// Counts the writes to one stored grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u64);

/// A grant as it stands in the store.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoredTokens {
    /// The tokens.
    pub tokens: TokenSet,
    /// The write that put them there.
    pub generation: Generation,
}

impl StoredTokens {
    /// What a store answers to `load`.
    pub fn new(tokens: TokenSet, generation: Generation) -> Self {
        Self { tokens, generation }
    }
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replaced {
    /// Written, durably; this is its generation.
    Done(Generation),
    /// Another write came first. Nothing was written.
    Moved,
}

/// The store could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the token store failed")]
pub struct StoreError {
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl StoreError {
    /// Wraps the store's own error. Its text reaches logs: it must hold no token.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: source.into() }
    }
}

/// Keeps one credential's tokens.
#[async_trait]
pub trait TokenStore: Send + Sync + Debug {
    /// The grant as it stands now; `None` if there is none.
    async fn load(&self) -> Result<Option<StoredTokens>, StoreError>;

    /// Puts `tokens` in the place of generation `expected`. When this returns [`Replaced::Done`] they must survive a
    /// crash: the old refresh token is spent by then.
    async fn replace(&self, expected: Generation, tokens: &TokenSet) -> Result<Replaced, StoreError>;
}

/// A store that lasts as long as the process; for tests, and for callers who keep no grant.
#[derive(Debug)]
pub struct MemoryTokenStore(Mutex<Option<StoredTokens>>);

impl MemoryTokenStore {
    /// A store that holds this grant.
    pub fn new(tokens: TokenSet) -> Self {
        Self(Mutex::new(Some(StoredTokens::new(tokens, Generation(1)))))
    }

    /// A store without a grant.
    pub fn empty() -> Self {
        Self(Mutex::new(None))
    }
}

#[async_trait]
impl TokenStore for MemoryTokenStore {
    async fn load(&self) -> Result<Option<StoredTokens>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn replace(&self, expected: Generation, tokens: &TokenSet) -> Result<Replaced, StoreError> {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *stored {
            Some(stored) if stored.generation == expected => {
                let next = Generation(expected.0 + 1);
                *stored = StoredTokens::new(tokens.clone(), next);
                Ok(Replaced::Done(next))
            }
            _ => Ok(Replaced::Moved),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[tokio::test]
    async fn a_write_on_an_old_generation_changes_nothing() {
        let set = |access: &str| TokenSet::new(access, DateTime::UNIX_EPOCH);
        let store = MemoryTokenStore::new(set("first"));
        let first = store.load().await.unwrap().unwrap();
        let done = store.replace(first.generation, &set("second")).await.unwrap();
        assert_eq!(done, Replaced::Done(Generation(2)));
        assert_eq!(store.replace(first.generation, &set("third")).await.unwrap(), Replaced::Moved);
        assert_eq!(store.load().await.unwrap().unwrap().generation, Generation(2));
    }
}

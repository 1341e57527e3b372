//! Where a grant lives between runs.
//!
//! A store keeps one [`Grant`] per credential under a generation that changes with every write. A write names the
//! generation it builds on, and fails if another writer was first. That is all the flight needs to claim a refresh
//! token before it is sent, over a file as over a database row: two processes can neither spend the same token nor
//! overwrite each other's unseen.

use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Grant, TokenSet};

/// Names one write to a stored grant. A store never gives the same one twice, also not after a removal if it can
/// help it; nothing else follows from the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u64);

/// A grant as it stands in the store.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoredGrant {
    /// The grant.
    pub grant: Grant,
    /// The write that put it there.
    pub generation: Generation,
}

impl StoredGrant {
    /// What a store answers to `load`.
    pub fn new(grant: Grant, generation: Generation) -> Self {
        Self { grant, generation }
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replaced {
    /// Done, durably. For a write, its generation; for a removal, the one that was removed.
    Done(Generation),
    /// Another write came first. Nothing was changed.
    Moved,
}

/// The store could not be read or written. After a failed write it is not known whether it was written.
#[derive(Debug, thiserror::Error)]
#[error("the token store failed")]
pub struct StoreError {
    source: Box<dyn std::error::Error + Send + Sync>,
    lasting: bool,
}

impl StoreError {
    /// Wraps the store's own error, of a kind that may pass. Its text reaches logs: it must hold no token.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: source.into(), lasting: false }
    }

    /// The same for an error that stays until a person does something.
    pub fn lasting(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: source.into(), lasting: true }
    }

    /// Whether the same call will fail until a person does something.
    pub fn is_lasting(&self) -> bool {
        self.lasting
    }
}

/// Keeps one credential's grant.
#[async_trait]
pub trait TokenStore: Send + Sync + Debug {
    /// The grant as it stands now; `None` if there is none.
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError>;

    /// Puts `grant` in the place of generation `expected`; `None` means that there is none yet. When this returns
    /// [`Replaced::Done`] the grant must survive a crash: the old refresh token may be spent by then.
    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError>;

    /// Takes generation `expected` away.
    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError>;
}

/// A store that lasts as long as the process; for tests, and for callers who keep no grant.
#[derive(Debug, Default)]
pub struct MemoryTokenStore(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    grant: Option<Grant>,
    /// Of the last change, also a removal.
    generation: u64,
}

impl MemoryTokenStore {
    /// A store that holds these tokens, ready for use.
    pub fn new(tokens: TokenSet) -> Self {
        Self(Mutex::new(Memory { grant: Some(Grant::ready(tokens)), generation: 1 }))
    }

    /// A store without a grant.
    pub fn empty() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn stands_at(&self) -> Option<Generation> {
        self.grant.as_ref().map(|_| Generation(self.generation))
    }
}

#[async_trait]
impl TokenStore for MemoryTokenStore {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        let memory = self.lock();
        let generation = Generation(memory.generation);
        Ok(memory.grant.clone().map(|grant| StoredGrant::new(grant, generation)))
    }

    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError> {
        let mut memory = self.lock();
        if memory.stands_at() != expected {
            return Ok(Replaced::Moved);
        }
        memory.grant = Some(grant.clone());
        memory.generation += 1;
        Ok(Replaced::Done(Generation(memory.generation)))
    }

    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError> {
        let mut memory = self.lock();
        if memory.stands_at() != Some(expected) {
            return Ok(Replaced::Moved);
        }
        memory.grant = None;
        Ok(Replaced::Done(expected))
    }
}

//! The demo's way to support: lists go into memory instead of a folder, and the sandbox's support carries them out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sync_core::CustomerId;
use sync_core::budget::{BatchId, GrantId, Mark};
use sync_core::ports::{
    BudgetDesk, DeskGrant, DeskMemory, HandOver, Manner, PortError, PortErrorKind, Standing,
};
use yourcampus_client::files::GrantListDesk;

/// A list that was handed over; without bytes, one that was fetched.
struct Taken {
    mark: Mark,
    batch: BatchId,
    bytes: Option<Vec<u8>>,
}

/// Makes the same lists as the desk of a real run, and keeps them.
pub(super) struct DemoDesk {
    lists: GrantListDesk,
    taken: Mutex<Vec<Taken>>,
}

impl DemoDesk {
    pub(super) fn new() -> Self {
        // The folder is never touched: only the making of lists is asked of it.
        Self { lists: GrantListDesk::new(""), taken: Mutex::default() }
    }

    /// The lists that nobody has fetched yet. Their marks stay.
    pub(super) fn fetch(&self) -> Vec<(BatchId, Vec<u8>)> {
        let mut taken = self.lock();
        taken.iter_mut().filter_map(|list| Some((list.batch.clone(), list.bytes.take()?))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl DeskMemory for DemoDesk {
    async fn mark(&self, _: &CustomerId) -> Result<Option<Mark>, PortError> {
        Ok(self.lock().last().map(|list| list.mark.clone()))
    }

    async fn look_up(&self, _: &CustomerId, _: &GrantId) -> Result<Standing, PortError> {
        Ok(Standing::Unknown)
    }
}

#[async_trait]
impl BudgetDesk for DemoDesk {
    fn manner(&self) -> Manner {
        Manner::List
    }

    fn list(&self, batch: &BatchId, grants: &[DeskGrant]) -> Result<Vec<u8>, PortError> {
        self.lists.list(batch, grants)
    }

    async fn hand_over(&self, hand_over: &HandOver<'_>) -> Result<(), PortError> {
        let Some(bytes) = hand_over.list.map(<[u8]>::to_vec) else {
            return Err(PortError::new(PortErrorKind::Fatal, "take a list"));
        };
        let mut taken = self.lock();
        if taken.iter().all(|list| list.mark != *hand_over.mark) {
            let (mark, batch) = (hand_over.mark.clone(), hand_over.batch.clone());
            taken.push(Taken { mark, batch, bytes: Some(bytes) });
        }
        Ok(())
    }
}

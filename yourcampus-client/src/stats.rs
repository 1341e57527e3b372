//! What was sent, counted apart: first sends of reads and of writes, repeated sends, token calls.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::operation::Operation;

/// Numbers of requests since the client was made. A request counts when it is handed to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Calls that read, each counted once however often it was repeated.
    pub reads: u64,
    /// Calls that write, counted likewise.
    pub writes: u64,
    /// Sends beyond the first of a call, replays after a 401 included.
    pub retries: u64,
    /// Requests to the token endpoint.
    pub token_calls: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    reads: AtomicU64,
    writes: AtomicU64,
    retries: AtomicU64,
    token_calls: AtomicU64,
}

impl Counters {
    pub(crate) fn count(&self, operation: Operation, is_first: bool) {
        let counter = match (operation, is_first) {
            (Operation::Token, _) => &self.token_calls,
            (_, false) => &self.retries,
            (operation, true) if operation.is_write() => &self.writes,
            (_, true) => &self.reads,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self) -> Stats {
        Stats {
            reads: self.reads.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            token_calls: self.token_calls.load(Ordering::Relaxed),
        }
    }
}

//! Counting requests: before they are sent, so that a caller can bound them, and afterwards, so that he can check.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

/// The caller's bound on requests.
///
/// A metered reading asks for 1 before its first page, and for all the rest at once when the total is known. What is
/// refused is not sent. Repeated attempts and token calls are not asked for; [`Stats`] counts them apart.
pub trait RequestMeter: Send + Sync {
    /// Takes `requests` out of what is left.
    ///
    /// # Errors
    /// [`CeilingReached`] if less than that is left; then nothing is taken.
    fn reserve(&self, requests: u64) -> Result<(), CeilingReached>;

    /// Learns that one of them has been answered with a page; for those who show progress.
    fn answered(&self) {}
}

/// The caller's ceiling leaves no room for the requests asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{asked} more requests asked for, {left} left")]
#[non_exhaustive]
pub struct CeilingReached {
    /// Requests that were asked for.
    pub asked: u64,
    /// Requests that were left.
    pub left: u64,
}

impl CeilingReached {
    /// What a meter answers when `asked` is more than `left`.
    pub const fn new(asked: u64, left: u64) -> Self {
        Self { asked, left }
    }
}

/// Refuses nothing.
#[derive(Debug)]
pub(crate) struct Unmetered;

impl RequestMeter for Unmetered {
    fn reserve(&self, _requests: u64) -> Result<(), CeilingReached> {
        Ok(())
    }
}

/// What a client has sent since it was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// First attempts: one per page read, over SOAP one per list.
    pub requests: u64,
    /// Further attempts at the same, replays after a 401 included.
    pub retries: u64,
    /// Requests to the identity server.
    pub token_calls: u64,
}

/// The running count behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
}

impl Counters {
    pub(crate) fn sending(&self, is_first: bool) {
        let counter = if is_first { &self.requests } else { &self.retries };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self, token_calls: u64) -> Stats {
        Stats {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            token_calls,
        }
    }
}

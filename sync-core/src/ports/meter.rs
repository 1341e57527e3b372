//! Bounded and counted reading (R20).
//!
//! In: how many requests an adapter is about to send. Out: leave to send them, or none. Never: a request
//! sent beyond the ceiling, or a retry, a token call or a settling read counted as a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::{PortError, PortErrorKind};

/// Is told how far reading and writing have come, for progress bars.
pub trait Progress: Send + Sync {
    /// Of `reserved` requests that are known to be needed so far, `answered` have been answered.
    fn reading(&self, reserved: u64, answered: u64);

    /// Of `total` actions, `done` have been tried.
    fn applying(&self, done: u64, total: u64) {
        let _ = (done, total);
    }
}

/// The ceiling would be passed; nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} requests are needed, the ceiling is {ceiling}")]
pub struct CeilingReached {
    /// Requests that the read would need by what is known so far.
    pub wanted: u64,
    /// The most that the policy allows.
    pub ceiling: u64,
}

/// Counts the requests of one read and stops it at a ceiling.
///
/// An adapter calls [`reserve`](Self::reserve) with 1 before a first page, and with the number of the
/// remaining pages once the first has told it; and [`answered`](Self::answered) after each answer.
#[derive(Clone)]
pub struct RequestMeter {
    ceiling: u64,
    reserved: Arc<AtomicU64>,
    answered: Arc<AtomicU64>,
    progress: Option<Arc<dyn Progress>>,
}

impl RequestMeter {
    /// A meter that lets at most `ceiling` requests through.
    pub fn new(ceiling: u64) -> Self {
        Self { ceiling, reserved: Arc::default(), answered: Arc::default(), progress: None }
    }

    /// With somebody to tell.
    pub fn with_progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Asks for leave to send `requests`.
    ///
    /// # Errors
    /// [`CeilingReached`]; then nothing may be sent.
    pub fn reserve(&self, requests: u64) -> Result<(), CeilingReached> {
        let taken = self.reserved.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |reserved| {
            reserved.checked_add(requests).filter(|wanted| *wanted <= self.ceiling)
        });
        match taken {
            Ok(_) => {
                self.tell();
                Ok(())
            }
            Err(reserved) => {
                Err(CeilingReached { wanted: reserved.saturating_add(requests), ceiling: self.ceiling })
            }
        }
    }

    /// Says that one request has been answered.
    pub fn answered(&self) {
        self.answered.fetch_add(1, Ordering::SeqCst);
        self.tell();
    }

    /// How many requests the read needs, by what is known so far; exact once every list's first page is in.
    pub fn reserved(&self) -> u64 {
        self.reserved.load(Ordering::SeqCst)
    }

    fn tell(&self) {
        if let Some(progress) = &self.progress {
            progress.reading(self.reserved(), self.answered.load(Ordering::SeqCst));
        }
    }
}

impl std::fmt::Debug for RequestMeter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestMeter")
            .field("ceiling", &self.ceiling)
            .field("reserved", &self.reserved())
            .finish_non_exhaustive()
    }
}

impl From<CeilingReached> for PortError {
    fn from(reached: CeilingReached) -> Self {
        Self::new(PortErrorKind::Ceiling, "read").with_source(reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_nothing_is_let_through_beyond_the_ceiling() {
        let meter = RequestMeter::new(3);
        meter.reserve(1).unwrap();
        assert_eq!(meter.reserve(3), Err(CeilingReached { wanted: 4, ceiling: 3 }));
        assert_eq!(meter.reserved(), 1);
        meter.reserve(2).unwrap();
        assert_eq!(meter.reserve(u64::MAX), Err(CeilingReached { wanted: u64::MAX, ceiling: 3 }));
    }
}

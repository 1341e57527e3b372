//! A bound on requests that somebody else keeps: asked before each request, for as many as are about to be made.

use std::fmt;

/// Grants requests before they are made.
///
/// A verified listing asks for one before the first page, and for the rest as soon as the first page has told how
/// many there will be. Repeated sends and token calls are not asked for; [`Stats`](crate::Stats) counts them apart.
pub trait RequestMeter: Send + Sync + fmt::Debug {
    /// Sets `requests` aside.
    ///
    /// # Errors
    /// If that many would pass the ceiling; the listing then ends with `CeilingReached` and makes no further request.
    fn reserve(&self, requests: u64) -> Result<(), CeilingReached>;

    /// Hears that one of them has been answered, for whoever shows progress.
    fn answered(&self) {}
}

/// A ceiling on requests would have been passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ceiling of {ceiling} requests is reached")]
#[non_exhaustive]
pub struct CeilingReached {
    /// The ceiling, in requests.
    pub ceiling: u64,
}

impl CeilingReached {
    /// A refusal for passing `ceiling` requests.
    pub fn new(ceiling: u64) -> Self {
        Self { ceiling }
    }
}

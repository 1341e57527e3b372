//! Where the time comes from, for those who need to be told.

use std::fmt::Debug;

use chrono::{DateTime, Utc};

/// Tells the time. The pure core never asks; the engine does, once for each run, and passes it on.
pub trait Clock: Send + Sync + Debug {
    /// The instant it is.
    fn now(&self) -> DateTime<Utc>;
}

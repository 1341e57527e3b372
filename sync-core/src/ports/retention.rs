//! From when on something may be forgotten, the same for every store.
//!
//! In: the instant before which a customer wants things forgotten. Out: one cut-off for each kind of row. Never: a
//! cut-off that takes away what a decision still rests on.

use chrono::{DateTime, TimeDelta, Utc};

use crate::authority::VALID_HOURS;
use crate::guard::COUNTED_DAYS;

/// What [`RunStore::purge`](super::RunStore::purge) forgets: of each kind, the rows from before an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// Runs by their end, plans by their instant, used approvals and ended intents by when they were given.
    pub before: DateTime<Utc>,
    /// Intents that took, or may have taken, access away: seven days longer, because so long they count.
    pub deactivations_before: DateTime<Utc>,
    /// Approvals that no run used up: as much longer as an approval holds. After that they have ended by themselves.
    pub unused_approvals_before: DateTime<Utc>,
}

impl Retention {
    /// Forgets what is from before this instant, which must not lie in the future.
    pub fn before(before: DateTime<Utc>) -> Self {
        let earlier = |by: TimeDelta| before.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC);
        Self {
            before,
            deactivations_before: earlier(TimeDelta::days(COUNTED_DAYS)),
            unused_approvals_before: earlier(TimeDelta::hours(VALID_HOURS)),
        }
    }
}

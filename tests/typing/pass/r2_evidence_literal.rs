//! R2: evidence of leaving comes from a person of a complete snapshot.
use chrono::{DateTime, Utc};
use sync_core::evidence::{Leaving, LeavingEvidence, leaving};
use sync_core::person::Person;

fn evidence(person: &Person<'_>, at: DateTime<Utc>) -> Option<LeavingEvidence> {
    match leaving(person, at) {
        Leaving::Left(evidence) => Some(evidence),
        _ => None,
    }
}

fn main() {
    let _ = evidence;
}

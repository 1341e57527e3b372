//! R7: it is what confirming a plan under the present policy gives.
use chrono::{DateTime, Utc};
use sync_core::authority::Mandate;
use sync_core::{Pii, Policy, SavedPlan};

fn open(plan: &SavedPlan, policy: &Policy, by: Pii<String>, at: DateTime<Utc>) -> Option<Mandate> {
    Mandate::confirming(plan, policy, by, at).ok()
}

fn main() {
    let _ = open;
}

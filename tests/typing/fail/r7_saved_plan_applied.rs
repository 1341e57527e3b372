//! R7: a saved plan is nothing that the engine carries out.
use sync_core::engine::SyncRun;
use sync_core::{CustomerId, FingerprintKey, Policy, SavedPlan};

async fn apply(
    run: &SyncRun<'_>,
    customer: &CustomerId,
    policy: &Policy,
    key: &FingerprintKey,
    saved: &SavedPlan,
) {
    let _ = run.approved(customer, policy, key, saved, saved.id()).await;
}

fn main() {
    let _ = apply;
}

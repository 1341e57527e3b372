//! R7: it takes somebody's approval, and both sides are read again.
use sync_core::authority::Approval;
use sync_core::engine::SyncRun;
use sync_core::{CustomerId, FingerprintKey, Policy, SavedPlan};

async fn apply(
    run: &SyncRun<'_>,
    customer: &CustomerId,
    policy: &Policy,
    key: &FingerprintKey,
    saved: &SavedPlan,
    approval: Approval,
) {
    let _ = run.approved(customer, policy, key, saved, approval).await;
}

fn main() {
    let _ = apply;
}

//! R7: a saved plan is nothing that the engine carries out.
use sync_core::engine::Apply;
use sync_core::{CustomerId, FingerprintKey, Policy, SavedPlan};

async fn apply(
    apply: &Apply<'_>,
    customer: &CustomerId,
    policy: &Policy,
    key: &FingerprintKey,
    saved: &SavedPlan,
) {
    let _ = apply.apply(customer, policy, key, saved, saved.id()).await;
}

fn main() {
    let _ = apply;
}

//! R7: each time takes an approval of its own.
use sync_core::authority::{Approval, authorise};
use sync_core::{Plan, SavedPlan};

fn twice(seen: &SavedPlan, approvals: (Approval, Approval), one: Plan, two: Plan) {
    let _ = authorise(seen, approvals.0, one);
    let _ = authorise(seen, approvals.1, two);
}

fn main() {
    let _ = twice;
}

//! R7: each time takes an approval of its own.
use sync_core::authority::{Approval, Authority, authorise};
use sync_core::{Plan, SavedPlan};

fn twice(seen: &SavedPlan, approvals: (Approval, Approval), one: &Plan, two: &Plan) {
    let _ = authorise(one, Authority::none().with_approval(seen, approvals.0));
    let _ = authorise(two, Authority::none().with_approval(seen, approvals.1));
}

fn main() {
    let _ = twice;
}

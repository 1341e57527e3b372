//! R7: an approval is used up.
use sync_core::authority::{Approval, authorise};
use sync_core::{Plan, SavedPlan};

fn twice(seen: &SavedPlan, approval: Approval, one: Plan, two: Plan) {
    let _ = authorise(seen, approval, one);
    let _ = authorise(seen, approval, two);
}

fn main() {
    let _ = twice;
}

//! R7: an approval is used up.
use sync_core::authority::{Approval, Authority, authorise};
use sync_core::{Plan, SavedPlan};

fn twice(seen: &SavedPlan, approval: Approval, one: &Plan, two: &Plan) {
    let _ = authorise(one, Authority::none().with_approval(seen, approval));
    let _ = authorise(two, Authority::none().with_approval(seen, approval));
}

fn main() {
    let _ = twice;
}

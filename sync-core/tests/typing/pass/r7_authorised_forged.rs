//! R7: it comes of a plan that somebody saw, that person's approval, and a fresh plan.
use sync_core::authority::{Approval, Authorised, Refusal, authorise};
use sync_core::{Plan, SavedPlan};

fn authorised(seen: &SavedPlan, approval: Approval, fresh: Plan) -> Result<Authorised, Refusal> {
    authorise(seen, approval, fresh)
}

fn main() {
    let _ = authorised;
}

//! R7: authority cannot be written down.
use sync_core::Plan;
use sync_core::authority::Authorised;

fn authorised(plan: &Plan) -> Authorised<'_> {
    Authorised { plan, actions: Vec::new(), skipped: Vec::new() }
}

fn main() {
    let _ = authorised;
}

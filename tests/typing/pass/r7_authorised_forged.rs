//! R7: it comes of a fresh plan and a person's word.
use sync_core::Plan;
use sync_core::authority::{Authorised, Authority, Refusal, authorise};

fn authorised<'p>(plan: &'p Plan, authority: Authority<'_>) -> Result<Authorised<'p>, Refusal> {
    authorise(plan, authority)
}

fn main() {
    let _ = authorised;
}

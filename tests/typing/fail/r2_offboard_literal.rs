//! R2: a deactivation cannot be written down without evidence.
use sync_core::decision::{Decision, Offboard};
use sync_core::evidence::LeavingEvidence;

fn offboard(evidence: LeavingEvidence) -> Decision {
    Decision::Offboard(Offboard { evidence })
}

fn main() {
    let _ = offboard;
}

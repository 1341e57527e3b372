//! R2: a deactivation is built on evidence.
use sync_core::decision::{Decision, Offboard};
use sync_core::evidence::LeavingEvidence;

fn offboard(evidence: LeavingEvidence) -> Decision {
    Decision::Offboard(Offboard::on(evidence))
}

fn main() {
    let _ = offboard;
}

//! R2: only evidence is.
use sync_core::decision::Offboard;
use sync_core::evidence::LeavingEvidence;
use sync_core::finding::Finding;

fn offboard(evidence: LeavingEvidence, _absent: Finding) -> Offboard {
    Offboard::on(evidence)
}

fn main() {
    let _ = offboard;
}

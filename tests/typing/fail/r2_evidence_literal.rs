//! R2: evidence of leaving cannot be written down.
use sync_core::evidence::LeavingEvidence;

fn evidence() -> LeavingEvidence {
    LeavingEvidence { records: Vec::new(), last_day: None }
}

fn main() {
    evidence();
}

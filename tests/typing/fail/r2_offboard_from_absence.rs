//! R2: that somebody is not in the source is nothing a deactivation can be built on.
use sync_core::decision::Offboard;
use sync_core::finding::Finding;

fn offboard(absent: Finding) -> Offboard {
    Offboard::on(absent)
}

fn main() {
    let _ = offboard;
}

//! R2: it can be written to one.
use sync_core::decision::Offboard;

fn offboard(offboard: &Offboard) -> Option<String> {
    serde_json::to_string(offboard).ok()
}

fn main() {
    let _ = offboard;
}

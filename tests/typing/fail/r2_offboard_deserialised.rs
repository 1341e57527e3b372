//! R2: a deactivation is not read from a file.
use sync_core::decision::Offboard;

fn offboard(text: &str) -> Option<Offboard> {
    serde_json::from_str(text).ok()
}

fn main() {
    let _ = offboard;
}

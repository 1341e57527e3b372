//! sync
fn main() {}

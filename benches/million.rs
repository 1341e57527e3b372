//! A million people planned in one process: time and memory.
fn main() {}

//! The two places where these programs print. Whoever has closed one wants to read no more: that ends nothing.

use std::io::{Write, stderr, stdout};

/// An answer, on standard output.
pub fn say(text: &str) {
    let _ = writeln!(stdout(), "{}", text.trim_end());
}

/// A remark, on standard error.
pub fn tell(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

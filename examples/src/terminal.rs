//! The two places where these programs print.

/// An answer, on standard output.
#[expect(clippy::print_stdout, reason = "this is what a program is for")]
pub fn say(text: &str) {
    println!("{}", text.trim_end());
}

/// A remark, on standard error.
#[expect(clippy::print_stderr, reason = "this is what a program is for")]
pub fn tell(text: &str) {
    eprintln!("{text}");
}

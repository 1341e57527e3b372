//! What does not compile (R1, R2, R6, R7), and beside each the legal way, which does.
//!
//! A case that fails for another reason than the one it is about would prove nothing: its twin in `pass`
//! differs by that one thing only, and the compiler's words are checked in.

#[test]
fn what_must_not_compile_does_not_and_its_twin_does() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*.rs");
}

#[test]
fn every_case_has_its_twin() {
    let names = |kind: &str| {
        let folder = format!("{}/{kind}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
        let mut sources: Vec<_> = files.filter(|name| name.to_string_lossy().ends_with(".rs")).collect();
        sources.sort();
        sources
    };
    assert_eq!(names("fail"), names("pass"));
}

//! The two programs under test, built once for each run of the tests.
//!
//! Cargo hands `CARGO_BIN_EXE_…` only to tests of the package that owns the binary, and `examples` is a library to
//! this one. So the same cargo builds them here, with the profile and the target directory of the running test, and
//! says itself where they are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// Where the programs are.
pub(crate) struct Binaries {
    pub(crate) sync: PathBuf,
    pub(crate) sandbox: PathBuf,
}

/// Builds them, or waits for the test that does.
pub(crate) fn binaries() -> &'static Binaries {
    static BUILT: OnceLock<Binaries> = OnceLock::new();
    BUILT.get_or_init(build)
}

fn build() -> Binaries {
    let test = std::env::current_exe().unwrap();
    // target/PROFILE/deps/end_to_end-…
    let profile_folder = test.ancestors().nth(2).unwrap();
    let profile = match profile_folder.file_name().and_then(|name| name.to_str()).unwrap() {
        "debug" => "dev",
        name => name,
    };
    let output = Command::new(env!("CARGO"))
        .args(["build", "--package", "examples", "--bins", "--profile", profile])
        .args(["--message-format", "json-render-diagnostics", "--target-dir"])
        .arg(profile_folder.parent().unwrap())
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let program = |name: &str| {
        let built = messages
            .iter()
            .find(|message| message["target"]["name"] == name && message["target"]["kind"][0] == "bin");
        PathBuf::from(built.and_then(|message| message["executable"].as_str()).unwrap())
    };
    Binaries { sync: program("sync"), sandbox: program("sandbox") }
}

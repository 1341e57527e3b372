//! One run of a program: an environment of nothing but what the test sets, and all that came out.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The one JSON line of `--json`.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("not one JSON line: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn ends_with_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// The two streams with their names.
    pub(crate) fn streams(&self) -> [(&'static str, &str); 2] {
        [("stdout", &self.stdout), ("stderr", &self.stderr)]
    }
}

/// A program that dies with the test and inherits no environment.
pub(crate) fn command(program: &Path, arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a program to its end.
pub(crate) async fn run(
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
    environment: &BTreeMap<String, String>,
) -> Ran {
    let output = in_time(command(program, arguments).envs(environment).output()).await.unwrap();
    Ran {
        code: output.status.code().expect("a program that was not killed"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A program that hangs fails its test instead of holding up all the others. No test waits this long when all is well.
pub(crate) async fn in_time<T>(ends: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), ends).await.expect("a program that ends")
}

//! A `sandbox` process and its control port; and how such a process begins and ends.

use std::collections::BTreeMap;
use std::process::{ExitStatus, Stdio};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin};

use crate::binaries::binaries;
use crate::process;

/// A running sandbox; it is killed when dropped.
pub(crate) struct SandboxProcess {
    child: Child,
    stdin: Option<ChildStdin>,
    http: reqwest::Client,
    /// The line that it printed.
    pub(crate) line: Value,
}

impl SandboxProcess {
    /// Starts it and waits for its line.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let mut command = process::command(&binaries().sandbox, arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
        let line = serde_json::from_str(&line).expect("the sandbox prints one JSON line");
        let stdin = child.stdin.take();
        Self { child, stdin, http: http(), line }
    }

    /// One word with the control port, which must not refuse it.
    pub(crate) async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send(method, path, body).await
    }

    /// The same with a body that is no JSON.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Vec<u8>) -> Value {
        let url = format!("{}{path}", self.line["control_url"].as_str().unwrap());
        let request = self.http.request(method.parse().unwrap(), url);
        let request = if body.is_empty() { request } else { request.body(body) };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    async fn ended(&mut self) -> ExitStatus {
        process::in_time(self.child.wait()).await.unwrap()
    }
}

/// The environment of whoever runs the tests may name a proxy; loopback needs none.
fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn port_of(url: &Value) -> u16 {
    url.as_str().unwrap().parse::<url::Url>().unwrap().port().unwrap()
}

#[tokio::test]
async fn the_line_has_all_that_a_client_needs() {
    let sandbox = SandboxProcess::start(&["--people", "1"]).await;
    for (side, keys) in [
        (
            "nmbrs",
            &[
                "rest_url",
                "identity_url",
                "client_id",
                "client_secret",
                "subscription_key",
                "access_token",
                "refresh_token",
            ][..],
        ),
        ("yourcampus", &["base_url", "access_key", "secret_key"][..]),
    ] {
        for key in keys {
            assert!(sandbox.line[side][key].as_str().is_some_and(|text| !text.is_empty()), "{side}.{key}");
        }
    }
    let companies = sandbox.control("GET", "/yourcampus/state", &Value::Null).await["companies"].clone();
    assert_eq!(companies[0]["id"], sandbox.line["yourcampus"]["company"]);
}

#[tokio::test]
async fn the_sandbox_ends_when_its_input_closes() {
    let mut sandbox = SandboxProcess::start(&["--people", "1"]).await;
    sandbox.stdin = None;
    assert_eq!(sandbox.ended().await.code(), Some(0));
}

#[tokio::test]
async fn the_sandbox_ends_when_somebody_says_stop() {
    let mut sandbox = SandboxProcess::start(&["--people", "1"]).await;
    sandbox.control("POST", "/stop", &Value::Null).await;
    assert_eq!(sandbox.ended().await.code(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn the_sandbox_ends_in_order_when_it_is_terminated() {
    let mut sandbox = SandboxProcess::start(&["--people", "1"]).await;
    // The signal is sent by `kill`, because this workspace has no unsafe code and no crate of signals.
    let pid = sandbox.child.id().unwrap().to_string();
    let killed = tokio::process::Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
    assert!(killed.success());
    assert_eq!(sandbox.ended().await.code(), Some(0), "a handler answers the signal, so there is a code");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told() {
    let first = SandboxProcess::start(&["--people", "1"]).await;
    let port = port_of(&first.line["nmbrs"]["rest_url"]).to_string();
    let arguments = ["--port", &port, "--people", "1"];
    let second = process::run(&binaries().sandbox, &arguments, &BTreeMap::new()).await;
    let second = second.ends_with_code(1);
    assert_eq!(second.stdout, "");
    assert!(second.stderr.contains(&format!("port {port}")), "{}", second.stderr);
}

#[tokio::test]
async fn a_wrong_argument_of_the_sandbox_is_wrong_usage() {
    let ran = process::run(&binaries().sandbox, &["--peeple", "1"], &BTreeMap::new()).await;
    assert!(ran.ends_with_code(64).stderr.contains("--people"));
}

#[tokio::test]
async fn control_refuses_what_it_does_not_know() {
    let sandbox = SandboxProcess::start(&["--people", "1"]).await;
    let url = format!("{}/elsewhere", sandbox.line["control_url"].as_str().unwrap());
    let answer = sandbox.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.text().await.unwrap().contains("begin with /nmbrs/ or /yourcampus/"));
}

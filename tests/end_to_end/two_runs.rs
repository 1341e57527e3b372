//! Two runs of one customer at once (R24), and a run that is killed between two writes and started again (R12).
//!
//! The sandbox carries out the third creation and keeps its answer to itself for longer than any test lasts, so that the
//! first run stands where it is for as long as the test wants.

use serde_json::{Value, json};
use tokio::process::Child;

use crate::binaries::binaries;
use crate::oracle::{Expected, expected};
use crate::process::{self, Ran, in_time};
use crate::stage::{STORE, Stage, path};

/// How many writes are under way or done when the run stands still: all updates, and three creations.
const CREATIONS: usize = 3;

/// A run that stands between two writes, and a stage that says what an undisturbed one would have done.
struct Standing {
    stage: Stage,
    run: Child,
    expected: Expected,
}

impl Standing {
    async fn begin() -> Self {
        let stage = Stage::of(60).await;
        let (world, before) = (stage.world().await, stage.target().await);
        let company = stage.sandbox.line["yourcampus"]["company"].as_i64().unwrap();
        let expected = expected(&world, &before, company);
        assert!(expected.new.len() > CREATIONS, "there is something left to do");
        let first = stage.daily(2).await;
        stage.confirm(&first, &[]).await.ends_with_code(0);
        stage
            .target_fault(json!({
                "method": "POST", "path_contains": "/employees", "nth": CREATIONS, "times": 1,
                "effect": {"kind": "latency", "millis": 100_000},
            }))
            .await;
        let config = path(&stage.config());
        let mut command = process::command(&binaries().sync, &["run", "--config", &config]);
        let run = command.envs(stage.environment()).spawn().unwrap();
        in_time(async { while stage.target().await.created_count < CREATIONS as u64 {} }).await;
        Self { stage, run, expected }
    }

    /// The state of an undisturbed run: every account once, and nobody left out.
    async fn assert_whole(&self) {
        let after = self.stage.target().await;
        assert_eq!(after.created_count, self.expected.new.len() as u64);
        let mut ids: Vec<_> =
            after.accounts.iter().filter_map(|account| account.external_id.clone()).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "an external id stands twice");
        let mut new = after.accounts;
        new.retain(|account| {
            self.expected.new.iter().any(|expected| expected.external_id == account.external_id)
        });
        for account in &mut new {
            account.id = 0;
            account.registration_date = None;
        }
        new.sort_by(|a, b| a.external_id.cmp(&b.external_id));
        assert!(new == self.expected.new);
    }
}

fn assert_busy(ran: Ran) {
    let ran = ran.ends_with_code(1);
    assert!(ran.stderr.contains("another run of this customer goes on, until "), "{}", ran.stderr);
    assert!(ran.stderr.contains("sync run --take-over"), "what to type if it crashed: {}", ran.stderr);
}

#[tokio::test]
async fn r24_of_two_runs_at_once_one_is_told_to_come_back() {
    let standing = Standing::begin().await;
    let stage = &standing.stage;
    let (read, written) = (stage.source_requests().await.len(), stage.writes().await);
    assert_busy(stage.command("run", &[]).await);
    assert_eq!(stage.source_requests().await.len(), read, "the other side was not even read");
    assert_eq!(stage.writes().await, written);
    let told = stage.command("status", &[]).await.ends_with_code(0).stdout;
    for part in ["held by a run until", "goes on", "Begun, and nobody knows how it ended"] {
        assert!(told.contains(part), "«{part}» in\n{told}");
    }
}

#[tokio::test]
async fn r12_a_run_that_was_killed_between_writes_ends_as_an_undisturbed_one() {
    let mut standing = Standing::begin().await;
    standing.run.kill().await.unwrap();
    let stage = &standing.stage;
    assert_busy(stage.command("run", &[]).await);
    let open = stage.command("status", &["--json"]).await.json()["open_intents"].clone();
    assert_eq!(open.as_array().unwrap().len(), 1, "{open}");

    let resumed = stage.command("run", &["--take-over", "--json"]).await.ends_with_code(2).json();
    assert_eq!((&resumed["verdict"], &resumed["left"]), (&json!("done"), &json!(0)));
    standing.assert_whole().await;
    let all = standing.expected.new.len() + standing.expected.changed + standing.expected.deactivated;
    assert_eq!(stage.writes().await, all, "nothing was sent twice");
    let json = stage.command("status", &["--json"]).await.json();
    assert_eq!(
        (&json["open_intents"], &json["approvals"], &json["lease_until"]),
        (&json!([]), &json!([]), &Value::Null)
    );
    assert_eq!(stage.daily(2).await["done"], 0);
}

#[cfg(unix)]
#[tokio::test]
async fn r23_the_ledger_is_its_owners_only_and_one_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::of(20).await;
    stage.daily(2).await;
    let store = stage.folder.path(STORE);
    assert_eq!(std::fs::metadata(&store).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = stage.command("run", &[]).await.ends_with_code(1);
    assert!(ran.stderr.contains("others can read the store's file; make it 0600"), "{}", ran.stderr);
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_refused_and_left_as_it_is() {
    let stage = Stage::of(20).await;
    let store = stage.folder.path(STORE);
    std::fs::write(&store, "a letter to somebody, long enough to be a file of some kind").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let ran = stage.command("run", &[]).await.ends_with_code(1);
    assert!(ran.stderr.contains("not a store of this program"), "{}", ran.stderr);
    assert!(std::fs::read_to_string(&store).unwrap().starts_with("a letter"));
    assert!(stage.source_requests().await.is_empty(), "nothing is read that could not be remembered");
}

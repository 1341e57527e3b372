//! Another process on the same store: this test binary once more, told what to do over its standard input.
//!
//! It answers on its standard output, in lines that begin with `child: `: `ready`, or the kind of the error with which
//! it could not open the store; then one line for each line that it is given, or, if it is to be busy, one for each
//! call that the store has answered.

use std::io::{BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use chrono::TimeDelta;
use sync_core::Pii;
use sync_core::budget::GrantState;
use sync_core::ports::{
    Authorities, KeptPlan, Lease, Leased, Ledger, MoneyLedger, PortError, RunEnd, RunEnding, RunStore, ToldBy,
};
use sync_core::sqlite::SqliteStore;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout, Command};

use crate::stage::{
    LIST, batch, beneath, customer, done, found, grant, intent, plan, settle, start, try_lease,
};

/// Where a child finds the folder of its store. Without it the test `child::serves` does nothing.
const STORE: &str = "STORES_CHILD";
/// Set to what it is to be busy with until it is killed.
const BUSY: &str = "STORES_CHILD_BUSY";

/// What a child can be busy with.
#[derive(Clone, Copy)]
pub(crate) enum Busy {
    /// Runs, their plans and their intents.
    Running,
    /// Lists of grants.
    Granting,
}

impl Busy {
    const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Granting => "granting",
        }
    }
}

/// How many grants stand in each list of a busy child.
pub(crate) const LISTED: u64 = 3;

/// The user that every system has and that owns nothing.
const NOBODY: u32 = 65534;

/// A child process, as its parent sees it. It is killed when dropped.
pub(crate) struct Child {
    process: tokio::process::Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

/// What a busy child said before it ended.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    /// The numbers of the intents that were recorded, but not yet settled.
    pub(crate) intended: Vec<u64>,
    /// How many were settled.
    pub(crate) settled: u64,
    pub(crate) last_settled: Option<u64>,
    /// How many runs were begun, and how many ended.
    pub(crate) begun: u64,
    pub(crate) ended: u64,
    pub(crate) last_plan: Option<u64>,
    /// The error that stopped it.
    pub(crate) ended_by: Option<String>,
}

impl Child {
    /// A child that has opened the store and waits to be told.
    pub(crate) async fn start(folder: &Path) -> Self {
        let mut child = Self::spawn(Command::new(std::env::current_exe().unwrap()), folder, None);
        assert_eq!(child.answer().await, "ready");
        child
    }

    /// A child that writes as fast as it can.
    pub(crate) async fn start_busy(folder: &Path) -> Self {
        Self::start_busy_with(Busy::Running, folder).await
    }

    /// A child that does one thing as fast as it can.
    pub(crate) async fn start_busy_with(busy: Busy, folder: &Path) -> Self {
        let mut child = Self::spawn(Command::new(std::env::current_exe().unwrap()), folder, Some(busy));
        assert_eq!(child.answer().await, "ready");
        child
    }

    /// A child that is about to open the store.
    pub(crate) fn begin(folder: &Path) -> Self {
        Self::spawn(Command::new(std::env::current_exe().unwrap()), folder, None)
    }

    /// A child that a shell has prepared for.
    pub(crate) async fn start_in_shell(first: &str, folder: &Path, is_busy: bool) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{first}; exec \"$0\" \"$@\"")]).arg(std::env::current_exe().unwrap());
        let busy = is_busy.then_some(Busy::Running);
        let mut child = Self::spawn(shell, folder, busy);
        assert_eq!(child.answer().await, "ready");
        child
    }

    /// A child without rights, if this process has them. It may not be able to open the store.
    pub(crate) fn start_as_nobody(folder: &Path) -> Self {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        Self::spawn(command.into(), folder, None)
    }

    fn spawn(mut command: Command, folder: &Path, busy: Option<Busy>) -> Self {
        command.args(["--exact", "child::serves", "--nocapture"]).env(STORE, folder);
        if let Some(busy) = busy {
            command.env(BUSY, busy.name());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, input, output }
    }

    /// The next answer.
    pub(crate) async fn answer(&mut self) -> String {
        self.answer_if_any().await.expect("the child has ended")
    }

    async fn answer_if_any(&mut self) -> Option<String> {
        while let Some(line) = self.output.next_line().await.unwrap() {
            // The test harness writes there as well, and does not always end its lines.
            if let Some((_, answer)) = line.split_once("child: ") {
                return Some(answer.to_owned());
            }
        }
        None
    }

    pub(crate) async fn ask(&mut self, what: &str) -> String {
        self.input.as_mut().unwrap().write_all(format!("{what}\n").as_bytes()).await.unwrap();
        self.answer().await
    }

    /// Lets it end by itself.
    pub(crate) async fn end(mut self) {
        drop(self.input.take());
        assert!(self.process.wait().await.unwrap().success());
    }

    /// SIGKILL, without waiting for it to be over.
    pub(crate) fn kill(&mut self) {
        self.process.start_kill().unwrap();
    }

    /// All that it says from now on until it is gone.
    pub(crate) async fn until_it_ends(&mut self) -> Answered {
        let mut answered = Answered::default();
        while let Some(answer) = self.answer_if_any().await {
            answered.note(&answer);
        }
        self.process.wait().await.unwrap();
        answered
    }

    /// All that it says from now on until it is gone, as it says it.
    pub(crate) async fn words_until_it_ends(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        while let Some(answer) = self.answer_if_any().await {
            words.push(answer);
        }
        self.process.wait().await.unwrap();
        words
    }

    /// This many answers.
    pub(crate) async fn answers(&mut self, count: usize) -> Answered {
        let mut answered = Answered::default();
        for _ in 0..count {
            answered.note(&self.answer().await);
        }
        answered
    }
}

impl Answered {
    fn note(&mut self, answer: &str) {
        let (what, number) = answer.split_once(' ').unwrap_or((answer, "0"));
        let number = number.parse().unwrap_or_default();
        match what {
            "intended" => self.intended.push(number),
            "settled" => {
                self.intended.retain(|intended| *intended != number);
                self.settled += 1;
                self.last_settled = Some(number);
            }
            "begun" => self.begun += 1,
            "ended" => self.ended += 1,
            "kept" => self.last_plan = Some(number),
            "stopped" => self.ended_by = answer.split_once(' ').map(|(_, kind)| kind.to_owned()),
            other => panic!("{other}"),
        }
    }

    /// What was said first, and then what was said later.
    pub(crate) fn and(mut self, later: Self) -> Self {
        let settled = |number: &u64| later.last_settled.is_some_and(|last| *number <= last);
        self.intended.retain(|number| !settled(number));
        self.intended.extend(later.intended);
        Self {
            intended: self.intended,
            settled: self.settled + later.settled,
            last_settled: later.last_settled.or(self.last_settled),
            begun: self.begun + later.begun,
            ended: self.ended + later.ended,
            last_plan: later.last_plan.or(self.last_plan),
            ended_by: later.ended_by,
        }
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stores-{}-owner", std::process::id()));
    std::fs::write(&own, "").unwrap();
    let owner = std::fs::metadata(&own).unwrap().uid();
    std::fs::remove_file(&own).unwrap();
    owner == 0
}

#[tokio::test]
async fn serves() {
    let Ok(folder) = std::env::var(STORE) else { return };
    let store = match SqliteStore::open(PathBuf::from(folder).join("store.db")).await {
        Ok(store) => store,
        Err(error) => return say(&format!("{:?}", error.kind())),
    };
    say("ready");
    if let Ok(busy) = std::env::var(BUSY) {
        return be_busy(&store, &busy).await;
    }
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        match line.as_str() {
            "lease" => match store.acquire(&customer(), start(), TimeDelta::days(1)).await.unwrap() {
                Leased::Ours(lease) => say(&format!("ours {}", lease.0)),
                Leased::Held { .. } => say("held"),
            },
            "count" => say(&format!("{}", store.open_intents(&customer()).await.unwrap().len())),
            other => panic!("{other}"),
        }
    }
}

/// One run after the other, each call told when it was answered.
async fn be_busy(store: &SqliteStore, with: &str) {
    let stopped = if with == Busy::Granting.name() {
        grant_until_it_fails(store).await.unwrap_err()
    } else {
        write_until_it_fails(store).await.unwrap_err()
    };
    say(&format!("stopped {:?}", beneath(&stopped)));
}

async fn write_until_it_fails(store: &SqliteStore) -> Result<(), PortError> {
    let lease = try_lease(store).await?;
    let mut number = lease.0 * 1_000_000;
    loop {
        let run = store.begin(&customer(), lease, start()).await?;
        say("begun");
        let file = number.to_be_bytes().repeat(3000);
        store.keep_plan(&customer(), &KeptPlan::new(plan(number), start(), file)).await?;
        say(&format!("kept {number}"));
        for _ in 0..5 {
            number += 1;
            let id = store.intend(&customer(), lease, &intent(number)).await?;
            say(&format!("intended {number}"));
            store.settle(&customer(), id, &done(number)).await?;
            say(&format!("settled {number}"));
        }
        store.approvals(&customer()).await?;
        store.end(&customer(), run, &RunEnding::new(start(), RunEnd::Done)).await?;
        say("ended");
    }
}

/// One list after the other: prepared, handed over, confirmed.
async fn grant_until_it_fails(store: &SqliteStore) -> Result<(), PortError> {
    let lease = try_lease(store).await?;
    if store.view(&customer()).await?.money.epoch.is_none() {
        found(store).await?;
    }
    let mut number = store.view(&customer()).await?.money.sequence;
    loop {
        number += 1;
        let grants: Vec<_> = (0..LISTED).map(|at| grant(number * LISTED + at)).collect();
        store.prepare(&customer(), lease, &batch(number, grants.clone(), Some(&LIST.repeat(500)))).await?;
        say(&format!("prepared {number}"));
        settle(store, &grants, GrantState::HandedOver, ToldBy::Run).await?;
        say(&format!("handed {number}"));
        settle(store, &grants, GrantState::Given, ToldBy::Person(Pii::new("Bo".to_owned()))).await?;
        say(&format!("given {number}"));
    }
}

/// Whoever reads has it before the next call begins.
fn say(what: &str) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "child: {what}").and_then(|()| output.flush()).unwrap();
}

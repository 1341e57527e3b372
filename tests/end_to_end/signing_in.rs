//! `sync sign-in` with a browser that follows where it is sent; and what becomes of the grant afterwards.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use url::Url;

use crate::binaries::binaries;
use crate::process::{self, Ran, in_time};
use crate::stage::{GRANT_FILE, Stage, path};

/// A `sync sign-in` that has shown its address and waits.
pub(crate) struct SigningIn {
    child: Child,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: JoinHandle<String>,
    /// What it has printed, the address left out.
    shown: String,
    /// The address for the browser.
    pub(crate) url: String,
}

/// What a browser got.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) sent_to: Option<String>,
}

impl SigningIn {
    /// Starts it with these flags and waits for its address.
    pub(crate) async fn start(stage: &Stage, flags: &[&str]) -> Self {
        let config = path(&stage.config());
        let all = [&["sign-in", "--config", &config], flags].concat();
        let mut command = process::command(&binaries().sync, &all);
        let mut child = command.envs(stage.environment()).stdin(Stdio::piped()).spawn().unwrap();
        let mut errors = child.stderr.take().unwrap();
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            errors.read_to_string(&mut text).await.unwrap();
            text
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut shown, stdin) = (String::new(), child.stdin.take().unwrap());
        loop {
            let line = in_time(stdout.next_line()).await.unwrap().expect("an address for the browser");
            if line.starts_with("http") {
                return Self { child, stdin, stdout, stderr, shown, url: line };
            }
            shown += &line;
            shown.push('\n');
        }
    }

    /// What stands in the address under this name.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let url = Url::parse(&self.url).unwrap();
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The user looks at the consent page; gives where the browser is sent then.
    pub(crate) async fn consent(&self) -> String {
        visit(&self.url).await.sent_to.expect("the consent page sends the browser back")
    }

    pub(crate) async fn paste(&mut self, line: &str) {
        self.stdin.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// Waits for its end, and searches what it told.
    pub(crate) async fn end(mut self, stage: &Stage) -> Ran {
        while let Some(line) = in_time(self.stdout.next_line()).await.unwrap() {
            self.shown += &line;
            self.shown.push('\n');
        }
        let status = in_time(self.child.wait()).await.unwrap();
        let stderr = in_time(self.stderr).await.unwrap();
        let ran =
            Ran { code: status.code().expect("a program that was not killed"), stdout: self.shown, stderr };
        stage.search(&ran, &["sign-in"]).await;
        ran
    }
}

/// A browser that does not follow by itself.
pub(crate) async fn visit(url: &str) -> Page {
    let browser = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let answer = in_time(browser.build().unwrap().get(url).send()).await.unwrap();
    let sent_to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    Page { status: answer.status().as_u16(), sent_to, text: answer.text().await.unwrap() }
}

pub(crate) const IN_A_FILE: &str = "tokens = { file = \"grant.json\" }\n";

const SEALED: &str =
    "tokens = { folder = \"grants\", sealed_with = { id = \"one\", key = { env = \"SYNC_TOKENS_KEY\" } } }\n";

impl Stage {
    /// Grants live there from now on, and the browser comes back to a free port of this machine.
    pub(crate) fn keep_grants(&self, tokens: &str) {
        // Whoever binds a port that is free and lets go of it will find it free again, unless all others are taken.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        self.write_tokens(&format!("redirect_uri = \"http://127.0.0.1:{port}/callback?tenant=7\"\n{tokens}"));
    }

    /// The whole way through the browser.
    pub(crate) async fn sign_in(&self, flags: &[&str]) -> Ran {
        let signing_in = SigningIn::start(self, flags).await;
        let callback = signing_in.consent().await;
        visit(&callback).await;
        signing_in.end(self).await
    }

    async fn run(&self, command: &str) -> Ran {
        self.sync(&[command, "--config", &path(&self.config())]).await
    }

    async fn code_exchanges(&self) -> usize {
        let log = self.get("/nmbrs/requests").await;
        let log = log.as_array().unwrap().iter();
        log.filter(|request| request["grant_type"] == "authorization_code").count()
    }

    async fn user_says(&self, says: Value) {
        self.sandbox.control("POST", "/nmbrs/consent", &says).await;
    }
}

#[tokio::test]
async fn the_browser_is_told_of_a_sign_in_only_when_the_grant_is_kept() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    let signing_in = SigningIn::start(&stage, &[]).await;
    let in_the_way = stage.folder.path(GRANT_FILE);
    std::fs::create_dir(&in_the_way).unwrap();
    let page = visit(&signing_in.consent().await).await;
    std::fs::remove_dir(&in_the_way).unwrap();
    assert!(page.text.contains("Not signed in"), "{}", page.text);
    let ran = signing_in.end(&stage).await.ends_with_code(1);
    assert!(ran.stderr.contains("the new grant could not be stored"), "{}", ran.stderr);
}

#[tokio::test]
async fn the_browser_brings_a_grant_that_later_runs_use() {
    let stage = Stage::of(20).await;
    stage.keep_grants(IN_A_FILE);
    let ran = stage.run("plan").await.ends_with_code(1);
    assert!(ran.stderr.contains("sync sign-in --config"), "{}", ran.stderr);

    let signing_in = SigningIn::start(&stage, &[]).await;
    let page = visit(&signing_in.consent().await).await;
    assert_eq!((page.status, page.text.contains("Signed in")), (200, true));
    let ran = signing_in.end(&stage).await.ends_with_code(0);
    for part in ["offline_access", "Visible companies: 3.", "in plain text, readable by its owner only"] {
        assert!(ran.stdout.contains(part), "«{part}» in\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("MISSING") && !ran.stdout.contains("user.info.read"), "{}", ran.stdout);
    stage.plan(2).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_token_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    stage.sign_in(&[]).await.ends_with_code(0);
    let file = stage.folder.path(GRANT_FILE);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = stage.run("plan").await.ends_with_code(1);
    assert!(ran.stderr.contains("sync: look at") && ran.stderr.contains(&path(&file)), "{}", ran.stderr);
}

#[tokio::test]
async fn a_foreign_visit_is_shown_the_door_and_the_right_one_is_taken_once() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    let signing_in = SigningIn::start(&stage, &[]).await;
    let callback = signing_in.consent().await;
    let ours = signing_in.parameter("state").unwrap();
    for foreign in [
        callback.replace(&ours, "another"),
        callback.replace("state=", "stale="),
        callback.replace("code=", "node="),
    ] {
        let page = visit(&foreign).await;
        assert_eq!((page.status, page.text.contains("Not the answer")), (400, true), "{foreign}");
    }
    let elsewhere = callback.replace("/callback", "/favicon.ico");
    assert_eq!(visit(&elsewhere).await.status, 404);
    assert_eq!(stage.code_exchanges().await, 0, "nothing was sent for anybody else");

    assert_eq!(visit(&callback).await.status, 200);
    signing_in.end(&stage).await.ends_with_code(0);
    assert_eq!(stage.code_exchanges().await, 1);
    let nobody = reqwest::Client::builder().no_proxy().build().unwrap().get(callback).send().await;
    assert!(nobody.unwrap_err().is_connect(), "nobody listens any more");
}

#[tokio::test]
async fn a_pasted_address_will_do() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    let mut signing_in = SigningIn::start(&stage, &["--paste"]).await;
    let callback = signing_in.consent().await;
    signing_in.paste(&callback).await;
    signing_in.end(&stage).await.ends_with_code(0);
    stage.plan(0).await;
}

#[tokio::test]
async fn a_pasted_address_of_another_attempt_sends_nothing() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    let mut signing_in = SigningIn::start(&stage, &["--paste"]).await;
    let callback = signing_in.consent().await;
    let ours = signing_in.parameter("state").unwrap();
    signing_in.paste(&callback.replace(&ours, "another")).await;
    let ran = signing_in.end(&stage).await.ends_with_code(1);
    assert!(ran.stderr.contains("nothing was sent"), "{}", ran.stderr);
    assert_eq!(stage.code_exchanges().await, 0);
    assert!(!stage.folder.path(GRANT_FILE).exists());
}

#[tokio::test]
async fn a_pushed_request_shows_no_detail_in_the_address() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    let signing_in = SigningIn::start(&stage, &["--pushed"]).await;
    let told = ["redirect_uri", "scope", "state", "code_challenge"].map(|name| signing_in.parameter(name));
    assert_eq!(told, [None, None, None, None]);
    assert!(signing_in.parameter("request_uri").is_some());
    visit(&signing_in.consent().await).await;
    signing_in.end(&stage).await.ends_with_code(0);
}

#[tokio::test]
async fn a_live_grant_is_replaced_only_when_asked() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    stage.sign_in(&[]).await.ends_with_code(0);
    let before = stage.tokens_in_file();
    let ran = stage.run("sign-in").await.ends_with_code(1);
    assert!(ran.stderr.contains("--replace"), "{}", ran.stderr);
    assert_eq!(stage.tokens_in_file(), before);

    stage.sign_in(&["--replace"]).await.ends_with_code(0);
    assert_ne!(stage.tokens_in_file(), before);
}

#[tokio::test]
async fn a_user_who_says_no_leaves_everything_as_it_was() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    stage.user_says(json!({"decision": "deny"})).await;
    let signing_in = SigningIn::start(&stage, &[]).await;
    let page = visit(&signing_in.consent().await).await;
    assert!(page.text.contains("Not signed in"), "{}", page.text);
    let ran = signing_in.end(&stage).await.ends_with_code(1);
    assert!(ran.stderr.contains("the user said no"), "{}", ran.stderr);
    assert!(!stage.folder.path(GRANT_FILE).exists());
}

#[tokio::test]
async fn a_scope_that_was_not_granted_is_told_at_once_and_by_whoever_needs_it() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    let granted = ["company.info.read", "employee.info.read", "offline_access"];
    stage.user_says(json!({"decision": "grant", "scopes": granted})).await;
    let ran = stage.sign_in(&[]).await.ends_with_code(0);
    assert!(ran.stdout.contains("MISSING: employee.employment.read."), "{}", ran.stdout);
    let ran = stage.run("plan").await.ends_with_code(1);
    let told = "sync: the consent lacks employee.employment.read";
    assert!(ran.stderr.starts_with(told) && ran.stderr.contains("--replace"), "{}", ran.stderr);
}

#[tokio::test]
async fn whoever_asks_for_the_user_is_told_by_id_who_consented() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    let ran = stage.sign_in(&["--user"]).await.ends_with_code(0);
    assert!(ran.stdout.contains("The user is ") && ran.stdout.contains(" of debtor "), "{}", ran.stdout);
}

#[tokio::test]
async fn a_lost_consent_is_told_with_the_customer_and_the_command() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    stage.sign_in(&[]).await.ends_with_code(0);
    stage.sandbox.control("DELETE", "/nmbrs/consent", &Value::Null).await;
    for command in ["plan", "keep-alive"] {
        let ran = stage.run(command).await.ends_with_code(1);
        let told =
            "sync: the connection of customer voorbeeld to Nmbrs needs a new consent: sync sign-in --config ";
        assert!(ran.stderr.starts_with(told) && ran.stderr.contains(" --replace: "), "{}", ran.stderr);
    }
    // Lost is not alive: nobody has to say --replace.
    stage.sign_in(&[]).await.ends_with_code(0);
    stage.plan(0).await;
}

#[tokio::test]
async fn signing_out_ends_the_grant_there_and_here() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    stage.sign_in(&[]).await.ends_with_code(0);
    stage.run("sign-out").await.ends_with_code(0);
    assert!(!stage.folder.path(GRANT_FILE).exists());
    let grants = stage.get("/nmbrs/grants").await;
    let last = grants.as_array().unwrap().last().unwrap();
    assert_eq!((&last["state"], &last["ended_by"]), (&json!("ended"), &json!("revoked")), "{grants}");
    let ran = stage.run("sign-out").await.ends_with_code(0);
    assert!(ran.stdout.contains("There is no grant"), "{}", ran.stdout);
}

#[tokio::test]
async fn a_young_grant_needs_no_keeping_alive() {
    let stage = Stage::of(1).await;
    stage.keep_grants(IN_A_FILE);
    stage.sign_in(&[]).await.ends_with_code(0);
    let ran = stage.run("keep-alive").await.ends_with_code(0);
    assert!(ran.stdout.contains("Nothing to do: the grant is due "), "{}", ran.stdout);
}

#[tokio::test]
async fn a_sealed_grant_works_and_its_key_can_be_rotated() {
    let stage = Stage::of(1).await;
    stage.keep_grants(SEALED);
    stage.sign_in(&[]).await.ends_with_code(0);
    stage.plan(0).await;

    let next = "sealed_with = { id = \"two\", key = { env = \"SYNC_NEXT_TOKENS_KEY\" } }";
    let older = "older = [{ id = \"one\", key = { env = \"SYNC_TOKENS_KEY\" } }]";
    let without_the_old = format!("tokens = {{ folder = \"grants\", {next} }}\n");
    stage.keep_grants(&without_the_old);
    let ran = stage.run("plan").await.ends_with_code(1);
    assert!(
        ran.stderr.contains("grants") && ran.stderr.contains("the keys of nmbrs.tokens"),
        "{}",
        ran.stderr
    );

    stage.keep_grants(&format!("tokens = {{ folder = \"grants\", {next}, {older} }}\n"));
    let ran = stage.run("rotate-key").await.ends_with_code(0);
    assert!(ran.stdout.contains("sealed with two now"), "{}", ran.stdout);
    stage.keep_grants(&without_the_old);
    stage.plan(0).await;
    let ran = stage.run("rotate-key").await.ends_with_code(0);
    assert!(ran.stdout.contains("already"), "{}", ran.stdout);
}

#[tokio::test]
async fn what_cannot_sign_in_says_what_to_write() {
    let stage = Stage::of(1).await;
    for (tokens, told) in [
        ("access_token = { env = \"NMBRS_ACCESS_TOKEN\" }\n", "nmbrs.tokens.file"),
        (IN_A_FILE, "nmbrs.redirect_uri: is missing"),
        (
            "redirect_uri = \"https://app.example/callback\"\ntokens = { file = \"grant.json\" }\n",
            "use --paste",
        ),
    ] {
        stage.write_tokens(tokens);
        let ran = stage.run("sign-in").await.ends_with_code(64);
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
}

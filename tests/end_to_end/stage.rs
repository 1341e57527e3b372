//! Where a test plays: a sandbox process, a configuration file that points to it, and runs of `sync` between them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use nmbrs_client::sandbox::{Employee, Story, World};
use serde_json::{Value, json};
use yourcampus_client::sandbox::{Account, State};

use crate::binaries::binaries;
use crate::folder::Folder;
use crate::money_stage::GRANTS;
use crate::process::{self, Ran};
use crate::sandbox_process::SandboxProcess;
use crate::secrecy::{Secrets, credentials_in};

/// The name of a token file.
pub(crate) const GRANT_FILE: &str = "grant.json";

/// The name of the ledger.
pub(crate) const STORE: &str = "ledger.sqlite";

pub(crate) const BY_ACCESS_FIELD: &str = "participation = \"by_access_field\"\nlanguage = \"nl\"\n";

const FINGERPRINT_KEY: &str = "fingerprints of the tests: no secret";

const HANDED_OVER: &str = "access_token = { env = \"NMBRS_ACCESS_TOKEN\" }\n";

/// Two keys that seal: base64 of 32 bytes each.
const TOKENS_KEY: &str = "c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCBvbmUgISE=";
const NEXT_TOKENS_KEY: &str = "c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCB0d28gISE=";

/// A sandbox with what is needed to run `sync` on it.
pub(crate) struct Stage {
    pub(crate) sandbox: SandboxProcess,
    pub(crate) folder: Folder,
    /// What stands below `[nmbrs]` about tokens.
    tokens: Mutex<String>,
    secrets: Mutex<Secrets>,
}

/// A plan as it was saved.
pub(crate) struct Planned {
    pub(crate) ran: Ran,
    pub(crate) file: PathBuf,
    pub(crate) id: String,
    pub(crate) document: Value,
}

impl Stage {
    /// The usual stage: so many people, the access field in use.
    pub(crate) async fn of(people: usize) -> Self {
        Self::with(&["--people", &people.to_string()]).await
    }

    /// A stage whose sandbox starts with these arguments.
    pub(crate) async fn with(arguments: &[&str]) -> Self {
        let sandbox = SandboxProcess::start(arguments).await;
        let tokens = Mutex::new(HANDED_OVER.to_owned());
        let stage = Self { sandbox, folder: Folder::new(), tokens, secrets: Mutex::default() };
        stage.write_config(BY_ACCESS_FIELD);
        stage
    }

    /// Where tokens live from now on, and whatever else stands below `[nmbrs]`, in the configuration's own words.
    pub(crate) fn write_tokens(&self, tokens: &str) {
        tokens.clone_into(&mut self.tokens.lock().unwrap());
        self.write_config(BY_ACCESS_FIELD);
    }

    /// Writes the configuration anew with this policy.
    pub(crate) fn write_config(&self, policy: &str) {
        std::fs::write(self.config(), self.config_text(policy)).unwrap();
    }

    pub(crate) fn config_text(&self, policy: &str) -> String {
        let line = &self.sandbox.line;
        let (nmbrs, yourcampus) = (&line["nmbrs"], &line["yourcampus"]);
        // A JSON text of these is a TOML text too.
        format!(
            "customer = \"voorbeeld\"\n\
             [store]\npath = \"{STORE}\"\n\
             [nmbrs]\nclient_id = {}\nrest_url = {}\nidentity_url = {}\n\
             {}\
             [yourcampus]\ncompany = {}\nbase_url = {}\n\
             [policy]\n{policy}",
            nmbrs["client_id"],
            nmbrs["rest_url"],
            nmbrs["identity_url"],
            self.tokens.lock().unwrap(),
            yourcampus["company"],
            yourcampus["base_url"],
        )
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path("sync.toml")
    }

    /// The variables from which `sync` takes its keys.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let (nmbrs, yourcampus) = (&self.sandbox.line["nmbrs"], &self.sandbox.line["yourcampus"]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        BTreeMap::from([
            ("NMBRS_CLIENT_SECRET".to_owned(), text(&nmbrs["client_secret"])),
            ("NMBRS_SUBSCRIPTION_KEY".to_owned(), text(&nmbrs["subscription_key"])),
            ("NMBRS_ACCESS_TOKEN".to_owned(), text(&nmbrs["access_token"])),
            ("NMBRS_SOAP_TOKEN".to_owned(), text(&nmbrs["soap_token"])),
            ("ALLEO_ACCESS_KEY".to_owned(), text(&yourcampus["access_key"])),
            ("ALLEO_SECRET_KEY".to_owned(), text(&yourcampus["secret_key"])),
            ("SYNC_FINGERPRINT_KEY".to_owned(), FINGERPRINT_KEY.to_owned()),
            ("SYNC_TOKENS_KEY".to_owned(), TOKENS_KEY.to_owned()),
            ("SYNC_NEXT_TOKENS_KEY".to_owned(), NEXT_TOKENS_KEY.to_owned()),
        ])
    }

    /// Runs `sync`, and searches all that it printed and wrote for what must not be there.
    pub(crate) async fn sync(&self, arguments: &[&str]) -> Ran {
        self.remember_secrets().await;
        let ran = process::run(&binaries().sync, arguments, &self.environment()).await;
        self.search(&ran, arguments).await;
        ran
    }

    /// Searches what came out of a run of `sync`, and all that lies in the folder.
    pub(crate) async fn search(&self, ran: &Ran, arguments: &[&str]) {
        self.remember_secrets().await;
        let secrets = self.secrets.lock().unwrap();
        assert!(secrets.count() > 10, "there is something to search for");
        for (stream, text) in ran.streams() {
            secrets.assert_absent(&format!("{stream} of sync {arguments:?}"), text);
        }
        for (name, content) in self.written() {
            secrets.assert_absent(&name, &content);
        }
    }

    /// Searches these texts, and all that lies in the folder, for every secret in every form that a program could give
    /// it without meaning to. That is slow, so it is for those tests that are about it.
    pub(crate) async fn search_every_form(&self, texts: &[(String, String)]) {
        self.remember_secrets().await;
        let secrets = self.secrets.lock().unwrap();
        for (name, content) in texts.iter().chain(&self.written()) {
            secrets.assert_absent(name, content);
            secrets.assert_absent_in_every_form(name, content);
        }
    }

    /// Adds secrets that only the test has seen.
    pub(crate) fn remember(&self, secrets: &[&str]) {
        self.secrets.lock().unwrap().add_credentials(secrets.iter().copied());
    }

    /// All files but those of the test itself, which end in `.toml` and may hold the client id, the token file, which is
    /// there to hold tokens, and lists for support, which are there to hold addresses; as the ledger does as long as a
    /// list is open (so that it is left out while there is a folder of lists).
    fn written(&self) -> Vec<(String, String)> {
        let mut written = self.folder.contents();
        let is_a = |name: &str, wanted: &str| {
            std::path::Path::new(name).extension().is_some_and(|kind| kind == wanted)
        };
        written.retain(|(name, _)| !is_a(name, "toml") && !is_a(name, "csv") && !name.ends_with(GRANT_FILE));
        if self.folder.path(GRANTS).exists() {
            written.retain(|(name, _)| !name.contains(STORE));
        }
        written
    }

    /// Searches the ledger too, after the test has put the folder of lists away.
    pub(crate) async fn search_the_ledger(&self) {
        self.remember_secrets().await;
        let written = self.written();
        assert!(written.iter().any(|(name, _)| name.contains(STORE)), "there is a ledger to search");
        let secrets = self.secrets.lock().unwrap();
        for (name, content) in &written {
            secrets.assert_absent(name, content);
        }
    }

    /// The tokens in the token file.
    pub(crate) fn tokens_in_file(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path(GRANT_FILE)).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let token = |key: &str| file["grant"][key].as_str().unwrap().to_owned();
        vec![token("access"), token("refresh")]
    }

    /// `sync plan --out`, which must end with this code.
    pub(crate) async fn plan(&self, code: i32) -> Planned {
        let file = self.folder.path("plan.json");
        let ran = self.sync(&["plan", "--config", &path(&self.config()), "--out", &path(&file)]).await;
        let ran = ran.ends_with_code(code);
        let saved: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        Planned { ran, file, id: saved["id"].as_str().unwrap().to_owned(), document: saved["plan"].clone() }
    }

    /// `sync apply --json` of a plan with this approval.
    pub(crate) async fn apply_with(&self, plan: &Planned, approval: &str) -> Ran {
        let (config, file) = (path(&self.config()), path(&plan.file));
        self.sync(&["apply", "--config", &config, "--plan", &file, "--approve", approval, "--json"]).await
    }

    /// `sync apply --json` of a plan with its own hash.
    pub(crate) async fn apply(&self, plan: &Planned) -> Ran {
        self.apply_with(plan, &plan.id).await
    }

    /// The source as it is.
    pub(crate) async fn world(&self) -> World {
        serde_json::from_value(self.get("/nmbrs/state").await).unwrap()
    }

    /// The target as it is.
    pub(crate) async fn target(&self) -> State {
        serde_json::from_value(self.get("/yourcampus/state").await).unwrap()
    }

    /// The requests to the source's API that were logged, token calls left out.
    pub(crate) async fn source_requests(&self) -> Vec<Value> {
        let log = self.get("/nmbrs/requests").await;
        let log = log.as_array().unwrap().iter();
        log.filter(|request| request["path"].as_str().unwrap().starts_with("/api/")).cloned().collect()
    }

    /// The requests to the target that were logged, token calls left out.
    pub(crate) async fn target_requests(&self) -> Vec<Value> {
        let log = self.get("/yourcampus/requests").await;
        let log = log.as_array().unwrap().iter();
        log.filter(|request| request["method"] == "GET" || request["is_write"] == true).cloned().collect()
    }

    /// How many requests asked the target for a change.
    pub(crate) async fn writes(&self) -> usize {
        self.target_requests().await.iter().filter(|request| request["is_write"] == true).count()
    }

    pub(crate) async fn forget_requests(&self) {
        self.sandbox.control("DELETE", "/nmbrs/requests", &Value::Null).await;
        self.sandbox.control("DELETE", "/yourcampus/requests", &Value::Null).await;
    }

    pub(crate) async fn source_fault(&self, fault: Value) {
        self.sandbox.control("POST", "/nmbrs/faults", &fault).await;
    }

    pub(crate) async fn target_fault(&self, fault: Value) {
        self.sandbox.control("POST", "/yourcampus/faults", &fault).await;
    }

    /// Payroll changes somebody.
    pub(crate) async fn change_person(&self, employee_id: &str, change: Value) {
        self.sandbox.control("PATCH", &format!("/nmbrs/people/{employee_id}"), &change).await;
    }

    /// Payroll loses somebody.
    pub(crate) async fn remove_person(&self, employee_id: &str) {
        self.sandbox.control("DELETE", &format!("/nmbrs/people/{employee_id}"), &Value::Null).await;
    }

    /// The sign-in loses sight of a company.
    pub(crate) async fn remove_company(&self, company_id: &str) {
        self.sandbox.control("DELETE", &format!("/nmbrs/companies/{company_id}"), &Value::Null).await;
    }

    /// Somebody makes an account by hand, and gets its id.
    pub(crate) async fn add_account(&self, mut account: Value) -> i64 {
        account["company"] = self.sandbox.line["yourcampus"]["company"].clone();
        self.sandbox.control("POST", "/yourcampus/accounts", &account).await["id"].as_i64().unwrap()
    }

    /// Somebody changes an account by hand.
    pub(crate) async fn change_account(&self, id: i64, change: Value) {
        self.sandbox.control("PATCH", &format!("/yourcampus/accounts/{id}"), &change).await;
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.sandbox.control("GET", path, &json!(null)).await
    }

    async fn remember_secrets(&self) {
        let (world, target) = (self.world().await, self.target().await);
        let environment = self.environment();
        let mut secrets = self.secrets.lock().unwrap();
        secrets.add_credentials(credentials_in(&self.sandbox.line));
        secrets.add_credentials(environment.values().map(String::as_str));
        secrets.add_people(&world);
        secrets.add_accounts(&target);
    }
}

impl Planned {
    /// The decision about whoever has this record.
    #[track_caller]
    pub(crate) fn decision_about(&self, employee_id: &str) -> &Value {
        decision_in(&self.document, employee_id)
    }

    /// All decisions of one kind, with their people.
    pub(crate) fn of_kind(&self, kind: &str) -> Vec<&str> {
        let entries = self.document["entries"].as_array().unwrap().iter();
        let of_kind = entries.filter(|entry| entry["decision"]["kind"] == kind);
        of_kind.map(|entry| entry["person"].as_str().unwrap()).collect()
    }

    /// How many actions it holds.
    pub(crate) fn actions(&self) -> u64 {
        let actions = self.document["totals"]["actions"].as_object().unwrap();
        actions.values().map(|count| count.as_u64().unwrap()).sum()
    }
}

/// The decision about whoever has this record, in a plan's document.
#[track_caller]
pub(crate) fn decision_in<'a>(document: &'a Value, employee_id: &str) -> &'a Value {
    let id = external_id(employee_id);
    let entries = document["entries"].as_array().unwrap();
    let has = |entry: &&Value| entry["records"].as_array().unwrap().iter().any(|record| record["id"] == *id);
    &entries.iter().find(has).unwrap_or_else(|| panic!("nobody has the record {id}"))["decision"]
}

/// The id that an account of this record carries.
pub(crate) fn external_id(employee_id: &str) -> String {
    format!("nmbrs:rest:{employee_id}")
}

/// The one person of this story.
#[track_caller]
pub(crate) fn telling(world: &World, story: Story) -> &Employee {
    world.telling(story).next().unwrap_or_else(|| panic!("nobody tells {story:?}"))
}

/// The account that carries this record's id.
pub(crate) fn account_of<'a>(target: &'a State, employee_id: &str) -> Option<&'a Account> {
    let id = external_id(employee_id);
    target.accounts.iter().find(|account| account.external_id.as_deref() == Some(&id))
}

/// Ordinary people with an account of ours; and those without any.
pub(crate) fn ordinary<'w>(world: &'w World, target: &State) -> (Vec<&'w Employee>, Vec<&'w Employee>) {
    world.telling(Story::Ordinary).partition(|employee| account_of(target, &employee.employee_id).is_some())
}

pub(crate) fn path(path: &std::path::Path) -> String {
    path.to_str().unwrap().to_owned()
}

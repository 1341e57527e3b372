//! What must never come out of `sync`: every name, address, date of birth and credential that the sandboxes hold.
//!
//! In: the sandboxes' own state. Out: a search through what a run printed and wrote. The stage does it after each run.

use std::collections::BTreeSet;

use nmbrs_client::sandbox::World;
use serde_json::Value;
use yourcampus_client::sandbox::State;

use crate::forms::forms;

/// All that was ever on one stage and must stay there.
#[derive(Default)]
pub(crate) struct Secrets {
    /// Found as whole words, so that `Eva` is not found in `Evaluation`.
    words: BTreeSet<String>,
    /// Found anywhere, whatever the case.
    texts: BTreeSet<String>,
    /// All of them, as they are, for the forms that keep the case.
    all: BTreeSet<String>,
}

impl Secrets {
    /// Adds the credentials in a sandbox's line, and those in the environment.
    pub(crate) fn add_credentials<'a>(&mut self, credentials: impl IntoIterator<Item = &'a str>) {
        self.add_texts(credentials);
    }

    /// Adds the people of the source.
    pub(crate) fn add_people(&mut self, world: &World) {
        for (_, employee) in world.employees() {
            for info in &employee.personal_infos {
                let names =
                    [info.first_name.as_deref(), info.first_name_in_full.as_deref(), Some(&*info.last_name)];
                self.add_names(names.into_iter().flatten());
                let addresses = [info.business_email.as_deref(), info.private_email.as_deref()];
                self.add_texts(addresses.into_iter().flatten());
                self.add_texts(info.birth_date.map(|day| day.to_string()).as_deref());
            }
        }
    }

    /// Adds the people of the target.
    pub(crate) fn add_accounts(&mut self, state: &State) {
        for account in &state.accounts {
            self.add_names(
                [account.first_name.as_deref(), account.last_name.as_deref()].into_iter().flatten(),
            );
            self.add_texts(
                [account.email.as_deref(), account.private_email.as_deref()].into_iter().flatten(),
            );
            self.add_texts(account.birthday.map(|day| day.to_string()).as_deref());
        }
    }

    /// How many different ones there are, so that a search for nothing is noticed.
    pub(crate) fn count(&self) -> usize {
        self.words.len() + self.texts.len()
    }

    /// Fails if any of it stands in this text.
    #[track_caller]
    pub(crate) fn assert_absent(&self, place: &str, text: &str) {
        let words: BTreeSet<&str> = words(text).collect();
        for word in &self.words {
            assert!(!words.contains(word.as_str()), "the name «{word}» stands in {place}");
        }
        let lower = text.to_lowercase();
        for secret in &self.texts {
            assert!(!lower.contains(secret), "«{secret}» stands in {place}");
            let escaped = secret.replace('@', "%40");
            assert!(!lower.contains(&escaped), "«{escaped}» stands in {place}");
        }
    }

    /// Fails if any of it stands in this text as a URL, JSON or base64 would hold it.
    #[track_caller]
    pub(crate) fn assert_absent_in_every_form(&self, place: &str, text: &str) {
        let lower = text.to_lowercase();
        for secret in &self.all {
            for form in forms(secret) {
                let is_there = text.contains(&form)
                    || lower.contains(&form.to_lowercase()) && form.contains(['%', '\\']);
                assert!(!is_there, "«{secret}» stands in {place} as «{form}»");
            }
        }
    }

    fn add_names<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        for name in names {
            self.words.extend(words(name).map(str::to_owned));
            self.all.insert(name.to_owned());
        }
    }

    fn add_texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        for text in texts.into_iter().filter(|text| text.len() > 4) {
            self.texts.insert(text.to_lowercase());
            self.all.insert(text.to_owned());
        }
    }
}

/// The texts in a line of credentials.
pub(crate) fn credentials_in(line: &Value) -> Vec<&str> {
    let secret = [
        "/nmbrs/client_id",
        "/nmbrs/client_secret",
        "/nmbrs/subscription_key",
        "/nmbrs/access_token",
        "/nmbrs/refresh_token",
        "/nmbrs/soap_username",
        "/nmbrs/soap_token",
        "/yourcampus/access_key",
        "/yourcampus/secret_key",
    ];
    secret.into_iter().map(|pointer| line.pointer(pointer).and_then(Value::as_str).unwrap()).collect()
}

/// Words of two letters and more.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1)
}

#[test]
fn a_leak_would_be_found() {
    let mut secrets = Secrets::default();
    secrets.add_names(["Jean-François"]);
    secrets.add_texts(["Jean@voorbeeld.example.nl", "1980-02-03"]);
    let leaks = [
        "hello François!",
        "x JEAN@VOORBEELD.EXAMPLE.NL",
        "jean%40voorbeeld.example.nl",
        "born 1980-02-03T00:00:00Z",
    ];
    for leak in leaks {
        let found = std::panic::catch_unwind(|| secrets.assert_absent("the text", leak));
        assert!(found.is_err(), "{leak}");
    }
    secrets.assert_absent("the text", "Jeannette, François1, 1980-02-04");
}

#[test]
fn a_leak_in_any_form_would_be_found() {
    let mut secrets = Secrets::default();
    secrets.add_names(["Jean-François"]);
    secrets.add_texts(["Jean@voorbeeld.example.nl", "p+q/r=s t%08ab"]);
    let leaks = [
        "Jean-Fran%C3%A7ois",
        "jean-fran%c3%a7ois",
        "\"Jean-Fran\\u00e7ois\"",
        "q=p%2Bq%2Fr%3Ds%20t%2508ab&",
        // base64 of «name: Jean-François», of «,Jean-François;» and of «-->Jean-François<--».
        "bmFtZTogSmVhbi1GcmFuw6dvaXM=",
        "LEplYW4tRnJhbsOnb2lzOw==",
        "LS0+SmVhbi1GcmFuw6dvaXM8LS0=",
        // base64 and base64url of «client:p+q/r=s t%08ab», the form of a Basic header.
        "Basic Y2xpZW50OnArcS9yPXMgdCUwOGFi",
        "Y2xpZW50OnArcS9yPXMgdCUwOGFi",
    ];
    for leak in leaks {
        let found = std::panic::catch_unwind(|| secrets.assert_absent_in_every_form("the text", leak));
        assert!(found.is_err(), "{leak}");
    }
    secrets.assert_absent_in_every_form("the text", "Jeannette Fran%C3%A8ois bmFtZTogSmVhbm5ldHRl");
}

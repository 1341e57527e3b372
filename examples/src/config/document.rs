//! Reads a TOML document key by key and remembers all that is wrong.
//!
//! Every key that is asked for counts as allowed; what is left over when a section is closed is told.

use std::cell::RefCell;
use std::rc::Rc;

use secrecy::SecretString;
use toml::{Table, Value};

use super::is_loopback;
use super::problem::Problem;

type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// One table of the document.
pub(super) struct Section<'a> {
    path: String,
    table: Table,
    allowed: Vec<String>,
    secrets: Lookup<'a>,
    problems: Rc<RefCell<Vec<Problem>>>,
}

impl<'a> Section<'a> {
    pub(super) fn root(table: Table, secrets: Lookup<'a>) -> Self {
        Self { path: String::new(), table, allowed: Vec::new(), secrets, problems: Rc::default() }
    }

    /// The table below this key; an empty one if there is none.
    pub(super) fn section(&mut self, key: &str) -> Section<'a> {
        let table = match self.take(key) {
            None => Table::new(),
            Some(Value::Table(table)) => table,
            Some(_) => {
                self.problem(key, "must be a section");
                Table::new()
            }
        };
        let problems = Rc::clone(&self.problems);
        Section { path: self.path_of(key), table, allowed: Vec::new(), secrets: self.secrets, problems }
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.required(key);
        self.optional_text(key)
    }

    pub(super) fn optional_text(&mut self, key: &str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => {
                self.problem(key, "must be text");
                None
            }
        }
    }

    pub(super) fn optional_texts(&mut self, key: &str) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let texts = value.as_array().and_then(|values| {
            values
                .iter()
                .map(|value| value.as_str().map(|text| text.trim().to_owned()))
                .collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            self.problem(key, "must be a list of texts");
        }
        texts
    }

    pub(super) fn integer(&mut self, key: &str, least: i64, most: i64) -> Option<i64> {
        self.required(key);
        self.optional_integer(key, least, most)
    }

    pub(super) fn optional_integer(&mut self, key: &str, least: i64, most: i64) -> Option<i64> {
        let value = self.take(key)?;
        let number = value.as_integer().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let up_to = if most == i64::MAX { String::new() } else { format!(" to {most}") };
            self.problem(key, format!("must be a whole number from {least}{up_to}"));
        }
        number
    }

    pub(super) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        self.required(key);
        self.optional_choice(key, choices)
    }

    pub(super) fn optional_choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.take(key)?;
        let chosen = choices.iter().find(|(name, _)| value.as_str() == Some(name)).map(|(_, choice)| *choice);
        if chosen.is_none() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(key, format!("must be one of: {}", names.join(", ")));
        }
        chosen
    }

    pub(super) fn address(&mut self, key: &str, default: &str) -> Option<String> {
        if !self.table.contains_key(key) {
            self.allow(key);
            return Some(default.to_owned());
        }
        let address = self.optional_text(key)?;
        let is_https = url::Url::parse(&address).is_ok_and(|url| url.scheme() == "https" && url.has_host());
        if is_https || (address.starts_with("http://") && is_loopback(&address)) {
            Some(address)
        } else {
            self.problem(key, "must be an https address, or http on this machine");
            None
        }
    }

    /// A secret from the environment variable that `key` names, or from `default`.
    pub(super) fn secret(&mut self, key: &str, default: &str) -> Option<SecretString> {
        let named = self.table.contains_key(key);
        let variable = if named { self.optional_text(key)? } else { default.to_owned() };
        self.allow(key);
        self.look_up(key, &variable)
    }

    /// A secret from the environment variable that `key` names, if it names one.
    pub(super) fn optional_secret(&mut self, key: &str) -> Option<SecretString> {
        let variable = self.optional_text(key)?;
        self.look_up(key, &variable)
    }

    /// Tells what a later check found.
    pub(super) fn checked<T>(&self, key: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|text| self.problem(key, text)).ok()
    }

    pub(super) fn problem(&self, key: &str, text: impl Into<String>) {
        self.problems.borrow_mut().push(Problem::new(self.path_of(key), text));
    }

    /// Tells the keys that nobody asked for.
    pub(super) fn close(self) {
        for key in self.table.keys() {
            let allowed = &self.allowed;
            let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
            let hint = match allowed.iter().find(|name| plain(name) == plain(key)) {
                Some(meant) => format!("did you mean {meant}?"),
                None => format!("allowed: {}", allowed.join(", ")),
            };
            self.problem(key, format!("is not a key here; {hint}"));
        }
    }

    pub(super) fn finish(self) -> Vec<Problem> {
        let problems = Rc::clone(&self.problems);
        self.close();
        problems.take()
    }

    fn look_up(&self, key: &str, variable: &str) -> Option<SecretString> {
        let found = (self.secrets)(variable).filter(|secret| !secret.is_empty()).map(SecretString::from);
        if found.is_none() {
            self.problem(key, format!("the environment variable {variable} is not set"));
        }
        found
    }

    fn required(&self, key: &str) {
        if !self.table.contains_key(key) {
            self.problem(key, "is missing");
        }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.allow(key);
        self.table.remove(key)
    }

    fn allow(&mut self, key: &str) {
        if !self.allowed.iter().any(|allowed| allowed == key) {
            self.allowed.push(key.to_owned());
        }
    }

    fn path_of(&self, key: &str) -> String {
        match (self.path.as_str(), key) {
            ("", key) => key.to_owned(),
            (path, "") => path.to_owned(),
            (path, key) => format!("{path}.{key}"),
        }
    }
}

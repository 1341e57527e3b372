//! Reads a TOML document key by key and remembers all that is wrong.
//!
//! Every key that is asked for counts as allowed; what is left over when a section is closed is told.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sync_core::Euro;
use toml::{Table, Value};

use super::is_loopback;
use super::problem::Problem;
use super::secret::{Place, Secrets};

/// One table of the document.
pub(super) struct Section<'a> {
    path: String,
    table: Table,
    allowed: Vec<String>,
    secrets: &'a Secrets<'a>,
    problems: Rc<RefCell<Vec<Problem>>>,
}

impl<'a> Section<'a> {
    pub(super) fn root(table: Table, secrets: &'a Secrets<'a>) -> Self {
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
        self.below(self.path_of(key), table)
    }

    /// The tables in the list below this key; none if there is no such list.
    pub(super) fn sections(&mut self, key: &str) -> Vec<Section<'a>> {
        let tables = match self.take(key) {
            None => Some(Vec::new()),
            Some(Value::Array(values)) => values.into_iter().map(table).collect(),
            Some(_) => None,
        };
        if tables.is_none() {
            self.problem(key, "must be a list of sections");
        }
        let path = self.path_of(key);
        let numbered = tables.into_iter().flatten().zip(1..);
        numbered.map(|(table, number)| self.below(format!("{path}[{number}]"), table)).collect()
    }

    fn below(&self, path: String, table: Table) -> Section<'a> {
        let problems = Rc::clone(&self.problems);
        Section { path, table, allowed: Vec::new(), secrets: self.secrets, problems }
    }

    /// Does this key stand here?
    pub(super) fn has(&mut self, key: &str) -> bool {
        self.allow(key);
        self.table.contains_key(key)
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

    pub(super) fn optional_integer(&mut self, key: &str, least: i64, most: i64) -> Option<i64> {
        let value = self.take(key)?;
        let number = value.as_integer().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let up_to = if most == i64::MAX { String::new() } else { format!(" to {most}") };
            self.problem(key, format!("must be a whole number from {least}{up_to}"));
        }
        number
    }

    /// As [`Section::optional_integer`], in the type that the number is for.
    pub(super) fn number<T: TryFrom<i64>>(&mut self, key: &str, least: i64, most: i64) -> Option<T> {
        self.optional_integer(key, least, most).and_then(|number| number.try_into().ok())
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

    /// Several of these, by name.
    pub(super) fn optional_choices<T: Clone>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<Vec<T>> {
        let texts = self.optional_texts(key)?;
        let meant = |text: &String| choices.iter().find(|(name, _)| name == text);
        let all = texts.iter().map(|text| meant(text).map(|(_, choice)| choice.clone())).collect();
        if Option::is_none(&all) {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(key, format!("must be some of: {}", names.join(", ")));
        }
        all
    }

    /// Money, as text: a number of TOML may be a float.
    pub(super) fn optional_amount(&mut self, key: &str) -> Option<Euro> {
        let amount = self.take(key)?.as_str().and_then(|text| text.parse().ok());
        if amount.is_none() {
            self.problem(key, "must be an amount in euro as text, such as \"50,00\"");
        }
        amount
    }

    /// A table whose keys are the customer's own.
    pub(super) fn optional_table(&mut self, key: &str) -> Option<Table> {
        let table = table(self.take(key)?);
        if table.is_none() {
            self.problem(key, "must be a section");
        }
        table
    }

    pub(super) fn address(&mut self, key: &str, default: &str) -> Option<String> {
        if self.has(key) { self.optional_address(key) } else { Some(default.to_owned()) }
    }

    pub(super) fn optional_address(&mut self, key: &str) -> Option<String> {
        let address = self.optional_text(key)?;
        let is_https = url::Url::parse(&address).is_ok_and(|url| url.scheme() == "https" && url.has_host());
        if is_https || (address.starts_with("http://") && is_loopback(&address)) {
            Some(address)
        } else {
            self.problem(key, "must be an https address, or http on this machine");
            None
        }
    }

    /// The address of a proxy. One with a password is a secret, and comes from where secrets come from.
    pub(super) fn proxy(&mut self, key: &str) -> Option<SecretString> {
        self.allow(key);
        let is_text = matches!(self.table.get(key)?, Value::String(_));
        let address = if is_text { self.optional_text(key)?.into() } else { self.optional_secret(key)? };
        let url = url::Url::parse(address.expose_secret()).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        match url {
            None => self.problem(key, "must be an http or https address"),
            Some(url) if is_text && (!url.username().is_empty() || url.password().is_some()) => {
                self.problem(key, format!("holds a password; write {key} = {{ env = \"NAME\" }} instead"));
            }
            Some(_) => return Some(address),
        }
        None
    }

    /// A path, from the folder of the configuration.
    pub(super) fn optional_path(&mut self, key: &str) -> Option<PathBuf> {
        self.optional_text(key).map(|path| self.secrets.path(&path))
    }

    /// A whole number of seconds.
    pub(super) fn seconds(&mut self, key: &str, least: i64, most: i64) -> Option<Duration> {
        self.number(key, least, most).map(Duration::from_secs)
    }

    /// A whole number of milliseconds.
    pub(super) fn milliseconds(&mut self, key: &str, least: i64, most: i64) -> Option<Duration> {
        self.number(key, least, most).map(Duration::from_millis)
    }

    /// A secret from where `key` says, or from the environment variable `default`.
    pub(super) fn secret(&mut self, key: &str, default: &str) -> Option<SecretString> {
        if self.has(key) {
            self.optional_secret(key)
        } else {
            self.read(key, &Place::Variable(default.to_owned()))
        }
    }

    /// A secret from where `key` says; without a default place.
    pub(super) fn required_secret(&mut self, key: &str) -> Option<SecretString> {
        self.required(key);
        self.optional_secret(key)
    }

    /// A secret from where `key` says, if it says so.
    pub(super) fn optional_secret(&mut self, key: &str) -> Option<SecretString> {
        let value = self.take(key)?;
        let place = self.checked(key, Place::of(key, value))?;
        self.read(key, &place)
    }

    /// A key of earlier versions: it is no longer read, and the hint says what to write.
    pub(super) fn retired(&mut self, key: &str, hint: &str) {
        if self.table.remove(key).is_some() {
            self.problem(key, format!("is no longer a key; {hint}"));
        }
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
            if let Some(secret) =
                key.strip_suffix("_env").filter(|stem| allowed.iter().any(|name| name == stem))
            {
                self.problem(key, format!("is no longer a key; write {secret} = {{ env = \"NAME\" }}"));
                continue;
            }
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

    fn read(&self, key: &str, place: &Place) -> Option<SecretString> {
        self.checked(key, self.secrets.read(place))
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

fn table(value: Value) -> Option<Table> {
    match value {
        Value::Table(table) => Some(table),
        _ => None,
    }
}

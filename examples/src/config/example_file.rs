//! `examples/sync.toml` is what a reader copies, and `examples/README.md` explains it: they must be right and complete.

use std::collections::BTreeSet;
use std::path::Path;

use nmbrs_client::soap::{ExtraFieldsCall, SoapClient};
use toml::{Table, Value};

use super::{Config, Interface, NmbrsLimits, NmbrsSoapLimits, YourCampusLimits};

const TEXT: &str = include_str!("../../sync.toml");
const PAGE: &str = include_str!("../../README.md");

/// Any secret will do, but keys have a form.
#[expect(clippy::unnecessary_wraps, reason = "the look-up that every configuration takes")]
fn secret(name: &str) -> Option<String> {
    let is_key = name.starts_with("SYNC_TOKENS_KEY");
    Some(if is_key {
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned()
    } else {
        format!("secret of {name}")
    })
}

/// All keys of the file, those that are commented out included, as paths without numbers.
fn keys_of_the_file() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut section = String::new();
    for line in TEXT.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = format!("{name}.");
            for (end, _) in section.match_indices('.') {
                keys.insert(section[..end].to_owned());
            }
        } else if let Ok(table) = line.parse::<Table>() {
            add(&section, &table, &mut keys);
        }
    }
    keys
}

fn add(path: &str, table: &Table, keys: &mut BTreeSet<String>) {
    for (key, value) in table {
        let key = format!("{path}{key}");
        let inner = match value {
            Value::Array(values) => values.first().and_then(Value::as_table),
            value => value.as_table(),
        };
        // What stands inside a secret's place is no key of the configuration, and routes have keys of the customer's own.
        if let Some(inner) = inner.filter(|inner| key != "policy.routes" && !inner.contains_key("env")) {
            add(&format!("{key}."), inner, keys);
        }
        keys.insert(key);
    }
}

/// All keys that the parser knows: it lists them for each section in which it meets one that it does not know.
fn keys_of_the_parser() -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut sections = vec![String::new()];
    while let Some(section) = sections.pop() {
        let text = if section.is_empty() {
            "nonsense_here = 1".to_owned()
        } else {
            format!("[{section}]\nnonsense_here = 1")
        };
        let told = Config::parse("x", &text, secret).unwrap_err().to_string();
        let prefix = if section.is_empty() { String::new() } else { format!("{section}.") };
        let path = format!("{prefix}nonsense_here: is not a key here; allowed: ");
        let Some((_, allowed)) = told.split_once(&path) else { continue };
        for key in allowed.lines().next().unwrap().split(", ") {
            if known.insert(format!("{prefix}{key}")) {
                sections.push(format!("{prefix}{key}"));
            }
        }
    }
    known
}

#[test]
fn the_example_is_right_and_shows_the_defaults() {
    let config = Config::parse("examples/sync.toml", TEXT, secret).unwrap();
    assert_eq!(config.nmbrs.interface, Interface::Rest);
    assert_eq!(config.nmbrs.rest().unwrap().limits, NmbrsLimits::default());
    assert_eq!(config.yourcampus.limits, YourCampusLimits::default());
    assert_eq!(config.store.as_deref(), Some(Path::new("examples/ledger.sqlite")));
    let least = "customer = \"c\"\n[nmbrs]\nclient_id = \"a\"\naccess_token = { env = \"A\" }\n[yourcampus]\ncompany = 7\n\
                 [policy]\nparticipation = \"by_access_field\"\nprotected = [\"beheer@voorbeeld.example\"]\n";
    assert_eq!(Config::parse("x", least, secret).unwrap().policy, config.policy);
}

/// The part about SOAP is an alternative, so it is commented out.
fn example_over_soap() -> String {
    let (before, rest) = TEXT.split_once("\n# [nmbrs.soap]\n").unwrap();
    let (soap, after) = rest.split_once("\n[yourcampus]\n").unwrap();
    let soap: Vec<_> = soap.lines().filter(|line| line.contains(" = ") || line.contains('[')).collect();
    let soap = soap.join("\n").replace("# [", "[").replace("\n# ", "\n");
    let before = before.replace("interface = \"rest\"", "interface = \"soap\"");
    format!("{before}\n[nmbrs.soap]\n{}\n[yourcampus]\n{after}", soap.trim_start_matches("# "))
}

#[test]
fn the_example_over_soap_is_right_and_shows_the_defaults() {
    let config = Config::parse("examples/sync.toml", &example_over_soap(), secret).unwrap();
    assert_eq!(config.nmbrs.interface, Interface::Soap);
    let soap = config.nmbrs.soap().unwrap();
    assert_eq!((soap.limits, soap.extra_fields), (NmbrsSoapLimits::default(), ExtraFieldsCall::default()));
    assert_eq!(soap.url, SoapClient::LIVE);
    assert_eq!(soap.employee_types.len(), 5);
    assert!(config.nmbrs.rest().is_ok(), "the other interface stands beside it");
}

#[test]
fn the_example_has_every_key_and_no_other() {
    let (file, parser) = (keys_of_the_file(), keys_of_the_parser());
    // Nobody can ask inside a list, so its sections are known by their like.
    let inside_a_list = ["nmbrs.tokens.older.id", "nmbrs.tokens.older.key"].map(str::to_owned);
    let parser: BTreeSet<_> = parser.into_iter().chain(inside_a_list).collect();
    assert_eq!(file, parser);
}

#[test]
fn the_operators_page_explains_every_key() {
    let keys = keys_of_the_file();
    let is_section = |key: &String| keys.iter().any(|other| other.starts_with(&format!("{key}.")));
    for key in keys.iter().filter(|key| !is_section(key)) {
        assert!(PAGE.contains(&format!("\n| `{key}` |")), "{key}");
    }
}

//! The configuration file of `sync`.
//!
//! In: TOML, and a look-up for the environment variables that it names. Out: [`Config`], complete and free of
//! contradictions, or all that is wrong with it at once, each with its key and what is allowed. Never: a
//! secret in the file itself, or a value of the file in a message.

mod budgets;
mod document;
#[cfg(test)]
mod example_file;
mod nmbrs;
mod placement;
mod policy;
mod problem;
mod salaries;
mod secret;
mod tokens;
mod yourcampus;

pub use nmbrs::{EmployeeTypeIds, Interface, Nmbrs, NmbrsLimits, NmbrsRest, NmbrsSoap, NmbrsSoapLimits};
pub use problem::{Problem, Problems};
pub use tokens::{NamedKey, Sealed, Tokens};
pub use yourcampus::{YourCampus, YourCampusLimits};

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use sync_core::{CustomerId, FingerprintKey, Policy};
use url::{Host, Url};

use self::document::Section;
use self::secret::Secrets;

/// Everything a run needs to know.
#[derive(Debug)]
#[non_exhaustive]
pub struct Config {
    /// Whose run it is.
    pub customer: CustomerId,
    /// The key of this customer's fingerprints.
    pub fingerprint_key: FingerprintKey,
    /// The source.
    pub nmbrs: Nmbrs,
    /// The target.
    pub yourcampus: YourCampus,
    /// What the customer wants.
    pub policy: Policy,
    /// The file that remembers runs, plans and who allowed what. Without one nothing can be applied.
    pub store: Option<PathBuf>,
    /// The folder into which lists of grants are written. Without one all money is held.
    pub grants: Option<PathBuf>,
}

impl Config {
    /// Reads a file; `variable` looks up environment variables.
    ///
    /// # Errors
    /// [`Problems`]: everything that is wrong, at once.
    pub fn read(path: &Path, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&name, &text, variable),
            Err(error) => {
                Err(Problems::of(&name, vec![Problem::new("", format!("cannot be read: {}", error.kind()))]))
            }
        }
    }

    /// Reads the text of a file called `name`. Paths in it count from the folder of that file.
    ///
    /// # Errors
    /// [`Problems`]: everything that is wrong, at once.
    pub fn parse(
        name: &str,
        text: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Problems> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let place = error.span().map_or(0, |span| line_of(text, span.start));
            Problems::of(
                name,
                vec![Problem::new("", format!("is not TOML: line {place}: {}", error.message()))],
            )
        })?;
        let secrets = Secrets::new(&variable, Path::new(name).parent().unwrap_or(Path::new("")));
        let mut root = Section::root(table, &secrets);
        let customer = root.text("customer");
        let fingerprint_key = root.secret("fingerprint_key", "SYNC_FINGERPRINT_KEY");
        let nmbrs = nmbrs::nmbrs(root.section("nmbrs"));
        let (mut yourcampus, mut policy) = (root.section("yourcampus"), root.section("policy"));
        let placement = placement::placement(&mut yourcampus, &mut policy);
        let yourcampus = yourcampus::yourcampus(yourcampus);
        let gives_budgets = policy.has("budgets");
        let policy = policy::policy(policy, placement);
        let store = store(root.section("store"));
        let grants = budgets::folder(root.section("budgets"), gives_budgets);
        let fingerprint_key =
            fingerprint_key.and_then(|key| root.checked("fingerprint_key", fingerprint(&key)));
        let problems = root.finish();
        match (customer, fingerprint_key, nmbrs, yourcampus, policy) {
            (Some(customer), Some(fingerprint_key), Some(nmbrs), Some(yourcampus), Some(policy))
                if problems.is_empty() =>
            {
                let customer = CustomerId::new(customer);
                Ok(Self { customer, fingerprint_key, nmbrs, yourcampus, policy, store, grants })
            }
            _ => Err(Problems::of(name, problems)),
        }
    }
}

fn store(mut section: Section<'_>) -> Option<PathBuf> {
    let path = section.optional_path("path");
    section.close();
    path
}

fn fingerprint(key: &SecretString) -> Result<FingerprintKey, String> {
    FingerprintKey::new(key.expose_secret().as_bytes()).map_err(|error| error.to_string())
}

/// Is this an address on this machine?
pub fn is_loopback(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sync_core::budget::Category;
    use sync_core::policy::{Budgets, ChangedOneoff, Limit, OnboardingGift, RefilledOneoff, Route};
    use sync_core::record::EmployeeType;
    use sync_core::{Euro, Placement, TargetCompanyId};

    use super::*;

    const GOOD: &str = r#"
        customer = "voorbeeld"
        [nmbrs]
        client_id = "app"
        access_token = { env = "NMBRS_ACCESS_TOKEN" }
        [yourcampus]
        company = 7
        [policy]
        participation = "everyone"
    "#;

    #[expect(clippy::unnecessary_wraps, reason = "the look-up that every configuration takes")]
    fn secret(name: &str) -> Option<String> {
        let is_key = name.len() == 1;
        let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        Some(if is_key { key.to_owned() } else { format!("secret of {name}") })
    }

    fn problems(text: &str) -> String {
        Config::parse("sync.toml", text, secret).unwrap_err().to_string()
    }

    #[test]
    fn the_least_that_is_needed_is_enough() {
        let config = Config::parse("sync.toml", GOOD, secret).unwrap();
        assert_eq!(config.policy.placement, Placement::One(TargetCompanyId::new(7)));
        assert_eq!(config.nmbrs.rest().unwrap().rest_url, "https://api.nmbrsapp.com");
        assert_eq!(config.store, None);
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_file_key_and_what_is_allowed() {
        let text = r#"
            customer = 3
            colour = "red"
            [nmbrs]
            rest_url = "http://elsewhere.example"
            clientid = "x"
            proxy = "http://me:pw@proxy.example"
            [nmbrs.limits]
            in_flight = 99
            [yourcampus]
            company = "seven"
            [policy]
            participation = "some"
            [policy.limits.deactivations]
            percent = 101
        "#;
        let told = problems(text);
        for part in [
            "sync.toml: customer: must be text",
            "sync.toml: colour: is not a key here; allowed: customer,",
            "sync.toml: nmbrs.rest_url: must be an https address, or http on this machine",
            "sync.toml: nmbrs.clientid: is not a key here; did you mean client_id?",
            "sync.toml: nmbrs.limits.in_flight: must be a whole number from 1 to 32",
            "sync.toml: nmbrs.client_id: is missing",
            "sync.toml: nmbrs.proxy: holds a password; write proxy = { env = \"NAME\" } instead",
            "sync.toml: nmbrs.tokens: say exactly one of:",
            "sync.toml: yourcampus.company: must be a whole number from 1",
            "sync.toml: policy.participation: must be one of: everyone, by_access_field",
            "sync.toml: policy.limits.deactivations.percent: must be a whole number from 0 to 100",
        ] {
            assert!(told.contains(part), "missing «{part}» in\n{told}");
        }
    }

    #[test]
    fn a_missing_secret_is_told_by_the_name_of_its_variable() {
        let none = |_: &str| None;
        let told = Config::parse("sync.toml", GOOD, none).unwrap_err().to_string();
        for variable in
            ["NMBRS_CLIENT_SECRET", "ALLEO_SECRET_KEY", "SYNC_FINGERPRINT_KEY", "NMBRS_ACCESS_TOKEN"]
        {
            assert!(
                told.contains(&format!("the environment variable {variable} is not set")),
                "{variable} in\n{told}"
            );
        }
    }

    #[test]
    fn a_secret_in_the_file_itself_is_refused_and_not_repeated() {
        let text = GOOD.replace("client_id", "client_secret = \"s3cret\"\nclient_id");
        let told = problems(&text);
        assert!(told.contains("nmbrs.client_secret: a secret must not stand in this file"), "{told}");
        assert!(told.contains("client_secret = { env = \"NAME\" }") && !told.contains("s3cret"), "{told}");
    }

    #[test]
    fn a_key_of_an_earlier_version_is_told_with_what_to_write_now() {
        let text =
            GOOD.replace("client_id", "client_secret_env = \"A\"\nrefresh_token_env = \"R\"\nclient_id");
        let told = problems(&text);
        for part in [
            "nmbrs.client_secret_env: is no longer a key; write client_secret = { env = \"NAME\" }",
            "nmbrs.refresh_token_env: is no longer a key; it works once, so `sync sign-in` gets it",
        ] {
            assert!(told.contains(part), "missing «{part}» in\n{told}");
        }
    }

    #[test]
    fn tokens_have_exactly_one_place() {
        let with = |tokens: &str| GOOD.replace("access_token = { env = \"NMBRS_ACCESS_TOKEN\" }", tokens);
        let parse = |tokens: &str| Config::parse("folder/sync.toml", &with(tokens), secret);
        let file = parse("tokens = { file = \"grant.json\" }").unwrap().nmbrs.rest().unwrap().tokens.clone();
        assert!(matches!(file, Tokens::File(path) if path == Path::new("folder/grant.json")));
        let sealed = "tokens = { folder = \"/grants\", sealed_with = { id = \"b\", key = { env = \"B\" } }, \
                      older = [{ id = \"a\", key = { env = \"A\" } }] }";
        let Tokens::Sealed(sealed) = parse(sealed).unwrap().nmbrs.rest().unwrap().tokens.clone() else {
            panic!("sealed")
        };
        assert_eq!((sealed.with.id.as_str(), sealed.older.len()), ("b", 1));
        for (tokens, told) in [
            ("", "nmbrs.tokens: say exactly one of"),
            ("tokens = { file = \"a\", folder = \"b\" }", "nmbrs.tokens: say exactly one of"),
            ("access_token = { env = \"A\" }\ntokens = { file = \"a\" }", "nmbrs.tokens: say exactly one of"),
            ("tokens = { folder = \"b\" }", "nmbrs.tokens.sealed_with: is missing"),
            (
                "tokens = { folder = \"b\", sealed_with = { id = \"b\", key = { env = \"NO_KEY\" } } }",
                "nmbrs.tokens.sealed_with.key: a sealing key is 32 bytes",
            ),
            (
                "tokens = { folder = \"b\", sealed_with = { id = \"b b\", key = { env = \"B\" } } }",
                "nmbrs.tokens.sealed_with.id: the name of a sealing key is",
            ),
            (
                "tokens = { file = \"b\", sealed_with = { id = \"b\", key = { env = \"B\" } } }",
                "nmbrs.tokens.sealed_with: is only for tokens in a folder",
            ),
            (
                "tokens = { folder = \"b\", sealed_with = { id = \"b\", key = { env = \"B\" } }, older = [{ id = 1 }] }",
                "nmbrs.tokens.older[1].key: is missing",
            ),
        ] {
            let problems = parse(tokens).unwrap_err().to_string();
            assert!(problems.contains(told), "missing «{told}» in\n{problems}");
        }
    }

    #[test]
    fn the_store_lies_beside_the_configuration_unless_its_path_is_absolute() {
        let with = |path: &str| format!("{GOOD}\n[store]\npath = \"{path}\"\n");
        for (path, place) in [("ledger.sqlite", "folder/ledger.sqlite"), ("/var/l.sqlite", "/var/l.sqlite")] {
            let config = Config::parse("folder/sync.toml", &with(path), secret).unwrap();
            assert_eq!(config.store.as_deref(), Some(Path::new(place)));
        }
    }

    #[test]
    fn accounts_live_in_one_company_or_in_those_of_the_routes() {
        let with = |routes: &str| GOOD.replace("company = 7", "") + routes;
        let told = "routes = { Noord = 8, \" Zuid \" = 9 }\n";
        let config = Config::parse("sync.toml", &with(told), secret).unwrap();
        let route = |value, company| (Route::of(value).unwrap(), TargetCompanyId::new(company));
        let routes = BTreeMap::from([route("Noord", 8), route("Zuid", 9)]);
        assert_eq!(config.policy.placement, Placement::ByFilterField(routes));
        for (text, told) in [
            (with(""), "yourcampus.company: is missing; or write policy.routes"),
            (with("routes = {}\n"), "policy.routes: is empty"),
            (with("routes = 7\n"), "policy.routes: must be a section"),
            (
                format!("{GOOD}routes = {{ Noord = 8 }}\n"),
                "policy.routes: say either yourcampus.company or policy.routes, not both",
            ),
        ] {
            let problems = problems(&text);
            assert!(problems.contains(told), "missing «{told}» in\n{problems}");
        }
        let all =
            problems(&with("routes = { Noord = 0, \" \" = 1, Oost = 2, \"Oost \" = 2, West = \"x\" }\n"));
        for told in [
            "routes.\"Noord\": must be the id",
            "routes.\" \": a value must not be blank",
            "routes.\"West\": must be",
        ] {
            assert!(all.contains(told), "missing «{told}» in\n{all}");
        }
        assert_eq!(all.matches("stands twice").count(), 1, "{all}");
    }

    #[test]
    fn every_limit_can_be_chosen_and_all_that_contradicts_itself_is_told_at_once() {
        let good = "also_in_service = [\"external\"]\nonboarding_budget = \"50,00\"\n[policy.limits]\neuro = \"500\"\n\
                    updates = { percent = 1, at_least = 2, at_most = 3 }\n";
        let policy = Config::parse("sync.toml", &format!("{GOOD}{good}"), secret).unwrap().policy;
        assert_eq!(policy.limits.updates, Limit::new(1, 2, 3));
        assert_eq!(policy.limits.euro, Some(Euro::from_cents(50_000)));
        assert_eq!(policy.onboarding_budget, Some(Euro::from_cents(5_000)));
        assert!(policy.is_in_service(&EmployeeType::External));
        let bad = "also_in_service = [\"external\", \"former_payroll\"]\n[policy.limits]\neuro = \"500\"\n\
                   updates = { at_least = 9, at_most = 3 }\nactivations = { at_most = 1 }\nemail_changes = 3\n";
        let told = problems(&format!("{GOOD}{bad}"));
        for part in [
            "policy.also_in_service: must be some of: applicant, external, new_hire",
            "policy.limits.euro: needs policy.onboarding_budget or [policy.budgets] to count with",
            "policy.limits.updates.at_least: is more than at_most",
            "policy.limits.activations.at_least: is more than at_most; what is left out has its default",
            "policy.limits.email_changes: must be a section",
        ] {
            assert!(told.contains(part), "missing «{part}» in\n{told}");
        }
        let told = problems(&format!("{GOOD}onboarding_budget = 50.0\n[policy.limits]\neuro = \"1.000\"\n"));
        assert_eq!(told.matches("must be an amount in euro as text, such as").count(), 2, "{told}");
    }

    #[test]
    fn money_by_fields_needs_every_answer_that_nobody_can_guess() {
        let money = "[policy.limits]\neuro = \"500\"\neuro_cancelled = \"900\"\n[policy.budgets]\ncategories = [\"all\"]\n\
                     maximum_monthly = \"100\"\nmaximum_oneoff = \"250,00\"\nonboarding = \"oneoff\"\n";
        let more = "changed_oneoff = \"difference\"\nrefilled_oneoff = \"further\"\n[budgets]\nfolder = \"grants\"\n";
        let config = Config::parse("here/sync.toml", &format!("{GOOD}{money}{more}"), secret).unwrap();
        let all = [Category::parse("all").unwrap()];
        let (monthly, oneoff) = (Euro::from_cents(10_000), Euro::from_cents(25_000));
        let expected = Budgets::new(all, monthly, oneoff, OnboardingGift::OneOff);
        let safest = Config::parse("sync.toml", &format!("{GOOD}{money}"), secret).unwrap();
        assert_eq!((safest.policy.budgets.as_ref(), &safest.grants), (Some(&expected), &None));
        let expected = expected.with_changed_oneoff(ChangedOneoff::Difference);
        assert_eq!(config.policy.budgets, Some(expected.with_refilled_oneoff(RefilledOneoff::Further)));
        assert_eq!(config.policy.limits.euro_cancelled, Some(Euro::from_cents(90_000)));
        assert_eq!(config.grants.as_deref(), Some(Path::new("here/grants")));

        let told = problems(&format!("{GOOD}[policy.budgets]\n"));
        for key in ["categories", "maximum_monthly", "maximum_oneoff", "onboarding"] {
            assert!(told.contains(&format!("policy.budgets.{key}: is missing")), "{told}");
        }
        assert!(told.contains("policy.limits.euro: is missing; [policy.budgets] gives money"), "{told}");
        let bad = "[policy.budgets]\ncategories = [\"a b\"]\nmaximum_monthly = 100\nonboarding = \"perhaps\"\ncolour = 1\n\
                   changed_oneoff = \"double\"\n[budgets]\nfolder = 7\nfile = \"x\"\n";
        let told = problems(&format!("{GOOD}{bad}"));
        for part in [
            "policy.budgets.categories: must be codes",
            "policy.budgets.maximum_monthly: must be an amount in euro as text",
            "policy.budgets.maximum_oneoff: is missing",
            "policy.budgets.onboarding: must be one of: nothing, oneoff, monthly",
            "policy.budgets.changed_oneoff: must be one of: ask, further, difference",
            "policy.budgets.colour: is not a key here",
            "budgets.folder: must be text",
            "budgets.file: is not a key here; allowed: folder",
        ] {
            assert!(told.contains(part), "missing «{part}» in\n{told}");
        }
        assert_eq!(told.matches("policy: ").count(), 0, "each is told with its key:\n{told}");
    }

    #[test]
    fn what_counts_with_money_by_fields_is_refused_without_it() {
        let told = problems(&format!(
            "{GOOD}[policy.limits]\neuro_cancelled = \"5\"\n[budgets]\nfolder = \"grants\"\n"
        ));
        assert!(told.contains("policy.limits.euro_cancelled: needs [policy.budgets]"), "{told}");
        assert!(told.contains("budgets.folder: needs [policy.budgets]"), "{told}");
    }

    #[test]
    fn what_is_not_toml_is_told_with_its_line() {
        assert!(problems("customer = \"x\"\nnonsense").contains("line 2"));
    }

    #[test]
    fn no_secret_is_printed() {
        let config = Config::parse("sync.toml", GOOD, secret).unwrap();
        assert!(!format!("{config:?}").contains("secret of"));
    }
}

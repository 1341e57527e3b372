//! The configuration file of `sync`.
//!
//! In: TOML, and a look-up for the secrets that it names. Out: [`Config`], complete and free of
//! contradictions, or all that is wrong with it at once, each with its key and what is allowed. Never: a
//! secret in the file itself, or a value of the file in a message.

mod document;
mod problem;

pub use problem::{Problem, Problems};

use std::net::IpAddr;
use std::path::Path;

use secrecy::SecretString;
use sync_core::policy::{Anniversary, EmailChoice, Limit, Limits};
use sync_core::{CompanyId, CustomerId, FingerprintKey, Participation, Policy, TargetCompanyId};
use url::{Host, Url};

use self::document::Section;

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
}

/// How to reach Nmbrs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Nmbrs {
    /// Where the API is.
    pub rest_url: String,
    /// Where tokens come from.
    pub identity_url: String,
    /// The application's id.
    pub client_id: SecretString,
    /// The application's secret.
    pub client_secret: SecretString,
    /// The key of the application's subscription.
    pub subscription_key: SecretString,
    /// A token that is valid now.
    pub access_token: SecretString,
    /// The token that gets the next ones. Only for loopback until tokens can be stored.
    pub refresh_token: Option<SecretString>,
    /// Requests in flight at once.
    pub in_flight: usize,
}

/// How to reach YourCampus.
#[derive(Debug)]
#[non_exhaustive]
pub struct YourCampus {
    /// Where the API is.
    pub base_url: String,
    /// The access key.
    pub access_key: SecretString,
    /// The secret key.
    pub secret_key: SecretString,
    /// The limit per minute to assume until an answer states one; the client stays at 70 % of it.
    pub assumed_limit: u32,
}

/// Requests per minute that YourCampus documents.
const DOCUMENTED_LIMIT: i64 = 600;

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Problems`]: everything that is wrong, at once.
    pub fn read(path: &Path, secret: impl Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&name, &text, secret),
            Err(error) => {
                Err(Problems::of(&name, vec![Problem::new("", format!("cannot be read: {}", error.kind()))]))
            }
        }
    }

    /// Reads the text of a file called `name`.
    ///
    /// # Errors
    /// [`Problems`]: everything that is wrong, at once.
    pub fn parse(name: &str, text: &str, secret: impl Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let place = error.span().map_or(0, |span| line_of(text, span.start));
            Problems::of(
                name,
                vec![Problem::new("", format!("is not TOML: line {place}: {}", error.message()))],
            )
        })?;
        let mut root = Section::root(table, &secret);
        let customer = root.text("customer");
        let fingerprint_key = root.secret("fingerprint_key_env", "SYNC_FINGERPRINT_KEY");
        let nmbrs = nmbrs(root.section("nmbrs"));
        let mut yourcampus_section = root.section("yourcampus");
        let target_company = yourcampus_section.integer("company", 1, i64::MAX);
        let yourcampus = yourcampus(yourcampus_section);
        let policy = policy(root.section("policy"), target_company);
        let fingerprint_key =
            fingerprint_key.and_then(|key| root.checked("fingerprint_key_env", fingerprint(&key)));
        let problems = root.finish();
        match (customer, fingerprint_key, nmbrs, yourcampus, policy) {
            (Some(customer), Some(fingerprint_key), Some(nmbrs), Some(yourcampus), Some(policy))
                if problems.is_empty() =>
            {
                Ok(Self { customer: CustomerId::new(customer), fingerprint_key, nmbrs, yourcampus, policy })
            }
            _ => Err(Problems::of(name, problems)),
        }
    }

    /// Are both sides on this machine? Only then may this version write.
    pub fn is_on_loopback(&self) -> bool {
        [&self.nmbrs.rest_url, &self.nmbrs.identity_url, &self.yourcampus.base_url]
            .into_iter()
            .all(|url| is_loopback(url))
    }
}

fn nmbrs(mut section: Section<'_>) -> Option<Nmbrs> {
    let rest_url = section.address("rest_url", "https://api.nmbrsapp.com");
    let identity_url = section.address("identity_url", "https://identityservice.nmbrs.com");
    let client_id = section.text("client_id");
    let client_secret = section.secret("client_secret_env", "NMBRS_CLIENT_SECRET");
    let subscription_key = section.secret("subscription_key_env", "NMBRS_SUBSCRIPTION_KEY");
    let access_token = section.secret("access_token_env", "NMBRS_ACCESS_TOKEN");
    let refresh_token = section.optional_secret("refresh_token_env");
    let in_flight = section.optional_integer("in_flight", 1, 32).unwrap_or(4);
    if refresh_token.is_some() && identity_url.as_deref().is_some_and(|url| !is_loopback(url)) {
        section.problem(
            "refresh_token_env",
            "only on loopback: a refresh token works once, and this version has no durable store for the next one; give an access token",
        );
    }
    section.close();
    Some(Nmbrs {
        rest_url: rest_url?,
        identity_url: identity_url?,
        client_id: client_id?.into(),
        client_secret: client_secret?,
        subscription_key: subscription_key?,
        access_token: access_token?,
        refresh_token,
        in_flight: usize::try_from(in_flight).ok()?,
    })
}

fn yourcampus(mut section: Section<'_>) -> Option<YourCampus> {
    let base_url = section.address("base_url", "https://api.yourcampus.co/customer_api/v1");
    let access_key = section.secret("access_key_env", "ALLEO_ACCESS_KEY");
    let secret_key = section.secret("secret_key_env", "ALLEO_SECRET_KEY");
    let assumed_limit = section.optional_integer("assumed_limit", 1, 600).unwrap_or(DOCUMENTED_LIMIT);
    section.close();
    Some(YourCampus {
        base_url: base_url?,
        access_key: access_key?,
        secret_key: secret_key?,
        assumed_limit: u32::try_from(assumed_limit).ok()?,
    })
}

fn policy(mut section: Section<'_>, target_company: Option<i64>) -> Option<Policy> {
    let participation = section.choice(
        "participation",
        &[("everyone", Participation::Everyone), ("by_access_field", Participation::ByAccessField)],
    );
    let email = section
        .optional_choice("email", &[("business", EmailChoice::Business), ("private", EmailChoice::Private)])
        .unwrap_or_default();
    let anniversary = section
        .optional_choice(
            "anniversary",
            &[
                ("seniority_else_first_start", Anniversary::SeniorityElseFirstStart),
                ("first_start", Anniversary::FirstStart),
                ("not_sent", Anniversary::NotSent),
            ],
        )
        .unwrap_or_default();
    let language = section.optional_text("language");
    let companies = section.optional_texts("companies");
    let protected = section.optional_texts("protected");
    let mut limits_section = section.section("limits");
    let defaults = Limits::default();
    let limit_of = |limits: &mut Section<'_>, name: &str, default: Limit| {
        let mut limit = limits.section(name);
        let percent =
            limit.optional_integer("percent", 0, 100).and_then(|percent| u8::try_from(percent).ok());
        let bound = |limit: &mut Section<'_>, key: &str, default: u32| {
            limit
                .optional_integer(key, 0, i64::from(u32::MAX))
                .and_then(|bound| u32::try_from(bound).ok())
                .unwrap_or(default)
        };
        let at_least = bound(&mut limit, "at_least", default.at_least);
        let at_most = bound(&mut limit, "at_most", default.at_most);
        limit.close();
        Limit::new(percent.unwrap_or(default.percent), at_least, at_most)
    };
    let mut limits = Limits::default();
    limits.deactivations = limit_of(&mut limits_section, "deactivations", defaults.deactivations);
    limits.creations = limit_of(&mut limits_section, "creations", defaults.creations);
    limits_section.close();
    let ceilings = ["source_request_ceiling", "target_request_ceiling"].map(|key| {
        section.optional_integer(key, 1, i64::MAX).and_then(|ceiling| u64::try_from(ceiling).ok())
    });

    let mut policy = Policy::new(
        TargetCompanyId::new(target_company.unwrap_or(1)),
        participation.unwrap_or(Participation::ByAccessField),
    )
    .with_email(email)
    .with_anniversary(anniversary)
    .with_protected(protected.iter().flatten().map(String::as_str))
    .with_limits(limits);
    let [source, target] = ceilings;
    policy = policy.clone().with_request_ceilings(
        source.unwrap_or(policy.source_request_ceiling),
        target.unwrap_or(policy.target_request_ceiling),
    );
    if let Some(language) = language {
        policy = policy.with_language(language);
    }
    if let Some(companies) = companies {
        policy = policy.with_companies(companies.into_iter().map(CompanyId::new));
    }
    if let Err(error) = policy.validate() {
        section.problem("", error.to_string());
    }
    section.close();
    (participation.is_some() && target_company.is_some()).then_some(policy)
}

fn fingerprint(key: &SecretString) -> Result<FingerprintKey, String> {
    use secrecy::ExposeSecret;
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
    use super::*;

    const GOOD: &str = r#"
        customer = "voorbeeld"
        [nmbrs]
        client_id = "app"
        [yourcampus]
        company = 7
        [policy]
        participation = "everyone"
    "#;

    #[expect(clippy::unnecessary_wraps, reason = "the look-up that every configuration takes")]
    fn secret(name: &str) -> Option<String> {
        Some(format!("secret of {name}"))
    }

    fn problems(text: &str) -> String {
        Config::parse("sync.toml", text, secret).unwrap_err().to_string()
    }

    #[test]
    fn the_least_that_is_needed_is_enough() {
        let config = Config::parse("sync.toml", GOOD, secret).unwrap();
        assert_eq!(config.policy.target_company, TargetCompanyId::new(7));
        assert_eq!(config.nmbrs.rest_url, "https://api.nmbrsapp.com");
        assert!(!config.is_on_loopback());
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_file_key_and_what_is_allowed() {
        let text = r#"
            customer = 3
            colour = "red"
            [nmbrs]
            rest_url = "http://elsewhere.example"
            clientid = "x"
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
            "sync.toml: nmbrs.in_flight: must be a whole number from 1 to 32",
            "sync.toml: nmbrs.client_id: is missing",
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
    fn a_single_use_token_is_not_taken_where_its_successor_would_be_lost() {
        let text = GOOD.replace("client_id", "refresh_token_env = \"R\"\nclient_id");
        assert!(problems(&text).contains("nmbrs.refresh_token_env: only on loopback"));
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

//! `[yourcampus]`: how to reach the target, as whom, and how fast.

use std::time::Duration;

use secrecy::SecretString;

use super::document::Section;

/// How to reach YourCampus.
#[derive(Debug)]
#[non_exhaustive]
pub struct YourCampus {
    /// Where the API is.
    pub base_url: String,
    /// Through which proxy; none unless given.
    pub proxy: Option<SecretString>,
    /// The access key.
    pub access_key: SecretString,
    /// The secret key.
    pub secret_key: SecretString,
    /// How fast and how patient.
    pub limits: YourCampusLimits,
}

/// How fast to ask YourCampus, and how patiently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct YourCampusLimits {
    /// Requests in flight at once.
    pub in_flight: u32,
    /// Time between the starts of two requests.
    pub spacing: Duration,
    /// The limit per minute to assume until an answer states one.
    pub assumed_per_minute: u32,
    /// The share of the stated limit that is used; others share it with us.
    pub percent: u32,
    /// Attempts of one read in all; a write is never repeated once it may have left.
    pub attempts: u32,
    /// Time for one call, waits included.
    pub deadline: Duration,
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// Until one answer is read.
    pub request_timeout: Duration,
}

impl Default for YourCampusLimits {
    fn default() -> Self {
        Self {
            in_flight: 4,
            spacing: Duration::ZERO,
            assumed_per_minute: 600,
            percent: 70,
            attempts: 4,
            deadline: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// Reads the section; `None` if something is missing, which has then been told.
pub(super) fn yourcampus(mut section: Section<'_>) -> Option<YourCampus> {
    let base_url = section.address("base_url", "https://api.yourcampus.co/customer_api/v1");
    let proxy = section.proxy("proxy");
    let access_key = section.secret("access_key", "ALLEO_ACCESS_KEY");
    let secret_key = section.secret("secret_key", "ALLEO_SECRET_KEY");
    section.retired("assumed_limit", "write assumed_per_minute below [yourcampus.limits]");
    let limits = limits(section.section("limits"));
    section.close();
    Some(YourCampus { base_url: base_url?, proxy, access_key: access_key?, secret_key: secret_key?, limits })
}

fn limits(mut section: Section<'_>) -> YourCampusLimits {
    let defaults = YourCampusLimits::default();
    let limits = YourCampusLimits {
        in_flight: section.number("in_flight", 1, 32).unwrap_or(defaults.in_flight),
        spacing: section.milliseconds("spacing_ms", 0, 60_000).unwrap_or(defaults.spacing),
        assumed_per_minute: section
            .number("assumed_per_minute", 1, 600)
            .unwrap_or(defaults.assumed_per_minute),
        percent: section.number("percent", 1, 100).unwrap_or(defaults.percent),
        attempts: section.number("attempts", 1, 10).unwrap_or(defaults.attempts),
        deadline: section.seconds("deadline_s", 1, 3600).unwrap_or(defaults.deadline),
        connect_timeout: section.seconds("connect_timeout_s", 1, 300).unwrap_or(defaults.connect_timeout),
        request_timeout: section.seconds("request_timeout_s", 1, 600).unwrap_or(defaults.request_timeout),
    };
    section.close();
    limits
}

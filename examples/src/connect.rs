//! From configuration to ports.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use nmbrs_client::{NmbrsClient, NmbrsSource};
use secrecy::ExposeSecret;
use sync_core::ports::Clock;
use yourcampus_client::{CustomerApiConfig, HttpCustomerApi, PacePolicy, YourCampusReader, YourCampusWriter};

use crate::clock::MachineClock;
use crate::config::{Nmbrs, Tokens, YourCampus};

/// How long a token that somebody handed over counts as good; the server's own word, a 401, comes first.
const HANDED_OVER: Duration = Duration::from_secs(3600);

/// Nmbrs as a source.
///
/// # Errors
/// When the addresses or keys cannot be used; nothing is sent.
pub fn source(settings: &Nmbrs) -> anyhow::Result<NmbrsSource> {
    let tokens = match &settings.tokens {
        Tokens::HandedOver(token) => TokenSet::new(token.clone(), MachineClock.now() + HANDED_OVER),
        Tokens::File(_) | Tokens::Sealed(_) => anyhow::bail!("not yet"),
    };
    let limits = &settings.limits;
    let timeouts =
        nmbrs_client::Timeouts::default().connect(limits.connect_timeout).request(limits.request_timeout);
    let retry = nmbrs_client::RetryPolicy::default()
        .attempts(limits.attempts)
        .throttled_attempts(limits.throttled_attempts)
        .deadline(limits.deadline);
    let app = AppCredentials::new(settings.client_id.clone(), settings.client_secret.clone());
    let mut authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::new(tokens)))
        .identity_url(&settings.identity_url)
        .timeouts(timeouts)
        .retry(retry.clone());
    if let Some(proxy) = &settings.proxy {
        authorizer = authorizer.proxy(proxy.expose_secret());
    }
    let authorizer = authorizer.build().context("nmbrs: sign-in")?;
    let mut client = NmbrsClient::builder(settings.subscription_key.clone(), authorizer)
        .rest_url(&settings.rest_url)
        .timeouts(timeouts)
        .retry(retry)
        .pace(nmbrs_client::PacePolicy::default().in_flight(limits.in_flight).min_spacing(limits.spacing))
        .max_pages(limits.max_pages);
    if let Some(proxy) = &settings.proxy {
        client = client.proxy(proxy.expose_secret());
    }
    Ok(NmbrsSource::new(client.build().context("nmbrs")?))
}

/// YourCampus as it can be read, and as it can be written.
///
/// # Errors
/// When the address or keys cannot be used; nothing is sent.
pub fn target(settings: &YourCampus) -> anyhow::Result<HttpCustomerApi> {
    let limits = &settings.limits;
    let pace = PacePolicy::default()
        .with_max_in_flight(limits.in_flight)
        .with_min_spacing(limits.spacing)
        .with_assumed_limit(limits.assumed_per_minute)
        .with_percent_of_limit(limits.percent);
    let retry = yourcampus_client::RetryPolicy::default()
        .with_max_retries(limits.attempts.saturating_sub(1))
        .with_deadline(limits.deadline);
    let mut config = CustomerApiConfig::builder()
        .keys(settings.access_key.clone(), settings.secret_key.clone())
        .base_url(&settings.base_url)
        .timeouts(limits.connect_timeout, limits.request_timeout)
        .retry(retry)
        .pace(pace);
    if let Some(proxy) = &settings.proxy {
        config = config.proxy(proxy.clone());
    }
    HttpCustomerApi::new(config.build().context("yourcampus")?).context("yourcampus")
}

/// The reading half.
pub fn reader(api: &HttpCustomerApi) -> YourCampusReader {
    YourCampusReader::new(api.reader())
}

/// The writing half.
pub fn writer(api: &HttpCustomerApi) -> YourCampusWriter {
    YourCampusWriter::new(api.writer())
}

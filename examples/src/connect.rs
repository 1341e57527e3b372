//! From configuration to ports.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use nmbrs_client::{NmbrsClient, NmbrsSource};
use sync_core::ports::Clock;
use yourcampus_client::{CustomerApiConfig, HttpCustomerApi, PacePolicy, YourCampusReader, YourCampusWriter};

use crate::clock::MachineClock;
use crate::config::{Nmbrs, YourCampus};

/// How long a token that somebody handed over counts as good; the server's own word, a 401, comes first.
const HANDED_OVER: Duration = Duration::from_secs(3600);

/// Nmbrs as a source.
///
/// # Errors
/// When the addresses or keys cannot be used; nothing is sent.
pub fn source(settings: &Nmbrs) -> anyhow::Result<NmbrsSource> {
    let expires_at = MachineClock.now() + HANDED_OVER;
    let tokens = TokenSet::new(settings.access_token.clone(), expires_at);
    let tokens = match &settings.refresh_token {
        Some(refresh) => tokens.with_refresh(refresh.clone()),
        None => tokens,
    };
    let app = AppCredentials::new(settings.client_id.clone(), settings.client_secret.clone());
    let authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::new(tokens)))
        .identity_url(&settings.identity_url)
        .build()
        .context("nmbrs: sign-in")?;
    let client = NmbrsClient::builder(settings.subscription_key.clone(), authorizer)
        .rest_url(&settings.rest_url)
        .pace(nmbrs_client::PacePolicy::default().in_flight(settings.in_flight))
        .build()
        .context("nmbrs")?;
    Ok(NmbrsSource::new(client))
}

/// YourCampus as it can be read, and as it can be written.
///
/// # Errors
/// When the address or keys cannot be used; nothing is sent.
pub fn target(settings: &YourCampus) -> anyhow::Result<HttpCustomerApi> {
    let config = CustomerApiConfig::builder()
        .keys(settings.access_key.clone(), settings.secret_key.clone())
        .base_url(&settings.base_url)
        .pace(PacePolicy::default().with_assumed_limit(settings.assumed_limit))
        .build()
        .context("yourcampus")?;
    HttpCustomerApi::new(config).context("yourcampus")
}

/// The reading half.
pub fn reader(api: &HttpCustomerApi) -> YourCampusReader {
    YourCampusReader::new(api.reader())
}

/// The writing half.
pub fn writer(api: &HttpCustomerApi) -> YourCampusWriter {
    YourCampusWriter::new(api.writer())
}

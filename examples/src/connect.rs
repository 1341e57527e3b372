//! From configuration to clients and ports.

use anyhow::Context;
use nmbrs_client::auth::{AppCredentials, Authorizer};
use nmbrs_client::soap::{Credentials, EmployeeTypeId, SoapClient, SoapSource};
use nmbrs_client::{NmbrsClient, NmbrsSource, RetryPolicy, Timeouts};
use secrecy::ExposeSecret;
use sync_core::Policy;
use yourcampus_client::{CustomerApiConfig, HttpCustomerApi, PacePolicy, YourCampusReader, YourCampusWriter};

use crate::config::{NmbrsLimits, NmbrsRest, NmbrsSoap, YourCampus};
use crate::grant::GrantPlace;

/// Who may ask Nmbrs for tokens, and where the grant lives.
///
/// # Errors
/// When the address or keys cannot be used; nothing is sent.
pub fn authorizer(settings: &NmbrsRest, grant: &GrantPlace) -> anyhow::Result<Authorizer> {
    let app = AppCredentials::new(settings.client_id.clone(), settings.client_secret.clone());
    let mut builder = Authorizer::builder(app, grant.store())
        .identity_url(&settings.identity_url)
        .timeouts(timeouts(&settings.limits))
        .retry(retry(&settings.limits));
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(proxy.expose_secret());
    }
    builder.build().context("nmbrs: sign-in")
}

/// Nmbrs as a source, over REST.
///
/// # Errors
/// When the addresses or keys cannot be used; nothing is sent.
pub fn rest(settings: &NmbrsRest, authorizer: Authorizer) -> anyhow::Result<NmbrsSource> {
    let limits = &settings.limits;
    let mut builder = NmbrsClient::builder(settings.subscription_key.clone(), authorizer)
        .rest_url(&settings.rest_url)
        .timeouts(timeouts(limits))
        .retry(retry(limits))
        .pace(nmbrs_client::PacePolicy::default().in_flight(limits.in_flight).min_spacing(limits.spacing))
        .max_pages(limits.max_pages);
    if let Some(key) = &settings.secondary_subscription_key {
        builder = builder.secondary_subscription_key(key.clone());
    }
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(proxy.expose_secret());
    }
    Ok(NmbrsSource::new(builder.build().context("nmbrs")?))
}

/// Nmbrs as a source, over SOAP, with the types of employees and the debtors that the policy is about.
///
/// # Errors
/// When the address, the login or the token cannot be used; nothing is sent.
pub fn soap(settings: &NmbrsSoap, policy: &Policy) -> anyhow::Result<SoapSource> {
    let limits = &settings.limits;
    let credentials = Credentials::new(settings.username.clone(), settings.token.clone());
    let mut builder = SoapClient::builder(credentials)
        .url(&settings.url)
        .timeouts(Timeouts::default().connect(limits.connect_timeout).request(limits.request_timeout))
        .whole_company_timeout(limits.company_timeout)
        .retry(
            RetryPolicy::default()
                .attempts(limits.attempts)
                .throttled_attempts(limits.throttled_attempts)
                .deadline(limits.deadline),
        )
        .pace(nmbrs_client::PacePolicy::default().in_flight(limits.in_flight).min_spacing(limits.spacing));
    if let Some(domain) = &settings.domain {
        builder = builder.domain(domain.clone());
    }
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(proxy.expose_secret());
    }
    let source = SoapSource::new(builder.build().context("nmbrs.soap")?)
        .extra_fields(settings.extra_fields)
        .extra_fields_of(settings.extra_fields_of);
    let source = policy.also_in_service.iter().cloned().fold(source, SoapSource::also_reading);
    let told = settings.employee_types.iter();
    let source =
        told.fold(source, |source, (of, id)| source.with_type_id(of.clone(), EmployeeTypeId::new(*id)));
    Ok(if policy.debtors.is_some() { source.by_debtor() } else { source })
}

fn timeouts(limits: &NmbrsLimits) -> Timeouts {
    Timeouts::default().connect(limits.connect_timeout).request(limits.request_timeout)
}

fn retry(limits: &NmbrsLimits) -> RetryPolicy {
    RetryPolicy::default()
        .attempts(limits.attempts)
        .throttled_attempts(limits.throttled_attempts)
        .deadline(limits.deadline)
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
    let mut builder = CustomerApiConfig::builder()
        .keys(settings.access_key.clone(), settings.secret_key.clone())
        .base_url(&settings.base_url)
        .timeouts(limits.connect_timeout, limits.request_timeout)
        .retry(retry)
        .pace(pace);
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(proxy.clone());
    }
    HttpCustomerApi::new(builder.build().context("yourcampus")?).context("yourcampus")
}

/// The reading half.
pub fn reader(api: &HttpCustomerApi) -> YourCampusReader {
    YourCampusReader::new(api.reader())
}

/// The writing half.
pub fn writer(api: &HttpCustomerApi) -> YourCampusWriter {
    YourCampusWriter::new(api.writer())
}

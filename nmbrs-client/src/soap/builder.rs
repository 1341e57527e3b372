//! The set-up of a [`SoapClient`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::client::{Shared, SoapClient};
use super::credentials::Credentials;
use super::domain::Domain;
use super::splitter::LONGEST_RECORD;
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::meter::Counters;
use crate::observer::{Observer, Watch};
use crate::pace::{Pace, PacePolicy};
use crate::retry::RetryPolicy;
use crate::transport::{Base, Timeouts, Transport, TransportSettings};

/// Between the starts of two requests: five a second, far below the 150 that the vendor allows all callers together.
const SPACING: Duration = Duration::from_millis(200);

/// Until the list of a whole company is read: the vendor has no pages, and its time grows with the company.
const WHOLE_COMPANY: Duration = Duration::from_secs(300);

/// For one call with all its attempts: three attempts at the list of a whole company, and the waits between them.
const DEADLINE: Duration = Duration::from_secs(20 * 60);

/// Some hundred thousand employees with their histories.
const LONGEST_ANSWER: usize = 512 * 1024 * 1024;

/// Sets up a [`SoapClient`].
pub struct SoapClientBuilder {
    credentials: Credentials,
    url: String,
    domain: Option<Domain>,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    settings: TransportSettings,
    whole_company_timeout: Duration,
    pace: Pace,
    observer: Option<Arc<dyn Observer>>,
    longest_record: usize,
}

impl SoapClientBuilder {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            url: SoapClient::LIVE.to_owned(),
            domain: None,
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::default().deadline(DEADLINE),
            settings: TransportSettings { max_body_bytes: LONGEST_ANSWER, ..TransportSettings::default() },
            whole_company_timeout: WHOLE_COMPANY,
            pace: Pace::new(PacePolicy::default().min_spacing(SPACING)),
            observer: None,
            longest_record: LONGEST_RECORD,
        }
    }

    /// The API's host: https, or http on loopback. Default [`SoapClient::LIVE`].
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// The customer's environment. Without it the client asks once, by `Environment_Get`, which the user template must
    /// then allow.
    pub fn domain(mut self, domain: Domain) -> Self {
        self.domain = Some(domain);
        self
    }

    /// Where the time comes from. Default [`SystemClock`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// When a read is repeated. Default: [`RetryPolicy::default`] with a deadline of 20 min, which leaves room for three
    /// attempts at the list of a whole company.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long one exchange may take; but see [`SoapClientBuilder::whole_company_timeout`].
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.settings.timeouts = timeouts;
        self
    }

    /// How long one exchange may take that reads the list of a whole company (`…AllEmployeesByCompany`). Default 300 s.
    pub fn whole_company_timeout(mut self, timeout: Duration) -> Self {
        self.whole_company_timeout = timeout;
        self
    }

    /// Sends everything through this proxy, but what stays on this machine by plain http. Default: none, whatever the
    /// environment says.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.settings.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// How fast to go: a [`PacePolicy`] for this client alone, or a [`Pace`] that others share. Default: alone, 4
    /// requests in flight, 200 ms apart.
    pub fn pace(mut self, pace: impl Into<Pace>) -> Self {
        self.pace = pace.into();
        self
    }

    /// Is told of every exchange.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// The longest record accepted, in bytes; no more than this is held in memory of an answer. Default 4 MiB.
    pub fn longest_record(mut self, bytes: usize) -> Self {
        self.longest_record = bytes;
        self
    }

    /// The largest answer accepted, in bytes after decompression. Default 512 MiB.
    pub fn longest_answer(mut self, bytes: usize) -> Self {
        self.settings.max_body_bytes = bytes;
        self
    }

    /// Checks the set-up.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration): a user name or token that is empty or cannot be
    /// sent, or an address that is not https (or http on loopback).
    pub fn build(self) -> Result<SoapClient> {
        self.credentials.check()?;
        if self.longest_record == 0 {
            return Err(Error::configuration("longest_record must be at least 1"));
        }
        Ok(SoapClient(Arc::new(Shared {
            transport: Transport::new(&self.settings)?,
            base: Base::parse(&self.url, "url")?,
            credentials: self.credentials,
            domain: OnceCell::new_with(self.domain),
            watch: Watch::new(self.observer, Arc::clone(&self.clock)),
            clock: self.clock,
            retry: self.retry,
            pace: self.pace,
            counters: Counters::default(),
            timeout: self.settings.timeouts.request,
            whole_company_timeout: self.whole_company_timeout,
            longest_record: self.longest_record,
        })))
    }
}

impl fmt::Debug for SoapClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address that has not been checked yet may hold credentials.
        f.debug_struct("SoapClientBuilder").finish_non_exhaustive()
    }
}

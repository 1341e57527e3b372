//! The client and its set-up: one function for each operation, and nothing else that sends.

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use crate::auth::Authorizer;
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::id::{CompanyId, DebtorId};
use crate::keys::SubscriptionKeys;
use crate::list::List;
use crate::meter::{Counters, Stats};
use crate::model::{
    Company, Contract, Debtor, Employee, Employment, ExtraFieldDefinition, ExtraFieldValue, PerEmployee,
    PersonalInfo, Salary, UserInfo,
};
use crate::observer::{Observer, Watch};
use crate::operation::{Endpoint, Operation};
use crate::pace::{Pace, PacePolicy};
use crate::retry::RetryPolicy;
use crate::transport::{Base, Timeouts, Transport, TransportSettings};

/// Reads from Nmbrs with one credential. Cheap to clone; clones share connections, pace and counters.
///
/// Make one per credential. Clients of one subscription should share a [`Pace`], because the vendor counts them together.
#[derive(Clone)]
pub struct NmbrsClient(pub(crate) Arc<Shared>);

/// What all clones of a client share.
pub(crate) struct Shared {
    pub(crate) transport: Transport,
    pub(crate) base: Base,
    pub(crate) keys: SubscriptionKeys,
    pub(crate) authorizer: Authorizer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) retry: RetryPolicy,
    pub(crate) pace: Pace,
    pub(crate) watch: Watch,
    pub(crate) counters: Counters,
    pub(crate) page_size: u32,
    pub(crate) max_pages: u32,
}

impl NmbrsClient {
    /// Starts a set-up. The subscription key is mandatory in practice, whatever the vendor's interface text says.
    pub fn builder(subscription_key: impl Into<SecretString>, authorizer: Authorizer) -> NmbrsClientBuilder {
        NmbrsClientBuilder {
            subscription_key: subscription_key.into(),
            secondary_subscription_key: None,
            authorizer,
            rest_url: "https://api.nmbrsapp.com".to_owned(),
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::default(),
            settings: TransportSettings::default(),
            pace: Pace::new(PacePolicy::default()),
            observer: None,
            page_size: 100,
            max_pages: 1000,
        }
    }

    /// The debtors the consent covers. A company login is refused here (403).
    pub fn debtors(&self) -> List<Debtor> {
        List::new(self, Endpoint::root(Operation::Debtors))
    }

    /// The companies the login may see, in one list. Refused when the consent covers several debtors
    /// ([`Error::is_multi_debtor_consent`]); [`NmbrsClient::companies_visible`] knows the way around.
    pub fn companies(&self) -> List<Company> {
        List::new(self, Endpoint::root(Operation::Companies))
    }

    /// The companies of one debtor.
    pub fn companies_of(&self, debtor: &DebtorId) -> List<Company> {
        List::new(self, Endpoint::below(Operation::CompaniesByDebtor, debtor.as_str()))
    }

    /// The signed-in user; a harmless test of the connection. Needs the scope `user.info.read`.
    pub fn user_info(&self) -> List<UserInfo> {
        List::new(self, Endpoint::root(Operation::UserInfo))
    }

    /// Everybody who ever had a record with the company, leavers included, with the current type.
    pub fn employees(&self, company: &CompanyId) -> List<Employee> {
        List::new(self, Endpoint::below(Operation::Employees, company.as_str()))
    }

    /// Names, birthdays and addresses of everybody, as history.
    pub fn personal_info(&self, company: &CompanyId) -> List<PerEmployee<PersonalInfo>> {
        List::new(self, Endpoint::below(Operation::PersonalInfo, company.as_str()))
    }

    /// Periods in service of everybody.
    pub fn employments(&self, company: &CompanyId) -> List<PerEmployee<Employment>> {
        List::new(self, Endpoint::below(Operation::Employments, company.as_str()))
    }

    /// Contracts of everybody.
    pub fn contracts(&self, company: &CompanyId) -> List<PerEmployee<Contract>> {
        List::new(self, Endpoint::below(Operation::Contracts, company.as_str()))
    }

    /// Salaries of everybody, as history. Nothing of this crate reads them unless it is called; only an export that a
    /// customer asked for should.
    pub fn salaries(&self, company: &CompanyId) -> List<PerEmployee<Salary>> {
        List::new(self, Endpoint::below(Operation::Salaries, company.as_str()))
    }

    /// The company's own fields, also those nobody has filled.
    pub fn extra_field_definitions(&self, company: &CompanyId) -> List<ExtraFieldDefinition> {
        List::new(self, Endpoint::below(Operation::ExtraFieldDefinitions, company.as_str()))
    }

    /// What everybody has in the company's own fields. Free text can hold anything: keep only the fields you need.
    pub fn extra_field_values(&self, company: &CompanyId) -> List<PerEmployee<ExtraFieldValue>> {
        List::new(self, Endpoint::below(Operation::ExtraFieldValues, company.as_str()))
    }

    /// What this client (all its clones together) has sent so far.
    pub fn stats(&self) -> Stats {
        self.0.counters.stats(self.0.authorizer.token_calls())
    }
}

impl fmt::Debug for NmbrsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NmbrsClient").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// Sets up an [`NmbrsClient`].
pub struct NmbrsClientBuilder {
    subscription_key: SecretString,
    secondary_subscription_key: Option<SecretString>,
    authorizer: Authorizer,
    rest_url: String,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    settings: TransportSettings,
    pace: Pace,
    observer: Option<Arc<dyn Observer>>,
    page_size: u32,
    max_pages: u32,
}

impl NmbrsClientBuilder {
    /// The API's host: https, or http on loopback. Default `https://api.nmbrsapp.com`.
    pub fn rest_url(mut self, url: impl Into<String>) -> Self {
        self.rest_url = url.into();
        self
    }

    /// Where the time comes from. Default [`SystemClock`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// When a read is repeated.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long one exchange may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.settings.timeouts = timeouts;
        self
    }

    /// The largest answer accepted, in bytes after decompression. Default 32 MiB.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_body_bytes = bytes;
        self
    }

    /// Sends everything through this proxy, but what stays on this machine by plain http. Default: none, whatever the
    /// environment says.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.settings.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// How fast to go: a [`PacePolicy`] for this client alone, or a [`Pace`] that others share. Default: alone, by the
    /// default policy.
    pub fn pace(mut self, pace: impl Into<Pace>) -> Self {
        self.pace = pace.into();
        self
    }

    /// The subscription's other key, for the time when one of them is changed. A call whose 401 may be about the key
    /// tries the other one once; the one that works is kept for as long as the client lives.
    pub fn secondary_subscription_key(mut self, key: impl Into<SecretString>) -> Self {
        self.secondary_subscription_key = Some(key.into());
        self
    }

    /// Is told of every exchange with the API. For those with the identity server, see
    /// [`AuthorizerBuilder::observer`](crate::auth::AuthorizerBuilder::observer).
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Rows per page, 1 to 100. Default 100.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = rows;
        self
    }

    /// The most pages one list may have, at least 1; a longer one is an error, never cut short. Default 1000.
    pub fn max_pages(mut self, pages: u32) -> Self {
        self.max_pages = pages;
        self
    }

    /// Checks the set-up.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration): an empty subscription key, an address that is
    /// not https (or http on loopback), or a number out of its range.
    pub fn build(self) -> Result<NmbrsClient> {
        let keys = SubscriptionKeys::new(&self.subscription_key, self.secondary_subscription_key.as_ref())?;
        if !(1..=100).contains(&self.page_size) {
            return Err(Error::configuration("page_size must lie between 1 and 100"));
        }
        if self.max_pages == 0 {
            return Err(Error::configuration("max_pages must be at least 1"));
        }
        Ok(NmbrsClient(Arc::new(Shared {
            transport: Transport::new(&self.settings)?,
            base: Base::parse(&self.rest_url, "rest_url")?,
            keys,
            authorizer: self.authorizer,
            watch: Watch::new(self.observer, Arc::clone(&self.clock)),
            clock: self.clock,
            retry: self.retry,
            pace: self.pace,
            counters: Counters::default(),
            page_size: self.page_size,
            max_pages: self.max_pages,
        })))
    }
}

impl fmt::Debug for NmbrsClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address that has not been checked yet may hold credentials.
        f.debug_struct("NmbrsClientBuilder").finish_non_exhaustive()
    }
}

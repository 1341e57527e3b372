//! What every test stands on: a clock that jumps, a server with a list of answers, and a client.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nmbrs_client::soap::{Credentials, Domain, Operation, SoapClient, SoapClientBuilder};
use nmbrs_client::{Clock, CompanyId, DebtorId, EmployeeId};

use super::server::{Answer, Server};

/// Sleeping moves it on at once.
#[derive(Debug)]
pub(crate) struct FakeClock(Mutex<DateTime<Utc>>);

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, wait: Duration) {
        *self.0.lock().unwrap() += wait;
    }
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) clock: Arc<FakeClock>,
}

impl Stage {
    /// The server gives these answers in turn, and the last one from then on.
    pub(crate) async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let clock = Arc::new(FakeClock(Mutex::new(start())));
        Self { server: Server::start(answers, Arc::clone(&clock)).await, clock }
    }

    pub(crate) fn client(&self) -> SoapClient {
        self.client_with(|builder| builder)
    }

    pub(crate) fn client_with(&self, set: impl FnOnce(SoapClientBuilder) -> SoapClientBuilder) -> SoapClient {
        set(self.builder().domain(Domain::new("voorbeeldpayroll").unwrap())).build().unwrap()
    }

    /// Without a domain.
    pub(crate) fn builder(&self) -> SoapClientBuilder {
        let credentials = Credentials::new("api.user@example.com", "Seeded-token");
        SoapClient::builder(credentials).url(self.server.url()).clock(self.clock.clone())
    }
}

pub(crate) fn company() -> CompanyId {
    CompanyId::new("90011").unwrap()
}

pub(crate) fn debtor() -> DebtorId {
    DebtorId::new("70001").unwrap()
}

pub(crate) fn employee() -> EmployeeId {
    EmployeeId::new("500101").unwrap()
}

/// The envelope around `body`.
pub(crate) fn envelope(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soap:Body>{body}</soap:Body></soap:Envelope>"
    )
}

/// The answer to `operation`, with what stands inside the response element.
pub(crate) fn response(operation: Operation, inside: &str) -> String {
    let (name, namespace) = (operation.name(), operation.service().namespace());
    envelope(&format!("<{name}Response xmlns=\"{namespace}\">{inside}</{name}Response>"))
}

/// The answer to `operation`, with what stands inside the result element.
pub(crate) fn result(operation: Operation, inside: &str) -> String {
    let name = operation.name();
    response(operation, &format!("<{name}Result>{inside}</{name}Result>"))
}

/// A fault with the vendor's words.
pub(crate) fn fault(text: &str) -> String {
    envelope(&format!(
        "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>{text}</faultstring><detail /></soap:Fault>"
    ))
}

/// A fault with this number.
pub(crate) fn numbered_fault(number: u32) -> String {
    fault(&format!("Server was unable to process request. ---&gt; {number}: Seeded title"))
}

/// A debtor in the debtors' list.
pub(crate) fn debtor_row(id: u32) -> String {
    format!("<Debtor><Id>{id}</Id><Number>{id}</Number><Name>Voorbeeld</Name></Debtor>")
}

/// The debtors' list.
pub(crate) fn debtors(ids: &[u32]) -> String {
    result(Operation::Debtors, &ids.iter().map(|id| debtor_row(*id)).collect::<String>())
}

//! An Nmbrs to practise on: the REST API, the SOAP services and the identity service on loopback, with seeded people and
//! programmable faults.
//!
//! There is no sandbox of the vendor's, so this one is written from the vendor's documents alone. It shares no code
//! with the client of this crate, because it judges that client: nothing in here uses anything outside this module.
//!
//! ```no_run
//! # async fn demo() -> std::io::Result<()> {
//! use nmbrs_client::sandbox::{Fault, Sandbox, World};
//!
//! let today = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap_or_default();
//! let sandbox = Sandbox::start(World::dutch(40, 1, today)).await?;
//! sandbox.inject(Fault::too_many_calls(Some(2)).on_path("/contracts").on_page(1));
//! println!("{}", sandbox.rest_url());
//! # Ok(()) }
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `world`, `numbers`, `salary`, `story`, `population`, `names` | who exists |
//! | `rest`, `page`, `wire`, `variation`, `refusal` | what the API says about them |
//! | `soap` | the same over SOAP |
//! | `sign_in`, `authorize`, `form`, `client_proof` | what the identity service answers |
//! | `identity`, `consent`, `scopes`, `subscription` | what it remembers: tokens, consents, keys |
//! | `fault`, `log`, `control`, `person_change` | what a test does and sees |
//! | `exchange`, `state`, `server` | how a request gets through |

mod authorize;
mod client_proof;
mod consent;
mod control;
mod exchange;
mod fault;
mod form;
mod identity;
mod log;
mod names;
mod numbers;
mod page;
mod person_change;
mod population;
mod refusal;
mod rest;
mod salary;
mod scopes;
mod server;
mod sign_in;
mod soap;
mod state;
mod story;
mod subscription;
mod variation;
mod wire;
mod world;

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use fault::{Effect, Fault};
pub use identity::Credentials;
pub use log::LoggedRequest;
pub use population::Setup;
pub use salary::Salary;
pub use soap::SoapCredentials;
pub use story::Story;
pub use world::{
    Company, Contract, DEFAULT_SCOPES, Debtor, Employee, Employment, ExtraFieldDefinition, ExtraFieldValue,
    Login, Period, PersonalInfo, World,
};

use state::State;

/// A running sandbox; it stops when dropped.
pub struct Sandbox {
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
    origin: String,
}

impl Sandbox {
    /// Starts on any free port of 127.0.0.1, on the current Tokio runtime.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn start(world: World) -> io::Result<Self> {
        Self::start_on(world, 0).await
    }

    /// Starts on this port of 127.0.0.1; 0 takes any free one.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start_on(world: World, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Mutex::new(State::new(world, origin.clone())));
        let server = tokio::spawn(server::serve(listener, Arc::clone(&state)));
        Ok(Self { state, server, origin })
    }

    /// Base of the REST API, without a slash at its end; paths begin with `/api/`.
    pub fn rest_url(&self) -> String {
        self.origin.clone()
    }

    /// Base of the identity service, without a slash at its end; paths begin with `/connect/`.
    pub fn identity_url(&self) -> String {
        self.origin.clone()
    }

    /// What a client needs to get in, with the tokens issued last.
    pub fn credentials(&self) -> Credentials {
        self.lock().identity.credentials()
    }

    /// Base of the SOAP services, without a slash at its end; paths begin with `/soap/v3/`.
    pub fn soap_url(&self) -> String {
        self.origin.clone()
    }

    /// What a SOAP client needs to get in.
    pub fn soap_credentials(&self) -> SoapCredentials {
        self.lock().soap.credentials().clone()
    }

    /// Leaves an operation, such as `EmployeeService.List_GetByCompany`, out of the template of the SOAP login, or takes
    /// it in again; out, it is refused with 1002. `false` if there is no such operation.
    pub fn switch_operation(&self, qualified_name: &str, on: bool) -> bool {
        self.lock().soap.switch(qualified_name, on)
    }

    /// The requests since the start or the last [`clear_requests`](Self::clear_requests), oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().log.clone()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.lock().log.clear();
    }

    /// Programs a fault, behind those already programmed.
    pub fn inject(&self, fault: Fault) {
        self.lock().faults.add(fault);
    }

    /// Takes back all programmed faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Changes the world between two requests.
    pub fn edit(&self, change: impl FnOnce(&mut World)) {
        let mut state = self.lock();
        change(&mut state.world);
        state.world.number_everything();
    }

    /// A copy of the world as it is.
    pub fn world(&self) -> World {
        self.lock().world.clone()
    }

    /// Moves the clock of the identity service; tokens and codes age by it, and by nothing else.
    pub fn advance_clock(&self, by: std::time::Duration) {
        self.lock().identity.advance(by.as_secs());
    }

    /// The same as the other methods, over values, so that a program can put HTTP around it. Gives a status and JSON.
    ///
    /// | method and path | body | answer |
    /// |---|---|---|
    /// | `GET state` | | 200, the world |
    /// | `GET requests` | | 200, the log |
    /// | `DELETE requests`, `DELETE faults` | | 204 |
    /// | `POST faults` | a [`Fault`] | 201, or 422 with the reason |
    /// | `PATCH people/{employeeId}` | what to change; `null` empties | 200, the record; 404; 422 |
    /// | `DELETE people/{employeeId}`, `DELETE companies/{companyId}` | | 204; 404 |
    /// | `POST companies/{companyId}/fields` | `{"name": "alleo_monthly_health_budget", "type": "decimal"}` | 204; 404; 422 |
    /// | `POST clock` | `{"advance_seconds": 60}` | 200, `{"now_seconds": 60}` |
    /// | `POST tokens` | `{"access_lifetime_seconds": 90}` | 204: access tokens issued from now on live that long |
    /// | `POST codes` | `{"redirect_uri": "…"}` | 201, `{"code": "…"}`: a fresh consent, without the authorize page |
    /// | `POST redirect_uris` | `{"redirect_uri": "…"}` | 204: registered, as every `http` address on loopback is; 422 |
    /// | `POST consent` | `{"decision": "grant", "scopes": ["…"]}` | 204: what the user says from now on; 422 |
    /// | `DELETE consent` | | 204: the user takes every consent back |
    /// | `GET grants` | | 200, what became of each consent |
    /// | `POST login` | `{"login": "company_only"}` | 204: a [`Login`] of another kind |
    /// | `POST operations` | `{"off": "CompanyService.List_GetAll"}`, or `"on"` | 204: refused with 1002 from now on; 422 |
    /// | `POST subscription` | `{"disabled": "primary"}` | 204: only the `secondary` key works; `none`: both do |
    ///
    /// Anything else is 404. A change of personal data is `employee_type`, `first_name`, `prefix`, `last_name`,
    /// `birth_date`, `business_email`, `private_email`; of the last employment `start_date`, `end_date`,
    /// `seniority_date`; and `extra_fields` maps names to texts. It becomes a new entry of the history. So does `salary`,
    /// `{"type": "grossHourlyWage", "value": 14.5}`, from today on; `null` takes the whole history away.
    ///
    /// The user grants whatever is asked unless told to `deny`, or to grant some `scopes` and no others. A grant is
    /// `{"grant": 1, "state": "live", "ended_by": null, "refreshes": 0, "scopes": ["…"]}`; its state is
    /// `awaiting_exchange`, `live` or `ended`, and it ends by `reused_code`, `reused_refresh_token`, `revoked` or
    /// `withdrawn`. Tokens that lapse do not end it.
    pub fn control(&self, method: &str, path: &str, body: &[u8]) -> (u16, serde_json::Value) {
        control::control(&mut self.lock(), method, path, body)
    }

    /// Stops: open connections are closed, the port is given back.
    pub fn stop(self) {
        drop(self);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("origin", &self.origin).finish_non_exhaustive()
    }
}

//! An in-process YourCampus on loopback, for tests and demos: the nine operations of the Customer API, strict where the real
//! behaviour is unknown, with faults on order.
//!
//! ```no_run
//! # async fn stage() -> std::io::Result<()> {
//! use yourcampus_client::sandbox::{Account, Effect, Fault, Sandbox, State};
//!
//! let state = State::default()
//!     .with_company(1, Some("Voorbeeld B.V."))
//!     .with_account(Account::new(7, 1).with_name("Zoë", "van der", "Berg").with_email("zoe@voorbeeld.example"));
//! let sandbox = Sandbox::start(state).await?;
//! sandbox.inject(Fault::new(Effect::too_many_requests(Some(1))));
//! // … point a client at `sandbox.base_url()` with `sandbox.credentials()` …
//! assert!(sandbox.requests().iter().all(|request| !request.changed));
//! # Ok(())
//! # }
//! ```
//!
//! It judges the client, so it shares nothing with it: no line here uses anything of this crate outside `sandbox`.
//!
//! Where nobody knows what the real system does, the sandbox takes the strictest reading:
//!
//! | request | answer here |
//! |---|---|
//! | an unknown key, a wrong type, a text that is too long, an address that is none | 422 with a list |
//! | `null` for `email`, `first_name`, `last_name` in a PATCH | 422 |
//! | a group that the company does not have | 422 |
//! | an address that any account of any company has, in any case, active or not | 409 |
//! | activate on an active account, deactivate on an inactive one | 409, or [`State::repeated_switch`] |
//! | PATCH of an inactive account | 409, or [`State::inactive_edit`] |
//! | `limit` outside 1–100, negative `skip`, an undocumented or repeated parameter | 422 |
//! | a body where none belongs | 422 |
//! | money | deactivating takes all of it, activating brings nothing back |
//! | JSON that does not say `application/json`, a form that does not say so | 415 |

mod account;
mod answer;
mod budgets;
mod call;
mod clock;
mod control;
mod email_syntax;
mod employee_body;
mod fault;
mod grant_list;
mod listing;
mod normalisation;
mod rate_limit;
mod request_log;
mod routes;
mod row;
mod server;
mod service_desk;
mod state;
mod token;
mod world;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::account::Account;
pub use self::budgets::{Act, Budget, BudgetKind, Budgets, Giver, HandOver, Order, Purse, ServiceMark};
pub use self::fault::{Effect, Fault};
pub use self::grant_list::TakenList;
pub use self::normalisation::{EmptyText, Normalisation};
pub use self::request_log::LoggedRequest;
pub use self::state::{Company, Group, Mail, MailKind, MissingVsNull, RateLimit, Reading, State};
pub use self::token::Credentials;

use self::server::Shared;
use self::world::World;

/// A running sandbox. It ends, with all its connections, when it is dropped.
pub struct Sandbox {
    address: SocketAddr,
    world: Shared,
    server: JoinHandle<()>,
}

impl Sandbox {
    /// Starts on any free port of 127.0.0.1. Call it within a tokio runtime that has its network enabled, and its time for
    /// [`Effect::Latency`].
    ///
    /// # Errors
    /// If no socket can be opened.
    pub async fn start(state: State) -> io::Result<Self> {
        Self::start_on(state, 0).await
    }

    /// Starts on this port of 127.0.0.1; 0 means any free one.
    ///
    /// # Errors
    /// If the port cannot be opened.
    pub async fn start_on(state: State, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let world = Shared::new(World::new(state));
        let server = tokio::spawn(server::serve(listener, world.clone()));
        Ok(Self { address, world, server })
    }

    /// What a client takes as its base URL, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, call::BASE_PATH)
    }

    /// The service desk of this sandbox, without a slash at the end. **Ours, not the vendor's**: it lets the manner of a desk
    /// be shown that gives each grant once and can be asked. The faults on order hit it too.
    ///
    /// | request | answer |
    /// |---|---|
    /// | `PUT {desk_url}/grants/{id}` with `{"email", "kind": "monthly"\|"oneoff", "category", "act": "grant"\|"replace"\|"stop", "cents", "from", "mark": {"epoch", "sequence"}}`, the last two may be left out | 201 and it is given; 200 if the same was given under this id before; 409 if something else was; 422 if it cannot be given |
    /// | `GET {desk_url}/grants/{id}` | 200 if it was given, 404 if it never was |
    /// | `GET {desk_url}/mark` | 200 with the mark that came with the grant it gave last, 404 if none did |
    pub fn desk_url(&self) -> String {
        format!("http://{}{}", self.address, service_desk::BASE_PATH)
    }

    /// The keys that the sandbox accepts.
    pub fn credentials(&self) -> Credentials {
        Credentials::of_every_sandbox()
    }

    /// The requests so far, oldest first, token calls included.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.world.lock().log.clone()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.world.lock().log.clear();
    }

    /// Adds a fault to those already there.
    pub fn inject(&self, fault: Fault) {
        self.world.lock().faults.inject(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.world.lock().faults.clear();
    }

    /// Changes the state behind the API's back. No request is carried out meanwhile.
    pub fn edit(&self, change: impl FnOnce(&mut State)) {
        self.world.lock().state.change(change);
    }

    /// Support carries out a list of grants, line by line, without noticing what it has done before.
    ///
    /// # Errors
    /// Why it sent the list back; then no line of it was carried out.
    pub fn take_grant_list(&self, list: &[u8]) -> Result<TakenList, String> {
        grant_list::take(&mut self.world.lock().state, list)
    }

    /// A copy of the state.
    pub fn state(&self) -> State {
        self.world.lock().state.clone()
    }

    /// The director's orders over values, for a binary to put HTTP around; the answer is a status and a JSON value.
    ///
    /// | order | body | answer |
    /// |---|---|---|
    /// | `GET state` | | 200, the [`State`] |
    /// | `GET requests` | | 200, an array of [`LoggedRequest`] |
    /// | `DELETE requests`, `DELETE faults` | | 200, `{"cleared": n}` |
    /// | `POST faults` | a [`Fault`] | 201, the fault as it was understood |
    /// | `POST accounts` | an [`Account`]; `company` is required, `id` is chosen if absent | 201, the account |
    /// | `PATCH accounts/{id}` | the fields of an [`Account`] to change | 200, the account |
    /// | `DELETE accounts/{id}` | | 200, the account that was |
    /// | `POST accounts/{id}/budgets` | an [`Order`] that an administrator carries out by hand | 201, the account's [`Purse`] |
    /// | `POST grant-list` | the bytes of a list of grants, which support carries out | 200, a [`TakenList`] |
    /// | `POST clock` | `{"advance_seconds": n}` | 200, `{"now": …}` |
    ///
    /// A malformed body is a 422 with the reason as `detail`, anything else a 404. Slashes around the path do not matter.
    pub fn control(&self, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        control::answer(&mut self.world.lock(), method, path, body)
    }

    /// Stops, as dropping does.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("address", &self.address).finish_non_exhaustive()
    }
}

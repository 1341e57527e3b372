//! Signing in and staying signed in: app credentials, a consent in the browser, token sets, where they are kept, and
//! how they are renewed.
//!
//! A person consents once, in a browser; from then on the grant is renewed without them:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, SignIn};
//! use nmbrs_client::{NmbrsClient, Operation, Result, Scope};
//!
//! /// `visit` sends the browser to a URL and returns the one it comes back to.
//! async fn sign_in(visit: impl AsyncFn(&str) -> String) -> Result<NmbrsClient> {
//!     let app = AppCredentials::new("client id", "client secret");
//!     let scopes = Scope::least_for([Operation::Companies, Operation::Employees]);
//!     let sign_in = SignIn::builder(app.clone(), "http://localhost:8765/callback", scopes).build()?;
//!
//!     let attempt = sign_in.begin()?;
//!     let callback = visit(attempt.url()).await;
//!     let tokens = sign_in.finish(attempt, &callback).await?;
//!
//!     // A real store survives the process.
//!     let store = Arc::new(MemoryTokenStore::new(tokens));
//!     let authorizer = Authorizer::builder(app, store).build()?;
//!     NmbrsClient::builder("subscription key", authorizer).build()
//! }
//! ```
//!
//! A refresh token works **once**. So of all callers exactly one refreshes at a time; the new pair is stored before
//! anybody uses it; and the refresh runs in a task of its own, so that a caller who gives up loses nothing.
//!
//! | file | rule |
//! |---|---|
//! | `credentials` | who the app is, and its Basic header |
//! | `sign_in` | from a fresh attempt to the first tokens |
//! | `pkce` | what makes a stolen code useless |
//! | `callback` | what the browser brings back; whose it is comes first |
//! | `discovery` | what the server says about itself, and may not say |
//! | `token` | one grant's tokens; nothing of them is printed |
//! | `store` | where a grant lives between runs; compare-and-swap by generation |
//! | `identity` | one exchange with the identity server, understood |
//! | `authorizer` | when to refresh, and what to believe when it fails |

mod authorizer;
mod callback;
mod credentials;
mod discovery;
mod identity;
mod pkce;
mod sign_in;
mod store;
mod token;

pub use self::authorizer::{Authorizer, AuthorizerBuilder};
pub use self::credentials::AppCredentials;
pub use self::discovery::Discovery;
pub use self::sign_in::{Attempt, SignIn, SignInBuilder};
pub use self::store::{Generation, MemoryTokenStore, Replaced, StoreError, StoredTokens, TokenStore};
pub use self::token::{AccessToken, TokenSet};

//! Signing in and staying signed in: app credentials, a consent in the browser, token sets, where they are kept, and
//! how they are renewed.
//!
//! A person consents once, in a browser; from then on the grant is renewed without them:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore};
//! use nmbrs_client::{NmbrsClient, Operation, Result, Scope};
//!
//! /// `visit` sends the browser to a URL and returns the one it comes back to.
//! async fn sign_in(visit: impl AsyncFn(&str) -> String) -> Result<NmbrsClient> {
//!     // A real store survives the process: a `FileTokenStore`, a vault, a service's own.
//!     let store = Arc::new(MemoryTokenStore::empty());
//!     let app = AppCredentials::new("client id", "client secret");
//!     let authorizer = Authorizer::builder(app, store).build()?;
//!
//!     let scopes = Scope::least_for([Operation::Companies, Operation::Employees]);
//!     let sign_in = authorizer.sign_in("http://localhost:8765/callback", scopes)?;
//!     let attempt = sign_in.begin()?;
//!     let callback = visit(attempt.url()).await;
//!     let tokens = sign_in.finish(attempt, &callback).await?;
//!
//!     authorizer.install(tokens).await?;
//!     NmbrsClient::builder("subscription key", authorizer).build()
//! }
//! ```
//!
//! A refresh token works **once**, and showing a used one ends the whole consent. So a refresh is claimed in the store
//! before it is sent, and of all callers in all processes one at a time holds the claim; the new pair is stored before
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
//! | `grant` | tokens and what is being done with them; the form in which they are kept |
//! | `store` | where a grant lives between runs; compare-and-swap by generation |
//! | `file_store`, `atomic_file` | a grant in a file; a file that is never half written (Unix) |
//! | `sealing` | bytes that only the holder of a key opens, and only in their own place (feature `vault`) |
//! | `vault`, `file_vault` | a grant sealed in a vault; a vault of files (feature `vault`) |
//! | `identity` | one exchange with the identity server, understood |
//! | `claim` | who may send a refresh token, and how what it bought gets into the store |
//! | `flight` | when to refresh, and what to believe when it fails |
//! | `authorizer`, `builder`, `revocation` | what callers see |

#[cfg(unix)]
mod atomic_file;
mod authorizer;
mod builder;
mod callback;
mod claim;
mod credentials;
mod discovery;
#[cfg(unix)]
mod file_store;
#[cfg(all(unix, feature = "vault"))]
mod file_vault;
mod flight;
mod grant;
mod identity;
mod pkce;
mod revocation;
#[cfg(feature = "vault")]
mod sealing;
mod sign_in;
mod store;
mod token;
#[cfg(feature = "vault")]
mod vault;

pub use self::authorizer::{Authorizer, KeptAlive};
pub use self::builder::AuthorizerBuilder;
pub use self::credentials::AppCredentials;
pub use self::discovery::Discovery;
#[cfg(unix)]
pub use self::file_store::FileTokenStore;
#[cfg(all(unix, feature = "vault"))]
pub use self::file_vault::FileVault;
pub use self::grant::{Grant, GrantState, UnreadableGrant};
#[cfg(feature = "vault")]
pub use self::sealing::{InvalidKey, KeyId, KeyRing, SealingKey, Unopened};
pub use self::sign_in::{Attempt, SignIn};
pub use self::store::{Generation, MemoryTokenStore, Replaced, StoreError, StoredGrant, TokenStore};
pub use self::token::{AccessToken, TokenSet};
#[cfg(feature = "vault")]
pub use self::vault::{Resealed, VaultTokenStore};

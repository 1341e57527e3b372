//! Staying signed in: app credentials, token sets, where they are kept, and how they are renewed.
//!
//! A refresh token works **once**. So of all callers exactly one refreshes at a time; the new pair is stored before
//! anybody uses it; and the refresh runs in a task of its own, so that a caller who gives up loses nothing.
//!
//! | file | rule |
//! |---|---|
//! | `credentials` | who the app is, and its Basic header |
//! | `token` | one grant's tokens; nothing of them is printed |
//! | `store` | where a grant lives between runs; compare-and-swap by generation |
//! | `identity` | one exchange with the identity server, understood |
//! | `authorizer` | when to refresh, and what to believe when it fails |

mod authorizer;
mod credentials;
mod identity;
mod store;
mod token;

pub use self::authorizer::{Authorizer, AuthorizerBuilder};
pub use self::credentials::AppCredentials;
pub use self::store::{Generation, MemoryTokenStore, Replaced, StoreError, StoredTokens, TokenStore};
pub use self::token::{AccessToken, TokenSet};

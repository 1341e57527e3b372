//! The end of a grant: at the server first, then in the store.
//!
//! The grant is claimed before, so that no refresh can bring forth tokens that outlive it. What can never happen: a
//! grant forgotten here that is still good there, or another consent taken away in its place.

use std::sync::atomic::Ordering;

use super::TokenSet;
use super::flight::Pilot;
use crate::error::Result;

impl Pilot {
    /// Revokes and removes the grant. `false` if there was none, or another one stands by now.
    pub(super) async fn revoke(&self) -> Result<bool> {
        let Some(claim) = self.claim().await? else { return Ok(false) };
        match self.revoke_tokens(&claim.grant.tokens).await {
            Ok(()) => self.claims.remove(&claim).await,
            Err(error) => {
                // Also if the server may have revoked one: what is revoked can be revoked again.
                self.claims.release(claim).await;
                Err(error)
            }
        }
    }

    /// The refresh token last: if that fails, it is still there to be tried again.
    async fn revoke_tokens(&self, tokens: &TokenSet) -> Result<()> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.identity.revoke(&tokens.access, "access_token").await?;
        if let Some(refresh) = &tokens.refresh {
            self.calls.fetch_add(1, Ordering::Relaxed);
            self.identity.revoke(refresh, "refresh_token").await?;
        }
        Ok(())
    }
}

//! One flight: from a need for tokens to tokens in the store, or to the reason why there are none.
//!
//! A [`Need`] comes in; what the store holds is looked at by [`next_step`], a pure decision; only if nothing there
//! will do is the refresh token claimed and spent. What can never happen: a refresh token sent without a claim, sent
//! again after the server has called it invalid, or handed out before its pair is stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::claim::{Claim, Claims, keeps_changing};
use super::identity::{IdentityServer, Refusal, TOKEN};
use super::store::StoredGrant;
use super::{AccessToken, Grant, GrantState, TokenSet};
use crate::clock::{Clock, jitter, later, until};
use crate::error::{Error, ErrorKind, Result};
use crate::retry::{Outcome, RetryPolicy, Verdict, decide};
use crate::retry_after::RetryAfter;

/// How often one flight claims: each time but the last, somebody else was first or has stored another token.
const MAX_CLAIMS: u32 = 64;

/// How often a flight that waits for another's claim looks into the store.
const LOOK: Duration = Duration::from_millis(250);

const NO_REFRESH_TOKEN: &str = "there is no refresh token";

/// What a flight is to bring home.
#[derive(Debug, Clone)]
pub(super) enum Need {
    /// A token that lasts.
    Lasting,
    /// A token that lasts and is not the one the API has refused. If a new one would not help either
    /// (`is_futile`), what the store holds will do.
    Other { refused: AccessToken, is_futile: bool },
    /// A refresh token that has been issued lately.
    Renewal,
}

/// What a flight has brought home.
#[derive(Debug, Clone)]
pub(super) struct Landing {
    pub(super) token: AccessToken,
    /// Whether this flight has refreshed it.
    pub(super) is_new: bool,
}

/// What to do about a need, given what the store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// What is stored will do.
    Take,
    /// Nothing can be done without a person.
    GiveUp(&'static str),
    /// Claim the refresh token and spend it.
    Spend,
}

/// Somebody else is at it, until then at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Busy(DateTime<Utc>);

fn next_step(need: &Need, grant: &Grant, now: DateTime<Utc>) -> Result<Step, Busy> {
    if need.is_met_by(grant, now) {
        return Ok(Step::Take);
    }
    if grant.tokens.refresh.is_none() {
        return Ok(Step::GiveUp(NO_REFRESH_TOKEN));
    }
    if let GrantState::ConsentLost { .. } = grant.state {
        return Ok(Step::GiveUp("the refresh token is spent, expired or withdrawn"));
    }
    unclaimed(grant, now).map(|()| Step::Spend)
}

fn unclaimed(grant: &Grant, now: DateTime<Utc>) -> Result<(), Busy> {
    match grant.state {
        GrantState::Refreshing { until } if until > now => Err(Busy(until)),
        _ => Ok(()),
    }
}

impl Need {
    fn is_met_by(&self, grant: &Grant, now: DateTime<Utc>) -> bool {
        let tokens = &grant.tokens;
        match self {
            Self::Lasting => tokens.is_fresh(now),
            Self::Other { refused, is_futile } => {
                tokens.is_fresh(now) && (*is_futile || !tokens.has_same_access(refused.tokens()))
            }
            // Who asks for the consent to go on must hear that it is lost, however young its tokens are.
            Self::Renewal => {
                let is_lost = matches!(grant.state, GrantState::ConsentLost { .. });
                !is_lost && tokens.renewal_due().is_some_and(|due| due > now)
            }
        }
    }
}

/// What became of a claimed refresh token.
enum Spent {
    /// It bought this pair, under this claim.
    Tokens(Claim, TokenSet),
    /// The server calls it invalid.
    Invalid(Claim, Error),
    /// The claim has ended and somebody else has taken over.
    Moved,
}

/// Flies for one credential.
#[derive(Debug)]
pub(super) struct Pilot {
    pub(super) identity: IdentityServer,
    pub(super) claims: Claims,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) retry: RetryPolicy,
    /// How many requests the identity server got.
    pub(super) calls: AtomicU64,
}

impl Pilot {
    /// Meets the need, if it must be with a refresh.
    pub(super) async fn fly(&self, need: &Need) -> Result<Landing> {
        self.claims.settle_leftover().await?;
        let deadline = later(self.clock.now(), self.retry.deadline);
        for _ in 0..MAX_CLAIMS {
            let looked = self.look(deadline, |grant, now| next_step(need, grant, now)).await?;
            let (stored, step) = looked.ok_or_else(|| lost("there is no grant"))?;
            match step {
                Step::Take => {
                    return Ok(Landing { token: AccessToken::of(&stored.grant.tokens), is_new: false });
                }
                Step::GiveUp(why) => return Err(lost(why)),
                Step::Spend => {}
            }
            let Some(claim) = self.claims.claim(stored).await? else { continue };
            match self.spend(claim).await? {
                Spent::Tokens(claim, tokens) => {
                    if self.claims.succeed(&claim, &tokens).await? {
                        return Ok(Landing { token: AccessToken::of(&tokens), is_new: true });
                    }
                }
                Spent::Invalid(claim, refusal) => {
                    if self.is_lost(&claim).await {
                        return Err(refusal);
                    }
                }
                Spent::Moved => {}
            }
        }
        Err(keeps_changing())
    }

    /// Claims the grant for something else than a refresh, whatever its state. `None` if there is none.
    pub(super) async fn claim(&self) -> Result<Option<Claim>> {
        self.claims.settle_leftover().await?;
        let deadline = later(self.clock.now(), self.retry.deadline);
        for _ in 0..MAX_CLAIMS {
            let Some((stored, ())) = self.look(deadline, unclaimed).await? else { return Ok(None) };
            if let Some(claim) = self.claims.claim(stored).await? {
                return Ok(Some(claim));
            }
        }
        Err(keeps_changing())
    }

    /// The stored grant and what follows from it, once nobody else is at it. `None` if there is no grant.
    async fn look<T>(
        &self,
        deadline: DateTime<Utc>,
        judge: impl Fn(&Grant, DateTime<Utc>) -> Result<T, Busy>,
    ) -> Result<Option<(StoredGrant, T)>> {
        loop {
            let Some(stored) = self.claims.load().await? else { return Ok(None) };
            let now = self.clock.now();
            match judge(&stored.grant, now) {
                Ok(judged) => return Ok(Some((stored, judged))),
                Err(Busy(end)) if now < deadline => {
                    self.clock.sleep(LOOK.min(until(end.min(deadline), now))).await;
                }
                Err(Busy(end)) => {
                    return Err(Error::new(ErrorKind::Deadline, TOKEN)
                        .detail("another refresh of the same grant has not ended")
                        .retry_from(Some(end)));
                }
            }
        }
    }

    /// Sends the claimed token: once more if it is not known whether it arrived, and by the policy if the server asks
    /// for patience. Surely unspent, it is given back; in doubt, the claim is left to end by itself.
    async fn spend(&self, mut claim: Claim) -> Result<Spent> {
        let refresh = claim.grant.tokens.refresh.clone().ok_or_else(|| lost(NO_REFRESH_TOKEN))?;
        let deadline = later(self.clock.now(), self.retry.deadline);
        let (mut sends, mut attempt, mut is_repeated, mut may_be_spent) = (0, 1, false, false);
        loop {
            match self.claims.secure(claim).await? {
                Some(secured) => claim = secured,
                None => return Ok(Spent::Moved),
            }
            self.calls.fetch_add(1, Ordering::Relaxed);
            sends += 1;
            let sent_at = self.clock.now();
            match self.identity.refresh(&refresh, &claim.grant.tokens, sent_at, sends).await {
                Ok(tokens) => {
                    let tokens = dated(tokens, &claim.grant.tokens, sent_at);
                    return Ok(Spent::Tokens(claim, tokens));
                }
                Err(Refusal::InvalidGrant(refusal)) => return Ok(Spent::Invalid(claim, refusal)),
                Err(Refusal::Ambiguous(_)) if !is_repeated => (is_repeated, may_be_spent) = (true, true),
                Err(Refusal::Ambiguous(error)) => return Err(error),
                Err(Refusal::Other { error, outcome, retry_after }) => {
                    may_be_spent |= error.may_have_been_sent();
                    match self.patience(attempt, error, outcome, retry_after, deadline) {
                        Ok(wait) => self.clock.sleep(wait).await,
                        Err(error) => {
                            if !may_be_spent {
                                self.claims.release(claim).await;
                            }
                            return Err(error);
                        }
                    }
                    attempt += 1;
                }
            }
            match self.claims.renew(claim).await? {
                Some(renewed) => claim = renewed,
                None => return Ok(Spent::Moved),
            }
        }
    }

    /// How long to wait before the next attempt, or the error that ends the flight.
    fn patience(
        &self,
        attempt: u32,
        error: Error,
        outcome: Outcome,
        wish: RetryAfter,
        deadline: DateTime<Utc>,
    ) -> Result<Duration> {
        let now = self.clock.now();
        let wish = wish.wait(now);
        match decide(&self.retry, attempt, outcome, wish, jitter(), until(deadline, now)) {
            Verdict::After(wait) => {
                tracing::debug!(attempt, kind = ?error.kind(), "token refresh is repeated");
                Ok(wait)
            }
            Verdict::TooLate(wait) => Err(error.retry_from(Some(later(now, wait)))),
            Verdict::Stop => Err(error.retry_from(wish.map(|wait| later(now, wait)))),
        }
    }

    /// The server's word is written down, so that no later process sends the token again. `false` if the store holds
    /// another token by now: somebody else was first, and nothing is lost.
    async fn is_lost(&self, claim: &Claim) -> bool {
        match self.claims.lose(claim).await {
            Ok(is_lost) => is_lost,
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "a lost consent could not be written down");
                true
            }
        }
    }
}

/// A new refresh token's 30 days count from before it was asked for; one that came back unchanged keeps its own date.
fn dated(tokens: TokenSet, old: &TokenSet, sent_at: DateTime<Utc>) -> TokenSet {
    let issued_at = if tokens.is_same_stage(old) { old.issued_at } else { Some(sent_at) };
    TokenSet { issued_at, ..tokens }
}

fn lost(why: &str) -> Error {
    Error::new(ErrorKind::ConsentLost, TOKEN).detail(why)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-01-05T08:00:00Z".parse().unwrap()
    }

    fn tokens(lasts: i64, issued_days_ago: i64) -> TokenSet {
        TokenSet::new("a", now() + TimeDelta::seconds(lasts))
            .with_refresh("r")
            .with_issued_at(now() - TimeDelta::days(issued_days_ago))
    }

    #[test]
    fn what_is_done_follows_from_the_need_and_the_stored_grant_alone() {
        let at = |seconds: i64| now() + TimeDelta::seconds(seconds);
        let refused = AccessToken::of(&tokens(3600, 0));
        let other = Need::Other { refused: refused.clone(), is_futile: false };
        let futile = Need::Other { refused, is_futile: true };
        let lost = GrantState::ConsentLost { since: at(-9) };
        let spent = Ok(Step::GiveUp("the refresh token is spent, expired or withdrawn"));
        let mut bare = tokens(0, 0);
        bare.refresh = None;
        let mut undated = tokens(3600, 0);
        undated.issued_at = None;
        for (need, tokens, state, step) in [
            (&Need::Lasting, tokens(61, 99), GrantState::Ready, Ok(Step::Take)),
            (&Need::Lasting, tokens(60, 0), GrantState::Ready, Ok(Step::Spend)),
            (&Need::Lasting, tokens(0, 31), GrantState::Ready, Ok(Step::Spend)),
            (&Need::Lasting, tokens(61, 0), GrantState::Refreshing { until: at(9) }, Ok(Step::Take)),
            (&Need::Lasting, tokens(60, 0), GrantState::Refreshing { until: at(9) }, Err(Busy(at(9)))),
            (&Need::Lasting, tokens(60, 0), GrantState::Refreshing { until: at(0) }, Ok(Step::Spend)),
            (&Need::Lasting, tokens(61, 0), lost, Ok(Step::Take)),
            (&Need::Lasting, tokens(60, 0), lost, spent),
            (&Need::Lasting, bare, GrantState::Ready, Ok(Step::GiveUp(NO_REFRESH_TOKEN))),
            (&other, tokens(3600, 0), GrantState::Ready, Ok(Step::Spend)),
            (&other, tokens(3600, 0), lost, spent),
            (&other, TokenSet::new("b", at(61)), GrantState::Ready, Ok(Step::Take)),
            (&futile, tokens(3600, 0), GrantState::Ready, Ok(Step::Take)),
            (&futile, tokens(60, 0), GrantState::Ready, Ok(Step::Spend)),
            (&Need::Renewal, tokens(0, 19), GrantState::Ready, Ok(Step::Take)),
            (&Need::Renewal, tokens(3600, 20), GrantState::Ready, Ok(Step::Spend)),
            (&Need::Renewal, undated, GrantState::Ready, Ok(Step::Spend)),
            (&Need::Renewal, tokens(3600, 20), lost, spent),
            (&Need::Renewal, tokens(3600, 0), lost, spent),
        ] {
            let grant = Grant::ready(tokens).with_state(state);
            assert_eq!(next_step(need, &grant, now()), step, "{need:?}, {grant:?}");
        }
    }

    #[test]
    fn a_refresh_token_that_came_back_unchanged_keeps_its_date() {
        let old = tokens(0, 5);
        assert_eq!(dated(tokens(9, 0), &old, now()).issued_at, old.issued_at);
        assert_eq!(dated(tokens(9, 0).with_refresh("new"), &old, now()).issued_at, Some(now()));
    }
}

//! The claim on a stored refresh token: whoever holds it may send the token, nobody else.
//!
//! In: a store and a clock. Out: claims, and grants settled in the store. It uses nothing but compare-and-swap, so it
//! is the same over every store. What can never happen: a token sent under a claim that leaves no time for the
//! exchange; a new pair given up while the store still holds the token it was bought with; a stored token
//! overwritten by a failure.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::identity::TOKEN;
use super::store::{Generation, Replaced, StoreError, StoredGrant, TokenStore};
use super::{Grant, GrantState, TokenSet};
use crate::clock::{Clock, later, until};
use crate::error::{Error, ErrorKind, Result};

/// What a claim lasts longer than one exchange: time to store the new pair, and for clocks that disagree.
const MARGIN: Duration = Duration::from_secs(60);

/// How often the outcome of an exchange is carried to the store before it is kept in memory for the next flight.
const SETTLING_TRIES: u32 = 5;

/// The first wait between two of these tries; it doubles.
const SETTLING_WAIT: Duration = Duration::from_millis(100);

/// How often a change is tried again because the grant was written by others meanwhile.
const MAX_MOVES: u32 = 16;

/// The right to send one refresh token until some instant.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    /// What the store held when it was claimed.
    pub(super) grant: Grant,
    generation: Generation,
    until: DateTime<Utc>,
}

/// Claims on the grant of one store.
#[derive(Debug)]
pub(super) struct Claims {
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    /// The longest one exchange with the server takes.
    exchange: Duration,
    /// A new pair that the store would not take: the old token is spent, so this is all there is.
    leftover: Mutex<Option<Settlement>>,
}

/// What an exchange has changed: this grant takes the place of the one whose tokens were `sent`.
#[derive(Debug, Clone)]
struct Settlement {
    sent: TokenSet,
    grant: Grant,
    /// Where it stood when we last wrote.
    generation: Generation,
}

impl Claims {
    pub(super) fn new(store: Arc<dyn TokenStore>, clock: Arc<dyn Clock>, exchange: Duration) -> Self {
        Self { store, clock, exchange, leftover: Mutex::default() }
    }

    pub(super) async fn load(&self) -> Result<Option<StoredGrant>> {
        self.store.load().await.map_err(store_failed)
    }

    /// Claims what was loaded. `None` if somebody else was first.
    pub(super) async fn claim(&self, stored: StoredGrant) -> Result<Option<Claim>> {
        let StoredGrant { grant, generation } = stored;
        let until = later(self.clock.now(), self.exchange.saturating_add(MARGIN));
        let claimed = grant.clone().with_state(GrantState::Refreshing { until });
        match self.store.replace(Some(generation), &claimed).await.map_err(store_failed)? {
            Replaced::Done(generation) => Ok(Some(Claim { grant, generation, until })),
            Replaced::Moved => Ok(None),
        }
    }

    /// The same claim from now on. `None` if it has ended meanwhile and somebody else was first.
    pub(super) async fn renew(&self, claim: Claim) -> Result<Option<Claim>> {
        self.claim(StoredGrant::new(claim.grant, claim.generation)).await
    }

    /// Makes sure that the claim lasts for one exchange from now. `None` if somebody else was first.
    pub(super) async fn secure(&self, claim: Claim) -> Result<Option<Claim>> {
        if self.lasts(&claim) {
            return Ok(Some(claim));
        }
        match self.renew(claim).await? {
            Some(claim) if !self.lasts(&claim) => Err(Error::new(ErrorKind::TokenStore, TOKEN)
                .detail("a claim is over before the store has written it")
                .retryable(true)),
            renewed => Ok(renewed),
        }
    }

    fn lasts(&self, claim: &Claim) -> bool {
        until(claim.until, self.clock.now()) >= self.exchange
    }

    /// Gives the claim back: the token surely was not spent.
    pub(super) async fn release(&self, claim: Claim) {
        match self.store.replace(Some(claim.generation), &claim.grant).await {
            Ok(_) => {}
            // Not the caller's trouble: the claim ends by itself.
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "a claim on the grant could not be given back");
            }
        }
    }

    /// Stores the pair that was bought with the claimed token. `false` if the store holds another consent by now, or
    /// none, and the pair is void.
    pub(super) async fn succeed(&self, claim: &Claim, tokens: &TokenSet) -> Result<bool> {
        self.settle(Settlement {
            sent: claim.grant.tokens.clone(),
            grant: Grant::ready(tokens.clone()),
            generation: claim.generation,
        })
        .await
    }

    /// Writes down that the server calls the claimed token invalid. `false` if the store holds another token by now.
    pub(super) async fn lose(&self, claim: &Claim) -> Result<bool> {
        let since = self.clock.now();
        self.settle(Settlement {
            sent: claim.grant.tokens.clone(),
            grant: claim.grant.clone().with_state(GrantState::ConsentLost { since }),
            generation: claim.generation,
        })
        .await
    }

    /// Carries home what an earlier flight could not.
    pub(super) async fn settle_leftover(&self) -> Result<()> {
        let leftover = self.leftover().take();
        match leftover {
            Some(leftover) => self.settle(leftover).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// The store's token is the one we sent, whoever has written it since (a claim after ours ended, a new seal): then
    /// the outcome belongs in its place.
    async fn settle(&self, mut settlement: Settlement) -> Result<bool> {
        let mut wait = SETTLING_WAIT;
        for tries_left in (0..SETTLING_TRIES).rev() {
            match self.try_to_settle(&mut settlement).await {
                Ok(Some(is_settled)) => return Ok(is_settled),
                Ok(None) => {}
                Err(error) if tries_left == 0 => {
                    *self.leftover() = Some(settlement);
                    return Err(store_failed(error));
                }
                Err(_) => {
                    self.clock.sleep(wait).await;
                    wait *= 2;
                }
            }
        }
        *self.leftover() = Some(settlement);
        Err(keeps_changing())
    }

    /// `None`: the grant has been written by another meanwhile, but still holds the token we sent.
    async fn try_to_settle(&self, settlement: &mut Settlement) -> Result<Option<bool>, StoreError> {
        let Settlement { sent, grant, generation } = settlement;
        if let Replaced::Done(_) = self.store.replace(Some(*generation), grant).await? {
            return Ok(Some(true));
        }
        let Some(stored) = self.store.load().await? else { return Ok(Some(false)) };
        let tokens = &stored.grant.tokens;
        let is_lost = |grant: &Grant| matches!(grant.state, GrantState::ConsentLost { .. });
        // A write that failed may have been written all the same.
        if tokens.has_same_access(&grant.tokens) && is_lost(&stored.grant) == is_lost(grant) {
            return Ok(Some(true));
        }
        *generation = stored.generation;
        Ok(if tokens.is_same_stage(sent) { None } else { Some(false) })
    }

    /// Puts these tokens in the place of whatever is there.
    pub(super) async fn install(&self, tokens: TokenSet) -> Result<()> {
        let grant = Grant::ready(tokens);
        for _ in 0..MAX_MOVES {
            let expected = self.load().await?.map(|stored| stored.generation);
            if let Replaced::Done(_) = self.store.replace(expected, &grant).await.map_err(store_failed)? {
                *self.leftover() = None;
                return Ok(());
            }
        }
        Err(keeps_changing())
    }

    /// Takes the claimed grant away. `false` if the store holds another consent by now, which stays.
    pub(super) async fn remove(&self, claim: &Claim) -> Result<bool> {
        let mut generation = claim.generation;
        for _ in 0..MAX_MOVES {
            if let Replaced::Done(_) = self.store.remove(generation).await.map_err(store_failed)? {
                return Ok(true);
            }
            match self.load().await? {
                Some(stored) if stored.grant.tokens.is_same_stage(&claim.grant.tokens) => {
                    generation = stored.generation;
                }
                _ => return Ok(false),
            }
        }
        Err(keeps_changing())
    }

    fn leftover(&self) -> MutexGuard<'_, Option<Settlement>> {
        self.leftover.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn keeps_changing() -> Error {
    Error::new(ErrorKind::Conflict, TOKEN).detail("the token store keeps changing").retryable(true)
}

fn store_failed(error: StoreError) -> Error {
    let may_pass = !error.is_lasting();
    Error::new(ErrorKind::TokenStore, TOKEN).retryable(may_pass).caused_by(error)
}

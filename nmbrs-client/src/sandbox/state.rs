//! Everything a running sandbox holds, and the one way a request goes through it.

use std::time::Duration;

use super::exchange::{Answer, Request};
use super::fault::{Effect, Faults};
use super::identity::Identity;
use super::log::LoggedRequest;
use super::soap::{Asked, Soap};
use super::variation::Variation;
use super::world::World;
use super::{rest, sign_in};

/// The state behind the server and the control paths.
pub(super) struct State {
    pub(super) world: World,
    pub(super) identity: Identity,
    pub(super) soap: Soap,
    pub(super) faults: Faults,
    pub(super) log: Vec<LoggedRequest>,
    /// Scheme, host and port the server is reached at.
    pub(super) origin: String,
}

impl State {
    pub(super) fn new(mut world: World, origin: String) -> Self {
        world.number_everything();
        let identity = Identity::new(world.seed, &world.granted_scopes);
        let soap = Soap::new(world.seed);
        Self { world, identity, soap, faults: Faults::default(), log: Vec::new(), origin }
    }

    /// Answers one request and remembers it. Also says how long the answer is to be held back.
    pub(super) fn respond(&mut self, request: &Request) -> (Answer, Option<Duration>) {
        let asked = Asked::of(request);
        let effect = self.faults.strike(request, asked.as_ref());
        let vary = Variation::new(self.world.seed, self.world.legal_variation);
        let answer = effect
            .as_ref()
            .and_then(|effect| effect.instead(asked.as_ref(), vary))
            .unwrap_or_else(|| self.carry_out(request, asked.as_ref(), effect.as_ref()));
        let is_secret = |text: &str| self.identity.is_secret(text) || self.soap.is_secret(text);
        self.log.push(LoggedRequest::of(request, asked.as_ref(), &answer, effect.as_ref(), is_secret));
        (answer, effect.as_ref().and_then(Effect::delay))
    }

    /// Does what the request asks, and damages the answer as the fault wants it.
    fn carry_out(&mut self, request: &Request, asked: Option<&Asked>, effect: Option<&Effect>) -> Answer {
        if let Some(asked) = asked {
            let mut answer = self.soap.answer(&self.world, asked, effect);
            if let Some(effect) = effect {
                effect.damage(&mut answer, false);
            }
            return answer;
        }
        let scopes = &self.world.granted_scopes;
        let signed_in = sign_in::answer(&mut self.identity, scopes, &self.origin, request);
        let issued_tokens = request.path == sign_in::TOKEN_PATH
            && signed_in.as_ref().is_some_and(|answer| answer.status == 200);
        let mut answer = signed_in
            .unwrap_or_else(|| rest::answer(&self.world, &self.identity, &self.origin, request, effect));
        if let Some(effect) = effect {
            effect.damage(&mut answer, issued_tokens);
        }
        answer
    }
}

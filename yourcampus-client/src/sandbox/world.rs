//! The whole sandbox without its sockets: what happens to one request, from the log to the answer.
//!
//! In: a [`Call`]. Out: what to send back and how. The order is fixed: log, faults that come instead of the answer, token, rate
//! limit, operation, faults that come after it.

use std::time::Duration;

use bytes::Bytes;

use super::answer::{Answer, Refusal};
use super::call::Call;
use super::clock::Clock;
use super::fault::{Effect, Faults, PROXY_PAGE, Target};
use super::rate_limit::{Quota, Window};
use super::request_log::LoggedRequest;
use super::routes;
use super::service_desk;
use super::state::State;
use super::token::Tokens;

pub(super) struct World {
    pub(super) state: State,
    pub(super) faults: Faults,
    pub(super) log: Vec<LoggedRequest>,
    answered: u64,
    tokens: Tokens,
    window: Window,
    clock: Clock,
}

/// What goes back to the client.
pub(super) struct Delivery {
    /// `None`: the connection is closed without an answer.
    pub(super) answer: Option<Answer>,
    /// The connection is closed in the middle of the body.
    pub(super) is_cut: bool,
    /// How long the answer waits.
    pub(super) latency: Duration,
}

impl World {
    pub(super) fn new(state: State) -> Self {
        Self {
            state,
            faults: Faults::default(),
            log: Vec::new(),
            answered: 0,
            tokens: Tokens::default(),
            window: Window::default(),
            clock: Clock::start(),
        }
    }

    /// Carries out one request, as far as the faults let it.
    pub(super) fn deliver(&mut self, call: &Call) -> Delivery {
        self.answered += 1;
        let request_id = format!("sandbox-{}", self.answered);
        let mut entry = LoggedRequest::of(call, &request_id);
        let effects = self.faults.hit(Target {
            method: &call.method,
            path: &call.path,
            is_token_call: call.is_token_call(),
            is_listing: call.is_listing(),
        });

        let answer = if let Some(answer) = instead(&effects) {
            answer
        } else {
            let answer = self.carry_out(call, &effects).unwrap_or_else(Answer::from);
            entry.changed = answer.changed;
            afterwards(answer, &effects)
        };
        entry.status = answer.as_ref().map(|answer| answer.status);
        self.log.push(entry);

        let named = |answer: Answer| {
            if answer.has_header("X-Request-ID") {
                answer
            } else {
                answer.with_header("X-Request-ID", request_id)
            }
        };
        Delivery {
            answer: answer.map(named),
            is_cut: effects.contains(&Effect::CutBody),
            latency: latency(&effects),
        }
    }

    /// Moves both clocks: the stamps on accounts, and the stopwatch by which tokens and windows end.
    pub(super) fn advance(&mut self, seconds: u64) {
        self.state.advance(seconds);
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn carry_out(&mut self, call: &Call, effects: &[Effect]) -> Result<Answer, Refusal> {
        let now = self.clock.elapsed();
        if call.is_token_call() {
            return self.tokens.issue(call, self.state.token_lifetime_seconds, now);
        }
        if let Some(answer) = service_desk::answer(&mut self.state, call) {
            return answer;
        }
        self.tokens.check(call.authorization.as_deref(), now)?;
        let quota = self.state.rate_limit.map(|rate| self.window.count(rate, now));
        let answer = match &quota {
            Some(quota) if quota.exceeded => Refusal::TooManyRequests(quota.reset_seconds).into(),
            _ => routes::answer(&mut self.state, call, effects).unwrap_or_else(Answer::from),
        };
        Ok(match quota {
            Some(quota) => with_quota(answer, &quota),
            None => answer,
        })
    }
}

fn with_quota(answer: Answer, quota: &Quota) -> Answer {
    answer
        .with_header("X-RateLimit-Limit", quota.limit.to_string())
        .with_header("X-RateLimit-Remaining", quota.remaining.to_string())
        .with_header("X-RateLimit-Reset", quota.reset_seconds.to_string())
}

/// What a fault answers in place of carrying the request out: outer `None` without such a fault, inner `None` for no answer.
#[expect(clippy::option_option, reason = "no such fault and no answer are two things")]
fn instead(effects: &[Effect]) -> Option<Option<Answer>> {
    effects.iter().find_map(|effect| match effect {
        Effect::Reset => Some(None),
        Effect::Status { status, headers, body } => Some(Some(Answer {
            status: *status,
            headers: headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            body: Bytes::from(body.clone()),
            changed: false,
        })),
        _ => None,
    })
}

/// What is left of the answer after the request was carried out.
fn afterwards(answer: Answer, effects: &[Effect]) -> Option<Answer> {
    effects.iter().try_fold(answer, |answer, effect| match effect {
        Effect::ResetAfter => None,
        Effect::StatusAfter { status } => Some(Answer {
            status: *status,
            headers: vec![("Content-Type".to_owned(), "text/html".to_owned())],
            body: Bytes::from_static(PROXY_PAGE.as_bytes()),
            changed: answer.changed,
        }),
        Effect::WrongContentType { content_type } => Some(answer.with_header("Content-Type", content_type)),
        _ => Some(answer),
    })
}

fn latency(effects: &[Effect]) -> Duration {
    let millis =
        effects.iter().map(|effect| if let Effect::Latency { millis } = effect { *millis } else { 0 });
    Duration::from_millis(millis.fold(0, u64::saturating_add))
}

//! One page, asked for until it comes or is refused for good.
//!
//! Here meet the attempts, the token, the subscription key and the transport. A call ends with a complete 2xx answer
//! that says it is JSON, or with a typed error. What can never happen: a call that outlives its deadline by more than
//! one exchange, and, against 401s, more than one new token and one change of key.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use tracing::{Instrument, debug_span};
use url::Url;

use crate::attempts::{Attempts, Course, Miss};
use crate::auth::AccessToken;
use crate::client::Shared;
use crate::error::{Error, ErrorKind, Result};
use crate::keys::{Key, SubscriptionKeys};
use crate::operation::{Endpoint, Operation};
use crate::problem::{self, Problem};
use crate::retry::Outcome;
use crate::scope::Scope;
use crate::transport::{Answer, secret_header};

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("x-subscription-key");

/// What is asked for, whichever attempt it is.
struct Call {
    operation: Operation,
    page: u32,
    url: Url,
}

/// What a call shows of itself, and what it has tried against a 401.
struct Credentials {
    key: Key,
    has_changed_key: bool,
    refused: Option<AccessToken>,
}

impl Shared {
    /// Reads page `page` of `endpoint`.
    pub(crate) async fn get_page(&self, endpoint: &Endpoint, page: u32) -> Result<Answer> {
        let operation = endpoint.operation;
        let mut url = self.base.at(&endpoint.path);
        url.query_pairs_mut()
            .append_pair("pageNumber", &page.to_string())
            .append_pair("pageSize", &self.page_size.to_string());
        let call = Call { operation, page, url };
        self.get(&call).instrument(debug_span!("nmbrs", %operation, page)).await
    }

    async fn get(&self, call: &Call) -> Result<Answer> {
        let course =
            Course { pace: &self.pace, clock: &*self.clock, retry: &self.retry, counters: &self.counters };
        let mut attempts = Attempts::new(course, call.operation.name());
        let mut credentials = Credentials::of(&self.keys);
        loop {
            let mut slot = attempts.slot().await;
            let token = match &credentials.refused {
                None => self.authorizer.access_token().await?,
                Some(refused) => self.authorizer.replace(refused).await?,
            };
            let number = attempts.turn(&mut slot).await?;
            let time_left = attempts.time_left();
            let miss = match self.attempt(call, &token, credentials.key, number, time_left).await {
                Ok(answer) => {
                    slot.accepted();
                    credentials.worked(&self.keys);
                    self.authorizer.was_let_in();
                    return Ok(answer);
                }
                Err(miss) => miss,
            };
            if miss.outcome == Outcome::Throttled {
                slot.refused();
            }
            drop(slot);

            if miss.error.kind() == ErrorKind::Unauthorized
                && credentials.try_others(&self.keys, token, miss.is_gateways)
            {
                attempts.again(miss.error);
            } else {
                attempts.wait(miss).await?;
            }
        }
    }

    async fn attempt(
        &self,
        call: &Call,
        token: &AccessToken,
        key: Key,
        number: u32,
        time_left: Duration,
    ) -> Result<Answer, Miss> {
        let operation = call.operation;
        let headers = self.headers(token, key).map_err(Miss::last)?;
        let exchange = self.watch.begin(operation.name(), Some(call.page), number);
        match self.transport.get(call.url.clone(), headers, time_left).await {
            Ok(answer) => {
                let miss = look_at(operation, &answer, token).err();
                exchange.answered(&answer, miss.as_ref().map(|miss| miss.error.kind()));
                miss.map_or(Ok(answer), Err)
            }
            Err(failure) => {
                exchange.failed(failure.kind);
                Err(Miss::unanswered(operation.name(), failure))
            }
        }
    }

    fn headers(&self, token: &AccessToken, key: Key) -> Result<HeaderMap> {
        let bearer = secret_header(&format!("Bearer {}", token.secret().expose_secret()))
            .ok_or_else(|| Error::configuration("the access token does not fit into a header"))?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(SUBSCRIPTION_KEY, self.keys.value(key));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Ok(headers)
    }
}

impl Credentials {
    fn of(keys: &SubscriptionKeys) -> Self {
        Self { key: keys.in_use(), has_changed_key: false, refused: None }
    }

    /// After a 401 with `token`: whether there is something else to show. Each thing is changed once.
    fn try_others(&mut self, keys: &SubscriptionKeys, token: AccessToken, is_gateways: bool) -> bool {
        // The gateway looks at the key only: a refresh would spend the refresh token for nothing.
        let is_about_the_key = is_gateways || self.refused.is_some();
        if is_about_the_key
            && !self.has_changed_key
            && let Some(other) = keys.other(self.key)
        {
            (self.key, self.has_changed_key) = (other, true);
            return true;
        }
        let is_first = self.refused.is_none();
        self.refused.get_or_insert(token);
        is_first
    }

    /// The answer was good: a key that was changed is the one to begin with from now on.
    fn worked(&self, keys: &SubscriptionKeys) {
        if self.has_changed_key {
            keys.keep(self.key);
        }
    }
}

/// Only a 2xx answer that says it is JSON is an answer.
fn look_at(operation: Operation, answer: &Answer, token: &AccessToken) -> Result<(), Miss> {
    if !answer.is_success() {
        return Err(refusal(operation, answer, token));
    }
    if answer.is_json() {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Decode, operation.name())
        .status_of(answer.status, answer.request_id.clone())
        .detail("the answer does not say it is JSON");
    Err(Miss::last(error))
}

fn refusal(operation: Operation, answer: &Answer, token: &AccessToken) -> Miss {
    let problem = problem::understand(answer.status, &answer.body);
    let error = Error::new(problem.kind, operation.name())
        .status_of(answer.status, answer.request_id.clone())
        .code_of(problem.code)
        .lacks(missing_scope(operation, problem, token));
    let is_gateways = problem.is_gateways;
    Miss { error, outcome: problem.outcome, retry_after: answer.retry_after, is_gateways }
}

/// A missing scope has no code of its own; it shows only when the granted scopes are compared.
fn missing_scope(operation: Operation, problem: Problem, token: &AccessToken) -> Option<&'static [Scope]> {
    let granted = token.scopes().filter(|_| problem.may_be_a_missing_scope())?;
    let needed = operation.scopes();
    (!needed.iter().any(|scope| granted.contains(scope))).then_some(needed)
}

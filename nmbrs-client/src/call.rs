//! One page, asked for until it comes or is refused for good.
//!
//! Here meet the pacer, the token, the transport and the retry decision. A call ends with a complete 2xx answer that
//! says it is JSON, or with a typed error. What can never happen: a call that outlives its deadline by waiting, a
//! third attempt after a second 401, a request sent earlier than the server allowed.

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use tracing::{Instrument, debug, debug_span};
use url::Url;

use crate::auth::AccessToken;
use crate::client::Shared;
use crate::clock::{jitter, later, until};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Endpoint, Operation};
use crate::problem::{self, Problem};
use crate::retry::{Outcome, Verdict, decide, retry_after};
use crate::scope::Scope;
use crate::transport::{Answer, secret_header};

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("x-subscription-key");

/// A failed attempt: what to tell the caller, and whether another may follow.
struct Miss {
    error: Error,
    outcome: Outcome,
    retry_after: Option<String>,
}

impl Shared {
    /// Reads page `page` of `endpoint`.
    pub(crate) async fn get_page(&self, endpoint: &Endpoint, page: u32) -> Result<Answer> {
        let operation = endpoint.operation;
        let mut url = self.base.at(&endpoint.path);
        url.query_pairs_mut()
            .append_pair("pageNumber", &page.to_string())
            .append_pair("pageSize", &self.page_size.to_string());
        self.get(operation, &url).instrument(debug_span!("nmbrs", %operation, page)).await
    }

    async fn get(&self, operation: Operation, url: &Url) -> Result<Answer> {
        let mut deadline = None;
        let (mut attempt, mut refused, mut last) = (1, None, None::<Error>);
        loop {
            let slot = self.pacer.slot().await;
            let deadline = *deadline.get_or_insert_with(|| later(self.clock.now(), self.retry.deadline));
            let token = match &refused {
                None => self.authorizer.access_token().await?,
                Some(refused) => self.authorizer.replace(refused).await?,
            };
            if let Err(late) = self.pacer.turn(&*self.clock, deadline).await {
                return Err(match last {
                    Some(cause) => cause.past_deadline(late.at),
                    None => Error::new(ErrorKind::Deadline, operation.name()).retry_from(Some(late.at)),
                });
            }
            self.counters.sending(last.is_none());
            let miss = match self.attempt(operation, url, &token).await {
                Ok(answer) => {
                    self.authorizer.was_let_in();
                    return Ok(answer);
                }
                Err(miss) => miss,
            };
            drop(slot);
            debug!(attempt, kind = ?miss.error.kind(), status = miss.error.status(), "attempt failed");

            if miss.error.kind() == ErrorKind::Unauthorized && refused.is_none() {
                refused = Some(token);
                last = Some(miss.error);
                continue;
            }
            let (wait, cause) = self.wait_before_next(attempt, miss, deadline)?;
            last = Some(cause);
            self.clock.sleep(wait).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, operation: Operation, url: &Url, token: &AccessToken) -> Result<Answer, Miss> {
        let headers = self.headers(token).map_err(Miss::last)?;
        let answer = self.transport.get(url.clone(), headers).await.map_err(|failure| {
            let is_broken =
                matches!(failure.kind, ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted);
            let outcome = if is_broken { Outcome::Broken } else { Outcome::Final };
            Miss { error: failure.of(operation.name()), outcome, retry_after: None }
        })?;
        debug!(status = answer.status, bytes = answer.body.len(), request_id = answer.request_id, "answer");
        if !answer.is_success() {
            return Err(refusal(operation, &answer, token));
        }
        if answer.is_json() {
            return Ok(answer);
        }
        let error = Error::new(ErrorKind::Decode, operation.name())
            .status_of(answer.status, answer.request_id)
            .detail("the answer does not say it is JSON");
        Err(Miss::last(error))
    }

    fn headers(&self, token: &AccessToken) -> Result<HeaderMap> {
        let bearer = secret_header(&format!("Bearer {}", token.secret().expose_secret()))
            .ok_or_else(|| Error::configuration("the access token does not fit into a header"))?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(SUBSCRIPTION_KEY, self.subscription_key.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Ok(headers)
    }

    /// How long to wait before the next attempt, and why there is one; or the error that ends the call.
    fn wait_before_next(
        &self,
        attempt: u32,
        miss: Miss,
        deadline: DateTime<Utc>,
    ) -> Result<(std::time::Duration, Error)> {
        let now = self.clock.now();
        let wish = miss.retry_after.and_then(|header| retry_after(&header, now));
        if let Some(wish) = wish {
            self.pacer.hold_until(later(now, wish));
        }
        match decide(&self.retry, attempt, miss.outcome, wish, jitter(), until(deadline, now)) {
            Verdict::After(wait) => Ok((wait, miss.error)),
            Verdict::TooLate(wait) => Err(miss.error.past_deadline(later(now, wait))),
            Verdict::Stop => {
                let may_help = miss.outcome != Outcome::Final;
                Err(miss.error.retry_from(wish.map(|wish| later(now, wish))).retryable(may_help))
            }
        }
    }
}

impl Miss {
    /// A failure that repeating cannot mend.
    fn last(error: Error) -> Self {
        Self { error, outcome: Outcome::Final, retry_after: None }
    }
}

fn refusal(operation: Operation, answer: &Answer, token: &AccessToken) -> Miss {
    let problem = problem::understand(answer.status, &answer.body);
    let error = Error::new(problem.kind, operation.name())
        .status_of(answer.status, answer.request_id.clone())
        .code_of(problem.code)
        .lacks(missing_scope(operation, problem, token));
    Miss { error, outcome: problem.outcome, retry_after: answer.retry_after.clone() }
}

/// A missing scope has no code of its own; it shows only when the granted scopes are compared.
fn missing_scope(operation: Operation, problem: Problem, token: &AccessToken) -> Option<&'static [Scope]> {
    let granted = token.scopes().filter(|_| problem.may_be_a_missing_scope())?;
    let needed = operation.scopes();
    (!needed.iter().any(|scope| granted.contains(scope))).then_some(needed)
}

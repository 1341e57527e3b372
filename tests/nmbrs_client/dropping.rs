//! A call that is dropped, wherever it waits, leaves nothing behind that could hold up the next one.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use nmbrs_client::{NmbrsClient, PacePolicy, SystemClock};
use std::sync::Arc;

use crate::stage::{Stage, expired_grant, new_tokens, ok, only_page, refusal};

/// Polls `future` at most `times` times, each time when it was woken; then drops it. `None` if it was not ready by then.
async fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => {
            left -= 1;
            if left == 0 { Poll::Ready(None) } else { Poll::Pending }
        }
    })
    .await
}

/// The next call of the same client.
async fn goes_on(client: &NmbrsClient, times: usize) {
    let next = tokio::time::timeout(Duration::from_secs(30), client.debtors().all()).await;
    next.unwrap_or_else(|_| panic!("the call dropped after {times} polls holds up the next")).unwrap();
}

#[tokio::test]
async fn a_call_may_be_dropped_at_every_await() {
    // A refresh, a 429 with a wait, another token after a 401: all that a call can wait for, with a single slot.
    for times in 1.. {
        let stage = Stage::with_grant(expired_grant()).await;
        stage.identity_says(9, new_tokens(1)).await;
        stage.api_says_first(1, refusal(429, 42908).insert_header("Retry-After", "0.01")).await;
        stage.api_says(ok(&only_page(&[]))).await;
        let pace = PacePolicy::default().in_flight(1).min_spacing(Duration::from_millis(1));
        let client = stage.client_with(|b| b.pace(pace).clock(Arc::new(SystemClock)));
        let is_done = polled(client.debtors().all(), times).await.is_some();
        goes_on(&client, times).await;
        if is_done {
            assert!(times > 4, "it waited for the token, the answer, the 429, and the answer");
            return;
        }
    }
}

#[tokio::test]
async fn a_call_may_be_dropped_while_it_waits_behind_another() {
    let stage = Stage::new().await;
    stage.api_says(ok(&only_page(&[]))).await;
    let client = stage.client_with(|b| b.pace(PacePolicy::default().in_flight(1)));
    let mut first = pin!(client.debtors().all());
    assert!(polled(&mut first, 1).await.is_none());
    for _ in 0..5 {
        assert!(polled(client.companies().all(), 1).await.is_none(), "there is one slot, and it is taken");
    }
    first.await.unwrap();
    goes_on(&client, 1).await;
}

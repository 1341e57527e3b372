//! A call that is dropped, wherever it waits, leaves nothing behind that could hold up the next one.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use serde_json::json;
use yourcampus_client::{CustomerApiRead as _, HttpCustomerApi, PacePolicy};

use crate::stage::{Stage, ok, settings, status};

const COMPANIES: &str = "/v1/companies";

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

#[tokio::test]
async fn a_call_may_be_dropped_at_every_await() {
    // A token call, a 401 with a new token, a 429 with a wait: all that a call can wait for, with a single slot.
    for times in 1.. {
        let stage = Stage::new().await;
        let busy = status(429).insert_header("retry-after", "0.01");
        let good = (0..9).map(|_| ok(json!([])));
        stage.script("GET", COMPANIES, [status(401), busy].into_iter().chain(good)).await;
        let pace = PacePolicy::default().with_max_in_flight(1).with_min_spacing(Duration::from_millis(1));
        let config = settings(&stage.server.uri()).pace(pace).build().unwrap();
        let api = HttpCustomerApi::new(config).unwrap();

        let is_done = polled(api.reader().companies(), times).await.is_some();
        let reader = api.reader();
        let next = tokio::time::timeout(Duration::from_secs(30), reader.companies()).await;
        next.unwrap_or_else(|_| panic!("the call dropped after {times} polls holds up the next")).unwrap();
        if is_done {
            assert!(times > 5, "it waited for two tokens, the 401, the 429, and the answer");
            return;
        }
    }
}

#[tokio::test]
async fn a_call_may_be_dropped_while_it_waits_behind_another() {
    let stage = Stage::new().await;
    stage.script("GET", COMPANIES, (0..3).map(|_| ok(json!([])))).await;
    let api = stage.reconfigured(|settings| settings.pace(PacePolicy::default().with_max_in_flight(1)));
    let reader = api.reader();
    reader.companies().await.unwrap();
    let mut first = pin!(reader.companies());
    assert!(polled(&mut first, 1).await.is_none());
    for _ in 0..5 {
        assert!(polled(reader.companies(), 1).await.is_none(), "there is one slot, and it is taken");
    }
    first.await.unwrap();
    reader.companies().await.unwrap();
}

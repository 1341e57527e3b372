//! The rate limit over the wire, and that it is off unless it was asked for.

use serde_json::json;

use crate::asking::{Stage, crowd};

#[tokio::test]
async fn answers_count_down_until_a_429_that_says_how_long_to_wait() {
    let stage = Stage::of(crowd(1).with_rate_limit(2, 60)).await;
    for remaining in ["1", "0"] {
        let reply = stage.get("/companies").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("X-RateLimit-Limit"), Some("2"));
        assert_eq!(reply.header("X-RateLimit-Remaining"), Some(remaining));
    }
    let refused = stage.get("/companies").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("X-RateLimit-Remaining"), Some("0"));
    assert_eq!(refused.header("Retry-After"), refused.header("X-RateLimit-Reset"));
    let wait: u64 = refused.header("Retry-After").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
}

#[tokio::test]
async fn a_refused_request_changes_nothing_and_the_next_window_takes_it() {
    let stage = Stage::of(crowd(1).with_rate_limit(1, 60)).await;
    stage.get("/companies").await;
    let path = "/companies/10/employees/1/deactivate";
    assert_eq!(stage.post(path).await.status, 429);
    assert!(stage.sandbox.state().account(1).unwrap().is_active);
    stage.control("POST", "clock", &json!({ "advance_seconds": 60 }));
    assert_eq!(stage.post(path).await.status, 200);
}

#[tokio::test]
async fn token_calls_do_not_count() {
    let mut stage = Stage::of(crowd(1).with_rate_limit(1, 60)).await;
    stage.sign_in().await;
    stage.sign_in().await;
    assert_eq!(stage.get("/companies").await.status, 200);
}

#[tokio::test]
async fn without_a_limit_there_are_no_headers_of_one() {
    let stage = Stage::of(crowd(1)).await;
    assert_eq!(stage.get("/companies").await.header("X-RateLimit-Limit"), None);
}

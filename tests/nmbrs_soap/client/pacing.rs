//! How fast the client goes, and how long it waits.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use nmbrs_client::soap::Operation;
use nmbrs_client::{ErrorKind, PacePolicy, RetryPolicy};

use super::server::{Answer, piecemeal};
use super::stage::{Stage, company, debtor_row, debtors, response, start};

#[tokio::test]
async fn no_more_than_five_requests_a_second_are_sent() {
    let stage = Stage::new([Answer::xml(debtors(&[]))]).await;
    let client = stage.client();
    join_all((0..11).map(|_| client.debtors().all())).await;
    let mut times: Vec<_> = stage.server.requests().iter().map(|request| request.at - start()).collect();
    times.sort_unstable();
    let spaced: Vec<_> = (0..11).map(|number| TimeDelta::milliseconds(200 * number)).collect();
    assert_eq!(times.last(), spaced.last());
    assert!(times.iter().zip(&spaced).all(|(at, earliest)| at >= earliest), "{times:?}");
}

#[tokio::test]
async fn a_retry_after_is_waited_for() {
    let refusal = Answer::of(503, "text/html", "<html/>").header("retry-after", "40");
    let stage = Stage::new([refusal, Answer::xml(debtors(&[1]))]).await;
    assert_eq!(stage.client().debtors().all().await.unwrap().len(), 1);
    assert_eq!(stage.server.requests()[1].at - start(), TimeDelta::seconds(40));
}

#[tokio::test]
async fn a_429_is_repeated_up_to_five_times_and_slows_the_client_down() {
    let stage = Stage::new([Answer::of(429, "text/html", "")]).await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), stage.server.sends()), (ErrorKind::RateLimited, 5));
}

#[tokio::test]
async fn the_list_of_a_whole_company_has_five_minutes_and_everything_else_half_a_minute() {
    let once = |stage: &Stage| {
        stage.client_with(|builder| builder.retry(RetryPolicy::never().deadline(Duration::MAX)))
    };
    for (seconds, debtors_read, employments_read) in
        [(29, true, true), (31, false, true), (301, false, false)]
    {
        let late = Duration::from_secs(seconds);
        let stage = Stage::new([Answer::xml(debtors(&[])).after(late)]).await;
        let read = once(&stage).debtors().all().await;
        assert_eq!(read.is_ok(), debtors_read, "{seconds}");
        assert!(read.err().is_none_or(|error| error.kind() == ErrorKind::Timeout));

        let stage = Stage::new([Answer::xml(response(Operation::Employments, "")).after(late)]).await;
        let read = once(&stage).employments(&company()).all().await;
        assert_eq!(read.is_ok(), employments_read, "{seconds}");
        assert!(read.err().is_none_or(|error| error.kind() == ErrorKind::Timeout));
    }
}

#[tokio::test]
async fn a_stream_holds_its_slot_until_its_end_and_gives_it_back_when_dropped() {
    let (url, pieces) = piecemeal().await;
    let stage = Stage::new([Answer::xml(debtors(&[]))]).await;
    let pace = nmbrs_client::Pace::new(PacePolicy::default().in_flight(1));
    let streaming = stage.client_with(|builder| builder.url(url).pace(pace.clone()));
    let other = stage.client_with(|builder| builder.pace(pace));

    let whole = debtors(&[1, 2]);
    let (begin, _) = whole.split_at(whole.find(&debtor_row(2)).unwrap());
    pieces.send(begin.to_owned()).unwrap();
    let mut rows = streaming.debtors().stream();
    rows.next().await.unwrap().unwrap();

    let waiting = tokio::spawn(async move { other.debtors().all().await });
    tokio::task::yield_now().await;
    assert_eq!(stage.server.sends(), 0);
    drop(rows);
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_default_deadline_leaves_room_for_three_attempts_of_five_minutes() {
    let answer = Answer::of(503, "text/html", "").after(Duration::from_secs(299));
    let stage = Stage::new([answer]).await;
    let error = stage.client().employments(&company()).all().await.unwrap_err();
    assert_eq!((error.kind(), stage.server.sends()), (ErrorKind::Server, 3));
}

//! Bodies that break off, that are long, or that hold a row nobody can read.

use futures_util::{StreamExt as _, TryStreamExt as _};
use nmbrs_client::model::Debtor;
use nmbrs_client::soap::Operation;
use nmbrs_client::{ErrorKind, Incomplete, Result, Row, Why};

use super::server::{Answer, piecemeal};
use super::stage::{Stage, company, debtor_row, debtors, response, result};

fn numbers(rows: &[Row<Debtor>]) -> Vec<String> {
    rows.iter().map(|row| row.readable().unwrap().id.to_string()).collect()
}

/// Where a cut falls: before the first record, in the first, after it, and before the very end.
fn cuts() -> Vec<usize> {
    let whole = debtors(&[1, 2]);
    let (first, second) = (whole.find("<Debtor>").unwrap(), whole.find(&debtor_row(2)).unwrap());
    vec![0, first, first + 12, second, whole.len() - 1]
}

#[tokio::test]
async fn r1_a_body_that_breaks_off_is_asked_for_again_and_never_a_shorter_list() {
    for cut in cuts() {
        let whole = Answer::xml(debtors(&[1, 2]));
        // The connection breaks; or it ends well, and only the envelope does not.
        let ended = Answer::xml(&debtors(&[1, 2]).as_bytes()[..cut]);
        for broken in [whole.clone().cut_to(cut), ended] {
            let stage = Stage::new([broken.clone(), whole.clone()]).await;
            let rows = stage.client().debtors().all().await.unwrap();
            assert_eq!(
                (numbers(&rows).as_slice(), stage.server.sends()),
                (["1".into(), "2".into()].as_slice(), 2)
            );

            let stage = Stage::new([broken]).await;
            let error = stage.client().debtors().all().await.unwrap_err();
            assert_eq!((error.kind(), stage.server.sends()), (ErrorKind::Interrupted, 3), "cut at {cut}");
            assert!(error.is_retryable());
        }
    }
}

#[tokio::test]
async fn r1_a_stream_is_asked_for_again_until_it_has_given_a_row_and_then_says_that_it_broke_off() {
    let second = debtors(&[1, 2]).find(&debtor_row(2)).unwrap();
    for cut in cuts() {
        let whole = Answer::xml(debtors(&[1, 2]));
        let stage = Stage::new([whole.clone().cut_to(cut), whole]).await;
        let rows: Vec<Result<Row<Debtor>>> = stage.client().debtors().stream().collect().await;
        let (last, given) = rows.split_last().unwrap();
        if cut < second {
            assert!(last.is_ok());
            assert_eq!((rows.len(), stage.server.sends()), (2, 2), "cut at {cut}");
        } else {
            assert_eq!(last.as_ref().unwrap_err().kind(), ErrorKind::Interrupted, "cut at {cut}");
            assert!(given.iter().all(Result::is_ok) && !given.is_empty());
            assert_eq!(stage.server.sends(), 1, "cut at {cut}");
        }
    }
}

#[tokio::test]
async fn a_stream_gives_a_row_before_the_next_has_come() {
    let (url, pieces) = piecemeal().await;
    let stage = Stage::new([]).await;
    let mut rows = stage.client_with(|builder| builder.url(url)).debtors().stream();
    let whole = debtors(&[1, 2]);
    let (begin, rest) = whole.split_at(whole.find(&debtor_row(2)).unwrap());
    pieces.send(begin.to_owned()).unwrap();
    let first = rows.next().await.unwrap().unwrap();
    assert_eq!(first.readable().unwrap().id.as_str(), "1");
    pieces.send(rest.to_owned()).unwrap();
    drop(pieces);
    assert_eq!(rows.try_collect::<Vec<_>>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_fault_is_the_streams_only_item() {
    let stage = Stage::new([Answer::fault(super::stage::numbered_fault(1003))]).await;
    let rows: Vec<_> = stage.client().debtors().stream().collect().await;
    let [Err(error)] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(error.code(), Some(1003));
}

#[tokio::test]
async fn an_answer_far_longer_than_the_longest_record_is_read_in_bounded_memory() {
    // What is held is bounded by the longest record allowed: two thousand times as much goes through.
    let rows: Vec<_> = (1..=20_000).collect();
    let answer = debtors(&rows);
    let longest = 1024;
    assert!(answer.len() > 1000 * longest);
    let stage = Stage::new([Answer::xml(answer)]).await;
    let client = stage.client_with(|builder| builder.longest_record(longest));
    let read = client
        .debtors()
        .stream()
        .try_fold(0, |sum, row| async move { Ok(sum + row.readable().map_or(0, |_| 1)) });
    assert_eq!(read.await.unwrap(), rows.len());
}

#[tokio::test]
async fn a_record_or_an_answer_over_its_limit_is_refused_and_sent_once() {
    let long = format!("<Debtor><Id>1</Id><Name>{}</Name></Debtor>", "x".repeat(4096));
    let answer = result(Operation::Debtors, &long);
    let stage = Stage::new([Answer::xml(answer.clone())]).await;
    let client = stage.client_with(|builder| builder.longest_record(1024));
    let error = client.debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), stage.server.sends()), (ErrorKind::TooLarge, 1));

    let stage = Stage::new([Answer::xml(answer.clone())]).await;
    let client = stage.client_with(|builder| builder.longest_answer(answer.len() - 1));
    let error = client.debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), stage.server.sends()), (ErrorKind::TooLarge, 1));

    let stage = Stage::new([Answer::xml(answer.clone())]).await;
    let client = stage.client_with(|builder| builder.longest_answer(answer.len()));
    assert_eq!(client.debtors().all().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_compressed_answer_is_read_and_its_limit_counts_what_comes_out() {
    use std::io::Write as _;
    let answer = debtors(&(1..=500).collect::<Vec<_>>());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(answer.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    assert!(packed.len() * 10 < answer.len());
    for (limit, fits) in [(answer.len(), true), (answer.len() - 1, false)] {
        let stage = Stage::new([Answer::xml(packed.clone()).header("content-encoding", "gzip")]).await;
        let client = stage.client_with(|builder| builder.longest_answer(limit));
        match client.debtors().all().await {
            Ok(rows) => assert_eq!((rows.len(), fits), (500, true)),
            Err(error) => assert_eq!((error.kind(), fits), (ErrorKind::TooLarge, false)),
        }
    }
}

#[tokio::test]
async fn r1_a_row_without_an_id_ends_the_list_and_a_row_with_one_is_a_finding() {
    let unreadable = "<EmployeeEmploymentItem><EmployeeId>500102</EmployeeId><EmployeeEmployments><Employment>\
                      <StartDate>soon</StartDate></Employment></EmployeeEmployments></EmployeeEmploymentItem>";
    let stage = Stage::new([Answer::xml(result(Operation::Employments, unreadable))]).await;
    let rows = stage.client().employments(&company()).all().await.unwrap();
    let row = rows[0].unreadable().unwrap();
    assert_eq!((row.id.as_str(), row.why), ("500102", Why::NotADate));
    assert_eq!(row.at, "EmployeeEmployments[0].StartDate");

    for broken in ["<Debtor />", "<Debtor><Id>x</Id></Debtor>", "<Debtor><Id>0</Id></Debtor>"] {
        let body = result(Operation::Debtors, &format!("{}{broken}", debtor_row(1)));
        let stage = Stage::new([Answer::xml(body)]).await;
        let error = stage.client().debtors().all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Incomplete, "{broken}");
        assert_eq!(error.incomplete(), Some(Incomplete::RowWithoutId { page: 1, row: 2 }));
        assert_eq!(stage.server.sends(), 1);
    }
}

#[tokio::test]
async fn a_single_result_that_cannot_be_read_is_told_apart_from_none() {
    let period = |inside: &str| Answer::xml(result(Operation::CurrentPeriod, inside));
    let stage = Stage::new([period("2026-5-M")]).await;
    let read = stage.client().current_period(&company()).await.unwrap().unwrap();
    assert_eq!((read.period.year, read.period.period), (2026, 5));

    for none in [period(""), Answer::xml(response(Operation::CurrentPeriod, ""))] {
        let stage = Stage::new([none]).await;
        assert_eq!(stage.client().current_period(&company()).await.unwrap(), None);
    }
    for odd in ["2026", "May", "2026-5-", "<Year>2026</Year>"] {
        let stage = Stage::new([period(odd)]).await;
        let error = stage.client().current_period(&company()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Decode | ErrorKind::Incomplete), "{odd}: {error}");
        assert!(!error.to_string().contains("May"));
    }
}

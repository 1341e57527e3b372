//! What each fault and each other refusal means, and how often it is sent.

use futures_util::StreamExt as _;
use nmbrs_client::soap::Operation;
use nmbrs_client::{Error, ErrorKind, RetryPolicy};

use super::server::Answer;
use super::stage::{Stage, debtors, envelope, fault, numbered_fault, response, result};

/// Asks for the debtors; every time the same comes back.
async fn refused(answer: Answer) -> (Error, usize) {
    let stage = Stage::new([answer]).await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!(error.operation(), "DebtorService.List_GetAll");
    (error, stage.server.sends())
}

#[tokio::test]
async fn each_fault_number_has_its_meaning_and_its_number_of_sends() {
    use ErrorKind as K;
    for (number, kind, sends) in [
        (1001, K::Unauthorized, 1),
        (1002, K::Forbidden, 1),
        (1003, K::Forbidden, 1),
        (1004, K::Forbidden, 1),
        (1005, K::Server, 1),
        (1006, K::Server, 3),
        (2001, K::Server, 1),
        (2003, K::Forbidden, 1),
        (2004, K::Forbidden, 1),
        (2005, K::Invalid, 1),
        (2006, K::Invalid, 1),
        (2009, K::Forbidden, 1),
        (2013, K::Forbidden, 1),
        (2017, K::Invalid, 1),
        (2018, K::Invalid, 1),
        (2022, K::Invalid, 1),
        (2030, K::Invalid, 1),
        (2046, K::NotFound, 1),
        (4711, K::Server, 1),
        (9999, K::Server, 3),
        (12345, K::Server, 1),
    ] {
        for status in [500, 200, 400, 503] {
            let answer = Answer::of(status, "text/xml; charset=utf-8", numbered_fault(number));
            let (error, sent) = refused(answer).await;
            assert_eq!((error.kind(), sent), (kind, sends), "fault {number} with status {status}");
            assert_eq!((error.code(), error.status()), (Some(number), Some(status)));
            assert_eq!(error.is_retryable(), sends > 1, "fault {number}");
        }
    }
}

#[tokio::test]
async fn a_fault_without_a_number_is_a_server_error_and_sent_once() {
    for text in ["Server was unable to process request. ---&gt; Object reference not set", "", "1001"] {
        let (error, sends) = refused(Answer::fault(fault(text))).await;
        assert_eq!((error.kind(), error.code(), sends), (ErrorKind::Server, None, 1), "{text}");
    }
}

#[tokio::test]
async fn a_fault_of_soap_1_2_counts_as_well() {
    let fault = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code>\
                 <s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">x ---&gt; 1003: y</s:Text>\
                 </s:Reason></s:Fault></s:Body></s:Envelope>";
    let (error, sends) = refused(Answer::of(500, "application/soap+xml", fault)).await;
    assert_eq!((error.kind(), error.code(), sends), (ErrorKind::Forbidden, Some(1003), 1));
}

#[tokio::test]
async fn r13_an_unexplained_fault_is_sent_at_most_twice_more_whatever_the_policy_says() {
    for (number, sends) in [(9999, 3), (1006, 6)] {
        let stage = Stage::new([Answer::fault(numbered_fault(number))]).await;
        let patient = RetryPolicy::default().attempts(6);
        let client = stage.client_with(|builder| builder.retry(patient));
        client.debtors().all().await.unwrap_err();
        assert_eq!(stage.server.sends(), sends, "{number}");
    }
}

#[tokio::test]
async fn a_fault_that_passes_is_repeated_and_counted() {
    for number in [1006, 9999] {
        let stage = Stage::new([Answer::fault(numbered_fault(number)), Answer::xml(debtors(&[1, 2]))]).await;
        let client = stage.client();
        assert_eq!(client.debtors().all().await.unwrap().len(), 2);
        let stats = client.stats();
        assert_eq!((stats.requests, stats.retries, stats.token_calls), (1, 1, 0));
    }
}

#[tokio::test]
async fn a_refusal_that_is_no_envelope_counts_by_its_status() {
    use ErrorKind as K;
    let page = "<!DOCTYPE html><html><body>Service Unavailable</body></html>";
    for (status, body, kind, sends) in [
        (502, page, K::Server, 3),
        (503, page, K::Server, 3),
        (504, "", K::Server, 3),
        (503, "<html>cut", K::Server, 3),
        (500, page, K::Server, 1),
        (507, page, K::Server, 1),
        (400, page, K::Invalid, 1),
        (401, page, K::Unauthorized, 1),
        (403, page, K::Forbidden, 1),
        (404, page, K::NotFound, 1),
        (418, page, K::UnexpectedStatus, 1),
        (302, page, K::UnexpectedStatus, 1),
    ] {
        let (error, sent) = refused(Answer::of(status, "text/html", body)).await;
        assert_eq!((error.kind(), sent), (kind, sends), "{status} {body}");
        assert_eq!((error.status(), error.code()), (Some(status), None));
    }
}

#[tokio::test]
async fn rows_count_only_in_a_2xx() {
    let (error, sends) = refused(Answer::fault(debtors(&[1]))).await;
    assert_eq!((error.kind(), error.status(), sends), (ErrorKind::Server, Some(500), 1));
    let (error, _) = refused(Answer::fault(debtors(&[]))).await;
    assert_eq!(error.kind(), ErrorKind::Server);
    let (error, sends) = refused(Answer::of(503, "text/xml", debtors(&[1]))).await;
    assert_eq!((error.kind(), sends), (ErrorKind::Server, 3));
    let stage = Stage::new([Answer::fault(debtors(&[1]))]).await;
    let rows: Vec<_> = stage.client().debtors().stream().collect().await;
    assert!(matches!(rows.as_slice(), [Err(error)] if error.kind() == ErrorKind::Server), "{rows:?}");
}

#[tokio::test]
async fn r1_a_2xx_without_the_expected_response_is_no_empty_list() {
    let other_service = debtors(&[1]).replace("DebtorService", "CompanyService");
    for body in [
        envelope(""),
        response(Operation::EmployeeTypes, ""),
        result(Operation::DebtorDepartments, ""),
        other_service,
        "<html><body>Welcome</body></html>".to_owned(),
        "<!DOCTYPE html><html></html>".to_owned(),
        r#"{"data":[]}"#.to_owned(),
        format!("{}{}", debtors(&[1]), debtors(&[2])),
    ] {
        let (error, sends) = refused(Answer::xml(body.clone())).await;
        assert_eq!((error.kind(), error.status(), sends), (ErrorKind::Decode, Some(200), 1), "{body}");
        assert!(!error.is_retryable());
    }
    // Whatever it calls itself.
    let (error, _) = refused(Answer::of(200, "text/html", "<html/>")).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn an_empty_or_missing_result_is_an_empty_list() {
    for body in [
        result(Operation::Debtors, ""),
        response(Operation::Debtors, ""),
        result(Operation::Debtors, "<Debtor xsi:nil=\"true\" />"),
    ] {
        let stage = Stage::new([Answer::xml(body.clone())]).await;
        assert_eq!(stage.client().debtors().all().await.unwrap(), [], "{body}");
    }
}

#[tokio::test]
async fn the_request_id_of_a_fault_is_kept() {
    let (error, _) = refused(Answer::fault(numbered_fault(1003)).header("x-request-id", "r-7")).await;
    assert_eq!(error.request_id(), Some("r-7"));
}

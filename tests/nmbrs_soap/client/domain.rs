//! Which environment: told, or asked for once.

use std::sync::Mutex;

use futures_util::future::join_all;
use nmbrs_client::soap::Operation;
use nmbrs_client::{CeilingReached, ErrorKind, RequestMeter};

use super::server::Answer;
use super::stage::{Stage, debtors, numbered_fault, response, result};

fn environment(inside: &str) -> Answer {
    Answer::xml(result(Operation::Environment, inside))
}

const NAMED: &str = "<Domain>nmbrs.nl</Domain><SubDomain> Voorbeeldpayroll </SubDomain>";

#[tokio::test]
async fn the_domain_is_asked_for_once_without_a_domain_and_kept() {
    let stage = Stage::new([environment(NAMED), Answer::xml(debtors(&[1]))]).await;
    let client = stage.builder().build().unwrap();
    let reads = join_all((0..4).map(|_| client.debtors().all())).await;
    assert!(reads.iter().all(Result::is_ok));
    assert_eq!(client.domain().await.unwrap().as_str(), "voorbeeldpayroll");

    let requests = stage.server.requests();
    let asks = |body: &str| body.contains("<Environment_Get ");
    assert_eq!(requests.iter().filter(|request| asks(&request.body)).count(), 1);
    assert!(requests[0].body.contains("<AuthHeader xmlns=\"https://api.nmbrs.nl/soap/v3/DebtorService\">"));
    assert!(!requests[0].body.contains("Domain>"), "{}", requests[0].body);
    assert!(requests[1..].iter().all(|request| request.body.contains("<Domain>voorbeeldpayroll</Domain>")));
    assert_eq!(client.stats().requests, 5);
}

#[tokio::test]
async fn a_domain_that_was_told_is_never_asked_for() {
    let stage = Stage::new([Answer::xml(debtors(&[]))]).await;
    let client = stage.client();
    assert_eq!(client.domain().await.unwrap().as_str(), "voorbeeldpayroll");
    client.debtors().all().await.unwrap();
    assert_eq!(stage.server.sends(), 1);
}

#[tokio::test]
async fn an_environment_without_a_sub_domain_is_a_matter_of_configuration() {
    for inside in ["", "<Domain>nmbrs.nl</Domain>", "<SubDomain />", "<SubDomain>no such name</SubDomain>"] {
        let stage = Stage::new([environment(inside)]).await;
        let error = stage.builder().build().unwrap().debtors().all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{inside}");
        assert_eq!(error.operation(), "DebtorService.Environment_Get");
        assert!(!error.to_string().contains("no such name"));
    }
    let stage = Stage::new([Answer::xml(response(Operation::Environment, ""))]).await;
    let error = stage.builder().build().unwrap().domain().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn a_refusal_to_tell_the_domain_is_the_callers_error_and_is_not_kept() {
    let stage =
        Stage::new([Answer::fault(numbered_fault(1002)), environment(NAMED), Answer::xml(debtors(&[]))])
            .await;
    let client = stage.builder().build().unwrap();
    let error = client.debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Forbidden, Some(1002)));
    client.debtors().all().await.unwrap();
}

/// Writes down what it is asked for, and has so much to give.
struct Meter {
    left: Mutex<u64>,
    answered: Mutex<u64>,
}

impl Meter {
    fn with(left: u64) -> Self {
        Self { left: Mutex::new(left), answered: Mutex::new(0) }
    }
}

impl RequestMeter for Meter {
    fn reserve(&self, requests: u64) -> Result<(), CeilingReached> {
        let mut left = self.left.lock().unwrap();
        *left = left.checked_sub(requests).ok_or_else(|| CeilingReached::new(requests, *left))?;
        Ok(())
    }

    fn answered(&self) {
        *self.answered.lock().unwrap() += 1;
    }
}

#[tokio::test]
async fn r20_the_meter_is_asked_for_the_domain_and_for_the_list_before_each_is_sent() {
    for (ceiling, sent) in [(0, 0), (1, 1), (2, 2)] {
        let stage = Stage::new([environment(NAMED), Answer::xml(debtors(&[1]))]).await;
        let (client, meter) = (stage.builder().build().unwrap(), Meter::with(ceiling));
        let read = client.debtors().all_metered(&meter).await;
        assert_eq!(stage.server.sends(), sent);
        assert_eq!(*meter.answered.lock().unwrap(), ceiling);
        match read {
            Ok(rows) => assert_eq!((rows.len(), ceiling), (1, 2)),
            Err(error) => assert_eq!(error.kind(), ErrorKind::CeilingReached),
        }
    }
}

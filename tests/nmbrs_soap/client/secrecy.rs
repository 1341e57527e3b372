//! No secret and no personal value in anything that can be printed; what is logged is a process of its own (`log.rs`).

use std::sync::{Arc, Mutex};

use nmbrs_client::soap::{Credentials, SoapClient};
use nmbrs_client::{Exchange, Observer, RetryPolicy};

use super::server::Answer;
use super::stage::{Stage, company, debtors, fault, numbered_fault, result};

const SEED: &str = "Seeded";

fn with_causes(error: &nmbrs_client::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let causes: Vec<_> = causes.map(|cause| format!("{cause} {cause:?}")).collect();
    format!("{error} {error:?} {error:#?} {causes:?}")
}

#[test]
fn r23_debug_of_everything_that_holds_a_credential_shows_none() {
    let credentials = Credentials::new("Seeded-user", "Seeded-token");
    let builder = SoapClient::builder(credentials.clone()).proxy("http://u:Seeded@127.0.0.1:9");
    let printed = format!("{credentials:?} {builder:?}");
    let client = builder.build().unwrap();
    let printed = format!("{printed} {client:?} {:?}", client.personal_info(&company()));
    assert!(!printed.contains(SEED), "{printed}");
}

#[tokio::test]
async fn r23_an_error_about_an_answer_quotes_nothing_of_it_and_nothing_of_the_request() {
    for answer in [
        Answer::fault(fault("---&gt; 1003: Seeded")),
        Answer::fault(fault("Seeded")),
        Answer::fault(numbered_fault(1001)),
        Answer::xml("<Seeded/>"),
        Answer::xml("<Seeded"),
        Answer::of(503, "text/html", "<html>Seeded</html>"),
        Answer::xml(result(nmbrs_client::soap::Operation::Debtors, "<Debtor><Id>Seeded</Id></Debtor>")),
        Answer::xml(debtors(&[1])).cut_to(80),
    ] {
        let stage = Stage::new([answer]).await;
        let error = stage.client().debtors().all().await.unwrap_err();
        let printed = with_causes(&error);
        assert!(!printed.contains(SEED) && !printed.contains("api.user"), "{printed}");
    }
    let nobody = Stage::new([]).await;
    let client = nobody.client_with(|it| it.url("http://127.0.0.1:9").retry(RetryPolicy::never()));
    let printed = with_causes(&client.debtors().all().await.unwrap_err());
    assert!(!printed.contains(SEED) && !printed.contains("api.user"), "{printed}");
}

#[tokio::test]
async fn r23_debug_of_rows_shows_no_person() {
    let inside = "<PersonalInfoItem><EmployeeId>500101</EmployeeId><EmployeePersonalInfos><PersonalInfo_V2>\
                  <FistName>Seeded</FistName><Nickname>Seeded</Nickname><LastName>Seeded</LastName>\
                  <EmailWork>Seeded</EmailWork><Birthday>1987-06-05T00:00:00</Birthday>\
                  <InCaseOfEmergency>Seeded</InCaseOfEmergency></PersonalInfo_V2></EmployeePersonalInfos></PersonalInfoItem>";
    let operation = nmbrs_client::soap::Operation::PersonalInfo;
    let stage = Stage::new([Answer::xml(result(operation, inside))]).await;
    let rows = stage.client().personal_info(&company()).all().await.unwrap();
    let printed = format!("{rows:?}");
    assert!(rows[0].readable().is_some());
    assert!(!printed.contains(SEED) && !printed.contains("1987"), "{printed}");
}

/// Keeps what it is told.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<String>>);

impl Observer for Told {
    fn exchange(&self, exchange: &Exchange<'_>) {
        let Exchange { operation, page, attempt, status, error, bytes, .. } = *exchange;
        self.0.lock().unwrap().push(format!("{operation} {page:?} {attempt} {status:?} {error:?} {bytes}"));
    }
}

#[tokio::test]
async fn the_observer_is_told_of_every_exchange_once_at_its_end() {
    let (broken, whole) = (debtors(&[1]), debtors(&[1, 2]));
    let bytes = whole.len();
    let stage =
        Stage::new([Answer::fault(numbered_fault(9999)), Answer::xml(broken).cut_to(40), Answer::xml(whole)])
            .await;
    let told = Arc::new(Told::default());
    let client = stage.client_with(|builder| builder.observer(told.clone()));
    client.debtors().all().await.unwrap();
    let fault_bytes = numbered_fault(9999).len();
    assert_eq!(
        *told.0.lock().unwrap(),
        [
            format!("DebtorService.List_GetAll None 1 Some(500) Some(Server) {fault_bytes}"),
            "DebtorService.List_GetAll None 2 Some(200) Some(Interrupted) 40".to_owned(),
            format!("DebtorService.List_GetAll None 3 Some(200) None {bytes}"),
        ]
    );
}

//! The YourCampus client on its sandbox: all nine operations, the limits of both clocks, and a lost answer.

use std::time::Duration;

use yourcampus_client::sandbox::{Account, Effect, Fault, MissingVsNull, Normalisation, Sandbox, State};
use yourcampus_client::{
    CompanyId, CustomerApiRead as _, CustomerApiWrite as _, EmployeeEdit, EmployeeFilter, NewEmployee,
    PageRequest, all_employees,
};

use crate::stage::{Clock, yourcampus_client};

const COMPANY: CompanyId = CompanyId::new(5);

fn state() -> State {
    State::new(crate::stage::day().and_hms_opt(9, 0, 0).unwrap())
        .with_company(5, Some("Voorbeeld B.V."))
        .with_group(50, 5, None)
        .with_accounts(
            (1..=230).map(|id| Account::new(id, 5).with_email(format!("p{id}@voorbeeld.example.nl"))),
        )
}

fn new() -> NewEmployee {
    NewEmployee::draft("jane@acme.com", "Jane", "Doe").external_id("nmbrs:rest:1").check().unwrap()
}

#[tokio::test]
async fn all_nine_operations_work_whatever_the_target_does_to_texts_and_gaps() {
    let gaps = [MissingVsNull::Nulls, MissingVsNull::Absent, MissingVsNull::ExtraKeys, MissingVsNull::Mixed];
    for gap in gaps {
        for normalisation in [Normalisation::default(), Normalisation::all()] {
            for seed in [3, 4] {
                let state =
                    state().with_missing_vs_null(gap).with_normalisation(normalisation).with_shuffle(seed);
                let sandbox = Sandbox::start(state).await.unwrap();
                let api = yourcampus_client(&sandbox, &Clock::new(), |config| config);
                let (reader, writer) = (api.reader(), api.writer());

                assert_eq!(reader.companies().await.unwrap().len(), 1);
                assert_eq!(reader.groups(COMPANY).await.unwrap().len(), 1);
                let page = PageRequest::first(EmployeeFilter::active());
                assert_eq!(reader.employees_page(COMPANY, &page).await.unwrap().count, 230);
                let all = all_employees(&reader, COMPANY, EmployeeFilter::active()).all().await.unwrap();
                assert_eq!(all.len(), 230);

                let made = writer.create(COMPANY, &new()).await.unwrap();
                let edit = EmployeeEdit::draft().first_name("Janneke").check().unwrap();
                writer.edit(COMPANY, made.id, &edit).await.unwrap();
                assert!(!writer.deactivate(COMPANY, made.id).await.unwrap().is_active);
                assert!(writer.activate(COMPANY, made.id).await.unwrap().is_active);
                let read = reader.employee(COMPANY, made.id).await.unwrap();
                assert_eq!(read.first_name.as_deref(), Some("Janneke"), "{gap:?} {normalisation:?}");
                assert_eq!(read.external_id.as_deref(), Some("nmbrs:rest:1"));
            }
        }
    }
}

/// The sandbox's clock follows the client's after each call, so a request after a wait still falls into the old window: the
/// sandbox is the stricter of the two.
#[tokio::test]
async fn r21_with_any_limit_on_the_server_the_client_never_meets_a_429() {
    for limit in [2, 5, 20] {
        let sandbox = Sandbox::start(state().with_rate_limit(limit, 60)).await.unwrap();
        let clock = Clock::new();
        let api = yourcampus_client(&sandbox, &clock, |config| config);
        let mut told = clock.time();
        for _ in 0..3 * limit {
            api.reader().groups(COMPANY).await.unwrap();
            let passed = (clock.time() - told).num_seconds();
            if passed > 0 {
                sandbox.control("POST", "clock", format!(r#"{{"advance_seconds":{passed}}}"#).as_bytes());
                told = clock.time();
            }
        }
        let refused = sandbox.requests().iter().filter(|request| request.status == Some(429)).count();
        assert_eq!(refused, 0, "limit {limit}");
    }
}

#[tokio::test]
async fn a_token_that_ended_on_the_servers_clock_is_replaced_once() {
    let sandbox = Sandbox::start(state()).await.unwrap();
    let api = yourcampus_client(&sandbox, &Clock::new(), |config| config);
    api.reader().companies().await.unwrap();
    sandbox.control("POST", "clock", br#"{"advance_seconds":3601}"#);
    api.writer().create(COMPANY, &new()).await.unwrap();
    let statuses: Vec<_> = sandbox.requests().iter().filter_map(|request| request.status).collect();
    assert_eq!(statuses, [200, 200, 401, 200, 201]);
    assert_eq!(sandbox.state().created_count, 1);
}

#[tokio::test]
async fn r13_a_creation_whose_answer_is_lost_may_have_been_sent_and_is_not_sent_again() {
    let effects = [Effect::ResetAfter, Effect::status_after(), Effect::CutBody];
    for effect in effects {
        let sandbox = Sandbox::start(state()).await.unwrap();
        let clock = Clock::new();
        let api = yourcampus_client(&sandbox, &clock, |config| config);
        sandbox.inject(Fault::new(effect.clone()).on_method("POST").on_path("/employees"));
        let error = api.writer().create(COMPANY, &new()).await.unwrap_err();
        assert!(error.may_have_been_sent() && !error.is_retryable(), "{effect:?}: {error:?}");
        clock.advance(Duration::from_secs(600));
        assert_eq!(sandbox.requests().iter().filter(|request| request.is_write).count(), 1, "{effect:?}");
        assert_eq!(sandbox.state().created_count, 1, "{effect:?}");
    }
}

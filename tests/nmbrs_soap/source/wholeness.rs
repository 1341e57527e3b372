//! R1 over SOAP: a call that fails ends the run, and nothing is built on lists that do not fit each other.

use nmbrs_client::sandbox::{Effect, Fault, Story};
use nmbrs_client::soap::SoapSource;
use sync_core::engine::Planned;
use sync_core::ports::PortErrorKind;

use super::stage::{Customer, record, snapshot};

/// The operations of a run, each of which can fail.
const OPERATIONS: [&str; 8] = [
    "CompanyService.List_GetAll",
    "EmployeeService.EmployeeType_GetList",
    "CompanyService.Company_GetCurrentPeriod",
    "EmployeeService.List_GetByCompany",
    "EmployeeService.PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany",
    "EmployeeService.Employment_GetAll_AllEmployeesByCompany",
    "EmployeeService.Contract_GetAll_AllEmployeesByCompany",
    "EmployeeService.ExtraFields_GetList",
];

async fn planned(customer: &Customer) -> Option<Planned> {
    customer.plan_over_soap(&customer.soap()).await.ok()
}

#[tokio::test]
async fn r1_a_call_that_fails_leaves_no_plan_whichever_it_is() {
    let customer = Customer::with(12, 1).await;
    for operation in OPERATIONS {
        for code in [1001, 1003, 4711] {
            customer.sandbox.clear_faults();
            customer.sandbox.inject(Fault::soap(code).on_operation(operation).always());
            assert!(snapshot(&customer.soap()).await.is_err(), "{operation} {code}");
        }
        customer.sandbox.clear_faults();
        customer.sandbox.switch_operation(operation, false);
        assert!(planned(&customer).await.is_none(), "{operation} off");
        customer.sandbox.switch_operation(operation, true);
    }
    assert!(planned(&customer).await.is_some());
}

#[tokio::test]
async fn r1_a_company_that_fails_is_not_skipped() {
    let customer = Customer::with(60, 2).await;
    let world = customer.sandbox.world();
    for company in &world.companies {
        let number = world.soap_number(&company.company_id).unwrap();
        for operation in OPERATIONS.iter().filter(|operation| operation.contains("Compan")).skip(1) {
            customer.sandbox.clear_faults();
            customer.sandbox.inject(Fault::soap(2004).on_operation(*operation).about(number).always());
            assert!(planned(&customer).await.is_none(), "{operation} of {number}");
        }
    }
}

#[tokio::test]
async fn r1_an_answer_that_breaks_off_is_read_again_and_changes_no_plan() {
    let customer = Customer::with(12, 1).await;
    let undisturbed = planned(&customer).await.unwrap().plan.canonical_bytes();
    for operation in OPERATIONS {
        for effect in [Effect::CutBody, Effect::Reset] {
            customer.sandbox.inject(Fault::new(effect.clone()).on_operation(operation));
            let bytes = planned(&customer).await.map(|planned| planned.plan.canonical_bytes());
            assert_eq!(bytes.as_ref(), Some(&undisturbed), "{operation} {effect:?}");
        }
    }
}

#[tokio::test]
async fn r1_a_person_whom_the_login_may_not_see_is_held_and_the_run_goes_on() {
    let customer = Customer::with(60, 2).await;
    let world = customer.sandbox.world();
    let hidden = world.telling(Story::Ordinary).next().unwrap().employee_id.clone();
    let fault = Fault::soap(2003).on_operation("EmployeeService.ExtraFields_GetList");
    customer.sandbox.inject(fault.about(world.soap_number(&hidden).unwrap()).always());
    let seen = snapshot(&customer.soap()).await.unwrap();
    let unreadable: Vec<_> = seen
        .records()
        .iter()
        .filter(|record| !record.unreadable.is_empty())
        .map(|record| &record.id)
        .collect();
    assert_eq!(unreadable, [&customer.soap_id(&hidden)]);

    let plan = planned(&customer).await.unwrap().plan;
    let entry = |entry: &&sync_core::plan::Entry| entry.person == customer.soap_id(&hidden);
    let decision =
        serde_json::to_value(&plan.document().entries.iter().find(entry).unwrap().decision).unwrap();
    assert_eq!((&decision["kind"], &decision["reason"]), (&"hold".into(), &"unreadable_row".into()));
}

/// Somebody whose type changes between the two lists stands in both.
fn answer_of_both_types(customer: &Customer, times: Option<u32>) -> String {
    let world = customer.sandbox.world();
    let company = &world.companies[0];
    let twice = company.employees.iter().find(|one| one.employee_type == "payroll").unwrap();
    let rows = format!(
        "<Employee><Id>{}</Id><Number>{}</Number></Employee>",
        world.soap_number(&twice.employee_id).unwrap(),
        twice.employee_number
    );
    let operation = "List_GetByCompany";
    let body = format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><{operation}Response \
         xmlns=\"https://api.nmbrs.nl/soap/v3/EmployeeService\"><{operation}Result>{rows}</{operation}Result>\
         </{operation}Response></soap:Body></soap:Envelope>"
    );
    let mut fault = Fault::body(200, "text/xml; charset=utf-8", body)
        .on_operation("EmployeeService.List_GetByCompany")
        .about(world.soap_number(&company.company_id).unwrap())
        .after(1);
    fault.times = times;
    customer.sandbox.inject(fault);
    twice.employee_id.clone()
}

#[tokio::test]
async fn r1_whoever_stands_in_the_lists_of_two_types_is_read_anew_before_anything_is_built_on_it() {
    let customer = Customer::with(60, 2).await;
    let undisturbed = planned(&customer).await.unwrap();
    answer_of_both_types(&customer, Some(1));
    customer.sandbox.clear_requests();
    let again = customer.plan_over_soap(&customer.soap()).await.unwrap();
    assert_eq!(again.plan.canonical_bytes(), undisturbed.plan.canonical_bytes());
    let calls = again.source.pages + again.source.again;
    assert_eq!(calls, customer.soap_requests().len() as u64);
    assert_eq!(calls, undisturbed.source.pages + 2, "the lists of both types of that company");

    answer_of_both_types(&customer, None);
    let error = snapshot(&customer.soap()).await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Incomplete);
    assert!(planned(&customer).await.is_none());
}

#[tokio::test]
async fn what_a_run_has_read_is_forgotten_by_the_next() {
    let customer = Customer::with(12, 1).await;
    let source: SoapSource = customer.soap();
    let before = snapshot(&source).await.unwrap();
    let gone = customer.sandbox.world().telling(Story::Ordinary).next().unwrap().employee_id.clone();
    let id = customer.soap_id(&gone);
    assert!(record(&before, &id).listed.employee_type.is_some());
    customer.sandbox.edit(|world| {
        world.remove_employee(&gone);
    });
    let after = snapshot(&source).await.unwrap();
    assert!(!after.records().iter().any(|record| record.id == id));
}

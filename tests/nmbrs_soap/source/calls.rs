//! R20: how many calls a run takes, told by the sandbox's own log.

use std::collections::BTreeSet;

use nmbrs_client::sandbox::{Story, World};
use sync_core::ports::{EmployeeSource, PortErrorKind, RequestMeter, RowsRequest};
use sync_core::record::EmployeeType;
use sync_core::snapshot::Resource;

use super::stage::{Customer, day, policy, snapshot};

/// How many calls the formula gives.
fn formula(world: &World, once: usize, types: &[&str]) -> usize {
    let in_service = |employee_type: &&&str| **employee_type != "formerPayroll";
    let in_service: Vec<_> = types.iter().filter(in_service).collect();
    let people =
        world.employees().filter(|(_, one)| in_service.iter().any(|of| ***of == one.employee_type)).count();
    once + (4 + types.len()) * world.companies.len() + people
}

#[tokio::test]
async fn r20_a_run_takes_as_many_calls_as_the_formula_says_and_sends_none_of_them_twice() {
    for (people, seed) in [(0, 1), (12, 1), (60, 2), (130, 3)] {
        let customer = Customer::with(people, seed).await;
        let planned = customer.plan_over_soap(&customer.soap()).await.unwrap();
        let requests = customer.soap_requests();
        let expected = formula(&customer.sandbox.world(), 2, &["payroll", "formerPayroll"]);
        assert_eq!(requests.len(), expected, "{people} people");
        assert_eq!((planned.source.pages, planned.source.again), (expected as u64, 0), "{people} people");
        let mut calls = BTreeSet::new();
        for request in requests {
            let call = (request.operation, request.about, request.employee_type);
            assert!(calls.insert(call.clone()), "{call:?}");
        }
    }
}

#[tokio::test]
async fn r20_without_a_domain_one_more_call_asks_for_it_and_no_later_run_does() {
    let customer = Customer::with(12, 1).await;
    let source = nmbrs_client::soap::SoapSource::new(customer.client(|builder| builder));
    for once in [3, 2] {
        customer.sandbox.clear_requests();
        let planned = customer.plan_over_soap(&source).await.unwrap();
        let expected = formula(&customer.sandbox.world(), once, &["payroll", "formerPayroll"]);
        assert_eq!((customer.soap_requests().len(), planned.source.pages), (expected, expected as u64));
    }
}

#[tokio::test]
async fn r20_each_further_type_is_one_call_for_each_company_and_one_for_each_of_its_people() {
    let customer = Customer::with(130, 3).await;
    let source = customer.soap().also_reading(EmployeeType::External).also_reading(EmployeeType::Applicant);
    snapshot(&source).await.unwrap();
    let types = ["payroll", "formerPayroll", "external", "applicant"];
    assert_eq!(customer.soap_requests().len(), formula(&customer.sandbox.world(), 2, &types));
}

#[tokio::test]
async fn r20_by_debtor_there_is_one_call_for_each_debtor_and_every_company_knows_its_own() {
    let customer = Customer::with(60, 2).await;
    let source = customer.soap().by_debtor();
    let snapshot = snapshot(&source).await.unwrap();
    let world = customer.sandbox.world();
    assert!(world.debtors.len() > 1);
    let expected = formula(&world, 2 + world.debtors.len(), &["payroll", "formerPayroll"]);
    assert_eq!(customer.soap_requests().len(), expected);
    for company in snapshot.companies() {
        let number = company.id.as_str().parse().unwrap();
        let debtor = &world.company_by_soap_number(number).unwrap().debtor_id;
        let debtor = world.soap_number(debtor).unwrap().to_string();
        assert_eq!(company.debtor.as_ref().map(sync_core::DebtorId::as_str), Some(&*debtor));
    }
}

#[tokio::test]
async fn r20_extra_fields_are_asked_of_people_in_service_only() {
    let customer = Customer::with(130, 3).await;
    snapshot(&customer.soap()).await.unwrap();
    let world = customer.sandbox.world();
    let asked: Vec<_> = customer
        .soap_requests()
        .into_iter()
        .filter(|request| request.operation.as_deref() == Some("EmployeeService.ExtraFields_GetList"))
        .map(|request| world.employee_by_soap_number(request.about.unwrap()).unwrap().1)
        .collect();
    assert!(asked.iter().all(|employee| employee.employee_type == "payroll"));
    assert!(world.telling(Story::Leaver).count() > 0 && !asked.is_empty());
}

#[tokio::test]
async fn r20_a_ceiling_in_the_way_of_extra_fields_is_reached_before_the_first_of_them_is_asked_for() {
    let customer = Customer::with(60, 2).await;
    let source = customer.soap();
    let meter = RequestMeter::new(10);
    let companies = source.companies(&meter).await.unwrap().rows;
    let request = RowsRequest::new(companies[0].id.clone(), Resource::ExtraFields);
    let error = source.rows(&request, &meter).await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Ceiling);
    let is_of_fields =
        |operation: &Option<String>| operation.as_deref().is_some_and(|it| it.contains("ExtraFields"));
    assert!(!customer.soap_requests().iter().any(|request| is_of_fields(&request.operation)));
}

#[tokio::test]
async fn r20_a_run_that_would_pass_the_ceiling_is_no_run() {
    let customer = Customer::of(World::dutch(60, 2, day())).await;
    let source = customer.soap();
    let mut policy = policy();
    policy.source_request_ceiling = 20;
    assert!(customer.plan(&source, &policy, |_| None).await.is_err());
    assert!(customer.soap_requests().len() <= 20);
}

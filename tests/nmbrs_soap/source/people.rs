//! Which people a run sees over SOAP, and which of their entries counts.

use chrono::NaiveDate;
use nmbrs_client::sandbox::{Fault, Story, World};
use nmbrs_client::soap::{EmployeeTypeId, SoapSource, TypesUnclear};
use sync_core::ports::{EmployeeSource, PortError, PortErrorKind, RequestMeter};
use sync_core::record::EmployeeType;

use super::stage::{Customer, day, record, snapshot};

/// Answers in the place of the environment's own list of types.
fn listing(types: &[(i32, &str)]) -> Fault {
    let types: Vec<_> = types
        .iter()
        .map(|(id, text)| {
            format!("<EmployeeType><Id>{id}</Id><Description>{text}</Description></EmployeeType>")
        })
        .collect();
    answer("EmployeeService", "EmployeeType_GetList", &types.concat())
}

/// This result in the place of the right one, until cleared.
fn answer(service: &str, operation: &str, result: &str) -> Fault {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope \
         xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><{operation}Response \
         xmlns=\"https://api.nmbrs.nl/soap/v3/{service}\"><{operation}Result>{result}</{operation}Result>\
         </{operation}Response></soap:Body></soap:Envelope>"
    );
    Fault::body(200, "text/xml; charset=utf-8", body).on_operation(format!("{service}.{operation}")).always()
}

async fn read_types(customer: &Customer, source: &SoapSource) -> Result<(), PortError> {
    customer.sandbox.clear_requests();
    source.companies(&RequestMeter::new(100)).await.map(|_| ())
}

fn unclear(error: &PortError) -> &TypesUnclear {
    std::error::Error::source(error).and_then(|source| source.downcast_ref()).unwrap()
}

#[tokio::test]
async fn numbers_of_types_that_disagree_with_their_texts_end_the_run_before_anything_else_is_read() {
    let customer = Customer::with(12, 1).await;
    for (types, of) in [
        (&[(4, "Payroll"), (2, "Former payroll")][..], EmployeeType::Payroll),
        (&[(2, "Payroll"), (5, "Former payroll")], EmployeeType::FormerPayroll),
        (&[(2, "Verloond"), (4, "Uit dienst")], EmployeeType::Payroll),
        (&[], EmployeeType::Payroll),
    ] {
        customer.sandbox.clear_faults();
        customer.sandbox.inject(listing(types));
        let error = read_types(&customer, &customer.soap()).await.unwrap_err();
        assert_eq!(error.kind(), PortErrorKind::Fatal, "{types:?}");
        let (TypesUnclear::Unnamed(unclear) | TypesUnclear::OtherNumber { of: unclear, .. }) =
            unclear(&error)
        else {
            panic!("{error:?}")
        };
        assert_eq!(*unclear, of, "{types:?}");
        assert_eq!(customer.soap_requests().len(), 1, "{types:?}");
    }
}

#[tokio::test]
async fn a_person_can_say_which_number_a_type_has_and_nothing_is_read_by_another() {
    let customer = Customer::with(12, 1).await;
    customer.sandbox.inject(listing(&[(2, "Verloond"), (4, "Uit dienst")]));
    let told = |former| {
        let source = customer.soap().with_type_id(EmployeeType::Payroll, EmployeeTypeId::new(2));
        source.with_type_id(EmployeeType::FormerPayroll, EmployeeTypeId::new(former))
    };
    let refused = read_types(&customer, &told(5)).await.unwrap_err();
    assert!(matches!(unclear(&refused), TypesUnclear::NotListed { id: 5, .. }), "{refused:?}");
    let seen = snapshot(&told(4)).await.unwrap();
    let types: Vec<_> = seen.records().iter().map(|record| record.listed.employee_type.clone()).collect();
    assert!(
        types.contains(&Some(EmployeeType::Payroll)) && types.contains(&Some(EmployeeType::FormerPayroll))
    );
    let asked = customer.soap_requests().into_iter().filter_map(|request| request.employee_type);
    assert!(asked.into_iter().all(|asked| [2, 4].contains(&asked)));
}

#[tokio::test]
async fn people_of_further_types_in_service_are_read_with_their_fields() {
    let customer = Customer::with(120, 1).await;
    let world = customer.sandbox.world();
    let external = world.telling(Story::External).next().unwrap();
    let without = snapshot(&customer.soap()).await.unwrap();
    let with = snapshot(&customer.soap().also_reading(EmployeeType::External)).await.unwrap();
    let id = customer.soap_id(&external.employee_id);
    assert_eq!(record(&without, &id).listed.employee_type, None);
    assert_eq!(record(&with, &id).listed.employee_type, Some(EmployeeType::External));
    assert_eq!(record(&with, &id).listed.number, Some(external.employee_number));
}

/// A world of one person, whose history each test makes.
fn one_person(change: impl FnOnce(&mut nmbrs_client::sandbox::Employee)) -> (World, String) {
    let mut world = World::dutch(1, 1, day());
    world.legal_variation = false;
    let id = world.employees().next().unwrap().1.employee_id.clone();
    change(world.employee_mut(&id).unwrap());
    (world, id)
}

/// Adds entries with these last names, each from the first of a month on, recorded in their order.
fn history(entries: &[(&str, (i32, u32))]) -> impl FnOnce(&mut nmbrs_client::sandbox::Employee) {
    let entries: Vec<_> = entries.iter().map(|(name, from)| ((*name).to_owned(), *from)).collect();
    move |employee| {
        let like = employee.personal_infos[0].clone();
        employee.personal_infos.clear();
        for (nth, (name, (year, month))) in entries.into_iter().enumerate() {
            let mut info = like.clone();
            info.personal_info_id = format!("{}-{nth}", like.personal_info_id);
            info.last_name = name;
            info.period = nmbrs_client::sandbox::Period::of(NaiveDate::from_ymd_opt(year, month, 1).unwrap());
            info.created_at = like.created_at + chrono::TimeDelta::days(i64::try_from(nth).unwrap());
            employee.personal_infos.push(info);
        }
    }
}

async fn last_name(customer: &Customer, guid: &str) -> Result<String, String> {
    let seen = snapshot(&customer.soap()).await.unwrap();
    let record = record(&seen, &customer.soap_id(guid));
    match record.unreadable.first() {
        Some(problem) => Err(problem.problem.clone()),
        None => Ok(record.personal.last_name.as_ref().unwrap().expose().clone()),
    }
}

#[tokio::test]
async fn an_entry_of_the_future_is_not_in_force_although_it_was_recorded_last() {
    let entries = [("Oud", (2020, 1)), ("Nu", (2026, 6)), ("Straks", (2026, 7))];
    let (world, guid) = one_person(history(&entries));
    assert_eq!(last_name(&Customer::of(world).await, &guid).await.as_deref(), Ok("Nu"));
}

#[tokio::test]
async fn where_nothing_has_begun_the_first_entry_to_come_counts() {
    let (world, guid) = one_person(history(&[("Augustus", (2026, 8)), ("Juli", (2026, 7))]));
    assert_eq!(last_name(&Customer::of(world).await, &guid).await.as_deref(), Ok("Juli"));
}

#[tokio::test]
async fn without_a_current_period_a_person_with_a_history_that_differs_is_held_and_others_are_not() {
    let no_period = || answer("CompanyService", "Company_GetCurrentPeriod", "");
    let (world, guid) = one_person(history(&[("Oud", (2020, 1)), ("Nu", (2026, 6))]));
    let customer = Customer::of(world).await;
    customer.sandbox.inject(no_period());
    assert!(last_name(&customer, &guid).await.unwrap_err().contains("no current period"));

    let (world, guid) = one_person(history(&[("Nu", (2020, 1)), ("Nu", (2026, 6))]));
    let customer = Customer::of(world).await;
    customer.sandbox.inject(no_period());
    assert_eq!(last_name(&customer, &guid).await.as_deref(), Ok("Nu"));
}

//! The platform in memory behaves as the interface states, on the harsh side where it states nothing.

use yourcampus_client::{
    CustomerApiRead, CustomerApiWrite, EmployeeEdit, EmployeeFilter, EmployeeId, ErrorKind, FakeCustomerApi,
    NewEmployee, Operation, Patch, all_employees,
};

use crate::stage::{COMPANY, jane};

#[tokio::test]
async fn what_was_created_can_be_read_edited_and_switched_off() {
    let fake = FakeCustomerApi::new();
    let company = fake.add_company("Acme");
    let sales = fake.add_group(company, "Sales").unwrap();
    let (reader, writer): (Box<dyn CustomerApiRead>, Box<dyn CustomerApiWrite>) =
        (Box::new(fake.reader()), Box::new(fake.writer()));

    let id = writer.create(company, &jane()).await.unwrap().id;
    let edit =
        EmployeeEdit::draft().company_group(Patch::Set(sales)).external_id(Patch::Clear).check().unwrap();
    writer.edit(company, id, &edit).await.unwrap();
    writer.deactivate(company, id).await.unwrap();

    let account = reader.employee(company, id).await.unwrap();
    assert_eq!(account.group_name.as_deref(), Some("Sales"));
    assert_eq!((account.external_id, account.is_active), (None, false));
    assert_eq!(reader.groups(company).await.unwrap()[0].id, sales);
    assert_eq!(reader.companies().await.unwrap()[0].id, company);
    assert_eq!(fake.writes(), 3);
}

#[tokio::test]
async fn an_address_in_use_is_a_conflict_in_any_case() {
    let fake = FakeCustomerApi::new();
    let (company, other) = (fake.add_company("Acme"), fake.add_company("Other"));
    fake.writer().create(company, &jane()).await.unwrap();
    let shouting = NewEmployee::draft("JANE@ACME.COM", "J", "D").check().unwrap();
    assert!(fake.writer().create(other, &shouting).await.unwrap_err().is_conflict());

    let john = NewEmployee::draft("john@acme.com", "J", "D").check().unwrap();
    let john = fake.writer().create(company, &john).await.unwrap().id;
    let taken = EmployeeEdit::draft().email("Jane@acme.com").check().unwrap();
    assert!(fake.writer().edit(company, john, &taken).await.unwrap_err().is_conflict());
    let own = EmployeeEdit::draft().email("John@acme.com").check().unwrap();
    fake.writer().edit(company, john, &own).await.unwrap();
}

#[tokio::test]
async fn the_unknown_and_the_repeated_are_refused() {
    let fake = FakeCustomerApi::new();
    assert!(fake.writer().create(COMPANY, &jane()).await.unwrap_err().is_not_found());
    let company = fake.add_company("Acme");
    assert!(fake.reader().employee(company, EmployeeId::new(99)).await.unwrap_err().is_not_found());
    let id = fake.writer().create(company, &jane()).await.unwrap().id;
    assert!(fake.writer().activate(company, id).await.unwrap_err().is_conflict());
    let nothing = EmployeeEdit::draft().check().unwrap();
    assert_eq!(fake.writer().edit(company, id, &nothing).await.unwrap_err().kind(), ErrorKind::EmptyEdit);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_effect_and_a_failure_leaves_none() {
    let fake = FakeCustomerApi::new();
    let company = fake.add_company("Acme");
    fake.fail_next(Operation::CreateEmployee, ErrorKind::RateLimited);
    let error = fake.writer().create(company, &jane()).await.unwrap_err();
    assert!(!error.may_have_been_sent());
    assert!(fake.employees(company).is_empty());
    fake.lose_next_answer(Operation::CreateEmployee);
    let error = fake.writer().create(company, &jane()).await.unwrap_err();
    assert!(error.may_have_been_sent());
    assert_eq!(fake.employees(company).len(), 1);
}

#[tokio::test]
async fn a_verified_listing_works_over_the_fake() {
    let fake = FakeCustomerApi::new();
    let company = fake.add_company("Acme");
    for number in 0..25 {
        let new = NewEmployee::draft(format!("p{number}@acme.com"), "P", "Q").check().unwrap();
        fake.writer().create(company, &new).await.unwrap();
    }
    let reader = fake.reader();
    let listing = |filter| all_employees(&reader, company, filter).with_page_size(10).all();
    assert_eq!(listing(EmployeeFilter::active()).await.unwrap().len(), 25);
    assert_eq!(listing(EmployeeFilter::inactive()).await.unwrap().len(), 0);
    assert_eq!(listing(EmployeeFilter::active().with_search("P1@")).await.unwrap().len(), 1);
}

//! The client behind the core's ports: the same account on both sides, and exact counting.

use sync_core::change::{AccountChange, NewAccount};
use sync_core::email::EmailAddress;
use sync_core::ports::{
    AccountReader as _, AccountWriter as _, CreateRequest, ListAccounts, PortErrorKind, RequestMeter,
    StateRequest, UpdateRequest,
};
use sync_core::snapshot::AccountState;
use sync_core::{AccountId, ExternalId, Pii, TargetCompanyId};
use yourcampus_client::{
    CustomerApiWrite as _, FakeCustomerApi, NewEmployee, Operation, YourCampusReader, YourCampusWriter,
};

fn new_account(address: &str) -> NewAccount {
    let id = ExternalId::parse("nmbrs:rest:abc-1").unwrap();
    let text = |text: &str| Pii::new(text.to_owned());
    let mut account = NewAccount::new(id, EmailAddress::parse(address).unwrap(), text("Jane"), text("Doe"));
    account.prefix = Some(text("van"));
    account.birthday = Some(Pii::new("1990-02-03".parse().unwrap()));
    account.work_anniversary = Some(Pii::new("2020-01-01".parse().unwrap()));
    account.language = Some("nl".to_owned());
    account
}

struct Ports {
    fake: FakeCustomerApi,
    company: TargetCompanyId,
    reader: YourCampusReader,
    writer: YourCampusWriter,
}

fn ports() -> Ports {
    let fake = FakeCustomerApi::new();
    let company = TargetCompanyId::new(fake.add_company("Acme").get());
    let (reader, writer) = (YourCampusReader::new(fake.reader()), YourCampusWriter::new(fake.writer()));
    Ports { fake, company, reader, writer }
}

#[tokio::test]
async fn an_account_comes_back_as_it_was_created() {
    let ports = ports();
    let created =
        ports.writer.create(&CreateRequest::new(ports.company, new_account("jane@acme.com"))).await.unwrap();
    assert_eq!(created.external_id.as_deref(), Some("nmbrs:rest:abc-1"));
    assert_eq!(created.prefix, Some(Pii::new("van".to_owned())));
    assert_eq!(created.birthday, Some(Pii::new("1990-02-03".parse().unwrap())));
    assert_eq!(created.work_anniversary, Some(Pii::new("2020-01-01".parse().unwrap())));
    let stored = ports.fake.employees(yourcampus_client::CompanyId::new(ports.company.get()));
    assert_eq!(stored[0].language.as_deref(), Some("nl"));

    let meter = RequestMeter::new(10);
    let companies = ports.reader.companies(&meter).await.unwrap();
    assert_eq!(companies[0].id, ports.company);
    let listed =
        ports.reader.accounts(&ListAccounts::new(ports.company, AccountState::Active), &meter).await.unwrap();
    assert_eq!(listed.total, Some(1));
    assert_eq!(listed.rows[0].content.as_ref(), Ok(&created));
    assert_eq!(meter.reserved(), 2);
}

#[tokio::test]
async fn a_change_sets_what_it_names_and_keeps_the_rest() {
    let ports = ports();
    let created =
        ports.writer.create(&CreateRequest::new(ports.company, new_account("jane@acme.com"))).await.unwrap();
    let mut change = AccountChange::default();
    change.last_name = Some(Pii::new("Smith".to_owned()));
    let updated = ports.writer.update(&UpdateRequest::new(ports.company, created.id, change)).await.unwrap();
    let mut expected = created;
    expected.last_name = Some(Pii::new("Smith".to_owned()));
    assert_eq!(updated, expected);
}

#[tokio::test]
async fn an_inactive_account_is_in_the_other_list() {
    let ports = ports();
    let created =
        ports.writer.create(&CreateRequest::new(ports.company, new_account("jane@acme.com"))).await.unwrap();
    let request = StateRequest::new(ports.company, created.id);
    assert!(!ports.writer.deactivate(&request).await.unwrap().active);
    let meter = RequestMeter::new(10);
    for (state, rows) in [(AccountState::Active, 0), (AccountState::Inactive, 1)] {
        let listed = ports.reader.accounts(&ListAccounts::new(ports.company, state), &meter).await.unwrap();
        assert_eq!(listed.rows.len(), rows, "{state}");
    }
    assert!(ports.writer.activate(&request).await.unwrap().active);
}

#[tokio::test]
async fn the_cores_ceiling_stops_a_listing() {
    let ports = ports();
    let company = yourcampus_client::CompanyId::new(ports.company.get());
    for number in 0..101 {
        let new = NewEmployee::draft(format!("p{number}@acme.com"), "P", "Q").check().unwrap();
        ports.fake.writer().create(company, &new).await.unwrap();
    }
    let request = ListAccounts::new(ports.company, AccountState::Active);
    let error = ports.reader.accounts(&request, &RequestMeter::new(1)).await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Ceiling);
    let meter = RequestMeter::new(2);
    assert_eq!(ports.reader.accounts(&request, &meter).await.unwrap().rows.len(), 101);
}

#[tokio::test]
async fn errors_are_translated_by_what_follows_from_them() {
    let ports = ports();
    let create = |address| CreateRequest::new(ports.company, new_account(address));
    ports.fake.lose_next_answer(Operation::CreateEmployee);
    let error = ports.writer.create(&create("jane@acme.com")).await.unwrap_err();
    assert!(error.may_have_been_done());
    let error = ports.writer.create(&create("JANE@acme.com")).await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Conflict);
    let mut long = create("long@acme.com");
    long.account.first_name = "x".repeat(1001).into();
    let error = ports.writer.create(&long).await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Refused, "the client would not send a name that is too long");
    let unknown = StateRequest::new(ports.company, AccountId::new(99));
    assert_eq!(ports.writer.activate(&unknown).await.unwrap_err().kind(), PortErrorKind::Refused);
}

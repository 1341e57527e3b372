//! The Nmbrs client on its sandbox: all of the world is read, with the world as the oracle, by as many requests as the
//! formula says, and through every change of tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use nmbrs_client::model::{PersonalInfo, SourceDate};
use nmbrs_client::sandbox::{self, Company, Login, Sandbox, Setup};
use nmbrs_client::{CompanyId, ErrorKind, Listing, NmbrsClient, Pii, Row};

use crate::stage::{Clock, day, nmbrs_client};

/// Every row, readable.
fn rows<T: std::fmt::Debug>(listing: Listing<T>) -> Vec<T> {
    let readable = |row| match row {
        Row::Readable(row) => row,
        Row::Unreadable(row) => panic!("{row:?}"),
    };
    listing.rows.into_iter().map(readable).collect()
}

/// A text as both sides must agree on it; the API has several ways to say that there is none.
fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn read_text(read: Option<&Pii<String>>) -> Option<String> {
    text(read.map(|read| read.expose().as_str()))
}

fn told(info: &PersonalInfo) -> [Option<String>; 6] {
    [
        read_text(info.name.first.as_ref()),
        read_text(info.name.prefix.as_ref()),
        read_text(info.name.last.as_ref()),
        read_text(info.business_email.as_ref()),
        read_text(info.private_email.as_ref()),
        info.birthday.expose().as_written().map(|day| day.to_string()),
    ]
}

fn true_of(info: &sandbox::PersonalInfo) -> [Option<String>; 6] {
    [
        text(info.first_name.as_deref()),
        text(info.prefix.as_deref()),
        text(Some(&info.last_name)),
        text(info.business_email.as_deref()),
        text(info.private_email.as_deref()),
        info.birth_date.map(|day| day.to_string()),
    ]
}

/// Compares three lists of a company with the world, and says how many rows each had.
async fn assert_reads_company(client: &NmbrsClient, company: &Company, case: &str) -> [usize; 3] {
    let id = CompanyId::new(&company.company_id).unwrap();
    let employees = rows(client.employees(&id).all().await.unwrap());
    let personal = rows(client.personal_info(&id).all().await.unwrap());
    let employments = rows(client.employments(&id).all().await.unwrap());
    let lengths = [employees.len(), personal.len(), employments.len()];

    let listed: BTreeMap<_, _> =
        employees.into_iter().map(|row| (row.id.as_str().to_owned(), row.number)).collect();
    let wanted: BTreeMap<_, _> =
        company.employees.iter().map(|one| (one.employee_id.clone(), Some(one.employee_number))).collect();
    assert_eq!(listed, wanted, "{case}");

    let read: BTreeMap<_, BTreeSet<_>> = personal
        .into_iter()
        .map(|row| (row.employee.as_str().to_owned(), row.entries.iter().map(told).collect()))
        .collect();
    let wanted: BTreeMap<_, BTreeSet<_>> = company
        .employees
        .iter()
        .map(|one| (one.employee_id.clone(), one.personal_infos.iter().map(true_of).collect()))
        .collect();
    assert_eq!(read, wanted, "{case}");

    let days = |days: [SourceDate; 3]| days.map(SourceDate::day);
    let read: BTreeMap<_, BTreeSet<_>> = employments
        .into_iter()
        .map(|row| {
            let entries = row.entries.iter().map(|one| days([one.start, one.end, one.seniority]));
            (row.employee.as_str().to_owned(), entries.collect::<BTreeSet<_>>())
        })
        .filter(|(_, entries)| !entries.is_empty())
        .collect();
    let wanted: BTreeMap<_, BTreeSet<_>> = company
        .employees
        .iter()
        .filter(|one| !one.employments.is_empty())
        .map(|one| {
            let entries =
                one.employments.iter().map(|one| [one.start_date, one.end_date, one.seniority_date]);
            (one.employee_id.clone(), entries.collect())
        })
        .collect();
    assert_eq!(read, wanted, "{case}");
    lengths
}

#[tokio::test]
async fn everything_of_the_world_is_read_for_every_login_and_page_size() {
    for (seed, login) in [(1, Login::Client), (2, Login::CompanyOnly), (3, Login::MultiDebtor)] {
        for page_size in [7, 100] {
            let case = format!("{login:?}, pages of {page_size}");
            let world = Setup::new(60, seed, day()).login(login).build();
            let sandbox = Sandbox::start(world.clone()).await.unwrap();
            let client = nmbrs_client(&sandbox, &Clock::new(), |builder| builder.page_size(page_size));
            let seen: BTreeSet<_> = rows(client.companies_visible().await.unwrap())
                .into_iter()
                .map(|company| company.id.as_str().to_owned())
                .collect();
            assert_eq!(seen, world.companies.iter().map(|one| one.company_id.clone()).collect(), "{case}");
            sandbox.clear_requests();
            let mut pages = 0;
            for company in &world.companies {
                let lengths = assert_reads_company(&client, company, &case).await;
                pages += lengths.map(|rows| rows.div_ceil(page_size as usize).max(1)).iter().sum::<usize>();
            }
            assert_eq!(sandbox.requests().len(), pages, "{case}: R20");
            assert_eq!(client.stats().token_calls, 0, "{case}");
        }
    }
}

#[tokio::test]
async fn a_grant_is_renewed_by_the_servers_clock_and_a_used_one_loses_the_consent() {
    let sandbox = Sandbox::start(Setup::new(12, 4, day()).build()).await.unwrap();
    let (clock, other_clock) = (Clock::new(), Clock::new());
    let client = nmbrs_client(&sandbox, &clock, |builder| builder);
    let left_behind = nmbrs_client(&sandbox, &other_clock, |builder| builder);
    client.companies().all().await.unwrap();

    // The server's clock alone: the client learns of it by a 401, and replays once.
    sandbox.advance_clock(Duration::from_secs(3600));
    sandbox.clear_requests();
    client.companies().all().await.unwrap();
    let statuses: Vec<_> = sandbox.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [401, 200, 200]);

    // The client's clock as well: it renews before it asks.
    sandbox.advance_clock(Duration::from_secs(3600));
    clock.advance(Duration::from_secs(3600));
    sandbox.clear_requests();
    client.companies().all().await.unwrap();
    let statuses: Vec<_> = sandbox.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [200, 200]);
    assert_eq!(client.stats().token_calls, 2);

    // Whoever still holds the first refresh token has lost the consent.
    let error = left_behind.companies().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentLost);
    assert!(error.is_consent_lost() && !error.is_retryable());
}

//! Embeds `nmbrs-client` alone: who is on payroll, in which company?
//!
//! `cargo run -p examples --example list_employees`

#![expect(clippy::print_stdout, reason = "this is a program")]

use std::sync::Arc;

use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use nmbrs_client::model::EmployeeType;
use nmbrs_client::sandbox::{Sandbox, World};
use nmbrs_client::{Clock, NmbrsClient, Row, SystemClock};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let today = SystemClock.now().date_naive();
    let sandbox = Sandbox::start(World::dutch(60, 1, today)).await?;
    let keys = sandbox.credentials();

    let expires_at = SystemClock.now() + chrono::TimeDelta::hours(1);
    let tokens = TokenSet::new(keys.access_token, expires_at).with_refresh(keys.refresh_token);
    let app = AppCredentials::new(keys.client_id, keys.client_secret);
    let authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::new(tokens)))
        .identity_url(sandbox.identity_url())
        .build()?;
    let client =
        NmbrsClient::builder(keys.subscription_key, authorizer).rest_url(sandbox.rest_url()).build()?;

    for company in client.companies_visible().await?.rows {
        let Row::Readable(company) = company else { continue };
        let employees = client.employees(&company.id).all().await?;
        let on_payroll = employees
            .rows
            .iter()
            .filter(|row| matches!(row, Row::Readable(employee) if employee.employee_type == Some(EmployeeType::Payroll)))
            .count();
        let name = company.name.as_deref().unwrap_or("(no name)");
        println!("{name}: {} employees, {on_payroll} on payroll", employees.rows.len());
    }
    Ok(())
}

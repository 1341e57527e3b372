//! Embeds `yourcampus-client` alone: reads all accounts, and shows that a reader cannot write.
//!
//! `cargo run -p examples --example count_accounts`

#![expect(clippy::print_stdout, reason = "this is a program")]

use yourcampus_client::sandbox::{Account, Sandbox, State};
use yourcampus_client::{CustomerApiConfig, CustomerApiRead, EmployeeFilter, HttpCustomerApi, all_employees};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = (1..=250).fold(State::default().with_company(7, Some("Voorbeeld")), |state, id| {
        state.with_account(Account::new(id, 7).with_email(format!("mens{id}@voorbeeld.example.nl")))
    });
    let sandbox = Sandbox::start(state).await?;
    let keys = sandbox.credentials();

    let config = CustomerApiConfig::builder()
        .keys(keys.access_key, keys.secret_key)
        .base_url(sandbox.base_url())
        .build()?;
    let reader = HttpCustomerApi::new(config)?.reader();

    for company in reader.companies().await? {
        let accounts = all_employees(&reader, company.id, EmployeeFilter::default()).all().await?;
        println!("company {:?}: {} accounts", company.id, accounts.len());
    }
    // `reader.create(…)` does not compile: only `HttpCustomerApi::writer()` gives something that writes.
    Ok(())
}

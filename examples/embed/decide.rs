//! Embeds `sync-core` alone: records and accounts from anywhere, a plan, and why. No network.
//!
//! `cargo run -p examples --example decide`

#![expect(clippy::print_stdout, reason = "this is a program")]

use sync_core::ledger::LedgerView;
use sync_core::record::{EmployeeRecord, EmployeeType, Employment, Listed, SourceCompany};
use sync_core::snapshot::{AccountState, Listing, SourceSnapshotBuilder, TargetSnapshotBuilder};
use sync_core::{
    CompanyId, CustomerId, ExternalId, FingerprintKey, Participation, Policy, Run, TargetCompanyId, plan,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let acme = CompanyId::new("acme");
    let mut jan = EmployeeRecord::new(ExternalId::rest("jan-1")?, acme.clone());
    jan.listed = Listed::new(Some(1), Some(EmployeeType::Payroll));
    jan.personal.first_name = Some("Jan".to_owned().into());
    jan.personal.last_name = Some("Jansen".to_owned().into());
    jan.personal.business_email = Some("jan@acme.example".to_owned().into());
    jan.employments = vec![Employment::starting("2024-03-01".parse()?)];

    let mut source = SourceSnapshotBuilder::announce(vec![SourceCompany::new(acme.clone())]);
    source.put_records(&acme, vec![], vec![jan])?;
    let company = TargetCompanyId::new(7);
    let mut target = TargetSnapshotBuilder::announce([company]);
    for state in AccountState::ALL {
        target.put(company, state, Listing::new(vec![], Some(0)))?;
    }

    let (customer, key) = (CustomerId::new("acme"), FingerprintKey::new(*b"sixteen bytes or more")?);
    let policy = Policy::new(company, Participation::Everyone);
    let run = Run::new(&customer, "2026-06-15T09:00:00Z".parse()?, &key);
    let plan = plan(&source.finish()?, &target.finish()?, &LedgerView::default(), &policy, &run);

    for entry in &plan.document().entries {
        println!("{}: {:?}", entry.person, entry.decision);
    }
    println!("plan {}", plan.id());
    Ok(())
}

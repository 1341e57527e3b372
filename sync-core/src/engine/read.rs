//! Reads both sides whole (R1), within the policy's ceilings (R20).
//!
//! A list that disagrees with itself is read once more; the second reading is counted apart. Which companies take part
//! is decided here, by the policy alone, before anything else of them is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use futures_util::StreamExt;
use futures_util::stream;

use super::EngineError;
use super::held::Held;
use crate::account::Account;
use crate::export::SalariesInForce;
use crate::id::{AccountId, CompanyId, DebtorId, TargetCompanyId};
use crate::policy::{EmailChoice, Policy};
use crate::ports::{
    AccountReader, EmployeeSource, ListAccounts, PortError, PortErrorKind, Progress, RequestMeter,
    RowsRequest, SalarySource,
};
use crate::record::SourceCompany;
use crate::snapshot::{
    AccountState, Complete, Incomplete, Listing, Resource, Row, SourceRows, SourceSnapshot,
    SourceSnapshotBuilder, TargetSnapshot, TargetSnapshotBuilder,
};

/// Lists asked for at once. The clients bound what is in flight; this only keeps them busy.
const LISTS_AT_ONCE: usize = 8;

/// How many requests a read took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RequestCounts {
    /// Pages of first readings: the number that the formula gives.
    pub pages: u64,
    /// Pages read once more because a list disagreed with itself.
    pub again: u64,
}

impl RequestCounts {
    /// And these too.
    pub(super) const fn add(&mut self, more: Self) {
        self.pages += more.pages;
        self.again += more.again;
    }
}

/// Two meters under one ceiling: one for first readings, one for second ones.
pub(super) struct Meters {
    first: RequestMeter,
    again: RequestMeter,
}

impl Meters {
    pub(super) fn new(ceiling: u64, progress: Option<&Arc<dyn Progress>>) -> Self {
        let first = RequestMeter::new(ceiling);
        let first = match progress {
            Some(progress) => first.with_progress(Arc::clone(progress)),
            None => first,
        };
        Self { first, again: RequestMeter::new(ceiling) }
    }

    pub(super) fn counts(&self) -> RequestCounts {
        RequestCounts { pages: self.first.reserved(), again: self.again.reserved() }
    }
}

pub(super) async fn source(
    port: &dyn EmployeeSource,
    policy: &Policy,
    progress: Option<&Arc<dyn Progress>>,
    held: Option<&Held<'_>>,
) -> Result<(Complete<SourceSnapshot>, RequestCounts), EngineError> {
    let meters = Meters::new(policy.source_request_ceiling, progress);
    let visible = visible_companies(port, &meters).await?;
    let Chosen { companies, left_out } = choose(visible, policy)?;
    let requests: Vec<RowsRequest> = companies
        .iter()
        .flat_map(|company| Resource::ALL.map(|resource| RowsRequest::new(company.id.clone(), resource)))
        .map(|request| request.with_private_email(policy.email == EmailChoice::Private))
        .collect();
    let mut builder = SourceSnapshotBuilder::announce(companies).leaving_out(left_out);
    let reads: Vec<_> = requests.iter().map(|request| rows(port, request, &meters)).collect();
    let mut reads = stream::iter(reads).buffer_unordered(LISTS_AT_ONCE);
    let mut disagreeing = Vec::new();
    while let Some((request, rows, was_first)) = reads.next().await {
        if let Some(held) = held {
            held.keep().await.map_err(EngineError::ledger_side)?;
        }
        match builder.put(&request.company, rows.map_err(EngineError::source_side)?) {
            Err(Incomplete::Source { .. }) if was_first => disagreeing.push(request),
            done => done?,
        }
    }
    drop(reads);
    for request in disagreeing {
        let rows = port.rows(request, &meters.again).await.map_err(EngineError::source_side)?;
        builder.put(&request.company, rows)?;
    }
    Ok((builder.finish()?, meters.counts()))
}

/// One list, and once more if it disagrees with itself; says whether the first reading was enough.
async fn rows<'r>(
    port: &dyn EmployeeSource,
    request: &'r RowsRequest,
    meters: &Meters,
) -> (&'r RowsRequest, Result<SourceRows, PortError>, bool) {
    match port.rows(request, &meters.first).await {
        Err(error) if error.kind() == PortErrorKind::Incomplete => {
            (request, port.rows(request, &meters.again).await, false)
        }
        rows => (request, rows, true),
    }
}

async fn visible_companies(
    port: &dyn EmployeeSource,
    meters: &Meters,
) -> Result<Vec<SourceCompany>, EngineError> {
    let once = |list: Listing<Row<CompanyId, SourceCompany>>| list.agreed();
    let listed = match port.companies(&meters.first).await {
        Ok(list) => once(list).ok(),
        Err(error) if error.kind() == PortErrorKind::Incomplete => None,
        Err(error) => return Err(EngineError::source_side(error)),
    };
    let rows = if let Some(rows) = listed {
        rows
    } else {
        let list = port.companies(&meters.again).await.map_err(EngineError::source_side)?;
        once(list).map_err(|disagreement| {
            let error = PortError::new(PortErrorKind::Incomplete, "list companies").with_source(disagreement);
            EngineError::source_side(error)
        })?
    };
    // A company whose name cannot be read is still the company with that id.
    let company = |row: Row<CompanyId, SourceCompany>| match row.content {
        Ok(company) => company,
        Err(_) => SourceCompany::new(row.id),
    };
    Ok(rows.into_iter().map(company).collect())
}

struct Chosen {
    companies: Vec<SourceCompany>,
    /// Those that only the choice of debtors keeps out.
    left_out: Vec<SourceCompany>,
}

fn choose(visible: Vec<SourceCompany>, policy: &Policy) -> Result<Chosen, EngineError> {
    let is_visible = |debtor: &&DebtorId| visible.iter().any(|it| it.debtor.as_ref() == Some(debtor));
    if let Some(nobodys) = policy.debtors.iter().flatten().find(|debtor| !is_visible(debtor)) {
        return Err(EngineError::NoCompanyOfDebtor(nobodys.clone()));
    }
    let named = visible.into_iter().filter(|company| policy.chooses_company(&company.id));
    let (companies, left_out) = named.partition(|company| policy.chooses_debtor_of(company));
    Ok(Chosen { companies, left_out })
}

/// The salaries of one company, and once more if the list disagrees with itself.
pub(super) async fn salaries(
    port: &dyn SalarySource,
    company: &CompanyId,
    day: NaiveDate,
    meters: &Meters,
    into: &mut SalariesInForce,
) -> Result<(), EngineError> {
    let disagrees = match port.salaries(company, day, &meters.first).await {
        Ok(list) => into.put(list).is_err(),
        Err(error) if error.kind() == PortErrorKind::Incomplete => true,
        Err(error) => return Err(EngineError::source_side(error)),
    };
    if disagrees {
        let list = port.salaries(company, day, &meters.again).await.map_err(EngineError::source_side)?;
        into.put(list).map_err(|disagreement| {
            let error = PortError::new(PortErrorKind::Incomplete, "list salaries").with_source(disagreement);
            EngineError::source_side(error)
        })?;
    }
    Ok(())
}

pub(super) async fn target(
    port: &dyn AccountReader,
    policy: &Policy,
    progress: Option<&Arc<dyn Progress>>,
) -> Result<(Complete<TargetSnapshot>, RequestCounts), EngineError> {
    let meters = Meters::new(policy.target_request_ceiling, progress);
    let visible = port.companies(&meters.first).await.map_err(EngineError::target_side)?;
    let is_visible = |company: &TargetCompanyId| visible.iter().any(|visible| visible.id == *company);
    if let Some(hidden) = policy.target_companies().into_iter().find(|company| !is_visible(company)) {
        return Err(EngineError::NoTargetCompany(hidden));
    }
    let snapshot = match accounts(port, policy, &meters.first).await {
        Err(EngineError::Read { error, .. }) if error.kind() == PortErrorKind::Incomplete => None,
        Err(EngineError::Incomplete(_)) => None,
        read => Some(read?),
    };
    let snapshot = match snapshot {
        Some(snapshot) => snapshot,
        // All lists again: an account that changed while being read stands in neither or in both.
        None => accounts(port, policy, &meters.again).await?,
    };
    Ok((snapshot, meters.counts()))
}

async fn accounts(
    port: &dyn AccountReader,
    policy: &Policy,
    meter: &RequestMeter,
) -> Result<Complete<TargetSnapshot>, EngineError> {
    let companies = policy.target_companies();
    let mut builder = TargetSnapshotBuilder::announce(companies.iter().copied());
    for (company, state) in companies.into_iter().flat_map(|it| AccountState::ALL.map(|state| (it, state))) {
        let request = ListAccounts::new(company, state);
        let list = port.accounts(&request, meter).await.map_err(EngineError::target_side)?;
        builder.put(company, state, list)?;
    }
    Ok(builder.finish()?)
}

/// The accounts of a settling read, by id (R13).
pub(super) async fn accounts_now(
    port: &dyn AccountReader,
    policy: &Policy,
) -> Result<(BTreeMap<AccountId, Account>, RequestCounts), EngineError> {
    let (snapshot, counts) = target(port, policy, None).await?;
    Ok((snapshot.accounts().iter().map(|account| (account.id, account.clone())).collect(), counts))
}

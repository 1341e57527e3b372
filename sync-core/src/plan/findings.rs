//! What of both sides is worth telling although it stops nobody's decision.
//!
//! In: both snapshots, the policy and the instant. Out: [`Finding`]s in a fixed order. Never: a value.

use chrono::{DateTime, Utc};

use crate::calendar::is_sentinel;
use crate::extra_fields::{is_near_miss, is_unlisted_budget};
use crate::finding::Finding;
use crate::id::AccountId;
use crate::policy::Policy;
use crate::service::outlives_contract;
use crate::snapshot::{SourceSnapshot, TargetSnapshot};
use crate::text;

/// All findings.
pub(super) fn findings(
    source: &SourceSnapshot,
    target: &TargetSnapshot,
    absent: &[AccountId],
    policy: &Policy,
    as_of: DateTime<Utc>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for record in source.records() {
        findings.extend(record.unreadable.iter().map(|unreadable| Finding::UnreadableRecord {
            record: record.id.clone(),
            unreadable: unreadable.clone(),
        }));
        if record.personal.birthday.as_ref().is_some_and(|birthday| is_sentinel(*birthday.expose())) {
            findings.push(Finding::PlaceholderBirthday { record: record.id.clone() });
        }
        let in_service = record.listed.employee_type.as_ref().is_some_and(|it| policy.is_in_service(it));
        if in_service && outlives_contract(record, as_of) {
            findings.push(Finding::ContractOver { record: record.id.clone() });
        }
    }
    findings.extend(
        target
            .unreadable()
            .iter()
            .map(|row| Finding::UnreadableAccount { account: row.id, unreadable: row.unreadable.clone() }),
    );
    for (company, definitions) in source.definitions() {
        findings.extend(
            definitions
                .iter()
                .filter_map(|definition| text::clean(&definition.name))
                .filter(|name| is_near_miss(name))
                .map(|field| Finding::NearMiss { company: company.clone(), field }),
        );
        if let Some(budgets) = &policy.budgets {
            let unlisted = |name: &String| is_unlisted_budget(name, &budgets.categories);
            findings.extend(
                definitions
                    .iter()
                    .filter_map(|definition| text::clean(&definition.name))
                    .filter(unlisted)
                    .map(|field| Finding::UnlistedCategory { company: company.clone(), field }),
            );
        }
    }
    findings.extend(absent.iter().map(|account| Finding::Absent { account: *account }));
    findings.extend(
        source
            .left_out()
            .iter()
            .map(|company| Finding::LeftOut { company: company.id.clone(), debtor: company.debtor.clone() }),
    );
    findings.sort();
    findings
}
